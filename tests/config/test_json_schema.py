"""`config schema` says of a settings file what `config check` says, as far as JSON Schema can tell."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.examples import examples
from textchat.config.described.json_schema import settings_schema
from textchat.config.effective import shown_settings
from textchat.config.schema import SETTINGS, Setting, SettingsTable
from textchat.config.schema_check import SchemaCheck
from textchat.config.starter import starter_config
from textchat.config.toml_file import TomlFile
from textchat.core.configuration import Settings

SCHEMA = settings_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def problems(tables: dict[str, Any]) -> list[str]:
    check = SchemaCheck(TomlFile(Path("/nowhere/config.toml"), tomli_w.dumps(tables), tables), ignores_unknown=False)
    check.table(SETTINGS, tables, ())
    return check.told()


def test_it_is_a_schema_and_describes_every_setting() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    ui = SCHEMA["properties"]["ui"]["properties"]
    assert ui["theme"]["default"] == "textchat-dark" and ui["theme"]["examples"] == ["nord"]
    assert ui["side_panel"]["anyOf"][0] == {"enum": ["auto", "always", "never"]}
    assert SCHEMA["$defs"]["provider"]["properties"]["retries"]["description"].startswith("How often")
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["properties"]["keys"]["maxProperties"] == 1000


@pytest.mark.parametrize("text", [re.sub(r"^#(?=\S)", "", starter_config(), flags=re.M), shown_settings(Settings())])
def test_it_accepts_what_we_write_ourselves(text: str) -> None:
    assert list(VALIDATOR.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    "text",
    [
        "[uj]\n",
        "default_models = []",
        'default_models = ["fast"]',
        '[ui]\nside_panel = "sometimes"',
        '[ui]\ntheme = " "',
        "[ui]\nsmoothing = 0",
        "[budget]\nday_usd = -1",
        "[limits]\nreply_bytes = 0",
        '[keys]\n"reply.cancel" = 3',
        '[providers."a/b"]\nretries = 1',
        '[providers.a]\nbase_url = "localhost:80"',
        '[providers.a]\nbase_url = "/tmp/recordings"',
        '[providers.replay]\nprotocol = "openai"\nbase_url = "/tmp/recordings"',
        '[providers.a]\napi_key_env = "sk-123"',
        '[providers.a]\napi_key_env = "A"\napi_key_command = "b"',
        '[providers.a.headers]\n"X Y" = "z"',
        "[providers.a.timeout]\nconnect = 0",
        '[models."a/b"]\nprice = { input = 1 }',
        '[models."a/b"]\nprice = { cached_input = 1 }',
        '[models."a/b"]\nstop = []',
        "[models.b]\nseed = 1",
        '[models."a/b"]\ntop_p = 1.5',
    ],
)
def test_both_refuse(text: str) -> None:
    tables = tomllib.loads(text)
    assert problems(tables)
    assert not VALIDATOR.is_valid(tables)


@pytest.mark.parametrize(
    "text",
    [
        '[providers.replay]\nbase_url = "/tmp/recordings"',
        '[providers.old]\nprotocol = "replay"\nbase_url = "file:///tmp"',
        '[providers.a]\nbase_url = "HTTPS://me:pass@example.test:8080/v1?x=1"',
        '[models."a/b/c"]\nprice = {}\ntop_k = 40\nlogit_bias = { "1" = -100 }\nstop = "END"',
        "[ui]\nside_panel = false\nsmoothing = 40",
        '[keys]\n"reply.cancel" = ["escape", "f12"]',
        '[providers.a]\napi_key_command = ["pass", ""]',
    ],
)
def test_both_accept(text: str) -> None:
    tables = tomllib.loads(text)
    assert problems(tables) == []
    assert list(VALIDATOR.iter_errors(tables)) == []


TEXTS = st.sampled_from(
    [
        "",
        " ",
        "a",
        "a/b",
        "/",
        "a/",
        "off",
        "even",
        "never",
        "high",
        "openai",
        "replay",
        "http://x/v1",
        "/tmp",
        "é",
        "A_B",
    ]
)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-2, 2**54) | st.sampled_from([0.5, 1.5, -0.5, 1e-9]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=3,
)


def filled(table: SettingsTable) -> st.SearchStrategy[dict[str, Any]]:
    """Tables with some of the right keys, and any values."""
    right = {
        key: (filled(entry) | VALUES if isinstance(entry, SettingsTable) else VALUES | example(entry))
        for key, entry in table.keys.items()
    }
    entries: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=right)
    if table.others is None:
        return entries
    below = filled(table.others) if isinstance(table.others, SettingsTable) else VALUES
    others = st.dictionaries(TEXTS, below, max_size=1)
    return st.tuples(others, entries).map(lambda both: {**both[0], **both[1]})


def example(entry: Setting) -> st.SearchStrategy[Any]:
    return st.just(tomllib.loads(f"value = {entry.example}")["value"]) if entry.example else st.nothing()


def one(key: str) -> st.SearchStrategy[dict[str, Any]]:
    entry = SETTINGS.keys[key]
    below = filled(entry) if isinstance(entry, SettingsTable) else VALUES
    return below.map(lambda value: {key: value})


@given(st.sampled_from(list(SETTINGS.keys)).flatmap(one))
@settings(max_examples=examples(200), deadline=None)
def test_both_say_the_same_of_anything(tables: dict[str, Any]) -> None:
    assert (problems(tables) == []) is VALIDATOR.is_valid(tables)
