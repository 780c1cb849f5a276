"""`compare --prompts`: asks many prompts in turn and writes the answers as JSON lines; a run can be resumed.

Each line of the file is a prompt: as text, as a JSON text, or as a JSON object with `prompt` (and whatever else, which
is passed on under `input`). A result is the contract's `end` object with `prompt`, `line`, `pane` and perhaps `input`.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textchat.commands.asking.pending_replies import ask_all
from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.output.ending import ending_sentence, exit_code
from textchat.commands.output.json_lines import ReplyLines
from textchat.commands.output.progress import Progress
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import OutputError, say
from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Status, first_words
from textchat.core.errors import ConfigurationError
from textchat.core.events import StreamEvent
from textchat.core.reply import Reply

LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt of the prompt file."""

    line: int
    """Its line in the file, from 1."""
    text: str
    input: Mapping[str, Any] | None = None
    """The whole object, where it was one."""


async def run_prompts(
    arguments: Namespace,
    prompts: Sequence[Prompt],
    parameters: Mapping[str, Any],
    models: Sequence[str],
    settings: Settings,
) -> int:
    """Ask each prompt that has no result yet; returns the exit code, 1 if a reply failed."""
    results = _Results(arguments.results)
    answered = 0
    messages: list[Message] = []
    with Progress(f"{len(prompts)} prompts") as progress:
        for number, prompt in enumerate(prompts):
            progress.advance_to(number / len(prompts), first_words(prompt.text, 30))
            new: list[Message] = []
            missing = [pane for pane, model in enumerate(models) if not results.has(prompt, pane, model)]
            if missing:
                prompt_input = PromptInput(prompt.text, (), parameters)
                asked = [models[pane] for pane in missing]
                async with ask_all(prompt_input, asked, settings, save=arguments.save) as replies:
                    new = await replies.put_out(_PromptResults(prompt, missing, asked, results))
            messages += new
            answered += all(message.status is Status.COMPLETE for message in new)
            if any(message.status is Status.CANCELLED for message in new):
                break
    say(f"{answered} of {len(prompts)} prompts are answered.")
    return exit_code(messages)


def read_prompts(name: str) -> list[Prompt]:
    """Read the prompts of the file `name`, or of standard input for `-`; ConfigurationError names the line.

    To be called before there is an event loop: a read that waits takes notice of Ctrl+C only without one.
    """
    return list(_prompts(name))


def _prompts(name: str) -> Iterator[Prompt]:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"--prompts {name}: cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST_FILE:
        raise ConfigurationError(f"--prompts {name}: larger than {LARGEST_FILE // 1024**2} MiB.")
    found = False
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            found = True
            yield _prompt(name, number, line)
    if not found:
        raise ConfigurationError(f"--prompts {name}: holds no prompt.")


def _prompt(name: str, number: int, line: bytes) -> Prompt:
    try:
        text = line.decode().strip()
        value = json.loads(text) if text[0] in '{"' else text
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"--prompts {name}, line {number}: not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        if text[0] == '"':
            return Prompt(number, text)  # a prompt that begins with a quotation
        raise ConfigurationError(f"--prompts {name}, line {number}: begins like JSON and is none.") from error
    if isinstance(value, str):
        return Prompt(number, value)
    prompt = value.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise ConfigurationError(f'--prompts {name}, line {number}: expected an object with "prompt" as a text.')
    return Prompt(number, prompt, value)


class _Results:
    """Output of the results: standard output, or a file whose complete results are not asked for again."""

    def __init__(self, name: str | None) -> None:
        self._out = Output()
        self._path = None if name is None else Path(name)
        self._known: set[tuple[int, str, int, str]] = set()
        if self._path is not None:
            self._known = set(self._read(self._path))

    def _read(self, path: Path) -> Iterator[tuple[int, str, int, str]]:
        """Keys of the complete results; a truncated last line is ended, so that the next one is whole."""
        try:
            with path.open("a+b") as file:
                file.seek(0)
                data = file.read()
                if data and not data.endswith(b"\n"):
                    file.write(b"\n")
        except OSError as error:
            raise ConfigurationError(f"--results {path}: cannot be used: {error.strerror}.") from error
        for line in data.split(b"\n"):
            try:
                result = json.loads(line)
                if result["status"] == "complete":
                    yield result["line"], result["prompt"], result["pane"], result["model"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue

    def has(self, prompt: Prompt, pane: int, model: str) -> bool:
        return (prompt.line, prompt.text, pane, model) in self._known

    async def add(self, line: Mapping[str, Any]) -> None:
        """Write one result; it is on the disk when this returns."""
        if self._path is None:
            await self._out.write(json_line(line))
            return
        try:
            with self._path.open("a", encoding="utf-8", newline="") as file:
                file.write(json_line(line))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutputError(f"{self._path} cannot be written: {error.strerror}.") from error


class _PromptResults:
    """Writes a result when a reply to one prompt ends."""

    def __init__(self, prompt: Prompt, panes: Sequence[int], models: Sequence[str], results: _Results) -> None:
        self._prompt = prompt
        self._panes = panes
        self._models = models
        self._results = results

    async def begin(self, replies: Sequence[Reply]) -> None:
        """No-op: results are written at the end of a reply."""

    async def take(self, pane: int, event: StreamEvent) -> None:
        """No-op: results are written at the end of a reply."""

    async def ended(self, pane: int, message: Message) -> None:
        end = dict(ReplyLines(self._models[pane], self._panes[pane]).end(message))
        more = {"line": self._prompt.line, "prompt": self._prompt.text}
        if self._prompt.input is not None:
            more["input"] = self._prompt.input
        await self._results.add({**end, **more})
        if sentence := ending_sentence(message):
            say(f"line {self._prompt.line}, {self._models[pane]}: {sentence}")

    async def end(self, messages: Sequence[Message]) -> None:
        """No-op: each result is written when its reply ends."""
