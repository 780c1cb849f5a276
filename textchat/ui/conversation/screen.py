"""One conversation in one to eight panes: here the way of a prompt and its answers through the program can be read.

| step             | who                                     | says                                     |
|------------------|-----------------------------------------|------------------------------------------|
| keystroke        | `InputBar`                              | `PromptSubmitted(text)`                  |
| saved, then sent | `LiveConversation.send`                 | prompts into the store, a `Reply` a pane |
| streaming worker | one worker a reply, group `reply-ID`    | `run_reply(provider, request, reply)`    |
| token message    | on every change of the reply            | `ReplyGrew(reply)`, merged in the queue  |
| painted          | `FrameClock`, at most 24 times a second | `PaneView.grow`: new text to the list    |
| kept             | `Checkpoints`, every half second        | the growing text into the store          |
| ended            | `ReplyEnded(reply, message)`            | complete, cancelled or failed, as data   |
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.worker import Worker, WorkerState

from textchat.ui.conversation.conversation_actions import ConversationActions
from textchat.ui.conversation.drafts import Drafts
from textchat.ui.conversation.message_actions import MessageActions
from textchat.ui.conversation.pane_actions import PaneActions
from textchat.ui.conversation.reading_places import ReadingPlaces
from textchat.ui.conversation.side_by_side import SideBySide
from textchat.ui.frame_clock import FrameClock
from textchat.ui.input.input_bar import InputBar
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.messages import (
    ConversationChanged,
    ConversationChosen,
    PaneFocused,
    ParametersChanged,
    PromptSubmitted,
    ReplyEnded,
    ReplyGrew,
)

if TYPE_CHECKING:
    from textchat.core.conversation import Message
    from textchat.core.reply import Reply
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.screen_widgets import Parts
    from textchat.ui.panes.pane import PaneView
    from textchat.ui.side_panel.panel import RowLoader

LOOK = Path(__file__).parents[1] / "textchat.tcss"
BUILD_AFTER_S = 0.03
"""Keys that were pressed before the first paint are echoed before the rest is imported, which takes 0.15 seconds."""
COLLECTED_AFTER = (2_000, 10, 100)
"""Objects made, and collections of the younger generation. What streams makes thousands a second and hardly a cycle: by
Python's own numbers all of them are looked through every few seconds, which takes 0.08 seconds at once."""
SHORT_TURN_S = 0.0005
"""How long a thread may keep the others waiting, in seconds."""

Open = Callable[[], Awaitable["tuple[Workspace, LiveConversation]"]]
"""Opens what the screen shows; it may take its time."""


class ConversationScreen(SideBySide, PaneActions, MessageActions, Drafts, ReadingPlaces, ConversationActions):
    """The watcher of the conversation it shows."""

    BINDINGS = bindings_for(Group.SCREEN)
    AUTO_FOCUS = "InputBar"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    def __init__(self, open_live: Open, prompt: str | None = None) -> None:
        super().__init__()
        self._open_live = open_live
        self._clock = FrameClock(self, self._paint, self._pulse)
        self._stale: list[PaneView] = []
        """Panes whose figures and bars are to be renewed: with every pulse, for nobody reads them faster, and one in a
        frame, for all of them together would take a third of it."""
        self._first_prompt = prompt

    # -- the first paint is the input bar; all else is imported and opened behind it ---------------------------------

    def compose(self) -> ComposeResult:
        with Vertical(id="main"):
            yield InputBar()

    def on_mount(self) -> None:
        self.set_focus(self.input_bar)  # of itself it has none in a terminal that is not looked at yet
        self.watch(self.app, "app_focus", self._look_around, init=False)  # the event itself does not come to screens
        self.call_after_refresh(self.set_timer, BUILD_AFTER_S, self._start_building)

    def _start_building(self) -> None:
        self.run_worker(self._build(), exit_on_error=True)

    async def _build(self) -> None:
        interval = sys.getswitchinterval()
        sys.setswitchinterval(SHORT_TURN_S)  # a key that is pressed meanwhile does not wait for the import
        self.parts = await asyncio.to_thread(_import_parts, self.rows)
        self.workspace, self.live = await self._open_live()
        sys.setswitchinterval(interval)
        self.app.stylesheet.read(LOOK)
        self.active_id = self.live.conversation.panes[0].id
        await self.query_one("#main").mount(*self.parts.above_input(), before=self.input_bar)
        if not self.workspace.settings.ui.side_panel:
            self.parts.side_panel.display = False
        await self.mount(self.parts.side_panel, before="#main")
        self.workspace.history.on_failure = self.storing_failed
        for sentence in self.workspace.problems:
            self.problem(sentence)
        await self.show_conversation(self.live)
        self.built.set()
        gc.freeze()  # what stands now stays: it need not be looked through at every collection
        gc.set_threshold(*COLLECTED_AFTER)
        gc.enable()
        for view in self.views.values():
            view.welcome.refresh()  # it names the keys that work, and now all do
            view.message_list.renew_hints()
        if self._first_prompt:
            self.post_message(PromptSubmitted(self._first_prompt))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the screen count once there is something to act on."""
        # None, not False: a key that does not count yet is still the key to be named in hints.
        return self.is_built or None

    # -- the way of a prompt -----------------------------------------------------------------------------------------

    @on(PromptSubmitted)
    def _send(self, event: PromptSubmitted) -> None:
        self.do(self._store_and_send(event.text))

    async def _store_and_send(self, text: str) -> None:
        await self.built.wait()
        self.sending(text)
        if not await self.live.send(text, self.target_ids):
            self.input_bar.put_back(text)
        self.sent(text)
        await self.refresh_rows()

    def reply_changed(self, reply: Reply) -> None:
        """The conversation says: called from within the stream loop, so it only leaves a message."""
        self.post_message(ReplyGrew(reply))

    def reply_ended(self, reply: Reply, message: Message) -> None:
        self.post_message(ReplyEnded(reply, message))

    def conversation_changed(self) -> None:
        self.post_message(ConversationChanged())

    @on(ReplyGrew)
    def _mark(self, event: ReplyGrew) -> None:
        self._clock.mark(event.reply.id)

    def _paint(self, reply_ids: set[str]) -> None:
        if self._stale:
            self._renew(self._stale.pop())
        for view in self.views.values():
            if view.reply_id in reply_ids and view.grow() and view.reply_id is not None:
                self._clock.mark(view.reply_id)

    def _pulse(self) -> None:
        for view in self._stale:  # no frame has come for these
            self._renew(view)
        self._stale = list(self.views.values())
        for reply in self.live.replies.values():
            self._clock.mark(reply.id)
        if not self.live.replies:
            self._clock.stop_pulse()

    def _renew(self, view: PaneView) -> None:
        if view.pane_id not in self.views:
            return  # it was closed meanwhile
        view.renew_around()
        reply = self.live.replies.get(view.pane_id)
        if reply is not None and view.pane_id == self.active_id:  # the same figures at the same time
            self.parts.side_panel.show_reply(reply)

    @on(ReplyEnded)
    def _ended(self, event: ReplyEnded) -> None:
        for view in self.views.values():
            if view.reply_id == event.reply.id:
                view.grow()
                view.end(event.message)
        self._show_around()

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def show_conversation(self, live: LiveConversation) -> None:
        if live is not self.live:
            await self.keep_places()
            self.put_draft_away()
            self.workspace.leave(self.live)
            self.live = live
            self.active_id = live.conversation.panes[0].id
        live.watcher = self
        self.set_class(live.is_private, "-private")
        await self._show()
        await self.restore_draft()

    @on(ConversationChanged)
    async def _show(self) -> None:
        """Bring the panes on the screen in line with the conversation."""
        from textchat.ui.conversation.screen_widgets import PaneView

        conversation = self.live.conversation
        panes = conversation.panes
        self.active_id = self.active_id  # where that was closed: the last one, also when another comes behind it
        for pane_id in self.views.keys() - {pane.id for pane in panes}:
            await self.views.pop(pane_id).remove()
        smoothing = self.workspace.settings.ui.smoothing
        new = [PaneView(pane.id, smoothing) for pane in panes if pane.id not in self.views]
        self.views = {view.pane_id: view for view in (*self.views.values(), *new)}
        await self.grid.show([self.views[pane.id] for pane in panes], panes, self.active_id)
        for number, pane in enumerate(panes, start=1):
            self.views[pane.id].show(
                pane,
                number,
                conversation.branch(pane.leaf_id),
                self.live.replies.get(pane.id),
                siblings=conversation.place_among_siblings,
                is_active=pane.id == self.active_id,
            )
        for view in new:
            view.message_list.return_to(conversation.pane(view.pane_id).place)
        if self.live.replies:
            self._clock.start_pulse()
        self.keep_in_step()
        self._show_around()

    def _show_around(self) -> None:
        """The queue, the side panel, the race and the target of the input bar."""
        from textchat.ui.conversation.screen_widgets import NO_MARKS, race_of

        numbers = {pane.id: number for number, pane in enumerate(self.panes, start=1)}
        self.parts.queue.show(self.live.queue, numbers)
        window = self.workspace.context_window(self.active_pane.model)
        self.parts.side_panel.show(self.live.conversation, self.active_pane, window)
        race = race_of(self.live.conversation)
        for pane in self.panes:
            if view := self.views.get(pane.id):
                score = self.live.conversation.score_of(pane.leaf_id)
                view.mark(race.best.get(pane.id, NO_MARKS), race.streaming_gain_s.get(pane.id), score)
        self.parts.race_summary.show(race.summaries)
        self.show_target()
        self.sub_title = self.live.conversation.title

    def show_target(self) -> None:
        if len(self.panes) == 1:
            target = ""
        elif self.sends_to_all:
            target = f"to all {len(self.panes)} panes"
        else:
            number = [pane.id for pane in self.panes].index(self.active_id) + 1
            target = f"to pane {number} only"
        self.input_bar.show_target(" · ".join(filter(None, (target, *self.remarks()))))

    @on(PaneFocused)
    def _pane_focused(self, event: PaneFocused) -> None:
        self.activate(event.pane_id)

    def activate(self, pane_id: str) -> None:
        if pane_id in self.views:
            self.active_id = pane_id
            for view in self.views.values():
                view.set_active(view.pane_id == pane_id)
            self.grid.activate(pane_id)
            self._show_around()

    @on(ParametersChanged)
    def _parameters_changed(self, event: ParametersChanged) -> None:
        self.do(self.live.set_parameters(event.pane_id, event.parameters))

    @on(ConversationChosen)
    async def _conversation_chosen(self, event: ConversationChosen) -> None:
        await self.open_conversation(event.conversation_id)

    async def _look_around(self, has_focus: bool) -> None:
        """Another textchat may have written meanwhile; one looks when the user comes back, not all the time."""
        if has_focus and self.is_built:
            await self.catch_up()

    @on(Worker.StateChanged)
    def _worker_failed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            self.app.log.error(event.worker.error)
            self.problem("textchat itself failed here; what was typed and received is kept. The log has the details.")


def _import_parts(load_rows: RowLoader) -> Parts:
    from textchat.ui.conversation.screen_widgets import Parts

    return Parts(load_rows)
