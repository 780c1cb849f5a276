"""Databases of other programs, and files of every kind: recognised, refused, taken in once."""

from __future__ import annotations

import errno
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.importing import branches, chatgpt, database, node, read, written
from textchat.core.errors import ConfigurationError
from textchat.core.limits import IMPORT_COPY
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Skipped, archive, read_file


def test_llm_conversations_and_responses(tmp_path: Path) -> None:
    file = database(
        tmp_path / "logs.db",
        """
        CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
        CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
            options_json TEXT, response TEXT, response_json TEXT, conversation_id TEXT, duration_ms INTEGER,
            datetime_utc TEXT, input_tokens INTEGER, output_tokens INTEGER, token_details TEXT, reasoning TEXT);
        CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
        CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER);
        CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
        CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
        CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER);
        CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, name TEXT, output TEXT, tool_call_id TEXT);
        """,
        {
            "conversations": [("c1", "Moons", "gpt-4o"), ("c2", "Empty", "x")],
            "responses": [
                (
                    "r1",
                    "gpt-4o",
                    "How many?",
                    "Brief.",
                    None,
                    None,
                    "Two",
                    None,
                    "c1",
                    1500,
                    "2025-01-02T03:04:05",
                    10,
                    2,
                    None,
                    "hm",
                ),
                (
                    "r2",
                    "my-model",
                    "Names?",
                    "Brief.",
                    None,
                    None,
                    "P, D",
                    None,
                    "c1",
                    None,
                    "2025-01-02T03:05:05",
                    None,
                    None,
                    None,
                    None,
                ),
                (
                    "r3",
                    "m/x",
                    "Alone",
                    None,
                    None,
                    None,
                    "Yes",
                    None,
                    None,
                    1,
                    "2025-01-03T00:00:00",
                    None,
                    None,
                    None,
                    None,
                ),
            ],
            "attachments": [
                ("a1", "image/png", "/tmp/moon.png", None, b"png"),
                ("a2", "image/png", None, "https://x/y.png", None),
            ],
            "prompt_attachments": [("r1", "a1", 0), ("r1", "a2", 1)],
            "fragments": [(1, "h", "Fragment text"), (2, "s", "Be a sage.")],
            "prompt_fragments": [("r2", 1, 0)],
            "system_fragments": [("r3", 2, 0)],
            "tool_results": [(1, "r3", "look", "found", "t1"), (2, "r3", "look", "", "t2")],
        },
    )
    alone, moons = read(file)
    assert branches(moons) == [["Brief.", "How many?", "Two", "Fragment text\n\nNames?", "P, D"]]
    assert branches(alone) == [["Be a sage.", "found", "Alone", "Yes"]]
    assert (moons.title, alone.title) == ("Moons", "Alone")
    _, prompt, two, _, last = moons.messages.values()
    assert [(each.name, each.data) for each in prompt.parts] == [
        ("moon.png", b"png"),
        ("y.png", b"https://x/y.png"),
    ]
    assert two.usage is not None and two.timing is not None
    assert (two.model, two.reasoning, two.usage.output_tokens, two.timing.total_s) == ("openai/gpt-4o", "hm", 2, 1.5)
    assert (last.model, last.usage) == ("imported/my-model", None)
    assert moons.created_at == 1735787045.0


def test_llm_threads_over_a_tree(tmp_path: Path) -> None:
    file = database(
        tmp_path / "logs.db",
        """
        CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT, provider_metadata TEXT);
        CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT, tool_name TEXT,
            text TEXT, payload TEXT);
        CREATE TABLE part_attachments (part_id INTEGER, attachment_id TEXT, "order" INTEGER);
        CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
        CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
        CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT,
            datetime_utc TEXT);
        CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT, tip_message_hash TEXT,
            model TEXT, resolved_model TEXT, options_json TEXT, schema_id TEXT, input_tokens INTEGER,
            output_tokens INTEGER, token_details TEXT, duration_ms INTEGER, datetime_utc TEXT);
        """,
        {
            "messages": [
                ("h1", None, "user", None),
                ("h2", "h1", "assistant", None),
                ("h3", "h1", "assistant", None),
                ("h4", "h3", "user", None),
                ("h5", "h4", "assistant", None),
            ],
            "parts": [
                (1, "h1", 0, "text", None, None, '{"text_ref": [{"literal": "See: "}, {"fragment": 7}]}'),
                (2, "h1", 1, "attachment", None, None, '{"attachment_id": "a"}'),
                (3, "h2", 0, "reasoning", None, "hm", None),
                (4, "h2", 1, "text", None, "First", None),
                (5, "h3", 0, "tool_call", "search", None, '{"arguments": {"q": 1}, "tool_call_id": "t"}'),
                (6, "h4", 0, "text", None, "And?", None),
                (7, "h5", 0, "text", None, "Last", None),
            ],
            "part_attachments": [(2, "a", 0)],
            "attachments": [("a", "text/plain", "/x/a.txt", None, b"data")],
            "fragments": [(7, "h", "the fragment")],
            "threads": [
                ("t1", "Tree", "h5", None, "2025-01-02T03:04:05+00:00"),
                ("t2", "Fork", "h2", "t1", "2025-01-03T00:00:00+00:00"),
            ],
            "turns": [
                ("n1", "t1", "h1", "h2", "gpt-4o", None, None, None, 9, 3, None, 2000, "2025-01-02T03:04:06+00:00"),
                (
                    "n2",
                    "t1",
                    "h1",
                    "h3",
                    "claude-4",
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    "2025-01-02T03:04:07+00:00",
                ),
                (
                    "n3",
                    "t1",
                    "h4",
                    "h5",
                    "claude-4",
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    None,
                    "2025-01-02T03:04:08+00:00",
                ),
            ],
        },
    )
    tree, fork = read(file)
    assert branches(tree) == [["See: the fragment", "", "And?", "Last"], ["See: the fragment", "First"]]
    assert branches(fork) == [["See: the fragment", "First"]]
    by_text = {message.text: message for message in tree.messages.values()}
    first = by_text["First"]
    assert first.usage is not None
    assert (first.model, first.reasoning, first.usage.input_tokens) == ("openai/gpt-4o", "hm", 9)
    assert (by_text["Last"].model, by_text["And?"].model) == ("anthropic/claude-4", None)
    assert by_text[""].tool_calls[0].arguments == '{"q": 1}'
    assert by_text["See: the fragment"].parts[0].data == b"data"
    assert tree.messages[tree.panes[0].leaf_id or ""].text == "Last"


def test_llm_before_it_had_conversations(tmp_path: Path) -> None:
    file = database(
        tmp_path / "logs.db",
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, response TEXT,"
        " chat_id INTEGER, duration_ms INTEGER, datetime_utc TEXT)",
        {
            "logs": [
                (1, "gpt-3.5-turbo", "One", "Sys", "Eins", None, 5, "2023-05-01 10:00:00"),
                (2, "gpt-3.5-turbo", "Two", None, "Zwei", 1, None, "2023-05-01 10:01:00"),
                (3, "gpt-4", b"Al\xffone", None, "Allein", None, None, "2023-05-02 10:00:00"),
            ]
        },
    )
    first, second = read(file)
    assert branches(first) == [["Sys", "One", "Eins", "Two", "Zwei"]]
    assert branches(second) == [["Al\ufffdone", "Allein"]]


def test_elia(tmp_path: Path) -> None:
    file = database(
        tmp_path / "elia.sqlite",
        """
        CREATE TABLE chat (id INTEGER PRIMARY KEY, model TEXT, title TEXT, started_at DATETIME, archived BOOLEAN);
        CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER, role TEXT, content TEXT, timestamp DATETIME,
            meta JSON, parent_id INTEGER, model TEXT);
        """,
        {
            "chat": [
                (1, "gpt-4o", None, "2024-05-06 07:08:09.123456", 0),
                (2, "ollama/llama3", "Old", "2024-05-07 00:00:00", 1),
            ],
            "message": [
                (1, 1, "system", "Be kind.", "2024-05-06 07:08:09", "{}", None, None),
                (2, 1, "user", "Hello", "2024-05-06 07:08:10", "{}", None, None),
                (3, 1, "assistant", "Hi", "2024-05-06 07:08:11", "{}", None, "gpt-4o"),
                (4, 2, "human", "Q", "2024-05-07 00:00:01", "{}", None, None),
                (5, 2, "ai", "A", "2024-05-07 00:00:02", "{}", 4, None),
                (6, 2, "ai", "B", "2024-05-07 00:00:03", "{}", 4, None),
            ],
        },
    )
    first, second = read(file)
    assert (branches(first), first.title) == ([["Be kind.", "Hello", "Hi"]], "Hello")
    assert branches(second) == [["Q", "A"], ["Q", "B"]]
    assert {message.model for message in second.messages.values()} == {None, "ollama/llama3"}


# -- files -----------------------------------------------------------------------------------------------------------


def damaged_zip() -> bytes:
    """One that looks sound until its text is unpacked."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps([{"number": number} for number in range(5000)]))
    data = bytearray(written.getvalue())
    data[60:90] = b"\xff" * 30
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", b"", "no conversation"),
        ("a.json", b"hello there", "no conversation"),
        ("a.json", b"[]", "no conversation"),
        ("a.md", b"[![Build](x)](y) {a} [1](z)", "no conversation"),
        ("a.html", b"{% extends 'base' %} {{ x }}", "no conversation"),
        ("a.jsonl", b'{"broken\n' * 1000, "no conversation"),
        ("a.zip", b"PK\x03\x04broken", "damaged zip"),
        ("a.db", b"SQLite format 3\0 and then nothing of the kind" * 50, "as a database"),
    ],
)
def test_what_is_no_export_is_one_sentence(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ConfigurationError, match=said):
        list(read_file(tmp_path / name, lambda share: None))


def _talk(title: str) -> str:
    return json.dumps([chatgpt(node("u", "root", "user", title), title=title, conversation_id=title)])


def _zip(files: dict[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def _titles_and_skipped(file: Path) -> tuple[set[str], list[str]]:
    found = list(read_file(file, lambda share: None))
    titles = {entry.conversation.title for entry in found if isinstance(entry, ConversationRecord)}
    return titles, [f"{entry.where}: {entry.why}" for entry in found if isinstance(entry, Skipped)]


def test_a_file_that_cannot_be_read_does_not_cost_those_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.db").write_bytes(b"SQLite format 3\0 and then nothing of the kind" * 50)
    (tmp_path / "b.zip").write_bytes(damaged_zip())
    for name in ("closed/c.json", "d.json", "e.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(_talk(name))
    opened, listed = os.open, os.scandir

    def refuse(file: Path | str, instead: Callable[..., Any], *args: Any) -> Any:
        if Path(file).name in ("closed", "d.json"):  # root may read whatever the permissions say
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return instead(file, *args)

    monkeypatch.setattr(os, "open", lambda file, *args, **named: refuse(file, opened, *args))
    monkeypatch.setattr(os, "scandir", lambda folder: refuse(folder, listed))
    titles, skipped = _titles_and_skipped(tmp_path)
    assert titles == {"e.json"}
    assert [line.partition(": ")[0] for line in skipped] == ["a.db", "b.zip, conversations.json", "closed", "d.json"]
    assert skipped[2:] == ["closed: Permission denied", "d.json: Permission denied"]


def test_what_lies_beside_an_export_is_read_but_not_what_was_attached_to_it(tmp_path: Path) -> None:
    files = ("gpt/conversations.json", "gpt/file-X1-data.json", "gpt/user-A/more.json", "gpt/alone.json", "file-2.json")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(_talk(name))
    inner = _zip({"conversations.json": _talk("inner"), "more.zip": _zip({"x.json": _talk("too deep")})})
    (tmp_path / "all.zip").write_bytes(inner)
    (tmp_path / "outer.zip").write_bytes(_zip({"a/all.zip": inner, "b.json": _talk("beside")}))
    expected = {"gpt/conversations.json", "gpt/alone.json", "file-2.json", "inner", "too deep", "beside"}
    assert _titles_and_skipped(tmp_path) == (expected, [])
    assert _titles_and_skipped(tmp_path / "outer.zip") == ({"inner", "beside"}, [])


@pytest.mark.parametrize("damage", [b"b.json", b"\xff.json"])
def test_a_damaged_entry_of_a_zip_file_does_not_cost_those_before_it(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.json", _talk("kept"))
        archive.writestr("b.json", _talk("lost"))
    data = bytearray(file.read_bytes())
    local = data.rindex(b"PK\x03\x04")
    if damage == b"b.json":
        data[local + 50 : local + 60] = b"\xff" * 10  # what is packed
    else:
        data[local + 7] |= 0x08  # "the name is UTF-8"
        data[local + 30 : local + 36] = damage
    file.write_bytes(data)
    titles, skipped = _titles_and_skipped(file)
    assert (titles, len(skipped)) == ({"kept"}, 1)


def test_a_zip_file_with_a_password_is_said(tmp_path: Path) -> None:
    data = bytearray(_zip({"conversations.json": _talk("x")}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(ConfigurationError, match="a password"):
        list(read_file(tmp_path / "a.zip", lambda share: None))


@pytest.mark.parametrize(
    ("name", "encoding"), [("a.json", "utf-16"), ("a.jsonl", "utf-16"), ("pretty.jsonl", "utf-8-sig")]
)
def test_json_as_other_programs_write_it(tmp_path: Path, name: str, encoding: str) -> None:
    text = json.dumps(json.loads(_talk("Süß 你好"))[0], ensure_ascii=False, indent=2 if "pretty" in name else None)
    (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert _titles_and_skipped(tmp_path / name) == ({"Süß 你好"}, [])


def test_a_database_of_another_program_and_a_zip_of_something(tmp_path: Path) -> None:
    file = database(tmp_path / "other.db", "CREATE TABLE birds (name TEXT)", {})
    with pytest.raises(ConfigurationError, match=r"a known format.* llm"):
        list(read_file(file, lambda share: None))
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(ConfigurationError, match="a known format"):
        list(read_file(tmp_path / "other.zip", lambda share: None))


@pytest.fixture(params=["zip", "folder"])
def mixed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Files of several programs and of none."""
    elia = database(
        tmp_path / "elia.sqlite", ELIA, {"chat": [(1, "m", "From elia", "2025-01-02")], "message": [ELIA_ROW]}
    )
    files = {
        "deep/er/talk.json": json.dumps([chatgpt(node("u", "root", "user", "x"))]).encode(),
        "list.jsonl": b'{"role": "user", "content": "From a list"}\n',
        "some.db": elia.read_bytes(),
        "package.json": b'{"name": "x", "version": "1"}',
        "broken.json": b'{"mapping": {',
        "notes.md": b"# Notes",
        "__MACOSX/._talk.json": b'{"mapping": {',
        "empty.json": b"",
    }
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return tmp_path / "all.zip"
    for name, data in files.items():
        (tmp_path / "all" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "all" / name).write_bytes(data)
    (tmp_path / "secret.json").write_text(json.dumps([chatgpt(node("u", "root", "user", "Secret"))]))
    (tmp_path / "all" / "link.json").symlink_to(tmp_path / "secret.json")
    return tmp_path / "all"


ELIA = """
    CREATE TABLE chat (id INTEGER PRIMARY KEY, model TEXT, title TEXT, started_at TEXT);
    CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER, parent_id INTEGER, role TEXT, content TEXT,
        model TEXT, timestamp TEXT);
"""
ELIA_ROW = (1, 1, None, "user", "From elia", None, "2025-01-02")


def test_every_file_of_an_export_is_read_by_its_content(mixed: Path) -> None:
    shares: list[float] = []
    found = list(read_file(mixed, shares.append))
    titles = {entry.conversation.title for entry in found if isinstance(entry, ConversationRecord)}
    assert titles == {"A talk", "From a list", "From elia"}
    (broken,) = [entry for entry in found if not isinstance(entry, ConversationRecord)]
    assert isinstance(broken, Skipped) and broken.where == "broken.json, the rest"
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_conversation_that_cannot_be_read_keeps_no_other_out(tmp_path: Path) -> None:
    circle = [(number, 1, 3 - number, "user", "Round", None, "2025-01-02") for number in (1, 2)]
    chats = [(number, "m", f"Chat {number}", "2025-01-02") for number in (1, 2, 3)]
    rows = [*circle, (3, 3, None, "user", "Straight", None, "2025-01-02")]
    file = database(tmp_path / "elia.db", ELIA, {"chat": chats, "message": rows})
    skipped, straight = read_file(file, lambda share: None)
    assert skipped == Skipped("chat 1", "its messages form a loop")
    assert isinstance(straight, ConversationRecord) and straight.conversation.title == "Chat 3"


def test_a_file_alone_brings_nothing_that_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file-X1.txt").write_text("private")
    pointer = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file-X1"}
    talk = chatgpt(node("u", "root", "user", content={"content_type": "multimodal_text", "parts": [pointer, "Look"]}))
    (conversation,) = read(written(tmp_path, [talk], "talk.json"))
    assert [message.parts for message in conversation.messages.values()] == [()]


MESSAGES = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]


async def test_a_second_import_adds_nothing(tmp_path: Path) -> None:
    talk = chatgpt(node("u", "root", "user", "Question"), node("a", "u", "assistant", "Answer"))
    undated = {"messages": MESSAGES}
    history = History.open(tmp_path / "textchat.db")
    for expected in (2, 0):
        found = [
            *read_file(written(tmp_path, [talk]), lambda share: None),
            *read_file(written(tmp_path, undated, "list.json"), lambda share: None),
        ]
        added = await history.add([entry for entry in found if isinstance(entry, ConversationRecord)])
        assert (len(added.new), added.grown) == (expected, ())
    await history.aclose()


async def test_ten_thousand_conversations_stream_through(tmp_path: Path) -> None:
    talks = (
        chatgpt(
            node("u", "root", "user", f"Question {n}"), node("a", "u", "assistant", "Answer"), conversation_id=f"c{n}"
        )
        for n in range(10_000)
    )
    file = tmp_path / "conversations.json"
    with file.open("w") as opened:
        opened.write("[")
        for number, talk in enumerate(talks):
            opened.write(("," if number else "") + json.dumps(talk))
        opened.write("]")
    shares: list[float] = []
    ids = set()
    for entry in read_file(file, shares.append):
        assert isinstance(entry, ConversationRecord)
        ids.add(entry.conversation.id)
    assert len(ids) == 10_000
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert len(shares) > 5, "it is read by pieces"


def test_what_is_copied_to_be_read_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "IMPORT_COPY", replace(IMPORT_COPY, most=50_000))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        outer.writestr("inner.zip", b"PK\x03\x04" + bytes(100_000))
        outer.writestr("store.db", b"SQLite format 3\0" + bytes(100_000))
        outer.writestr("talk.json", json.dumps([{"role": "user", "content": "Hi"}]))
    found = list(read_file(tmp_path / "outer.zip", lambda share: None))
    too_large = "is larger than 50,000 bytes. Unpack it, then import that"
    assert [each.why for each in found if isinstance(each, Skipped)] == [
        f"inner.zip {too_large}",
        f"store.db {too_large}",
    ]
    assert [each.conversation.title for each in found if isinstance(each, ConversationRecord)] == ["Hi"]
