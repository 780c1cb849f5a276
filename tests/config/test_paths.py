"""The folders of the contract, whatever the environment says, and nobody else may look into them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from textchat.config import paths
from textchat.config.private_files import own_folder, private_file, private_folder
from textchat.core.errors import ConfigurationError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there the system names the folders")
def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    with pytest.raises(ConfigurationError, match=r"No home folder\. Set HOME, or XDG_CONFIG_HOME, "):
        paths.database({})
    assert paths.database({"XDG_DATA_HOME": "/d"}) == Path("/d/textchat/textchat.db")


def test_xdg_variables_are_honoured() -> None:
    environ = {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s", "HOME": "/h"}
    assert paths.config_file(environ) == Path("/c/textchat/config.toml")
    assert paths.preferences_file(environ) == Path("/c/textchat/preferences.toml")
    assert paths.themes_folder(environ) == Path("/c/textchat/themes")
    assert paths.database(environ) == Path("/d/textchat/textchat.db")
    assert paths.log_file(environ) == Path("/s/textchat/textchat.log")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these systems have folders of their own")
@pytest.mark.parametrize("unset", ["", "relative/folder"])
def test_an_empty_or_relative_variable_counts_as_unset(unset: str) -> None:
    environ = {"XDG_CONFIG_HOME": unset, "XDG_DATA_HOME": unset, "XDG_STATE_HOME": unset, "HOME": "/h"}
    assert paths.config_file(environ) == Path("/h/.config/textchat/config.toml")
    assert paths.database(environ) == Path("/h/.local/share/textchat/textchat.db")
    assert paths.log_file(environ) == Path("/h/.local/state/textchat/textchat.log")


def test_textchat_config_names_another_file_and_the_rest_lies_beside_it(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": "/c", "TEXTCHAT_CONFIG": str(tmp_path / "mine.toml")}
    assert paths.config_file(environ) == tmp_path / "mine.toml"
    assert paths.preferences_file(environ) == tmp_path / "preferences.toml"


def test_a_device_as_config_has_nothing_beside_it() -> None:
    environ = {"XDG_CONFIG_HOME": "/c", "TEXTCHAT_CONFIG": os.devnull}
    assert paths.preferences_file(environ) == Path("/c/textchat/preferences.toml")


def test_folders_are_0700_and_files_0600(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "deep" / "down" / "textchat")
    file = private_file(folder / "textchat.db")
    assert [mode(path) for path in (folder.parent.parent, folder.parent, folder, file)] == [0o700, 0o700, 0o700, 0o600]


def test_what_is_there_is_tightened_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "textchat"
    folder.mkdir(mode=0o755)
    file = folder / "textchat.db"
    file.write_text("kept")
    file.chmod(0o644)
    private_file(own_folder(folder) / "textchat.db")
    assert (mode(folder), mode(file), file.read_text()) == (0o700, 0o600, "kept")


def test_a_log_that_is_there_is_tightened_before_a_line_is_written(tmp_path: Path) -> None:
    log = tmp_path / "textchat" / "textchat.log"
    log.parent.mkdir(mode=0o755)
    log.touch(mode=0o666)
    log.chmod(0o666)
    # In a process of its own: the log of this one is pytest's.
    starts = [sys.executable, "-c", "from textchat.store.log import start_log; assert start_log() is None"]
    subprocess.run(starts, env=os.environ | {"XDG_STATE_HOME": str(tmp_path)}, check=True)
    assert (mode(log.parent), mode(log)) == (0o700, 0o600)


def test_a_folder_of_another_name_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "dotfiles"
    folder.mkdir()
    folder.chmod(0o755)
    private_folder(folder)
    assert mode(folder) == 0o755
