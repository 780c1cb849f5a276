"""Runs the command that prints a key, and says why there is none."""

from __future__ import annotations

from textchat.core.limits import KEY_OUTPUT
from textchat.core.processes.child_process import ChildRun, Command

COMMAND_S = 60.0
"""Seconds that the command may take; a password manager may ask its user first."""


class KeyCommandError(Exception):
    """The command gave no key; the text completes "the command …" and holds nothing that the command printed."""


async def key_printed_by(command: Command, seconds: float = COMMAND_S) -> str:
    """The one line that the command prints. Raises KeyCommandError."""
    try:
        code, printed = await ChildRun(command, seconds, KEY_OUTPUT.most).ended()
    except TimeoutError:
        raise KeyCommandError(f"did not finish within {seconds:g} seconds") from None
    except OSError as error:
        raise KeyCommandError(f"could not be run: {error.strerror or error}") from error
    if len(printed) > KEY_OUTPUT.most:
        raise KeyCommandError(f"printed more than {KEY_OUTPUT.told}")
    if code != 0:
        raise KeyCommandError(f"failed with exit code {code}")
    key = printed.decode("utf-8", "replace").strip()
    if not key:
        raise KeyCommandError("printed nothing")
    if len(key.splitlines()) > 1:
        raise KeyCommandError("printed more than one line")
    return key
