"""`compare --prompts`: asks many prompts in turn, each only for the answers that it does not have yet."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textchat.commands.asking.pending_replies import ask_all
from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.prompt_input import PromptInput
from textchat.commands.asking.prompt_results import Place, Results, ResultWriter
from textchat.commands.output.ending import exit_code
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.progress import Progress
from textchat.commands.output.terminal import STDERR, OutputError, is_terminal, say
from textchat.commands.sweeping.variants import parameters_of, say_cost
from textchat.core.configuration import Settings
from textchat.core.conversation import Message, Status, first_words
from textchat.core.errors import ConfigurationError
from textchat.core.store_error import StoreError
from textchat.core.sweeps.sweep import Variant


async def run_prompts(
    arguments: Namespace,
    prompts: Sequence[Prompt],
    parameters: Mapping[str, Any],
    variants: Sequence[Variant],
    settings: Settings,
) -> int:
    """Ask each prompt that has no result yet; returns the exit code, 1 if a reply failed.

    What ends the run early, a ceiling of the budget for one, is raised with the number of prompts that are answered.
    """
    places = _places(variants, parameters, settings)
    results = Results(arguments.results)
    run = _Run(arguments, settings, parameters, places, results)
    if arguments.sweeps:
        await say_cost([(run.input_of(prompt), run.missing(prompt)) for prompt in prompts], settings)
    try:
        messages = await run.ask(prompts)
    except ConfigurationError as error:
        answered = results.answered(prompts, places)
        raise ConfigurationError(f"{error} {answered}" if results.has_any else str(error)) from error
    except (StoreError, OutputError):
        say(results.answered(prompts, places))
        raise
    say(results.answered(prompts, places))
    if run.replies and arguments.sweeps and (arguments.stats or is_terminal(STDERR)):
        from textchat.commands.sweeping.spread_table import say_spread  # few runs are sweeps

        say_spread(run.replies)
    return exit_code(messages, lacks_file=any(files.has_failed for files in run.files))


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


@dataclass(frozen=True, slots=True)
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
    """The new ones: of which variant, to which prompt."""

    def input_of(self, prompt: Prompt) -> PromptInput:
        return PromptInput(prompt.text, (), self.parameters)

    def missing(self, prompt: Prompt) -> list[Variant]:
        """What a prompt has no answer to yet."""
        return [place.variant for place in self.places if not self.results.has(prompt, place)]

    async def ask(self, prompts: Sequence[Prompt]) -> list[Message]:
        """The new replies; it ends with the first prompt that is cancelled."""
        messages: list[Message] = []
        with Progress(f"{len(prompts)} prompts") as progress:
            for number, prompt in enumerate(prompts):
                progress.advance_to(number / len(prompts), first_words(prompt.text, 30))
                missing = [place for place in self.places if not self.results.has(prompt, place)]
                new = await self._ask(prompt, missing) if missing else []
                messages += new
                if any(message.status is Status.CANCELLED for message in new):
                    break
        return messages

    async def _ask(self, prompt: Prompt, missing: Sequence[Place]) -> list[Message]:
        variants = [place.variant for place in missing]
        panes = [f"{prompt.line}-{place.pane + 1}-{place.model}" for place in missing]
        files = PartFiles(self.arguments.parts, panes, is_saved=self.arguments.save)
        self.files.append(files)
        async with ask_all(self.input_of(prompt), variants, self.settings, save=self.arguments.save) as replies:
            messages = await replies.put_out(ResultWriter(prompt, missing, self.results, files))
        self.replies.extend(
            (each.kind, str(prompt.line), message) for each, message in zip(variants, messages, strict=True)
        )
        return messages
