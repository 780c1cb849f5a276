"""Prompts of Google AI Studio: chunks make turns, code is a tool, a copy that goes on otherwise is a branch."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, only, records_of
from textchat.core.conversation import Role
from textchat.store.history import History
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

PICTURE = {"mimeType": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}
PROMPT: dict[str, Any] = {
    "runSettings": {"temperature": 0.5, "model": "models/gemini-x", "topP": 0.9, "maxOutputTokens": 100},
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "chunkedPrompt": {
        "chunks": [
            {"driveImage": {"id": "1abc"}, "role": "user", "tokenCount": 258},
            {"inlineFile": PICTURE, "role": "user"},
            {"text": "What?", "role": "user", "tokenCount": 2, "createTime": "2026-03-01T10:00:00Z"},
            {
                "text": "Hm",
                "role": "model",
                "isThought": True,
                "tokenCount": 5,
                "parts": [{"text": "Hm", "thought": True}],
            },
            {"executableCode": {"language": "PYTHON", "code": "print(1)"}, "role": "model"},
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}, "role": "model"},
            {
                "text": "It is one.",
                "parts": [{"text": "It is"}, {"text": " one."}],
                "role": "model",
                "finishReason": "STOP",
                "tokenCount": 4,
                "createTime": "2026-03-01T10:00:09Z",
            },
            {"youtubeVideo": {"id": "v1"}, "role": "user"},
            {"text": "And?", "role": "user", "createTime": "2026-03-01T10:01:00Z"},
            {
                "text": "Two.",
                "role": "model",
                "grounding": {"groundingSources": [{"referenceNumber": 1, "uri": "https://x.org", "title": "X"}]},
                "inlineImage": PICTURE,
                "finishReason": "MAX_TOKENS",
            },
        ],
        "pendingInputs": [{"text": "", "role": "user"}],
    },
}
BRANCH = [
    "system: Be brief.",
    "user: What? | file: image-1 image/png 4",
    "assistant:  | thought: Hm | call: python print(1)",
    "tool: 1\n",
    "assistant: It is one.",
    "user: https://www.youtube.com/watch?v=v1\n\nAnd?",
    "assistant: Two. ([X](https://x.org)) | file: image-1 image/png 4",
]
SAMPLES = {"Google AI Studio": PROMPT}


def test_chunks_of_one_side_are_a_turn(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, PROMPT, "Version 1.2 notes")
    talk = record.conversation
    assert branches_shown(talk) == [BRANCH]
    assert (talk.title, talk.created_at, left_out) == ("Version 1.2 notes", 1772359200.0, {"picture": 1})
    replies = [message for message in talk.messages.values() if message.role is Role.ASSISTANT]
    assert [(reply.model, reply.finish_reason) for reply in replies] == [
        ("gemini/gemini-x", None),
        ("gemini/gemini-x", "stop"),
        ("gemini/gemini-x", "length"),
    ]
    usage, parameters = replies[1].usage, talk.panes[0].parameters
    assert usage is not None and (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (260, 9, 5)
    assert not replies[1].is_edited and (parameters.temperature, parameters.top_p, parameters.max_tokens) == (
        0.5,
        0.9,
        100,
    )


async def test_a_file_that_has_grown_continues_and_a_changed_one_branches(tmp_path: Path) -> None:
    chunks = PROMPT["chunkedPrompt"]["chunks"]
    shorter = {**PROMPT, "chunkedPrompt": {"chunks": chunks[:7]}}
    other = {**PROMPT, "chunkedPrompt": {"chunks": [*chunks[:7], {"text": "Else?", "role": "user"}]}}
    history = History.open(tmp_path / "history.db")
    counts = []
    for value, name in ((shorter, "Talk"), (PROMPT, "Talk (1).json"), (PROMPT, "Talk"), (other, "Talk")):
        added = await history.add(records_of(found_in(tmp_path, json.dumps(value), name)))
        counts.append((len(added.new), len(added.grown)))
    talk = await history.load(await history.newest() or "")
    await history.aclose()
    assert counts == [(1, 0), (0, 1), (0, 0), (0, 1)]
    assert talk is not None and sorted(map(len, branches_shown(talk))) == [6, 7]


async def test_the_same_words_twice_are_two_messages_wherever_they_stand(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    for reply in "BC":
        chunks = [
            {"role": role, "text": said}
            for role, said in (("user", "A"), ("model", reply), ("user", "A"), ("model", "B"))
        ]
        await history.add(records_of(found_in(tmp_path, json.dumps({"chunkedPrompt": {"chunks": chunks}}), "Talk")))
    talk = await history.load(await history.newest() or "")
    await history.aclose()
    assert talk is not None
    assert branches_shown(talk) == [["user: A", f"assistant: {reply}", "user: A", "assistant: B"] for reply in "BC"]


@given(broken_versions(PROMPT))
@settings(max_examples=examples(24), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("Talk")))
