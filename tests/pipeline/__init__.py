"""Plain calls: values in, values out."""
