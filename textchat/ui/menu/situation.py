"""Finds out what there is to act on now: what the needs of actions are compared with."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from textchat.core.turns import MOST_PANES
from textchat.ui.menu.needs import Need
from textchat.ui.transcript.layout.entry_parts import PartKind

if TYPE_CHECKING:
    from textchat.ui.conversation.current import CurrentConversation
    from textchat.ui.keymap import Action
    from textchat.ui.transcript.message_list import MessageList


def lack_of(action: Action, present: Collection[Need]) -> str:
    """Why an action would do nothing now; empty where it would."""
    return next((need.value for need in action.needs if need not in present), "")


def present_needs(current: CurrentConversation, messages: MessageList, has_draft: bool) -> frozenset[Need]:
    """What there is in the conversation on the screen, in the message that keys act on, and in the input bar."""
    return frozenset((*_in_conversation(current), *_in_message(current, messages), *([Need.TEXT] if has_draft else [])))


def _in_conversation(current: CurrentConversation) -> Iterator[Need]:
    live, conversation = current.live, current.conversation
    count = len(current.panes)
    if count > 1:
        yield Need.PANES
    yield Need.BLIND if current.is_blind else Need.KNOWN
    if current.active_number > 1:
        yield Need.LEFT
    if current.active_number < count:
        yield Need.RIGHT
    if count < MOST_PANES:
        yield Need.ROOM
    if any(True for _ in live.queue):
        yield Need.QUEUE
    if current.replies:
        yield Need.RUNNING
    if not current.is_answering():
        yield Need.IDLE
    if conversation.messages:
        yield Need.STARTED
    if live.playback is not None:
        yield Need.REPLAYED
        if live.playback.is_playing:
            yield Need.REPLAY
    if any(message.model for message in conversation.branch(current.active_pane.leaf_id)):
        yield Need.REPLY


def _in_message(current: CurrentConversation, messages: MessageList) -> Iterator[Need]:
    position = messages.chosen.target
    message = None if position is None else current.conversation.messages.get(messages.entries[position].id)
    if position is None or message is None:
        return
    yield Need.MESSAGE
    if not message.is_growing:
        yield Need.ENDED
    if message.model is not None:
        yield Need.IS_REPLY
    if len(current.conversation.siblings(message.id)) > 1:
        yield Need.VERSIONS
    traced = current.live.traces.get(message.id)
    if traced is not None and not traced.is_empty:
        yield Need.TRACE
    entry = messages.entries[position]
    if entry.has_reasoning:
        yield Need.THINKING
    if entry.file_count:
        yield Need.FILE
    if message.citations:
        yield from (Need.SOURCES, Need.LINK)
    messages.entries.lay_out(position)
    part = entry.part(PartKind.TEXT)
    document = part.document if part is not None else None
    if document is not None:
        if document.code_blocks():
            yield Need.CODE
        if document.links():
            yield Need.LINK
