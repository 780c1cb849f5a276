"""What a conversation does or did unseen, as a sign and a word for the lists."""

from __future__ import annotations

from enum import StrEnum


class Activity(StrEnum):
    """What a list says about a conversation; the value is the word for it."""

    RUNNING = "replying"
    """A reply grows in it, on the screen or not."""
    FAILED = "failed"
    """A reply failed while another conversation was shown."""
    DONE = "done"
    """Its replies ended while another conversation was shown."""
    UNSENT = "unsent"
    """A prompt waits in it, or a text that was typed and not sent."""

    @property
    def sign(self) -> str:
        """One cell; the signs of running and ended replies are those of the race line."""
        return _SIGNS[self]


_SIGNS = {Activity.RUNNING: "●", Activity.FAILED: "✗", Activity.DONE: "✓", Activity.UNSENT: "◇"}
