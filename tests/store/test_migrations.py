"""Files of every older format open with nothing lost; a newer, foreign or damaged one is refused and left alone."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from textchat.core.conversation import Message, Pane, QueuedPrompt, Role, Source, Status, Timing, ToolCall, Usage
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.parameters import Parameters
from textchat.core.parts.part import Part
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.store.database import back_up
from textchat.store.history import History
from textchat.store.migrations import MIGRATIONS

OLD = Path(__file__).parent / "old"


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def schema(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return found


def opened(path: Path) -> None:
    History.open(path).close()


def test_there_is_a_file_of_every_older_format() -> None:
    assert sorted(version(file) for file in OLD.iterdir()) == list(range(1, len(MIGRATIONS)))


@pytest.mark.parametrize("old", sorted(OLD.iterdir()), ids=lambda file: file.stem)
async def test_an_old_file_keeps_everything(old: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(old, tmp_path / "textchat.db"))
    opened(tmp_path / "new.db")
    history = History.open(path)
    loaded = await history.load("c1")
    found = await history.search("rayleigh")
    await history.aclose()
    assert loaded is not None
    assert (loaded.title, loaded.created_at) == ("The sky", 1700000000.0)
    assert loaded.panes == (
        Pane("p1", "local/llama3", Parameters(temperature=0.5), "a1"),
        Pane("p2", "cloud/big", leaf_id="b1", weight=2.0, folded=True),
    )
    question, answer, failed, interrupted = loaded.messages.values()
    assert question == Message(
        "q1",
        None,
        Role.USER,
        "Why is the sky blue?",
        parts=(Part("sky.png", "image/png", b"\x89PNG"),),
        created_at=1700000000.0,
    )
    assert answer == Message(
        "a1",
        "q1",
        Role.ASSISTANT,
        "Because of Rayleigh scattering.",
        "thinking of light",
        (ToolCall("c", "clock", "{}"),),
        model="local/llama3",
        parameters=Parameters(temperature=0.5, extra={"top_k": 4}),
        finish_reason="stop",
        usage=Usage(10, 20, 5, Source.REPORTED, 3),
        timing=Timing(0.5, 2.0, 10.0),
        cost_usd=0.25,
        cost_source=Source.REPORTED,
        created_at=1700000001.0,
    )
    assert (failed.status, failed.error) == (Status.FAILED, ErrorReport(ErrorKind.RATE_LIMIT, "Too many.", 429, 3.0))
    assert (interrupted.text, interrupted.status) == ("Well, violet", Status.INTERRUPTED)
    assert [hit.message_id for hit in found] == ["a1"]
    assert schema(path) == schema(tmp_path / "new.db")


async def test_words_of_an_old_file_are_found_in_every_script(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD / "format-7.db", tmp_path / "textchat.db"))
    history = History.open(path)
    for query, found in (("GPT", "q2"), ("Bar", "q2"), ("模型", "q2"), ("strasse", "a2"), ("1.2.3", "a2")):
        assert [hit.message_id for hit in await history.search(query)] == [found]
    assert [hit.message_id for hit in await history.search("migration")] == [None]
    await history.aclose()


async def test_what_waited_in_an_old_file_keeps_its_files(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD / "format-8.db", tmp_path / "textchat.db"))
    history = History.open(path)
    first, second = await history.claim_waiting("c1")
    assert (first.text, second) == ("And at night?", QueuedPrompt("w2", "Just words", ("p1", "p2")))
    (whole,) = await history.with_content([Message("", None, Role.USER, "", parts=first.parts)])
    assert [part.data for part in whole.parts] == [b"\x89PNG", "Grün".encode()]
    assert await history.draft("c1") == "half a thought"
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM contents").fetchone() == (2,)


def test_a_backup_is_made_before_a_migration_and_never_over_another(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD / "format-1.db", tmp_path / "textchat.db"))
    (tmp_path / "textchat.db.format-1.backup").write_text("somebody's")
    opened(path)
    backup = tmp_path / "textchat.db.format-1.backup-2"
    assert (version(path), version(backup)) == (len(MIGRATIONS), 1)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "textchat.db.format-1.backup").read_text() == "somebody's"
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT title FROM conversations").fetchall() == [("The sky",)]


def test_no_backup_no_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(shutil.copy(OLD / "format-1.db", tmp_path / "textchat.db"))

    def full(connection: sqlite3.Connection, path: Path, version: int) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"{back_up.__module__}.back_up", full)
    with pytest.raises(StoreError, match="disk is full") as caught:
        History.open(path)
    assert caught.value.kind is StoreErrorKind.FULL
    assert version(path) == 1


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(shutil.copy(OLD / "format-1.db", tmp_path / "textchat.db"))
    before = schema(path)
    broken = (*MIGRATIONS, ("CREATE TABLE half (x)", "CREATE TABLE half (x)"))
    monkeypatch.setattr("textchat.store.database.MIGRATIONS", broken)
    with pytest.raises(StoreError):
        History.open(path)
    assert (version(path), schema(path)) == (1, before)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_newer_file_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    opened(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 7}")
        connection.commit()
    before = digest(path)
    with pytest.raises(StoreError, match="newer textchat") as caught:
        History.open(path)
    assert caught.value.kind is StoreErrorKind.NEWER
    assert digest(path) == before


def test_a_database_of_another_program_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "textchat.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE logs (id INTEGER)")
        connection.commit()
    before = digest(path)
    with pytest.raises(StoreError, match="another program") as caught:
        History.open(path)
    assert caught.value.kind is StoreErrorKind.FOREIGN
    assert digest(path) == before


@pytest.mark.parametrize("data", [b"this is no database\n" * 100, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_damaged_header_is_refused_and_untouched(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "textchat.db"
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged") as caught:
        History.open(path)
    assert caught.value.kind is StoreErrorKind.DAMAGED
    assert path.read_bytes() == data
