"""The settings as this environment makes them: what the files say, over the providers that are built in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from textchat.providers.catalog import builtin_providers
from textchat.store.settings import LoadedSettings, load_settings


def load(environ: Mapping[str, str] = os.environ, read: LoadedSettings | None = None) -> LoadedSettings:
    """The effective settings, and one line for each thing in the files that cannot be used.

    `read` is what the files say, where they have been read already.
    """
    loaded = read or load_settings(environ)
    providers = loaded.providers_over(builtin_providers(environ))
    return replace(loaded, settings=replace(loaded.settings, providers=providers))
