"""Checks replies against the JSON Schema that was asked for."""
