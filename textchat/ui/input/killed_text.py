"""Text that was killed (deleted by line or by word) and can be yanked, as in readline."""

from __future__ import annotations


class KilledText:
    """Holds what the last kills deleted."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, text: str, *, is_before: bool, goes_on: bool) -> None:
        """Add a kill; one that goes on with the kill before it makes one text with it.

        `is_before` where the text stood before the cursor.
        """
        if not goes_on:
            self.text = text
        else:
            self.text = text + self.text if is_before else self.text + text
