"""Does what was typed: a command behind a slash, or a prompt. A command that does not exist is never sent."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping

from textchat.commands.dialogue.actions import (
    comparison,
    connecting,
    context,
    conversations,
    merging,
    panes,
    program,
    prompts,
    ratings,
    replaying,
    replies,
    saved,
    voting,
)
from textchat.commands.dialogue.chat import Chat, Handler, Refused
from textchat.commands.dialogue.table import BY_NAME, meant
from textchat.core.errors import ConfigurationError
from textchat.core.store_error import StoreError

HANDLERS: Mapping[str, Handler] = {
    **prompts.HANDLERS,
    **ratings.HANDLERS,
    **replies.HANDLERS,
    **panes.HANDLERS,
    **comparison.HANDLERS,
    **context.HANDLERS,
    **connecting.HANDLERS,
    **conversations.HANDLERS,
    **program.HANDLERS,
    **saved.HANDLERS,
    **replaying.HANDLERS,
    **voting.HANDLERS,
    **merging.HANDLERS,
}
"""What does each command, by its name in the table."""
_COMMAND = re.compile(r"/([^\s/]*)(?:\s+(.*))?", re.DOTALL)
"""A word behind a slash at the beginning; a path, which has more of them, is no command."""


async def take(chat: Chat, text: str) -> None:
    """Run a command, or send a prompt; what cannot be done is one sentence."""
    await told(chat, _take(chat, text))


async def told(chat: Chat, work: Awaitable[None]) -> None:
    """Do what was asked for, and say why it cannot be done."""
    try:
        await work
    except (Refused, StoreError, ConfigurationError) as error:
        await chat.say(str(error))


async def _take(chat: Chat, text: str) -> None:
    if (found := _COMMAND.fullmatch(text.rstrip())) is not None:
        name = found[1].lower()
        if name not in BY_NAME:
            raise Refused(meant(name))
        await HANDLERS[BY_NAME[name].name](chat, (found[2] or "").strip())
    elif text.strip() or chat.attached:
        await prompts.send(chat, text.strip("\n"))
