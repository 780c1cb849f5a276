"""Finds units that one text has elsewhere: moved sections, items, lines of code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from textchat.render.diff import alignment
from textchat.render.diff.likeness import likeness
from textchat.render.diff.pairing import Break, UnitPair
from textchat.render.diff.units import BY_LINE, DiffUnit

NEARLY = 0.75
"""A unit with other words at another place is the same one if so much of it is the same."""
WEAK = 0.6
"""Pairs that are less alike are given up where one of the two has its like elsewhere."""
LEAST_LINES = 12
"""Weight of lines of code or of a table that moved; `return x` may be taken out here and put in there by chance."""
LEAST_PAIRED = 8
"""Weight of a unit that is taken out of a pair of its own because it stands elsewhere too."""
LEAST_NEARLY = 16
"""Weight of a unit that is looked for with other words."""


@dataclass(frozen=True, slots=True)
class Moves:
    """Pairs with the moved units alone, and for each of those the index of the pair with its other place."""

    pairs: Sequence[UnitPair]
    partners: dict[int, int]


def with_moves(pairs: Sequence[UnitPair]) -> Moves:
    """Find what moved; weak pairs are taken apart where one of the two has its like elsewhere."""
    found = _Finder(pairs).found()
    return _taken_apart(pairs, found)


class _Finder:
    """Looks for the other places of units that have none at their own."""

    def __init__(self, pairs: Sequence[UnitPair]) -> None:
        self._left = [(at, pair.left) for at, pair in enumerate(pairs) if pair.left and _is_loose(pair, pair.left)]
        self._right = [(at, pair.right) for at, pair in enumerate(pairs) if pair.right and _is_loose(pair, pair.right)]
        self._pairs = pairs
        self._match: dict[int, int] = {}
        """From indices of `_left` to such of `_right`."""
        self._matched: set[int] = set()

    def found(self) -> dict[int, int]:
        """From the index of the pair with a moved left unit to that of the pair with its right unit."""
        if self._left and self._right:
            self._take_equal()
            self._take_nearly_equal()
            self._take_neighbours()
            self._give_up_short_lines()
        return {self._left[at][0]: self._right[other][0] for at, other in self._match.items()}

    def _take_equal(self) -> None:
        once, other_once = _once(self._left), _once(self._right)
        for identity, at in once.items():
            if identity in other_once:
                self._take(at, other_once[identity])

    def _take_nearly_equal(self) -> None:
        left = [at for at, (place, unit) in enumerate(self._left) if self._is_free(at) and self._is_weak(place, unit)]
        right = [
            at for at, (place, unit) in enumerate(self._right) if at not in self._matched and self._is_weak(place, unit)
        ]
        if len(left) * len(right) > alignment.MOST_PAIRS:
            return
        alike = [(likeness(self._left[at][1], self._right[other][1]), -at, -other) for at in left for other in right]
        for _, at, other in sorted((each for each in alike if each[0] >= NEARLY), reverse=True):
            if self._is_free(-at) and -other not in self._matched:
                self._take(-at, -other)

    def _take_neighbours(self) -> None:
        """What stands beside a moved unit at both places moved with it, also with other words or a second time."""
        for step in (1, -1):
            for at in sorted(self._match, reverse=step < 0):
                self._follow(at, self._match[at], step)

    def _follow(self, at: int, other: int, step: int) -> None:
        while True:
            before, other_before = at, other
            at, other = at + step, other + step
            if not (0 <= at < len(self._left) and 0 <= other < len(self._right)):
                return
            if not self._is_free(at) or other in self._matched or not self._is_alone(at, other):
                return
            ours, theirs = self._left[at][1], self._right[other][1]
            is_beside = _touch(self._left[before][1], ours) and _touch(self._right[other_before][1], theirs)
            if not is_beside or not likeness(ours, theirs):
                return
            self._take(at, other)

    def _give_up_short_lines(self) -> None:
        """Lines of code count together where they stand together."""
        stretches = defaultdict[tuple[int, int], list[int]](list)
        start = (-1, -1)
        for at in sorted(self._match):
            if self._match.get(at - 1) != self._match[at] - 1:
                start = at, self._match[at]
            stretches[start].append(at)
        for stretch in stretches.values():
            units = [self._left[at][1] for at in stretch]
            if all(unit.kind in BY_LINE for unit in units) and sum(unit.weight for unit in units) < LEAST_LINES:
                for at in stretch:
                    del self._match[at]

    def _take(self, at: int, other: int) -> None:
        if self._left[at][0] != self._right[other][0]:
            self._match[at] = other
            self._matched.add(other)

    def _is_free(self, at: int) -> bool:
        return at not in self._match

    def _is_weak(self, place: int, unit: DiffUnit) -> bool:
        """Whether a unit that is nearly equal to this one may take it out of its pair."""
        ours, theirs, _ = self._pairs[place]
        return _is_long(unit) and not (ours and theirs and likeness(ours, theirs) >= WEAK)

    def _is_alone(self, at: int, other: int) -> bool:
        ours, theirs = self._pairs[self._left[at][0]], self._pairs[self._right[other][0]]
        return not (ours.left and ours.right) and not (theirs.left and theirs.right)


def _is_loose(pair: UnitPair, unit: DiffUnit) -> bool:
    """Whether a unit may be found elsewhere: it is alone, or its pair differs and it is too long for chance."""
    if not (pair.left and pair.right):
        return True
    if pair.begins is not Break.NONE or pair.left.content == pair.right.content:
        return False
    return unit.weight >= (LEAST_LINES if unit.kind in BY_LINE else LEAST_PAIRED)


def _is_long(unit: DiffUnit) -> bool:
    return unit.weight >= LEAST_NEARLY


def _once(units: Sequence[tuple[int, DiffUnit]]) -> dict[Hashable, int]:
    """The units with words of their own that stand only once, by what they say."""
    counts = Counter((unit.kind, unit.content) for _, unit in units)
    return {
        (unit.kind, unit.content): at
        for at, (_, unit) in enumerate(units)
        if counts[unit.kind, unit.content] == 1 and any(character.isalnum() for character in unit.content)
    }


def _touch(unit: DiffUnit, other: DiffUnit) -> bool:
    return unit.end == other.start or other.end == unit.start


def _taken_apart(pairs: Sequence[UnitPair], found: dict[int, int]) -> Moves:
    """Weak pairs of which a unit moved become two."""
    others = set(found.values())
    apart: list[UnitPair] = []
    places, other_places = dict[int, int](), dict[int, int]()
    for at, pair in enumerate(pairs):
        places[at] = other_places[at] = len(apart)
        if (at in found or at in others) and pair.left and pair.right:
            other_places[at] += 1
            apart += [UnitPair(pair.left, None), UnitPair(None, pair.right)]
        else:
            apart.append(pair)
    both = [(places[at], other_places[other]) for at, other in found.items()]
    return Moves(apart, {**dict(both), **{other: at for at, other in both}})
