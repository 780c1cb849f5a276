"""Reads and writes one saved prompt: a Markdown file with variables in it."""

from __future__ import annotations

from pathlib import Path

from textchat.config.input_files import read_regular
from textchat.config.personas.library import Entry
from textchat.config.personas.persona_file import LONGEST_NAME, file_stem, write_new
from textchat.core.conversation import first_line
from textchat.core.errors import ConfigurationError
from textchat.core.limits import SAVED_PROMPT
from textchat.core.personas.template import Template
from textchat.core.text.sanitize import escaped, plain_line, plain_name

SUFFIX = ".md"


def read_prompt(path: Path) -> Entry[Template]:
    """Read a prompt, named by its file; raises ConfigurationError, with a sentence that names the file."""
    try:
        data = read_regular(path, SAVED_PROMPT.most)
    except OSError as error:
        raise ConfigurationError(f"Cannot read {escaped(path)}: {error.strerror}.") from error
    if len(data) > SAVED_PROMPT.most:
        raise ConfigurationError(f"{escaped(path)} is larger than {SAVED_PROMPT.told}, too large for a saved prompt.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{escaped(path)}, line {line}: not UTF-8 text; save the file as UTF-8.") from error
    if not text.strip():
        raise ConfigurationError(f"{escaped(path)} is empty. Write a prompt into it.")
    return Entry(plain_name(path.stem, LONGEST_NAME), plain_line(first_line(text)), path, Template(text))


def prompt_path(folder: Path, name: str) -> Path:
    """The file that a prompt of this name is written to."""
    return folder / f"{file_stem(name) or 'prompt'}{SUFFIX}"


def write_prompt(path: Path, text: str, *, replaces: bool = False) -> None:
    """Write a prompt to a file of its owner's alone; raises as `write_persona`."""
    write_new(path, f"{text}\n".encode("utf-8", "replace"), replaces=replaces)
