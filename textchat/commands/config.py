"""`textchat config`: where the settings are, a starter file, what in them cannot be used, and what is in effect."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from textchat.commands.output import Output, say
from textchat.core.errors import ConfigurationError
from textchat.live.setup import load
from textchat.providers.catalog import Catalog
from textchat.store import paths
from textchat.store.settings import LoadedSettings
from textchat.store.shown import shown_settings
from textchat.store.starter import starter_config


def run(arguments: Namespace) -> int:
    """The exit code. Raises ConfigurationError, OutputError and BrokenPipeError."""
    actions = {"path": _path, "init": _init, "check": _check, "show": _show}
    return actions[arguments.action]()


def _path() -> int:
    Output().put(f"{paths.config_file()}\n")
    return 0


def _init() -> int:
    file = paths.config_file()
    try:
        paths.private_folder(file.parent)
        with file.open("x", encoding="utf-8") as new:
            new.write(starter_config())
    except FileExistsError as error:
        raise ConfigurationError(f"{file} is there already and was left as it is. Edit it, or move it away.") from error
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}.") from error
    Output().put(f"{file}\n")
    return 0


def _check() -> int:
    loaded = load()
    problems = [*loaded.problems, *_unusable(loaded)]
    for problem in (*problems, *loaded.notices):
        say(problem)
    if problems:
        return 2
    file = loaded.settings.path
    Output().put(f"{file}: nothing to mend.\n" if file else f"There is no {paths.config_file()}; that is fine.\n")
    return 0


def _unusable(loaded: LoadedSettings) -> Iterator[str]:
    """What is well formed, and names something that is not there."""
    from textchat.ui.keymap import keymap_from

    settings = loaded.settings
    catalog = Catalog(settings)
    for name in settings.default_models:
        try:
            catalog.open(name)
        except ConfigurationError as error:
            yield f"{settings.path or 'default'}: default_models: {error}"
    for problem in keymap_from(settings.keys)[1]:
        yield f"{settings.path}: {problem}"


def _show() -> int:
    loaded = load()
    for problem in loaded.problems:
        say(problem)
    Output().put(shown_settings(loaded.settings))
    return 2 if loaded.problems else 0
