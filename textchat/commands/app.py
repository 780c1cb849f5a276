"""`textchat` without a command: opens the app, or the dialogue that takes its place."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textchat.commands.output.terminal import STDIN, STDOUT, is_terminal
from textchat.core.errors import ConfigurationError
from textchat.startup import is_in_browser, quick_start, share_heap

if TYPE_CHECKING:
    from argparse import Namespace

    from textchat.core.evaluation.opened_rows import OpenedRows
    from textchat.core.parts.part import Part
    from textchat.core.personas.persona import Persona
    from textchat.live.replaying.opening import ReplayOpening


def run(arguments: Namespace) -> int:
    """Open the app as the arguments say; returns the exit code. Raises ConfigurationError and StoreError."""
    conversation: str | OpenedRows | None = None
    if arguments.open_id is not None or arguments.continue_newest:
        if arguments.models:
            raise ConfigurationError("-m cannot be combined with --open or --continue: a conversation keeps its panes.")
        if arguments.persona is not None:
            raise ConfigurationError("--persona cannot be combined with --open or --continue. Choose it in the app.")
        conversation = _rows(arguments.open_id)
        if not arguments.plain:
            _check_terminal()
        conversation = conversation or asyncio.run(_conversation(arguments.open_id))
    if arguments.attach and not arguments.plain:
        _check_terminal()
    parts = _read_attachments(arguments.attach) if arguments.attach else ()
    persona = None if arguments.persona is None else _persona(arguments.persona)
    models, prompt = arguments.models or (), " ".join(arguments.prompt) or None
    return open_app(models, prompt, conversation, parts, persona, is_plain=arguments.plain)


def open_app(
    models: Sequence[str] = (),
    prompt: str | None = None,
    conversation: str | OpenedRows | None = None,
    parts: tuple[Part, ...] = (),
    persona: Persona | None = None,
    *,
    is_plain: bool = False,
    replay: ReplayOpening | None = None,
) -> int:
    """Run the app until it ends; returns the exit code. Raises ConfigurationError where there is no terminal.

    `conversation` is the id of one, or rows of results to make one of. With `is_plain`, and in a terminal that says it
    can only print, it is a dialogue of plain lines.
    """
    if not is_plain:
        _check_terminal()
    if is_plain or (os.environ.get("TERM") == "dumb" and not is_in_browser()):
        from textchat.commands.dialogue.run import DialogueOpening, run_dialogue

        remark = "" if is_plain else "TERM is dumb: textchat prints plain lines, as with --plain."
        return run_dialogue(DialogueOpening(models, prompt, conversation, parts, persona, remark, replay))
    share_heap()
    with quick_start():
        from textchat.app import Opening, run_app

        return run_app(Opening(models, prompt, conversation, parts, persona, replay))


def _persona(name: str) -> Persona | None:
    """Read the persona before anything opens: an unknown one is said where it was typed."""
    from textchat.commands.asking.given_persona import given_persona

    return given_persona(name)


def _read_attachments(names: Sequence[str]) -> tuple[Part, ...]:
    """Read the files to attach before anything opens: one that cannot be read is said where it was typed."""
    from textchat.commands.asking.attachments import read_attachment
    from textchat.config.load import load_settings

    most = load_settings().settings.limits.attachment_bytes
    return tuple(read_attachment(name, most) for name in names)


def _check_terminal() -> None:
    if not (is_terminal(STDIN) and is_terminal(STDOUT)) and not is_in_browser():
        raise ConfigurationError("textchat needs a terminal; in a pipe or a script, use textchat ask or --plain.")


def _rows(name: str | None) -> OpenedRows | None:
    """The row of results that is named, with those beside it; None where none is."""
    if name is None:
        return None
    from textchat.commands.evaluating.results_file import opened_row

    return opened_row(name)


async def _conversation(prefix: str | None) -> str | None:
    """The id of the conversation whose id begins so, or of the newest one; None where there is none."""
    # Imported only now: without --open or --continue the first paint does not wait for the store.
    from textchat.commands.open_store import history_to_read, id_of

    async with history_to_read(is_said=False) as history:
        return await history.newest() if prefix is None else await id_of(history, prefix)
