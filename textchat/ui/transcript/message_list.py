"""One branch of a conversation as one drawn widget: messages in order, the reply that grows, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textchat.core.conversation import Message, ReadingPlace, Role
from textchat.core.reply import Reply
from textchat.ui.transcript.chosen import Reading
from textchat.ui.transcript.entry import Entry
from textchat.ui.transcript.entry_parts import Kind, Part

Siblings = Callable[[str], tuple[int, int]]
"""A message's place among its siblings: index from 0, and how many there are."""


class MessageList(Reading):
    """Shows what it is told: `show` a branch, then `add_message`, `add_reply`, `refresh_reply` and `end_reply`."""

    def __init__(self, pane_id: str, **kwargs: Any) -> None:
        super().__init__(pane_id, **kwargs)
        self._siblings: Siblings | None = None
        self._held: tuple[str, int] | None = None
        self._awaited: ReadingPlace | None = None
        """Where it goes as soon as there is a size, and stays until the screen around it is laid out."""

    # -- what it shows -----------------------------------------------------------------------------------------------

    def show(self, messages: Sequence[Message], siblings: Siblings | None = None) -> None:
        """Show a branch, root first; drawings of what stays are kept, a growing reply that is added next included.

        It is shown from its end, or from where it was read if that message stays and no new prompt is at the end.
        `siblings` is asked for a message's place among its siblings when that message comes near the window.
        """
        self._siblings = siblings
        is_prompted = (
            bool(messages) and messages[-1].role is Role.USER and self.branch.position_of(messages[-1].id) is None
        )
        self._held = None if is_prompted else self._place_held()
        if is_prompted:
            self._awaited = None
        self.branch.show(messages)
        for entry in self.branch.made:
            entry.siblings = None
        self.view.shown(self._held_row())
        self.forget_absent()
        self.repaint()

    def add_message(self, message: Message) -> None:
        """Add a finished message at the end; a prompt is gone to."""
        self._add(message)
        if message.role is Role.USER:
            self.scroll_end()

    def add_reply(self, reply: Reply) -> None:
        """Add a growing reply at the end."""
        is_back, has_new = self.branch.has_made(reply.id), self._has_new
        self._add(reply)
        if is_back:
            # It was shown before: where reading stood, and whether there is something new, stay as they were.
            self._has_new = has_new
            if row := self._held_row():
                self.view.hold(*row)
            self.repaint()

    def refresh_reply(self, reply: Reply) -> bool:
        """Take in what the reply has got since, and draw again the lines that changed; the bar waits for `show_bar`.

        True where time alone will show more of it, so that another call is needed though nothing new comes.
        """
        position = self.branch.position_of(reply.id)
        if position is not None:
            self._fold_finished_thought(self.branch[position], reply)
            self._grown(position, with_bar=False)
        return position is not None and self.branch[position].is_behind

    def end_reply(self, message: Message) -> None:
        """Put the finished message in place of the reply with its id; at the end, where it is not shown."""
        position = self.branch.position_of(message.id)
        if position is None:
            self.add_message(message)
            return
        place = self.reading_place
        self.branch.replace(position, message)
        self._grown(position)
        if place is not None and place.message_id == message.id:
            # Links that were defined at its end have grown, also above what is read.
            self.return_to(place)

    # -- where it is read --------------------------------------------------------------------------------------------

    @property
    def reading_place(self) -> ReadingPlace | None:
        """Where the window stands, for `return_to`; None at the end."""
        if self._frame is None or self._awaited is not None:
            return self._awaited
        position, line = self.view.anchor
        if self.view.following or position >= len(self.branch):
            return None
        entry = self.branch[position]
        part = entry.part(Kind.TEXT)
        if part is None:
            return ReadingPlace(entry.id, above=-line)
        offset = _offset_near(part, line - part.top, self._frame.width)
        return ReadingPlace(entry.id, offset, above=_line_of(part, offset) - line)

    def return_to(self, place: ReadingPlace | None) -> None:
        """Take the window to where it stood, at once or when there is a size; to the end where that message is gone."""
        self._awaited = place
        self._return()

    def scroll_to_message(self, message_id: str) -> None:
        self._awaited = None
        super().scroll_to_message(message_id)

    def _fit(self) -> None:
        super()._fit()
        self._return()

    def _return(self) -> None:
        if self._frame is None or self._awaited is None:
            return
        # The first size may be a line taller than the last one is: a place near the end would be taken for the end.
        place = self._awaited
        self.call_after_refresh(self._arrive, place)
        position = self.branch.position_of(place.message_id)
        if position is None:
            self.scroll_end()
            return
        height = self.lay_out(position)
        part = self.branch[position].part(Kind.TEXT)
        line = _line_of(part, place.offset) if part else 0
        # Folded anew, or drawn at another width, it may have fewer lines than it had.
        self.view.hold(position, max(0, min(line - place.above, height - 1)))
        self.repaint()

    def _arrive(self, place: ReadingPlace) -> None:
        if self._awaited is place:
            self._awaited = None

    # -- inside ------------------------------------------------------------------------------------------------------

    def lay_out(self, position: int) -> int:
        entry = self.branch[position]
        entry.label = self.branch.label(position)
        entry.is_last = position == len(self.branch) - 1
        if entry.siblings is None and self._siblings is not None and not entry.is_growing:
            entry.siblings = self._siblings(entry.id)
        return super().lay_out(position)

    def _place_held(self) -> tuple[str, int] | None:
        position, line = self.view.anchor
        is_held = not self.view.following and position < len(self.branch)
        return (self.branch.sources[position].id, line) if is_held else None

    def _held_row(self) -> tuple[int, int] | None:
        position = self.branch.position_of(self._held[0]) if self._held else None
        return (position, self._held[1]) if self._held and position is not None else None

    def _add(self, source: Message | Reply) -> None:
        self._has_new = self._has_new or not self.view.following
        self.branch.append(source)
        self.view.added()
        if len(self.branch) > 1:
            # It is the last no more: how it goes on is said elsewhere now.
            self.view.changed(len(self.branch) - 2)
        self.repaint()

    def _grown(self, position: int, *, with_bar: bool = True) -> None:
        self._has_new = self._has_new or not self.view.following
        self.view.changed(position)
        self.repaint(with_bar=with_bar)

    def _fold_finished_thought(self, entry: Entry, reply: Reply) -> None:
        """The reasoning becomes one line when the answer starts, unless someone is reading further up."""
        if reply.text_chunks and not entry.has_answer:
            entry.has_answer = True
            if self.view.following and not entry.was_folded_by_hand:
                entry.is_folded = True


def _offset_near(part: Part, line: int, width: int) -> int:
    """The first character drawn on a line of a part, else on the next line that has one, else on one before; else 0."""
    height = part.drawing.height
    line = max(0, min(line, height - 1))
    for near in (*range(line, height), *range(line - 1, -1, -1)):
        if span := part.drawing.source_span(near, 0, width):
            return span[0]
    return 0


def _line_of(part: Part, offset: int) -> int:
    """The line of the entry that has this character of the part."""
    return part.top + part.drawing.position_of(max(0, min(offset, len(part.drawing.text))))[0]
