"""Reads the key of a provider: from a named variable, a command, the keyring, or the usual variable of its host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from textchat.core.configuration import ProviderSettings
from textchat.core.errors import AuthenticationError
from textchat.core.text.addresses import host_of
from textchat.providers.http.key_command import KeyCommandError, key_printed_by

_HOST_VARIABLES = {
    "api.openai.com": ("OPENAI_API_KEY",),
    "api.anthropic.com": ("ANTHROPIC_API_KEY",),
    "generativelanguage.googleapis.com": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "openrouter.ai": ("OPENROUTER_API_KEY",),
    "api.groq.com": ("GROQ_API_KEY",),
    "api.mistral.ai": ("MISTRAL_API_KEY",),
    "api.deepseek.com": ("DEEPSEEK_API_KEY",),
}
"""The usual variables of each host; a key in them belongs to this host alone."""


def host_variables(url: str) -> tuple[str, ...]:
    """The usual variables for the server at `url`: only for the host they belong to, and only over TLS."""
    return _HOST_VARIABLES.get(host_of(url), ()) if url.startswith("https://") else ()


@dataclass(frozen=True, slots=True)
class TypedKey:
    """A key that the user has just typed, for a test of it; its `repr` does not hold it."""

    value: str = field(repr=False)


class KeySource:
    """Reads one provider's key on first use; caches the output of a command and what the keyring gave."""

    def __init__(
        self,
        settings: ProviderSettings,
        usual: tuple[str, ...],
        environ: Mapping[str, str],
        typed: TypedKey | None = None,
    ) -> None:
        """`typed` goes before all that the settings say."""
        self._name = settings.name
        self._typed = typed
        self._variables = (settings.api_key_env,) if settings.api_key_env else usual
        self._command = None if settings.api_key_env else settings.api_key_command
        self._is_in_keyring = settings.api_key_keyring and not settings.api_key_env and self._command is None
        self._environ = environ
        self._printed: str | None = None
        self._running = asyncio.Lock()

    @property
    def variable(self) -> str | None:
        """The variable that holds or would hold the key; None if something else gives it, or no key is sent."""
        if self._command is not None or self._is_in_keyring or not self._variables:
            return None
        filled = (name for name in self._variables if self._environ.get(name, "").strip())
        return next(filled, self._variables[0])

    async def read(self) -> str | None:
        """The key, None if none is set; raises AuthenticationError where none can be had, or it is unusable."""
        if self._typed is not None:
            return self._checked(self._typed.value, "as typed")
        if self._command is not None or self._is_in_keyring:
            async with self._running:
                if self._printed is None:
                    self._printed = await self._given()
                return self._printed
        variable = self.variable
        key = self._environ.get(variable, "").strip() if variable else ""
        return self._checked(key, variable or "") if key else None

    def forget(self) -> None:
        """Drop the cached key after the server refused it, so that the command or the keyring is asked again."""
        self._printed = None

    @property
    def advice(self) -> str:
        """What to do about a missing or refused key."""
        if self._command is not None:
            return f"Check the api_key_command of [providers.{self._name}]."
        if self._is_in_keyring:
            return "Connect the model again to store another key in the keyring."
        if not self._variables:
            return f"Name its variable with api_key_env in [providers.{self._name}]."
        unset = not any(self._environ.get(variable, "").strip() for variable in self._variables)
        names = " or ".join(self._variables)
        return f"Set {names} and restart." if unset else f"Check the key in {names}."

    def _checked(self, key: str, place: str) -> str:
        if key.isascii() and key.isprintable() and " " not in key:
            return key
        raise AuthenticationError(f"The key for {self._name} ({place}) contains invalid characters. Set it again.")

    async def _given(self) -> str:
        if self._command is not None:
            return self._checked(await self._run(self._command), "what api_key_command printed")
        from textchat.providers.system_keyring import KeyringProblem, stored_key

        try:
            return self._checked(await stored_key(self._name), "in the keyring")
        except KeyringProblem as problem:
            raise AuthenticationError(str(problem)) from problem

    async def _run(self, command: str | tuple[str, ...]) -> str:
        try:
            return await key_printed_by(command)
        except KeyCommandError as error:
            # What the command says is not repeated: it may hold the key.
            raise AuthenticationError(
                f"The api_key_command of {self._name} {error}. Run it in a shell to see why."
            ) from error
