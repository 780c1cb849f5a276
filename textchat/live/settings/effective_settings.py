"""Computes the effective settings: those of the files over the providers built in or enabled by the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from textchat.config import paths
from textchat.config.load import LoadedSettings, load_settings
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.errors import ConfigurationError
from textchat.providers.catalog import builtin_providers

REPLAY = "replay"
"""Name of the provider that plays recordings; it exists once there is a folder of them."""


def load(environ: Mapping[str, str] = os.environ, read: LoadedSettings | None = None) -> LoadedSettings:
    """Load the effective settings, with one line for each entry of the files that cannot be used.

    `read` is what the files say, where they have been read already.
    """
    loaded = read or load_settings(environ)
    builtin = builtin_providers(environ)
    folder = recordings_folder(environ)
    with suppress(OSError):  # a folder that may not be looked into
        if folder.is_dir():
            builtin[REPLAY] = ProviderSettings(REPLAY, Protocol.REPLAY, str(folder))
    providers = loaded.providers_over(builtin)
    return replace(loaded, settings=replace(loaded.settings, providers=providers))


def usable_settings() -> Settings:
    """Load the user's settings; raises ConfigurationError for the first entry that cannot be used."""
    loaded = load()
    for problem in brief(loaded.problems, 1):
        raise ConfigurationError(problem)
    return loaded.settings


def brief(problems: Sequence[str], most: int = 3) -> list[str]:
    """The first `most` of `problems`; if there are more, the last line says where to see all."""
    shown, more = list(problems[:most]), len(problems) - most
    if more > 0:
        shown[-1] += f" ({more} more: textchat config check)"
    return shown


def recordings_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder where recordings of replies are stored."""
    return paths.data_folder(environ) / "recordings"
