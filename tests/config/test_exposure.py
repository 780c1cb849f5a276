"""A secret in the settings that others can read is said, with what to do about it; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from textchat.config.load import load_settings

HEADER = '[providers.x.headers]\nAuthorization = "Bearer abc"\n'


def notices(folder: Path, text: str, mode: int = 0o600) -> tuple[str, ...]:
    file = folder / "config.toml"
    file.write_text(text)
    file.chmod(mode)
    return load_settings({"TEXTCHAT_CONFIG": str(file), "HOME": str(folder / "home")}).notices


@pytest.fixture
def open_folder(tmp_path: Path) -> Path:
    """A folder that others can enter, up to the root: pytest's own are private."""
    at = tmp_path
    while at != at.parent:
        if at.owner() == tmp_path.owner() and not at.stat().st_mode & 0o011:
            at.chmod(0o755)
        at = at.parent
    return tmp_path


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
@pytest.mark.parametrize(
    "text",
    [
        HEADER,
        '[providers.x]\nbase_url = "https://me:secret@host/v1"\n',
        '[providers.x]\napi_key_command = "echo sk-abcdefghijklmnopqrst"\n',
        '[providers.x]\napi_key_command = ["echo", "sk-abcdefghijklmnopqrst"]\n',
        '[models."x/y"]\nsession_token = "abc"\n',
    ],
)
def test_a_secret_that_others_can_read(open_folder: Path, text: str, mode: int) -> None:
    (said,) = notices(open_folder, text, mode)
    assert said.endswith(f"Run: chmod 600 {open_folder / 'config.toml'}")
    assert notices(open_folder, text) == ()


def test_a_private_folder_keeps_others_out(open_folder: Path) -> None:
    folder = open_folder / "private"
    folder.mkdir(mode=0o700)
    assert notices(folder, HEADER, 0o644) == ()


@pytest.mark.parametrize(
    "text",
    ['[providers.x]\napi_key_env = "KEY"\n', '[providers.x]\napi_key_command = ["pass", "show", "x"]\n', ""],
)
def test_where_a_secret_is_kept_is_none(open_folder: Path, text: str) -> None:
    (open_folder / ".git").mkdir()
    assert notices(open_folder, text, 0o644) == ()


def test_a_secret_in_a_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep").mkdir()
    (said,) = notices(tmp_path / "deep", HEADER)
    assert f"lies in the git repository {tmp_path}. Move the secret" in said


@pytest.mark.parametrize(
    ("address", "is_said"),
    [
        ("http://192.0.2.1:8000/v1", True),
        ("HTTP://models.example/v1", True),
        ("https://models.example/v1", False),
        ("http://127.0.0.1:8080/v1", False),
        ("http://localhost/v1", False),
        ("http://[::1]:80", False),
    ],
)
@pytest.mark.parametrize(
    "key", ['api_key_env = "KEY"', 'api_key_command = "pass x"', 'headers = { X-Api-Key = "abc" }']
)
def test_a_key_that_travels_in_clear(tmp_path: Path, address: str, is_said: bool, key: str) -> None:
    said = notices(tmp_path, f'[providers.x]\nprotocol = "openai"\nbase_url = "{address}"\n{key}\n')
    assert ["unencrypted" in each for each in said] == ([True] if is_said else [])
    assert notices(tmp_path, f'[providers.x]\nprotocol = "openai"\nbase_url = "{address}"\n') == ()
