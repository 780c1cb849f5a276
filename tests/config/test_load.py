"""Settings from real files: what counts, which of two files wins, and what is said about each mistake."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest

from textchat.config.effective import shown_settings
from textchat.config.load import LoadedSettings, load_settings
from textchat.config.schema import PARAMETERS, SETTINGS, SettingsTable
from textchat.core.configuration import (
    BudgetSettings,
    ModelSettings,
    Price,
    Protocol,
    ProviderSettings,
    Settings,
    SidePanelMode,
    Timeouts,
    UiSettings,
)
from textchat.core.parameters import PARAMETER_NAMES, Effort, Parameters

CONTRACT = """
default_models = ["local/llama3"]
[providers.local]
protocol = "openai"
base_url = "http://127.0.0.1:8080/v1"
api_key_env = "LOCAL_KEY"
headers = { "X-Team" = "blue" }
max_concurrent = 1
retries = 2
timeout = { connect = 10, first_token = 120, between_tokens = 60 }
repeat_limit = 100
models = ["llama3"]
[models."local/llama3"]
temperature = 0.7
system = "Answer briefly."
top_k = 40
context_window = 8192
price = { input = 0.5, output = 1.5 }
[ui]
theme = "nord"
[keys]
"reply.cancel" = "escape"
"""


def load(tmp_path: Path, config: str = "", preferences: str = "") -> LoadedSettings:
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    if preferences:
        (tmp_path / "preferences.toml").write_text(preferences, encoding="utf-8")
    return load_settings({"TEXTCHAT_CONFIG": str(tmp_path / "config.toml")})


def test_a_budget(tmp_path: Path) -> None:
    loaded = load(tmp_path, "[budget]\ncomparison_usd = 0.25\nday_usd = -1\nweek_usd = 3")
    assert loaded.settings.budget == BudgetSettings(comparison_usd=0.25)
    assert [problem.partition("line ")[2] for problem in loaded.problems] == [
        "3: budget.day_usd: expected a number, 0 or more, found the number -1.",
        "4: budget.week_usd: unknown key; expected one of comparison_usd, day_usd.",
    ]


def test_a_price_may_name_what_the_cache_costs(tmp_path: Path) -> None:
    config = '[models."a/b"]\nprice = { input = 3, output = 15, cached_input = 0.3, cache_write = 3.75 }\n'
    loaded = load(tmp_path, config)
    assert loaded.problems == ()
    assert loaded.settings.models["a/b"].price == Price(3.0, 15.0, 0.3, 3.75)


def test_a_model_has_effort_web_stop_and_a_schema(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text('{"type": "object"}')
    table = "effort = 'high'\nweb = true\nstop = 'END'\nschema = "
    known = Parameters(effort=Effort.HIGH, web=True, stop=("END",))
    for schema, wanted in (
        ("'person.json'", {"type": "object"}),
        ("{ type = 'array', items = { type = 'string' } }", {"type": "array", "items": {"type": "string"}}),
        ("'a int'", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}),
    ):
        loaded = load(tmp_path, f'[models."a/b"]\n{table}{schema}\n')
        assert loaded.problems == ()
        parameters = loaded.settings.models["a/b"].parameters
        assert (parameters, parameters.schema) == (replace(known, schema=wanted), wanted)
        shown = load(tmp_path, shown_settings(loaded.settings))
        assert (shown.problems, shown.settings.models) == ((), loaded.settings.models)


def test_the_example_of_the_contract(tmp_path: Path) -> None:
    loaded = load(tmp_path, CONTRACT)
    settings = loaded.settings
    assert loaded.problems == loaded.notices == ()
    assert settings.default_models == ("local/llama3",)
    assert settings.providers["local"] == ProviderSettings(
        name="local",
        protocol=Protocol.OPENAI,
        base_url="http://127.0.0.1:8080/v1",
        api_key_env="LOCAL_KEY",
        headers={"X-Team": "blue"},
        max_concurrent=1,
        timeout=Timeouts(10, 120, 60),
        models=("llama3",),
    )
    assert settings.model("local/llama3") == ModelSettings(
        Parameters(temperature=0.7, system="Answer briefly.", extra={"top_k": 40}), 8192, Price(0.5, 1.5)
    )
    assert (settings.ui.theme, settings.keys) == ("nord", {"reply.cancel": "escape"})
    assert settings.path == tmp_path / "config.toml"


def test_no_file_at_all_is_the_defaults(tmp_path: Path) -> None:
    assert load_settings({"XDG_CONFIG_HOME": str(tmp_path)}) == LoadedSettings(Settings())


def test_config_overrides_preferences_key_by_key(tmp_path: Path) -> None:
    preferences = '[ui]\ntheme = "light"\nside_panel = false\n[keys]\n"a" = "x"\n"b" = "y"\n[something]\nnew = []\n'
    loaded = load(tmp_path, '[ui]\ntheme = "nord"\n[keys]\n"b" = "z"\n', preferences)
    assert loaded.settings.ui == UiSettings(theme="nord", side_panel=SidePanelMode.NEVER)
    assert loaded.settings.keys == {"a": "x", "b": "z"}
    assert loaded.problems == loaded.notices == ()


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("\ndefault_model = ['a/b']", 2, "default_model", 'unknown key; did you mean "default_models"?'),
        ("[providers.x]\nretrys = 2", 2, "providers.x.retrys", 'did you mean "retries"'),
        ("[providers.x]\n\nretries = -1", 3, "providers.x.retries", "expected a whole number, 0 or more"),
        ("[models.'a/b']\neffort = 'hihg'", 2, 'models."a/b".effort', 'found a string; did you mean "high"?'),
        ("[models.'a/b']\nweb = 1", 2, 'models."a/b".web', "expected true or false, found the number 1"),
        ("[models.'a/b']\nstop = ['a', '']", 2, 'models."a/b".stop', "found a list with a wrong value at position 2"),
        ("[models.'a/b']\nschema = 5", 2, 'models."a/b".schema', "expected a JSON Schema: the path of a file, a table"),
        ("[models.'a/b']\n\nschema = 'x.json'", 3, 'models."a/b".schema', "Cannot read the schema x.json: No such"),
        ("[models.'a/b']\nschema = '{'", 2, 'models."a/b".schema', "The schema is not valid JSON: line 1, column 2"),
        ("[providers.x]\nretries = true", 2, "providers.x.retries", "found true"),
        ("[providers.x]\nprotocol = 'opnai'", 2, "providers.x.protocol", 'found a string; did you mean "openai"?'),
        ("[providers.x]\nbase_url = 'localhost'", 2, "providers.x.base_url", "http://"),
        ("[providers.x]\nbase_url = 'http://localhost:99999'", 2, "providers.x.base_url", "expected an address"),
        ("[providers.x]\nbase_url = 'http:///v1'", 2, "providers.x.base_url", "expected an address"),
        ("[providers.x]\nbase_url = 'http://lo cal/v1'", 2, "providers.x.base_url", "expected an address"),
        ("[providers.x]\nbase_url = '/models'", 2, "providers.x.base_url", 'begins with "http://" or "https://"'),
        ("[providers.x]\nheaders = { A = 'naïve' }", 2, "providers.x.headers.A", "of ASCII text"),
        ("[providers.x]\napi_key_env = 'sk-SECRET'", 2, "providers.x.api_key_env", "name of an environment variable"),
        ("[providers.x]\nheaders = { A = 1 }", 2, "providers.x.headers.A", "expected one line"),
        ('[providers.x]\nheaders = { A = "a\\nB: c" }', 2, "providers.x.headers.A", "found"),
        ("[providers.x.timeout]\nfirst = 1", 2, "providers.x.timeout.first", 'did you mean "first_token"'),
        ("[providers.x]\ntimeout = 5", 2, "providers.x.timeout", "expected a table"),
        ("[providers.'x/y']\nretries = 1", 1, 'providers."x/y"', "without"),
        ("[models.llama3]\nseed = 1", 1, "models.llama3", "PROVIDER/MODEL"),
        ("[models.'a/b']\ntemperature = 'hot'", 2, 'models."a/b".temperature', "expected a number"),
        ("[models.'a/b']\nuntil = 2024-01-01", 2, 'models."a/b".until', "JSON"),
        ("[models.'a/b']\nprice = { input = 1 }", 2, 'models."a/b".price', "output is missing"),
        ("[models.'a/b']\nprice = { cached_input = 1 }", 2, 'models."a/b".price', "input is missing"),
        ("default_models = []", 1, "default_models", "at least one"),
        ("default_models = ['llama3']", 1, "default_models", "PROVIDER/MODEL"),
        ("[ui]\n\n\nsmoothing = 'fast'", 4, "ui.smoothing", '"off", "even"'),
        ("[keys]\n'reply.cancel' = 3", 2, 'keys."reply.cancel"', "keys as a string"),
        ("default_models = ['a/b', 'gpt']", 1, "default_models", "found a list with a wrong value at position 2."),
        ("default_models = []", 1, "default_models", "at least one, found an empty list."),
        ("[providers.x]\nmodels = ['a', 3]", 2, "providers.x.models", "found a list with a wrong value at position 2."),
        ("ui = 3", 1, "ui", "expected a table"),
        ("[[providers]]\nx = 1", 1, "providers", "expected a table"),
        ("[ui]\ntheme = 'nord'\n[provider.x]\nretries = 1", 3, "provider", 'did you mean "providers"'),
        ('[ui]\n"\\u001b]52;" = 1', 2, "ui.", "unknown key"),
        ("[models.'a/b']\ntemperature = inf", 2, 'models."a/b".temperature', "expected a number"),
    ],
)
def test_each_mistake_is_one_line_and_the_rest_counts(
    tmp_path: Path, text: str, line: int, key: str, said: str
) -> None:
    rest = "\n[providers.other]\nretries = 7\n"
    if text.startswith("[[providers]]"):
        rest = "\n[models.'other/x']\nseed = 7\n"
    loaded = load(tmp_path, text + rest)
    assert len(loaded.problems) == 1
    problem = loaded.problems[0]
    assert problem.startswith(f"{tmp_path / 'config.toml'}, line {line}: {key}")
    assert said in problem
    assert problem.isprintable() and problem[-1] in ".?" and not problem.endswith("?.")
    assert "SECRET" not in problem
    kept = loaded.settings.providers.get("other")
    assert (kept.retries if kept else loaded.settings.model("other/x").parameters.seed) == 7


def test_where_a_key_stands_for_what_is_said_of_its_value(tmp_path: Path) -> None:
    preferences = '[ui]\ntheme = "light"\nside_panel = true\n'
    loaded = load(tmp_path, '\n[ui]\ntheme = "nord"\n[keys]\n"reply.cancel" = "f6"\n', preferences)
    assert loaded.place("ui", "theme") == f"{tmp_path / 'config.toml'}, line 3: "
    assert loaded.place("keys", "reply.cancel") == f"{tmp_path / 'config.toml'}, line 5: "
    assert loaded.place("ui", "side_panel") == f"{tmp_path / 'preferences.toml'}, line 3: "
    assert loaded.place("ui", "smoothing") == ""


def test_two_ways_to_a_key_are_one_too_many(tmp_path: Path) -> None:
    loaded = load(tmp_path, "[providers.x]\napi_key_env = 'K'\napi_key_command = 'pass k'\n")
    assert "line 3: providers.x.api_key_command: expected only one" in loaded.problems[0]
    assert loaded.settings.providers["x"].api_key_env == "K"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[ui\ntheme = 1\n", "line 1, column 4: not valid TOML"),
        (b"a = 1\nb =", "line 2, column 4: not valid TOML"),
        (b"a = 1\nb = '\xff'\n", "line 2: not UTF-8"),
        (b"a = " + b"[" * 50_000, "nested deeper than 32 levels"),
        (b"a" + b".a" * 50_000 + b" = 1\n", "nested deeper than 32 levels"),
        (b"a = " + b"9" * 10_000, "not valid TOML"),
        (b"a = 1\na = 2\n", "line 2"),
        (b"#" * (1024 * 1024 + 1), "larger than"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(data)
    loaded = load_settings({"TEXTCHAT_CONFIG": str(file)})
    assert len(loaded.problems) == 1
    assert loaded.problems[0].startswith(str(file))
    assert said in loaded.problems[0]
    assert len(loaded.problems[0].splitlines()) == 1
    assert loaded.settings.default_models == ("demo/fast",)


def test_a_folder_in_place_of_the_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "textchat" / "config.toml").mkdir(parents=True)
    loaded = load_settings({"XDG_CONFIG_HOME": str(tmp_path)})
    assert len(loaded.problems) == 1
    assert "Cannot read" in loaded.problems[0]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"\xef\xbb\xbf[ui]\r\ntheme = 'nord'\r\nthem = 1\r\n")
    loaded = load_settings({"TEXTCHAT_CONFIG": str(file)})
    assert loaded.settings.ui.theme == "nord"
    assert "line 3: ui.them" in loaded.problems[0]


def test_a_device_is_an_empty_file() -> None:
    assert load_settings({"TEXTCHAT_CONFIG": os.devnull, "XDG_CONFIG_HOME": "/nowhere"}).problems == ()


def test_mistakes_in_preferences_are_notices(tmp_path: Path) -> None:
    loaded = load(tmp_path, "", "[ui]\ntheme = 3\nlater = 1\n")
    assert loaded.problems == ()
    assert len(loaded.notices) == 1
    assert re.search(r"preferences\.toml, line 2: ui\.theme", loaded.notices[0])


def test_providers_of_the_file_lie_over_the_built_in_ones_field_by_field(tmp_path: Path) -> None:
    loaded = load(tmp_path, "[providers.hub]\nretries = 0\n[providers.anthropic]\n[providers.mine]\nretries = 1\n")
    hub = ProviderSettings("hub", Protocol.GEMINI, "https://hub.example", api_key_env="HUB_KEY")
    merged = loaded.providers_over({"hub": hub})
    assert merged["hub"] == ProviderSettings(
        "hub", Protocol.GEMINI, "https://hub.example", api_key_env="HUB_KEY", retries=0
    )
    assert merged["anthropic"].protocol is Protocol.ANTHROPIC
    assert merged["mine"] == ProviderSettings("mine", Protocol.OPENAI, retries=1)


def test_the_protocol_of_openai_follows_the_address(tmp_path: Path) -> None:
    tables = (
        "[providers.openai]\nretries = 1\n",
        '[providers.openai]\nbase_url = "http://127.0.0.1/v1"\n',
        '[providers.openai]\nprotocol = "openai"\n',
        '[providers.openai-work]\napi_key_env = "WORK"\n',
        '[providers.work]\nbase_url = "https://api.openai.com/v1"\n',
        '[providers.work]\nbase_url = "https://eu.api.openai.com/v1"\nprotocol = "openai"\n',
        "[providers.openrouter]\nretries = 1\n",
        '[providers.groq]\nbase_url = "http://127.0.0.1/v1"\n',
    )
    openai = ProviderSettings("openai", Protocol.OPENAI_RESPONSES)
    found = []
    for table in tables:
        loaded = load(tmp_path, table)
        (alone,) = loaded.settings.providers.values()
        over = loaded.providers_over({"openai": openai}).get(alone.name, alone)
        assert over.protocol is alone.protocol, "whether or not the environment has a key"
        found.append(str(alone.protocol))
    newer, older = "openai-responses", "openai"
    assert found == [newer, older, older, newer, newer, older, older, older]
    (tmp_path / "config.toml").write_text("[providers.openai-work]")
    environ = {"TEXTCHAT_CONFIG": str(tmp_path / "config.toml"), "OPENAI_BASE_URL": "http://127.0.0.1/v1"}
    assert load_settings(environ).settings.providers["openai-work"].protocol is Protocol.OPENAI


def test_every_field_can_be_set() -> None:
    """The schema and the values cannot drift apart."""

    def names(kind: type) -> set[str]:
        return {field.name for field in fields(kind)}

    def table(*path: str) -> Mapping[str, object]:
        found: object = SETTINGS
        for key in path:
            assert isinstance(found, SettingsTable)
            found = found.keys.get(key) or found.others
        assert isinstance(found, SettingsTable)
        return found.keys

    assert set(table()) == names(Settings) - {"path"}
    assert set(table("providers", "x")) == names(ProviderSettings) - {"name"}
    assert set(table("providers", "x", "timeout")) == names(Timeouts)
    assert set(table("models", "x")) == names(ModelSettings) - {"parameters"} | PARAMETER_NAMES
    assert set(table("ui")) == names(UiSettings)
    assert set(table("budget")) == names(BudgetSettings)
    assert set(PARAMETERS) == PARAMETER_NAMES
