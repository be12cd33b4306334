"""Slack: the app over Socket Mode, the cards, and who people are."""
