"""Commands on several replies to one prompt: by paragraphs, word by word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.commands.dialogue.speaking import LONGEST_COMPARED, say_passages
from textchat.core.configuration import ComparedBy
from textchat.core.conversation import Message


def _replies(chat: Chat) -> list[tuple[str, str, Message]]:
    """The last reply of each pane, or the versions of the only pane's: number, name and message."""
    if len(chat.panes) > 1:
        found = [(chat.sign(pane), chat.name(pane), chat.last_reply(pane)) for pane in chat.panes]
        return [(sign, name, reply) for sign, name, reply in found if reply is not None]
    reply = chat.last_reply(chat.active)
    ids = chat.conversation.siblings(reply.id) if reply else ()
    versions = [chat.mask.message(chat.conversation.messages[id_]) for id_ in ids]
    return [(str(number), f"version {number}", each) for number, each in enumerate(versions, start=1)]


async def compare(chat: Chat, words: str) -> None:
    """Say the last replies by matching paragraphs; with a word, say all that follow so."""
    if words:
        if words not in tuple(ComparedBy):
            raise Refused("Type /compare, /compare turns or /compare paragraphs.")
        for problem in await chat.workspace.changes.change({"ui": {"compare_by": words}}):
            await chat.say(problem)
        way = "by turns" if words == ComparedBy.TURNS else "by matching paragraphs"
        await chat.say(f"Several replies are read {way}.")
        return
    replies = [(number, reply) for number, _, reply in _replies(chat) if reply.text.strip()]
    if len(replies) < 2:
        raise Refused("Nothing to compare yet: it takes two replies.")
    await say_passages(chat.voice, [reply for _, reply in replies], [number for number, _ in replies])
    await chat.say("End of the comparison.")


async def diff(chat: Chat, words: str) -> None:
    """Say how the reply of one pane differs from that of another, by words."""
    from textchat.commands.output.differences import differences  # few dialogues compare

    replies = _replies(chat)
    wanted = words.upper().split() or [number for number, _, _ in replies[:2]]
    chosen = [each for number in wanted for each in replies if each[0] == number]
    if len(chosen) != 2 or len(wanted) != 2:
        raise Refused("Type /diff and the numbers of two replies." if len(replies) > 1 else "It takes two replies.")
    (_, one, base), (_, other, changed) = chosen
    if max(len(base.text), len(changed.text)) > LONGEST_COMPARED:
        raise Refused("Too long to compare here. Export them and compare the files.")
    if base.text == changed.text:
        await chat.say("Both say the same.")
        return
    await chat.say(f"From {one} to {other}: [-removed-], {{+added+}}, [↓moved↓].")
    await chat.voice.read_out(await asyncio.to_thread(differences, base.text, changed.text))
    await chat.say("End of the differences.")


HANDLERS: Mapping[str, Handler] = {
    "compare": compare,
    "diff": diff,
}
