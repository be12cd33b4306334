"""One file a knowledge base: what pipeline.ports.Knowledge asks for."""
