"""Connects a provider: tries it out, keeps its key where the user wants it, and writes it into `preferences.toml`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count

from textchat.core.configuration import Protocol, ProviderSettings, Timeouts, openai_protocol
from textchat.core.errors import AuthenticationError, ChatError, ConfigurationError, ErrorKind
from textchat.core.provider import ModelInfo
from textchat.core.store_error import StoreError
from textchat.core.text.secrets import has_secret_word, is_secret_value
from textchat.live.connecting.provider_table import provider_table
from textchat.live.connecting.typed_address import AddressProblem, addresses_to_try, place_of, usual_name
from textchat.live.settings.changing import SettingsChanges
from textchat.providers.catalog import Catalog, definition_of
from textchat.providers.http.keys import TypedKey

PATIENCE = Timeouts(connect=5.0, first_token=15.0)
"""Of a test: somebody waits for it."""
LONGEST_PLAIN_NAME = 24
"""Characters of a name with digits and small letters in it that is still taken for the name of a variable."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPENAI = frozenset({Protocol.OPENAI, Protocol.OPENAI_RESPONSES})
_ABOUT_THE_PATH = frozenset({ErrorKind.NOT_FOUND, ErrorKind.PROTOCOL, ErrorKind.BAD_REQUEST})
_ABOUT_THE_SCHEME = frozenset({ErrorKind.NETWORK})


@dataclass(frozen=True, slots=True)
class NoKey:
    """None is sent."""


@dataclass(frozen=True, slots=True)
class KeyVariable:
    """An environment variable holds it."""

    name: str


@dataclass(frozen=True, slots=True)
class KeyCommand:
    """A command prints it, run by the shell."""

    command: str


@dataclass(frozen=True, slots=True)
class KeyInKeyring:
    """The system's keyring holds it, once `typed` is stored there; None: it does so already."""

    typed: TypedKey | None = None


KeyPlace = NoKey | KeyVariable | KeyCommand | KeyInKeyring


@dataclass(frozen=True, slots=True)
class WantedProvider:
    """What the user wants to connect, as it was typed."""

    name: str
    """Empty for a new one that is to be named by its address."""
    protocol: Protocol
    address: str
    key: KeyPlace
    models: tuple[str, ...] = ()
    """Names of models, for a server that lists none."""
    at_once: int | None = None
    """How many replies may run at once, 0: any number; None: as it is."""
    is_new: bool = False
    """Whether it must not take the place of one that is known."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A provider that answers and can be used."""

    name: str
    models: tuple[ModelInfo, ...]
    remarks: tuple[str, ...] = ()
    """Sentences about what was written."""


class NotConnected(Exception):
    """Why a provider could not be connected, and what to do; nothing was written or stored."""


class KeyMissing(NotConnected):
    """The server answers, and asks for a key."""


class Connecting:
    """Tries providers out and writes those down that answer."""

    def __init__(self, catalog: Catalog, changes: SettingsChanges, environ: Mapping[str, str] = os.environ) -> None:
        self._catalog = catalog
        self._changes = changes
        self._environ = environ

    async def use_first(self, models: Sequence[str]) -> bool:
        """Start new conversations with these models where no file says with which; returns whether that is so now."""
        if not models or self._changes.loaded.place("default_models"):
            return False
        try:
            await self._changes.change({"default_models": list(models)})
        except StoreError:
            return False  # what could not be written was told when the provider was
        return True

    async def connect(self, wanted: WantedProvider) -> Connected:
        """Ask the server for its models, and write it down if it answers; raises NotConnected."""
        try:
            addresses = addresses_to_try(wanted.address, wanted.protocol)
        except AddressProblem as problem:
            raise NotConnected(str(problem)) from problem
        if wanted.is_new and not wanted.name.strip() and (known := self._known_at(addresses, wanted.protocol)):
            # Under a second name, each of its models would be listed twice.
            addresses = (known.base_url,)
            wanted = replace(wanted, name=known.name, protocol=known.protocol, is_new=False)
        name = self._checked_name(wanted, addresses[0])
        self._check_key(name, wanted.key)
        settings, models = await self._first_that_answers(replace(wanted, name=name), addresses)
        if not models:
            raise NotConnected(f"{name} lists no models. Load one there, or type its name below.")
        return Connected(name, tuple(models), tuple(await self._write(settings, wanted)))

    # -- what was typed ----------------------------------------------------------------------------------------------

    def _checked_name(self, wanted: WantedProvider, address: str) -> str:
        name = wanted.name.strip()
        if wanted.is_new and not name:
            usual = usual_name(address)
            return next(filter(self._is_free, chain((usual,), (f"{usual}-{number}" for number in count(2)))))
        if has_secret_word(name):
            raise NotConnected("Leave the key out of the name: it would be written to a file. Change the name.")
        if not name or "/" in name or not name.isprintable() or any(sign.isspace() for sign in name):
            raise NotConnected("The name of the provider is one word without “/”. Change it.")
        if wanted.is_new and not self._is_free(name):
            raise NotConnected(f"Another provider is called {name}. Choose another name.")
        return name

    def _known_at(self, addresses: Sequence[str], protocol: Protocol) -> ProviderSettings | None:
        """The provider that is reached at one of these addresses already, in a protocol of the same maker."""
        places = {place_of(address) for address in addresses}
        for name in self._catalog.names:
            try:
                known = self._catalog.effective(name)
            except (ChatError, ConfigurationError):
                continue
            is_alike = known.protocol is protocol or {known.protocol, protocol} <= _OPENAI
            if is_alike and known.base_url and place_of(known.base_url) in places:
                return known
        return None

    def _is_free(self, name: str) -> bool:
        return name not in self._catalog.names and definition_of(name) is None

    def _check_key(self, provider: str, key: KeyPlace) -> None:
        match key:
            case KeyVariable(""):
                raise NotConnected("Type the name of the variable that holds the key.")
            case KeyVariable(name) if not _VARIABLE.fullmatch(name) or _may_be_key(name):
                raise NotConnected("Type the name of the variable that holds the key, not the key itself.")
            case KeyVariable(name) if not self._environ.get(name, "").strip():
                raise NotConnected(f"{name} is not set. Set it and restart, or choose another place for the key.")
            case KeyCommand(command) if not command.strip():
                raise NotConnected("Type the command that prints the key, such as pass show openai.")
            case KeyCommand(command) if any(map(is_secret_value, re.split(r"[\s\"'=]+", command))):
                raise NotConnected("Leave the key itself out of the command: it would be written to a file.")
            case KeyInKeyring(None) if not self._has_stored(provider):
                raise NotConnected("No key. Type or paste it.")
            case KeyInKeyring(TypedKey(value)) if not (value.isascii() and value.isprintable() and " " not in value):
                raise NotConnected("The key contains invalid characters. Type it again.")

    def _has_stored(self, provider: str) -> bool:
        """Whether the settings say that a key of this provider is in the keyring."""
        return provider in self._catalog.names and self._catalog.settings(provider).api_key_keyring

    # -- the test ----------------------------------------------------------------------------------------------------

    async def _first_that_answers(
        self, wanted: WantedProvider, addresses: tuple[str, ...]
    ) -> tuple[ProviderSettings, list[ModelInfo]]:
        """The settings with the first address that lists models, and these; raises NotConnected."""
        failures: list[ChatError] = []
        for address in addresses:
            settings = self._settings(wanted, address)
            try:
                return settings, await self._catalog.try_out(replace(settings, timeout=PATIENCE), _typed(wanted.key))
            except ConfigurationError as error:
                raise NotConnected(_about_form(str(error), wanted.name)) from error
            except ChatError as error:
                failures.append(error)
                if error.kind not in _ABOUT_THE_PATH | _ABOUT_THE_SCHEME:
                    break
        # One that speaks of the key or the limit knows the address; else the first is the one that was typed.
        told = next((failure for failure in failures if failure.kind not in _ABOUT_THE_PATH), failures[0])
        if isinstance(told, AuthenticationError) and isinstance(wanted.key, NoKey):
            raise KeyMissing(f"{wanted.name} asks for a key. Choose where it is.") from told
        raise NotConnected(_told(told, wanted)) from told

    def _settings(self, wanted: WantedProvider, address: str) -> ProviderSettings:
        protocol = wanted.protocol
        if protocol is Protocol.OPENAI_RESPONSES:
            protocol = openai_protocol(address)  # another server than OpenAI's own speaks the older one
        settings = ProviderSettings(wanted.name, protocol, address, models=wanted.models, headers=self._headers(wanted))
        match wanted.key:
            case KeyVariable(name):
                return replace(settings, api_key_env=name)
            case KeyCommand(command):
                return replace(settings, api_key_command=command.strip())
            case KeyInKeyring():
                return replace(settings, api_key_keyring=True)
            case NoKey():
                return settings

    def _headers(self, wanted: WantedProvider) -> Mapping[str, str]:
        """What the files send with each request to this provider: they stay there, and the server may need them."""
        known = not wanted.is_new and wanted.name in self._catalog.names
        return self._catalog.settings(wanted.name).headers if known else {}

    # -- what stays --------------------------------------------------------------------------------------------------

    async def _write(self, settings: ProviderSettings, wanted: WantedProvider) -> list[str]:
        typed = _typed(wanted.key)
        if typed is None:
            return await self._write_table(settings, wanted.at_once)
        from textchat.providers.system_keyring import KeyringProblem, put_back_key, store_key

        try:
            earlier = await store_key(settings.name, typed.value)
        except KeyringProblem as problem:
            raise NotConnected(str(problem)) from problem
        try:
            return await self._write_table(settings, wanted.at_once)
        except NotConnected:
            with suppress(KeyringProblem):  # what has failed first is what is told
                await put_back_key(settings.name, earlier)
            raise

    async def _write_table(self, settings: ProviderSettings, at_once: int | None) -> list[str]:
        limit = {} if at_once is None else {"max_concurrent": at_once or None}
        try:
            return await self._changes.change({"providers": {settings.name: {**provider_table(settings), **limit}}})
        except StoreError as error:
            raise NotConnected(str(error)) from error


def _may_be_key(name: str) -> bool:
    """Whether what should be the name of a variable looks like a key, so that it is not repeated."""
    is_long_mix = len(name) >= LONGEST_PLAIN_NAME and any(map(str.isdigit, name)) and any(map(str.islower, name))
    return is_secret_value(name) or is_long_mix


def _typed(key: KeyPlace) -> TypedKey | None:
    return key.typed if isinstance(key, KeyInKeyring) else None


def _told(failure: ChatError, wanted: WantedProvider) -> str:
    if isinstance(failure, AuthenticationError) and _typed(wanted.key) is not None:
        return f"{wanted.name} refused the key. Type it again."
    return _about_form(failure.message, wanted.name)


def _about_form(sentence: str, name: str) -> str:
    """A sentence of the provider, with what the form calls its settings."""
    sentence = re.sub(rf"base_url of (\[providers\.)?{re.escape(name)}\]?|its base_url", "the address", sentence)
    sentence = re.sub(rf", or raise timeout\.connect of {re.escape(name)}", "", sentence)
    return re.sub(r", or set models = .* in \[providers\.[^\]]*\]", ", or type the name of a model below", sentence)
