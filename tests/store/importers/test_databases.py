"""Small databases: oterm, Ollama's app, AnythingLLM; and files that are damaged, or only look like a known one."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.store.importers.shown import branches_shown, left_out_of, records_of
from tests.store.importers.test_llm import RESPONSES, THREADS
from tests.store.importers.test_open_webui import TABLES as OPEN_WEBUI
from tests.store.importing import database
from textchat.core.errors import ConfigurationError
from textchat.store.transfer.importers import Empty, Skipped, read_file
from textchat.store.transfer.importers.found import Found
from textchat.store.transfer.importers.registry import DATABASE_FORMATS

PICTURE = "iVBORw0KGgo="


def read(file: Path) -> list[Found]:
    return list(read_file(file, lambda share: None))


OTERM_CHAT = 'CREATE TABLE "chat" ("id" INTEGER PRIMARY KEY, "name" TEXT, "model" TEXT, "system" TEXT, {more});'
OTERM_MESSAGE = (
    'CREATE TABLE "message" ("id" INTEGER PRIMARY KEY, "chat_id" INTEGER, "author" TEXT, "text" TEXT{more});'
)


@pytest.mark.parametrize(
    ("columns", "chat", "authors", "model"),
    [
        (
            '"format" TEXT, "parameters" TEXT, "keep_alive" INTEGER',
            ("json", "{}", 5),
            ("me", "ollama"),
            "ollama/llama3",
        ),
        ('"provider" TEXT, "parameters" TEXT', ("openai-chat", "{}"), ("user", "assistant"), "openai/llama3"),
    ],
)
def test_oterm_in_its_versions(
    tmp_path: Path, columns: str, chat: tuple[Any, ...], authors: tuple[str, str], model: str
) -> None:
    me, other = authors
    images = json.dumps([PICTURE, "not base64!"])
    file = database(
        tmp_path / "store.db",
        OTERM_CHAT.format(more=columns) + OTERM_MESSAGE.format(more=', "images" TEXT'),
        {
            "chat": [(1, "Moons", "llama3", "Be brief.", *chat), (2, "Empty", "llama3", None, *chat)],
            "message": [
                (1, 1, me, "Look", images),
                (2, 1, other, "<think>hm</think>\n\nSeen", "[]"),
                (3, 9, me, "Lost", "[]"),
            ],
        },
    )
    found = read(file)
    (record,) = records_of(found)
    assert branches_shown(record.conversation) == [
        ["system: Be brief.", "user: Look | file: image-1 image/png 8", "assistant: Seen | thought: hm"]
    ]
    assert (record.conversation.title, record.conversation.panes[0].model) == ("Moons", model)
    assert [type(each) for each in found[1:3]] == [Skipped, Empty]
    assert left_out_of(found) == {"picture": 1}
    assert records_of(read(file))[0].conversation.messages.keys() == record.conversation.messages.keys()


def test_oterm_before_it_had_pictures(tmp_path: Path) -> None:
    script = OTERM_CHAT.format(more='"context" TEXT') + OTERM_MESSAGE.format(more="")
    rows: dict[str, list[tuple[Any, ...]]] = {
        "chat": [(1, "", "llama3", None, "[]")],
        "message": [(1, 1, "me", "Hi"), (2, 1, "ollama", "Hello")],
    }
    (record,) = records_of(read(database(tmp_path / "store.db", script, rows)))
    assert branches_shown(record.conversation) == [["user: Hi", "assistant: Hello"]]


OLLAMA = """
CREATE TABLE chats (id TEXT PRIMARY KEY, title TEXT, created_at TIMESTAMP);
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat_id TEXT, role TEXT, content TEXT, thinking TEXT, stream BOOLEAN,
    model_name TEXT, created_at TIMESTAMP, updated_at TIMESTAMP{more});
"""
OLLAMA_MORE = """
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, message_id INTEGER, type TEXT, function_name TEXT,
    function_arguments TEXT, function_result TEXT);
CREATE TABLE attachments (id INTEGER PRIMARY KEY, message_id INTEGER, filename TEXT, data BLOB);
"""


def test_ollamas_app(tmp_path: Path) -> None:
    at = "2025-08-01 10:00:00"
    said = [
        (1, "c", "user", "Look", "", 0, None, at, at, None),
        (2, "c", "assistant", "Wait", "hm", 1, "qwen3", at, at, None),
        (3, "c", "tool", "", "", 0, None, at, at, "found"),
        (4, "c", "assistant", "Seen", "", 1, "qwen3", at, at, None),
    ]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "chats": [("c", "Moons", at), ("e", "", at)],
        "messages": said,
        "tool_calls": [(1, 2, "function", "search", '{"q":1}', None)],
        "attachments": [(1, 1, "a.png", b"\x89PNG")],
    }
    record, empty = read(database(tmp_path / "db.sqlite", OLLAMA.format(more=", tool_result TEXT") + OLLAMA_MORE, rows))
    assert empty == Empty()
    assert branches_shown(records_of([record])[0].conversation) == [
        [
            "user: Look | file: a.png image/png 4",
            'assistant: Wait | thought: hm | call: search {"q":1}',
            "tool: found",
            "assistant: Seen",
        ]
    ]
    old = {"chats": rows["chats"][:1], "messages": [row[:-1] for row in said[:2]]}
    (record,) = read(database(tmp_path / "old.sqlite", OLLAMA.format(more=""), old))
    assert branches_shown(records_of([record])[0].conversation) == [["user: Look", "assistant: Wait | thought: hm"]]
    assert records_of([record])[0].conversation.panes[0].model == "ollama/qwen3"


ANYTHINGLLM = """
CREATE TABLE workspaces (id INTEGER, name TEXT, slug TEXT, openAiPrompt TEXT, chatProvider TEXT, chatModel TEXT);
CREATE TABLE workspace_threads (id INTEGER, name TEXT, slug TEXT, workspace_id INTEGER);
CREATE TABLE workspace_chats (id INTEGER, workspaceId INTEGER, prompt TEXT, response TEXT, include BOOLEAN,
    user_id INTEGER, thread_id INTEGER, createdAt DATETIME, feedbackScore BOOLEAN);
"""


def test_anythingllm(tmp_path: Path) -> None:
    response = {
        "text": "<think>hm</think>Seen",
        "sources": [{"title": "Page", "chunkSource": "link://https://a.example/x"}, {"title": "a.pdf"}],
        "attachments": [{"name": "a.png", "mime": "image/png", "contentString": f"data:image/png;base64,{PICTURE}"}],
        "metrics": {"prompt_tokens": 3, "completion_tokens": 4, "duration": 1.5},
    }
    rows: dict[str, list[tuple[Any, ...]]] = {
        "workspaces": [(1, "Space", "space", "Be brief.", "openai", "gpt-4o")],
        "workspace_threads": [(5, "Moons", "m", 1)],
        "workspace_chats": [
            (1, 1, "Look", json.dumps(response), 1, None, None, 1_700_000_000_000, 1),
            (2, 1, "Hi", '{"text": "Hello"}', 1, None, 5, 1_700_000_001_000, None),
            (3, 1, "Odd", "no JSON", 1, None, 5, 1_700_000_002_000, None),
        ],
    }
    found = read(database(tmp_path / "anythingllm.db", ANYTHINGLLM, rows))
    space, moons = records_of(found)
    assert branches_shown(space.conversation) == [
        [
            "system: Be brief.",
            "user: Look | file: a.png image/png 8",
            "assistant: Seen\n\n[Page](https://a.example/x) | thought: hm",
        ]
    ]
    assert branches_shown(moons.conversation) == [["system: Be brief.", "user: Hi", "assistant: Hello", "user: Odd"]]
    assert (space.conversation.title, moons.conversation.title, moons.tags) == ("Space", "Moons", ("Space",))
    assert space.conversation.panes[0].model == "openai/gpt-4o"
    assert left_out_of(found) == {"source without an address": 1, "rating": 1}


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE chat (id INTEGER, room TEXT); CREATE TABLE message (id INTEGER, body TEXT)",
        "CREATE TABLE chat (id INTEGER, chat TEXT); CREATE TABLE message (chat_id INTEGER, text TEXT)",
        "CREATE TABLE chats (id INTEGER, title TEXT); CREATE TABLE messages (id INTEGER, chat_id INTEGER, role TEXT)",
        "CREATE TABLE logs (at TEXT, level TEXT, line TEXT)",
        "CREATE TABLE logs (prompt TEXT, response TEXT)",
        "CREATE TABLE conversations (id INTEGER); CREATE TABLE responses (id INTEGER, survey INTEGER)",
        "CREATE TABLE threads (id); CREATE TABLE turns (id); CREATE TABLE messages (id); CREATE TABLE parts (id)",
        "CREATE TABLE workspaces (id, name); CREATE TABLE workspace_chats (id, prompt, response)",
        'CREATE TABLE "odd name; DROP TABLE x" ("a b" TEXT)',
        "CREATE VIEW logs AS SELECT 1 AS prompt, 2 AS response, 3 AS model, 4 AS system",
    ],
)
def test_tables_of_the_same_names_are_no_known_format(tmp_path: Path, script: str) -> None:
    with pytest.raises(ConfigurationError, match="no conversation in a known format"):
        read(database(tmp_path / "other.db", script, {}))


ELIA = """
CREATE TABLE chat (id INTEGER PRIMARY KEY, model TEXT, title TEXT, started_at DATETIME);
CREATE TABLE message (id INTEGER PRIMARY KEY, chat_id INTEGER, role TEXT, content TEXT, timestamp DATETIME);
"""


def test_elia_with_fewer_columns_and_odd_rows(tmp_path: Path) -> None:
    at = "2024-05-06 07:08:09"
    rows: dict[str, list[tuple[Any, ...]]] = {
        "chat": [(1, "gpt-4o", "Talk", at), (2, "gpt-4o", "Empty", at)],
        "message": [
            (1, 1, "user", "Hi", at),
            (2, 2, "user", " ", at),
            (3, 7, "user", "Lost", at),
            (4, 1, None, None, None),
        ],
    }
    found = read(database(tmp_path / "elia.sqlite", ELIA, rows))
    assert [branches_shown(each.conversation) for each in records_of(found)] == [[["user: Hi"]]]
    assert [type(each) for each in found[1:]] == [Empty, Skipped]


def test_what_stands_in_the_journal_beside_it_is_read_and_no_file_is_left(tmp_path: Path) -> None:
    file = database(tmp_path / "elia.sqlite", "PRAGMA journal_mode=WAL;" + ELIA, {})
    with sqlite3.connect(file) as writer:
        writer.execute("INSERT INTO chat VALUES (1, 'gpt-4o', 'Talk', '2024-05-06 07:08:09')")
        writer.execute("INSERT INTO message VALUES (1, 1, 'user', 'Hi', '2024-05-06 07:08:09')")
        writer.commit()
        files = sorted(tmp_path.iterdir())
        assert len(records_of(read(file))) == 1
        assert sorted(tmp_path.iterdir()) == files
        with zipfile.ZipFile(tmp_path / "copy.zip", "w") as archive:
            for name in (file.name, f"{file.name}-wal"):
                archive.write(tmp_path / name, f"backup/{name}")
        assert records_of(read(tmp_path / "copy.zip")) == records_of(read(file))
    writer.close()


def test_a_locked_or_damaged_database_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = database(tmp_path / "elia.sqlite", ELIA, {"chat": [(1, "m", "T", "")] * 0})
    data = bytearray(file.read_bytes())
    data[4096 + 8 : 4096 + 200] = b"\xff" * 192
    (tmp_path / "damaged.sqlite").write_bytes(data)
    (tmp_path / "cut.sqlite").write_bytes(file.read_bytes()[:5000])
    for name in ("damaged.sqlite", "cut.sqlite"):
        with pytest.raises(ConfigurationError, match=r"^(Cannot read .* as a database|.* no conversation)"):
            read(tmp_path / name)
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    locked = sqlite3.connect(file, isolation_level=None)
    locked.execute("PRAGMA locking_mode=EXCLUSIVE")
    locked.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ConfigurationError, match=r"Cannot read .* locked"):
        read(file)
    locked.close()


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("elia", ELIA),
        ("oterm", OTERM_CHAT.format(more='"parameters" TEXT') + OTERM_MESSAGE.format(more="")),
        ("Ollama", OLLAMA.format(more="") + OLLAMA_MORE),
        ("AnythingLLM", ANYTHINGLLM),
        ("Open WebUI", OPEN_WEBUI),
        ("llm", RESPONSES),
        ("llm", RESPONSES + THREADS),
    ],
)
def test_each_database_is_claimed_by_its_own_format_alone(name: str, script: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    rows = connection.execute("SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c").fetchall()
    connection.close()
    schema = {table: frozenset(column for owner, column in rows if owner == table) for table, _ in rows}
    assert [known.name for known in DATABASE_FORMATS if known.matches(schema)] == [name]
