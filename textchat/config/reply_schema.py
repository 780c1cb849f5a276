"""Reads the schema that a reply must have, from a file or as it was written down: JSON, or its short form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textchat.config.input_files import read_named
from textchat.core.limits import SCHEMA
from textchat.core.parts.schema_text import schema_of_short_form, schema_of_text
from textchat.core.text.sanitize import plain_name

LONGEST_NAME = 1_000


def read_schema(given: str, folder: Path = Path()) -> Mapping[str, Any]:
    """The schema in the file `given`, relative to `folder`, or in `given` itself.

    What begins with a brace is JSON, and what holds a comma, a colon, a space or a line end the short form, unless a
    file has that name. Raises ValueError, with a sentence that names the file.
    """
    if given.lstrip().startswith("{"):
        return _parsed("The schema", given)
    path = folder / Path(given).expanduser()
    is_name = len(given) <= LONGEST_NAME and "\n" not in given and "\0" not in given
    try:
        if is_name and (path.exists() or not _is_short_form(given)):
            return _parsed(plain_name(str(given)), _content(path))
    except OSError as error:
        mend = f" For one field, write “{given} str”." if given.isidentifier() and not path.exists() else ""
        raise ValueError(f"Cannot read the schema {plain_name(given)}: {error.strerror}.{mend}") from error
    try:
        return schema_of_short_form(given)
    except ValueError as error:
        raise ValueError(f"The schema {plain_name(given)} {plain_name(str(error))}.") from error


def _is_short_form(given: str) -> bool:
    """Whether it can only be the short form: of a single word, nobody knows whether it was to be a file."""
    return any(sign in given for sign in ",: \n") and "/" not in given.partition(":")[0].partition(",")[0]


def _content(path: Path) -> str:
    data = read_named(path, SCHEMA.most)
    if len(data) > SCHEMA.most:
        raise ValueError(f"The schema {plain_name(str(path))} is larger than {SCHEMA.told}.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"The schema {plain_name(str(path))} is not UTF-8 text.") from error


def _parsed(name: str, text: str) -> Mapping[str, Any]:
    if len(text) > SCHEMA.most:
        raise ValueError(f"{name} is larger than {SCHEMA.told}.")
    try:
        return schema_of_text(text)
    except ValueError as error:
        raise ValueError(f"{name} {plain_name(str(error))}.") from error
