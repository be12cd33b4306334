"""A Slack workspace on this machine: the Web API, Socket Mode and a page for people."""
