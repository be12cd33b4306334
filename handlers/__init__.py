"""The ears: what people do in Slack, turned into one move on one case."""
