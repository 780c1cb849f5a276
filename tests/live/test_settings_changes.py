"""Settings that change while the app runs: in the file, in effect, and where the user's own file says otherwise."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from textchat.core.configuration import Settings
from textchat.core.errors import ConfigurationError
from textchat.live.workspace import Workspace

ENDPOINT = "http://127.0.0.1:9/v1"


def workspace(folder: Path, config: str = "") -> Workspace:
    file = folder / "textchat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(config)
    return Workspace({"XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")})


async def test_a_provider_that_is_added_can_be_asked_at_once_and_after_a_restart(tmp_path: Path) -> None:
    here = workspace(tmp_path)
    with pytest.raises(ConfigurationError):
        here.catalog.open("mine/m")
    assert await here.changes.change({"providers": {"mine": {"protocol": "openai", "base_url": ENDPOINT}}}) == []
    assert here.catalog.open("mine/m").settings.base_url == ENDPOINT
    written = tomllib.loads((tmp_path / "textchat" / "preferences.toml").read_text())
    assert written["providers"]["mine"]["base_url"] == ENDPOINT
    await here.aclose()


async def test_what_is_watched_is_told_once_of_a_change_and_never_of_none(tmp_path: Path) -> None:
    here = workspace(tmp_path)
    seen: list[tuple[Settings, Settings]] = []
    end = here.changes.current.watch(lambda before, now: seen.append((before, now)))
    await here.changes.change({"ui": {"notify": False}})
    await here.changes.change({"ui": {"notify": False}})
    end()
    await here.changes.change({"ui": {"notify": None}})
    assert [(before.ui.notify, now.ui.notify) for before, now in seen] == [(True, False)]
    assert here.settings.ui.notify
    await here.aclose()


async def test_the_users_file_wins_and_it_is_said_where(tmp_path: Path) -> None:
    here = workspace(tmp_path, '[ui]\ntheme = "nord"\n')
    (sentence,) = await here.changes.change({"ui": {"theme": "dracula", "title": False}})
    assert "config.toml, line 2, sets ui.theme" in sentence
    assert here.settings.ui.theme == "nord" and not here.settings.ui.title
    assert (tmp_path / "textchat" / "config.toml").read_text() == '[ui]\ntheme = "nord"\n'
    await here.aclose()


async def test_a_changed_limit_admits_those_who_wait(tmp_path: Path) -> None:
    here = workspace(tmp_path)
    here.catalog.open("demo/fast")
    await here.changes.change({"providers": {"demo": {"max_concurrent": 1}}})
    assert here.catalog.open("demo/fast").slots.limit == 1
    await here.aclose()


async def test_a_file_that_is_half_saved_takes_nothing_away(tmp_path: Path) -> None:
    here, file = workspace(tmp_path, '[ui]\ntheme = "nord"\n'), tmp_path / "textchat" / "config.toml"
    file.write_text('[ui]\ntheme = "no')
    (problem,) = await here.changes.reload()
    assert "line 2" in problem and "not valid TOML" in problem
    assert here.settings.ui.theme == "nord"
    file.write_text('[ui]\ntheme = "gruvbox"\n')
    assert await here.changes.reload() == []
    assert here.settings.ui.theme == "gruvbox"
    file.unlink()
    assert await here.changes.reload() == []
    assert here.settings.ui.theme == "textchat-dark"
    await here.aclose()


async def test_the_users_file_is_read_again(tmp_path: Path) -> None:
    here = workspace(tmp_path)
    (tmp_path / "textchat" / "config.toml").write_text('default_models = ["demo/careful"]\n[uj]\n')
    (problem,) = await here.changes.reload()
    assert "uj" in problem
    assert here.settings.default_models == ("demo/careful",)
    await here.aclose()
