"""One file a calendar: what pipeline.ports.Calendar asks for."""
