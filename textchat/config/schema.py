"""The schema of `config.toml`: for every key its type, an example and an explanation.

The reader, the starter file and the tests go by this table. A new setting is one entry here and one field, with its
default, in `core.configuration`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textchat.config import value_types as types
from textchat.config.value_types import ValueType, choice, number, whole
from textchat.core.configuration import Protocol


@dataclass(frozen=True)
class Setting:
    """One key with the type of its value, an example and an explanation."""

    type: ValueType
    example: str = ""
    """The value as TOML, for the starter file; among `SettingsTable.others` the whole line."""
    doc: str = ""
    """The comment above the example, in as many lines; empty where the name says enough."""


@dataclass(frozen=True)
class SettingsTable:
    """A table with `keys` of fixed names, and `others` for any other name (None: other names are not allowed)."""

    keys: Mapping[str, Setting | SettingsTable] = field(default_factory=dict)
    others: Setting | SettingsTable | None = None
    names: ValueType | None = None
    """What the names under `others` must look like."""
    example: str = ""
    """As an inline table; empty for one that has a section of its own in the starter file."""
    doc: str = ""


_SECONDS = Setting(number(0.001, 86_400))

PROVIDER = SettingsTable(
    {
        "protocol": Setting(
            choice(*Protocol),
            '"openai"',
            "What the server speaks: openai (nearly all do), anthropic, gemini, ollama, demo or replay.",
        ),
        "base_url": Setting(
            types.ADDRESS, '"http://127.0.0.1:8080/v1"', "Where it is; without it, the protocol's own public address."
        ),
        "api_key_env": Setting(
            types.VARIABLE,
            '"LOCAL_KEY"',
            "The environment variable that holds the key. Without a key of any kind, none is sent.",
        ),
        "api_key_command": Setting(types.COMMAND, '"pass show anthropic"', "A command whose output is the key."),
        "headers": SettingsTable(
            others=Setting(types.HEADER),
            names=types.HEADER_NAME,
            example='{ "X-Team" = "blue" }',
            doc="Headers to send with each request.",
        ),
        "max_concurrent": Setting(
            whole(1), "1", "How many replies may run at once; the rest wait, visibly. 1 suits a single GPU."
        ),
        "retries": Setting(whole(0), "2", "Further tries after a failure that may pass, only before the first token."),
        "timeout": SettingsTable(
            {"connect": _SECONDS, "first_token": _SECONDS, "between_tokens": _SECONDS, "alive": _SECONDS},
            example="{ connect = 10, first_token = 120, between_tokens = 60, alive = 600 }",
            doc="In seconds: until the connection stands, until the first token, from one token to the next, and while "
            "nothing but signs of life comes.",
        ),
        "repeat_limit": Setting(
            whole(0), "100", "So many identical chunks in a row end a reply that has got stuck; 0 switches this off."
        ),
        "models": Setting(types.NAMES, '["llama3"]', "Models to offer, for a server that lists none."),
        "max_event_bytes": Setting(
            whole(1024), "16777216", "The longest single line or event that is read from this server, in bytes."
        ),
    }
)

PARAMETERS = {
    "temperature": Setting(number(0), "0.7"),
    "max_tokens": Setting(whole(1), "2000"),
    "top_p": Setting(number(0, 1), "0.9"),
    "seed": Setting(types.WHOLE, "1"),
    "system": Setting(types.TEXT, '"Answer briefly."', "The system prompt of a new pane."),
    "stream": Setting(types.SWITCH, "true", "false: one blocking request, the answer comes all at once."),
}

MODEL = SettingsTable(
    {
        **PARAMETERS,
        "context_window": Setting(
            whole(1), "8192", "How many tokens the model can read, for the warning before it is too much."
        ),
        "price": SettingsTable(
            {
                "input": Setting(number(0)),
                "output": Setting(number(0)),
                "cached_input": Setting(number(0)),
                "cache_write": Setting(number(0)),
            },
            example="{ input = 0.5, output = 1.5, cached_input = 0.05, cache_write = 0.6 }",
            doc="US dollars for a million tokens, where textchat does not know the price. Without prices of their own, "
            "input read from the server's cache and written to it costs as much as other input.",
        ),
    },
    others=Setting(
        types.JSON,
        "top_k = 40",
        "Any other request parameter of the server can stand here as well and is passed on as it is:",
    ),
)

UI = SettingsTable(
    {
        "theme": Setting(
            types.FILLED,
            '"nord"',
            "A shipped theme, one of Textual's own, or one of yours from themes/*.toml beside this file.",
        ),
        "side_panel": Setting(
            types.SIDE_PANEL,
            '"auto"',
            '"auto": the side panel gives way where panes need the room to stand side by side; "always" or "never".',
        ),
        "title_model": Setting(
            types.MODEL_OR_NONE,
            '"local/llama3"',
            "A model that gives each new conversation its title after the first answer; without one, the first words "
            "are the title.",
        ),
        "smoothing": Setting(
            types.SMOOTHING,
            '"off"',
            '"off": text is shown as it comes; "even": at an even pace; a number: gathered in so many chunks.',
        ),
    }
)

BUDGET = SettingsTable(
    {
        "comparison_usd": Setting(number(0), "0.25", "For one prompt, to however many models it goes."),
        "day_usd": Setting(number(0), "5.0", "For all replies of a day."),
    }
)

KEYS = SettingsTable(others=Setting(types.KEYS, '"reply.cancel" = "escape"'))

SETTINGS = SettingsTable(
    {
        "default_models": Setting(
            types.SOME_MODELS,
            '["demo/fast", "demo/careful"]',
            "The models of a new conversation, one pane each, as PROVIDER/MODEL. "
            "The built-in demo needs no key and no network.",
        ),
        "favourites": Setting(
            types.MODELS,
            '["demo/careful"]',
            "Models that stand first where one is chosen; Ctrl+S there makes one too.",
        ),
        "providers": SettingsTable(others=PROVIDER, names=types.PROVIDER_NAME),
        "models": SettingsTable(others=MODEL, names=types.MODEL),
        "ui": UI,
        "budget": BUDGET,
        "keys": KEYS,
    }
)
