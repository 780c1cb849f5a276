"""Results of a prompt set as JSON lines, and which of them count as an answer to a prompt.

A result is the contract's `end` object with `prompt`, `line`, `pane` and perhaps `input`, and with what makes it the
answer to this request and to no other: `parameters` (those that differ from the defaults) and `repeat`, the number of
panes before it that asked the same model. The last line for an answer counts: checks that have changed are made anew of
an answer that is kept, and written in another line. A prompt that has moved in its file takes its answers along.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import OutputError, say
from textchat.config.input_files import open_regular
from textchat.config.private_files import open_to_append
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.result_row import ResultRow, as_one_text, result_row
from textchat.core.limits import RESULTS_FILE, too_large
from textchat.core.parameters import Parameters
from textchat.core.text.secrets import masked_table

_Asked = tuple[str, int, str, str | None]
"""Prompt, pane, model, and how it was asked: None where a file of an older textchat does not say it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the answers that each prompt is to have: what a result must agree with to count for it."""

    pane: int
    model: str
    parameters: Parameters
    repeat: int
    """The same model was asked so many times in the panes before."""


class _Span(NamedTuple):
    """Where a result stands in its file, in bytes."""

    begin: int
    length: int
    answer: int
    """What is the same in all lines for one answer, wherever its prompt stands."""


class Results:
    """Output of the results: standard output, or a file whose complete results are not asked for again."""

    def __init__(self, name: str | None) -> None:
        self._out = Output()
        self._path = None if name is None else Path(name)
        self._known: dict[_Asked, dict[int, _Span]] = {}
        """The complete results, by the line of their prompt."""
        self._taken: dict[tuple[_Asked, int], int] = {}
        """For the prompt of which line each of them counts now."""
        if self._path is not None:
            self._read(self._path)

    def _read(self, path: Path) -> None:
        """Take in the complete results line by line; a truncated last line is ended, so that the next one is whole."""
        try:
            with open_to_append(path) as file:
                if os.fstat(file.fileno()).st_size > RESULTS_FILE.most:
                    raise ConfigurationError(too_large(f"--results {path}", RESULTS_FILE.most, RESULTS_FILE))
                file.seek(0)
                line, begin = b"\n", 0
                for line in file:
                    with suppress(ValueError, KeyError, TypeError, RecursionError):
                        self._learn(json.loads(line), begin, len(line))
                    begin += len(line)
                if not line.endswith(b"\n"):
                    file.write(b"\n")
            self._taken.clear()  # prompts may have moved since
        except OSError as error:
            raise ConfigurationError(f"Cannot use --results {path}: {error.strerror}.") from error
        if untold := sum(len(known) for (*_, way), known in self._known.items() if way is None):
            say(f"{path}: results without parameters are reused ({untold}). To ask again, choose another file.")

    def _learn(self, result: Mapping[str, Any], begin: int, length: int) -> None:
        if result["status"] == "complete":
            way = _way(result["parameters"], result.get("repeat", 0)) if "parameters" in result else None
            asked = result["prompt"], result["pane"], result["model"], way
            answer = hash((result.get("text"), str(result.get("timing"))))
            before = self._known.get(asked, {})
            elsewhere = {line: span for line, span in before.items() if span.answer != answer}
            self._known[asked] = elsewhere | {result["line"]: _Span(begin, length, answer)}
            self._taken[asked, result["line"]] = result["line"]

    @property
    def has_any(self) -> bool:
        return bool(self._known)

    def has(self, prompt: Prompt, place: Place) -> bool:
        return self._span(prompt, place) is not None

    def row(self, prompt: Prompt, place: Place) -> ResultRow | None:
        """The answer that is kept; None where there is none, or an older textchat wrote it without its text."""
        span = self._span(prompt, place)
        if span is None or self._path is None:
            return None
        try:
            with open_regular(self._path) as file:
                file.seek(span.begin)
                return result_row(file.read(span.length), 0)
        except OSError as error:
            raise OutputError(f"Cannot read {self._path}: {error.strerror}.") from error
        except ValueError:
            return None

    def _span(self, prompt: Prompt, place: Place) -> _Span | None:
        """The answer at the line of the prompt, else one of another line that counts for no prompt there."""
        for way in (_way(told_parameters(place.parameters), place.repeat), None):
            asked = prompt.text, place.pane, place.model, way
            known = self._known.get(asked, {})
            for line in (prompt.line, *known):
                if line in known and self._taken.setdefault((asked, line), prompt.line) == prompt.line:
                    return known[line]
        return None

    def answered(self, prompts: Sequence[Prompt], places: Sequence[Place]) -> str:
        """How many of the prompts have all their answers, as a sentence."""
        count = sum(all(self.has(prompt, place) for place in places) for prompt in prompts)
        return f"{count} of {len(prompts)} prompts answered."

    async def add(self, line: Mapping[str, Any]) -> None:
        """Write one result; it is on the disk when this returns."""
        if self._path is None:
            await self._out.write(json_line(line))
            self._learn(line, 0, 0)
            return
        data = json_line(line).encode("utf-8")
        try:
            with open_to_append(self._path) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                end = os.lseek(file.fileno(), 0, os.SEEK_CUR)
        except OSError as error:
            raise OutputError(f"Cannot write {self._path}: {error.strerror}.") from error
        self._learn(line, end - len(data), len(data))


def _way(parameters: Mapping[str, Any], repeat: int) -> str:
    """How an answer was asked for."""
    return f"{as_one_text(parameters)} {repeat}"


def told_parameters(parameters: Parameters) -> dict[str, Any]:
    """The parameters as they stand in a file that may be passed on: a secret in a field of one's own is masked."""
    return parameters.as_dict() | masked_table(parameters.extra)
