"""Writes the effective settings as TOML with every secret masked, for `textchat config show`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from textchat.core.configuration import ModelSettings, ProviderSettings, Settings
from textchat.core.text.secrets import MASK, is_secret_name, is_secret_value, masked_url


def shown_settings(settings: Settings) -> str:
    """The settings as TOML that `load_settings` can read back, except for masked values."""
    import tomli_w  # late: only `config show` needs it

    return tomli_w.dumps(shown_tables(settings))


def shown_tables(settings: Settings) -> dict[str, Any]:
    """The settings as plain tables with every secret masked; without those that hold nothing."""
    tables: dict[str, Any] = {
        "default_models": list(settings.default_models),
        "default_persona": settings.default_persona,
        "favourites": list(settings.favourites),
        "ui": asdict(settings.ui),
        "budget": {key: value for key, value in asdict(settings.budget).items() if value is not None},
        "context": asdict(settings.context),
        "limits": asdict(settings.limits),
        "keys": dict(settings.keys),
        "providers": {name: _provider(provider) for name, provider in settings.providers.items()},
        "models": {name: _model(model) for name, model in settings.models.items()},
    }
    return {key: value for key, value in tables.items() if value}


def _provider(provider: ProviderSettings) -> dict[str, Any]:
    table = asdict(provider)
    del table["name"]
    table["protocol"] = provider.protocol.value
    table["base_url"] = masked_url(provider.base_url)
    table["models"] = list(provider.models)
    table["headers"] = _masked(dict(provider.headers))
    if provider.api_key_command:
        table["api_key_command"] = MASK  # it may contain the key itself
    return {key: value for key, value in table.items() if value not in (None, "", [], {})}


def _model(model: ModelSettings) -> dict[str, Any]:
    table = model.parameters.as_dict()
    schema = table.pop("schema", None)
    table = _masked(table)
    if schema is not None:  # TOML has no null
        table["schema"] = json.dumps(schema, ensure_ascii=False)
    if model.context_window is not None:
        table["context_window"] = model.context_window
    if model.price is not None:
        table["price"] = {key: value for key, value in asdict(model.price).items() if value is not None}
    return table


def _masked(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if is_secret_name(name) else _masked_value(value) for name, value in table.items()}


def _masked_value(value: object) -> object:
    match value:
        case dict():
            return _masked(value)
        case list():
            return [_masked_value(part) for part in value]
        case str() if is_secret_value(value):
            return MASK
        case _:
            return value
