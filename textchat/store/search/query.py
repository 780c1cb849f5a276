"""Parses search queries.

Words must all occur; "quoted words" in that order; -word must not occur (--word is an option that is looked for); the
last word may still be incomplete, and so may word*. OR (or |) stands between two sides, of which one must match; the
last word of each may be incomplete, and what only one of them filters or excludes holds for all. (Parentheses) may hold
two such sides beside other words.
Filters: model: tag: role: before: after: is: (comparison, pinned, archived, or how a message ended). Dates are
2024, 2024-05 or 2024-05-17. title:word is a word that must occur in the title. There is no wrong query: a filter with a
wrong value is remarked on and left out, or looked for as a word if nothing else is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise, product

from textchat.store.rows import storable
from textchat.store.search.filters import EXAMPLES, Condition, either, negated, read_filter, tag_name

LONGEST_QUERY = 1000
MOST_TERMS = 32
MOST_GROUPS = 8

_AS_TYPED = str.maketrans("“”„‟＂－−：｜（）", '"' * 5 + "--:|()")
"""What keyboards, input methods and word processors make of the signs of the language."""
_NAMES = "|".join(EXAMPLES)
_PIECE = re.compile(rf"""(-(?!-))?(?:({_NAMES}):)?(?:"([^"]*)("?)|([^\s"]+))""", re.IGNORECASE)
_EMPTY = re.compile(rf"({_NAMES}):", re.IGNORECASE)
_OR = re.compile(r"OR|ＯＲ|\|\|?")
_OR_ALONE = re.compile(rf"(?<!\S)(?:{_OR.pattern})(?!\S)")
_PARENTHESES = re.compile(rf"(?<!\S)\(([^()]*{_OR_ALONE.pattern}[^()]*)\)(?!\S)")
_IDLE = ("-", "AND")
"""Words that ask for nothing: a minus whose word is still to come, and what is meant without being said."""
_BETWEEN = re.compile(r"[-\u2010-\u2015]+|[?!,.;:…«»‹›？！，。；：、]")
"""What stands alone between words, also because French has a blank before it."""
_OPEN = re.compile(r"[^*]*\w\*")
"""A word that is cut short, as other programs have it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query."""

    text: str
    is_complete: bool = True
    """Whether it is not the last word of its side, or is in quotes; else the user may still be typing it."""
    is_wanted: bool = True
    in_title: bool = False
    """Whether it is looked for in the title alone."""


@dataclass(frozen=True, slots=True)
class Group:
    """What must all hold: terms, and conditions from filters."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: groups of which one must hold, and sentences on what was not understood."""

    groups: tuple[Group, ...] = ()
    remarks: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """The names of all tags in it."""


class _Or:
    """The place of an OR between two sides."""


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A filter whose value makes no sense, or a sign between words: a word only if nothing else is asked for."""

    word: Term


_Item = Term | Condition | _Or | _Doubtful


def parse(text: str) -> Query:
    """Parse a query; never raises."""
    text = storable(text).replace("\0", " ").translate(_AS_TYPED)
    remarks = [f"Only the first {LONGEST_QUERY:,} characters count."] if len(text) > LONGEST_QUERY else []
    items = [_items(part, remarks) for part in _parts(text[:LONGEST_QUERY])]
    choices = [_shared([_group(side) for side in _sides(part)]) or [Group()] for part in items]
    combined = map(_all_of, islice(product(*choices), MOST_GROUPS + 1))
    groups = [group for group in combined if group != Group()]
    if not groups and (words := tuple(item.word for part in items for item in part if isinstance(item, _Doubtful))):
        groups = [Group(words)]
    if len(groups) > MOST_GROUPS:
        remarks.append(f"Only the first {MOST_GROUPS} sides of OR count.")
    return Query(tuple(groups[:MOST_GROUPS]), tuple(dict.fromkeys(remarks)), _tags(text[:LONGEST_QUERY]))


def _parts(text: str) -> list[str]:
    """The text without what is in parentheses for the sake of an OR, and what is in each of these.

    Beside another OR, or in quotes, parentheses are signs like others.
    """
    insides = [match for match in _PARENTHESES.finditer(text) if text.count('"', 0, match.start()) % 2 == 0]
    is_too_long = len(_PIECE.findall(text)) > MOST_TERMS
    if not insides or is_too_long or _OR_ALONE.search(_PARENTHESES.sub(" ", text)):
        return [text]
    ends = [0, *(match.end() for match in insides)]
    starts = [*(match.start() for match in insides), len(text)]
    outside = " ".join(text[end:start] for end, start in zip(ends, starts, strict=True))
    return [*(f"{match[1]} " for match in insides), outside]


def _all_of(groups: Iterable[Group]) -> Group:
    """What all of the groups ask for together."""
    groups = tuple(groups)
    return Group(
        tuple(term for group in groups for term in group.terms),
        tuple(condition for group in groups for condition in group.conditions),
    )


def _tags(text: str) -> tuple[str, ...]:
    values = (piece[3] or piece[5] or "" for piece in _PIECE.finditer(text) if (piece[2] or "").lower() == "tag")
    return tuple(dict.fromkeys(tag_name(value) for value in values if value.strip()))


def _items(text: str, remarks: list[str]) -> list[_Item]:
    pieces = list(_PIECE.finditer(text))
    if len(pieces) > MOST_TERMS:
        remarks.append(f"Only the first {MOST_TERMS} words count.")
    ends = {len(text)} if text[-1:].isspace() else {len(text), *_ends_before_or(pieces)}
    items = (_item(piece, ends, remarks) for piece in pieces[:MOST_TERMS])
    return [item for item in items if item is not None]


def _ends_before_or(pieces: list[re.Match[str]]) -> Iterator[int]:
    return (piece.end() for piece, after in pairwise(pieces) if _OR.fullmatch(after[0]))


def _item(piece: re.Match[str], ends: Container[int], remarks: list[str]) -> _Item | None:
    """What a piece of the text asks for, None if nothing; appends what is to be said of it.

    A word at one of the `ends` may be incomplete.
    """
    minus, name, quoted, closed, bare = piece.groups()
    name, value = (name or "").lower(), bare if quoted is None else quoted
    if bare is not None and not name:
        if _OR.fullmatch(piece[0]):
            return _Or()
        if piece[0] in _IDLE:
            return None
        if _BETWEEN.fullmatch(piece[0]):
            return _Doubtful(Term(piece[0]))
        if _EMPTY.fullmatch(bare):  # what stands behind the space is another word
            name, value = bare[:-1].lower(), ""
    if name and (name != "title" or not value):
        read = read_filter(name, value)
        if isinstance(read, Condition):
            return negated(read) if minus else read
        remarks.append(read)
    in_title = name == "title" and bool(value)
    words = f"{name}:{value}" if name and not in_title and quoted is None else value
    if not words.strip():
        return None
    is_open = quoted is None and _OPEN.fullmatch(words) is not None
    is_complete = not is_open and (bool(closed) or piece.end() not in ends)
    term = Term(words.removesuffix("*") if is_open else words, is_complete, not minus, in_title)
    return _Doubtful(term) if name and not in_title else term


def _sides(items: list[_Item]) -> list[list[Term | Condition]]:
    """What stands between the ORs. Two filters with nothing but an OR between them become one."""
    sides: list[list[Term | Condition]] = [[]]
    joins = False
    for item in items:
        if isinstance(item, _Doubtful):
            continue
        if isinstance(item, _Or):
            joins = bool(sides[-1])
            continue
        last = sides[-1][-1] if joins else None
        if isinstance(last, Condition) and isinstance(item, Condition):
            sides[-1][-1] = either(last, item)
        elif joins:
            sides.append([item])
        else:
            sides[-1].append(item)
        joins = False
    return [side for side in sides if side]


def _group(side: list[Term | Condition]) -> Group:
    return Group(
        tuple(item for item in side if isinstance(item, Term)),
        tuple(item for item in side if isinstance(item, Condition)),
    )


def _shared(groups: list[Group]) -> list[Group]:
    """The groups, with what only one of them filters or excludes in all of them, unless that is all it says."""
    limited = [group for group in groups if group.conditions or not all(term.is_wanted for term in group.terms)]
    if len(limited) != 1 or not any(term.is_wanted for term in limited[0].terms):
        return groups
    (limit,) = limited
    unwanted = tuple(term for term in limit.terms if not term.is_wanted)
    return [
        group if group is limit else Group((*group.terms, *unwanted), (*group.conditions, *limit.conditions))
        for group in groups
    ]
