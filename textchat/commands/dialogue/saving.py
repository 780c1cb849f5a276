"""Writes a file of a reply to a new file."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from textchat.commands.dialogue.chat import Refused
from textchat.config.private_files import free_path
from textchat.core.parts.part import Part
from textchat.core.text.sanitize import plain_name
from textchat.live.conversation import LiveConversation
from textchat.store.transfer.file_names import safe_stem
from textchat.store.transfer.new_file import write_new


async def saved(live: LiveConversation, part: Part, name: str) -> str:
    """Write the part to `name`, or to a free name after its own; returns the path. Raises Refused and StoreError."""
    if part.data is None:
        (part,) = await live.history.with_loaded((part,))
    data = part.data
    if data is None:
        raise Refused(f"{part.shown_name} is not here: the server alone has it.")
    try:
        return str(await asyncio.to_thread(_write, part.name, data, name))
    except FileExistsError as error:
        raise Refused(f"{plain_name(name)} already exists and was not changed. Choose another name.") from error
    except (OSError, RuntimeError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a file name"
        raise Refused(f"Cannot write {plain_name(name or part.name)}: {why}.") from error


def _write(own_name: str, data: bytes, name: str) -> Path:
    own = PurePosixPath(own_name.replace("\\", "/"))
    suffix = own.suffix if own.suffix[1:].isalnum() and own.suffix.isascii() else ""
    path = Path(name).expanduser() if name else free_path(Path.cwd(), safe_stem(own.stem) or "file", suffix)
    write_new(path, data)
    return path
