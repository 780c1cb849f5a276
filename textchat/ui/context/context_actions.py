"""Actions on what is sent of a branch (sum up, drop, send all again) and on the map of the branches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

from textchat.core.context.branch_map import branch_through, map_rows
from textchat.core.turns import MOST_PANES
from textchat.live.context.full_words import summary_words
from textchat.ui.conversation.app_services import Dialogs
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, KeyOf, TellUndo

if TYPE_CHECKING:
    from textchat.core.configuration import FullContext
    from textchat.core.context.branch_map import MapRow
    from textchat.core.conversation import Pane
    from textchat.live.context.full_requests import AskFull, FullQuestion
    from textchat.live.conversation import LiveConversation

NOTHING_OLDER = "No older messages: only the last prompt with its reply."


@dataclass(eq=False)
class ContextActions:
    """Keeps requests short, and asks what to do with one that does not fit."""

    current: CurrentConversation
    app: App[Any]
    dialogs: Dialogs
    notices: Notices
    scroll_to: Callable[[str, str], None]
    tell_undo: TellUndo
    key_of: KeyOf
    _changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    """Set whenever a screen has opened or closed."""

    def actions(self) -> ActionTable:
        return {
            "conversation.summarise": self.summarise,
            "conversation.drop": self.drop,
            "conversation.send_all": self.send_all,
            "conversation.map": self.show_map,
        }

    def ask_about(self, live: LiveConversation) -> AskFull:
        """What asks the user while this conversation is on the screen; of another one, nothing is sent."""

        async def ask(question: FullQuestion) -> FullContext | None:
            return await self._ask(question) if self.current.live is live else None

        return ask

    async def _ask(self, question: FullQuestion) -> FullContext | None:
        """Not by `push_screen_wait`: a prompt of the queue is sent by no worker."""
        live = self.current.live
        await self._nothing_above()
        if self.current.live is not live:
            return None
        from textchat.ui.context.full_dialog import FullDialog

        answered: asyncio.Future[FullContext | None] = asyncio.get_running_loop().create_future()

        def answer(way: FullContext | None) -> None:
            if not answered.done():
                answered.set_result(way)

        self.app.push_screen(FullDialog(question, is_blind=self.current.is_blind), answer)
        return await answered

    async def _nothing_above(self) -> None:
        """Return once no dialog is open: what is done there comes first."""
        screen = self.app.screen_stack[0]
        self.app.screen_change_signal.subscribe(screen, self._screen_changed)
        while self.app.screen is not screen:
            self._changed.clear()
            await self._changed.wait()

    def _screen_changed(self, screen: Screen[Any]) -> None:
        self._changed.set()

    # -- by hand -----------------------------------------------------------------------------------------------------

    async def summarise(self) -> None:
        """Sum up the older messages of the panes that the next prompt goes to, after the cost was said."""
        live = self.current.live
        pane_ids = self.current.target_ids
        if not live.replies.keys().isdisjoint(pane_ids):
            key = self.key_of("reply.cancel")
            self.notices.say(f"A reply is still running.{f' Press {key} to stop it.' if key else ''}")
            return
        plans = live.context.summary_plans(pane_ids)
        if not plans:
            self.notices.say(NOTHING_OLDER)
            return
        what, cost = summary_words(plans, live.context.cost_of(plans))
        about = "" if self.current.is_blind else f" {cost[:1].upper()}{cost[1:]}."  # by whom would tell the models
        if await self.dialogs.confirm(f"Summarise {what}?{about}", "summarise"):
            self.tell_undo(await live.context.summarise(plans))

    async def drop(self) -> None:
        step = await self.current.live.context.drop(self.current.target_ids)
        if step is None:
            self.notices.say(NOTHING_OLDER)
        self.tell_undo(step)

    async def send_all(self) -> None:
        """Send all again in the panes that the next prompt goes to."""
        context = self.current.live.context
        changed = [await context.send_all(pane_id) for pane_id in self.current.target_ids]
        self.notices.say("All messages are sent again." if any(changed) else "All messages are sent already.")

    # -- the map -----------------------------------------------------------------------------------------------------

    async def show_map(self) -> None:
        """Show the map, and open what is chosen there."""
        from textchat.ui.context.map_screen import MapScreen

        live, pane_id = self.current.live, self.current.active_id
        conversation = self.current.shown
        drawn = await asyncio.to_thread(map_rows, conversation, pane_id)
        choice = await self.app.push_screen_wait(MapScreen(conversation, pane_id, drawn))
        rows = [row for row in choice.rows if row.last_id in live.conversation.messages] if choice is not None else []
        if not rows or live is not self.current.live or pane_id not in {pane.id for pane in self.current.panes}:
            return
        if pane_id in live.replies:
            key = self.key_of("reply.cancel")
            self.notices.say(f"This pane is still replying.{f' Press {key} to stop it.' if key else ''}")
        elif len(rows) == 1:
            await self._open(live, pane_id, rows[0])
        else:
            await self._compare(live, pane_id, rows)

    async def _open(self, live: LiveConversation, pane_id: str, row: MapRow) -> None:
        leaf_id = branch_through(live.conversation, row, live.conversation.pane(pane_id).leaf_id)
        if leaf_id != live.conversation.pane(pane_id).leaf_id:
            await live.branch_off(pane_id, leaf_id)
        self.scroll_to(pane_id, row.first_id)

    async def _compare(self, live: LiveConversation, pane_id: str, rows: Sequence[MapRow]) -> None:
        leaf_ids = [branch_through(live.conversation, row, None) for row in rows]
        if leaf_ids[0] == leaf_ids[1]:
            self.notices.say("Both marks are on one branch. Mark another one.")
            return
        if await live.panes.open_branches(pane_id, leaf_ids) is None:
            self.notices.say(f"No more than {MOST_PANES} panes fit. Close one first.")
            return
        for row in rows:
            shown = next((pane.id for pane in self.current.panes if self._shows(pane, row)), None)
            if shown is not None:
                self.scroll_to(shown, row.first_id)

    def _shows(self, pane: Pane, row: MapRow) -> bool:
        return any(message.id == row.last_id for message in self.current.conversation.branch(pane.leaf_id))
