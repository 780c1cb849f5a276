"""Commands on conversations: new, opened, searched, organised, exported, deleted and brought back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.commands.dialogue.words import counted
from textchat.core.conversation import first_words
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.edits.shelved import ArchivedConversation, DeletedConversation, quoted
from textchat.store.record import ConversationSummary

MOST_LISTED = 20


async def begin(chat: Chat, words: str, *, is_private: bool) -> None:
    await chat.show(chat.workspace.new(chat.models, is_private=is_private))
    await chat.say("New conversation, never saved." if is_private else "New conversation.")
    await chat.say_panes()


async def open_conversation(chat: Chat, words: str) -> None:
    if not words:
        await _say_list(chat, await chat.workspace.history.summaries(MOST_LISTED))
        return
    number = number_in(words, len(chat.listed_conversations))
    if number is not None:
        await _open(chat, chat.listed_conversations[number - 1])
        return
    found = await chat.workspace.history.find(words)
    if len(found) != 1 and words not in found:
        raise Refused(f"No conversation {plain_line(words, 40)}. /open lists the newest, /search finds others.")
    await _open(chat, words if words in found else found[0])


async def _open(chat: Chat, conversation_id: str) -> None:
    live = await chat.workspace.open(conversation_id)
    if live is None:
        raise Refused("That conversation no longer exists. /open lists the newest.")
    await live.catch_up()
    await chat.show(live)
    await say_opened(chat)


async def say_opened(chat: Chat) -> None:
    """Say which conversation it is now, and what waits in it."""
    messages = counted(len(chat.conversation.branch(chat.active.leaf_id)), "message")
    await chat.say(f"Opened {quoted(chat.conversation.title)}, {messages}. /show reads it.")
    await chat.say_panes()
    if waiting := len(chat.live.queue):
        await chat.say(f"{counted(waiting, 'prompt')} queued (paused). /queue lists them, /send sends them.")


async def _say_list(chat: Chat, summaries: Sequence[ConversationSummary]) -> None:
    if not summaries:
        raise Refused("No conversations yet.")
    chat.listed_conversations = [summary.id for summary in summaries]
    for number, summary in enumerate(summaries, start=1):
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.updated_at))
        models = "compared blind" if summary.is_blind else ", ".join(map(plain_name, summary.models))
        title = plain_line(summary.title, 80) or "untitled"
        await chat.say(f"{number}: {title}, {when}, {counted(summary.message_count, 'message')}, {models}")
    await chat.say("/open and a number opens one.")


async def search(chat: Chat, words: str) -> None:
    if not words:
        raise Refused("Type /search and words.")
    found = await chat.workspace.history.search(words, MOST_LISTED)
    for remark in found.remarks:
        await chat.say(remark)
    if not found:
        raise Refused(f"No messages match “{plain_line(words, 100)}”.")
    chat.listed_conversations = [hit.conversation_id for hit in found]
    for number, hit in enumerate(found, start=1):
        writer = f", {plain_name(hit.writer)}" if hit.writer else ""
        await chat.say(f"{number}: {plain_line(hit.title, 80) or 'untitled'}{writer}: {plain_line(hit.snippet, 300)}")
    await chat.say("/open and a number opens one.")


# -- organising ------------------------------------------------------------------------------------------------------


async def _check_started(chat: Chat, *, is_deleted: bool = False) -> None:
    if not chat.conversation.messages:
        raise Refused("This conversation is empty.")
    await chat.live.history.check_changeable(chat.conversation.id, is_deleted=is_deleted)


async def rename(chat: Chat, words: str) -> None:
    await _check_started(chat)
    if not words:
        raise Refused(f"It is called {quoted(chat.conversation.title)}. Type /rename and a title.")
    await chat.live.rename(first_words(" ".join(words.split()), 200))
    await chat.say(f"Renamed to {quoted(chat.conversation.title)}.")


async def pin(chat: Chat, words: str) -> None:
    await _check_started(chat)
    summary = await chat.live.history.summary(chat.conversation.id)
    is_pinned = summary is not None and summary.is_pinned
    await chat.live.history.shelf.pin(chat.conversation.id, not is_pinned)
    await chat.say("Unpinned." if is_pinned else "Pinned to the top of the list.")


async def archive(chat: Chat, words: str) -> None:
    await _check_started(chat)
    history, id_ = chat.live.history, chat.conversation.id
    summary = await history.summary(id_)
    is_archived = summary is not None and summary.is_archived
    await history.shelf.archive(id_, not is_archived)
    if not is_archived:
        chat.workspace.undo.push(ArchivedConversation(history, id_, chat.conversation.title))
    await chat.say(
        "Back in the list." if is_archived else f"Archived {quoted(chat.conversation.title)}. /undo undoes this."
    )


async def tag(chat: Chat, words: str) -> None:
    """Set the tags to those that are named, `none` removes all; alone: say them."""
    await _check_started(chat)
    shelf, id_ = chat.live.history.shelf, chat.conversation.id
    summary = await chat.live.history.summary(id_)
    before = summary.tags if summary is not None else ()
    if words:
        named = () if words == "none" else dict.fromkeys(word.lstrip("#")[:100] for word in words.split())
        for gone in set(before) - set(named):
            await shelf.untag(id_, gone)
        for new in named:
            if new:
                await shelf.tag(id_, new)
        summary = await chat.live.history.summary(id_)
    tags = summary.tags if summary is not None else ()
    await chat.say(f"Tags: {', '.join(plain_line(each, 60) for each in tags)}." if tags else "No tags.")


async def export(chat: Chat, words: str, *, is_replay: bool = False) -> None:
    from textchat.live.files import NotWritten, free_name, path_from, write
    from textchat.store.transfer.file_names import file_stem
    from textchat.store.transfer.replay_file import ENDING as REPLAY_ENDING

    if not chat.conversation.messages:
        raise Refused("This conversation is empty.")
    folder, stem = Path.cwd(), file_stem(chat.conversation)
    try:
        path = path_from(words, folder) if words else free_name(stem, folder, REPLAY_ENDING if is_replay else ".md")
        remark = await write(chat.live, path, is_replay=is_replay)
    except NotWritten as error:
        raise Refused(str(error)) from error
    chat.live.history.only_here.discard(chat.conversation.id)
    await chat.say(f"Exported to {path}. {remark}")


async def delete(chat: Chat, words: str) -> None:
    await _check_started(chat, is_deleted=True)
    gone = chat.live
    await gone.history.delete(gone.conversation.id)
    step = DeletedConversation(gone.history, gone.conversation.id, gone.conversation.title)
    chat.workspace.undo.push(step)
    await chat.show(chat.workspace.new(chat.models))
    await chat.say(f"{step.done}. /undo brings it back{step.until}. This is a new conversation.")


async def undo(chat: Chat, words: str) -> None:
    """Take back the last step, in the conversation that it belongs to."""
    step = chat.workspace.undo.last
    if step is None:
        raise Refused("Nothing to undo.")
    try:
        await step.revive()
        live = await chat.workspace.open(step.conversation_id)
        if live is None:
            raise StoreError("That conversation no longer exists.", StoreErrorKind.MISSING)
    except StoreError as error:
        if error.kind is StoreErrorKind.MISSING:
            chat.workspace.undo.remove(step)
            raise Refused(f"{step.done}. This cannot be undone: the conversation no longer exists.") from error
        raise
    is_elsewhere = live is not chat.live
    await chat.show(live)
    undone = await live.bring_back(step)
    if not undone.rest:
        chat.workspace.undo.remove(step)
    if undone.what:
        await chat.say(f"Brought back {undone.what}.")
    if undone.rest:
        await chat.say(undone.rest)
    if is_elsewhere:
        await say_opened(chat)


HANDLERS: Mapping[str, Handler] = {
    "new": partial(begin, is_private=False),
    "private": partial(begin, is_private=True),
    "open": open_conversation,
    "search": search,
    "rename": rename,
    "pin": pin,
    "archive": archive,
    "tag": tag,
    "export": export,
    "export-replay": partial(export, is_replay=True),
    "delete": delete,
    "undo": undo,
}
