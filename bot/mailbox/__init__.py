"""Inboxes, and mail read from bytes: one file a provider beside the readers that they share."""
