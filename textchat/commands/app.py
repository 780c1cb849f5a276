"""`textchat` without a command: the app, with the panes and the prompt that the words ask for."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace

from textchat.commands.stored import id_of, opened_history
from textchat.core.errors import ConfigurationError


def run(arguments: Namespace) -> int:
    """Open the app; raises ConfigurationError where there is no terminal for it, or no such conversation."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigurationError("The app needs a terminal; in a pipe or a script use textchat ask.")
    conversation_id = None
    if arguments.continue_newest or arguments.open_id is not None:
        conversation_id = asyncio.run(_conversation_id(arguments.open_id))
    from textchat.app import Opening, run_app

    prompt = " ".join(arguments.prompt) or None
    return run_app(Opening(arguments.models or (), prompt, conversation_id))


async def _conversation_id(open_id: str | None) -> str | None:
    async with opened_history() as history:
        return await history.newest() if open_id is None else await id_of(history, open_id)
