"""`compare --prompts`: asks many prompts in turn, each only for the answers that it does not have yet."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from textchat.commands.asking.pending_replies import ask_all
from textchat.commands.asking.prompt_checks import checked_line, is_checked, tell_faults
from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.asking.prompt_results import Place, Results
from textchat.commands.asking.result_writer import ResultWriter
from textchat.commands.evaluating.judged_output import Judged
from textchat.commands.evaluating.judged_rows import Bench, JudgedRows
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
from textchat.core.evaluation.summary import names_of_variants, summary_of
from textchat.core.evaluation.verdicts import summary_of_verdicts
from textchat.core.store_error import StoreError
from textchat.core.sweeps.sweep import Variant


@dataclass(frozen=True, slots=True)
class PromptSet:
    """What is asked, and what is looked at in the answers."""

    prompts: Sequence[Prompt]
    variants: Sequence[Variant]
    parameters: Mapping[str, Any]
    """Those that were given, over the settings and below those of a variant."""
    bench: Bench | None = None
    """Who judges; None: nobody."""
    against: Sequence[ResultRow] | None = None
    """The answers of an earlier run."""
    tells_checks: bool = True
    """Whether checks that fail are told."""


async def run_prompts(arguments: Namespace, asked: PromptSet, settings: Settings) -> int:
    """Ask each prompt that has no result yet, and sum all results up; returns the exit code.

    It is 1 if a reply failed or a judge gave no verdict, 3 if a reply does not pass its checks. What ends the run
    early, a ceiling of the budget for one, is raised with the number of prompts that are answered.
    """
    results = Results(arguments.results, is_held=asked.bench is not None)
    async with AsyncExitStack() as stack:
        run = PromptRun(arguments, settings, asked, results)
        if arguments.sweeps:
            await say_cost([(run.input_of(prompt), run.missing(prompt)) for prompt in asked.prompts], settings)
        if asked.bench is not None:
            from textchat.commands.evaluating.opened_judges import judged_rows  # few prompt sets are judged

            run.judging = await stack.enter_async_context(judged_rows(asked.bench, settings, results))
            await run.tell_cost(run.judging)
        await run.ask_all()
    if run.replies and arguments.sweeps and (arguments.stats or is_terminal(STDERR)):
        from textchat.commands.sweeping.spread_table import say_spread  # few runs are sweeps

        say_spread(run.replies)
    if not run.is_cancelled:
        has_file = arguments.results is not None
        if asked.against is not None:
            from textchat.commands.evaluating.changes_output import put_out_changes

            await put_out_changes(asked.against, run.rows, as_json=arguments.json, to_output=has_file)
        summary = summary_of(run.outcomes)
        await put_out_summary(summary, as_json=arguments.json, to_output=has_file, judged=run.judged)
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
class PromptRun:
    """Asks prompts one after the other, each in all its places at once."""

    arguments: Namespace
    settings: Settings
    asked: PromptSet
    results: Results
    is_put_out: bool = True
    """Whether what is held of the results is put out."""
    judging: JudgedRows | None = None
    places: Sequence[Place] = field(init=False)
    rows: list[ResultRow] = field(default_factory=list)
    """All answers, where they are compared with those of an earlier run."""
    files: list[PartFiles] = field(default_factory=list)
    """Those of each prompt that was asked."""
    replies: list[tuple[str, str, Message]] = field(default_factory=list)
    """The new ones: of which variant, to which prompt."""
    outcomes: list[Outcome] = field(default_factory=list)
    """Those of all answers, the kept ones among them."""
    is_cancelled: bool = False

    def __post_init__(self) -> None:
        self.places = _places(self.asked.variants, self.asked.parameters, self.settings)

    @property
    def exit_code(self) -> int:
        if self.is_cancelled:
            return 130
        lacks_file = any(files.has_failed for files in self.files)
        lacks_verdict = self.judging is not None and self.judging.silent > 0
        messages = [message for *_, message in self.replies]
        code = exit_code(messages, lacks_file=lacks_file or lacks_verdict)
        return code or (3 if any(outcome.passes is False for outcome in self.outcomes) else 0)

    def input_of(self, prompt: Prompt) -> PromptInput:
        return PromptInput(prompt.text, (), self.asked.parameters)

    def missing(self, prompt: Prompt) -> list[Variant]:
        """What a prompt has no answer to yet."""
        return [place.variant for place in self.places if not self.results.has(prompt, place)]

    @property
    def judged(self) -> Judged | None:
        """What the judges said; None where there are none."""
        if self.judging is None:
            return None
        names = names_of_variants(self.outcomes)
        return Judged(summary_of_verdicts(self.judging.verdicts, names), self.judging.kept_out)

    async def tell_cost(self, judging: JudgedRows) -> None:
        """Say how many requests judges will get at most, and what that costs."""
        known = [[self.results.row(prompt, place) for place in self.places] for prompt in self.asked.prompts]
        if sentence := await judging.cost(zip(self.asked.prompts, known, strict=True), self.places):
            say(sentence)

    async def ask_all(self) -> None:
        """Have all answers; what ends it early is raised with the number of prompts that are answered."""
        try:
            await self._ask_in_turn()
        except ConfigurationError as error:
            raise ConfigurationError(f"{error} {self._answered}" if self.results.has_any else str(error)) from error
        except (StoreError, OutputError, asyncio.CancelledError):
            say(self._answered)
            raise
        say(self._answered)

    @property
    def _answered(self) -> str:
        return self.results.answered(self.asked.prompts, self.places)

    async def _ask_in_turn(self) -> None:
        """It ends with the first prompt that is cancelled."""
        prompts = self.asked.prompts
        with Progress(f"{len(prompts)} prompts") as progress:
            for number, prompt in enumerate(prompts):
                progress.advance_to(number / len(prompts), first_words(prompt.text, 30))
                missing = [place for place in self.places if not self.results.has(prompt, place)]
                kept = [await self._kept(prompt, place) for place in self.places if place not in missing]
                new = await self._ask(prompt, missing, progress) if missing else []
                rows = sorted((*filter(None, kept), *new), key=lambda row: row.pane)
                for row in rows if self.asked.tells_checks else ():
                    tell_faults(row, progress.say)
                await self._judge(rows, progress)
                self.outcomes += [outcome_of(row, prompt.tags) for row in rows]
                if self.asked.against is not None:
                    self.rows += rows
                if self.is_cancelled:
                    break

    async def _judge(self, rows: Sequence[ResultRow], progress: Progress) -> None:
        """Have the answers to a prompt judged, and put out what was held for that."""
        try:
            if self.judging is not None and not self.is_cancelled:
                await self.judging.judge(rows, progress.say)
        except asyncio.CancelledError:
            self.is_cancelled = True
        finally:
            if self.is_put_out:
                await self.results.release()

    async def _kept(self, prompt: Prompt, place: Place) -> ResultRow | None:
        """An answer that is there already, with its checks as they are now; None for one without its text."""
        row = self.results.row(prompt, place)
        if row is not None and not is_checked(prompt, row):
            line = await checked_line(prompt, row.values)
            await self.results.add(line)
            row = row_of(line)
        return row

    async def _ask(self, prompt: Prompt, missing: Sequence[Place], progress: Progress) -> list[ResultRow]:
        variants = [place.variant for place in missing]
        panes = [f"{prompt.line}-{place.pane + 1}-{place.model}" for place in missing]
        files = PartFiles(self.arguments.parts, panes, is_saved=self.arguments.save)
        self.files.append(files)
        writer = ResultWriter(prompt, missing, self.results, files, progress.say)
        async with ask_all(self.input_of(prompt), variants, self.settings, save=self.arguments.save) as replies:
            new = await replies.put_out(writer, writer.hurry)
        self.replies += [(each.kind, str(prompt.line), message) for each, message in zip(variants, new, strict=True)]
        self.is_cancelled = writer.is_hurried or any(message.status is Status.CANCELLED for message in new)
        return writer.rows
