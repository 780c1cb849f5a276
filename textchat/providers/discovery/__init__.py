"""Servers of this machine that answer on their usual ports."""
