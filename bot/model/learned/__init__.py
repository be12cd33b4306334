"""The classifier that is learned from labelled mail: kernel ridge regression over embeddings and words, and how sure it may be."""
