"""`textchat config`: the path of the settings, a starter file, a check, the effective values, and their JSON Schema."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace

from textchat.commands.output.streams import Output
from textchat.commands.output.terminal import say
from textchat.config import paths
from textchat.config.effective import shown_settings
from textchat.config.load import LoadedSettings
from textchat.config.private_files import new_private_file, own_folder
from textchat.config.schema_check import dotted
from textchat.config.starter import starter_config
from textchat.core.configuration import Settings
from textchat.core.conversation import Usage
from textchat.core.errors import ConfigurationError
from textchat.core.figures.prices import PriceList
from textchat.core.limits import PROBLEMS
from textchat.core.text.sanitize import plain_line
from textchat.live.budget import costs_money, has_ceiling, unpriced_sentence
from textchat.live.settings.effective_settings import load
from textchat.providers.catalog import Catalog


def run(arguments: Namespace) -> int:
    """Run one action on the settings; returns the exit code.

    Raises ConfigurationError, OutputError and BrokenPipeError.
    """
    actions = {"path": _path, "init": _init, "check": _check, "show": _show, "schema": _schema}
    return actions[arguments.action]()


def _path() -> int:
    Output().put(f"{paths.config_file()}\n")
    return 0


def _init() -> int:
    file = paths.config_file()
    try:
        own_folder(file.parent)
        with new_private_file(file) as new:
            new.write(starter_config())
    except FileExistsError as error:
        raise ConfigurationError(f"{file} already exists and was not changed. Edit it, or move it away.") from error
    except OSError as error:
        raise ConfigurationError(f"Cannot write {file}: {error.strerror}.") from error
    Output().put(f"{file}\n")
    return 0


def _check() -> int:
    from textchat.app import load_appearance  # late: no other action needs the interface

    loaded = load()
    problems = [*loaded.problems, *_told(list(_unusable(loaded))), *load_appearance(loaded).problems]
    for sentence in (*problems, *loaded.notices, *_without_ceiling(loaded.settings)):
        say(sentence)
    if problems:
        return 2
    file = loaded.settings.path
    Output().put(
        f"{file}: no problems found.\n" if file else f"{paths.config_file()} does not exist; the defaults apply.\n"
    )
    return 0


def _told(problems: Sequence[str]) -> Iterator[str]:
    """As many of the problems as anybody reads, and how many more there are.

    The settings files and `[keys]` count theirs themselves: to count those again would hide how many they are.
    """
    yield from problems[: PROBLEMS.most]
    if len(problems) > PROBLEMS.most:
        yield f"{len(problems) - PROBLEMS.most:,} more problems."


def _unusable(loaded: LoadedSettings) -> Iterator[str]:
    """Problems of well-formed settings that refer to something that does not exist."""
    settings = loaded.settings
    catalog = Catalog(settings)
    for name in settings.providers:
        try:
            catalog.provider(name)
        except ConfigurationError as error:
            yield str(error)
    for path, model in _named_models(settings):
        try:
            catalog.settings(model.partition("/")[0])
        except ConfigurationError as error:
            yield f"{loaded.place(*path)}{dotted(path)}: {error}"
    yield from _unusable_schemas(loaded)


def _unusable_schemas(loaded: LoadedSettings) -> Iterator[str]:
    schemas = {name: model.parameters.schema for name, model in loaded.settings.models.items()}
    for name, schema in schemas.items():
        if schema is not None:
            from textchat.live.structure.validator import refusal  # few settings have one

            path = ("models", name, "schema")
            if refused := refusal(schema):
                yield f"{loaded.place(*path)}{dotted(path)}: the schema {plain_line(refused, 500)}."


def _without_ceiling(settings: Settings) -> Iterator[str]:
    """A sentence on the models that the settings name and whose price is unknown, where there is a ceiling."""
    if not has_ceiling(settings):
        return
    catalog, prices = Catalog(settings), PriceList()
    prices.load()
    models = dict.fromkeys(model for _, model in _named_models(settings) if costs_money(catalog, model))
    opened = {model: catalog.open(model) for model in models}
    unpriced = [
        model
        for model, (_, name, provider, _) in opened.items()
        if prices.cost_usd(provider, name, Usage(1, 1), settings.model(model).price) is None
    ]
    if unpriced:
        yield unpriced_sentence(unpriced)


def _named_models(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each model that the settings name, with the key that names it."""
    yield from ((("default_models",), model) for model in settings.default_models)
    yield from ((("favourites",), model) for model in settings.favourites)
    yield from ((("models", model), model) for model in settings.models)
    if settings.ui.title_model:
        yield ("ui", "title_model"), settings.ui.title_model


def _schema() -> int:
    import json

    from textchat.config.described.json_schema import settings_schema

    Output().put(json.dumps(settings_schema(), indent=2, ensure_ascii=False) + "\n")
    return 0


def _show() -> int:
    loaded = load()
    problems = list(loaded.problems)
    settings = loaded.settings
    catalog = Catalog(settings)
    providers = dict(settings.providers)
    for name in providers:
        try:
            providers[name] = catalog.effective(name)
        except ConfigurationError as error:
            problems.append(str(error))
    for problem in problems:
        say(problem)
    Output().put(shown_settings(replace(settings, providers=providers)))
    return 2 if problems else 0
