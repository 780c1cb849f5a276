"""Reads and writes one persona: a TOML file with `name`, `system`, `model`, `[parameters]` and `[[examples]]`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textchat.config import value_types as types
from textchat.config.personas.library import Entry
from textchat.config.private_files import create_new, own_folder, private_folder, refuse_planted, replacing
from textchat.config.schema import PERSONA
from textchat.config.schema_check import SchemaCheck
from textchat.config.toml_file import TomlFile, TomlFileError, read_toml
from textchat.core.conversation import first_line
from textchat.core.disk import real_path
from textchat.core.errors import ConfigurationError
from textchat.core.personas.persona import Persona
from textchat.core.store_error import as_store_error
from textchat.core.text.sanitize import escaped, plain_name

LONGEST_NAME = 100
SUFFIX = ".toml"


def read_persona(path: Path) -> Entry[Persona]:
    """Read a persona; raises ConfigurationError, with a sentence that names the file, the line and the key."""
    try:
        file = read_toml(path)
    except TomlFileError as error:
        raise ConfigurationError(str(error)) from error
    if file is None:
        raise ConfigurationError(f"{escaped(path)} is gone.")
    _check_examples(file)
    check = SchemaCheck(file, ignores_unknown=False)
    table = check.table(PERSONA, file.tables, ())
    if problems := check.told():
        more = len(problems) - 1
        raise ConfigurationError(f"{problems[0]} ({more} more in this file)" if more else problems[0])
    name = plain_name(str(table.get("name", path.stem)), LONGEST_NAME)
    persona = _persona(name or path.stem, table)
    return Entry(persona.name, _about(persona), path, persona)


def _persona(name: str, table: Mapping[str, Any]) -> Persona:
    own = {key: table[key] for key in ("system", "examples") if key in table}
    return Persona(name, table.get("model"), {**table.get("parameters", {}), **own})


def _about(persona: Persona) -> str:
    return plain_name(first_line(str(persona.values.get("system") or "")) or persona.model or "")


def _check_examples(file: TomlFile) -> None:
    """Raise for the first example that is none, with its own line: of the list as a whole nobody would find it."""
    examples = file.tables.get("examples")
    for index, example in enumerate(examples if isinstance(examples, list) else ()):
        if not types.EXAMPLE.fits(example):
            line = file.lines.line(("examples", index))
            what = f"examples {index + 1}: expected {types.EXAMPLE.expected}"
            raise ConfigurationError(f"{escaped(file.path)}, line {line}: {what}.")


def persona_path(folder: Path, name: str) -> Path:
    """The file that a persona of this name is written to."""
    return folder / f"{file_stem(name) or 'persona'}{SUFFIX}"


def file_stem(name: str) -> str:
    """A name as that of a file: letters, digits and hyphens."""
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-_")[:60]


def write_persona(path: Path, persona: Persona, *, replaces: bool = False) -> str:
    """Write a persona to a file of its owner's alone; returns a sentence for what could not be kept, or an empty one.

    Raises FileExistsError where a file is there that it does not replace, StoreError where it cannot be written.
    """
    import tomli_w  # only who saves pays for it

    tables, left_out = _tables(persona)
    write_new(path, tomli_w.dumps(tables, multiline_strings=True).encode(), replaces=replaces)
    return f"Left out, because TOML has no null: {', '.join(map(plain_name, left_out))}." if left_out else ""


def write_new(path: Path, data: bytes, *, replaces: bool) -> None:
    """Write a file into a folder of the user's; raises as `write_persona`."""
    try:
        own_folder(path.parent.parent)
        refuse_planted(private_folder(path.parent))
        if replaces:
            with replacing(real_path(path)) as file:  # a link into somebody's dotfiles stays a link
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        else:
            _create(path, data)
    except FileExistsError:
        raise
    except OSError as error:
        raise as_store_error(error, path) from error


def _create(path: Path, data: bytes) -> None:
    """Create a file; one that cannot be written whole is removed again. Raises OSError."""
    file = create_new(path)
    try:
        with file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _tables(persona: Persona) -> tuple[dict[str, Any], list[str]]:
    """A persona as tables of its file, and the names of parameters that TOML cannot hold."""
    values = dict(persona.values)
    if "schema" in values:  # TOML has no null, which a schema may hold
        values["schema"] = json.dumps(values["schema"], ensure_ascii=False)
    left_out = [name for name, value in values.items() if not types.JSON.fits(value)]
    own = {name: values.pop(name) for name in ("system", "examples") if values.get(name)}
    parameters = {name: value for name, value in values.items() if name not in left_out}
    head = {"name": persona.name, "system": own.get("system"), "model": persona.model}
    rest = {"parameters": parameters, "examples": own.get("examples")}
    return {name: value for name, value in {**head, **rest}.items() if value}, left_out
