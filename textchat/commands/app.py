"""`textchat` without a command: opens the app."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textchat.commands.output.terminal import STDIN, STDOUT, is_terminal
from textchat.core.errors import ConfigurationError
from textchat.startup import is_in_browser, quick_start

if TYPE_CHECKING:
    from argparse import Namespace

    from textchat.core.parts.part import Part


def run(arguments: Namespace) -> int:
    """Open the app as the arguments say; returns the exit code. Raises ConfigurationError and StoreError."""
    conversation_id = None
    if arguments.open_id is not None or arguments.continue_newest:
        if arguments.models:
            raise ConfigurationError("-m cannot be combined with --open or --continue: a conversation keeps its panes.")
        _check_terminal()
        conversation_id = asyncio.run(_conversation(arguments.open_id))
    parts = _read_attachments(arguments.attach) if arguments.attach else ()
    return open_app(arguments.models or (), " ".join(arguments.prompt) or None, conversation_id, parts)


def open_app(
    models: Sequence[str] = (),
    prompt: str | None = None,
    conversation_id: str | None = None,
    parts: tuple[Part, ...] = (),
) -> int:
    """Run the app until it ends; returns the exit code. Raises ConfigurationError where there is no terminal."""
    _check_terminal()
    with quick_start():
        from textchat.app import Opening, run_app

        return run_app(Opening(models, prompt, conversation_id, parts))


def _read_attachments(names: Sequence[str]) -> tuple[Part, ...]:
    """Read the files to attach before anything opens: one that cannot be read is said where it was typed."""
    from textchat.commands.asking.attachments import read_attachment
    from textchat.config.load import load_settings

    _check_terminal()
    most = load_settings().settings.limits.attachment_bytes
    return tuple(read_attachment(name, most) for name in names)


def _check_terminal() -> None:
    if not (is_terminal(STDIN) and is_terminal(STDOUT)) and not is_in_browser():
        raise ConfigurationError("textchat needs a terminal; in a pipe or a script, use textchat ask.")


async def _conversation(prefix: str | None) -> str | None:
    """The id of the conversation whose id begins so, or of the newest one; None where there is none."""
    # Imported only now: without --open or --continue the first paint does not wait for the store.
    from textchat.commands.open_store import history_to_read, id_of

    async with history_to_read(is_said=False) as history:
        return await history.newest() if prefix is None else await id_of(history, prefix)
