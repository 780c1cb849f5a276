"""`compare --prompts`: asks many prompts in turn, each only for the answers that it does not have yet."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textchat.commands.asking.pending_replies import ask_all
from textchat.commands.asking.prompt_checks import checked_line, is_checked, tell_faults
from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.asking.prompt_results import Place, Results
from textchat.commands.asking.result_writer import ResultWriter
from textchat.commands.evaluating.summary_output import put_out_summary
from textchat.commands.output.ending import exit_code
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.progress import Progress
from textchat.commands.output.terminal import STDERR, OutputError, is_terminal, say
from textchat.commands.sweeping.variants import parameters_of, say_cost
from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Status, first_words
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.outcome import Outcome, outcome_of
from textchat.core.evaluation.result_row import ResultRow, row_of
from textchat.core.evaluation.summary import summary_of
from textchat.core.store_error import StoreError
from textchat.core.sweeps.sweep import Variant


async def run_prompts(
    arguments: Namespace,
    prompts: Sequence[Prompt],
    parameters: Mapping[str, Any],
    variants: Sequence[Variant],
    settings: Settings,
) -> int:
    """Ask each prompt that has no result yet, and sum all results up; returns the exit code.

    It is 1 if a reply failed, 3 if one does not pass its checks. What ends the run early, a ceiling of the budget for
    one, is raised with the number of prompts that are answered.
    """
    places = _places(variants, parameters, settings)
    results = Results(arguments.results)
    run = _Run(arguments, settings, parameters, places, results)
    if arguments.sweeps:
        await say_cost([(run.input_of(prompt), run.missing(prompt)) for prompt in prompts], settings)
    try:
        await run.ask(prompts)
    except ConfigurationError as error:
        answered = results.answered(prompts, places)
        raise ConfigurationError(f"{error} {answered}" if results.has_any else str(error)) from error
    except (StoreError, OutputError, asyncio.CancelledError):
        say(results.answered(prompts, places))
        raise
    say(results.answered(prompts, places))
    if run.replies and arguments.sweeps and (arguments.stats or is_terminal(STDERR)):
        from textchat.commands.sweeping.spread_table import say_spread  # few runs are sweeps

        say_spread(run.replies)
    if not run.is_cancelled:
        await put_out_summary(summary_of(run.outcomes), as_json=arguments.json, to_output=arguments.results is not None)
    return run.exit_code


def _places(variants: Sequence[Variant], parameters: Mapping[str, Any], settings: Settings) -> list[Place]:
    return [
        Place(
            pane,
            variant.model,
            settings.model(variant.model).parameters.merged(parameters_of(variant, parameters)),
            variant.repeat,
            variant,
        )
        for pane, variant in enumerate(variants)
    ]


@dataclass(slots=True)
class _Run:
    """Asks prompts one after the other, each in all its places at once."""

    arguments: Namespace
    settings: Settings
    parameters: Mapping[str, Any]
    places: Sequence[Place]
    results: Results
    files: list[PartFiles] = field(default_factory=list)
    """Those of each prompt that was asked."""
    replies: list[tuple[str, str, Message]] = field(default_factory=list)
    """The new ones again: of which variant, to which prompt."""

    messages: list[Message] = field(default_factory=list)
    """The new replies."""
    outcomes: list[Outcome] = field(default_factory=list)
    """Those of all answers, the kept ones among them."""
    is_cancelled: bool = False

    def input_of(self, prompt: Prompt) -> PromptInput:
        return PromptInput(prompt.text, (), self.parameters)

    def missing(self, prompt: Prompt) -> list[Variant]:
        """What a prompt has no answer to yet."""
        return [place.variant for place in self.places if not self.results.has(prompt, place)]

    @property
    def exit_code(self) -> int:
        if self.is_cancelled:
            return 130
        code = exit_code(self.messages, lacks_file=any(files.has_failed for files in self.files))
        return code or (3 if any(outcome.passes is False for outcome in self.outcomes) else 0)

    async def ask(self, prompts: Sequence[Prompt]) -> None:
        """Have an answer to each prompt in each place; it ends with the first prompt that is cancelled."""
        with Progress(f"{len(prompts)} prompts") as progress:
            for number, prompt in enumerate(prompts):
                progress.advance_to(number / len(prompts), first_words(prompt.text, 30))
                missing = [place for place in self.places if not self.results.has(prompt, place)]
                kept = [await self._kept(prompt, place, progress) for place in self.places if place not in missing]
                new = await self._ask(prompt, missing, progress) if missing else []
                rows = sorted((*filter(None, kept), *new), key=lambda row: row.pane)
                self.outcomes += [outcome_of(row, prompt.tags) for row in rows]
                if self.is_cancelled:
                    break

    async def _kept(self, prompt: Prompt, place: Place, progress: Progress) -> ResultRow | None:
        """An answer that is there already, with its checks as they are now; None for one without its text."""
        row = self.results.row(prompt, place)
        if row is not None and not is_checked(prompt, row):
            line = await checked_line(prompt, row.values)
            await self.results.add(line)
            row = row_of(line)
        if row is not None:
            tell_faults(row, progress.say)
        return row

    async def _ask(self, prompt: Prompt, missing: Sequence[Place], progress: Progress) -> list[ResultRow]:
        variants = [place.variant for place in missing]
        panes = [f"{prompt.line}-{place.pane + 1}-{place.model}" for place in missing]
        files = PartFiles(self.arguments.parts, panes, is_saved=self.arguments.save)
        self.files.append(files)
        writer = ResultWriter(prompt, missing, self.results, files, progress.say)
        async with ask_all(self.input_of(prompt), variants, self.settings, save=self.arguments.save) as replies:
            new = await replies.put_out(writer, writer.hurry)
        self.messages += new
        self.replies.extend((each.kind, str(prompt.line), message) for each, message in zip(variants, new, strict=True))
        self.is_cancelled = writer.is_hurried or any(message.status is Status.CANCELLED for message in new)
        return writer.rows
