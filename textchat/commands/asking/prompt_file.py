"""Reads the file of `--prompts`: each line is a prompt, as text, as a JSON text, or as a JSON object with `prompt`.

Whatever else is in the object is passed on under `input`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textchat.commands.arguments import STANDARD_INPUT
from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.limits import PROMPT_FILE, too_large


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the prompt file."""

    line: int
    """Its line in the file, from 1."""
    text: str
    input: Mapping[str, Any] | None = None
    """The whole object, where it was one."""


def read_prompts(name: str, most: int) -> list[Prompt]:
    """Read the prompts of the file `name`, or of standard input for `-`; ConfigurationError names the line.

    To be called before there is an event loop: a read that waits takes notice of Ctrl+C only without one.
    """
    return list(_prompts(name, most))


def _prompts(name: str, most: int) -> Iterator[Prompt]:
    try:
        data = sys.stdin.buffer.read(most + 1) if name == STANDARD_INPUT else read_named(Path(name), most)
    except OSError as error:
        raise ConfigurationError(f"Cannot read --prompts {name}: {error.strerror}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"--prompts {name}", most, PROMPT_FILE))
    found = False
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            found = True
            yield _prompt(name, number, line)
    if not found:
        raise ConfigurationError(f"--prompts {name} contains no prompts.")


def _prompt(name: str, number: int, line: bytes) -> Prompt:
    try:
        text = line.decode().strip()
        value = json.loads(text) if text[0] in '{"' else text
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"--prompts {name}, line {number}: not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        if text[0] == '"':
            return Prompt(number, text)  # a prompt that begins with a quotation
        raise ConfigurationError(f"--prompts {name}, line {number}: starts like JSON but is not valid JSON.") from error
    if isinstance(value, str):
        return Prompt(number, value)
    prompt = value.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ConfigurationError(f'--prompts {name}, line {number}: expected a JSON object with a string "prompt".')
    return Prompt(number, prompt, value)
