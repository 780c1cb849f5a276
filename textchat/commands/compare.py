"""`textchat compare`: the same prompt to several models at once, printed on standard output."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from textchat.commands.arguments import STANDARD_INPUT
from textchat.commands.asking.given_persona import given_persona
from textchat.commands.asking.pending_replies import ReplyOutput, ask_all
from textchat.commands.asking.prompt_file import read_prompts
from textchat.commands.asking.prompt_input import PromptInput, parameters_over, read_prompt_input
from textchat.commands.asking.prompt_set import run_prompts
from textchat.commands.asking.request_fields import given_parameters
from textchat.commands.asking.takings import taken_words
from textchat.commands.output.block_output import difference_blocks, markdown_blocks, text_blocks
from textchat.commands.output.ending import exit_code, figures_line
from textchat.commands.output.json_lines import JsonLines
from textchat.commands.output.part_files import PartFiles
from textchat.commands.output.terminal import STDOUT, is_dumb, is_terminal, say
from textchat.commands.sweeping.variants import say_cost, swept_fields, variants_to_ask
from textchat.core.configuration import Settings
from textchat.core.conversation import Message
from textchat.core.errors import ConfigurationError
from textchat.core.sweeps.sweep import Variant
from textchat.live.settings.effective_settings import usable_settings


def run(arguments: Namespace) -> int:
    """Ask all models; returns the exit code. Raises ConfigurationError, StoreError, OutputError and BrokenPipeError."""
    if arguments.json and (arguments.markdown or (arguments.diff and arguments.prompts is not None)):
        raise ConfigurationError("--json cannot be combined with --markdown, or with --diff and --prompts.")
    settings = usable_settings()
    persona = given_persona(arguments.persona)
    parameters = parameters_over(persona, arguments)
    variants = variants_to_ask(arguments, persona, given_parameters(arguments), settings)
    if arguments.prompts is None:
        if arguments.results is not None:
            raise ConfigurationError("--results needs --prompts. For one prompt, redirect the output to a file.")
        if arguments.checks is not None:
            raise ConfigurationError("--checks needs --prompts.")
        prompt = read_prompt_input(arguments, settings.limits, persona)
        names = numbered([variant.model for variant in variants])
        files = PartFiles(arguments.parts, names, is_saved=arguments.save)
        return asyncio.run(_compare(arguments, prompt, variants, settings, files))
    if arguments.prompt or arguments.attach:
        raise ConfigurationError("--prompts cannot be combined with PROMPT or --attach.")
    if arguments.prompts == arguments.checks == STANDARD_INPUT:
        raise ConfigurationError("Standard input can be read once: as --prompts, or as --checks.")
    _check_results(arguments)
    prompts = read_prompts(arguments.prompts, settings.limits.prompt_file_bytes, arguments.checks)
    return asyncio.run(run_prompts(arguments, prompts, parameters, variants, settings))


def _check_results(arguments: Namespace) -> None:
    """Results written to what they come from would be prompts or checks of the next run: ConfigurationError."""
    for option, name in (("--prompts", arguments.prompts), ("--checks", arguments.checks)):
        if name is None or arguments.results is None:
            continue
        with suppress(OSError, ValueError):  # one that is not there is another file, or told soon
            if Path(arguments.results).samefile(name):
                raise ConfigurationError(f"--results {arguments.results} is the file of {option}; name another one.")


async def _compare(
    arguments: Namespace, prompt: PromptInput, variants: Sequence[Variant], settings: Settings, files: PartFiles
) -> int:
    is_sweep = bool(arguments.sweeps)
    names = [each.name for each in variants] if is_sweep else names_of([each.model for each in variants])
    output = _form(arguments, prompt, variants, names, files)
    if is_sweep:
        await say_cost([(prompt, variants)], settings)
    async with ask_all(prompt, variants, settings, save=arguments.save) as replies:
        messages = await replies.put_out(output)
    if is_sweep:
        await _sum_up(arguments, [(each.kind, "", message) for each, message in zip(variants, messages, strict=True)])
    if arguments.stats:
        for name, message, taken in zip(names, messages, replies.taken, strict=True):
            say(f"{name}: {figures_line(message)}")
            if words := taken_words(taken):
                say(f"{name} got {words}.")
    return exit_code(messages, lacks_file=files.has_failed)


def _form(
    arguments: Namespace, prompt: PromptInput, variants: Sequence[Variant], names: Sequence[str], files: PartFiles
) -> ReplyOutput:
    if arguments.json:
        models, swept = [each.model for each in variants], list(map(swept_fields, variants))
        return JsonLines(models, files, is_comparison=True, has_differences=arguments.diff, swept=swept)
    if arguments.markdown:
        return markdown_blocks(names, files, prompt.text)
    if arguments.diff:
        return difference_blocks(names, files)
    if _has_columns():
        from textchat.commands.output.columns import Columns

        return Columns(names, files)
    return text_blocks(names, files)


def _has_columns() -> bool:
    return is_terminal(STDOUT) and not is_dumb()


async def _sum_up(arguments: Namespace, replies: Sequence[tuple[str, str, Message]]) -> None:
    """Print how the replies of each variant spread, where a person reads them, or asks for figures."""
    from textchat.commands.sweeping.spread_table import print_markdown_spread, print_spread, say_spread  # few sweep

    if arguments.markdown:
        await print_markdown_spread(replies)
    elif _has_columns() and not (arguments.json or arguments.diff):
        await print_spread(replies)
    elif arguments.stats:
        say_spread(replies)


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
