"""One file a command of `triage`."""
