"""`textchat completion`: a script for a shell that completes commands, options, files, pages, providers and models.

Models and providers are those of the settings when the script is printed: no key starts a program or asks a server.
"""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from collections.abc import Collection, Iterator, Mapping

from textchat.commands.arguments import COMMANDS
from textchat.commands.manual.whole_parser import commands_of, own_actions, whole_parser
from textchat.commands.output.streams import Output
from textchat.core.configuration import Settings
from textchat.help.pages import BY_TOPIC

MOST_NAMES = 1_000
_SAFE = re.compile(r"[A-Za-z0-9][\w./:@+-]{0,199}\Z", re.ASCII)
"""Names that no shell reads anything into."""
_FILES, _FOLDERS = frozenset({"FILE"}), frozenset({"FOLDER"})


def run(arguments: Namespace) -> int:
    """Print the script; returns the exit code. Raises OutputError and BrokenPipeError."""
    from textchat.live.settings.effective_settings import load

    Output().put(completion_script(arguments.shell, load().settings))
    return 0


def completion_script(shell: str, settings: Settings) -> str:
    """The script for one of the shells."""
    import shtab

    parser = whole_parser()
    _complete(parser, _names(settings))
    for _, command in commands_of(parser):
        _complete(command, _names(settings))
        for _, action in commands_of(command):
            _complete(action, _names(settings))
    script: str = shtab.complete(parser, shell)
    return script if script.endswith("\n") else f"{script}\n"


def _complete(parser: argparse.ArgumentParser, names: Mapping[str, Collection[str]]) -> None:
    """Say what each argument of a parser may be."""
    import shtab

    for action in own_actions(parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif isinstance(action.metavar, str) and not action.choices and names.get(action.metavar):
            action.choices = list(names[action.metavar])


def _names(settings: Settings) -> Mapping[str, Collection[str]]:
    """What the arguments of a metavar may be, as far as it is known without a server."""
    providers = _safe(settings.providers)
    return {
        "P/M": _safe(_models(settings)),
        "PROVIDER": providers,
        "TOPIC": list(dict.fromkeys((*BY_TOPIC, *COMMANDS))),
    }


def _models(settings: Settings) -> Iterator[str]:
    yield from settings.default_models
    yield from settings.favourites
    yield from settings.models
    for name, provider in settings.providers.items():
        yield from (f"{name}/{model}" for model in provider.models)
    yield from ("demo/fast", "demo/careful")


def _safe(names: Collection[str] | Iterator[str]) -> list[str]:
    return sorted({name for name in names if _SAFE.match(name)})[:MOST_NAMES]
