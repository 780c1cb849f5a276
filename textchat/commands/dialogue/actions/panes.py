"""Commands on panes: which there are, with which models and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.commands.dialogue.words import counted
from textchat.core.errors import ConfigurationError
from textchat.core.figures.reply_figures import count
from textchat.core.parameters import Parameters
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.core.text.secrets import masked_table
from textchat.core.turns import MOST_PANES
from textchat.live.settings.request_fields import request_fields

MOST_LISTED = 30
"""Models that are listed at once; words narrow the list."""


async def model(chat: Chat, words: str) -> None:
    """Change the model of the active pane, or list models."""
    if words:
        chat.check_open()
    if (chosen := await _chosen(chat, words)) is not None:
        await chat.live.panes.set_model(chat.active.id, chosen)
        await chat.say(f"The next prompt goes to {chat.name(chat.active)}.")


async def add(chat: Chat, words: str) -> None:
    if len(chat.panes) >= MOST_PANES:
        raise Refused(f"{MOST_PANES} panes is the most. /close closes one.")
    if chat.conversation.blind is not None and chat.conversation.blind.answers:
        chat.check_open()
    if (chosen := await _chosen(chat, words)) is not None:
        pane = await chat.live.panes.add(chosen, beside=chat.active.id)
        chat.activate(pane.id)
        is_blind = chat.mask.is_blind
        await chat.say("Added a pane and shuffled all panes again." if is_blind else f"Added {chat.name(pane)}.")
        await chat.say_panes()


async def _chosen(chat: Chat, words: str) -> str | None:
    """The model that the words name or number; None where they only list some, which are said. Raises Refused."""
    if words.isdigit():
        number = number_in(words, len(chat.listed_models))
        if number is None:
            raise Refused(f"No model {words} in the list. /model lists the models.")
        return chat.listed_models[number - 1]
    provider, slash, name = words.partition("/")
    if slash and provider in chat.workspace.settings.providers and name.strip() and not name.split()[1:]:
        return words
    found = [each for each in await _models(chat) if all(part in each.lower() for part in words.lower().split())]
    if words and len(found) == 1:
        return found[0]
    if not found:
        raise Refused(f"No model matches {plain_line(words, 60)}. /model lists all." if words else "No models found.")
    await say_models(chat, found)
    return None


async def _models(chat: Chat) -> list[str]:
    """All models: favourites, those used last, and what each provider lists; a failing one is one line."""
    listed: list[str] = []
    async for listing in chat.workspace.list_models():
        if listing.problem:
            await chat.say(f"{listing.provider}: {listing.problem}")
        listed += [f"{listing.provider}/{each.id}" for each in listing.models]
    first = (*chat.workspace.favourites, *await chat.workspace.recent_models())
    return list(dict.fromkeys([*(each for each in first if each in listed), *sorted(listed)]))


async def say_models(chat: Chat, models: Sequence[str]) -> None:
    """List models with numbers for the next command."""
    chat.listed_models = models[:MOST_LISTED]
    for number, name in enumerate(chat.listed_models, start=1):
        about = [f"{count(window)} tokens of context"] if (window := chat.workspace.context_window(name)) else []
        if price := chat.workspace.price_of(name):
            about.append(f"{price.input:g} dollars in and {price.output:g} out for a million tokens")
        await chat.say(", ".join([f"{number}: {plain_name(name)}", *about]))
    if len(models) > MOST_LISTED:
        await chat.say(f"{counted(len(models) - MOST_LISTED, 'more model')}. /model and words narrow the list.")
    await chat.say("/model and a number changes the model; /add and a number adds a pane.")


async def panes(chat: Chat, words: str) -> None:
    await chat.say_panes()


async def activate(chat: Chat, words: str) -> None:
    if not words:
        raise Refused("Type /pane and a number. /panes lists them.")
    pane = chat.pane_numbered(words)
    chat.activate(pane.id)
    await chat.say(f"{chat.name(pane)} is active.")


async def duplicate(chat: Chat, words: str) -> None:
    if len(chat.panes) >= MOST_PANES:
        raise Refused(f"{MOST_PANES} panes is the most. /close closes one.")
    await chat.live.panes.duplicate(chat.active.id)
    await chat.say_panes()


async def close(chat: Chat, words: str) -> None:
    step = await chat.live.close_pane(chat.pane_numbered(words).id)
    if step is None:
        raise Refused("The last pane stays. /model changes its model.")
    await chat.say(f"{step.done}. /undo brings this back.")
    await chat.say_panes()


async def only(chat: Chat, words: str) -> None:
    pane = chat.pane_numbered(words)
    name = plain_name(chat.mask.pane_name(pane))
    if await chat.live.choose(pane.id) is None:
        raise Refused("This is the only pane.")
    await chat.say(f"Continuing with {name}. The other replies stay as versions. /undo brings back the panes.")


async def keep(chat: Chat, words: str) -> None:
    chat.check_open()
    models = [pane.model for pane in chat.panes]
    for problem in await chat.workspace.changes.change({"default_models": models}):
        await chat.say(problem)
    await chat.say(f"New conversations start with {', '.join(map(plain_name, models))}.")


# -- parameters ------------------------------------------------------------------------------------------------------


async def system(chat: Chat, words: str) -> None:
    chat.check_open()
    if not words:
        known = chat.active.parameters.system
        await (chat.voice.read_out(known) if known else chat.say("No system prompt. /system and a text sets one."))
        return
    text = None if words == "none" else words
    await chat.live.panes.set_parameters(chat.active.id, {"system": text})
    await chat.say("The system prompt is set." if text else "The system prompt is removed.")


async def set_parameter(chat: Chat, words: str) -> None:
    chat.check_open()
    key, _, value = words.partition(" ")
    if not key:
        await _say_parameters(chat)
        return
    if not value.strip():
        raise Refused(f"Type a value for {plain_line(key, 40)}; default takes the server's.")
    text = "null" if value.strip() == "default" else value.strip()
    try:
        changes = request_fields([(key, text)])
    except ConfigurationError as error:
        raise Refused(str(error).replace("-o ", "", 1)) from error
    removed = {key} if text == "null" and key in chat.active.parameters.extra else set[str]()
    await chat.live.panes.set_parameters(chat.active.id, {} if removed else changes, removed)
    await _say_parameters(chat)


async def _say_parameters(chat: Chat) -> None:
    parameters: Parameters = chat.active.parameters
    known = {**parameters.as_dict(), **masked_table(dict(parameters.extra))}
    said = [f"{plain_name(name, 60)} {plain_line(str(value), 200)}" for name, value in known.items()]
    await chat.say(f"{chat.name(chat.active)}: {'; '.join(said) or 'no parameters set'}.")


HANDLERS: Mapping[str, Handler] = {
    "model": model,
    "panes": panes,
    "pane": activate,
    "add": add,
    "duplicate": duplicate,
    "close": close,
    "only": only,
    "keep": keep,
    "system": system,
    "set": set_parameter,
}
