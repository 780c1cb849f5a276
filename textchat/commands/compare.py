"""`textchat compare`: the same prompt to several models at once, printed on standard output."""

from __future__ import annotations

import asyncio
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from textchat.commands.arguments import STANDARD_INPUT
from textchat.commands.asking.given_persona import given_persona, models_to_ask
from textchat.commands.asking.pending_replies import ReplyOutput, ask_all
from textchat.commands.asking.prompt_file import read_prompts
from textchat.commands.asking.prompt_input import PromptInput, parameters_over, read_prompt_input
from textchat.commands.asking.prompt_set import run_prompts
from textchat.commands.asking.takings import taken_words
from textchat.commands.output.block_output import difference_blocks, markdown_blocks, text_blocks
from textchat.commands.output.ending import exit_code, figures_line
from textchat.commands.output.json_lines import JsonLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.terminal import STDOUT, is_terminal, say
from textchat.core.configuration import Settings
from textchat.core.errors import ConfigurationError
from textchat.live.settings.effective_settings import usable_settings

MOST_PANES = 64


def run(arguments: Namespace) -> int:
    """Ask all models; returns the exit code. Raises ConfigurationError, StoreError, OutputError and BrokenPipeError."""
    if arguments.json and (arguments.markdown or (arguments.diff and arguments.prompts is not None)):
        raise ConfigurationError("--json cannot be combined with --markdown, or with --diff and --prompts.")
    settings = usable_settings()
    persona = given_persona(arguments.persona)
    wanted = models_to_ask(arguments.models, persona, settings.default_models)
    models = [model for model in wanted for _ in range(arguments.repeats)]
    if len(models) > MOST_PANES:
        raise ConfigurationError(f"{len(models)} replies at once are too many; the limit is {MOST_PANES}.")
    if arguments.prompts is None:
        if arguments.results is not None:
            raise ConfigurationError("--results needs --prompts. For one prompt, redirect the output to a file.")
        if arguments.checks is not None:
            raise ConfigurationError("--checks needs --prompts.")
        prompt = read_prompt_input(arguments, settings.limits, persona)
        files = PartFiles(arguments.parts, numbered(models), is_saved=arguments.save)
        return asyncio.run(_compare(arguments, prompt, models, settings, files))
    if arguments.prompt or arguments.attach:
        raise ConfigurationError("--prompts cannot be combined with PROMPT or --attach.")
    if arguments.prompts == arguments.checks == STANDARD_INPUT:
        raise ConfigurationError("Standard input can be read once: as --prompts, or as --checks.")
    _check_results(arguments)
    prompts = read_prompts(arguments.prompts, settings.limits.prompt_file_bytes, arguments.checks)
    return asyncio.run(run_prompts(arguments, prompts, parameters_over(persona, arguments), models, settings))


def _check_results(arguments: Namespace) -> None:
    """Results written to what they come from would be prompts or checks of the next run: ConfigurationError."""
    for option, name in (("--prompts", arguments.prompts), ("--checks", arguments.checks)):
        if name is None or arguments.results is None:
            continue
        with suppress(OSError, ValueError):  # one that is not there is another file, or told soon
            if Path(arguments.results).samefile(name):
                raise ConfigurationError(f"--results {arguments.results} is the file of {option}; name another one.")


async def _compare(
    arguments: Namespace, prompt: PromptInput, models: Sequence[str], settings: Settings, files: PartFiles
) -> int:
    names = names_of(models)
    output = _form(arguments, prompt, models, names, files)
    async with ask_all(prompt, models, settings, save=arguments.save) as replies:
        messages = await replies.put_out(output)
    if arguments.stats:
        for name, message, taken in zip(names, messages, replies.taken, strict=True):
            say(f"{name}: {figures_line(message)}")
            if words := taken_words(taken):
                say(f"{name} got {words}.")
    return exit_code(messages, lacks_file=files.has_failed)


def _form(
    arguments: Namespace, prompt: PromptInput, models: Sequence[str], names: Sequence[str], files: PartFiles
) -> ReplyOutput:
    if arguments.json:
        return JsonLines(models, files, is_comparison=True, has_differences=arguments.diff)
    if arguments.markdown:
        return markdown_blocks(names, files, prompt.text)
    if arguments.diff:
        return difference_blocks(names, files)
    if is_terminal(STDOUT) and os.environ.get("TERM", "dumb") != "dumb":
        from textchat.commands.output.columns import Columns

        return Columns(names, files)
    return text_blocks(names, files)


def numbered(models: Sequence[str]) -> list[str]:
    """A name for each pane that no other has, made of its number and its model."""
    return [f"{number}-{model}" for number, model in enumerate(models, start=1)]


def names_of(models: Sequence[str]) -> list[str]:
    """The names of the models, numbered where a model is asked more than once."""
    times = Counter(models)
    seen: Counter[str] = Counter()
    names = []
    for model in models:
        seen[model] += 1
        names.append(f"{model} #{seen[model]}" if times[model] > 1 else model)
    return names
