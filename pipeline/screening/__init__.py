"""What can be told of a mail without reading its meaning: whether a machine wrote it, whether it is spam, what asks for care."""
