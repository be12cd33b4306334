"""How good the local model would be on labelled mail, and what may be promised of it."""
