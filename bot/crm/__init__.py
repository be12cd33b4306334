"""What a CRM knows of senders."""
