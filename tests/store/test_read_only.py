"""A database that cannot be written is read whole, nothing beside it changes, and what is new stands in memory."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.writing import write
from textchat.core.conversation import Conversation, Message, Pane, Role, Status
from textchat.core.store_error import StoreError, StoreErrorKind, as_store_error
from textchat.core.votes.vote import Candidate, Vote
from textchat.store.database import connect
from textchat.store.history import History
from textchat.store.journal import RunningRequest
from textchat.store.migrations import MIGRATIONS
from textchat.store.read_only import readable_file
from textchat.store.read_only.read_only_history import ReadOnlyHistory
from textchat.store.read_only.readable_file import ReadableFile
from textchat.store.record import ConversationRecord

OLD = Path(__file__).parent / "old"
REASON = StoreError("Cannot write it.", StoreErrorKind.READ_ONLY)

CUT_OFF = """
import os, sys
from pathlib import Path
from textchat.store.database import connect

connection = connect(Path(sys.argv[1]))
connection.execute("PRAGMA journal_mode = DELETE")
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE conversations SET title = 'half a change'")
connection.execute(
    "CREATE TABLE more AS WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20000) SELECT x FROM c"
)
os._exit(9)
"""
"""Dies in the middle of a transaction: the file is half changed, and how it was is in a journal beside it."""


def record(id_: str, text: str, at: float) -> ConversationRecord:
    prompt = Message(f"{id_}-q", None, Role.USER, text, created_at=at)
    reply = Message(f"{id_}-a", prompt.id, Role.ASSISTANT, f"about {text}", model="m", created_at=at + 0.5)
    messages = {prompt.id: prompt, reply.id: reply}
    panes = (Pane("p", "m", leaf_id=reply.id),)
    return ConversationRecord(Conversation(id_, text.title(), at, messages, panes), at, tags=("fruit",))


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A database with two conversations that nobody may write."""
    folder = tmp_path / "textchat"
    path = folder / "textchat.db"
    history = History.open(path)
    write(history, lambda writer: writer.add([record("one", "apple", 1.0), record("two", "banana", 2.0)]))
    history.close()
    forbid(path)
    yield path
    folder.chmod(0o700)


def allow(path: Path) -> None:
    path.parent.chmod(0o700)
    path.chmod(0o600)


def forbid(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)


def killed(path: Path) -> None:
    """Leave the files as somebody does who writes and is killed; then nobody may write."""
    allow(path)
    prompt = Message("late", None, Role.USER, "pineapple", created_at=9.0)
    reply = Message("half", "late", Role.ASSISTANT, "half a pineapple", status=Status.GROWING, created_at=9.5)
    history = History.open(path)
    conversation = Conversation("log", "Left in the log", 9.0, {"late": prompt, "half": reply})
    write(history, lambda writer: writer.save(conversation, [prompt, reply]))
    kept = [(file, file.read_bytes()) for file in path.parent.glob("textchat.db*")]
    history.close()
    for file, data in kept:
        file.write_bytes(data)
    assert path.with_name("textchat.db-wal").stat().st_size
    forbid(path)


def cut_off(path: Path) -> None:
    allow(path)
    subprocess.run([sys.executable, "-c", CUT_OFF, str(path)], check=False)
    assert path.with_name("textchat.db-journal").stat().st_size
    forbid(path)


def without_shared_memory(path: Path) -> None:
    """As on a disk where SQLite cannot make it: it follows no link there, not even for root."""
    path.parent.chmod(0o700)
    shared = path.with_name("textchat.db-shm")
    shared.unlink(missing_ok=True)
    shared.symlink_to("nowhere")
    forbid(path)


def files(path: Path) -> dict[str, tuple[int, bytes]]:
    return {file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in path.parent.iterdir() if file.is_file()}


def opened(path: Path) -> History:
    """As the commands open it that only read."""
    with pytest.raises(StoreError) as caught:
        History.open(path)
    return History.open_to_read(path, caught.value)


@pytest.fixture
def mounted(path: Path) -> Iterator[Path]:
    """The same on a disk that is mounted to be read alone, with the log of a killed program."""
    killed(path)
    disk = path.parent.with_name("disk")
    disk.mkdir()
    steps = (
        ["mount", "-t", "tmpfs", "none", str(disk)],
        ["cp", "-r", str(path.parent), str(disk)],
        ["chmod", "-R", "u+w", str(disk)],
        ["mount", "-o", "remount,ro", str(disk)],
    )
    try:
        for step in steps:
            if shutil.which(step[0]) is None or subprocess.run(step, capture_output=True, check=False).returncode:
                pytest.skip("needs the right to mount a disk")
        yield disk / path.parent.name / path.name
    finally:
        if shutil.which("umount"):
            subprocess.run(["umount", str(disk)], capture_output=True, check=False)


# -- reading -----------------------------------------------------------------------------------------------------------


async def test_what_cannot_be_written_is_read_and_nothing_is_left_beside_it(path: Path) -> None:
    before = files(path)
    history = opened(path)
    assert "Conversations are read-only: cannot write" in history.read_only
    assert [summary.id for summary in await history.summaries()] == ["two", "one"]
    assert [hit.conversation_id for hit in await history.search("banana")] == ["two", "two", "two"]
    assert (await history.load("one")) == record("one", "apple", 1.0).conversation
    with pytest.raises(StoreError, match="Cannot write") as caught:
        await history.shelf.rename("one", "Other")
    assert caught.value.kind is StoreErrorKind.READ_ONLY
    await history.aclose()
    assert files(path) == before


@pytest.mark.parametrize("lose", [lambda path: None, without_shared_memory], ids=["log", "log alone"])
async def test_what_a_killed_program_left_in_its_log_is_read(path: Path, lose: Callable[[Path], None]) -> None:
    killed(path)
    lose(path)
    history = opened(path)
    loaded = await history.load("log")
    await history.aclose()
    assert loaded is not None
    assert [message.text for message in loaded.messages.values()] == ["pineapple", "half a pineapple"]
    assert loaded.messages["half"].status is Status.INTERRUPTED, "nobody is there to go on with it"


async def test_where_there_is_no_room_for_a_copy_what_is_missing_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(path)
    without_shared_memory(path)
    monkeypatch.setattr(readable_file, "LARGEST_COPY", 1000)
    history = opened(path)
    assert "The newest messages are missing" in history.read_only
    assert [summary.id for summary in await history.summaries()] == ["two", "one"]
    await history.aclose()


async def test_a_transaction_that_was_cut_off_is_rolled_back_in_a_copy(path: Path) -> None:
    cut_off(path)
    history = opened(path)
    assert [summary.title for summary in await history.summaries()] == ["Banana", "Apple"]
    await history.aclose()


async def test_what_is_not_indexed_yet_is_said_here_too(path: Path) -> None:
    allow(path)
    with closing(connect(path)) as connection:
        connection.execute("UPDATE word_index SET pending = 1")
    forbid(path)
    history = ReadOnlyHistory(opened(path))
    assert (await history.search("nowhere tag:nothing")).remarks[-1] == "Older messages are not indexed yet."
    await history.aclose()


@pytest.mark.parametrize("old", [1, len(MIGRATIONS) - 1])
async def test_an_older_format_is_read_from_a_copy(tmp_path: Path, old: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(shutil.copy(OLD / f"format-{old}.db", tmp_path / "textchat.db"))
    forbid(path)
    before = files(path)
    history = opened(path)
    assert [hit.conversation_id for hit in await history.search("rayleigh")] == ["c1"]
    await history.aclose()
    assert files(path) == before
    monkeypatch.setattr(readable_file, "LARGEST_COPY", 1000)
    with pytest.raises(StoreError, match="written by an older textchat"):
        opened(path)


@pytest.mark.parametrize(
    ("change", "words"), [("PRAGMA user_version = 999", "newer"), ("PRAGMA application_id = 1", "another program")]
)
def test_what_is_not_ours_is_refused_all_the_same(path: Path, change: str, words: str) -> None:
    path.chmod(0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
    forbid(path)
    with pytest.raises(StoreError, match=words):
        opened(path)


async def test_what_somebody_else_writes_is_seen(path: Path) -> None:
    history = opened(path)
    assert await history.changed_elsewhere() is False
    assert len(await history.summaries()) == 2
    allow(path)
    other = History.open(path)  # as its owner, while another user reads
    write(other, lambda writer: writer.add([record("three", "cherry", 3.0)]))
    assert [summary.id for summary in await history.summaries()] == ["three", "two", "one"]
    assert await history.changed_elsewhere() is True
    write(other, lambda writer: writer.add([record("four", "damson", 4.0)]))
    assert [summary.id for summary in await history.summaries()] == ["four", "three", "two", "one"]
    other.close()
    assert len(await history.summaries()) == 4
    await history.aclose()


async def test_who_wrote_to_it_may_close_it_before_it_is_read(path: Path) -> None:
    allow(path)
    other = History.open(path)
    write(other, lambda writer: writer.add([record("three", "cherry", 3.0)]))
    file = ReadableFile(path)
    other.close()  # what it shared is gone, and on a read-only disk it would not come again
    without_shared_memory(path)
    with closing(file.connect()) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone()[0] == 3
    file.close()


async def test_a_link_to_the_file_is_followed_and_odd_names_are_read(path: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a b%20?#&'é" / "textchat"
    odd.mkdir(parents=True)
    killed(path)
    link = odd / "textchat.db"
    link.symlink_to(path)
    history = opened(link)
    assert [summary.id for summary in await history.summaries()] == ["log", "two", "one"]
    await history.aclose()
    link.unlink()
    for file in path.parent.glob("textchat.db*"):
        shutil.copy(file, odd)
    forbid(link)
    history = opened(link)
    assert [summary.id for summary in await history.summaries()] == ["log", "two", "one"]
    await history.aclose()
    odd.chmod(0o700)


def remove(path: Path) -> None:
    allow(path)
    path.unlink()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file stays where it is")
async def test_reading_goes_on_when_the_file_is_gone(path: Path) -> None:
    history = opened(path)
    assert len(await history.summaries()) == 2
    remove(path)
    assert len(await history.summaries()) == 2
    await history.aclose()


async def test_a_disk_that_is_mounted_read_only(mounted: Path) -> None:
    history = opened(mounted)
    assert "its disk is read-only" in history.read_only
    assert [summary.id for summary in await history.summaries()] == ["log", "two", "one"]
    await history.aclose()


# -- what is new -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def history(path: Path) -> AsyncIterator[ReadOnlyHistory]:
    history = ReadOnlyHistory(History.open_to_read(path, REASON))
    before = files(path)
    yield history
    await history.aclose()
    assert files(path) == before, "whatever is done, the file is as it was"


def going_on(conversation: Conversation, text: str) -> tuple[Conversation, Message]:
    message = Message(f"{conversation.id}-more", conversation.panes[0].leaf_id, Role.USER, text, created_at=9.0)
    return conversation.with_message(message), message


async def test_a_stored_conversation_goes_on_in_memory_and_is_whole_there(history: ReadOnlyHistory) -> None:
    before = await history.load("one")
    assert before is not None
    longer, new = going_on(before, "apple pie")
    await history.save(longer, [new])
    assert await history.load("one") == longer
    assert [summary.id for summary in await history.summaries()] == ["one", "two"], "the newest first, each once"
    assert (await history.summary("one")).tags == ("fruit",)  # type: ignore[union-attr]
    assert await history.count() == 2
    found = [hit.message_id for hit in await history.search("apple")]
    assert sorted(filter(None, found)) == ["one-a", "one-more", "one-q"]
    assert history.only_here == {"one"}


async def test_new_and_stored_are_one_list(history: ReadOnlyHistory) -> None:
    new = record("new", "banana split", 5.0).conversation
    await history.save(new, tuple(new.messages.values()))
    await history.shelf.pin("new")
    await history.shelf.tag("new", "dessert")
    pages, last = [], None
    while page := await history.summaries(1, last):
        last = page[-1]
        pages.append(last.id)
    assert pages == ["new", "two", "one"]
    assert await history.newest() == "new"
    assert await history.find("") == ["new", "one", "two"]
    assert [summary.id for summary in await history.pinned()] == ["new"]
    assert [hit.conversation_id for hit in await history.search("banana")][::3] == ["new", "two"]
    assert await history.tags() == [("dessert", 1), ("fruit", 2)]
    await history.delete("new")
    assert (await history.count(), history.only_here) == (2, set())
    await history.undelete("new")
    assert (await history.count(), history.only_here) == (3, {"new"})


async def test_how_a_stored_conversation_is_looked_at_copies_nothing(history: ReadOnlyHistory) -> None:
    conversation = await history.load("one")
    assert conversation is not None
    await history.save(conversation)
    await history.shelf.keep_places("one", {"p": None})
    await history.shelf.keep_view("one", conversation.view)
    assert await history.claim_waiting("one") == ()
    assert history.only_here == set()


REFUSED: dict[str, Callable[[History], object]] = {
    "rename": lambda history: history.shelf.rename("one", "x"),
    "pin": lambda history: history.shelf.pin("one"),
    "archive": lambda history: history.shelf.archive("one"),
    "tag": lambda history: history.shelf.tag("one", "x"),
    "untag": lambda history: history.shelf.untag("one", "fruit"),
    "delete": lambda history: history.delete("one"),
    "vote": lambda history: history.votes.record(Vote("one", "one-q", (Candidate("one-a", "m", 1.0),))),
    "vacuum": lambda history: history.vacuum(),
}


@pytest.mark.parametrize("act", REFUSED)
async def test_what_would_change_the_file_is_refused(history: ReadOnlyHistory, act: str) -> None:
    before = await history.summaries()
    with pytest.raises(StoreError) as caught:
        await REFUSED[act](history)  # type: ignore[misc]
    assert caught.value.kind is StoreErrorKind.READ_ONLY
    assert await history.summaries() == before


async def test_what_went_on_in_memory_can_be_changed_and_not_deleted(history: ReadOnlyHistory) -> None:
    conversation = await history.load("one")
    assert conversation is not None
    longer, new = going_on(conversation, "apple pie")
    await history.save(longer, [new])
    await history.shelf.rename("one", "Pies")
    with pytest.raises(StoreError, match="Cannot delete “Apple”: conversations are read-only"):
        await history.delete("one")
    assert (await history.summary("one")).title == "Pies"  # type: ignore[union-attr]
    removed = await history.remove_messages("two", ["two-a"])
    assert [len(each.messages) for each in [await history.load("two")] if each] == [1]
    await history.restore_messages("two", removed)
    assert await history.load("two") == record("two", "banana", 2.0).conversation


async def test_what_the_file_says_was_spent_counts(path: Path) -> None:
    allow(path)
    earlier = History.open(path)
    spent = Message("old", None, Role.ASSISTANT, "x", model="m", cost_usd=0.7, created_at=5.0)
    await earlier.requests.record_request(spent)
    await earlier.aclose()
    forbid(path)
    history = ReadOnlyHistory(History.open_to_read(path, REASON))
    request = RunningRequest("new", "m", 6.0, 1, 1, 0.1, 0.1)
    assert await history.requests.reserve([request], 0.0, 0.8) == pytest.approx(0.7)
    assert await history.requests.reserve([request], 0.0, 1.0) is None
    assert await history.requests.spent_since(0.0) == pytest.approx(0.9)
    await history.aclose()


async def test_a_draft_that_was_sent_does_not_come_back(path: Path) -> None:
    allow(path)
    earlier = History.open(path)
    await earlier.save_draft(None, "a draft")
    await earlier.aclose()
    forbid(path)
    history = ReadOnlyHistory(History.open_to_read(path, REASON))
    assert await history.draft(None) == "a draft"
    await history.save_draft(None, "")
    assert await history.draft(None) == ""
    await history.aclose()


# -- in the place of the file ------------------------------------------------------------------------------------------


def dangling(path: Path) -> None:
    path.symlink_to(path.parent / "gone" / "textchat.db")


def folder(path: Path) -> None:
    path.mkdir()


def circle(path: Path) -> None:
    path.symlink_to(path)


def dangling_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to("gone")


def file_as_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


@pytest.mark.skipif(os.name != "posix", reason="needs links")
@pytest.mark.parametrize(
    ("stand", "said"),
    [
        (dangling, "textchat.db links to"),
        (folder, "textchat.db is a folder. Move it away."),
        (circle, "textchat.db links to"),
        (dangling_folder, "here links to gone, which cannot be reached. Mount or create it, or remove the link."),
        (file_as_folder, "here is a file, and a folder is needed there. Move it away."),
    ],
)
def test_what_stands_in_the_place_of_the_file_is_said(tmp_path: Path, stand: Callable[[Path], None], said: str) -> None:
    path = tmp_path / "here" / "textchat.db"
    path.parent.mkdir()
    stand(path)
    with pytest.raises(StoreError) as caught:
        opened_anyhow(path)
    assert said in str(caught.value)
    assert "Errno" not in str(caught.value)


def opened_anyhow(path: Path) -> History:
    try:
        return History.open(path)
    except StoreError as error:
        return History.open_to_read(path, error)


@pytest.mark.skipif(os.name != "posix", reason="needs ulimit")
async def test_a_limit_on_the_size_of_files_is_said(tmp_path: Path) -> None:
    import resource

    history = History.open(tmp_path / "textchat.db")
    new = record("new", "word " * 50_000, 1.0).conversation
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StoreError, match=r"size limit of files\. Raise ulimit -f\.") as caught:
            await history.save(new, tuple(new.messages.values()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.kind is StoreErrorKind.TOO_LARGE
    await history.save(new, tuple(new.messages.values()))
    await history.aclose()


# -- in the middle -----------------------------------------------------------------------------------------------------


async def test_what_belongs_to_what_could_not_be_stored_gives_the_same_reason(tmp_path: Path) -> None:
    history = History.open(tmp_path / "textchat.db")
    new = record("new", "apple", 1.0).conversation
    prompt, reply = new.messages.values()
    connection = history._writer.connection
    connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="Cannot write"):
        await history.save(new, [prompt])
    connection.execute("PRAGMA query_only = OFF")
    for _ in range(2):
        with pytest.raises(StoreError, match="Cannot write"):
            await history.finish("new", reply)
    await history.save(new)
    await history.finish("new", reply)
    assert await history.load("new") == new
    await history.aclose()


async def test_a_disk_that_failed_lets_the_store_close(tmp_path: Path) -> None:
    history = History.open(tmp_path / "textchat.db")
    name = history._writer.locks.claim()
    (tmp_path / "running" / name).unlink()
    (tmp_path / "running" / name).mkdir()  # it cannot be removed as a file
    await history.aclose()


def test_a_disk_without_locks_is_not_taken_for_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")
    path = tmp_path / "textchat.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as one, closing(sqlite3.connect(path, timeout=0)) as two:
        one.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError) as caught:
            two.execute("SELECT * FROM sqlite_master")
    assert as_store_error(caught.value, path).kind is StoreErrorKind.LOCKED

    def lock(file: object, mode: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", lock)
    assert "its disk cannot lock files" in str(as_store_error(caught.value, path))
