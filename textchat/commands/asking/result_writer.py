"""Takes the replies to one prompt of a set, and writes each as a line of results."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textchat.commands.asking.prompt_checks import checked_line, tell_faults
from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.prompt_results import Place, Results, told_parameters
from textchat.commands.asking.takings import TakenPart
from textchat.commands.output.ending import ending_sentence, structure_sentence
from textchat.commands.output.json_lines import ReplyLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.terminal import say
from textchat.commands.sweeping.variants import swept_fields
from textchat.core.conversation import Message
from textchat.core.evaluation.result_row import ResultRow, row_of
from textchat.core.events import PartReceived, StreamEvent
from textchat.core.reply import Reply


class ResultWriter:
    """Writes a result, with what its checks found, when a reply to one prompt ends."""

    def __init__(
        self,
        prompt: Prompt,
        places: Sequence[Place],
        results: Results,
        files: PartFiles,
        say: Callable[[str], None] = say,
    ) -> None:
        """What is to be known about a result is said by `say`, a line each."""
        self._prompt = prompt
        self._places = places
        self._results = results
        self._files = files
        self._say = say
        self.rows: list[ResultRow] = []
        self._checking: set[asyncio.Task[Mapping[str, Any]]] = set()
        self.is_hurried = False

    def hurry(self) -> None:
        """End checks that are being made: their answers are written without, and checked when they are kept."""
        self.is_hurried = True
        for checking in self._checking:
            checking.cancel()

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        """No-op: results are written at the end of a reply."""

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        """Write the files that have come; results are written at the end of a reply."""
        for event in events:
            if isinstance(event, PartReceived):
                await self._files.take(pane, event.part)

    async def ended(self, pane: int, message: Message) -> None:
        place = self._places[pane]
        end = dict(
            ReplyLines(place.model, place.pane, swept_fields(place.variant)).end(
                message, self._files.written(pane, message)
            )
        )
        more: dict[str, Any] = {"line": self._prompt.line, "prompt": self._prompt.text}
        if self._prompt.input is not None:
            more["input"] = self._prompt.input
        asked = {"parameters": told_parameters(place.parameters), "repeat": place.repeat}
        line = await self._checked({**end, **more, **asked})
        await self._results.add(line)
        self.rows.append(row_of(line))
        for sentence in filter(None, (ending_sentence(message), structure_sentence(message))):
            self._say(f"line {self._prompt.line}, {place.variant.name or place.model}: {sentence}")
        tell_faults(self.rows[-1], self._say)

    async def _checked(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.is_hurried:
            return line
        checking = asyncio.ensure_future(checked_line(self._prompt, line))
        self._checking.add(checking)
        try:
            return await checking
        except asyncio.CancelledError:
            if self.is_hurried:
                return line
            raise
        finally:
            self._checking.discard(checking)

    async def end(self, messages: Sequence[Message]) -> None:
        """No-op: each result is written when its reply ends."""
