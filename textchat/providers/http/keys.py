"""Reads the key of a provider: from a named variable, a command, or the usual variable of its host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

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


class KeySource:
    """Reads one provider's key on first use; caches the output of a command."""

    def __init__(self, settings: ProviderSettings, usual: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self._name = settings.name
        self._variables = (settings.api_key_env,) if settings.api_key_env else usual
        self._command = None if settings.api_key_env else settings.api_key_command
        self._environ = environ
        self._printed: str | None = None
        self._running = asyncio.Lock()

    @property
    def variable(self) -> str | None:
        """The variable that holds or would hold the key; None if a command gives it, or no key is sent."""
        if self._command is not None or not self._variables:
            return None
        filled = (name for name in self._variables if self._environ.get(name, "").strip())
        return next(filled, self._variables[0])

    async def read(self) -> str | None:
        """The key, None if none is set; raises AuthenticationError if the command fails or the key is unusable."""
        if self._command is not None:
            async with self._running:
                if self._printed is None:
                    self._printed = self._checked(await self._run(self._command), "what api_key_command printed")
                return self._printed
        variable = self.variable
        key = self._environ.get(variable, "").strip() if variable else ""
        return self._checked(key, variable or "") if key else None

    def forget(self) -> None:
        """Drop the cached key after the server refused it, so that the command runs again."""
        self._printed = None

    @property
    def advice(self) -> str:
        """What to do about a missing or refused key."""
        if self._command is not None:
            return f"Check the api_key_command of [providers.{self._name}]."
        if not self._variables:
            return f"Name its variable with api_key_env in [providers.{self._name}]."
        unset = not any(self._environ.get(variable, "").strip() for variable in self._variables)
        names = " or ".join(self._variables)
        return f"Set {names} and restart." if unset else f"Check the key in {names}."

    def _checked(self, key: str, place: str) -> str:
        if key.isascii() and key.isprintable() and " " not in key:
            return key
        raise AuthenticationError(f"The key for {self._name} ({place}) contains invalid characters. Set it again.")

    async def _run(self, command: str | tuple[str, ...]) -> str:
        try:
            return await key_printed_by(command)
        except KeyCommandError as error:
            # What the command says is not repeated: it may hold the key.
            raise AuthenticationError(
                f"The api_key_command of {self._name} {error}. Run it in a shell to see why."
            ) from error
