"""Shortens names of models so that what tells them apart stays: `bench…r60-n80`, `gpt-5-mini…08-07`.

Names are compared with those that are shown beside them: a short form is taken only if it fits no other of them. What
goes first is the provider, then what stands in the middle, cut at a separator where that costs little.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from unicodedata import category

from textchat.core.text.sanitize import plain_name

UNKNOWN_MODEL = "unknown model"
"""In place of the name of a model that nobody noted."""
ELLIPSIS = "…"
LONGEST = 300
"""Characters of a name that are looked at."""
READABLE, SHORTEST = 7, 4
"""Cells of a name in a list that it is cut to before another is left out, and that are worth nothing below."""
_SEPARATORS = "-_.:/ "
_JOINS = "\u200d\ufe0e\ufe0f"
_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def short_name(name: str, width: int) -> str:
    """`name` in at most `width` cells, safe to draw; unchanged if it fits."""
    return short_names([name], width)[0]


def short_names(names: Sequence[str], width: int) -> list[str]:
    """Each of the names in at most `width` cells, safe to draw; unchanged if it fits.

    Names that differ stay different from four cells on (up to 99 of them), and equal names stay equal.
    """
    return list(_short_names(tuple(names), width))


def name_list(names: Sequence[str], width: int) -> str:
    """The names in one line of at most `width` cells: as many as can be read, and the number of the others as `+2`.

    Empty where there is no room for even one.
    """
    return _name_list(tuple(names), width)


@lru_cache(512)
def _name_list(names: tuple[str, ...], width: int) -> str:
    for shown in range(len(names), 0, -1):
        rest = f" +{len(names) - shown}" if shown < len(names) else ""
        room = width - len(rest)
        least = READABLE if shown > 1 else SHORTEST
        for each in range(room - (shown - 1) * (2 + least), least - 1, -1) if shown > 1 else (room,):
            line = ", ".join(short_names(names, each)[:shown])
            if each >= least and _cells(line) <= room:
                return line + rest
    return ""


@lru_cache(2048)
def _short_names(names: tuple[str, ...], width: int) -> tuple[str, ...]:
    lines = [plain_name(name, LONGEST) for name in names]
    others = dict.fromkeys(lines)
    taken = {line for line in others if _cells(line) <= width}
    short: dict[str, str] = {}
    for line in others:
        short[line] = line if line in taken else _short(line, others, taken, max(0, width))
        taken.add(short[line])
    return tuple(short[line] for line in lines)


def _short(name: str, names: Iterable[str], taken: set[str], width: int) -> str:
    """The first form of the name that fits `width` and no other of the names; else one that no other has."""
    others = [other for other in names if other != name]
    forms = [form for form in _forms(name, width) if form.text not in taken]
    for form in forms:
        if not any(form.fits(other) for other in others):
            return form.text
    return forms[0].text if forms else _numbered(name, taken, width)


def _numbered(name: str, taken: set[str], width: int) -> str:
    for number in range(1, 100):
        end = f"{ELLIPSIS}{number}"
        head = _beginning(_signs(name), width - len(end))
        if len(end) <= width and f"{head}{end}" not in taken:
            return f"{head}{end}"
    return ELLIPSIS[:width]


# -- forms of one name -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """A short form of a name."""

    text: str
    fits: Callable[[str], bool]
    """Whether another name could be shortened to it too."""


def _parts(name: str) -> list[str]:
    """What follows each slash, the longest first."""
    return [name[found.end() :] for found in re.finditer("/", name) if name[found.end() :]]


def _whole(part: str) -> _Form:
    return _Form(part, lambda name: name == part or name.endswith(f"/{part}"))


def _cut(head: str, tail: str) -> _Form:
    def fits(name: str) -> bool:
        return any(
            part.startswith(head) and part.endswith(tail) and len(part) > len(head) + len(tail)
            for part in (name, *_parts(name))
        )

    return _Form(f"{head}{ELLIPSIS}{tail}", fits)


def _inner(inside: str) -> _Form:
    return _Form(f"{ELLIPSIS}{inside}{ELLIPSIS}", lambda name: inside in name[1:-1])


def _forms(name: str, width: int) -> Iterator[_Form]:
    """Forms that fit, the best first: without the provider, cut without it, cut with it, a part of the middle."""
    parts = _parts(name)
    yield from (_whole(part) for part in parts if _cells(part) <= width)
    base = parts[-1] if parts else name
    for text in dict.fromkeys((base, name)):
        yield from _cuts(text, width)
    signs = _signs(base)
    insides = (_beginning(signs[start:-1], width - 2) for start in range(1, len(signs)))
    yield from (_inner(inside) for inside in insides if inside)


def _cuts(text: str, width: int) -> Iterator[_Form]:
    """The forms `head…tail`, the cheapest first."""
    signs = _signs(text)
    most, room = len(signs), width - _cells(ELLIPSIS)
    heads = list(accumulate(map(_cells, signs), initial=0))
    tails = list(accumulate(map(_cells, reversed(signs)), initial=0))
    if heads[-1] <= width:
        return
    costs: list[tuple[int, int, int]] = []
    for head in range(bisect_right(heads, room)):
        longest = min(most - head - 1, bisect_right(tails, room - heads[head]) - 1)
        at_word = next(tail for tail in range(longest, -1, -1) if _is_word_at(signs, most - tail))
        for tail in {longest, at_word}:
            unused = room - heads[head] - tails[tail]
            costs.append((_cost(signs, head, tail, unused), head, tail))
    for _, head, tail in sorted(costs):
        if head + tail:
            yield _cut("".join(signs[:head]), "".join(signs[most - tail :]))


def _cost(signs: Sequence[str], head: int, tail: int, unused: int) -> int:
    """How much a cut is to be avoided: unused cells, words cut in two, and one end far longer than the other."""
    is_rough = (head > 0 and signs[head] not in _SEPARATORS) + (not _is_word_at(signs, len(signs) - tail))
    return 2 * unused + 3 * is_rough + abs(head - tail) // 2 + (0 if head else 6)


def _is_word_at(signs: Sequence[str], index: int) -> bool:
    """Whether a word begins there, or nothing is left."""
    return index == len(signs) or signs[index - 1] in _SEPARATORS


# -- cells -------------------------------------------------------------------------------------------------------------


def _cells(text: str) -> int:
    """The most cells that a terminal takes for the text: two for each sign beyond the Latin ones."""
    return len(text) if text.isascii() else sum(1 if sign < "\u0300" or sign == ELLIPSIS else 2 for sign in text)


def _beginning(signs: Iterable[str], width: int) -> str:
    """As many of the characters as fit `width` cells."""
    kept = ""
    for sign in signs:
        if _cells(kept + sign) > width:
            break
        kept += sign
    return kept


def _signs(text: str) -> list[str]:
    """The characters as they are drawn: letters with their marks, joined emoji and flags are one each."""
    if text.isascii():
        return list(text)
    signs: list[str] = []
    for character in text:
        code = ord(character)
        is_mark = category(character)[0] == "M" or character in _JOINS or code in _TONES
        is_flag_end = code in _FLAG_LETTERS and bool(signs) and len(signs[-1]) == 1 and ord(signs[-1]) in _FLAG_LETTERS
        if signs and (is_mark or is_flag_end or signs[-1].endswith("\u200d")):
            signs[-1] += character
        else:
            signs.append(character)
    return signs
