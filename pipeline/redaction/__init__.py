"""What personal data looks like: patterns and checks, one a type."""
