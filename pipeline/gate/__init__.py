"""What an intent must show before it may answer by itself."""
