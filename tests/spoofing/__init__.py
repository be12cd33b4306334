"""Forged senders against the whole way from bytes to decision: nothing may be granted to any of them."""
