"""The conversation screen: shows one conversation in one to eight panes, and routes messages and actions.

| step             | who                                     | says                                     |
|------------------|-----------------------------------------|------------------------------------------|
| keystroke        | `InputBar`                              | `PromptSubmitted(draft)`                 |
| saved, then sent | `PromptActions` → `LiveConversation`    | prompts into the store, a `Reply` a pane |
| streaming worker | one worker a reply, group `reply-ID`    | `run_reply(provider, request, reply)`    |
| token message    | `MessagePoster`, on every change        | `ReplyGrew(reply)`, one until it is seen |
| painted          | `PaneViews`, as `FrameClock` says       | `PaneView.grow`: new text to the list    |
| kept             | `Checkpoints`, every half second        | the growing text into the store          |
| ended            | `MessagePoster`                         | `ReplyEnded(message)`, as data           |
| summed up        | `StatusDisplay`                         | race, figures, queue and status line     |

Each message of Textual has one handler here, which names in order whom it tells; each action of the keymap is run by
its id (`action_run`). What they do is in the collaborators, which are built behind the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.notifications import Notify
from textual.screen import Screen
from textual.widgets import TextArea
from textual.worker import Worker, WorkerState

from textchat.startup import short_thread_turns
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, ScreenContext, Work
from textchat.ui.crash_notices import report_crash
from textchat.ui.input.input_bar import InputBar
from textchat.ui.input.status_line import StatusLine
from textchat.ui.input.typed_text import typed_text
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.keys import RIGHT_BUTTON
from textchat.ui.keystrokes.type_ahead import OPENERS
from textchat.ui.messages import (
    ConversationActionRequested,
    ConversationChanged,
    ConversationChosen,
    FindEnded,
    LinkChosen,
    MessageActionRequested,
    MessageMarked,
    PaneFocused,
    PanesResized,
    ParametersChanged,
    PromptSubmitted,
    ReplyEnded,
    ReplyGrew,
)
from textchat.ui.terminal.drawing.compositor import draw_frugally
from textchat.ui.terminal.drawing.frames import show_now

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.collaborators import Collaborators

STYLES = Path(__file__).parents[1] / "textchat.tcss"
HIGHEST_BAR = 3
"""The input bar is at most one in so many rows high, as in the style sheet."""
ROWS_BELOW_NOTICES = 2
"""The status line and the race lines."""
BUILD_AFTER_S = 0.03
"""Keys that were pressed before the first paint are echoed before the rest is imported, which takes 0.15 seconds."""

OpenLive = Callable[[], Awaitable["tuple[Workspace, LiveConversation]"]]
"""Opens the conversation that the screen shows; may be slow."""


class ConversationScreen(Screen[None]):
    """Composition root: composes widgets, builds collaborators, and passes messages and actions on to them."""

    BINDINGS = bindings_for(Group.SCREEN)
    AUTO_FOCUS = "InputBar"
    # The messages are selected by `SelectionDrag`; of notices and headings nothing is copied.
    ALLOW_SELECT = False

    parts: Collaborators
    """The collaborators; set when the screen is built, right after its first paint."""

    def __init__(
        self,
        open_live: OpenLive,
        prompt: str | None = None,
        attached: tuple[Part, ...] = (),
        *,
        keymap: dict[str, str] | None = None,
        on_built: Callable[[], None] = lambda: None,
        opening: Callable[[Work], Work] = lambda work: work,
    ) -> None:
        """`prompt` is sent at once with what is `attached`, which without one waits in the input bar.

        `keymap` has the keys of the user's settings over the defaults. `opening` is given the work of an action that
        will take the keys, so that those which follow wait for it.
        """
        super().__init__()
        draw_frugally(self)
        self._open_live = open_live
        self._first_prompt = prompt
        self._first_parts = attached
        self._keymap = {} if keymap is None else keymap
        self._on_built = on_built
        self._opening = opening
        self._notices = Notices(self.notify, lambda notification: self.app.post_message(Notify(notification)))
        self.built = asyncio.Event()

    # -- the first paint is the input bar; all else is imported and opened behind it ---------------------------------

    def compose(self) -> ComposeResult:
        with Vertical(id="main"):
            yield StatusLine()
            yield InputBar()

    def on_mount(self) -> None:
        self.set_focus(self.input_bar)  # of itself it has none in a terminal that is not looked at yet
        self.watch(self.app, "app_focus", self._app_focus_changed, init=False)  # its event does not come to screens
        self.watch(self.input_bar, "virtual_size", self._place_notices)
        self.call_after_refresh(self.set_timer, BUILD_AFTER_S, self._start_building)
        if self._first_prompt:  # it goes before those that are typed meanwhile
            from textchat.core.parts.draft import Draft

            self.post_message(PromptSubmitted(Draft(self._first_prompt, self._first_parts)))

    def _place_notices(self) -> None:
        """Keep notices above the input bar, however many lines it has, and above the figures of the replies."""
        rows = max(1, min(self.input_bar.virtual_size.height, self.size.height // HIGHEST_BAR))
        rows += sum(chips.size.height for chips in self.query(".attached") if chips.display)
        for rack in self.query("ToastRack"):
            rack.styles.margin = (0, 1, rows + ROWS_BELOW_NOTICES, 0)

    def _start_building(self) -> None:
        self.run_worker(self._build(), exit_on_error=True)

    async def _build(self) -> None:
        with short_thread_turns():
            make_collaborators = await asyncio.to_thread(_import_collaborators)
            workspace, live = await self._open_live()
        self.app.stylesheet.read(STYLES)
        context = ScreenContext(
            self,
            self.input_bar,
            self.query_one(StatusLine),
            self._keymap,
            notices=self._notices,
            run=self.run_work,
            run_first=lambda work: self.run_work(self._opening(work)),
            activate=self.activate,
            place_notices=self._place_notices,
            show_conversation=self.show_conversation,
        )
        self.parts = parts = make_collaborators(context, workspace, live)
        await self.query_one("#main").mount(*parts.widgets.above_status(), before=0)
        parts.side_panel_showing.fit(live.conversation.panes, self.app.size)
        await self.mount(parts.widgets.side_panel, before="#main")
        workspace.history.on_failure = self._notices.not_stored
        parts.widgets.start_problems.show(workspace.problems)
        await self.show_conversation(live)
        if self._first_parts and not self._first_prompt:
            parts.attaching.attach(self._first_parts)
        self.built.set()
        self._on_built()
        parts.attaching.typed()  # an `@` may have come before there was anything to complete it
        parts.bar_tools.commands.typed()
        parts.bar_tools.commands.run_early()
        parts.pane_views.renew_hints()
        self.watch(self, "focused", self._focus_moved)

    @property
    def is_built(self) -> bool:
        return self.built.is_set()

    @property
    def is_leaving_lossy(self) -> bool:
        """Whether something is only in memory that was meant to be stored."""
        return self.is_built and bool(self.parts.workspace.history.only_here)

    @property
    def input_bar(self) -> InputBar:
        return self.query_one(InputBar)

    async def on_unmount(self) -> None:
        if self.is_built:
            await self.parts.bar_tools.closed()  # what it saved last is a draft
            await self.parts.drafts.close()
            await self.parts.side_panel.keep_typed()
            await self.parts.pane_views.keep_places()
            self.parts.messages.files.close()

    # -- actions -----------------------------------------------------------------------------------------------------

    @property
    def actions(self) -> ActionTable:
        """All actions that `action_run` can run, by id."""
        return self.parts.actions

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable all actions until the screen is built."""
        # None, not False: a key that does not count yet is still the key to be named in hints.
        return self.is_built or None

    def action_run(self, action_id: str, *arguments: str) -> None:
        """Run an action by its id; the target of a click is passed as arguments."""
        work = self.actions[action_id](*arguments)
        self.run_work(self._opening(work) if work is not None and action_id in OPENERS else work)

    def action_copy_text(self) -> None:
        """Copy the selected text in the same way as a whole message."""
        if text := self.get_selected_text():
            self.run_work(self.parts.desktop.copy(text))
        else:
            self._notices.say("Nothing is selected to copy; Ctrl+Q quits.")

    def run_work(self, work: Work | None) -> None:
        """Run work in the background, so that the screen does not wait for the store or the user."""
        if work is not None:
            self.run_worker(work, group="edits", exit_on_error=False)

    # -- the way of a prompt -----------------------------------------------------------------------------------------

    @on(InputBar.Changed)
    def _input_changed(self) -> None:
        show_now(self)  # a letter is seen before anything is done about it
        if self.is_built:
            self.parts.attaching.typed()
            self.parts.bar_tools.commands.typed()
            self.parts.target_line.refresh_soon()
            self.parts.drafts.typed()
            if self.parts.changes.is_due():
                self.run_work(self.parts.changes.take_in())

    @on(PromptSubmitted)
    def _prompt_submitted(self, event: PromptSubmitted) -> None:
        if self.is_built:
            self.parts.drafts.sending(event.draft)  # at once: the work may never begin
            send = partial(self.parts.prompts.send, event.draft)  # a coroutine that never begins would be complained of
            _worker: Worker[None] = self.run_worker(send, group="edits", exit_on_error=False)
        else:
            self.run_work(self._send_when_built(event))

    async def _send_when_built(self, event: PromptSubmitted) -> None:
        await self.built.wait()
        self._prompt_submitted(event)

    @on(ReplyGrew)
    def _reply_grew(self, event: ReplyGrew) -> None:
        self.parts.observer.seen(event.reply)
        self.parts.pane_views.grew(event.reply)

    @on(ReplyEnded)
    def _reply_ended(self, event: ReplyEnded) -> None:
        self.parts.pane_views.ended(event.message)
        self.parts.background.ended_in_view(self.parts.current.live, event.message)
        # The end is seen first: what stands around the panes may change its height, which takes a layout.
        self.call_after_refresh(self.parts.status.refresh)

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def show_conversation(self, live: LiveConversation) -> None:
        """Show a conversation with the scroll positions of its panes and its draft."""
        parts = self.parts
        if live is not parts.current.live:
            await parts.pane_views.keep_places()
            draft = self.input_bar.draft
            parts.drafts.put_away()
            parts.workspace.leave(parts.current.live)
            parts.background.leave(parts.current.live, draft)
            parts.current.show(live)
        live.watcher = parts.observer
        live.context.full.ask = parts.context.ask_about(live)
        parts.background.show(live)
        self.set_class(live.is_private, "-private")
        await self._refresh_conversation()
        await parts.drafts.restore()

    async def _refresh_conversation(self) -> None:
        self._fit_side_panel()
        self.parts.widgets.start_problems.show_in_full(not self.parts.current.conversation.messages)
        self.parts.focus.leave_closed()
        self.parts.attaching.renew()
        await self.parts.pane_views.refresh()
        self.parts.scroll_lock.take_in_panes()
        self.parts.status.refresh()

    def _fit_side_panel(self) -> None:
        # Not the size of the screen: while it changes, that is still the one before.
        self.parts.side_panel_showing.fit(self.parts.current.panes, self.app.size)

    def on_resize(self) -> None:
        self._place_notices()
        if self.is_built:
            self._fit_side_panel()

    def on_screen_resume(self) -> None:
        if self.is_built:  # a dialog was closed
            self.parts.pane_views.closed.some_closed()

    @on(ConversationChanged)
    async def _conversation_changed(self) -> None:
        await self._refresh_conversation()
        self.parts.drafts.typed()
        conversation = self.parts.current.conversation
        # A model may give the title long after the answer.
        self.parts.widgets.side_panel.conversations.retitle(conversation.id, conversation.title)

    def activate(self, pane_id: str) -> None:
        """Make a pane the active one."""
        if self.parts.pane_views.activate(pane_id):
            self.parts.focus.pane_activated()
            self.parts.widgets.find_bar.follow(self.parts.pane_views.active.message_list)
            self.parts.status.refresh()

    @on(PaneFocused)
    def _pane_focused(self, event: PaneFocused) -> None:
        self.parts.focus.pane_clicked()
        self.activate(event.pane_id)

    @on(PanesResized)
    def _panes_resized(self, event: PanesResized) -> None:
        self.run_work(self.parts.current.live.panes.weigh(event.weights))

    @on(ParametersChanged)
    def _parameters_changed(self, event: ParametersChanged) -> None:
        self.run_work(self.parts.side_panel.set_parameters(event))

    @on(ConversationChosen)
    async def _conversation_chosen(self, event: ConversationChosen) -> None:
        await self.parts.conversations.open(event.conversation_id)

    @on(ConversationActionRequested)
    def _conversation_action_requested(self, event: ConversationActionRequested) -> None:
        self.action_run(event.action_id, event.conversation_id)

    # -- messages ----------------------------------------------------------------------------------------------------

    @on(MessageActionRequested)
    def _message_action_requested(self, event: MessageActionRequested) -> None:
        self.run_work(self.parts.messages.run(event))

    @on(MessageMarked)
    def _message_marked(self, event: MessageMarked) -> None:
        self.parts.widgets.side_panel.figures.mark(event.pane_id, event.message_id)

    @on(LinkChosen)
    def _link_chosen(self, event: LinkChosen) -> None:
        self.run_work(self.parts.desktop.open_link(event.target))

    @on(FindEnded)
    def _find_ended(self) -> None:
        self.input_bar.focus()

    # -- keys, the mouse, and the terminal ---------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Give the input bar what has no meaning where the focus is; Escape steps back before its key does anything.

        Without a focus, too: there is none before the first paint, nor in a terminal that has lost its own.
        """
        bound = self.active_bindings.get(event.key)
        if event.key == "escape" and (bound is None or bound.node is self):
            if self.is_built and self.parts.focus.step_back():
                event.prevent_default()
                event.stop()
        elif bound is not None:
            return
        elif (text := typed_text(event)) is not None:
            self._type(text)
            event.stop()
        elif event.key == "enter":
            self.set_focus(self.input_bar)

    def _focus_moved(self) -> None:
        if self.is_built and self.focused is not None:  # without the terminal's focus nothing has one
            self.parts.side_panel_showing.leave()
        self.parts.pane_views.renew_welcomes()  # the key of Enter shows once the input bar has the focus
        self.show_focus()

    def show_focus(self) -> None:
        """Name in the status line where the focus is, and the keys that matter there."""
        if self.is_built:
            self.parts.focus.show()

    def on_paste(self, event: events.Paste) -> None:
        if not isinstance(self.focused, TextArea):  # one that has taken it lets it pass
            self.set_focus(self.input_bar)
            self.input_bar.paste(event.text)

    def _type(self, text: str) -> None:
        self.set_focus(self.input_bar)
        self.input_bar.type_text(text)

    def on_click(self, event: events.Click) -> None:
        """Open the menu of what was clicked with the right button."""
        if event.button == RIGHT_BUTTON and event.widget is not None and self.is_built:
            self.parts.menus.open_at(event.widget, event.screen_offset)

    async def _app_focus_changed(self, has_focus: bool) -> None:
        """Check for external changes when the terminal gets the focus."""
        if has_focus and self.is_built:
            await self.parts.changes.take_in()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            report_crash(event.worker.error, self)


def _import_collaborators() -> type[Collaborators]:
    from textchat.ui.conversation.collaborators import Collaborators

    return Collaborators
