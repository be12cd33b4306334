"""The rules: their language, the rulebook, and what they say of a case."""
