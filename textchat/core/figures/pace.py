"""Measures the speed of a reply: the tokens after the first arrival by the time from it to the last.

Pieces that are read at once have no time between them. So all that comes with the first arrival only marks the start,
be it one token, ten or a whole line, and its share of all tokens is left out.
"""

from __future__ import annotations

LEAST_TOKENS = 20
LEAST_S = 0.25
"""Below either there is no speed to tell: of five tokens that are 3 ms apart a late read makes hundreds a second."""
ROUNDING = 1e-6
"""What sums of fractions may lack."""
TELLING_SHARE = 0.015
"""A first arrival with more of all the text than this must be counted: its weight may be wrong by a third."""


class Pace:
    """Pieces as they arrived, in one section or several; the pauses between sections do not count.

    The weight of a piece is a rough number of its tokens.
    """

    def __init__(self) -> None:
        self.weight = 0.0
        self._pieces = 0
        self._head_weight = 0.0
        self._head: list[str] = []
        """The pieces of the first arrival of each section."""
        self._earlier_s = 0.0
        self._first: float | None = None
        """First arrival of the section that grows."""
        self._last = 0.0

    def piece(self, at: float, text: str, weight: float) -> None:
        """Take in a piece that arrived `at` this moment."""
        self._pieces += 1
        self.weight += weight
        self._last = at
        if self._first is None:
            self._first = at
        if at == self._first:
            self._head.append(text)
            self._head_weight += weight

    def pause(self) -> None:
        """End the section."""
        self._earlier_s, self._first = self.seconds, None

    @property
    def has_pieces(self) -> bool:
        return self._pieces > 0

    @property
    def seconds(self) -> float:
        """From the first arrival to the last."""
        return self._earlier_s + (0.0 if self._first is None else self._last - self._first)

    @property
    def head(self) -> str:
        """The text of the first arrival."""
        return "".join(self._head)

    def tokens_per_s(self, tokens: int, head_share: float | None = None) -> float | None:
        """The speed, if all pieces together are so many tokens; None where too few lie between first and last.

        `head_share` is the counted share of the first arrival, if it is known.
        """
        if not self._pieces or self.seconds < LEAST_S - ROUNDING:
            return None
        if self._pieces >= tokens:  # one token each
            after = tokens * (self._pieces - len(self._head)) / self._pieces
        elif head_share is not None:
            after = tokens * (1 - head_share)
        else:
            after = tokens * (self.weight - self._head_weight) / self.weight if self.weight else 0.0
        return after / self.seconds if after >= LEAST_TOKENS - ROUNDING else None

    def needs_count(self, tokens: int) -> bool:
        """Whether the speed depends on how many of the tokens came with the first arrival."""
        is_long = tokens > LEAST_TOKENS and self.seconds >= LEAST_S - ROUNDING
        return is_long and self._pieces < tokens and self._head_weight > TELLING_SHARE * self.weight
