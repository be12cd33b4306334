"""Presidio and spaCy behind the port that finds names: loaded once, in a process of its own, with nothing from the network."""
