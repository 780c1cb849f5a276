"""Anthropic's messages in detail: content, thinking, structure, the cache, what may be left out, sources."""
