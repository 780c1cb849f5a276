"""Asks again without what a server refused, says so, and remembers it for the model."""
