"""Stand-ins for the queues of others."""
