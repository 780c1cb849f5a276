"""Commands on the next prompt: written in an editor, with files, to which panes; and what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from textchat.commands.asking.attachments import read_attachment
from textchat.commands.dialogue.chat import Again, Chat, Handler, Refused, Unsent
from textchat.commands.dialogue.editor import edited
from textchat.commands.dialogue.words import counted
from textchat.core import turns
from textchat.core.configuration import FullContext
from textchat.core.errors import ConfigurationError
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words
from textchat.core.parts.taking import Way
from textchat.core.text.sanitize import plain_line, plain_name


async def send(chat: Chat, text: str) -> None:
    """Send a prompt with what is attached, and say the replies; one that may not be sent is said to be kept."""
    await _send(chat, Unsent(chat.conversation.id, text, chat.targets))


async def ask_again(chat: Chat, ask: Callable[[], Awaitable[bool]], *, is_kept: bool = False) -> None:
    """Ask for replies to earlier prompts, and say them; what does not fit is kept until a way is chosen."""
    again = chat.again = Again(chat.conversation.id, ask, is_kept)
    is_asked = False

    async def asked() -> None:
        nonlocal is_asked
        is_asked = await ask()

    await chat.run(asked)
    if is_asked or not again.is_kept:
        chat.again = None
    else:
        await chat.say("Not sent, and nothing has changed: /send tries again.")


async def send_unsent(chat: Chat, way: FullContext | None = None) -> bool:
    """Send what was not sent last, in this way if it does not fit; False where this conversation has nothing."""
    again, unsent = chat.again, chat.unsent
    is_kept = unsent is not None and unsent.conversation_id == chat.conversation.id
    is_again = again is not None and again.conversation_id == chat.conversation.id
    if not is_kept and not is_again and not (chat.is_queue_full and len(chat.live.queue)):
        return False
    chat.full_way = way
    try:
        if again is not None and is_again:
            await ask_again(chat, again.ask, is_kept=True)
        elif unsent is not None and is_kept:
            await _send(chat, unsent)
        else:
            await _send_queue(chat)
    finally:
        chat.full_way = None
    return True


async def _send(chat: Chat, prompt: Unsent) -> None:
    chat.again, chat.is_queue_full = None, False
    parts, before = tuple(chat.attached), set(chat.conversation.messages)
    open_ids = {pane.id for pane in chat.panes}
    targets = tuple(pane_id for pane_id in prompt.targets if pane_id in open_ids) or chat.targets
    chat.unsent = prompt

    async def ask() -> None:
        if await chat.live.send(prompt.text, targets, parts):
            chat.unsent = None
        if len(chat.live.queue):  # others wait before it, and go first
            await chat.live.store.finish_tasks()

    try:
        await chat.run(ask)
    finally:
        if turns.is_asked(chat.conversation, prompt.text, before):  # it is there, whatever failed
            chat.unsent = None
        if chat.unsent is None:
            chat.attached.clear()
    if chat.unsent is not None:
        await chat.say("The prompt was not sent, and is kept: /send tries again.")


async def edit(chat: Chat, words: str) -> None:
    """Write the next prompt in the editor, or the system prompt."""
    if words == "system":
        text = await edited(chat.active.parameters.system or "")
        await chat.live.panes.set_parameters(chat.active.id, {"system": text or None})
        await chat.say("The system prompt is set." if text else "The system prompt is removed.")
        return
    text = await edited(words)
    if not text.strip():
        await chat.say("Nothing was written.")
        return
    await chat.voice.read_out(text)
    await send(chat, text)


async def attach(chat: Chat, words: str) -> None:
    if not words:
        if not chat.attached:
            raise Refused("Nothing is attached. Type /attach and the name of a file.")
        for part in chat.attached:
            await chat.say(_attached(part))
        return
    if words == "-":
        raise Refused("Standard input is what you type. Name a file.")
    most = chat.workspace.settings.limits.attachment_bytes
    try:
        part = await asyncio.to_thread(read_attachment, words, most)
    except ConfigurationError as error:
        raise Refused(str(error).replace("--attach ", "", 1)) from error
    chat.attached.append(part)
    await chat.say(f"Attached {_attached(part)}")
    for pane in chat.panes:
        taking = chat.workspace.taking(part, pane.model)
        if taking is not None and taking.way is Way.REFUSED:
            why = taking.sentence or "It cannot be sent to this model."
            await chat.say(f"{chat.name(pane)}: {chat.mask.sentence(why)}")


def _attached(part: Part) -> str:
    return f"{part.shown_name}, {plain_name(part.media_type, 60)}, {size_words(part.size)}."


async def detach(chat: Chat, words: str) -> None:
    if not chat.attached:
        raise Refused("Nothing is attached.")
    gone = counted(len(chat.attached), "file")
    chat.attached.clear()
    await chat.say(f"Removed {gone}.")


async def target(chat: Chat, words: str) -> None:
    if words not in ("all", "one"):
        raise Refused("Type /target all or /target one.")
    chat.send_to(is_for_all=words == "all")
    await chat.say("Prompts go to all panes." if words == "all" else f"Prompts go to {chat.name(chat.active)} only.")


async def queue(chat: Chat, words: str) -> None:
    again, unsent = chat.again, chat.unsent
    if again is not None and again.conversation_id == chat.conversation.id:
        await chat.say("Not sent: the last request. /send sends it.")
    if unsent is not None and unsent.conversation_id == chat.conversation.id:
        await chat.say(f"Not sent: {plain_line(unsent.text, 200)}")
    elif not len(chat.live.queue):
        raise Refused("No prompts wait.")
    for number, prompt in enumerate(chat.live.queue, start=1):
        await chat.say(f"{number}: {plain_line(prompt.text, 200)}")
    await chat.say("/send sends them.")


async def send_waiting(chat: Chat, words: str) -> None:
    """Send the prompt that was not sent, or those of the queue, and say the replies to each."""
    if await send_unsent(chat):
        return
    if not len(chat.live.queue):
        raise Refused("No prompts wait.")
    await _send_queue(chat)


async def _send_queue(chat: Chat) -> None:
    chat.again, chat.is_queue_full = None, False
    chat.live.resume_queue()
    await chat.run(chat.live.store.finish_tasks)


HANDLERS: Mapping[str, Handler] = {
    "edit": edit,
    "attach": attach,
    "detach": detach,
    "target": target,
    "queue": queue,
    "send": send_waiting,
}
