"""Shows several growing texts alike: of each the same number of characters, whatever the speed at which it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

SLOWEST = 300.0
"""Characters a second, as far as they have come: a little more than one reads."""
CATCH_UP_S = 2.0
"""In about so many seconds what has come of all of them is shown, however much it is."""
NOTICED_S = 1.0
"""How long they stand still before that is worth a word: for moments they do it all the time."""
LONGEST_WAIT_S = 30.0
"""How long the others stand still for a text that does not come on; from then on it holds nobody."""
LONGEST_BEHIND_S = 60.0
"""How long a whole text is shown at the pace of one that still grows; from then on that holds nobody either."""


class Arrived(NamedTuple):
    """What has come of one text."""

    characters: int
    is_whole: bool
    """Whether nothing more will come."""


class CommonPace:
    """How many characters to show of each of several texts; a whole one that is shorter is shown whole.

    No text is ahead of another that still grows, so none is known by its speed. The first letters are shown when all
    have begun. `clock` counts seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown = 0.0
        self._limit = 0
        self._at: float | None = None
        """When this was asked last."""
        self._stands_since: float | None = None
        """Since when all stand still for those that do not come on."""
        self._whole_since: float | None = None
        """Since when a whole text is held back by one that grows."""
        self.is_standing = False
        """Whether what has come is held back for longer than a moment, because another text has to come on first."""
        self._overdue: set[str] = set()
        """Those that hold nobody any more."""

    def advance(self, texts: Mapping[str, Arrived]) -> int:
        """How much of each of the `texts` is shown now; never less than before."""
        now = self._clock()
        passed = 0.0 if self._at is None else now - self._at
        self._at = now
        self._limit = self._reach(texts, now)
        ahead = self._limit - self._shown
        if ahead > 0:
            self._shown = min(self._limit, self._shown + passed * max(SLOWEST, ahead / CATCH_UP_S))
        return int(self._shown)

    @property
    def is_behind(self) -> bool:
        """Whether more will be shown without new input."""
        return self._shown < self._limit

    def _reach(self, texts: Mapping[str, Arrived], now: float) -> int:
        """As far as all have come that still grow and are not overdue; without any, as far as the longest."""
        growing = self._growing(texts)
        longest = max((text.characters for text in texts.values()), default=0)
        reach = min((texts[id_].characters for id_ in growing), default=longest)
        is_held = any(text.is_whole and text.characters > reach for text in texts.values())
        self._stands_since = _since(self._stands_since, now, reach <= self._shown < longest)
        self._whole_since = _since(self._whole_since, now, is_held)
        stood = now - (now if self._stands_since is None else self._stands_since)
        self.is_standing = NOTICED_S <= stood < LONGEST_WAIT_S
        if stood >= LONGEST_WAIT_S:
            self._overdue |= {id_ for id_ in growing if texts[id_].characters <= reach}
        if self._whole_since is not None and now - self._whole_since >= LONGEST_BEHIND_S:
            self._overdue |= growing
        reach = min((texts[id_].characters for id_ in self._growing(texts)), default=longest)
        return max(self._limit, reach)

    def _growing(self, texts: Mapping[str, Arrived]) -> set[str]:
        """The ids of those that still grow and hold the others."""
        return {id_ for id_, text in texts.items() if not text.is_whole and id_ not in self._overdue}


def _since(known: float | None, now: float, is_so: bool) -> float | None:
    """Since when something is so; None where it is not."""
    return (now if known is None else known) if is_so else None
