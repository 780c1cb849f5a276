"""`textchat ask`: one reply on standard output, as it arrives."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from textchat.commands.asking.pending_replies import ReplyOutput, ask_all
from textchat.commands.asking.prompt_input import PromptInput, read_prompt_input
from textchat.commands.output.beginning import Beginning, opens_in_template
from textchat.commands.output.ending import ending_sentence, exit_code, figures_line
from textchat.commands.output.json_lines import JsonLines
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import STDERR, say
from textchat.commands.output.waiting_line import WaitingLine
from textchat.config.private_files import private_folder
from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Status
from textchat.core.errors import ConfigurationError
from textchat.core.events import ReasoningDelta, StreamEvent, TextDelta
from textchat.core.figures.ending import tool_call_line
from textchat.core.reply import Reply
from textchat.core.text.sanitize import revealed
from textchat.live.effective_settings import usable_settings
from textchat.providers.catalog import Catalog
from textchat.providers.recording import Recorder

DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def run(arguments: Namespace) -> int:
    """Ask one model; returns the exit code. Raises ConfigurationError, StoreError, OutputError and BrokenPipeError."""
    settings = usable_settings()
    models = arguments.models or settings.default_models[:1]
    if len(models) > 1:
        raise ConfigurationError("textchat ask takes one model; textchat compare asks several.")
    return asyncio.run(_ask(arguments, read_prompt_input(arguments, settings.limits), models[0], settings))


async def _ask(arguments: Namespace, prompt: PromptInput, model: str, settings: Settings) -> int:
    output: ReplyOutput = JsonLines([model]) if arguments.json else _PlainReply(model)
    recorder = None if arguments.record is None else _recorder(arguments.record, model, settings)
    async with ask_all(prompt, [model], settings, save=arguments.save, tap=recorder) as replies:
        (message,) = await replies.put_out(output)
    if recorder is not None:
        recorder.close(is_complete=message.status is Status.COMPLETE)
        if recorder.problem:
            say(recorder.problem)
    if arguments.stats:
        say(f"{model}: {figures_line(message)}")
    return exit_code([message])


def _recorder(name: str, model: str, settings: Settings) -> Recorder:
    """Create the recorder for the file `name`, and its folder; raises ConfigurationError if the file exists."""
    if os.path.lexists(name):
        raise ConfigurationError(f"--record {name}: the file already exists. Choose another name.")
    path = Path(name)
    try:
        private_folder(path.parent)
    except OSError as error:
        raise ConfigurationError(f"Cannot create {path.parent}: {error.strerror}.") from error
    return Recorder(path, Catalog(settings).open(model).settings.protocol)


class _PlainReply:
    """Writes the answer to standard output; on a terminal, first the reasoning, dim, to standard error."""

    def __init__(self, model: str) -> None:
        self._out = Output()
        self._aside = Output(STDERR)
        self._shows_thinking = self._out.is_terminal and self._aside.has_colour
        self._is_thinking = False
        self._waiting = WaitingLine(self._aside)
        # Nobody watches a pipe: it can wait until the text of such a model is known to be the answer.
        is_patient = opens_in_template(model) and not self._out.is_terminal
        self._beginning = Beginning(self._put, None if is_patient else 0)

    async def begin(self, replies: Sequence[Reply]) -> None:
        if self._shows_thinking:
            self._waiting.begin(replies[0])

    async def take(self, pane: int, events: Sequence[StreamEvent]) -> None:
        self._waiting.end()
        async with self._out.together():
            for event in events:
                await self._beginning.take(event)

    async def _put(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text):
                await self._stop_thinking()
                await self._out.write(text)
            case ReasoningDelta(text) if self._shows_thinking:
                if not self._is_thinking:
                    await self._out.flush()
                    self._aside.put_styled(DIM)
                    self._is_thinking = True
                await self._aside.write(text)

    async def _stop_thinking(self) -> None:
        if self._is_thinking:
            self._is_thinking = False
            await self._aside.end()
            self._aside.put_styled(f"{PLAIN}\n")

    async def ended(self, pane: int, message: Message) -> None:
        self._waiting.end()
        await self._beginning.end()
        await self._stop_thinking()
        await self._out.end()
        for call in message.tool_calls:
            say(revealed(tool_call_line(call)))
        if sentence := ending_sentence(message):
            say(sentence)

    async def end(self, messages: Sequence[Message]) -> None:
        """No-op: a single reply has no summary."""
