"""Results of a prompt set as JSON lines, and which of them count as an answer to a prompt.

A result is the contract's `end` object with `prompt`, `line`, `pane` and perhaps `input`, and with what makes it the
answer to this request and to no other: `parameters` (those that differ from the defaults) and `repeat`, the number of
panes before it that asked the same model with the same; of a sweep also `sweep`, the values that it sets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.takings import TakenPart
from textchat.commands.output.ending import ending_sentence, structure_sentence
from textchat.commands.output.json_lines import ReplyLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import OutputError, say
from textchat.commands.sweeping.variants import swept_fields
from textchat.config.private_files import open_to_append
from textchat.core.conversation import Message
from textchat.core.errors import ConfigurationError
from textchat.core.events import PartReceived, StreamEvent
from textchat.core.limits import RESULTS_FILE, too_large
from textchat.core.parameters import Parameters
from textchat.core.reply import Reply
from textchat.core.sweeps.sweep import Variant
from textchat.core.text.json_fields import with_whole_numbers
from textchat.core.text.secrets import masked_table

_Where = tuple[int, str, int, str]
"""Line, prompt, pane and model."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the answers that each prompt is to have: what a result must agree with to count for it."""

    pane: int
    model: str
    parameters: Parameters
    repeat: int
    """The same model was asked so many times with the same in the panes before."""
    variant: Variant
    """What a sweep asks for here."""


class Results:
    """Output of the results: standard output, or a file whose complete results are not asked for again."""

    def __init__(self, name: str | None) -> None:
        self._out = Output()
        self._path = None if name is None else Path(name)
        self._known: dict[_Where, set[str | None]] = {}
        """The complete results: how each was asked, None where a file of an older textchat does not say it."""
        if self._path is not None:
            self._read(self._path)

    def _read(self, path: Path) -> None:
        """Take in the complete results line by line; a truncated last line is ended, so that the next one is whole."""
        try:
            with open_to_append(path) as file:
                if os.fstat(file.fileno()).st_size > RESULTS_FILE.most:
                    raise ConfigurationError(too_large(f"--results {path}", RESULTS_FILE.most, RESULTS_FILE))
                file.seek(0)
                line = b"\n"
                for line in file:
                    with suppress(ValueError, KeyError, TypeError, RecursionError):
                        self._learn(json.loads(line))
                if not line.endswith(b"\n"):
                    file.write(b"\n")
        except OSError as error:
            raise ConfigurationError(f"Cannot use --results {path}: {error.strerror}.") from error
        if untold := sum(None in ways for ways in self._known.values()):
            say(f"{path}: results without parameters are reused ({untold}). To ask again, choose another file.")

    def _learn(self, result: Mapping[str, Any]) -> None:
        if result["status"] == "complete":
            where = result["line"], result["prompt"], result["pane"], result["model"]
            way = _way(result["parameters"], result.get("repeat", 0)) if "parameters" in result else None
            self._known.setdefault(where, set()).add(way)

    @property
    def has_any(self) -> bool:
        return bool(self._known)

    def has(self, prompt: Prompt, place: Place) -> bool:
        ways = self._known.get((prompt.line, prompt.text, place.pane, place.model), set())
        return None in ways or _way(_told(place.parameters), place.repeat) in ways

    def answered(self, prompts: Sequence[Prompt], places: Sequence[Place]) -> str:
        """How many of the prompts have all their answers, as a sentence."""
        count = sum(all(self.has(prompt, place) for place in places) for prompt in prompts)
        return f"{count} of {len(prompts)} prompts answered."

    async def add(self, line: Mapping[str, Any]) -> None:
        """Write one result; it is on the disk when this returns."""
        if self._path is None:
            await self._out.write(json_line(line))
        else:
            try:
                with open_to_append(self._path) as file:
                    file.write(json_line(line).encode("utf-8"))
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise OutputError(f"Cannot write {self._path}: {error.strerror}.") from error
        self._learn(line)


def _way(parameters: Mapping[str, Any], repeat: int) -> str:
    """How an answer was asked for, as a text that is the same for the same values: 1 and 1.0 are one temperature."""
    return json.dumps([with_whole_numbers(parameters), repeat], sort_keys=True, default=str)


class ResultWriter:
    """Writes a result when a reply to one prompt ends."""

    def __init__(self, prompt: Prompt, places: Sequence[Place], results: Results, files: PartFiles) -> None:
        self._prompt = prompt
        self._places = places
        self._results = results
        self._files = files

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        """No-op: results are written at the end of a reply."""

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        """Write the files that have come; results are written at the end of a reply."""
        for event in events:
            if isinstance(event, PartReceived):
                await self._files.take(pane, event.part)

    async def ended(self, pane: int, message: Message) -> None:
        place = self._places[pane]
        lines = ReplyLines(place.model, place.pane, swept_fields(place.variant))
        end = dict(lines.end(message, self._files.written(pane, message)))
        more: dict[str, Any] = {"line": self._prompt.line, "prompt": self._prompt.text}
        if self._prompt.input is not None:
            more["input"] = self._prompt.input
        asked = {"parameters": _told(place.parameters), "repeat": place.repeat}
        await self._results.add({**end, **more, **asked})
        for sentence in filter(None, (ending_sentence(message), structure_sentence(message))):
            say(f"line {self._prompt.line}, {place.variant.name or place.model}: {sentence}")

    async def end(self, messages: Sequence[Message]) -> None:
        """No-op: each result is written when its reply ends."""


def _told(parameters: Parameters) -> dict[str, Any]:
    """The parameters as they stand in a file that may be passed on: a secret in a field of one's own is masked."""
    return parameters.as_dict() | masked_table(parameters.extra)
