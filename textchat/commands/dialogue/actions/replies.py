"""Commands on replies: another one, more of it, its versions, and what led to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from textchat.commands.dialogue.actions.context import say_omissions
from textchat.commands.dialogue.actions.prompts import ask_again
from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.commands.dialogue.editor import edited
from textchat.commands.dialogue.words import counted, standing_words
from textchat.core.blind.masks import HIDDEN_TEXT
from textchat.core.conversation import Message, Role
from textchat.core.merging.naming import merge_title, source_names
from textchat.core.text.sanitize import plain_line, plain_name, visible


async def regenerate(chat: Chat, words: str) -> None:
    """Ask again in the active pane, or in all."""
    panes = _panes(chat, words)
    if not any(chat.last_prompt(chat.conversation.pane(pane_id)) for pane_id in panes):
        raise Refused("No prompt to send again. Type one.")
    await ask_again(chat, partial(chat.live.regenerate, panes))


async def continue_reply(chat: Chat, words: str) -> None:
    panes = _panes(chat, words)
    if not any(chat.last_reply(chat.conversation.pane(pane_id)) for pane_id in panes):
        raise Refused("No reply to continue. Type a prompt.")
    await ask_again(chat, partial(chat.live.continue_answers, panes))


def _panes(chat: Chat, words: str) -> tuple[str, ...]:
    if words not in ("", "all"):
        raise Refused(f"Type all, or nothing, instead of {plain_line(words, 40)}.")
    return tuple(pane.id for pane in chat.panes) if words else (chat.active.id,)


async def rewrite(chat: Chat, words: str) -> None:
    """Send the last prompt with another text, in each pane that the next one would go to."""
    prompts = [
        (pane_id, prompt) for pane_id in chat.targets if (prompt := chat.last_prompt(chat.conversation.pane(pane_id)))
    ]
    if not prompts:
        raise Refused("No prompt to rewrite. Type one.")
    if any(chat.mask.hides_text(prompt) for _, prompt in prompts):
        raise Refused(HIDDEN_TEXT)
    text = words or await edited(prompts[0][1].text)
    if not text.strip() or text == prompts[0][1].text:
        await chat.say("Nothing changed.")
        return

    async def send() -> bool:
        """Send it in the panes where it was not sent yet; the way that was chosen is for all of them."""
        way = chat.full_way
        for pane_id, prompt in tuple(prompts):
            chat.full_way = way
            if await chat.live.edit(pane_id, prompt.id, text):
                prompts.remove((pane_id, prompt))
        return not prompts

    await ask_again(chat, send, is_kept=True)


async def read(chat: Chat, words: str) -> None:
    pane = chat.pane_numbered(words)
    reply = _last_reply(chat, words)
    await chat.say(f"{chat.name(pane)} says:")
    await chat.voice.read_out(reply.text)


async def thinking(chat: Chat, words: str) -> None:
    chat.check_open()
    reply = _last_reply(chat, words)
    if not reply.reasoning.strip():
        raise Refused("No thinking came with the last reply.")
    await chat.voice.read_out(reply.reasoning)


def _last_reply(chat: Chat, words: str = "") -> Message:
    reply = chat.last_reply(chat.pane_numbered(words))
    if reply is None:
        raise Refused("No reply yet. Type a prompt.")
    return reply


async def show(chat: Chat, words: str) -> None:
    """Read the branch of a pane, each message with its number."""
    pane = chat.pane_numbered(words)
    messages = chat.shown_branch(pane)
    if not messages:
        raise Refused("This conversation is empty.")
    begins_at = chat.live.context.sent(pane.id).begins_at
    await chat.say(f"“{plain_line(chat.conversation.title, 80) or 'untitled'}”, {counted(len(messages), 'message')}.")
    for number, shown in enumerate(messages, start=1):
        if shown.id == begins_at:
            await say_omissions(chat, pane.id)
        await chat.say(f"{number}: {_writer(chat, shown)}:")
        await chat.voice.read_out(visible(shown.text))
        for part in shown.parts:
            await chat.say(f"Attached: {part.shown_name}.")
        if shown.role is Role.ASSISTANT and (said := standing_words(shown)):
            await chat.say(said)
    if begins_at is None:  # a summary may stand for all
        await say_omissions(chat, pane.id)
    await chat.say("End of the conversation.")


def _writer(chat: Chat, message: Message) -> str:
    names = {Role.USER: "You", Role.SYSTEM: "System prompt", Role.TOOL: "Tool", Role.ASSISTANT: "Reply"}
    name = plain_name(message.model) if message.model else names[message.role]
    if message.merged is not None:
        return merge_title(name, source_names(chat.conversation, message.merged))
    return f"Summary by {name}" if message.is_summary else name


async def versions(chat: Chat, words: str) -> None:
    reply = _last_reply(chat)
    for number, id_ in enumerate(chat.mask.versions(reply.id), start=1):
        version = chat.mask.message(chat.conversation.messages[id_])
        now = ", shown" if id_ == reply.id else ""
        begin = plain_line(version.text, 80) or version.status.value
        await chat.say(f"{number}: {plain_name(version.model or 'You')}{now}: {begin}")
    await chat.say("/version and a number switches to one.")


async def version(chat: Chat, words: str) -> None:
    reply = _last_reply(chat)
    siblings = chat.mask.versions(reply.id)
    number = number_in(words, len(siblings))
    if number is None:
        raise Refused(f"Type a number from 1 to {len(siblings)}. /versions lists them.")
    step = number - 1 - siblings.index(reply.id)
    await chat.live.walk_siblings(chat.active.id, reply.id, step)
    await read(chat, "")


async def branch(chat: Chat, words: str) -> None:
    messages = chat.shown_branch(chat.active)
    number = number_in(words, len(messages))
    if number is None:
        raise Refused("Type the number of a message. /show lists them.")
    await chat.live.branch_off(chat.active.id, messages[number - 1].id)
    await chat.say(f"The next prompt follows message {number}. What came after it stays as another version.")


async def save(chat: Chat, words: str) -> None:
    """Write a file of the last reply to a new file."""
    from textchat.commands.dialogue.saving import saved  # few replies have files

    reply = _last_reply(chat)
    first, _, name = words.partition(" ")
    number = number_in(first, len(reply.parts))
    if number is None:
        has = counted(len(reply.parts), "file")
        raise Refused(
            f"The last reply has {has}. Type /save and the number of one."
            if reply.parts
            else "The last reply has no files."
        )
    await chat.say(f"Written to {await saved(chat.live, reply.parts[number - 1], name.strip())}.")


async def remove(chat: Chat, words: str) -> None:
    prompt = chat.last_prompt(chat.active)
    if prompt is None:
        raise Refused("This conversation is empty.")
    step = await chat.live.delete_message(prompt.id)
    if step is not None:
        await chat.say(f"{step.done}. /undo brings this back.")


HANDLERS: Mapping[str, Handler] = {
    "retry": regenerate,
    "regenerate": regenerate,
    "continue": continue_reply,
    "rewrite": rewrite,
    "read": read,
    "show": show,
    "thinking": thinking,
    "versions": versions,
    "version": version,
    "branch": branch,
    "save": save,
    "remove": remove,
}
