"""Reads and writes `preferences.toml`, the state that the app itself saves (theme, panes, favourites), atomically."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textchat.config.private_files import (
    free_path,
    own_folder,
    private_descriptor,
    refuse_planted,
    replacing,
    try_lock,
)
from textchat.config.toml_file import TomlFile, TomlFileError, read_toml
from textchat.core.disk import real_path
from textchat.core.store_error import StoreError, StoreErrorKind, as_store_error
from textchat.core.text.sanitize import escaped

LOCK_WAIT_S = 2.0
"""How long to wait for the lock, in seconds; another textchat holds it for a few milliseconds."""


class Preferences:
    """The file at `path`, read and written whole each time, because another textchat may have changed it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[TomlFile | None, str | None]:
        """Read the file, if it exists, or return a line about it: a damaged one is set aside and reported once."""
        return _read(self.path)

    def save(self, changes: Mapping[str, Any]) -> str | None:
        """Merge `changes` into the file as it is now, table by table; None removes a key.

        Blocks for some milliseconds; gives the line that `read` had to say, raises StoreError.
        """
        try:
            refuse_planted(self.path)
            path = real_path(self.path)  # a link into somebody's dotfiles stays a link
            own_folder(path.parent)
            with _locked(path):
                file, problem = _read(path)
                if problem is not None and path.exists():
                    raise StoreError(problem)  # it cannot be read, so writing would lose what is in it
                _replace(path, laid_over(file.tables if file else {}, changes))
                return problem
        except OSError as error:
            raise as_store_error(error, self.path) from error

    async def keep(self, changes: Mapping[str, Any]) -> str | None:
        """Run `save` in another thread."""
        return await asyncio.to_thread(self.save, changes)


def _read(path: Path) -> tuple[TomlFile | None, str | None]:
    try:
        return read_toml(path), None
    except TomlFileError as error:
        return None, str(error) if error.is_unreadable else f"{error} {_set_aside(path)}"


def _set_aside(path: Path) -> str:
    aside = free_path(path.parent, f"{path.name}.damaged", "")
    try:
        path.rename(aside)
    except OSError:
        return "It is not used."
    return f"It was renamed to {escaped(aside.name)}, and a new file started."


def laid_over(tables: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`tables` with `changes`, table by table; None removes a key."""
    result = dict(tables)
    for key, value in changes.items():
        known = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = laid_over(known if isinstance(known, dict) else {}, value)
        else:
            result[key] = value
    return result


@contextmanager
def _locked(path: Path) -> Generator[None, None, None]:
    descriptor = private_descriptor(path.with_name(f".{path.name}.lock"), os.O_RDWR)
    try:
        until = time.monotonic() + LOCK_WAIT_S
        while not try_lock(descriptor):
            if time.monotonic() > until:
                raise StoreError(f"Another textchat has locked {escaped(path)}. Try again.", StoreErrorKind.LOCKED)
            time.sleep(0.01)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, tables: Mapping[str, Any]) -> None:
    """Write to a temporary file, sync it and rename it, so that readers see the old file or the new one."""
    import tomli_w  # only who saves pays for it

    data = tomli_w.dumps(tables).encode()
    with replacing(path) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
