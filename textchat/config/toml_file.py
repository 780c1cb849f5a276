"""Reads a TOML file as plain tables; errors are one sentence that names the place."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textchat.config.input_files import read_regular
from textchat.core.limits import SETTINGS_DEPTH, SETTINGS_FILE
from textchat.core.text.nesting import is_deep_toml
from textchat.core.text.sanitize import escaped

if TYPE_CHECKING:
    from textchat.config.toml_lines import KeyLines


class TomlFileError(Exception):
    """An existing file cannot be used; the text is one whole sentence."""

    def __init__(self, message: str, *, is_unreadable: bool = False) -> None:
        super().__init__(message)
        self.is_unreadable = is_unreadable
        """Whether the system refuses to read it, so that its content is unknown."""


@dataclass(frozen=True)
class TomlFile:
    """The content of a file, with the text that its line numbers refer to."""

    path: Path
    text: str = field(repr=False)
    tables: dict[str, Any] = field(repr=False)

    @cached_property
    def lines(self) -> KeyLines:
        """The line of each key; only a file with a mistake pays for it, and once."""
        from textchat.config.toml_lines import KeyLines

        return KeyLines(self.text)


def read_toml(path: Path) -> TomlFile | None:
    """Read the file at `path`, None if it does not exist; raises TomlFileError."""
    try:
        data = read_regular(path, SETTINGS_FILE.most)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise TomlFileError(f"Cannot read {escaped(path)}: {error.strerror}.", is_unreadable=True) from error
    if len(data) > SETTINGS_FILE.most:
        raise TomlFileError(f"{escaped(path)} is larger than {SETTINGS_FILE.told}, too large for a settings file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TomlFileError(f"{escaped(path)}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    return TomlFile(path, text, _parse(path, text))


def _parse(path: Path, text: str) -> dict[str, Any]:
    if is_deep_toml(text, SETTINGS_DEPTH.most):  # tomllib takes a gigabyte for 200 KB of `a.a.a…`
        raise TomlFileError(f"{escaped(path)}: nested deeper than {SETTINGS_DEPTH.told}, too deep for a settings file.")
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and what int() and datetime say to absurd values
        where, what = _place(text, str(error))
        raise TomlFileError(f"{escaped(path)}, {where}: not valid TOML: {escaped(what)}.") from error


def _place(text: str, message: str) -> tuple[str, str]:
    """Split tomllib's "… (at line 3, column 5)"; its "at end of document" becomes the last line."""
    if match := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.DOTALL):
        return f"line {match[2]}, column {match[3]}", _lower(match[1])
    last = text.rstrip("\n").rsplit("\n", 1)[-1]
    where = f"line {text.rstrip(chr(10)).count(chr(10)) + 1}, column {len(last) + 1}"
    return where, _lower(message.removesuffix(" (at end of document)"))


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")
