"""The policies as versions: read from files or the database, published, and taken up by every process."""
