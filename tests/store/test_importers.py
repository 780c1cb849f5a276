"""JSON files as other programs write them, built from the descriptions of their formats."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.store.importing import branches, chatgpt, node, read, written
from textchat.core.conversation import Role
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Empty, Skipped, read_file
from textchat.store.transfer.importers.build import ImportedMessage, conversation_from
from textchat.store.transfer.importers.found import LeftOut

# -- ChatGPT ---------------------------------------------------------------------------------------------------------


def test_chatgpt_keeps_branches_and_passes_over_what_is_empty(tmp_path: Path) -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    slug = {"model_slug": "gpt-4o", "finish_details": {"type": "max_tokens"}}
    talk = chatgpt(
        node("s", "root", "system", ""),
        node("h", "s", "system", "secret", metadata=hidden),
        node("u", "h", "user", "Question"),
        node("a1", "u", "assistant", "First", metadata=slug),
        node("a2", "u", "assistant", "Second", metadata=slug),
        node("u2", "a2", "user", "More", {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_9"}),
        node("odd", "u2", "critic", "Odd"),
        current="a1",
        is_archived=True,
    )
    entry, left_out = read_file(written(tmp_path, [talk]), lambda share: None)
    assert isinstance(entry, ConversationRecord)
    assert left_out == LeftOut("picture", 1)
    talk_read = entry.conversation
    assert branches(talk_read) == [
        ["Question", "First"],
        ["Question", "Second", "More\n\n[image_asset_pointer: sediment://file_9]", "Odd"],
    ]
    assert (talk_read.title, talk_read.created_at, entry.updated_at) == ("A talk", 1_700_000_000.0, 1_700_000_100.0)
    assert entry.is_archived
    answer = talk_read.messages[talk_read.panes[0].leaf_id or ""]
    assert (answer.text, answer.model, answer.finish_reason) == ("First", "openai/gpt-4o", "length")
    assert {message.role for message in talk_read.messages.values()} == {Role.USER, Role.ASSISTANT}


def test_chatgpt_thoughts_tools_and_code(tmp_path: Path) -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Plan", "content": "Think hard."}]}
    talk = chatgpt(
        node("u", "root", "user", "Plot it"),
        node("t", "u", "assistant", content=thoughts),
        node("r", "t", "assistant", content={"content_type": "reasoning_recap", "content": "Thought for 3 s"}),
        node("c", "r", "assistant", content={"content_type": "code", "text": "plot()"}, recipient="python"),
        node("o", "c", "tool", content={"content_type": "execution_output", "text": "done"}),
        node("a", "o", "assistant", "There."),
    )
    (conversation,) = read(written(tmp_path, [talk]))
    user, call, output, answer = conversation.messages.values()
    assert (call.tool_calls[0].name, call.tool_calls[0].arguments, call.text) == ("python", "plot()", "")
    assert call.reasoning == "Plan\n\nThink hard."
    assert (output.role, output.text, answer.text) == (Role.TOOL, "done", "There.")
    assert [user.parent_id, call.parent_id, output.parent_id, answer.parent_id] == [None, user.id, call.id, output.id]


def multimodal(*parts: Any) -> dict[str, Any]:
    return {"content_type": "multimodal_text", "parts": list(parts)}


def shown(id_: str) -> dict[str, str]:
    return {"content_type": "image_asset_pointer", "asset_pointer": id_}


EXPORT = {
    "file-X1-photo.dat": b"\x89PNG\r\n\x1a\n",
    "file-X10.dat": b"another's",
    "file_2.dat": b"%PDF-1.7",
    "sound/file_3.wav": b"RIFF1234WAVE",
    "conversation_asset_file_names.json": json.dumps({"file_2.dat": "folder/report"}).encode(),
    "user.json": b"{}",
}


@pytest.fixture(params=["zip", "folder"])
def export(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    spoken = {
        "content_type": "real_time_user_audio_video_asset_pointer",
        "audio_asset_pointer": shown("sediment://file_3"),
    }
    words = {"content_type": "audio_transcription", "text": "Hello"}
    attached = [
        {"id": "file_2", "name": "Report.pdf"},
        {"id": "file-X1", "name": "photo.png"},
        {"id": "file_9", "name": "gone.txt"},
    ]
    talk = chatgpt(
        node(
            "u",
            "root",
            "user",
            content=multimodal(shown("file-service://file-X1"), "Look"),
            metadata={"attachments": attached},
        ),
        node("v", "u", "user", content=multimodal(spoken, words)),
        node("w", "v", "tool", content=multimodal(shown("sediment://file_2"))),
    )
    files = {**EXPORT, "conversations-000.json": b"[]", "conversations-001.json": json.dumps([talk]).encode()}
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return tmp_path / "export.zip"
    for name, data in files.items():
        (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / name).write_bytes(data)
    return tmp_path / "export"


def test_a_chatgpt_export_brings_its_files_and_names_those_it_lacks(export: Path) -> None:
    (conversation,) = read(export)
    look, spoken, report = conversation.messages.values()
    assert look.text == "Look\n\n[attachment: gone.txt]"
    assert [(each.name, each.media_type) for each in look.parts] == [
        ("photo.png", "image/png"),
        ("Report.pdf", "application/pdf"),
    ]
    assert spoken.text == "Hello"
    assert [(each.name, each.media_type) for each in spoken.parts] == [("file_3.wav", "audio/wav")]
    assert [(each.name, each.media_type) for each in report.parts] == [("report", "application/pdf")]


def test_chatgpt_oddities_are_reported_or_mended(tmp_path: Path) -> None:
    circle = chatgpt(node("a", "b", "user", "x"), node("b", "a", "user", "y"))
    lost = chatgpt(node("a", "nowhere", "user", "Lost"))
    file = written(tmp_path, [circle, chatgpt(), lost, {"mapping": {"x": 5}}, 17, "text", {"unknown": True}])
    found = list(read_file(file, lambda share: None))
    assert [type(entry) for entry in found] == [Skipped, Empty, ConversationRecord, Empty, Skipped]
    assert [entry.where for entry in found if isinstance(entry, Skipped)] == [
        "entry 1",
        "entry 5",
    ]


# -- Claude ----------------------------------------------------------------------------------------------------------


def said(uuid: str, sender: str, text: str, **more: Any) -> dict[str, Any]:
    return {"uuid": uuid, "sender": sender, "text": text, "created_at": "2025-01-02T03:04:05.5Z", **more}


def test_claude_in_the_order_of_the_list(tmp_path: Path) -> None:
    blocks = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "Answer"},
        {"type": "tool_use", "id": "t1", "name": "search", "input": {"q": 1}},
    ]
    files = [{"file_name": "a.txt", "extracted_content": "inside é"}]
    talk = {
        "uuid": "c1",
        "name": "",
        "created_at": "2025-01-02T03:04:05Z",
        "updated_at": "2025-01-02T04:00:00+00:00",
        "chat_messages": [
            said("1", "human", "Question", attachments=files),
            said("2", "human", ""),
            said("3", "assistant", "fallback", content=blocks),
            said("4", "human", "See", files=[{"file_name": "a.png"}], content=[{"type": "text", "text": "See"}]),
            said(
                "5",
                "assistant",
                "",
                content=[{"type": "tool_result", "content": [{"type": "text", "text": "found"}, {"x": 1}]}],
            ),
        ],
    }
    (conversation,) = read(written(tmp_path, [talk]))
    question, answer, picture, result = conversation.messages.values()
    assert (picture.text, result.text) == ("See\n\n[attachment: a.png]", 'found\n\n{"x": 1}')
    assert (conversation.title, conversation.created_at) == ("Question", 1735787045.0)
    assert (question.parts[0].name, question.parts[0].content.decode()) == ("a.txt", "inside é")
    assert (answer.role, answer.text, answer.reasoning, answer.parent_id) == (
        Role.ASSISTANT,
        "Answer",
        "Hm.",
        question.id,
    )
    assert answer.tool_calls[0].arguments == '{"q": 1}'


def test_claude_as_a_tree(tmp_path: Path) -> None:
    root = "00000000-0000-4000-8000-000000000000"
    messages = [
        said("1", "human", "Question", parent_message_uuid=root),
        said("2", "assistant", "One", parent_message_uuid="1"),
        said("3", "assistant", "Two", parent_message_uuid="1"),
        said("4", "human", "", parent_message_uuid="3"),
        said("5", "assistant", "Three", parent_message_uuid="4"),
    ]
    (conversation,) = read(written(tmp_path, [{"uuid": "c", "name": "N", "chat_messages": messages}]))
    assert branches(conversation) == [["Question", "One"], ["Question", "Two", "Three"]]


# -- OpenAI's message lists ------------------------------------------------------------------------------------------

LIST = [
    {"role": "system", "content": "Be brief."},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "Hi"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
        ],
    },
    {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]},
    {"role": "tool", "content": "42", "tool_call_id": "1"},
    {"role": "assistant", "content": "Done", "reasoning_content": "hm"},
]
TEXTS = ["Be brief.", "Hi", "", "42", "Done"]


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("a.json", json.dumps(LIST, indent=2), 1),
        ("a.json", json.dumps({"messages": LIST, "model": "gpt-4o"}), 1),
        ("a.json", json.dumps([{"messages": LIST}, {"messages": LIST[1:]}]), 2),
        ("a.jsonl", "\n".join(json.dumps({"messages": LIST[at:]}) for at in (0, 1)), 2),
        ("a.jsonl", "\n".join(map(json.dumps, LIST)), 1),
        ("a.jsonl", json.dumps(LIST) + "\n" + json.dumps(LIST[1:]), 2),
        ("a.txt", "\n".join(json.dumps({"messages": LIST[at:]}) for at in (0, 1)), 2),
    ],
)
def test_message_lists_in_all_their_wrappings(tmp_path: Path, name: str, text: str, count: int) -> None:
    (tmp_path / name).write_text(text)
    conversations = read(tmp_path / name)
    assert len({conversation.id for conversation in conversations}) == len(conversations) == count
    first = conversations[0]
    assert branches(first) == [TEXTS]
    _, user, call, tool, answer = first.messages.values()
    assert (user.parts[0].media_type, call.tool_calls[0].name, tool.role) == ("image/png", "f", Role.TOOL)
    assert (answer.reasoning, first.title) == ("hm", "Hi")


def test_lines_that_are_broken_are_skipped(tmp_path: Path) -> None:
    lines = [json.dumps({"messages": LIST}), '{"messages": [', "[" * 100_000, json.dumps({"messages": LIST[1:]})]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    found = list(read_file(tmp_path / "a.jsonl", lambda share: None))
    assert [type(entry) for entry in found] == [ConversationRecord, Skipped, Skipped, ConversationRecord]


def test_a_list_of_messages_without_a_word_does_not_cost_the_lists_behind_it(tmp_path: Path) -> None:
    lists = [[{"role": "user", "content": text}] for text in ("first", "", "second", "third")]
    file = tmp_path / "messages.json"
    file.write_text("\n".join(map(json.dumps, lists)), encoding="utf-8")
    entries = list(read_file(file, lambda share: None))
    titles = [entry.conversation.title for entry in entries if isinstance(entry, ConversationRecord)]
    assert titles == ["first", "second", "third"]
    assert [entry for entry in entries if not isinstance(entry, ConversationRecord)] == [Empty()]


def test_ids_stay_apart_where_short_digests_meet() -> None:
    """As among tens of thousands of messages without dates; the digests of these two begin alike."""
    first, second = (ImportedMessage(id_, None, Role.USER, id_, created_at=1) for id_ in ("25834", "44239"))
    read_twice = [conversation_from("test", "long", [first, replace(second, parent="25834")]) for _ in range(2)]
    assert branches(read_twice[0].conversation) == [["25834", "44239"]]
    assert read_twice[0] == read_twice[1]
