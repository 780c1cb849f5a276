"""A full disk, a folder that cannot be written, a file that is locked or damaged: one sentence, nothing lost."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from textchat.core.conversation import Conversation, Message, Pane, Role, Status, new_id
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.store import database
from textchat.store.history import History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat.db"


def asked(text: str = "Go") -> tuple[Conversation, Message, Reply]:
    prompt = Message(new_id(), None, Role.USER, text, created_at=1.0)
    conversation = Conversation(new_id(), "T", 1.0, {prompt.id: prompt}, (Pane("p", "demo/fast"),))
    return conversation, prompt, Reply(conversation_id=conversation.id, parent_id=prompt.id, model="demo/fast")


def allow_pages(history: History, more: int | None) -> None:
    """Let the database grow by so many pages and no further: a disk that is full."""
    connection = history._writer.connection
    (now,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {2**31 if more is None else now + more}")


async def test_a_full_disk_is_one_sentence_and_the_next_save_brings_what_was_missed(path: Path) -> None:
    history = History.open(path)
    conversation, prompt, reply = asked()
    conversation = conversation.with_message(reply.freeze())
    await history.save(conversation, [prompt, reply.freeze()])
    allow_pages(history, 0)
    second = Message(new_id(), reply.id, Role.USER, "x" * 100_000, created_at=2.0)
    with pytest.raises(StoreError, match="disk is full") as caught:
        await history.save(conversation.with_message(second), [second])
    assert caught.value.kind is StoreErrorKind.FULL
    reply.feed(TextDelta("y" * 100_000))
    reply.end(Status.COMPLETE)
    conversation = conversation.with_message(second).with_message(reply.freeze())
    with pytest.raises(StoreError, match="disk is full"):
        await history.finish(conversation.id, reply.freeze())
    allow_pages(history, None)
    third = Message(new_id(), second.id, Role.ASSISTANT, "z", created_at=3.0)
    conversation = conversation.with_message(third)
    await history.save(conversation, [third])
    assert await history.load(conversation.id) == conversation
    await history.aclose()
    assert is_sound(path)


async def test_a_checkpoint_that_fails_is_told_once_and_its_text_comes_with_the_next(path: Path) -> None:
    history = History.open(path)
    told: list[StoreError] = []
    history.on_failure = told.append
    conversation, prompt, reply = asked()
    conversation = conversation.with_message(reply.freeze())
    await history.save(conversation, [prompt, reply.freeze()])
    allow_pages(history, 0)
    for number in range(5):
        reply.feed(TextDelta(f"{number}" * 50_000))
        history.checkpoint(reply)
        await settled(history)
    assert [error.kind for error in told] == [StoreErrorKind.FULL]
    allow_pages(history, None)
    reply.feed(TextDelta("the end"))
    history.checkpoint(reply)
    await settled(history)
    loaded = await history.load(conversation.id)
    assert loaded is not None
    assert loaded.messages[reply.id].text == reply.text
    allow_pages(history, 0)
    reply.feed(TextDelta("x" * 100_000))
    history.checkpoint(reply)
    await settled(history)
    assert len(told) == 2
    await history.aclose()
    assert is_sound(path)


async def settled(history: History) -> None:
    """The writer works in order: after this call, what was given to it before is done, and told."""
    await history.shelf.keep_places("nowhere", {})
    await asyncio.sleep(0)


async def test_a_locked_database_is_one_sentence_and_works_again_afterwards(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_WAIT_S", 0.05)
    history = History.open(path)
    conversation, prompt, _ = asked()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="Another program has locked") as caught:
            await history.save(conversation, [prompt])
        assert caught.value.kind is StoreErrorKind.LOCKED
        assert await history.summaries() == []  # reading goes on
    await history.save(conversation, [prompt])
    assert await history.load(conversation.id) == conversation
    await history.aclose()


async def test_opening_while_another_program_holds_everything(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "OPENING_WAIT_S", 0.05)
    await History.open(path).aclose()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            History.open(path)
    await History.open(path).aclose()


def pages(path: Path) -> int:
    return path.stat().st_size // 4096


async def test_a_damaged_page_is_one_sentence_and_is_left_as_it_is(path: Path) -> None:
    await History.open(path).aclose()
    first = pages(path) + 2  # behind the roots of all tables
    history = History.open(path)
    conversations = []
    for number in range(50):
        conversation, prompt, _ = asked(f"{number} " * 2000)
        await history.save(conversation, [prompt])
        conversations.append(conversation)
    await history.aclose()
    with path.open("r+b") as file:
        for page in range(first, first + 20):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    before = digest(path)
    history = History.open(path)
    outcomes = []
    for conversation in conversations:
        try:
            outcomes.append(await history.load(conversation.id) == conversation)
        except StoreError as error:
            assert error.kind is StoreErrorKind.DAMAGED
            assert "damaged and was not changed" in str(error)
            outcomes.append(False)
    assert any(outcomes), "what is whole can still be read"
    assert not all(outcomes)
    await history.aclose()
    assert digest(path) == before


@pytest.mark.parametrize("broken", ["role = 'wizard'", "parameters = '{'", "error = '{}'", "status = 'odd'"])
async def test_rows_that_no_textchat_wrote_are_one_sentence(path: Path, broken: str) -> None:
    history = History.open(path)
    conversation, prompt, _ = asked()
    await history.save(conversation, [prompt])
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"UPDATE messages SET {broken}")
        other.commit()
    with pytest.raises(StoreError, match="its data is damaged") as caught:
        await history.load(conversation.id)
    assert caught.value.kind is StoreErrorKind.DAMAGED
    assert len(await history.summaries()) == 1
    await history.aclose()


@pytest.mark.parametrize("broken", ["block = zeroblob(2000)", "block = x'a5a5a5a5a5a5a5a5'"])
async def test_a_damaged_index_of_words_is_made_anew_from_the_texts(path: Path, broken: str) -> None:
    history = History.open(path)
    first, first_prompt, _ = asked("some words")
    second, second_prompt, _ = asked("other words")
    await history.save(first, [first_prompt])
    await history.aclose()
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"UPDATE message_words_data SET {broken} WHERE id > 10")  # up to 10: what the index is made of
        other.commit()
    history = History.open(path)
    await history.save(second, [second_prompt])
    assert {hit.message_id for hit in await history.search("words")} >= {second_prompt.id}
    await history.vacuum()
    await history.aclose()
    assert is_sound(path)


async def test_a_search_finds_the_damage_and_has_it_mended(path: Path) -> None:
    history = History.open(path)
    conversation, prompt, _ = asked("some words")
    await history.save(conversation, [prompt])
    with closing(sqlite3.connect(path)) as other:
        other.execute("DELETE FROM message_words_data WHERE id > 10")
        other.commit()
    assert [hit.message_id for hit in await history.search("words")] == [prompt.id]
    await history.aclose()


def remove(path: Path) -> None:
    path.unlink()


def move(path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))


def replace(path: Path) -> None:
    remove(path)
    History.open(path).close()


def remove_the_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file stays where it is")
@pytest.mark.parametrize("act", [remove, move, replace, remove_the_folder])
async def test_nothing_is_written_into_a_file_that_is_gone(tmp_path: Path, act: Callable[[Path], None]) -> None:
    path = tmp_path / "data" / "textchat.db"
    history = History.open(path)
    told: list[StoreError] = []
    history.on_failure = told.append
    conversation, prompt, reply = asked()
    conversation = conversation.with_message(reply.freeze())
    await history.save(conversation, [prompt, reply.freeze()])
    act(path)
    for _ in range(2):
        with pytest.raises(StoreError, match="was moved, removed or replaced while it was open") as caught:
            await history.save(conversation, [prompt])
    assert caught.value.kind is StoreErrorKind.MOVED
    reply.feed(TextDelta("lost"))
    history.checkpoint(reply)
    with pytest.raises(StoreError):
        await settled(history)
    await asyncio.sleep(0)
    assert [error.kind for error in told] == [StoreErrorKind.MOVED]
    if act is move:
        path.with_name("elsewhere.db").rename(path)
        await history.save(conversation, [prompt])
        assert await history.load(conversation.id) is not None
    await history.aclose()


async def test_a_tree_that_was_tied_into_a_loop_opens_all_the_same(path: Path) -> None:
    history = History.open(path)
    conversation, prompt, _ = asked()
    answer = Message(new_id(), prompt.id, Role.ASSISTANT, "Gone", created_at=2.0)
    await history.save(conversation.with_message(answer), [prompt, answer])
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE messages SET parent_id = ? WHERE id = ?", (answer.id, prompt.id))
        other.execute("UPDATE panes SET leaf_id = 'nowhere'")
        other.commit()
    loaded = await history.load(conversation.id)
    await history.aclose()
    assert loaded is not None
    assert [len(loaded.branch(id_)) for id_ in loaded.messages] in ([1, 2], [2, 1])
    assert loaded.panes[0].leaf_id is None


async def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "textchat").write_text("no folder")
    with pytest.raises(StoreError):
        History.open(tmp_path / "textchat" / "textchat.db")
    assert (tmp_path / "textchat").read_text() == "no folder"


TRY = """
import asyncio, os, sys
from pathlib import Path
from textchat.core.conversation import Conversation, Message, Role
from textchat.core.store_error import StoreError
from textchat.store.history import History

async def main(path):
    conversation = Conversation("c", "", 1.0)
    try:
        history = History.open(path)
        print([summary.title for summary in await history.summaries()])
        await history.save(conversation, [Message("m", None, Role.USER, "x")])
    except StoreError as error:
        print(error.kind.value, str(error))

path = Path(sys.argv[1])
if os.geteuid() == 0:  # nothing is forbidden to root
    os.setgid(65534)
    os.setuid(65534)
asyncio.run(main(path))
"""


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder that another user could reach."""
    folder = Path(tempfile.mkdtemp(prefix="textchat-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_folder_that_cannot_be_written_is_one_sentence(shared: Path) -> None:
    (shared / "new").mkdir()
    (shared / "new").chmod(0o555)
    said = attempt(shared / "new" / "textchat.db")
    assert said.startswith("read_only ")
    assert "Cannot write" in said
    assert list((shared / "new").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs modes of files")
def test_a_file_that_cannot_be_written_is_one_sentence(shared: Path) -> None:
    path = shared / "textchat.db"

    async def prepare() -> None:
        history = History.open(path)
        conversation, prompt, _ = asked()
        await history.save(conversation, [prompt])
        await history.aclose()

    asyncio.run(prepare())
    before = path.read_bytes()
    path.chmod(0o444)
    shared.chmod(0o555)
    said = attempt(path)
    assert "read_only " in said
    assert "Cannot write" in said
    assert path.read_bytes() == before


def attempt(path: Path) -> str:
    return subprocess.run([sys.executable, "-c", TRY, str(path)], capture_output=True, text=True, check=True).stdout


def digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
