"""The sweep of `compare`: what is asked for, what it costs about, and what each reply says of it in JSON."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textchat.commands.asking.given_persona import models_to_ask
from textchat.commands.output.terminal import say
from textchat.core.configuration import Settings
from textchat.core.errors import ConfigurationError
from textchat.core.personas.persona import Persona
from textchat.core.sweeps.sweep import PERSONA, Sweep, Variant
from textchat.core.text.sanitize import plain_name

if TYPE_CHECKING:
    from textchat.commands.asking.prompt_input import PromptInput
    from textchat.live.budget import Estimate

MOST_PANES = 64


def variants_to_ask(
    arguments: Namespace, persona: Persona | None, given: Mapping[str, Any], settings: Settings
) -> list[Variant]:
    """All replies that the command line asks for; `given` are its other parameters.

    Raises ConfigurationError for a sweep that cannot be read, and for too many replies.
    """

    def models_of(swept: Persona | None) -> Sequence[str]:
        return models_to_ask(arguments.models, swept or persona, settings.default_models)

    sweep = _sweep(arguments, given, settings)
    if (count := sweep.count(models_of)) > MOST_PANES:
        raise ConfigurationError(f"{count:,} replies at once are too many; the limit is {MOST_PANES}.")
    return sweep.variants(models_of)


def _sweep(arguments: Namespace, given: Mapping[str, Any], settings: Settings) -> Sweep:
    if not arguments.sweeps:
        return Sweep(repeats=arguments.repeats)
    from textchat.config.personas.folders import personas  # few commands sweep
    from textchat.live.sweeps.reading import SweepReader

    reader = SweepReader(personas(), settings.limits.input_bytes, "--sweep ")
    sweep = reader.read(arguments.sweeps, arguments.repeats)
    for axis in sweep.axes:
        if axis.key in given or (axis.key == PERSONA and arguments.persona is not None):
            raise ConfigurationError(f"{plain_name(axis.key, 50)} is both set and swept. Leave one out.")
    return sweep


def parameters_of(variant: Variant, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a variant: those of its persona, what is `given`, and what the sweep sets."""
    return {**(variant.persona.values if variant.persona else {}), **given, **variant.values}


def swept_fields(variant: Variant) -> dict[str, Any]:
    """What tells a reply from the others of a sweep, for its first line of JSON and its last; nothing without one."""
    if not variant.swept:
        return {}
    from textchat.live.sweeps.reading import masked_sweep

    return {"sweep": masked_sweep(variant.swept), "repeat": variant.repeat}


async def say_cost(asked: Sequence[tuple[PromptInput, Sequence[Variant]]], settings: Settings) -> None:
    """Say what the replies to some prompts will cost about, where the prices are known.

    Raises ConfigurationError for a model that cannot be opened, and where all together would pass the ceiling of a day:
    a sweep is asked whole. The other ceiling, and what was spent today, are looked at with each prompt.
    """
    from textchat.commands.asking.pending_replies import opened_models, turn_of
    from textchat.core.context.upcoming import Upcoming
    from textchat.live.budget import CostEstimates, costs_money
    from textchat.live.library import open_services

    async with open_services(settings) as services:
        models = {model for _, variants in asked for model in opened_models(variants, services.catalog)}
        priced = (model for model in models if settings.model(model).price or costs_money(services.catalog, model))
        if not any(priced):
            return
        await services.metering.loaded()
        estimates = CostEstimates(services.current, services.catalog, services.metering)
        turns = (turn_of(prompt, variants, settings).conversation for prompt, variants in asked if variants)
        upcoming = (Upcoming(turn, tuple(pane.id for pane in turn.panes)) for turn in turns)
        planned = [each for asked in upcoming for each in estimates.planned(asked).values()]
        estimate = estimates.estimate(planned)
        if sentence := cost_sentence(estimate):
            say(sentence)
        _check_day(estimate.cost_usd, settings.budget.day_usd)


def _check_day(cost: float, ceiling: float | None) -> None:
    from textchat.core.figures.reply_figures import dollars

    if ceiling is not None and cost > ceiling:
        raise ConfigurationError(
            f"Not sent: this would cost about {dollars(cost)}, over the limit of {dollars(ceiling)} per day "
            "(budget.day_usd in config.toml)."
        )


def cost_sentence(estimate: Estimate) -> str:
    """Such as `About $0.04 for 9 replies.`; empty where no price is known."""
    from textchat.core.figures.reply_figures import dollars

    if not estimate.priced:
        return ""
    replies = f"{estimate.requests:,} {'reply' if estimate.requests == 1 else 'replies'}"
    if estimate.is_whole:
        return f"About {dollars(estimate.cost_usd)} for {replies}."
    unpriced = estimate.requests - estimate.priced
    return f"At least {dollars(estimate.cost_usd)} for {replies}; the price of {unpriced:,} is unknown."
