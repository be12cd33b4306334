"""The readers of mail and the adapters of inboxes."""
