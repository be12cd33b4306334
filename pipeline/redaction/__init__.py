"""What personal data looks like: patterns and checks, one file a kind; and the placeholders that stand for it."""
