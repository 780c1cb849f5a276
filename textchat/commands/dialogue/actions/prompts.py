"""Commands on the next prompt: written in an editor, with files, to which panes; and what waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textchat.commands.asking.attachments import read_attachment
from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.commands.dialogue.editor import edited
from textchat.commands.dialogue.words import counted
from textchat.core.errors import ConfigurationError
from textchat.core.parts.part import Part
from textchat.core.parts.size_words import size_words
from textchat.core.parts.taking import Way
from textchat.core.text.sanitize import plain_line, plain_name


async def send(chat: Chat, text: str) -> None:
    """Send a prompt with what is attached, and say the replies; one that may not be sent is said to be kept."""
    parts = tuple(chat.attached)
    before = set(chat.conversation.messages)
    is_taken = False

    async def ask() -> None:
        nonlocal is_taken
        is_taken = await chat.live.send(text, chat.targets, parts)
        if len(chat.live.queue):  # others wait before it, and go first
            await chat.live.store.finish_tasks()

    await chat.run(ask)
    if is_taken or not before >= chat.conversation.messages.keys():
        chat.attached.clear()
    else:
        await chat.say("The prompt was not sent.")


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
            await chat.say(f"{chat.name(pane)}: {why}")


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
    if not len(chat.live.queue):
        raise Refused("No prompts wait.")
    for number, prompt in enumerate(chat.live.queue, start=1):
        await chat.say(f"{number}: {plain_line(prompt.text, 200)}")
    await chat.say("/send sends them.")


async def send_queued(chat: Chat, words: str) -> None:
    """Send the prompts that wait, one after the other, and say the replies to each."""
    if not len(chat.live.queue):
        raise Refused("No prompts wait.")
    chat.live.resume_queue()
    await chat.run(chat.live.store.finish_tasks)


HANDLERS: Mapping[str, Handler] = {
    "edit": edit,
    "attach": attach,
    "detach": detach,
    "target": target,
    "queue": queue,
    "send": send_queued,
}
