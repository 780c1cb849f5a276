"""Compares replies by matching paragraphs: what all say is said once, and then who says what else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textchat.core.text.word_lists import listed
from textchat.render.diff.comparison import matching_blocks
from textchat.render.markdown import outline


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, and who says it: `Both say`, `2 adds`, `1 and 3 say`."""

    who: str
    text: str


@dataclass(slots=True)
class _Other:
    """A reply beside the first one: what it has in the place of each paragraph of that, and behind it."""

    name: str
    instead: dict[int, str]
    behind: dict[int, str]
    """By the paragraph before it; -1 for what stands before the first."""


def passages(texts: Sequence[str], names: Sequence[str]) -> list[Passage]:
    """The paragraphs of all texts in the order of the first, each of the same words once; those of one are joined."""
    joined: list[Passage] = []
    for passage in _passages(texts, names):
        if joined and joined[-1].who == passage.who:
            joined[-1] = Passage(passage.who, joined[-1].text + passage.text)
        else:
            joined.append(passage)
    return joined


def _passages(texts: Sequence[str], names: Sequence[str]) -> Iterator[Passage]:
    base = [(block.start, block.end) for block in outline(texts[0])]
    others = [_other(name, texts[0], base, text) for name, text in zip(names[1:], texts[1:], strict=True)]
    yield from _added(others, -1)
    for number, (start, end) in enumerate(base):
        yield from _said(texts[0][start:end], names, others, number)
        yield from _added(others, number)


def _said(text: str, names: Sequence[str], others: Sequence[_Other], number: int) -> Iterator[Passage]:
    groups: dict[str, tuple[list[str], str]] = {_key(text): ([names[0]], text)}
    for other in others:
        if (theirs := other.instead.get(number)) is not None:
            groups.setdefault(_key(theirs), ([], theirs))[0].append(other.name)
    for key, (who, words) in groups.items():
        if not key:
            continue
        if len(who) == len(names):
            yield Passage("Both say" if len(names) == 2 else "All say", words)
        elif len(who) > 1:
            yield Passage(f"{listed(who)} say", words)
        else:
            is_alone = len(groups) == 1
            yield Passage(f"{who[0]} adds" if is_alone else f"{who[0]} says", words)


def _added(others: Sequence[_Other], number: int) -> Iterator[Passage]:
    groups: dict[str, tuple[list[str], str]] = {}
    for other in others:
        if (text := other.behind.get(number, "")).strip():
            groups.setdefault(_key(text), ([], text))[0].append(other.name)
    for who, text in groups.values():
        yield Passage(f"{listed(who)} {'adds' if len(who) == 1 else 'add'}", text)


def _other(name: str, base_text: str, base: Sequence[tuple[int, int]], text: str) -> _Other:
    other = _Other(name, {}, {})
    at, last = 0, -1
    for (left, _), (start, end) in matching_blocks(base_text, text):
        if text[at:start].strip():
            other.behind[last] = other.behind.get(last, "") + text[at:start]
        last = next((number for number, (first, stop) in enumerate(base) if first <= left < stop), last)
        other.instead[last] = other.instead.get(last, "") + text[start:end]
        at = end
    if text[at:].strip():
        other.behind[last] = other.behind.get(last, "") + text[at:]
    return other


def _key(text: str) -> str:
    return " ".join(text.split())
