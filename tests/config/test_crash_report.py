"""The report of a crash: private, bounded in number, without secrets; and a sentence also where there is none."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

import pytest

from textchat.config import crash_report, paths
from textchat.config.crash_report import REPORTS, crash_sentence, write_report
from textchat.config.load import load_settings

FAILURE = RuntimeError("sk-words-of-mine")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "TERM": "\x1b]0;evil\x07" * 50}


def test_it_is_private_and_tells_versions_and_no_words(environ: dict[str, str]) -> None:
    before = os.umask(0)
    try:
        report = write_report(FAILURE, environ)
    finally:
        os.umask(before)
    assert report is not None and report.parent == paths.state_folder(environ)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600 and stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    text = report.read_text()
    assert all(word in text for word in ("textchat ", "Python 3", "Textual ", "TERM ", "RuntimeError"))
    assert "of-mine" not in text and environ["HOME"] not in text and "\x1b" not in text
    assert str(report) in crash_sentence(FAILURE, report)


def test_the_newest_are_kept(environ: dict[str, str]) -> None:
    written = [write_report(FAILURE, environ) for _ in range(REPORTS + 3)]
    assert {*paths.state_folder(environ).iterdir()} == {*written[3:]}


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("is_full", [False, True])
def test_without_a_report_the_sentence_says_where(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    if is_full:
        monkeypatch.setattr(crash_report, "new_private_file", lambda file: FullDisk())
    else:
        Path(environ["HOME"], ".local").write_text("no folder")
    assert write_report(FAILURE, environ) is None
    try:
        raise FAILURE
    except RuntimeError as failure:
        told = crash_sentence(failure, None, "All is kept.")
    assert told.startswith("textchat failed unexpectedly: RuntimeError, ") and " in test_without" in told
    assert "of-mine" not in told and "All is kept." in told


def test_settings_show_no_secret_in_a_log(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[providers.own]\nprotocol = "openai"\nbase_url = "https://me:sk-1@host/v1?key=sk-2"\n'
        'api_key_command = "echo sk-3"\nheaders = { X-Api-Key = "sk-4" }\n[models."own/m"]\nuser_key = "sk-5"\n'
    )
    file.chmod(0o600)
    shown = repr(load_settings({"HOME": str(tmp_path), "TEXTCHAT_CONFIG": str(file)}))
    assert "'own'" in shown and "sk-" not in shown
