"""Reads and stores keys in the system's keyring, by the optional library `keyring` (https://keyring.readthedocs.io).

A keyring may ask its user to unlock it, or wait for a service that hangs: it is asked in a thread of its own, for a
limited time, and a program that ends does not wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import TypeVar

from textchat.core.crashes import Caught

SERVICE = "textchat"
"""What all keys are stored under; the user of each is the name of its provider."""
KEYRING_S = 60.0
"""Seconds that it may take: its user may be asked for a password first."""
LEAST_PRIORITY = 1
"""Of backends that are recommended; below it are those that write plain files, and those that keep nothing."""

Result = TypeVar("Result")


class KeyringProblem(Exception):
    """The keyring gave or took no key; the text is a sentence with the next step and holds no secret."""


def is_keyring_installed() -> bool:
    """Whether the optional library is there; imports nothing of it."""
    return find_spec("keyring") is not None


async def keeps_secrets() -> bool:
    """Whether this system has a keyring that a key may be given to: never one that writes it into a plain file."""
    if not is_keyring_installed():
        return False
    try:
        return await _in_thread(_has_recommended, KEYRING_S)
    except KeyringProblem:
        return False


async def stored_key(provider: str, seconds: float = KEYRING_S) -> str:
    """The key of a provider; raises KeyringProblem where there is none."""

    def read() -> str | None:
        import keyring

        return keyring.get_password(SERVICE, provider)

    if not is_keyring_installed():
        raise KeyringProblem("Reading keys from the keyring needs textchat-llm[keyring]. Install it.")
    if not (key := (await _in_thread(read, seconds) or "").strip()):
        raise KeyringProblem(f"No key for {provider} in the system's keyring. Connect the model again to store it.")
    return key


async def store_key(provider: str, key: str, seconds: float = KEYRING_S) -> str | None:
    """Store the key of a provider; returns the one that was there before. Raises KeyringProblem."""

    def write() -> tuple[bool, str | None]:
        import keyring

        if not _has_recommended():
            return False, None
        earlier = keyring.get_password(SERVICE, provider)
        keyring.set_password(SERVICE, provider, key)
        return True, earlier

    is_stored, earlier = await _in_thread(write, seconds)
    if not is_stored:
        raise KeyringProblem("No safe keyring on this system. Use an environment variable or a command.")
    return earlier


async def put_back_key(provider: str, earlier: str | None, seconds: float = KEYRING_S) -> None:
    """Undo `store_key`: the earlier key, or none. Raises KeyringProblem."""

    def write() -> None:
        import keyring

        if earlier is None:
            keyring.delete_password(SERVICE, provider)
        else:
            keyring.set_password(SERVICE, provider, earlier)

    await _in_thread(write, seconds)


def _has_recommended() -> bool:
    import keyring

    return keyring.get_keyring().priority >= LEAST_PRIORITY


async def _in_thread(work: Callable[[], Result], seconds: float) -> Result:
    """What `work` returns; raises KeyringProblem where it raises, whose words are not repeated, or takes too long."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, failure: BaseException | None) -> None:
        if future.cancelled():
            return
        if failure is None:
            future.set_result(result)  # type: ignore[arg-type]
        else:
            name = type(failure).__name__
            future.set_exception(KeyringProblem(f"The system's keyring failed ({name}). Unlock it and try again."))

    def run() -> None:
        failures: list[BaseException] = []
        result: Result | None = None
        with Caught(failures.append, BaseException):  # backends raise what their services do
            result = work()
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failures[0] if failures else None)

    threading.Thread(target=run, name="textchat-keyring", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await future
    except TimeoutError:
        raise KeyringProblem(
            f"The system's keyring did not respond within {seconds:g} seconds. Unlock it and try again."
        ) from None
