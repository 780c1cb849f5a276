"""Measures the speed of a reply: the tokens after the first arrival by the time from it to the last.

Pieces that are read at once have no time between them. So all that comes with the first arrival only marks the start,
be it one token, ten or a whole line, and its share of all tokens is left out. So does what follows it without a gap: a
busy process reads late what had been sent at its time, and then piece after piece.
"""

from __future__ import annotations

from copy import copy

LEAST_TOKENS = 20
LEAST_S = 0.25
"""Below either there is no speed to tell: of five tokens that are 3 ms apart a late read makes hundreds a second."""
GAP_S, HEAD_S = 0.01, 0.05
"""Pieces less than a gap apart are part of the start for so long at most: a fast model never has a gap."""
ROUNDING = 1e-6
"""What sums of fractions may lack."""
TELLING_SHARE = 0.015
"""A start with more of all the text than this must be counted: its weight may be wrong by a third."""


class Pace:
    """Pieces as they arrived, in one section or several; the pauses between sections do not count.

    The weight of a piece is a rough number of its tokens.
    """

    def __init__(self) -> None:
        self.weight = 0.0
        self._pieces = 0
        self._first_pieces, self._first_weight = 0, 0.0
        """What came with the first arrival of each section."""
        self._head: list[str] = []
        """The pieces of the start of each section."""
        self._head_weight = 0.0
        self._earlier_s = self._earlier_paced_s = 0.0
        self._first: float | None = None
        """First arrival of the section that grows."""
        self._start = self._last = 0.0
        """Of the same section the end of its start, and its last arrival."""
        self._is_starting = False

    def piece(self, at: float, text: str, weight: float) -> None:
        """Take in a piece that arrived `at` this moment."""
        if self._first is None:
            self._first = self._start = self._last = at
            self._is_starting = True
        if self._is_starting or at == self._start:
            self._is_starting = self._is_starting and at - self._last < GAP_S and at - self._first < HEAD_S
            if self._is_starting or at == self._start or self._start != self._first:
                self._mark_start(self._first, at, text, weight)
        self._pieces += 1
        self.weight += weight
        self._last = at

    def _mark_start(self, first: float, at: float, text: str, weight: float) -> None:
        """Let the start of the section end with this piece; after several at once with the first that came alone."""
        self._head.append(text)
        self._head_weight += weight
        self._start = at
        if at == first:
            self._first_pieces += 1
            self._first_weight += weight

    def copied(self) -> Pace:
        """Another one of the same pieces."""
        other = copy(self)
        other._head = [*self._head]
        return other

    def pause(self) -> None:
        """End the section, if one grows."""
        self._earlier_s, self._earlier_paced_s, self._first = self.seconds, self._paced_s, None

    @property
    def has_pieces(self) -> bool:
        return self._pieces > 0

    @property
    def seconds(self) -> float:
        """From the first arrival to the last."""
        return self._earlier_s + (0.0 if self._first is None else self._last - self._first)

    @property
    def _paced_s(self) -> float:
        """From the end of the start to the last arrival."""
        return self._earlier_paced_s + (0.0 if self._first is None else self._last - self._start)

    @property
    def head(self) -> str:
        """The text of the start."""
        return "".join(self._head)

    def tokens_per_s(self, tokens: int, head_share: float | None = None) -> float | None:
        """The speed, if all pieces together are so many tokens; None where too few lie between first and last.

        `head_share` is the counted share of the start, if it is known.
        """
        if not self._pieces or self.seconds < LEAST_S - ROUNDING:
            return None
        first, head = self._shares(tokens, head_share)
        if tokens * (1 - first) < LEAST_TOKENS - ROUNDING:
            return None
        share, seconds = (head, self._paced_s) if self._paced_s > 0 else (first, self.seconds)
        return tokens * (1 - share) / seconds

    def _shares(self, tokens: int, head_share: float | None) -> tuple[float, float]:
        """The shares of the first arrival and of the start in all tokens: by pieces where each is one token."""
        if self._pieces >= tokens:
            return self._first_pieces / self._pieces, len(self._head) / self._pieces
        if not self.weight:
            return 1.0, 1.0
        head = self._head_weight / self.weight if head_share is None else head_share
        return head * self._first_weight / self._head_weight if self._head_weight else 0.0, head

    def needs_count(self, tokens: int) -> bool:
        """Whether the speed depends on how many of the tokens came with the start."""
        is_long = tokens > LEAST_TOKENS and self.seconds >= LEAST_S - ROUNDING
        return is_long and self._pieces < tokens and self._head_weight > TELLING_SHARE * self.weight


class ReplyPace:
    """The pace of a whole reply, and that of its answer, which is a section between the thoughts, or several."""

    def __init__(self) -> None:
        self.whole = Pace()
        self._answer: Pace | None = None
        """None while all that came is of the answer, as with most models: then it is the whole."""

    @property
    def answer(self) -> Pace:
        return self.whole if self._answer is None else self._answer

    def piece(self, at: float, text: str, weight: float, is_answer: bool) -> None:
        """Take in a piece that arrived `at` this moment."""
        if not is_answer:
            if self._answer is None:
                self._answer = self.whole.copied()
            self._answer.pause()
        elif self._answer is not None:
            self._answer.piece(at, text, weight)
        self.whole.piece(at, text, weight)

    def forget_answer(self) -> None:
        """What has come was no answer."""
        self._answer = Pace()
