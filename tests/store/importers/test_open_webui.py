"""Open WebUI: its JSON export, the inner object of a chat, and `webui.db` with its tables of several versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, only, records_of
from tests.store.importing import database
from textchat.core.conversation import Status
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Empty, read_file
from textchat.store.transfer.importers.databases.open_webui import FORMAT
from textchat.store.transfer.importers.found import NotReadable
from textchat.store.transfer.importers.reading import Reading

PICTURE = "data:image/png;base64,iVBORw0KGgo="


def said(id_: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    at = 1_700_000_000 + sum(map(ord, id_))
    return {"id": id_, "parentId": parent, "childrenIds": [], "role": role, "content": content, "timestamp": at, **more}


def chat_of(*messages: dict[str, Any], current: str = "", **more: Any) -> dict[str, Any]:
    history = {"messages": {message["id"]: message for message in messages}, "currentId": current}
    return {"title": "Inner", "models": ["gpt-4o", "llama3"], "history": history, **more}


def exported(chat: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"id": "c1", "user_id": "me", "title": "Talk", "created_at": 1_700_000_000, "updated_at": 1_700_000_100}
    return {**head, "chat": chat, "archived": False, "pinned": False, "meta": {}, **more}


THOUGHT = '<details type="reasoning" done="true">\n<summary>Thought</summary>\n&gt; a &lt; b\n&gt; so\n</details>\n'
SEARCH = (
    '<details type="tool_calls" done="true" id="t1" name="search" arguments="&quot;{\\&quot;q\\&quot;: 1}&quot;"'
    ' result="&quot;found\\nit&quot;" files="" embeds="">\n<summary>Tool Executed</summary>\n</details>\n'
)
PROGRAM = (
    '<details type="code_interpreter" done="true" duration="1"'
    f' output="{{&quot;stdout&quot;: &quot;4 ![p]({PICTURE})&quot;}}">\n<summary>Analyzed</summary>\n'
    "```python\nprint(4)\n```\n</details>\n"
)
SOURCES = [
    {
        "source": {"name": "search"},
        "document": ["…"],
        "metadata": [{"source": "https://a.example/x", "title": "A"}, {"source": "https://b.example"}],
    }
]
MIXED = chat_of(
    said(
        "q",
        None,
        "user",
        "Question",
        files=[
            {"type": "image", "url": PICTURE},
            {"type": "file", "id": "file-0001", "name": "a.txt", "file": {"data": {"content": "inside"}}},
            {"type": "image", "url": "file-0002"},
            {"type": "collection", "name": "Books"},
        ],
        merged={"status": True, "content": "Both"},
    ),
    said(
        "x",
        "q",
        "assistant",
        f"{THOUGHT}Look [1] `a[1]`\n{SEARCH}Seen [1, 2], [9].\n{PROGRAM}End.",
        model="gpt-4o",
        usage={"prompt_tokens": 5, "completion_tokens": 6, "total_duration": 2_000_000_000},
        sources=SOURCES,
        annotation={"rating": 1},
    ),
    said("y", "q", "assistant", "", model="llama3", error={"content": "boom"}),
    said("z", "q", "assistant", "Half", model="llama3", done=False),
    said("w", "x", "user", [{"type": "text", "text": "And?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]),
    current="w",
    params={"system": "Be brief."},
)


def test_a_chat_with_all_that_it_may_hold(tmp_path: Path) -> None:
    entry = exported(MIXED, pinned=True, archived=True, meta={"tags": ["moon"]})
    record, left_out = only(tmp_path, [entry])
    head = ["system: Be brief.", "user: Question | file: image-1 image/png 8 | file: a.txt text/plain 6"]
    assert branches_shown(record.conversation) == [
        [*head, "assistant: Both"],
        [*head, "assistant: Half"],
        [
            *head,
            'assistant: Look ([A](https://a.example/x)) `a[1]` | thought: a < b\nso | call: search {"q": 1}',
            "tool: found\nit",
            "assistant: Seen ([A](https://a.example/x), [b.example](https://b.example)), [9]."
            " | call: code_interpreter print(4)",
            "tool: 4  | file: p image/png 8",
            "assistant: End.",
            "user: And? | file: image-1 image/png 8",
        ],
    ]
    assert left_out == {"picture": 1, "collection": 1, "rating": 1, "error message": 1}
    assert (record.conversation.title, record.is_pinned, record.is_archived, record.tags) == (
        "Talk",
        True,
        True,
        ("moon",),
    )
    last = record.conversation.messages[record.conversation.panes[0].leaf_id or ""]
    assert last.text == "And?"
    end = record.conversation.messages[last.parent_id or ""]
    assert end.usage is not None and end.timing is not None
    assert (end.model, end.usage.output_tokens, end.timing.total_s) == ("openai/gpt-4o", 6, 2.0)
    half = next(each for each in record.conversation.messages.values() if each.text == "Half")
    assert (half.status, half.model) == (Status.INTERRUPTED, "imported/llama3")


OUTPUT = [
    {"type": "reasoning", "content": [{"type": "output_text", "text": "hm"}], "summary": None},
    {"type": "message", "content": [{"type": "output_text", "text": "Wait."}]},
    {"type": "function_call", "call_id": "t1", "name": "search", "arguments": '{"q":1}'},
    {
        "type": "function_call_output",
        "call_id": "t1",
        "output": [{"type": "input_text", "text": "found"}, {"type": "input_image", "image_url": PICTURE}],
    },
    {"type": "open_webui:code_interpreter", "code": "print(4)", "output": {"stdout": "4"}},
    {"type": "message", "content": [{"type": "output_text", "text": "Done."}]},
    {"type": "hologram"},
]
FROM_OUTPUT = [
    "user: Q",
    'assistant: Wait. | thought: hm | call: search {"q":1}',
    "tool: found | file: image-2 image/png 8",
    "assistant:  | call: code_interpreter print(4)",
    "tool: 4",
    "assistant: Done.",
]


@pytest.mark.parametrize(
    ("content", "branch", "unknown"),
    [
        ("", FROM_OUTPUT, 1),
        (f"{THOUGHT}Wait.\n{SEARCH}Done.", FROM_OUTPUT, 1),
        (
            f"{THOUGHT}Edited.",
            ["user: Q", "assistant: Edited. | thought: a < b\nso"],
            0,
        ),
        (
            "<think>hm</think>\n```html\n" + THOUGHT + "```",
            ["user: Q", "assistant: ```html\n" + THOUGHT + "``` | thought: hm"],
            0,
        ),
    ],
)
def test_the_output_of_a_reply_counts_unless_its_text_was_edited(
    tmp_path: Path, content: str, branch: list[str], unknown: int
) -> None:
    chat = chat_of(said("q", None, "user", "Q"), said("a", "q", "assistant", content, output=OUTPUT), current="a")
    record, left_out = only(tmp_path, exported(chat))
    (shown,) = branches_shown(record.conversation)
    assert shown == branch
    assert left_out["unknown block"] == unknown


def test_sources_without_a_mark_stand_below(tmp_path: Path) -> None:
    chat = chat_of(said("q", None, "user", "Q"), said("a", "q", "assistant", "Cold.", sources=SOURCES), current="a")
    record, _ = only(tmp_path, exported(chat))
    assert branches_shown(record.conversation)[0][1] == (
        "assistant: Cold.\n\n[A](https://a.example/x) · [b.example](https://b.example)"
    )


def test_the_inner_chat_alone_an_old_one_an_empty_one_and_a_shared_copy(tmp_path: Path) -> None:
    inner, _ = only(tmp_path, {**chat_of(said("q", None, "user", "Q"), current="q"), "id": ""})
    assert branches_shown(inner.conversation) == [["user: Q"]]
    old = {"id": "o", "title": "Old", "chat": {"models": ["m"], "messages": [{"role": "user", "content": "Q"}]}}
    entries = [exported(chat_of()), exported(MIXED, id="s", user_id="shared-c1"), old]
    found = found_in(tmp_path, json.dumps(entries))
    assert found[0] == Empty()
    assert [branches_shown(each.conversation) for each in records_of(found)] == [[["user: Q"]]]


TABLES = """
CREATE TABLE chat (id TEXT PRIMARY KEY, user_id TEXT, title TEXT, chat JSON, created_at BIGINT, updated_at BIGINT,
    share_id TEXT, archived BOOLEAN, pinned BOOLEAN, meta JSON, folder_id TEXT);
CREATE TABLE tag (id TEXT, name TEXT, user_id TEXT, meta JSON);
CREATE TABLE folder (id TEXT, parent_id TEXT, user_id TEXT, name TEXT);
CREATE TABLE file (id TEXT, user_id TEXT, filename TEXT, data JSON, meta JSON);
CREATE TABLE chat_message (id TEXT PRIMARY KEY, chat_id TEXT, user_id TEXT, role TEXT, parent_id TEXT, content JSON,
    output JSON, model_id TEXT, files JSON, sources JSON, done BOOLEAN, error JSON, usage JSON, created_at BIGINT);
CREATE TABLE user (id TEXT);
"""


def row_of(id_: str, chat: object, owner: str = "me", meta: str = "{}", folder: str | None = None) -> tuple[Any, ...]:
    return id_, owner, "Talk", json.dumps(chat), 1_700_000_000, 1_700_000_100, None, 0, 1, meta, folder


def test_webui_db_and_the_export_are_the_same_conversation(tmp_path: Path) -> None:
    entry = exported(MIXED, pinned=True, meta={"tags": ["Moon"]})
    rows = {
        "chat": [
            row_of("c1", MIXED, meta='{"tags": ["moon"]}'),
            row_of("c1-shared", MIXED, "shared-c1"),
            row_of("empty", chat_of()),
            row_of("odd", "no chat"),
        ],
        "tag": [("moon", "Moon", "me", None)],
    }
    found = list(read_file(database(tmp_path / "webui.db", TABLES, rows), lambda share: None))
    assert records_of(found) == records_of(found_in(tmp_path, json.dumps(entry)))
    assert found[1:3] == [Empty(), Empty()]
    assert left_out_of(found) == {"picture": 1, "collection": 1, "rating": 1, "error message": 1}


def test_webui_db_with_rows_of_messages_folders_and_uploads(tmp_path: Path) -> None:
    chat = chat_of(said("q", None, "user", "Q", files=[{"type": "file", "id": "file-0001"}]), current="a")
    usage = '{"input_tokens": 3, "output_tokens": 4}'
    message = (
        "c1-a",
        "c1",
        "me",
        "assistant",
        "q",
        '"Answer"',
        None,
        "gpt-4o",
        None,
        None,
        1,
        None,
        usage,
        1_700_000_300,
    )
    rows = {
        "chat": [row_of("c1", chat, folder="f"), row_of("c2", chat)],
        "folder": [("f", None, "me", "Space")],
        "file": [("file-0001", "me", "a.txt", '{"content": "inside"}', None)],
        "chat_message": [message],
    }
    (tmp_path / "data" / "uploads").mkdir(parents=True)
    database(tmp_path / "data" / "webui.db", TABLES, rows)
    alone, _ = records_of(list(read_file(tmp_path / "data" / "webui.db", lambda share: None)))
    assert alone.tags == ("Space",)
    assert branches_shown(alone.conversation) == [["user: Q | file: a.txt text/plain 6", "assistant: Answer"]]
    assert alone.conversation.panes[0].model == "openai/gpt-4o"
    (tmp_path / "data" / "uploads" / "file-0001_a.txt").write_bytes(b"the whole file")
    beside, _ = records_of(list(read_file(tmp_path / "data", lambda share: None)))
    assert branches_shown(beside.conversation)[0][0] == "user: Q | file: a.txt text/plain 14"


def test_webui_db_before_it_had_more_columns(tmp_path: Path) -> None:
    tables = """
        CREATE TABLE chat (id TEXT, user_id TEXT, title TEXT, chat TEXT, timestamp INTEGER);
        CREATE TABLE chatidtag (id TEXT, tag_name TEXT, chat_id TEXT, user_id TEXT, timestamp INTEGER);
    """
    chat = json.dumps(chat_of(said("q", None, "user", "Q"), current="q"))
    rows: dict[str, list[tuple[Any, ...]]] = {
        "chat": [("c", "me", "Talk", chat, 1_700_000_000)],
        "chatidtag": [("1", "moon", "c", "me", 0)],
    }
    (record,) = records_of(list(read_file(database(tmp_path / "webui.db", tables, rows), lambda share: None)))
    assert (record.conversation.title, record.conversation.created_at, record.tags) == (
        "Talk",
        1_700_000_000,
        ("moon",),
    )


SAMPLES = {"Open WebUI": exported(MIXED), "Open WebUI, inner chat": MIXED}


@given(broken_versions(exported(MIXED)))
@settings(max_examples=examples(100), deadline=None)
def test_a_broken_chat_is_read_or_reported(value: Any) -> None:
    if not FORMAT.matches(value):
        return
    try:
        found = list(FORMAT.read(value, Reading()))
    except NotReadable:
        return
    assert all(isinstance(each, ConversationRecord) for each in found)
