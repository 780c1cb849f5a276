"""The conversation screen: shows one conversation in one to eight panes, and routes messages and actions.

| step             | who                                     | says                                     |
|------------------|-----------------------------------------|------------------------------------------|
| keystroke        | `InputBar`                              | `PromptSubmitted(text)`                  |
| saved, then sent | `PromptActions` → `LiveConversation`    | prompts into the store, a `Reply` a pane |
| streaming worker | one worker a reply, group `reply-ID`    | `run_reply(provider, request, reply)`    |
| token message    | `MessagePoster`, on every change        | `ReplyGrew(reply)`, merged in the queue  |
| painted          | `PaneViews`, as `FrameClock` says       | `PaneView.grow`: new text to the list    |
| kept             | `Checkpoints`, every half second        | the growing text into the store          |
| ended            | `MessagePoster`                         | `ReplyEnded(reply, message)`, as data    |
| summed up        | `StatusDisplay`                         | race, figures, queue and target line     |

Each message of Textual has one handler here, which names in order whom it tells; each action of the keymap is run by
its id (`action_run`). What they do is in the collaborators, which are built behind the first paint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import TextArea
from textual.worker import Worker, WorkerState

from textchat.core.crashes import log_crash
from textchat.startup import short_thread_turns
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import ActionTable, ScreenContext, Work
from textchat.ui.input.input_bar import InputBar
from textchat.ui.keymap import Group, bindings_for
from textchat.ui.keys import RIGHT_BUTTON
from textchat.ui.messages import (
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
from textchat.ui.terminal.compositor import draw_frugally

if TYPE_CHECKING:
    from textchat.live.conversation import LiveConversation
    from textchat.live.workspace import Workspace
    from textchat.ui.conversation.collaborators import Collaborators

STYLES = Path(__file__).parents[1] / "textchat.tcss"
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
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    parts: Collaborators
    """The collaborators; set when the screen is built, right after its first paint."""

    def __init__(
        self,
        open_live: OpenLive,
        prompt: str | None = None,
        *,
        keymap: Mapping[str, str] | None = None,
        on_built: Callable[[], None] = lambda: None,
    ) -> None:
        """`prompt` is sent at once, `keymap` has the keys of the user's settings over the defaults."""
        super().__init__()
        draw_frugally(self)
        self._open_live = open_live
        self._first_prompt = prompt
        self._keymap = keymap or {}
        self._on_built = on_built
        self._notices = Notices(self.notify)
        self.built = asyncio.Event()

    # -- the first paint is the input bar; all else is imported and opened behind it ---------------------------------

    def compose(self) -> ComposeResult:
        with Vertical(id="main"):
            yield InputBar()

    def on_mount(self) -> None:
        self.set_focus(self.input_bar)  # of itself it has none in a terminal that is not looked at yet
        self.watch(self.app, "app_focus", self._app_focus_changed, init=False)  # its event does not come to screens
        self.call_after_refresh(self.set_timer, BUILD_AFTER_S, self._start_building)

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
            self._keymap,
            notices=self._notices,
            run=self.run_work,
            activate=self.activate,
            show_conversation=self.show_conversation,
        )
        self.parts = parts = make_collaborators(context, workspace, live)
        await self.query_one("#main").mount(*parts.widgets.above_input(), before=self.input_bar)
        if not workspace.settings.ui.side_panel:  # shown, the stylesheet decides: a narrow screen has no room for it
            parts.widgets.side_panel.display = False
        await self.mount(parts.widgets.side_panel, before="#main")
        workspace.history.on_failure = self._notices.not_stored
        for sentence in workspace.problems:
            self._notices.problem(sentence)
        await self.show_conversation(live)
        self.built.set()
        self._on_built()
        parts.pane_views.renew_hints()
        if self._first_prompt:
            self.post_message(PromptSubmitted(self._first_prompt))

    @property
    def is_built(self) -> bool:
        return self.built.is_set()

    @property
    def input_bar(self) -> InputBar:
        return self.query_one(InputBar)

    async def on_unmount(self) -> None:
        if self.is_built:
            await self.parts.drafts.close()
            await self.parts.pane_views.keep_places()

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
        self.run_work(self.actions[action_id](*arguments))

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
        if self.is_built:
            self.parts.target_line.refresh_soon()
            self.parts.drafts.typed()
            if self.parts.changes.is_due():
                self.run_work(self.parts.changes.take_in())

    @on(PromptSubmitted)
    def _prompt_submitted(self, event: PromptSubmitted) -> None:
        self.run_work(self._send(event.text))

    async def _send(self, text: str) -> None:
        await self.built.wait()
        await self.parts.prompts.send(text)

    @on(ReplyGrew)
    def _reply_grew(self, event: ReplyGrew) -> None:
        self.parts.pane_views.grew(event.reply)

    @on(ReplyEnded)
    def _reply_ended(self, event: ReplyEnded) -> None:
        self.parts.pane_views.ended(event.reply, event.message)
        # The end is seen first: what stands around the panes may change its height, which takes a layout.
        self.call_after_refresh(self.parts.status.refresh)

    # -- what is shown -----------------------------------------------------------------------------------------------

    async def show_conversation(self, live: LiveConversation) -> None:
        """Show a conversation with the scroll positions of its panes and its draft."""
        parts = self.parts
        if live is not parts.current.live:
            await parts.pane_views.keep_places()
            parts.drafts.put_away()
            parts.workspace.leave(parts.current.live)
            parts.current.show(live)
        live.watcher = parts.observer
        self.set_class(live.is_private, "-private")
        await self._refresh_conversation()
        await parts.drafts.restore()

    async def _refresh_conversation(self) -> None:
        await self.parts.pane_views.refresh()
        self.parts.scroll_lock.take_in_panes()
        self.parts.status.refresh()

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
            self.parts.status.refresh()

    @on(PaneFocused)
    def _pane_focused(self, event: PaneFocused) -> None:
        self.activate(event.pane_id)

    @on(PanesResized)
    def _panes_resized(self, event: PanesResized) -> None:
        self.run_work(self.parts.current.live.panes.weigh(event.weights))

    @on(ParametersChanged)
    def _parameters_changed(self, event: ParametersChanged) -> None:
        self.run_work(self.parts.current.live.panes.set_parameters(event.pane_id, event.parameters))

    @on(ConversationChosen)
    async def _conversation_chosen(self, event: ConversationChosen) -> None:
        await self.parts.conversations.open(event.conversation_id)

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
        """Insert a character that no widget has handled into the input bar.

        That is in the list of conversations, or without a focus: there is none before the first paint, nor in a
        terminal that has lost its own. In the messages letters are commands.
        """
        is_reading = self.is_built and self.focused in self.parts.pane_views.message_lists()
        if event.is_printable and not is_reading and event.key not in self.active_bindings:
            self._type(event.character or "")
            event.stop()

    def focus_for_typing(self) -> None:
        """Give the focus to the input bar where nothing has it, as after a click beside all widgets.

        At once: a key that takes the way over the screen is overtaken by those that find the focus set.
        """
        if self.is_built and self.focused is None:
            self.set_focus(self.input_bar)

    def on_paste(self, event: events.Paste) -> None:
        if not isinstance(self.focused, TextArea):  # one that has taken it lets it pass
            self._type(event.text)

    def _type(self, text: str) -> None:
        self.input_bar.focus()
        self.input_bar.insert(text)

    def on_click(self, event: events.Click) -> None:
        """Open the palette on a right click in a pane, so that the mouse reaches all actions."""
        if event.button != RIGHT_BUTTON or event.widget is None or not self.is_built:
            return
        if self.parts.widgets.grid in event.widget.ancestors_with_self:
            self.app.action_command_palette()

    async def _app_focus_changed(self, has_focus: bool) -> None:
        """Check for external changes when the terminal gets the focus."""
        if has_focus and self.is_built:
            await self.parts.changes.take_in()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            details = log_crash(event.worker.error)
            self._notices.problem(f"textchat itself failed here; what was typed and received is kept, and {details}.")


def _import_collaborators() -> type[Collaborators]:
    from textchat.ui.conversation.collaborators import Collaborators

    return Collaborators
