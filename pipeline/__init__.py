"""The mind: values in, values out; no client library, no clock, no database."""
