"""A stand-in for Microsoft Graph's mail: tokens, delta queries, drafts, sending, subscriptions, with its limits and its faults."""
