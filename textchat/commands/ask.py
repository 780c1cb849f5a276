"""`textchat ask`: one reply on standard output, as it arrives."""

from __future__ import annotations

import asyncio
import os
import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textchat.commands.asking.continuing import Continued, newest_to_continue
from textchat.commands.asking.given_persona import given_persona, models_to_ask
from textchat.commands.asking.pending_replies import ReplyOutput, ask_all
from textchat.commands.asking.prompt_input import PromptInput, read_prompt_input
from textchat.commands.asking.takings import TakenPart, taken_words
from textchat.commands.output.beginning import Beginning, opens_in_template
from textchat.commands.output.ending import ending_sentence, exit_code, figures_line, structure_sentence
from textchat.commands.output.json_lines import JsonLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.sources import source_lines
from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import STDERR, can_redraw, is_dumb, say
from textchat.commands.output.waiting_line import WaitingLine
from textchat.config.private_files import private_folder
from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Status
from textchat.core.errors import ConfigurationError
from textchat.core.events import PartReceived, ReasoningDelta, StreamEvent, TextDelta
from textchat.core.figures.ending import tool_call_line
from textchat.core.reply import Reply
from textchat.core.sweeps.sweep import Variant
from textchat.core.text.sanitize import revealed
from textchat.live.settings.effective_settings import usable_settings
from textchat.providers.catalog import Catalog
from textchat.providers.recording import Recorder

DIM, PLAIN = "\x1b[2m", "\x1b[0m"

if TYPE_CHECKING:
    from textchat.commands.output.markdown_lines import MarkdownLines
    from textchat.core.text.pretty_json import PrettyJson


def run(arguments: Namespace) -> int:
    """Ask one model; returns the exit code. Raises ConfigurationError, StoreError, OutputError and BrokenPipeError."""
    settings = usable_settings()
    named: Sequence[str] = arguments.models or ()
    if len(named) > 1:
        raise ConfigurationError("textchat ask takes one model; textchat compare asks several.")
    persona = given_persona(arguments.persona)
    prompt = read_prompt_input(arguments, settings.limits, persona)
    arguments.save = arguments.save or arguments.continue_newest
    files = PartFiles(arguments.parts, is_saved=arguments.save)
    continued = None
    if arguments.continue_newest:
        model = next(iter(named), None if persona is None else persona.model)
        continued = asyncio.run(newest_to_continue(model, settings))
    return asyncio.run(_ask(arguments, prompt, continued, settings, files))


async def _ask(
    arguments: Namespace, prompt: PromptInput, continued: Continued | None, settings: Settings, files: PartFiles
) -> int:
    model = models_to_ask(arguments.models, prompt.persona, settings.default_models)[0]
    if continued is not None:
        model = continued.pane.model
    output: ReplyOutput = (
        JsonLines([model], files) if arguments.json else _PlainReply(model, files, is_raw=arguments.raw)
    )
    recorder = None if arguments.record is None else _recorder(arguments.record, model, settings)
    asked = [Variant(model)]
    async with ask_all(prompt, asked, settings, save=arguments.save, tap=recorder, continued=continued) as replies:
        (message,) = await replies.put_out(output)
    if recorder is not None:
        recorder.close(is_complete=message.status is Status.COMPLETE)
        if recorder.problem:
            say(recorder.problem)
    if arguments.stats:
        say(f"{model}: {figures_line(message)}")
        if words := taken_words(replies.taken[0]):
            say(f"{model} got {words}.")
    return exit_code([message], lacks_file=files.has_failed)


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

    def __init__(self, model: str, files: PartFiles, *, is_raw: bool) -> None:
        self._files = files
        self._out = Output()
        self._is_rendered = self._out.is_terminal and not is_raw and not is_dumb()
        self._markdown: MarkdownLines | None = None
        """The text since the last file, where a person reads it."""
        self._json: PrettyJson | None = None
        """Lays out the structure that was asked for, where a person reads it."""
        self._aside = Output(STDERR)
        self._shows_thinking = self._out.is_terminal and can_redraw(STDERR)
        self._is_thinking = False
        self._waiting = WaitingLine(self._aside)
        # Nobody watches a pipe: it can wait until the text of such a model is known to be the answer.
        is_patient = opens_in_template(model) and not self._out.is_terminal
        self._beginning = Beginning(self._put, None if is_patient else 0)

    async def begin(self, replies: Sequence[Reply], taken: Sequence[Sequence[TakenPart]]) -> None:
        if self._out.is_terminal and replies[0].parameters.schema is not None:
            from textchat.core.text.pretty_json import PrettyJson  # few replies have a structure

            self._json = PrettyJson()
            self._is_rendered = False
        elif self._is_rendered:  # loaded while the model thinks
            import textchat.commands.output.markdown_lines  # noqa: F401
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
                await self._write(text)
            case PartReceived(part):
                await self._stop_thinking()
                await self._end_markdown()
                await self._tell(self._files.line(part, await self._files.take(pane=0, part=part)))
            case ReasoningDelta(text) if self._shows_thinking:
                if not self._is_thinking:
                    await self._out.flush()
                    self._aside.put_styled(DIM)
                    self._is_thinking = True
                await self._aside.write(text)

    async def _write(self, text: str) -> None:
        if not self._is_rendered:
            await self._out.write(text if self._json is None else self._json.feed(text))
            return
        if self._markdown is None:
            from textchat.commands.output.markdown_lines import MarkdownLines  # no pipe waits for it

            width = shutil.get_terminal_size().columns
            self._markdown = MarkdownLines(width, has_colour=self._out.has_colour)
        await self._out.write_styled(self._markdown.feed(text))

    async def _end_markdown(self) -> None:
        """Write what of the text was held back, because it might have changed."""
        if self._markdown is not None:
            ended, self._markdown = self._markdown, None
            await self._out.write_styled(ended.close())

    async def _tell(self, line: str) -> None:
        """A line on standard error, which is not to stand in the middle of one of the reply."""
        await self._out.flush()
        if self._out.is_terminal and not self._out.ends_with_newline:
            self._out.put_styled("\n")
        say(line)

    async def _stop_thinking(self) -> None:
        if self._is_thinking:
            self._is_thinking = False
            await self._aside.end()
            self._aside.put_styled(f"{PLAIN}\n")

    async def ended(self, pane: int, message: Message) -> None:
        self._waiting.end()
        await self._beginning.end()
        await self._stop_thinking()
        await self._end_markdown()
        await self._out.end()
        for call in message.tool_calls:
            say(revealed(tool_call_line(call)))
        for line in (*source_lines(message.citations), ending_sentence(message), structure_sentence(message)):
            if line:
                say(line)

    async def end(self, messages: Sequence[Message]) -> None:
        """No-op: a single reply has no summary."""
