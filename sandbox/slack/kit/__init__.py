"""Block Kit: what Slack accepts, and what it says where it does not."""
