"""`textchat models`: lists the models of each configured provider, all asked at once.

The exit code is 0 where at least one of them answered, so it is 1 for the one that was named and is dead.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Sequence

from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import say
from textchat.core.configuration import Settings
from textchat.core.provider import ModelInfo
from textchat.core.text.sanitize import plain_name
from textchat.live.connecting.model_lists import ModelLists
from textchat.live.settings.effective_settings import usable_settings
from textchat.providers.catalog import Catalog

LONGEST_NAME = 500


def run(arguments: Namespace) -> int:
    """List the models; returns the exit code. Raises ConfigurationError, OutputError and BrokenPipeError."""
    return asyncio.run(_list(arguments, usable_settings()))


async def _list(arguments: Namespace, settings: Settings) -> int:
    catalog = Catalog(settings)
    names = [arguments.provider] if arguments.provider else list(catalog.names)
    for name in names:
        catalog.settings(name)  # an unknown one is bad usage, not a dead server
    try:
        lists = ModelLists(catalog)
        asked = [asyncio.create_task(lists.of(name)) for name in names]
        answered = False
        for name, each in zip(names, asked, strict=True):
            listing = await each
            if problem := listing.problem:
                say(problem if name in problem else f"{name}: {problem}")
                continue
            answered = True
            if not listing.models:
                say(f'{name} lists no models. Load one there, or set models = ["NAME"] in [providers.{name}].')
            _show(name, listing.models, settings, as_json=arguments.json)
    finally:
        await catalog.aclose()
    return 0 if answered else 1


def _show(provider: str, models: Sequence[ModelInfo], settings: Settings, *, as_json: bool) -> None:
    out = Output()
    names = [f"{provider}/{model.id}" for model in models]
    widest = max(map(len, names), default=0)
    lines = []
    for name, model in sorted(zip(names, models, strict=True), key=lambda pair: pair[0]):
        window = settings.model(name).context_window or model.context_window
        shown = plain_name(name, LONGEST_NAME)
        if as_json:
            lines.append(json_line({"model": name, "context_window": window}))
        elif window and out.is_terminal:
            lines.append(f"{shown:{widest}}  {window:>9,} tokens\n")
        else:
            lines.append(f"{shown}\n")
    out.put("".join(lines))
