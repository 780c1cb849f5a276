"""One branch of a conversation as one drawn widget: messages in order, the reply that grows, and reading them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from textchat.core.conversation import Message, Role
from textchat.core.reply import Reply
from textchat.ui.widgets.message_entry import Entry
from textchat.ui.widgets.reading import Reading

Siblings = Callable[[str], tuple[int, int]]
"""A message's place among its siblings: index from 0, and how many there are."""


class MessageList(Reading):
    """Shows what it is told: `show` a branch, then `add_message`, `add_reply`, `refresh_reply` and `end_reply`."""

    def __init__(self, pane_id: str, **kwargs: Any) -> None:
        super().__init__(pane_id, **kwargs)
        self._siblings: Siblings | None = None
        self._aside: dict[str, Entry] = {}
        self._held: tuple[str, int] | None = None

    # -- what it shows -----------------------------------------------------------------------------------------------

    def show(self, messages: Sequence[Message], siblings: Siblings | None = None) -> None:
        """Show a branch, root first; drawings of messages that stay are kept.

        It is shown from its end, or from where it was read if that message stays and no new prompt is at the end.
        `siblings` is asked for a message's place among its siblings when that message comes near the window.
        """
        known = {entry.id: entry for entry in self.view.entries}
        self._set_aside()
        entries = [self._kept(known.get(message.id), message) for message in messages]
        self._siblings = siblings
        self._label(entries)
        for entry in entries:
            entry.is_last = entry is entries[-1]
        is_prompted = bool(messages) and messages[-1].role is Role.USER and messages[-1].id not in known
        self.view.show(entries, keep_place=not is_prompted)
        self.forget_absent()
        self.repaint()

    def add_message(self, message: Message) -> None:
        """Add a finished message at the end."""
        self._add(Entry(message))
        if message.role is Role.USER:
            self.scroll_end()

    def add_reply(self, reply: Reply) -> None:
        """Add a growing reply at the end."""
        entry = self._aside.pop(reply.id, None)
        if entry is None:
            self._add(Entry(reply))
            return
        # It was shown before: where it was read, and whether it is new, stay as they were.
        has_new, held = self._has_new, self._held
        self._add(entry)
        self._has_new = has_new
        if held is not None and held[0] == reply.id:
            self.view.hold(len(self.view.entries) - 1, held[1])
        self.repaint()

    def refresh_reply(self, reply: Reply) -> None:
        """Take in what the reply has got since, and draw again the lines that changed."""
        position = self.position_of(reply.id)
        if position is None:
            return
        entry = self.view.entries[position]
        self._fold_finished_thought(entry, reply)
        self._grown(position)

    def end_reply(self, message: Message) -> None:
        """Put the finished message in place of the reply with its id; at the end, where it is not shown."""
        position = self.position_of(message.id)
        if position is None:
            self.add_message(message)
            return
        entry = self.view.entries[position]
        entry.end(message)
        self._grown(position)

    def remove_message(self, message_id: str) -> None:
        """Take a message out; nothing happens where it is not shown."""
        position = self.position_of(message_id)
        if position is None:
            return
        self.view.remove(position)
        self._label(self.view.entries[position : position + 1], position)
        self._set_last(is_last=True)
        self.forget_absent()
        self.repaint()

    def set_siblings(self, message_id: str, index: int, count: int) -> None:
        """Say which of its siblings a message is, from 0, and how many they are."""
        position = self.position_of(message_id)
        if position is not None:
            self.view.entries[position].siblings = (index, count)
            self.view.changed(position)
            self.repaint()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _kept(self, entry: Entry | None, message: Message) -> Entry:
        if entry is None or (entry.source != message and not entry.is_growing):
            return Entry(message)
        if entry.is_growing:
            entry.end(message)
        entry.siblings = None
        return entry

    def _set_aside(self) -> None:
        """Keep the drawings of growing replies: the next step is often to add them to what is shown then."""
        entries, (position, line) = self.view.entries, self.view.anchor
        self._aside = {entry.id: entry for entry in entries if entry.is_growing}
        is_read = not self.view.following and position < len(entries) and entries[position].is_growing
        self._held = (entries[position].id, line) if is_read else None

    def _add(self, entry: Entry) -> None:
        self._set_last(is_last=False)
        entry.is_last = True
        self._label([entry], len(self.view.entries))
        self._has_new = self._has_new or not self.view.following
        self.view.add(entry)
        self.repaint()

    def _set_last(self, *, is_last: bool) -> None:
        if self.view.entries:
            self.view.entries[-1].is_last = is_last
            self.view.changed(len(self.view.entries) - 1)

    def _grown(self, position: int) -> None:
        self._has_new = self._has_new or not self.view.following
        self.view.changed(position)
        self.repaint()

    def _fold_finished_thought(self, entry: Entry, reply: Reply) -> None:
        """The reasoning becomes one line when the answer starts, unless someone is reading further up."""
        if reply.text_chunks and not entry.has_answer:
            entry.has_answer = True
            if self.view.following and not entry.was_folded_by_hand:
                entry.is_folded = True

    def _label(self, entries: Iterable[Entry], first: int = 0) -> None:
        """Name the model where it is another than that of the answer before."""
        before = next(
            (entry.model for entry in reversed(self.view.entries[:first]) if entry.role is Role.ASSISTANT), None
        )
        for entry in entries:
            entry.label = ""
            if entry.role is Role.ASSISTANT:
                if before is not None and entry.model is not None and entry.model != before:
                    entry.label = entry.model
                before = entry.model
            elif entry.role is not Role.USER:
                entry.label = entry.role.value.capitalize()

    def lay_out(self, entry: Entry) -> int:
        if entry.siblings is None and self._siblings is not None and not entry.is_growing:
            entry.siblings = self._siblings(entry.id)
        return super().lay_out(entry)
