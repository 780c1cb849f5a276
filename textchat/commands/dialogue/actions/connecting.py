"""Connects a provider by one line: which one, or its address, and where its key is; a key itself is typed unseen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textchat.commands.dialogue.actions.panes import say_models
from textchat.commands.dialogue.chat import Chat, Handler, Refused, number_in
from textchat.commands.dialogue.words import counted
from textchat.commands.output.terminal import STDIN, is_terminal
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.core.text.secrets import is_secret_value
from textchat.live.connecting.connecting import (
    Connecting,
    KeyCommand,
    KeyInKeyring,
    KeyPlace,
    KeyVariable,
    NoKey,
    NotConnected,
    WantedProvider,
)
from textchat.live.connecting.known_providers import OTHER, KnownProvider, known_providers, may_take_turns
from textchat.providers.http.keys import TypedKey

HOW = (
    "/connect and a number connects one; /connect and an address connects any other server.",
    "Behind it goes where the key is: variable NAME, command WORDS, keyring, or none.",
    "name WORD and models NAME,NAME may stand before that; address ADDRESS too.",
    "at-once 1 lets a server reply one at a time, for one small GPU; at-once any ends that.",
)
NEVER_A_KEY = "Type variable NAME, command WORDS, keyring or none behind it, and never the key itself."
_SETTINGS = ("name", "models", "address", "at-once")


async def connect(chat: Chat, words: str) -> None:
    """Test a provider and write it down; alone: list those that can be connected."""
    if not words:
        await _list(chat)
        return
    wanted = _wanted(chat, words)
    if wanted.key != KeyInKeyring() or _is_stored(chat, wanted.name):
        await _connect(chat, wanted)
        return
    from textchat.providers.system_keyring import is_keyring_installed, keeps_secrets

    if not await keeps_secrets():
        need = "This system has no safe keyring." if is_keyring_installed() else "Install textchat-llm[keyring] first."
        raise Refused(f"{need} Or use variable NAME, or command WORDS.")
    if not is_terminal(STDIN):
        raise Refused("A key can only be typed in a terminal. Use variable NAME, or command WORDS.")

    async def with_key(key: str) -> None:
        if not key.strip():
            raise Refused("No key, so nothing was connected.")
        await _connect(chat, replace(wanted, key=KeyInKeyring(TypedKey(key.strip()))))

    chat.wants_key = with_key


async def _connect(chat: Chat, wanted: WantedProvider) -> None:
    await chat.say("Asking the server for its models.")
    connecting = Connecting(chat.workspace.catalog, chat.workspace.changes, chat.workspace.environ)
    try:
        connected = await connecting.connect(wanted)
    except NotConnected as problem:
        raise Refused(_as_words(str(problem))) from problem
    await chat.say(f"Connected {plain_name(connected.name)}: {counted(len(connected.models), 'model')}.")
    for remark in connected.remarks:
        await chat.say(remark)
    models = [f"{connected.name}/{model.id}" for model in connected.models]
    await say_models(chat, models)
    if wanted.at_once is None and may_take_turns(connected.name, _address_of(chat, connected.name)):
        await chat.say(offer_of_turns(connected.name))
    await chat.say("/keep starts new conversations with the models that are open then.")


def offer_of_turns(provider: str) -> str:
    """How a server is made to reply one at a time."""
    return f"For one small GPU, /connect {plain_name(provider)} at-once 1 lets it reply one at a time."


def _address_of(chat: Chat, provider: str) -> str:
    return chat.workspace.catalog.settings(provider).base_url


def _as_words(sentence: str) -> str:
    """What the form says of itself, said of the line."""
    return (
        sentence.replace("or type the name of a model below", "or add models NAME")
        .replace("or type its name below", "or add models NAME")
        .replace("Choose where it is.", "Add variable NAME, command WORDS or keyring.")
    )


# -- what can be connected ---------------------------------------------------------------------------------------------


async def _list(chat: Chat) -> None:
    await chat.workspace.found.look()
    answering = {server.name: server.models for server in chat.workspace.found.servers}
    listed = _known(chat)
    chat.listed_providers = [known.name for known in listed]
    for number, known in enumerate(listed, start=1):
        await chat.say(f"{number}: {plain_name(known.label)}, {_about(known, answering.get(known.name))}")
    for sentence in HOW:
        await chat.say(sentence)


def _known(chat: Chat) -> list[KnownProvider]:
    """Those with a name, always in the same order but for servers that are found."""
    return [each for each in known_providers(chat.workspace.catalog, chat.workspace.environ) if each.label != OTHER]


def _about(known: KnownProvider, models: int | None) -> str:
    if models is not None:
        return f"on this machine, {counted(models, 'model')}"
    if known.has_key:
        return f"{plain_name(known.variable)} is set"
    if known.is_local:
        return "on this machine or in your network"
    return f"needs a key, such as in {known.variable}" if known.variable else plain_line(known.settings.base_url, 80)


# -- what was typed ----------------------------------------------------------------------------------------------------


def _wanted(chat: Chat, words: str) -> WantedProvider:
    first, rest = _split(words)
    if is_secret_value(first):
        raise Refused(NEVER_A_KEY)
    number = number_in(first, len(chat.listed_providers))
    if number is None and first.isdigit():
        raise Refused(f"No provider {plain_line(first, 20)} in the list. /connect lists them.")
    name = (first if number is None else chat.listed_providers[number - 1]).casefold()
    known = _known(chat)
    chosen = next((each for each in known if name in (each.name.casefold(), each.label.casefold())), None)
    if number is not None and chosen is None:
        raise Refused("That server is gone. /connect lists them.")
    place = {} if chosen is not None else {"address": first}
    given, key = _read(rest)
    given = {**place, **given}
    if chosen is None:
        other = next(each for each in known_providers(chat.workspace.catalog, chat.workspace.environ) if not each.name)
        key, at_once = key or NoKey(), _at_once(given)
        name, protocol, address = given.get("name", ""), other.settings.protocol, given["address"]
        return WantedProvider(name, protocol, address, key, _models(given), at_once, is_new=True)
    settings = chosen.settings
    models = _models(given) or settings.models
    return WantedProvider(
        chosen.name,
        settings.protocol,
        given.get("address", settings.base_url),
        key or _usual_key(chosen),
        models,
        _at_once(given),
    )


def _read(rest: str) -> tuple[dict[str, str], KeyPlace | None]:
    """The settings that were named, and where the key is, which ends the line; raises Refused."""
    given: dict[str, str] = {}
    while rest:
        word, rest = _split(rest)
        match word.lower(), rest:
            case ("none", ""):
                return given, NoKey()
            case ("keyring", ""):
                return given, KeyInKeyring()
            case ("command", command) if command:
                return given, KeyCommand(command)
            case ("variable", name) if name:
                return given, KeyVariable(name)
            case (setting, _) if setting in _SETTINGS and rest:
                given[setting], rest = _split(rest)
            case _:
                # The word may be a key that was typed in the wrong place: it is not repeated.
                raise Refused(NEVER_A_KEY)
    return given, None


def _split(words: str) -> tuple[str, str]:
    first, _, rest = words.strip().partition(" ")
    return first, rest.strip()


def _models(given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(filter(None, given.get("models", "").split(",")))


def _at_once(given: Mapping[str, str]) -> int | None:
    match given.get("at-once", "").lower():
        case "":
            return None
        case "any":
            return 0
        case number if number.isdecimal() and int(number[:9]) > 0:
            return int(number[:9])
    raise Refused("Type a whole number after at-once, or any.")


def _usual_key(known: KnownProvider) -> KeyPlace:
    """Where the settings have the key, or most would have it."""
    settings = known.settings
    if settings.api_key_keyring:
        return KeyInKeyring()
    if settings.api_key_command:
        command = settings.api_key_command
        return KeyCommand(command if isinstance(command, str) else " ".join(command))
    return KeyVariable(known.variable) if known.variable and (known.has_key or not known.is_local) else NoKey()


def _is_stored(chat: Chat, provider: str) -> bool:
    catalog = chat.workspace.catalog
    return provider in catalog.names and catalog.settings(provider).api_key_keyring


HANDLERS: Mapping[str, Handler] = {"connect": connect}
