"""The schema of `config.toml`: for every key its type, an example and an explanation.

The reader, the starter file and the tests go by this table. A new setting is one entry here and one field, with its
default, in `core.configuration`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from textchat.config import value_types as types
from textchat.config.value_types import ValueType, choice, number, whole
from textchat.core import limits
from textchat.core.configuration import Protocol
from textchat.core.parameters import Effort


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
    most: int | None = None
    """How many names it may hold; None where the size of the file is limit enough."""
    example: str = ""
    """As an inline table; empty for one that has a section of its own in the starter file."""
    doc: str = ""


_SECONDS = Setting(number(0.001, 86_400))

PROVIDER = SettingsTable(
    {
        "protocol": Setting(
            choice(*Protocol),
            '"openai"',
            "The API of the server: openai (chat completions, nearly every server), openai-responses (the default at "
            "api.openai.com), anthropic, gemini, ollama, demo or replay.",
        ),
        "base_url": Setting(
            types.ADDRESS,
            '"http://127.0.0.1:8080/v1"',
            "The address of the server (default: the public one of the protocol).",
        ),
        "api_key_env": Setting(
            types.VARIABLE,
            '"LOCAL_KEY"',
            "The environment variable that holds the key. If no key is set, none is sent.",
        ),
        "api_key_command": Setting(
            types.COMMAND, '["pass", "show", "anthropic"]', "A command that prints the key; a text is run by the shell."
        ),
        "api_key_keyring": Setting(
            types.SWITCH, "true", "true: the key is in the system's keyring, where “Connect a model” has put it."
        ),
        "headers": SettingsTable(
            others=Setting(types.HEADER),
            names=types.HEADER_NAME,
            example='{ "X-Team" = "blue" }',
            doc="Headers to add to each request.",
        ),
        "max_concurrent": Setting(
            whole(1),
            "1",
            "How many replies may run at once; the rest are queued. 1: one at a time, for one small GPU; not set: no "
            "limit.",
        ),
        "retries": Setting(whole(0), "2", "How often to retry after a temporary failure, before the first token only."),
        "timeout": SettingsTable(
            {"connect": _SECONDS, "first_token": _SECONDS, "between_tokens": _SECONDS, "alive": _SECONDS},
            example="{ connect = 10, first_token = 120, between_tokens = 60, alive = 600 }",
            doc="Time limits in seconds; alive is for replies of which only keep-alives arrive.",
        ),
        "repeat_limit": Setting(
            whole(0), "100", "Stop a reply after this many identical chunks in a row; 0 turns this off."
        ),
        "models": Setting(types.NAMES, '["llama3"]', "The models to offer, for a server that lists none."),
        "max_event_bytes": Setting(
            whole(1024), str(limits.EVENT.most), "The longest line or event to read from this server, in bytes."
        ),
    }
)

PARAMETERS = {
    "temperature": Setting(number(0), "0.7"),
    "max_tokens": Setting(whole(1), "2000"),
    "top_p": Setting(number(0, 1), "0.9"),
    "seed": Setting(types.WHOLE, "1"),
    "system": Setting(types.TEXT, '"Answer briefly."', "The system prompt of a new pane."),
    "stream": Setting(types.SWITCH, "true", "false: wait for the whole reply instead of streaming it."),
    "effort": Setting(choice(*Effort), '"medium"', "How much to think first: off, minimal, low, medium, high or max."),
    "stop": Setting(types.STOP, '["END"]', "Texts at which the model stops; they are not part of the reply."),
    "web": Setting(types.SWITCH, "true", "true: let the provider search the web."),
    "schema": Setting(
        types.SCHEMA,
        '"name, age int, bio: one sentence"',
        "The JSON Schema of each reply: a file beside this one, a table, or this short form.",
    ),
    "examples": Setting(
        types.EXAMPLES,
        '[{ prompt = "Hi", answer = "Ahoy!" }]',
        "Turns to send before the conversation, as if the model had replied so.",
    ),
}

MODEL = SettingsTable(
    {
        **PARAMETERS,
        "context_window": Setting(
            whole(1), "8192", "How many tokens the model can read; textchat warns before a prompt is too long."
        ),
        "price": SettingsTable(
            {
                "input": Setting(number(0)),
                "output": Setting(number(0)),
                "cached_input": Setting(number(0)),
                "cache_write": Setting(number(0)),
            },
            example="{ input = 0.5, output = 1.5, cached_input = 0.05, cache_write = 0.6 }",
            doc="US dollars per million tokens, if textchat does not know the price. cached_input and "
            "cache_write default to input.",
        ),
    },
    others=Setting(
        types.JSON,
        "top_k = 40",
        "Any other request parameter is sent to the server unchanged:",
    ),
)

PERSONA = SettingsTable(
    {
        "name": Setting(types.FILLED),
        "system": PARAMETERS["system"],
        "model": Setting(types.MODEL),
        "parameters": SettingsTable(PARAMETERS, others=MODEL.others),
        "examples": PARAMETERS["examples"],
    }
)
"""A file of personas/."""

UI = SettingsTable(
    {
        "theme": Setting(
            types.FILLED,
            '"nord"',
            "A theme of textchat, of Textual, or your own from themes/*.toml beside this file.",
        ),
        "side_panel": Setting(
            types.SIDE_PANEL,
            '"auto"',
            '"auto": the side panel gives way where panes need the room to stand side by side; "always" or "never".',
        ),
        "title_model": Setting(
            types.MODEL_OR_NONE,
            '"local/llama3"',
            "The model that titles new conversations after the first reply. Without one, the title is the first words.",
        ),
        "fold_pastes": Setting(
            types.whole(0),
            "40",
            "A paste of more lines, or as many hundred characters, is folded to one line in the input bar; 0: never.",
        ),
        "smoothing": Setting(
            types.SMOOTHING,
            '"off"',
            '"off": show text as it arrives; "even": at an even pace; a number: this many chunks at a time.',
        ),
        "pictures": Setting(
            types.PICTURES,
            '"blocks"',
            '"auto": the best that the terminal shows; or always "kitty", "sixel", "blocks" (half blocks) or "off".',
        ),
        "keymap": Setting(types.KEYMAP, '"vim"', 'The set of keys: "default", "emacs" or "vim". [keys] overrides it.'),
        "notify": Setting(
            types.SWITCH, "false", "false: no signal when a long reply ends while you look at something else."
        ),
        "title": Setting(types.SWITCH, "false", "false: leave the title of the terminal alone."),
        "discover": Setting(
            types.SWITCH, "false", "false: do not look for model servers on the usual ports of this machine."
        ),
        "whole_sentences": Setting(
            types.SWITCH, "false", "false: textchat --plain prints a reply as it arrives, not by sentences."
        ),
        "blind_pace": Setting(
            types.SWITCH, "false", "false: in a blind comparison, show each reply at its own speed, which may tell it."
        ),
        "compare_by": Setting(
            types.COMPARED_BY, '"paragraphs"', "How textchat --plain prints several replies: turns or paragraphs."
        ),
    }
)

BUDGET = SettingsTable(
    {
        "comparison_usd": Setting(number(0), "0.25", "The limit for one prompt, all panes together."),
        "day_usd": Setting(number(0), "5.0", "The limit for all replies of a day."),
    }
)

CONTEXT = SettingsTable(
    {
        "full": Setting(
            types.FULL_CONTEXT,
            '"ask"',
            "What to do when a prompt will not fit: ask, drop the oldest turns, summarise them, or send it anyway.",
        ),
        "summary_model": Setting(
            types.MODEL_OR_NONE, '"local/llama3"', "The model that writes summaries. Without one, the pane's own does."
        ),
    }
)

LIMITS = SettingsTable(
    {
        limit.key: Setting(
            whole(1), str(limit.most), f"{limit.what.capitalize()}, in {limit.unit}. Beyond: {limit.beyond}."
        )
        for limit in limits.TABLE
        if limit.key and "." not in limit.key
    }
)

KEYS = SettingsTable(others=Setting(types.KEYS, '"reply.cancel" = "escape"'), most=limits.KEY_ENTRIES.most)

SETTINGS = SettingsTable(
    {
        "default_models": Setting(
            types.SOME_MODELS,
            '["demo/fast", "demo/careful"]',
            "The models of a new conversation, one pane each, as PROVIDER/MODEL. "
            "The built-in demo needs no key and no network.",
        ),
        "default_persona": Setting(
            types.TEXT, '"reviewer"', "The persona of new panes, a file of personas/ beside this one."
        ),
        "favourites": Setting(
            types.MODELS,
            '["demo/careful"]',
            "The models listed first in the model picker. Ctrl+S there adds one.",
        ),
        "providers": SettingsTable(others=PROVIDER, names=types.PROVIDER_NAME),
        "models": SettingsTable(others=MODEL, names=types.MODEL),
        "ui": UI,
        "budget": BUDGET,
        "context": CONTEXT,
        "limits": LIMITS,
        "keys": KEYS,
    }
)
