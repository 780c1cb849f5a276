"""LM Studio's chats: versions, steps with thoughts and tools, figures, files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, only, records_of
from textchat.core.conversation import Role
from textchat.store.history import History
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.found import Empty
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading


def texts(*pieces: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": piece, "isStructural": piece.startswith("<")} for piece in pieces]


def block(*content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "contentBlock", "stepIdentifier": "1780000001500-0.7", "content": list(content), **more}


def reply(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "multiStep", "role": "assistant", "senderInfo": {"senderName": "qwen"}, "steps": list(steps)}


STATS = {"stopReason": "maxPredictedTokensReached", "tokensPerSecond": 9.5, "timeToFirstTokenSec": 0.25}
STATS |= {"totalTimeSec": 2.5, "promptTokensCount": 11, "predictedTokensCount": 7}
CHAT: dict[str, Any] = {
    "name": "Tools",
    "pinned": True,
    "createdAt": 1780000000000,
    "systemPrompt": "Old",
    "perChatPredictionConfig": {"fields": [{"key": "llm.prediction.systemPrompt", "value": "Be brief."}]},
    "lastUsedModel": {"identifier": "last/model"},
    "assistantLastMessagedAt": 1780000009000,
    "messages": [
        {
            "versions": [
                {
                    "type": "singleStep",
                    "role": "user",
                    "content": [*texts("Look"), {"type": "file", "fileIdentifier": "178 - a.png", "fileType": "image"}],
                }
            ],
            "currentlySelected": 0,
        },
        {
            "versions": [
                reply(block(*texts("First"))),
                reply(
                    block(*texts("<think>", "Hm", " hm", "</think>"), style={"type": "thinking", "title": "Thought"}),
                    {"type": "debugInfoBlock", "debugInfo": "x"},
                    block({"type": "toolCallRequest", "toolCallRequestId": "t1", "name": "js", "parameters": {"a": 1}}),
                    {"type": "toolStatus", "callId": 1},
                    block(
                        {"type": "toolCallResult", "toolCallRequestId": "t1", "content": '[{"type":"text","text":"2"}]'}
                    ),
                    block(*texts("It", " is 2."), genInfo={"identifier": "qwen-2", "stats": STATS}),
                ),
            ],
            "currentlySelected": 1,
        },
        {"versions": [{"type": "singleStep", "role": "user", "content": texts("Thanks")}], "currentlySelected": 0},
    ],
}
SAMPLES = {"LM Studio": CHAT}


def test_versions_steps_and_figures(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, CHAT, "1780000000000.conversation.json")
    talk = record.conversation
    asked = ["system: Be brief.", "user: Look"]
    assert branches_shown(talk) == [
        [*asked, "assistant: First"],
        [
            *asked,
            'assistant:  | thought: Hm hm | call: js {"a": 1}',
            "tool: 2",
            "assistant: It is 2.",
            "user: Thanks",
        ],
    ]
    assert left_out == {"picture": 1}
    assert (talk.title, talk.created_at, record.is_pinned) == ("Tools", 1780000000.0, True)
    first, _, last = (message for message in talk.messages.values() if message.role is Role.ASSISTANT)
    assert (first.model, first.created_at) == ("imported/qwen", 1780000001.5)
    assert last.usage is not None and last.timing is not None
    assert (last.model, last.finish_reason, last.usage.output_tokens) == ("imported/qwen-2", "length", 7)
    assert (last.timing.first_token_s, last.timing.total_s, last.timing.tokens_per_s) == (0.25, 2.5, 9.5)


def test_a_folder_brings_the_files(tmp_path: Path) -> None:
    found_in(tmp_path / "home", json.dumps(CHAT), "conversations/Sub/1.conversation.json")
    found_in(tmp_path / "home", json.dumps({**CHAT, "messages": []}), "conversations/2.conversation.json")
    (tmp_path / "home/user-files").mkdir()
    (tmp_path / "home/user-files/178 - a.png").write_bytes(b"\x89PNG")
    found = list(read_file(tmp_path / "home", lambda share: None))
    (record,) = records_of(found)
    assert "user: Look | file: 178 - a.png image/png 4" in branches_shown(record.conversation)[0]
    assert not left_out_of(found) and sum(isinstance(entry, Empty) for entry in found) == 1


async def test_a_chat_that_has_grown_adds_what_is_new(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    counts = []
    for messages in (CHAT["messages"][:2], CHAT["messages"], CHAT["messages"]):
        added = await history.add(records_of(found_in(tmp_path, json.dumps({**CHAT, "messages": messages}))))
        counts.append((len(added.new), len(added.grown)))
    await history.aclose()
    assert counts == [(1, 0), (0, 1), (0, 0)]


@given(broken_versions(CHAT))
@settings(max_examples=examples(24), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("1.conversation.json")))
