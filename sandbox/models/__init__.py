"""A stand-in for the language models' HTTP APIs: OpenAI's, Anthropic's, and servers that are like OpenAI's."""
