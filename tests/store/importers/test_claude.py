"""Claude's export: blocks in their order, what the export lacks, branches, projects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, only, records_of
from textchat.store.history import History
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.found import Empty, LeftOut
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

ROOT = "00000000-0000-4000-8000-000000000000"


def row(id_: str, sender: str, parent: str, *blocks: Any, **more: Any) -> dict[str, Any]:
    return {
        "uuid": id_,
        "sender": sender,
        "text": "",
        "content": list(blocks),
        "created_at": "2025-06-01T10:00:00.000000Z",
        "attachments": [],
        "files": [],
        "parent_message_uuid": parent,
        **more,
    }


def said(text: str, *citations: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "text": text, "citations": list(citations)}


def cited(url: str, end: int) -> dict[str, Any]:
    return {"uuid": "x", "start_index": 0, "end_index": end, "details": {"type": "web_search_citation", "url": url}}


KNOWLEDGE = {"type": "knowledge", "title": "Page [1]", "url": "https://t.org/a", "text": "KNOW", "metadata": {}}
TALK: dict[str, Any] = {
    "uuid": "talk",
    "name": "Weather",
    "summary": "About the weather.",
    "is_starred": True,
    "account": {"uuid": "a"},
    "model": "claude-x",
    "created_at": "2025-06-01T09:00:00Z",
    "updated_at": "2025-06-02T09:00:00Z",
    "current_leaf_message_uuid": "2",
    "chat_messages": [
        row(
            "1",
            "human",
            ROOT,
            said("Cold?"),
            {"type": "voice_note", "title": "v", "text": "Is it cold?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
            {"type": "image", "file_uuid": "f"},
            attachments=[{"file_name": "a.txt", "file_type": "txt", "extracted_content": "inside"}],
            files=[{"file_name": "a.txt"}, {"file_name": "b.png", "file_kind": "image", "file_uuid": "b"}],
            files_v2=[{"file_name": "b.png", "file_kind": "image"}, {"file_name": "c.pdf", "file_kind": "document"}],
        ),
        row(
            "2",
            "assistant",
            "1",
            {"type": "thinking", "thinking": "", "summaries": [{"summary": "Searching."}]},
            said("Before tool"),
            {"type": "tool_use", "id": "t", "name": "web_search", "input": {"query": "cold"}, "message": "Searching"},
            {"type": "tool_result", "tool_use_id": "t", "name": "web_search", "content": [KNOWLEDGE]},
            {"type": "token_budget"},
            said("It is "),
            said("cold ", cited("https://t.org/a", 4)),
            said("today."),
            {"type": "flag", "flag": "x"},
        ),
        row("2b", "assistant", "1", said("Another")),
        row("3", "human", "2b", said("")),
        row("4", "assistant", "3", {"type": "tool_use", "id": "u", "name": "repl", "input": {"code": "1"}}),
        row("5", "human", "4", said("Go on"), model="ignored"),
    ],
}
PROJECT: dict[str, Any] = {
    "uuid": "project",
    "name": "Garden",
    "description": "Plants",
    "is_private": True,
    "is_starter_project": False,
    "prompt_template": "Speak of plants.",
    "created_at": "2025-05-01T09:00:00Z",
    "updated_at": "2025-05-02T09:00:00Z",
    "creator": {"uuid": "a", "full_name": "A"},
    "docs": [{"uuid": "d", "filename": "beds.md", "content": "# Beds", "created_at": "2025-05-01T09:00:00Z"}],
}
SAMPLES = {"Claude, conversation": TALK, "Claude, project": PROJECT}

QUESTION = (
    "user: Cold?\n\nIs it cold?\n\n[attachment: b.png]\n\n[attachment: c.pdf]"
    " | file: a.txt text/plain 6 | file: image-2 image/png 3"
)


def test_what_a_tool_returned_stands_where_it_came(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, [TALK])
    assert branches_shown(record.conversation) == [
        [
            QUESTION,
            'assistant: Before tool | thought: Searching. | call: web_search {"query": "cold"}',
            "tool: [Page \\[1\\]](https://t.org/a)\n\nKNOW",
            "assistant: It is cold ([t.org](https://t.org/a)) today.",
        ],
        [QUESTION, "assistant: Another", 'assistant:  | call: repl {"code": "1"}', "user: Go on"],
    ]
    assert left_out == {"voice note": 1, "picture": 2, "file": 1}
    assert (record.is_pinned, record.conversation.title) == (True, "Weather")
    assert {message.model for message in record.conversation.messages.values()} == {None, "anthropic/claude-x"}
    (pane,) = record.conversation.panes
    assert record.conversation.messages[pane.leaf_id or ""].text.startswith("It is cold")


def test_a_row_keeps_its_id_when_its_tool_becomes_a_message(tmp_path: Path) -> None:
    whole, _ = only(tmp_path, [TALK])
    plain = {**TALK, "chat_messages": [row("1", "human", ROOT, said("x")), row("2", "assistant", "1", said("y"))]}
    early, _ = only(tmp_path, [plain])
    assert early.conversation.id == whole.conversation.id
    by_text = {message.text: message for message in whole.conversation.messages.values()}
    assert early.conversation.messages.keys() < whole.conversation.messages.keys()
    assert by_text["It is cold today."].id in early.conversation.messages


async def test_a_second_export_that_has_grown_adds_what_is_new(tmp_path: Path) -> None:
    short = {**TALK, "chat_messages": TALK["chat_messages"][:2]}
    records = [only(tmp_path, [entry])[0] for entry in (short, TALK, TALK)]
    history = History.open(tmp_path / "history.db")
    added = [await history.add([record]) for record in records]
    await history.aclose()
    assert [(len(each.new), len(each.grown)) for each in added] == [(1, 0), (0, 1), (0, 0)]


def test_projects_bring_their_instructions_and_documents(tmp_path: Path) -> None:
    for name in ("projects.json", "projects/project.json"):
        folder = tmp_path / name.replace("/", "-")
        found_in(folder, json.dumps([TALK]), "conversations.json")
        tour = {**PROJECT, "uuid": "tour", "is_starter_project": True}
        found_in(folder, json.dumps([PROJECT, tour]), name)
        found = list(read_file(folder, lambda share: None))
        _, project = records_of(found)
        assert branches_shown(project.conversation) == [
            ["system: Plants\n\nSpeak of plants. | file: beds.md text/plain 6"]
        ]
        assert (project.conversation.title, project.tags) == ("Garden", ("Garden",))
        assert [entry for entry in found if isinstance(entry, Empty)] == [Empty()]


def test_texts_of_older_exports(tmp_path: Path) -> None:
    old = [
        {"uuid": "1", "sender": "human", "text": "Hi", "created_at": "2024-01-01T00:00:00Z"},
        {"uuid": "2", "sender": "assistant", "text": "Yo", "content": [{"type": "thinking", "thinking": "Hm."}]},
        {"uuid": "3", "sender": "human", "text": "no", "content": [said("yes")]},
    ]
    record, left_out = only(tmp_path, [{"uuid": "c", "name": "", "chat_messages": old}])
    assert branches_shown(record.conversation) == [["user: Hi", "assistant: Yo | thought: Hm.", "user: yes"]]
    assert left_out == {}


def test_what_an_export_says_of_blocks_that_it_lacks_is_no_text(tmp_path: Path) -> None:
    lacks = "\n```\nThis block is not supported on your current device yet.\n```\n\n"
    artifact = (
        "\n```\nViewing artifacts created via the Analysis Tool web feature preview isn’t yet supported on mobile.\n```"
    )
    rows = [
        row("1", "human", ROOT, said("Q")),
        row("2", "assistant", "1", said(f"I look.{lacks}{lacks}Here:{artifact}")),
        row("3", "human", "2", said("More")),
        row("4", "assistant", "3", {"type": "thinking", "thinking": "hm"}, text=f"hm{lacks}"),
        row("5", "assistant", "4", text=f"{lacks}```js\n1\n```"),
    ]
    record, left_out = only(tmp_path, [{"uuid": "t", "name": "T", "chat_messages": rows}])
    assert branches_shown(record.conversation) == [
        [
            "user: Q",
            "assistant: I look.\n\nHere:",
            "user: More",
            "assistant:  | thought: hm",
            "assistant: ```js\n1\n```",
        ]
    ]
    assert left_out == {"block that the export lacks": 5}


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_broken_exports_never_raise(data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(list(SAMPLES.values())).flatmap(broken_versions))
    found = list(read_json([json.dumps([value])], False, Reading()))
    assert not [entry for entry in found if isinstance(entry, LeftOut)]
