"""Connecting a model: which provider, where it is and where its key is, and which of its models."""
