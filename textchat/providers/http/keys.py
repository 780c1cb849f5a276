"""Reads the key of a provider: from a named variable, a command, or the usual variable of its host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from textchat.core.configuration import ProviderSettings
from textchat.core.errors import AuthenticationError
from textchat.providers.http.addresses import host_of

COMMAND_S = 60.0
"""Seconds that `api_key_command` may take; a password manager may ask its user first."""
LONGEST_KEY = 64 * 1024
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

    async def _run(self, command: str) -> str:
        loop = asyncio.get_running_loop()
        printed = _Printed(loop)
        starting = asyncio.ensure_future(
            loop.subprocess_shell(
                lambda: printed, command, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
        )
        try:
            await asyncio.wait({starting})
        except asyncio.CancelledError:
            # Cancelled itself, it would wait for all that holds the pipe; it takes milliseconds.
            (await starting)[0].close()
            raise
        transport, _ = starting.result()
        try:
            async with asyncio.timeout(COMMAND_S):
                await printed.ended
            status = transport.get_returncode()
        except TimeoutError:
            raise self._failed(f"did not finish within {COMMAND_S:g} seconds") from None
        finally:
            transport.close()  # ends the command, too, and lets go of what it may have left behind
        key = printed.data.decode("utf-8", "replace").strip()
        if status != 0:
            raise self._failed(f"failed with exit code {status}")
        if not key:
            raise self._failed("printed nothing")
        return key

    def _failed(self, how: str) -> AuthenticationError:
        # What the command says is not repeated: it may hold the key.
        return AuthenticationError(f"The api_key_command of {self._name} {how}. Run it in a shell to see why.")


class _Printed(asyncio.SubprocessProtocol):
    """Collects the output of a command, up to the length of the longest key."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.data = bytearray()
        self.ended: asyncio.Future[None] = loop.create_future()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.data += data[: LONGEST_KEY - len(self.data)]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
