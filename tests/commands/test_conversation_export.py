"""`textchat conversations export -o FOLDER/` as a script runs it again and again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.program import Program
from textchat.cli import main
from textchat.commands.conversation_export import export
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.events import TextDelta
from textchat.core.reply import Reply
from textchat.core.store_error import StoreError
from textchat.store.database import connect
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.exchange import to_plain
from textchat.store.transfer.importers.textchat import record_of

EXPORT = ("conversations", "export", "--all", "-o", "notes/")


def talk(id_: str, text: str = "far") -> ConversationRecord:
    message = Message(f"m{id_}", None, Role.USER, text, created_at=1.0)
    return ConversationRecord(Conversation(id_, "Moon", 1.0, {message.id: message}), 1.0)


def bring(program: Program, *records: ConversationRecord) -> None:
    document = {"format": "textchat", "version": 1, "conversations": [to_plain(record) for record in records]}
    (program.home / "in.json").write_text(json.dumps(document))
    program.run("conversations", "import", "in.json")


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def database(program: Program) -> Path:
    return paths.database(program.environment)


def test_a_second_export_writes_what_is_new_or_changed_and_names_what_it_left(program: Program) -> None:
    bring(program, *[talk(f"0199abcd{number}") for number in range(4)])
    assert program.run(*EXPORT).error == "4 written, 0 updated, 0 unchanged."
    notes = program.home / "notes"
    mine, other = notes / "Moon-199abcd2.md", notes / "Moon-199abcd3.md"
    mine.write_text(mine.read_text() + "my own words\n")
    other.write_text("something else")
    with closing(connect(database(program))) as connection:
        connection.execute("UPDATE conversations SET title = 'Sun' WHERE id IN ('0199abcd1', '0199abcd2')")
    bring(program, talk("0199abcd4"))
    *left, said = program.run(*EXPORT, code=1).errors.splitlines()
    assert said == "1 written, 1 updated, 1 unchanged, 2 left."
    assert sorted(left) == [
        "Left notes/Moon-199abcd2.md: changed since its export. Pass --force to replace it.",
        "Left notes/Moon-199abcd3.md: not an export of this conversation. Pass --force to replace it.",
    ]
    assert "my own words" in mine.read_text() and other.read_text() == "something else"
    assert "# Sun" in (notes / "Moon-199abcd1.md").read_text()
    assert program.run(*EXPORT, "--force").error == "0 written, 2 updated, 3 unchanged."
    assert program.run(*EXPORT).error == "0 written, 0 updated, 5 unchanged."


def test_one_that_cannot_be_written_does_not_keep_the_others_away(program: Program) -> None:
    bring(program, talk("0199abcd1"), talk("0199abcd2"), talk("abc/evil"), talk("t/../../p"))
    with closing(sqlite3.connect(database(program))) as connection, connection:
        connection.execute("UPDATE messages SET role = 'nonsense' WHERE id = 'm0199abcd2'")
    (program.home / "notes" / "Moon-199abcd1.json").mkdir(parents=True)
    before = names(program.home)
    *errors, said = program.run(*EXPORT, "--format", "json", "--force", code=1).errors.splitlines()
    assert said == "2 written, 0 updated, 0 unchanged, 2 failed."
    assert sorted(errors) == [
        "Cannot read conversation 0199abcd2: its data is damaged. It was not changed.",
        "Cannot write notes/Moon-199abcd1.json: Is a directory.",
    ]
    assert names(program.home) == before
    assert len(names(program.home / "notes")) == 3


def test_a_folder_that_cannot_be_made_is_one_line(program: Program) -> None:
    bring(program, talk("0199abcd1"))
    assert program.run(*EXPORT[:-1], "in.json/notes/", code=2).error.startswith("Cannot write in.json/notes: ")


def test_what_is_no_file_is_never_replaced_and_a_name_that_is_too_long_is_one_line(program: Program) -> None:
    bring(program, talk("0199abcd1"))
    os.mkfifo(program.home / "pipe")
    said = program.run(*EXPORT[:-1], "pipe", "--force", code=2).error
    assert said == "pipe is not a file. Leave out -o to write to standard output."
    assert (program.home / "pipe").is_fifo()
    for end in (".md", "/"):
        name = "x" * 300 + end
        said = program.run(*EXPORT[:-1], name, code=2).error
        assert said == f"Cannot write {name.rstrip('/')}: File name too long."


def test_an_empty_name_is_not_the_folder_one_is_in(program: Program) -> None:
    bring(program, talk("0199abcd1"))
    before = names(program.home)
    assert program.run(*EXPORT[:-1], "", code=2).error == "-o names no file. Pass the name of a file or a folder."
    assert names(program.home) == before


def test_the_bytes_of_json_survive_a_round_trip(program: Program, tmp_path: Path) -> None:
    texts = ("\ud83d", "\ude00 and \ud83d\ude00", "a\x00b\r\nc\u2028\x1b[1m", "</script>" * 9)
    bring(program, *[talk(f"0199abcd{number}", text) for number, text in enumerate(texts)])
    program.run(*EXPORT, "--format", "json")
    written = {file.name: file.read_bytes() for file in (program.home / "notes").iterdir()}
    program.environment["XDG_DATA_HOME"] = str(tmp_path / "other")
    program.run("conversations", "import", *[f"notes/{name}" for name in written])
    program.run("conversations", "export", "--all", "--format", "json", "-o", "again/")
    assert {file.name: file.read_bytes() for file in (program.home / "again").iterdir()} == written
    assert program.run(*EXPORT, "--format", "json").error == "0 written, 0 updated, 4 unchanged."


async def test_ctrl_c_says_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history = History.open(tmp_path / "textchat.db")
    await history.add([talk(f"0199{number:04}") for number in range(60)])
    is_asked, read = asyncio.Event(), history.records

    async def one_batch(ids: Sequence[str], most: int = 0) -> list[ConversationRecord | StoreError | None]:
        if len(ids) < 50:
            is_asked.set()
            await asyncio.Event().wait()
        return await read(ids, most)

    monkeypatch.setattr(history, "records", one_batch)
    for output, said in (
        (f"{tmp_path}/notes/", "Stopped: 50 written, 0 updated, 0 unchanged. Run it again for the rest.\n"),
        (f"{tmp_path}/all.md", f"Stopped: {tmp_path}/all.md was not written.\n"),
    ):
        is_asked.clear()
        arguments = Namespace(all=True, ids=[], output=output, format=None, force=False, replay=False)
        task = asyncio.ensure_future(export(history, arguments))
        await is_asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert capsys.readouterr().err == said
    await history.aclose()
    assert names(tmp_path) == ["notes", "textchat.db"]
    assert len(names(tmp_path / "notes")) == 50


async def test_a_reply_exported_while_it_runs_is_said_and_a_later_export_completes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history, elsewhere = History.open(tmp_path / "textchat.db"), History.open(tmp_path / "other" / "textchat.db")
    talked = talk("0199abcd1").conversation
    (prompt,) = talked.messages
    reply = Reply(conversation_id=talked.id, parent_id=prompt, model="demo/fast")
    reply.feed(TextDelta("as far as "))
    talked = talked.with_message(reply.freeze())
    await history.save(talked, list(talked.messages.values()))
    everything = Namespace(all=True, ids=[], output=str(tmp_path / "all.json"), format=None, force=True, replay=False)
    seen = []
    for rest in ("", "it had come"):
        if rest:
            reply.feed(TextDelta(rest))
            reply.end(Status.COMPLETE)
            await history.finish(talked.id, reply.freeze())
        assert await export(history, everything) == 0
        (entry,) = json.loads((tmp_path / "all.json").read_text())["conversations"]
        await elsewhere.add([record_of(entry)])
        there = await elsewhere.load(talked.id)
        assert there is not None
        seen.append((there.messages[reply.id].text, there.messages[reply.id].status))
    assert seen == [("as far as ", Status.INTERRUPTED), ("as far as it had come", Status.COMPLETE)]
    assert capsys.readouterr().err == "1 reply was still running. Export again later for the whole.\n"
    for each in (history, elsewhere):
        await each.aclose()


@pytest.mark.skipif(sys.platform == "win32", reason="signals end a program at once there")
def test_a_signal_ends_an_export_with_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    async def fill() -> None:
        history = History.open(paths.database())
        await history.add([talk("0199abcd1")])
        await history.aclose()

    async def records(history: History, ids: Sequence[str], most: int = 0) -> list[ConversationRecord]:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()
        return []

    asyncio.run(fill())
    monkeypatch.setattr(History, "records", records)
    target = tmp_path / "out" / "all.md"
    target.parent.mkdir()
    assert main(["conversations", "export", "--all", "-o", str(target)]) == 143
    assert names(target.parent) == []


def test_an_empty_file_is_a_name_that_is_free(program: Program) -> None:
    bring(program, talk("0199abcd1"))
    (program.home / "new.md").touch()
    program.run(*EXPORT[:-1], "new.md")
    assert "# Moon" in (program.home / "new.md").read_text()
    assert "already exists" in program.run(*EXPORT[:-1], "new.md", code=2).error
