"""What stops the drawing of a formula."""

from __future__ import annotations


class Undrawable(Exception):
    """A formula that cannot be drawn whole, so that its source is shown as it stands."""
