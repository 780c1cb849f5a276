"""Reads the input of `ask` and `compare`: words and standard input as one prompt, parts, parameters."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textchat.commands.arguments import STANDARD_INPUT
from textchat.commands.asking.request_fields import given_parameters
from textchat.core.configuration import LimitSettings
from textchat.core.errors import ConfigurationError
from textchat.core.limits import INPUT, too_large
from textchat.core.parts.part import Part
from textchat.core.personas.persona import Persona


@dataclass(frozen=True, slots=True)
class PromptInput:
    """One prompt with the parameters and attachments given on the command line."""

    text: str
    parts: tuple[Part, ...]
    parameters: Mapping[str, Any]
    """Only those that were given, over those of the persona; they are laid over the settings."""
    persona: Persona | None = None


def read_prompt_input(arguments: Namespace, limits: LimitSettings, persona: Persona | None = None) -> PromptInput:
    """Read the prompt, from standard input where it belongs to it; raises ConfigurationError."""
    parameters = parameters_over(persona, arguments)
    takes_input = arguments.attach.count(STANDARD_INPUT)
    if takes_input and (takes_input > 1 or list(arguments.prompt) == [STANDARD_INPUT]):
        raise ConfigurationError("Standard input can be read once: as the prompt, or as one --attach -.")
    attachments = _attachments(arguments.attach, limits.attachment_bytes) if arguments.attach else ()
    text = " ".join(arguments.prompt) if takes_input else prompt_text(arguments.prompt, limits.input_bytes)
    if not text.strip() and not attachments:
        raise ConfigurationError("No prompt. Pass one as an argument or on standard input.")
    return PromptInput(text, attachments, parameters, persona)


def parameters_over(persona: Persona | None, arguments: Namespace) -> dict[str, Any]:
    """The parameters that were given over those of the persona; raises ConfigurationError."""
    return {**(persona.values if persona else {}), **given_parameters(arguments)}


def _attachments(names: Sequence[str], most: int) -> tuple[Part, ...]:
    from textchat.commands.asking.attachments import read_attachment  # few prompts have one

    return tuple(read_attachment(name, most) for name in names)


def prompt_text(words: Sequence[str], most: int) -> str:
    """Join the words, an empty line and standard input, if it is no terminal; for `-`, standard input alone."""
    if list(words) == [STANDARD_INPUT]:
        return _standard_input(most)
    if sys.stdin is None or sys.stdin.isatty():
        return " ".join(words)
    return "\n\n".join(part for part in (" ".join(words), _standard_input(most)) if part)


def _standard_input(most: int) -> str:
    if sys.stdin is None:
        return ""
    try:
        data = sys.stdin.buffer.read(most + 1)
    except OSError as error:
        raise ConfigurationError(f"Cannot read standard input: {error.strerror}.") from error
    if len(data) > most:
        raise ConfigurationError(too_large("Standard input", most, INPUT))
    try:
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"Standard input, line {line}: not UTF-8 text. Convert it, or pass images with --attach."
        ) from error
