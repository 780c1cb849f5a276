"""Takes back what was deleted or closed last, and says after each removal how it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, KeyOf, RunWork, ShowConversation, Work

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.live.conversation import LiveConversation
    from textchat.live.edits.undo import Step, Undone
    from textchat.live.workspace import Workspace

NOTICE_S = 8.0
"""How long it is said how to undo: longer than what needs no decision."""


class Editor(Protocol):
    """The part of the input bar that an undo needs."""

    @property
    def text(self) -> str: ...

    def show(self, text: str) -> None: ...


@dataclass(eq=False)
class UndoActions:
    """Undoes one step at a time, in the conversation that it belongs to; that is shown, if it is not.

    `scroll_to` brings a message (its id) of a pane (its id, first) into view.
    """

    workspace: Workspace
    current: CurrentConversation
    show: ShowConversation
    scroll_to: Callable[[str, str], None]
    refresh_rows: Callable[[], Awaitable[None]]
    editor: Editor
    discard: Callable[[Iterable[Part]], None]
    notices: Notices
    key_of: KeyOf
    run: RunWork
    call_later: Callable[[RunWork, Work], object]
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def actions(self) -> ActionTable:
        return {"app.undo": self._undo_in_turn}

    def _undo_in_turn(self) -> None:
        """Undo after what keys before this one have asked of a message, which is still on its way."""
        self.call_later(self.run, self.undo())

    def tell(self, step: Step | None) -> None:
        """Say what was removed and how it comes back; nothing for None."""
        if step is None:
            return
        key = self.key_of("app.undo")
        way = f"{key} undoes this{step.until}." if key else "“Undo” is in the palette."
        self.notices.say_instead(f"{step.done}. {way}", NOTICE_S)

    async def undo(self) -> None:
        """Take back the last step; one that cannot be taken back for now stays."""
        async with self._one_at_a_time:
            step = self.workspace.undo.last
            if step is None:
                self.notices.say_instead("Nothing to undo.")
                return
            try:
                undone = await self._bring_back(step)
            except StoreError as error:
                self._tell_failure(step, error)
                return
            if not undone.rest:
                self.workspace.undo.remove(step)
            self._show_undone(undone)
        await self.refresh_rows()

    async def _bring_back(self, step: Step) -> Undone:
        await step.revive()
        live: LiveConversation | None = self.current.live
        if step.conversation_id and step.conversation_id != self.current.conversation.id:
            live = await self.workspace.open(step.conversation_id)
        if live is None:
            raise StoreError("That conversation no longer exists.", StoreErrorKind.MISSING)
        if live is not self.current.live:
            await self.show(live)
        return await live.bring_back(step)

    def _tell_failure(self, step: Step, error: StoreError) -> None:
        if error.kind is StoreErrorKind.MISSING:
            self.workspace.undo.remove(step)
            self.notices.problem(f"{step.done}. This cannot be undone: the conversation no longer exists.")
        else:
            self.notices.problem(str(error))

    def _show_undone(self, undone: Undone) -> None:
        if undone.queued:
            self._take_from_input(undone.queued)
        if undone.parts:
            self.discard(undone.parts)
        if undone.pane_id is not None:
            self.current.active_id = undone.pane_id
            self.current.live.store.tell_change()
            if undone.message_id is not None:
                self.scroll_to(undone.pane_id, undone.message_id)
        sentences = [f"Brought back {undone.what}."] if undone.what else []
        self.notices.say_instead(" ".join([*sentences, *([undone.rest] if undone.rest else [])]))

    def _take_from_input(self, text: str) -> None:
        """Remove a prompt that waits again from the input bar, if it still stands at its beginning."""
        typed = self.editor.text
        if typed == text:
            self.editor.show("")
        elif typed.startswith(f"{text}\n"):
            self.editor.show(typed.removeprefix(f"{text}\n"))
