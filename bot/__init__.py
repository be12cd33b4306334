"""The body: the program, and every connection to the outside world."""
