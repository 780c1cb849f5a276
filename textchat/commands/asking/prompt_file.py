"""Reads the file of `--prompts`: each line is a prompt, as text, as a JSON text, or as a JSON object with `prompt`.

Its `checks` are made of every answer, with those of `--checks`; by its `tags` answers are counted apart. Whatever else
is in the object is passed on under `input`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textchat.commands.arguments import STANDARD_INPUT
from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.check import Check
from textchat.core.limits import PROMPT_FILE, too_large


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the prompt file."""

    line: int
    """Its line in the file, from 1."""
    text: str
    input: Mapping[str, Any] | None = None
    """The whole object, where it was one."""
    checks: tuple[Check, ...] = ()
    """Those for all prompts, then its own."""
    tags: tuple[str, ...] = ()


def read_prompts(name: str, most: int, checks_name: str | None = None) -> list[Prompt]:
    """Read the prompts of the file `name`, or of standard input for `-`; ConfigurationError names the line.

    The file `checks_name` has a check a line, for all of them. To be called before there is an event loop: a read that
    waits takes notice of Ctrl+C only without one.
    """
    checks = () if checks_name is None else tuple(_checks(checks_name, most))
    if checks_name is not None and not checks:
        raise ConfigurationError(f"--checks {checks_name} contains no checks.")
    prompts = [_prompt(name, number, line, checks) for number, line in _lines("--prompts", name, most)]
    if not prompts:
        raise ConfigurationError(f"--prompts {name} contains no prompts.")
    return prompts


def _lines(option: str, name: str, most: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers."""
    try:
        data = sys.stdin.buffer.read(most + 1) if name == STANDARD_INPUT else read_named(Path(name), most)
    except OSError as error:
        raise ConfigurationError(f"Cannot read {option} {name}: {error.strerror}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large(f"{option} {name}", most, PROMPT_FILE))
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.decode("utf-8", "replace").strip():
            yield number, line


def _checks(name: str, most: int) -> Iterator[Check]:
    from textchat.live.evaluation.check_reading import check_from

    for number, line in _lines("--checks", name, most):
        where = f"--checks {name}, line {number}: "
        try:
            yield check_from(json.loads(line), where)
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            expected = 'expected a JSON object such as {"type": "contains", "value": "…"}.'
            raise ConfigurationError(where + expected) from error
        except ValueError as error:
            raise ConfigurationError(str(error)) from error


def _prompt(name: str, number: int, line: bytes, checks: tuple[Check, ...]) -> Prompt:
    prompt = replace(_text_or_object(name, number, line), checks=checks)
    if prompt.input is None:
        return prompt
    from textchat.live.evaluation.check_reading import checks_from, tags_from  # most files are plain text

    try:
        own = checks_from(prompt.input["checks"]) if "checks" in prompt.input else ()
        tags = tags_from(prompt.input["tags"]) if "tags" in prompt.input else ()
    except ValueError as error:
        raise ConfigurationError(f"--prompts {name}, line {number}: {error}") from error
    return replace(prompt, checks=checks + own, tags=tags)


def _text_or_object(name: str, number: int, line: bytes) -> Prompt:
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
        if not value.strip():
            raise ConfigurationError(f"--prompts {name}, line {number}: expected a text that is not empty.")
        return Prompt(number, value)
    prompt = value.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ConfigurationError(f'--prompts {name}, line {number}: expected a JSON object with a string "prompt".')
    return Prompt(number, prompt, value)
