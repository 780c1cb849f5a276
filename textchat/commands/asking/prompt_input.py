"""Reads the input of `ask` and `compare`: words and standard input as one prompt, attachments, parameters."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.commands.asking.attachments import read_attachment
from textchat.core.conversation import Attachment
from textchat.core.errors import ConfigurationError

LARGEST_INPUT = 16 * 1024 * 1024
"""Largest standard input, in bytes."""


@dataclass(frozen=True, slots=True)
class PromptInput:
    """One prompt with the parameters and attachments given on the command line."""

    text: str
    attachments: tuple[Attachment, ...]
    parameters: Mapping[str, Any]
    """Only those that were given; they are laid over the settings."""


def read_prompt_input(arguments: Namespace) -> PromptInput:
    """Read the prompt, from standard input where it belongs to it; raises ConfigurationError."""
    attachments = tuple(read_attachment(name) for name in arguments.attach)
    text = prompt_text(arguments.prompt)
    if not text.strip() and not attachments:
        raise ConfigurationError("No prompt. Pass one as an argument or on standard input.")
    return PromptInput(text, attachments, given_parameters(arguments))


def given_parameters(arguments: Namespace) -> dict[str, Any]:
    given = {name: getattr(arguments, name) for name in ("system", "temperature", "max_tokens", "seed")}
    parameters = {name: value for name, value in given.items() if value is not None}
    return parameters | ({"stream": False} if arguments.no_stream else {})


def prompt_text(words: Sequence[str]) -> str:
    """Join the words, an empty line and standard input, if it is no terminal; for `-`, standard input alone."""
    if list(words) == ["-"]:
        return _standard_input()
    if sys.stdin is None or sys.stdin.isatty():
        return " ".join(words)
    return "\n\n".join(part for part in (" ".join(words), _standard_input()) if part)


def _standard_input() -> str:
    if sys.stdin is None:
        return ""
    try:
        data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    except OSError as error:
        raise ConfigurationError(f"Cannot read standard input: {error.strerror}.") from error
    if len(data) > LARGEST_INPUT:
        raise ConfigurationError(
            f"Standard input is longer than {LARGEST_INPUT // 1024**2} MiB, more than any model accepts."
        )
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"Standard input, line {line}: not UTF-8 text. Convert it, or pass images with --attach."
        ) from error
