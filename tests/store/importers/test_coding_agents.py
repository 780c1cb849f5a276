"""Sessions of Claude Code and Codex: replies in several lines, parallel tools, branches, the programs' own words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, lines, only, records_of
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.found import Empty
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

# -- Claude Code -----------------------------------------------------------------------------------------------------


def line(kind: str, uuid: str, parent: str | None, content: Any = None, **more: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"role": kind, "content": content, **more.pop("message", {})}
    return {
        "parentUuid": parent,
        "isSidechain": False,
        "userType": "external",
        "cwd": "/home/ada/garden",
        "sessionId": "session",
        "version": "2.0.0",
        "type": kind,
        "message": message,
        "uuid": uuid,
        "timestamp": "2026-01-02T03:04:05.000Z",
        **more,
    }


def reply(uuid: str, parent: str, id_: str, *blocks: Any, stop: str | None = None) -> dict[str, Any]:
    usage = {"input_tokens": 1, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2, "output_tokens": 3}
    message = {"id": id_, "type": "message", "model": "claude-x", "stop_reason": stop, "usage": usage}
    return line("assistant", uuid, parent, list(blocks), message=message)


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def tool(id_: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": id_, "name": "Read", "input": {"id": id_}}


def result(id_: str, content: Any) -> list[dict[str, Any]]:
    return [{"type": "tool_result", "tool_use_id": id_, "content": content}]


PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
CLAUDE_CODE: list[dict[str, Any]] = [
    {"type": "summary", "summary": "Another session", "leafUuid": "elsewhere"},
    {"type": "file-history-snapshot", "messageId": "m", "snapshot": {}, "isSnapshotUpdate": False},
    line("user", "m", None, "<local-command-caveat>no</local-command-caveat>", isMeta=True),
    line("user", "c", "m", "<command-name>/model</command-name>\n<command-message>model</command-message>"),
    line("user", "u", "c", [text("<system-reminder>no</system-reminder>\nLook"), PICTURE]),
    reply("a1", "u", "msg_1", {"type": "thinking", "thinking": "Hm.", "signature": "AAAA"}),
    reply("a2", "a1", "msg_1", text("Two files.")),
    reply("a3", "a2", "msg_1", tool("t1")),
    reply("a4", "a3", "msg_1", tool("t2"), stop="tool_use"),
    line("user", "r1", "a3", result("t1", "one"), toolUseResult={"stdout": "one"}),
    line("user", "r2", "a4", result("t2", [text("two"), PICTURE])),
    {"type": "system", "subtype": "turn_duration", "uuid": "s", "parentUuid": "r1", "sessionId": "session"},
    line("user", "k1", None, "Prompt of a subagent", isSidechain=True),
    {
        "type": "attachment",
        "uuid": "q",
        "parentUuid": "s",
        "sessionId": "session",
        "attachment": {"type": "queued_command", "prompt": "Hurry", "commandMode": "prompt"},
    },
    reply("b", "q", "msg_2", text("Done."), stop="end_turn"),
    {"type": "system", "subtype": "compact_boundary", "uuid": "z", "parentUuid": None, "logicalParentUuid": "b"},
    line("user", "y", "z", "This session is being continued", isCompactSummary=True),
    line("user", "x", "y", "<bash-input>ls</bash-input>"),
    line("user", "w", "x", "<bash-stdout>a b</bash-stdout><bash-stderr></bash-stderr>"),
    line("user", "e", "b", "An edited prompt"),
    line("assistant", "f", "e", [text("API Error")], message={"model": "<synthetic>"}),
    {"type": "summary", "summary": "Files read", "leafUuid": "f"},
]
WORKED = [
    "user: /model",
    "user: Look | file: image-1 image/png 3",
    'assistant: Two files. | thought: Hm. | call: Read {"id": "t1"} | call: Read {"id": "t2"}',
    "tool: one",
    "tool: two | file: image-1 image/png 3",
    "user: Hurry",
    "assistant: Done.",
]


def test_a_session_of_claude_code(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, lines(*CLAUDE_CODE), "session.jsonl")
    assert branches_shown(record.conversation) == [
        [*WORKED, "user: !ls", "tool: a b"],
        [*WORKED, "user: An edited prompt", "assistant: API Error"],
    ]
    assert left_out == {"subagent": 1, "compaction": 1}
    assert (record.conversation.title, record.tags) == ("Files read", ("garden",))
    replied = [message for message in record.conversation.messages.values() if message.model]
    assert {message.model for message in replied} == {"anthropic/claude-x"}
    usage = replied[0].usage
    assert usage is not None and (usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (8, 5, 3)
    assert [message.finish_reason for message in replied] == ["tool_calls", "stop"]
    named = [*CLAUDE_CODE, {"type": "ai-title", "aiTitle": "A", "sessionId": "session"}]
    assert only(tmp_path, lines(*named), "session.jsonl")[0].conversation.title == "A"


def test_a_folder_of_sessions_leaves_out_subagents_and_what_nobody_said(tmp_path: Path) -> None:
    aside = [
        {**line("user", "k", None, "Go"), "isSidechain": True},
        {**reply("l", "k", "n", text("Gone")), "isSidechain": True},
    ]
    found_in(tmp_path, lines(*CLAUDE_CODE[2:7]), "projects/-home/session.jsonl")
    found_in(tmp_path, lines(*aside), "projects/-home/agent-1.jsonl")
    found_in(tmp_path, lines(CLAUDE_CODE[0]), "projects/-home/summary.jsonl")
    found_in(
        tmp_path, lines(line("user", "c", None, "<command-name>/exit</command-name>")), "projects/-home/exit.jsonl"
    )
    found = list(read_file(tmp_path, lambda share: None))
    assert len(records_of(found)) == 1
    assert left_out_of(found) == {"subagent": 1}
    assert found.count(Empty()) == 2
    alone = list(read_file(tmp_path / "projects/-home/agent-1.jsonl", lambda share: None))
    assert branches_shown(records_of(alone)[0].conversation) == [["user: Go", "assistant: Gone"]]


def test_a_session_that_grows_keeps_the_ids_of_what_was_there(tmp_path: Path) -> None:
    for whole, start in ((CLAUDE_CODE, 11), (CODEX, 8), (BARE, 6)):
        early, _ = only(tmp_path, lines(*whole[:start]), "session.jsonl")
        late, _ = only(tmp_path, lines(*whole), "session.jsonl")
        assert early.conversation.id == late.conversation.id
        assert early.conversation.messages.keys() < late.conversation.messages.keys()


# -- Codex -----------------------------------------------------------------------------------------------------------


def item(**payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-01-02T03:04:06.000Z", "type": "response_item", "payload": payload}


def event(**payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-01-02T03:04:07.000Z", "type": "event_msg", "payload": payload}


def heard(words: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]}


def spoken(words: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": words}]}


META = {
    "id": "s1",
    "timestamp": "2026-01-02T03:04:05Z",
    "cwd": "C:\\code\\garden",
    "cli_version": "0.50.0",
    "source": "cli",
}
CALL = {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": '{"output":"a b","metadata":{"exit_code":0}}'}
THOUGHT = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "AAAA"}
USED = {"input_tokens": 9, "cached_input_tokens": 4, "output_tokens": 3, "reasoning_output_tokens": 1}
CODEX: list[dict[str, Any]] = [
    {"timestamp": "2026-01-02T03:04:05Z", "type": "session_meta", "payload": META},
    item(type="message", role="developer", content=[{"type": "input_text", "text": "Rules"}]),
    item(**heard("<environment_context>\n  <cwd>/x</cwd>\n</environment_context>")),
    {"timestamp": "2026-01-02T03:04:05Z", "type": "turn_context", "payload": {"cwd": "/x", "model": "gpt-x-codex"}},
    item(**heard("List")),
    event(type="user_message", message="List"),
    item(**THOUGHT),
    item(**CALL),
    item(**OUTPUT),
    event(type="token_count", info={"last_token_usage": USED}),
    {"record_type": "state"},
    item(type="function_call", name="view", arguments="{}", call_id="d"),
    item(
        type="function_call_output",
        call_id="d",
        output=[{"type": "input_image", "image_url": "data:image/png;base64,iVBO"}],
    ),
    item(type="custom_tool_call", name="apply_patch", input="*** Begin", call_id="e"),
    item(type="custom_tool_call_output", call_id="e", output="ok"),
    item(**spoken("a and b")),
    {"timestamp": "2026-01-02T03:04:08Z", "type": "compacted", "payload": {"message": ""}},
    item(**heard("Wrong")),
    item(**spoken("Sorry")),
    event(type="thread_rolled_back", num_turns=1),
    item(**heard("Right")),
    item(type="ghost_snapshot", ghost_commit={}),
    item(**spoken("Good")),
    event(type="thread_name_updated", thread_name="Listing"),
]
LISTED = [
    "user: List",
    'assistant:  | thought: Hm. | call: shell {"command":["ls"]}',
    "tool: a b",
    "assistant:  | call: view {}",
    "tool:  | file: image-1 image/png 3",
    "assistant:  | call: apply_patch *** Begin",
    "tool: ok",
    "assistant: a and b",
]
BARE: list[dict[str, Any]] = [
    {"id": "s0", "timestamp": "2025-06-02T03:04:05Z", "instructions": None, "git": {}},
    {"record_type": "state"},
    heard("<environment_context></environment_context>"),
    heard("List"),
    THOUGHT,
    CALL,
    OUTPUT,
    {"record_type": "state"},
    spoken("a and b"),
]
SAMPLES = {"Claude Code": CLAUDE_CODE, "Codex": CODEX}


def test_a_session_of_codex(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, lines(*CODEX), "rollout-1.jsonl")
    assert branches_shown(record.conversation) == [
        [*LISTED, "user: Wrong", "assistant: Sorry"],
        [*LISTED, "user: Right", "assistant: Good"],
    ]
    assert left_out == {"compaction": 1}
    assert (record.conversation.title, record.tags, record.conversation.created_at) == (
        "Listing",
        ("garden",),
        1767323045,
    )
    _, call, *_, last = record.conversation.messages.values()
    assert call.usage is not None and (call.usage.input_tokens, call.usage.cached_tokens) == (9, 4)
    assert (call.model, call.usage.reasoning_tokens, last.text) == ("openai/gpt-x-codex", 1, "Good")
    assert record.conversation.panes[0].leaf_id == last.id


def test_a_session_of_codex_without_envelopes(tmp_path: Path) -> None:
    record, _ = only(tmp_path, lines(*BARE), "rollout-0.jsonl")
    assert branches_shown(record.conversation) == [[*LISTED[:3], LISTED[-1]]]
    assert (record.conversation.title, record.conversation.created_at) == ("List", 1748833445)


def test_a_subagent_of_codex_is_read_alone_only(tmp_path: Path) -> None:
    source = {"subagent": {"thread_spawn": {"parent_thread_id": "s1", "depth": 1}}}
    meta = {**CODEX[0], "payload": {**META, "id": "s2", "source": source}}
    found_in(tmp_path, lines(*CODEX), "2026/01/rollout-1.jsonl")
    found_in(tmp_path, lines(meta, *CODEX[1:]), "2026/01/rollout-2.jsonl")
    found = list(read_file(tmp_path, lambda share: None))
    assert (len(records_of(found)), left_out_of(found)["subagent"]) == (1, 1)
    assert len(records_of(list(read_file(tmp_path / "2026/01/rollout-2.jsonl", lambda share: None)))) == 1


@pytest.mark.parametrize("whole", [CLAUDE_CODE, CODEX, BARE])
@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_broken_sessions_never_raise(whole: list[dict[str, Any]], data: st.DataObject) -> None:
    value = data.draw(broken_versions(whole))
    found = list(read_json(["\n".join(map(json.dumps, value))], True, Reading()))
    assert all("AAAA" not in str(branches_shown(record.conversation)) for record in records_of(found))
