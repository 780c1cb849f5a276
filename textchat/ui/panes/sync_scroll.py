"""Scrolls panes together: the others show the block that matches the one being read, whatever their line numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual.dom import DOMNode

from textchat.core.reply import Reply
from textchat.render.diff.comparison import matching_blocks
from textchat.ui.transcript.layout.entry import Entry
from textchat.ui.transcript.layout.entry_parts import PartKind
from textchat.ui.transcript.message_list import MessageList

LONGEST_MATCHED = 300_000
"""Characters of a text above which lists scroll together by shares of their heights."""
Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class _ScrollState:
    """Scroll position and content of a list: a move with unchanged content was made by the user."""

    anchor: tuple[int, int]
    picture: tuple[object, ...]


class SyncScroll:
    """Scroll lock: when the user scrolls one list, the others follow; growing lists stay as they are.

    `lists` gives those there are now.
    """

    def __init__(self, node: DOMNode, lists: Callable[[], Iterable[MessageList]]) -> None:
        self._node = node
        self._lists = lists
        self._watched: set[MessageList] = set()
        self._states: dict[MessageList, _ScrollState] = {}
        self._matches: dict[tuple[str, str], tuple[tuple[int, int], Ranges]] = {}
        self.is_locked = False

    def toggle(self, leader: MessageList) -> None:
        """Lock, and scroll the others to the place of `leader`; or release."""
        self.is_locked = not self.is_locked
        if self.is_locked:
            self.watch()
            self._lead(leader)
        else:
            self._matches.clear()

    def watch(self) -> None:
        """Watch the current lists; to be called when panes are added or closed."""
        if not self.is_locked:
            return
        lists = set(self._lists())
        for gone in self._watched - lists:
            self._states.pop(gone, None)
        for new in lists - self._watched:
            self._node.watch(new, "scroll_y", lambda: self._look(), init=False)
        self._watched |= lists
        for messages in lists:
            self._states.setdefault(messages, _scroll_state(messages))

    def _look(self) -> None:
        """Find the list that the user scrolled, if any, and move the others."""
        if not self.is_locked:
            return
        for moved in tuple(self._lists()):
            now, before = _scroll_state(moved), self._states.get(moved)
            self._states[moved] = now
            if before is None or now == before or now.picture != before.picture:
                continue
            if not (_is_growing(moved) and moved.is_at_end):
                self._lead(moved)
                return

    def _lead(self, leader: MessageList) -> None:
        for follower in tuple(self._lists()):
            if follower is not leader and not _is_growing(follower):
                self._follow(leader, follower)
                self._states[follower] = _scroll_state(follower)
        self._states[leader] = _scroll_state(leader)

    # -- from one to the other ---------------------------------------------------------------------------------------

    def _follow(self, leader: MessageList, follower: MessageList) -> None:
        if not len(leader.entries) or not len(follower.entries) or not follower.size.width:
            return
        if leader.is_at_end:
            follower.scroll_end()
            return
        position, line = leader.window.anchor
        other = min(position, len(follower.entries) - 1)
        leader.entries.lay_out(position)
        follower.entries.lay_out(other)
        follower.window.hold(other, self._line(leader.entries[position], line, follower.entries[other]))
        follower.repaint()

    def _line(self, ours: Entry, line: int, theirs: Entry) -> int:
        """The line of `theirs` that matches a line of `ours`, interpolated between matching places."""
        before, after = (0, 0), (max(1, ours.height), max(1, theirs.height))
        for place in self._places_around(ours, theirs, line):
            if place[0] <= line:
                before = place
            elif place < after:
                after = place
        share = (line - before[0]) / max(1, after[0] - before[0])
        return before[1] + round(share * max(0, after[1] - before[1]))

    def _places_around(self, ours: Entry, theirs: Entry, line: int) -> list[tuple[int, int]]:
        """Pairs of lines at the beginning or end of a matching block: the last up to `line`, and the next."""
        mine, yours = ours.part(PartKind.TEXT), theirs.part(PartKind.TEXT)
        if mine is None or yours is None or ours.id == theirs.id:
            return []

        def place(offset: int, other: int) -> tuple[int, int]:
            return mine.top + mine.drawing.position_of(offset)[0], yours.top + yours.drawing.position_of(other)[0]

        ranges = self._ranges(ours, theirs)
        at = bisect_right(ranges, line - mine.top, key=lambda pair: mine.drawing.position_of(pair[0][0])[0])
        places: list[tuple[int, int]] = []
        for (start, end), (other_start, other_end) in ranges[max(0, at - 1) : at + 1]:
            places += [place(start, other_start), place(end, other_end)]
        return places[:3]

    def _ranges(self, ours: Entry, theirs: Entry) -> Ranges:
        """The matching blocks, computed again when one of the texts has grown by a quarter."""
        mine, yours = ours.text_of(PartKind.TEXT), theirs.text_of(PartKind.TEXT)
        lengths = len(mine), len(yours)
        if max(lengths) > LONGEST_MATCHED:
            return []
        key = ours.id, theirs.id
        known = self._matches.get(key)
        if known is None or any(now > 1.25 * then for now, then in zip(lengths, known[0], strict=True)):
            if len(self._matches) > 200:
                self._matches.clear()
            known = self._matches[key] = lengths, matching_blocks(mine, yours)
        return known[1]


def _is_growing(messages: MessageList) -> bool:
    sources = messages.entries.sources
    return bool(sources) and isinstance(sources[-1], Reply)


def _scroll_state(messages: MessageList) -> _ScrollState:
    sources = messages.entries.sources
    last = sources[-1] if sources else None
    return _ScrollState(messages.window.anchor, (len(sources), last and last.id, type(last), *messages.size))
