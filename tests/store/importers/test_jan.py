"""Jan's threads: old and new forms of thoughts and tools, the file beside, the database of its mobile app."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, lines, only, records_of
from textchat.store.history import History
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


def said(value: str, kind: str = "text") -> dict[str, Any]:
    return {"type": kind, "text": {"value": value, "annotations": []}}


def message(id_: str, role: str, *content: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "object": "thread.message",
        "thread_id": "t1",
        "role": role,
        "content": list(content),
        "status": "ready",
        "created_at": 1760000000 + len(id_),
        "completed_at": 0,
        **more,
    }


OLD_CALL = {
    "tool": {"id": "c0", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}},
    "response": {"content": [{"type": "text", "text": "found"}], "error": ""},
    "state": "ready",
}
MESSAGES = [
    message("a", "user", said("Look"), {"type": "image_url", "image_url": {"url": PICTURE, "detail": "auto"}}),
    message("bb", "assistant", said("<think>hm</think>\n\nFirst"), metadata={"tool_calls": [OLD_CALL]}),
    message("ccc", "user", said("More"), created_at=1760000009000),
    message(
        "dddd",
        "assistant",
        said("so", "reasoning"),
        {"type": "tool_call", "tool_call_id": "c1", "tool_name": "add", "input": {"a": 1}, "output": "2"},
        said("It is 2."),
        status="stopped",
    ),
]
THREAD: dict[str, Any] = {
    "id": "t1",
    "object": "thread",
    "title": "Talk",
    "assistants": [{"assistant_id": "jan", "model": {"id": "qwen3", "engine": "llama"}, "instructions": "Be brief."}],
    "created": 1760000000,
    "updated": 1760000010,
    "metadata": {"is_favorite": True},
}
BRANCH = [
    "system: Be brief.",
    "user: Look | file: image-1 image/png 4",
    'assistant:  | call: find {"q": 1}',
    "tool: found",
    "assistant: First | thought: hm",
    "user: More",
    'assistant:  | thought: so | call: add {"a": 1}',
    "tool: 2",
    "assistant: It is 2.",
]
SAMPLES = {"Jan, messages": MESSAGES, "Jan, thread": THREAD}


def threads_in(folder: Path, messages: list[Any]) -> Path:
    found_in_folder = folder / "threads" / "t1"
    found_in_folder.mkdir(parents=True, exist_ok=True)
    (found_in_folder / "thread.json").write_text(json.dumps(THREAD), encoding="utf-8")
    (found_in_folder / "messages.jsonl").write_text(lines(*messages), encoding="utf-8")
    return folder / "threads"


async def test_a_folder_a_file_and_a_database_are_the_same(tmp_path: Path) -> None:
    database = tmp_path / "jan.db"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE threads (id TEXT PRIMARY KEY, data TEXT NOT NULL, created_at INTEGER)")
    connection.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, thread_id TEXT, data TEXT, created_at INTEGER)")
    connection.execute(
        "INSERT INTO threads VALUES ('t1', ?, 1), ('t2', '{}', 1), ('t3', 'oops', 1)", [json.dumps(THREAD)]
    )
    for number, row in enumerate(MESSAGES):
        connection.execute("INSERT INTO messages VALUES (?, 't1', ?, ?)", (row["id"], json.dumps(row), number))
    connection.commit()
    connection.close()
    history = History.open(tmp_path / "history.db")
    counts = []
    for path in (
        threads_in(tmp_path / "first", MESSAGES[:2]),
        threads_in(tmp_path / "second", MESSAGES),
        tmp_path / "second/threads/t1/messages.jsonl",
        tmp_path / "second/threads/t1/thread.json",
        database,
    ):
        (record,) = records_of(list(read_file(path, lambda share: None)))
        added = await history.add([record])
        counts.append((len(added.new), len(added.grown)))
    await history.aclose()
    assert counts == [(1, 0), (0, 1), (0, 0), (0, 0), (0, 0)]
    assert branches_shown(record.conversation) == [BRANCH]
    assert (record.conversation.title, record.conversation.created_at, record.is_pinned) == ("Talk", 1760000000.0, True)
    last = list(record.conversation.messages.values())[-1]
    assert (last.model, last.status.value, last.created_at) == ("imported/qwen3", "cancelled", 1760000004.0)


def test_messages_alone(tmp_path: Path) -> None:
    found_in(tmp_path, json.dumps({**THREAD, "title": "New Thread", "assistants": []}), "thread.json")
    record, _ = only(tmp_path, lines(*MESSAGES), "messages.jsonl")
    assert record.conversation.title == "Look"
    assert branches_shown(record.conversation) == [BRANCH[1:]]
    assert record.updated_at == 1760000009.0


@given(broken_versions(MESSAGES))
@settings(max_examples=examples(24), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("messages.jsonl")))
