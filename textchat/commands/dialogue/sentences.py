"""Cuts a growing text where sentences end, so that a screen reader gets whole ones; code comes by lines."""

from __future__ import annotations

import re

from textchat.core.text.fences import Fence, opening_fence

LONGEST_SENTENCE = 2_000
"""Characters after which a sentence is given out at its last blank."""
_END = re.compile(r"""[.!?…][.!?…"'”’»)\]*_`]*[ \t]+|[。！？][”’」』）]*""")
"""Where a sentence ends, with the blanks behind it; in Chinese and Japanese none follow."""


class Sentences:
    """Gives out each sentence once it is whole; all that is given out, joined, is the text."""

    def __init__(self) -> None:
        self._held = ""
        """What is not given out: never a whole line, and at most one sentence that may go on."""
        self._line = ""
        """The beginning of the line that `_held` is a part of, as far as it was given out."""
        self._fence: Fence | None = None
        """That of the block of code which the line is in."""

    def feed(self, text: str) -> str:
        """Take in more of the text; returns the sentences that are whole now."""
        *lines, self._held = (self._held + text).split("\n")
        given = []
        for line in lines:
            self._pass_line(self._line + line)
            given.append(f"{line}\n")
            self._line = ""
        end = self._end()
        given.append(self._held[:end])
        self._line = (self._line + self._held[:end])[:LONGEST_SENTENCE]
        self._held = self._held[end:]
        return "".join(given)

    def close(self) -> str:
        """Return what is held: the text has ended."""
        given, self._held = self._held, ""
        return given

    def _pass_line(self, line: str) -> None:
        """Note whether a block of code begins or ends with this line."""
        bare = line.lstrip(" \t")
        if self._fence is None:
            opened = opening_fence(bare)
            self._fence = None if opened is None else opened[0]
        elif self._fence.is_closed_by(bare):
            self._fence = None

    def _end(self) -> int:
        """How much of the unfinished line can be given out: its whole sentences, of code nothing."""
        may_be_fence = not self._line and self._held.lstrip(" \t")[:1] in ("`", "~")
        is_text = self._fence is None and not may_be_fence
        ends = [found.end() for found in _END.finditer(self._held)] if is_text else []
        if not ends and len(self._held) > LONGEST_SENTENCE:
            return self._held.rfind(" ") + 1 or len(self._held)
        return ends[-1] if ends else 0
