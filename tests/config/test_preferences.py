"""What the app remembers: nothing unknown is dropped, nothing is half written, two processes do not undo each other."""

from __future__ import annotations

import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from textchat.config.load import load_settings
from textchat.config.preferences import Preferences
from textchat.core.store_error import StoreError


def tables(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


def test_changes_are_laid_over_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "textchat" / "preferences.toml"
    Preferences(path).save({"ui": {"theme": "nord"}, "default_models": ["a/b"]})
    path.write_text(path.read_text() + '\n[unknown]\nwhen = 2024-01-02T03:04:05Z\n"strange key" = "é"\n')
    Preferences(path).save({"ui": {"side_panel": False}, "default_models": None, "favourites": ["x/y"]})
    assert tables(path) == tomllib.loads(
        'favourites = ["x/y"]\n[ui]\ntheme = "nord"\nside_panel = false\n'
        '[unknown]\nwhen = 2024-01-02T03:04:05Z\n"strange key" = "é"\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {file.name for file in path.parent.iterdir()} == {"preferences.toml", ".preferences.toml.lock"}


@pytest.mark.parametrize("damage", [b"[ui\n", b"a = '\xff'", b"#" * 2_000_000])
def test_a_damaged_one_is_set_aside_and_said_once(tmp_path: Path, damage: bytes) -> None:
    environ = {"TEXTCHAT_CONFIG": str(tmp_path / "config.toml")}
    path = tmp_path / "preferences.toml"
    (tmp_path / "preferences.toml.damaged").write_text("an older one")
    path.write_bytes(damage)
    notices = load_settings(environ).notices
    assert len(notices) == 1
    assert "preferences.toml.damaged-2" in notices[0]
    assert len(notices[0].splitlines()) == 1
    assert load_settings(environ).notices == ()
    assert (tmp_path / "preferences.toml.damaged-2").read_bytes() == damage
    assert (tmp_path / "preferences.toml.damaged").read_text() == "an older one"
    Preferences(path).save({"ui": {"theme": "nord"}})
    assert load_settings(environ).settings.ui.theme == "nord"


def test_saving_over_a_damaged_one_keeps_it_beside(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.write_text("[ui\n")
    problem = Preferences(path).save({"ui": {"theme": "nord"}})
    assert problem is not None
    assert "not valid TOML" in problem
    assert (tmp_path / "preferences.toml.damaged").read_text() == "[ui\n"
    assert tables(path) == {"ui": {"theme": "nord"}}


def test_what_cannot_be_read_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.mkdir()
    assert "Cannot read" in str(Preferences(path).read()[1])
    with pytest.raises(StoreError, match="Cannot read"):
        Preferences(path).save({"a": 1})
    assert path.is_dir()


def test_no_folder_to_write_in_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Preferences(tmp_path / "file" / "preferences.toml").save({"a": 1})


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "prefs.toml"
    target.parent.mkdir()
    target.write_text("a = 1\n")
    link = tmp_path / "preferences.toml"
    link.symlink_to(target)
    Preferences(link).save({"b": 2})
    assert link.is_symlink()
    assert tables(target) == {"a": 1, "b": 2}


def test_a_link_in_a_circle_gives_way_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.symlink_to(path.name)
    Preferences(path).save({"b": 2})
    assert tables(path) == {"b": 2}


def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    script = (
        "import sys; from pathlib import Path; from textchat.config.preferences import Preferences\n"
        "for n in range(40): Preferences(Path(sys.argv[1])).save({sys.argv[2]: {str(n): n}})"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(path), name]) for name in ("one", "two")]
    assert [process.wait(60) for process in running] == [0, 0]
    every = {str(n): n for n in range(40)}
    assert tables(path) == {"one": every, "two": every}
