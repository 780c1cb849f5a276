"""Shipped keymaps: what is bound elsewhere than by default, and the modes that keys have in them."""
