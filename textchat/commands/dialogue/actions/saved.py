"""Commands on personas and saved prompts: which there are, and to use one."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Mapping, Sequence
from typing import TypeVar

from textchat.commands.dialogue.actions.prompts import send
from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.config.personas.library import Library
from textchat.core.text.sanitize import escaped, plain_line, plain_name

T = TypeVar("T")


async def persona(chat: Chat, words: str) -> None:
    """Give the active pane a persona, or none; alone: list them."""
    if not words:
        chat.listed_personas = await _listed(chat, chat.workspace.personas)
        await chat.say("/persona and a number uses one, /persona none uses none.")
        return
    chat.check_open()
    name = _named(words, chat.listed_personas)
    chosen = None if words == "none" else (await asyncio.to_thread(chat.workspace.personas.named, name)).value
    step = await chat.live.panes.set_persona(chat.active.id, chosen)
    await chat.say("Nothing changed." if step is None else f"{step.done}. /undo undoes this.")
    await chat.say_panes()


async def template(chat: Chat, words: str) -> None:
    """Send a saved prompt, with values for its variables; alone: list them."""
    if not words:
        chat.listed_prompts = await _listed(chat, chat.workspace.prompts)
        await chat.say("/prompt and a number sends one.")
        return
    try:
        first, *given = shlex.split(words)
    except ValueError as error:
        raise Refused("The quotes do not match.") from error
    entry = await asyncio.to_thread(chat.workspace.prompts.named, _named(first, chat.listed_prompts))
    variables = entry.value.variables
    if len(given) > len(variables) or any(not each.default for each in variables[len(given) :]):
        wanted = " ".join(f'"{plain_name(each.name)}"' for each in variables) or "nothing"
        raise Refused(f"Type /prompt {plain_name(entry.name)} and a value for each variable, in quotes: {wanted}.")
    text = entry.value.filled({each.name: value for each, value in zip(variables, given, strict=False)})
    await chat.voice.read_out(text)
    await send(chat, text)


def _named(words: str, listed: Sequence[str]) -> str:
    number = number_in(words, len(listed))
    return words if number is None else listed[number - 1]


async def _listed(chat: Chat, library: Library[T]) -> list[str]:
    """List what there is, and each file that cannot be used; returns the names."""
    listed = await asyncio.to_thread(library.listed)
    for problem in listed.problems:
        await chat.say(problem)
    if not listed.entries:
        raise Refused(f"No {library.kind}s. Put a file into {escaped(library.folder)}.")
    for number, entry in enumerate(listed.entries, start=1):
        about = f": {plain_line(entry.about)}" if entry.about else ""
        await chat.say(f"{number}: {plain_name(entry.name)}{about}")
    return [entry.name for entry in listed.entries]


HANDLERS: Mapping[str, Handler] = {"persona": persona, "prompt": template}
