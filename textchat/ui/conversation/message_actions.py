"""What keys do with one message: copy, edit, retry, continue, branch, walk its siblings, delete; and moving there."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from textual import on, work

from textchat.ui.conversation.live_screen import LiveScreen
from textchat.ui.keymap import shown_key
from textchat.ui.messages import FindEnded, LinkChosen, MessageAction, MessageActionRequested

if TYPE_CHECKING:
    from textchat.core.conversation import Message

NOT_WHILE_ANSWERING = frozenset(
    {
        MessageAction.RETRY,
        MessageAction.CONTINUE,
        MessageAction.BRANCH,
        MessageAction.PREVIOUS_SIBLING,
        MessageAction.NEXT_SIBLING,
    }
)
WEB = ("http://", "https://", "mailto:")


class MessageActions(LiveScreen):
    """Answers `MessageActionRequested` of the message lists."""

    @on(MessageActionRequested)
    def _message_action(self, event: MessageActionRequested) -> None:
        message = self.live.conversation.messages.get(event.message_id)
        if message is None:
            return
        self.activate(event.pane_id)
        is_about_to_change = event.action is MessageAction.EDIT and message.is_growing
        if (event.action in NOT_WHILE_ANSWERING or is_about_to_change) and self.still_answers():
            return
        match event.action:
            case MessageAction.COPY | MessageAction.COPY_CODE:
                self.copy(event.text or message.text)
            case MessageAction.COPY_MARKDOWN:
                self.copy(self._branch_as_markdown(message))
            case MessageAction.EDIT:
                self._edit(message)
            case MessageAction.RETRY:
                self._retry(message)
            case MessageAction.CONTINUE:
                self.do(self.live.continue_earlier(self.active_id, message.id))
            case MessageAction.BRANCH:
                self.do(self.live.branch_off(self.active_id, message.id))
            case MessageAction.COMPARE:
                self._compare(message)
            case MessageAction.PREVIOUS_SIBLING:
                self.do(self.live.walk_siblings(self.active_id, message.id, -1))
            case MessageAction.NEXT_SIBLING:
                self.do(self.live.walk_siblings(self.active_id, message.id, 1))
            case MessageAction.INSPECT:
                self._inspect(message)
            case MessageAction.DELETE:
                self.do(self.live.delete_message(message.id))
            case never:
                assert_never(never)

    @work(group="edits", exit_on_error=False)
    async def copy(self, text: str) -> None:
        """Copy, and say which way it went."""
        from textchat.ui.clipboard import Clipboard

        self.notify(await Clipboard(self.app).copy(text), markup=False)

    def action_copy_text(self) -> None:
        """Ctrl+C: what is selected, the same way as a whole message."""
        if text := self.get_selected_text():
            self.copy(text)
        else:
            self.notify("Nothing is selected to copy; Ctrl+Q quits.", markup=False)

    def _branch_as_markdown(self, message: Message) -> str:
        growing = {reply.id: reply.text for reply in self.live.replies.values()}
        parts = [
            f"## {earlier.model or earlier.role.value.capitalize()}\n\n{growing.get(earlier.id, earlier.text)}"
            for earlier in self.live.conversation.branch(message.id)
        ]
        return "\n\n".join(parts) + "\n"

    @work(group="edits", exit_on_error=False)
    async def _edit(self, message: Message) -> None:
        pane_id = self.active_id
        from textchat.ui.dialogs.prompt_dialog import PromptDialog

        title = "Edit the prompt and ask again" if message.is_prompt else "Edit the answer"
        text = await self.app.push_screen_wait(PromptDialog(title, message.text))
        if text is None or not text.strip() or text == message.text:
            return
        if not await self.live.edit(pane_id, message.id, text):
            self.input_bar.put_back(text)
            self.notify("This could not be changed now; your text is in the input bar.", markup=False)

    def _compare(self, message: Message) -> None:
        """Open the versions of an answer, or the answers to a prompt, in panes of their own."""
        conversation = self.live.conversation
        if message.is_prompt:
            path = {each.id for each in conversation.branch(self.active_pane.leaf_id)}
            answer = next((child for child in conversation.children(message.id) if child in path), None)
        else:
            answer = message.id
        if answer is None or len(conversation.siblings(answer)) < 2:
            key = shown_key(self, "message.retry")
            self.notify(f"There is one version of this answer{f'; {key} makes another' if key else ''}.", markup=False)
        else:
            self.do(self.live.open_siblings(self.active_id, answer))

    def _inspect(self, message: Message) -> None:
        """What went over the wire for an answer of this run."""
        traced = self.live.traces.get(message.id)
        if message.model is None:
            self.notify("Only answers have come over the wire; choose one of them.", markup=False)
        elif traced is None:
            self.notify(
                "What goes over the wire is kept while textchat runs; this answer is of an earlier run, or no request "
                "left for it. Retry it to look inside.",
                markup=False,
            )
        elif not traced.trace.exchanges:
            self.notify("Nothing has gone over the wire for this answer.", markup=False)
        else:
            from textchat.ui.dialogs.inspector import InspectorScreen

            messages, last = self.live, message

            def look() -> Message:
                nonlocal last
                last = messages.conversation.messages.get(message.id, last)
                return last

            self.app.push_screen(InspectorScreen(traced, look, self.workspace.recordings))

    def _retry(self, message: Message) -> None:
        self.do(self.live.ask_again(self.active_id, message.id))

    @on(LinkChosen)
    def _open_link(self, event: LinkChosen) -> None:
        if event.target.lower().startswith(WEB):
            self._browse(event.target)
        else:
            self.notify(f"Only web and mail links are opened; this one is {event.target!r}.", markup=False)

    @work(group="edits", exit_on_error=False)
    async def _browse(self, address: str) -> None:
        from textchat.ui.browser import open_in_browser

        if not await open_in_browser(address):
            self.notify("No browser can be started here; the address is copied instead.", markup=False)
            self.copy(address)

    # -- finding -----------------------------------------------------------------------------------------------------

    def action_find(self) -> None:
        self.parts.find_bar.open(self.active_view.message_list)

    @on(FindEnded)
    def _find_ended(self) -> None:
        self.input_bar.focus()

    # -- moving ------------------------------------------------------------------------------------------------------

    def action_focus_messages(self) -> None:
        """To the messages of the active pane, and back to the input bar."""
        if self.active_view.message_list.has_focus:
            self.input_bar.focus()
        else:
            self.active_view.message_list.focus()

    def action_scroll_messages(self, where: str) -> None:
        """Scroll the active pane while the input bar keeps the focus: `up`, `down`, `page_up`, `page_down`, …"""
        messages = self.active_view.message_list
        match where:
            case "up":
                messages.scroll_up()
            case "down":
                messages.scroll_down()
            case "page_up":
                messages.scroll_page_up()
            case "page_down":
                messages.scroll_page_down()
            case "home":
                messages.scroll_home()
            case "end":
                messages.scroll_end()
            case unknown:
                raise ValueError(unknown)
