"""The starter file is right with and without its comment signs; what `config show` prints holds no secret."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from textchat.config.effective import shown_settings
from textchat.config.load import LoadedSettings, load_settings
from textchat.config.schema import SETTINGS, Setting, SettingsTable
from textchat.config.starter import starter_config
from textchat.core.configuration import ModelSettings, Price, Protocol, ProviderSettings, Settings, UiSettings
from textchat.core.parameters import Parameters
from textchat.core.text.secrets import MASK


def load(tmp_path: Path, text: str) -> LoadedSettings:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return load_settings({"TEXTCHAT_CONFIG": str(tmp_path / "config.toml")})


def uncommented(text: str) -> str:
    return re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE)


def test_the_starter_file_changes_nothing(tmp_path: Path) -> None:
    loaded = load(tmp_path, starter_config())
    assert loaded == LoadedSettings(Settings(path=tmp_path / "config.toml"))
    assert tomllib.loads(starter_config()) == {}


def test_without_its_comment_signs_every_example_of_the_starter_file_counts(tmp_path: Path) -> None:
    loaded = load(tmp_path, uncommented(starter_config()))
    assert loaded.problems == ()
    assert loaded.settings.providers["local"].api_key_env == "LOCAL_KEY"
    assert loaded.settings.model("local/llama3").parameters.extra == {"top_k": 40}


@pytest.mark.parametrize("line", [line for line in starter_config().splitlines() if re.match(r"#\S", line)])
def test_each_example_of_the_starter_file_counts_alone_in_its_table(tmp_path: Path, line: str) -> None:
    text = starter_config()
    headers = re.findall(r"^#(\[.*\])$", text[: text.index(line)], re.MULTILINE)
    header = headers[-1] + "\n" if headers and not line.startswith("#[") else ""
    assert load(tmp_path, header + uncommented(line)).problems == ()


def test_the_starter_file_explains_every_key() -> None:
    example = tomllib.loads(uncommented(starter_config()))

    def missing(wanted: Setting | SettingsTable, found: list[object], path: str) -> list[str]:
        tables = [table for table in found if isinstance(table, dict)]
        if isinstance(wanted, Setting):
            return []
        lost = []
        for key, below in wanted.keys.items():
            values = [table[key] for table in tables if key in table]
            lost += missing(below, values, f"{path}.{key}") if values else [f"{path}.{key}"]
        if wanted.others is not None:
            values = [value for table in tables for key, value in table.items() if key not in wanted.keys]
            lost += missing(wanted.others, values, f"{path}.*") if values else [f"{path}.*"]
        return lost

    assert missing(SETTINGS, [example], "") == []


def test_what_is_shown_reads_back_and_holds_no_secret(tmp_path: Path) -> None:
    settings = Settings(
        default_models=("hub/x",),
        providers={
            "hub": ProviderSettings(
                "hub",
                Protocol.OPENAI,
                "https://me:SECRET@hub.example/v1?key=SECRET",
                api_key_command="echo SECRET",
                headers={
                    "Authorization": "Bearer SECRET",
                    "X-Api-Key": "SECRET",
                    "X-Team": "blue",
                    "X": "Bearer SECRET",
                },
                max_concurrent=3,
                models=("x",),
            )
        },
        models={
            "hub/x": ModelSettings(
                Parameters(temperature=0.5, extra={"max_completion_tokens": 5, "deep": {"accessToken": "SECRET"}}),
                100,
                Price(1.0, 2.0),
            )
        },
        ui=UiSettings(theme="nord"),
        keys={"reply.cancel": "escape"},
    )
    text = shown_settings(settings)
    assert "SECRET" not in text
    loaded = load(tmp_path, text)
    assert loaded.problems == ()
    hub = loaded.settings.providers["hub"]
    assert hub.headers == {"Authorization": MASK, "X-Api-Key": MASK, "X-Team": "blue", "X": MASK}
    assert hub.base_url == f"https://{MASK}@hub.example/v1?key={MASK}"
    assert (hub.api_key_command, hub.max_concurrent, hub.models) == (MASK, 3, ("x",))
    assert loaded.settings.model("hub/x") == ModelSettings(
        Parameters(temperature=0.5, extra={"max_completion_tokens": 5, "deep": {"accessToken": MASK}}),
        100,
        Price(1.0, 2.0),
    )
    assert (loaded.settings.ui, loaded.settings.keys) == (settings.ui, settings.keys)


def test_the_defaults_can_be_shown(tmp_path: Path) -> None:
    assert load(tmp_path, shown_settings(Settings())).settings == Settings(path=tmp_path / "config.toml")
