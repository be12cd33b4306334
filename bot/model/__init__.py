"""The models that classify and write: one file a provider."""
