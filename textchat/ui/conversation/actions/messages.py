"""Actions on one message: copy, edit, retry, continue, branch, switch versions, files, inspect, delete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from textchat.core.blind.masks import HIDDEN_TEXT
from textchat.core.parts.draft import Draft
from textchat.ui.conversation.actions.replies import ReplyActions
from textchat.ui.conversation.app_services import Desktop, Dialogs
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.draft_keeper import DraftKeeper
from textchat.ui.conversation.notices import Notices
from textchat.ui.conversation.ports import Activate, EditDraft, KeyOf, TellUndo, Work
from textchat.ui.files.file_actions import FileActions
from textchat.ui.input.plain_editor import LONGEST_EDITED
from textchat.ui.menu.needs import Need
from textchat.ui.messages import MessageAction, MessageActionRequested

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

TELLING_TEXT = frozenset(
    {
        MessageAction.COPY,
        MessageAction.COPY_CODE,
        MessageAction.EDIT,
        MessageAction.OPEN_FILE,
        MessageAction.SAVE_FILE,
    }
)
"""What shows or gives away the text or the files of a message."""


@dataclass(eq=False)
class MessageActions:
    """Carries out `MessageActionRequested`. `recordings` is the folder that the inspector writes into."""

    current: CurrentConversation
    replies: ReplyActions
    activate: Activate
    desktop: Desktop
    dialogs: Dialogs
    notices: Notices
    key_of: KeyOf
    files: FileActions
    drafts: DraftKeeper
    edit_draft: EditDraft
    tell_undo: TellUndo
    recordings: Path

    def run(self, request: MessageActionRequested) -> Work | None:
        """Carry out a request, if its message still exists; returns the work that waits for the store or the user."""
        message = self.current.conversation.messages.get(request.message_id)
        if message is None:
            return None
        self.activate(request.pane_id)
        is_about_to_change = request.action is MessageAction.EDIT and message.is_growing
        if (request.action in NOT_WHILE_ANSWERING or is_about_to_change) and self.replies.is_refused():
            return None
        if request.action in TELLING_TEXT and self.current.mask.hides_text(message):
            self.notices.say(HIDDEN_TEXT)
            return None
        return self._run(request.action, message, request.text)

    def _run(self, action: MessageAction, message: Message, text: str | None) -> Work | None:
        live, pane_id = self.current.live, self.current.active_id
        match action:
            case MessageAction.COPY | MessageAction.COPY_CODE:
                return self.desktop.copy(text or self._shown_text(message))
            case MessageAction.COPY_MARKDOWN:
                return self.desktop.copy(self._branch_as_markdown(message))
            case MessageAction.EDIT:
                return self._edit(pane_id, message)
            case MessageAction.RETRY:
                return live.ask_again(pane_id, message.id)
            case MessageAction.CONTINUE:
                return live.continue_earlier(pane_id, message.id)
            case MessageAction.BRANCH:
                return live.branch_off(pane_id, message.id)
            case MessageAction.COMPARE:
                return self._compare(pane_id, message)
            case MessageAction.PREVIOUS_SIBLING:
                return live.walk_siblings(pane_id, message.id, -1)
            case MessageAction.NEXT_SIBLING:
                return live.walk_siblings(pane_id, message.id, 1)
            case MessageAction.OPEN_FILE:
                return self.files.open(message, int(text or 0))
            case MessageAction.SAVE_FILE:
                return self.files.save(message, int(text or 0))
            case MessageAction.INSPECT:
                self._inspect(message)
                return None
            case MessageAction.DELETE:
                return self._delete(message)
            case never:
                assert_never(never)

    async def _delete(self, message: Message) -> None:
        self.tell_undo(await self.current.live.delete_message(message.id))

    def _branch_as_markdown(self, message: Message) -> str:
        sections = [
            f"## {earlier.model or earlier.role.value.capitalize()}\n\n{self._shown_text(earlier)}"
            for earlier in self.current.shown.branch(message.id)
        ]
        return "\n\n".join(sections) + "\n"

    def _shown_text(self, message: Message) -> str:
        """Its text as far as it is shown."""
        growing = {reply.id: reply.text for reply in self.current.replies.values()}
        return growing.get(message.id, message.text)

    async def _edit(self, pane_id: str, message: Message) -> None:
        if len(message.text) > LONGEST_EDITED:
            self.notices.say(f"Too long to edit here: {len(message.text):,} characters. Copy it into an editor.")
            return
        before = Draft(message.text, message.parts)
        if message.is_prompt:
            after = await self.edit_draft("Edit the prompt and send it again", before)
        else:
            text = await self.dialogs.edit_text("Edit the reply", message.text)
            after = None if text is None else replace(before, text=text)
        if after is None or after.is_empty or after == before or not (message.is_prompt or after.text.strip()):
            return
        await self._send_edited(pane_id, message, after)

    async def _send_edited(self, pane_id: str, message: Message, after: Draft) -> None:
        """Change a message; a prompt is a draft until it is sent, which may take a choice and a summary."""
        live = self.current.live
        if message.is_prompt:
            self.drafts.sending(after)
        if not await live.edit(pane_id, message.id, after.text, after.parts):
            self.drafts.put_back(live, after)
            if live is self.current.live:
                self.notices.say("The message was not changed. Your text is in the input bar.")
        if message.is_prompt:
            self.drafts.sent(after)

    def _compare(self, pane_id: str, message: Message) -> Work | None:
        """Open the versions of an answer, or the answers to a prompt, in panes of their own."""
        conversation = self.current.conversation
        answer: str | None = message.id
        if message.is_prompt:
            path = {earlier.id for earlier in conversation.branch(conversation.pane(pane_id).leaf_id)}
            answer = next((child for child in conversation.children(message.id) if child in path), None)
        if answer is not None and len(conversation.siblings(answer)) > 1:
            return self.current.live.open_siblings(pane_id, answer)
        key = self.key_of("message.retry")
        self.notices.say(f"This reply has only one version.{f' Press {key} for another.' if key else ''}")
        return None

    def _inspect(self, message: Message) -> None:
        """Show what went over the wire for an answer of this run."""
        live = self.current.live
        traced = live.traces.get(message.id)
        if self.current.is_blind:
            self.notices.say(Need.KNOWN)
        elif message.model is None:
            self.notices.say("Prompts have no trace. Select a reply.")
        elif traced is None:
            self.notices.say(
                "No trace for this reply: no request was sent, or textchat was restarted since. Retry it to get one."
            )
        elif traced.is_empty:
            self.notices.say("No request was sent for this reply.")
        else:
            last = message

            def latest() -> Message:
                nonlocal last
                last = live.conversation.messages.get(message.id, last)
                return last

            self.dialogs.inspect(traced, latest, self.recordings)
