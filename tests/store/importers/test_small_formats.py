"""Formats of one file each: AI SDK, big-AGI, TypingMind, parllama, VS Code, Gemini CLI, llama.cpp and others."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, lines, records_of
from textchat.core.conversation import Role
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.json_files import format_of, read_json
from textchat.store.transfer.importers.reading import Reading

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()

AI_SDK: list[Any] = [
    {
        "id": "m1",
        "role": "user",
        "parts": [
            {"type": "text", "text": "Look"},
            {"type": "file", "mediaType": "image/png", "filename": "a.png", "url": PICTURE},
        ],
        "metadata": {"createdAt": 1760000000000},
    },
    {
        "id": "m2",
        "role": "assistant",
        "metadata": {"model": "gpt-5"},
        "parts": [
            {"type": "step-start"},
            {"type": "reasoning", "text": "hm"},
            {
                "type": "tool-find",
                "toolCallId": "c1",
                "state": "output-available",
                "input": {"q": 1},
                "output": {"n": 2},
            },
            {"type": "dynamic-tool", "toolName": "add", "toolCallId": "c2", "state": "output-error", "errorText": "no"},
            {"type": "text", "text": "Two."},
            {"type": "source-url", "sourceId": "s", "url": "https://x.org", "title": "X"},
            {"type": "data-weather", "data": {}},
        ],
    },
]
AI_SDK_4: dict[str, Any] = {
    "id": "chat-1",
    "title": "Old",
    "messages": [
        {
            "id": "a",
            "role": "user",
            "content": "Q",
            "parts": [{"type": "text", "text": "Q"}],
            "createdAt": "2025-01-01",
        },
        {
            "id": "b",
            "role": "assistant",
            "content": "A",
            "parts": [
                {"type": "reasoning", "reasoning": "hm", "details": []},
                {
                    "type": "tool-invocation",
                    "toolInvocation": {
                        "state": "result",
                        "toolCallId": "t",
                        "toolName": "f",
                        "args": {},
                        "result": "r",
                    },
                },
                {"type": "text", "text": "A"},
            ],
        },
    ],
}
BIG_AGI: dict[str, Any] = {
    "conversations": [
        {
            "id": "b1",
            "systemPurposeId": "Generic",
            "userTitle": "Mine",
            "autoTitle": "Auto",
            "created": 1760000000000,
            "updated": 1760000009000,
            "isArchived": True,
            "messages": [
                {
                    "id": "1",
                    "role": "user",
                    "created": 1760000001000,
                    "metadata": {"inReferenceTo": [{"mrt": "dmsg", "mText": "this", "mRole": "assistant"}]},
                    "fragments": [
                        {"ft": "content", "part": {"pt": "text", "text": "What?"}},
                        {
                            "ft": "attachment",
                            "title": "a.py",
                            "part": {"pt": "doc", "l1Title": "a.py", "data": {"idt": "text", "text": "a = 1"}},
                        },
                        {"ft": "attachment", "part": {"pt": "image_ref", "dataRef": {"reftype": "dblob"}}},
                    ],
                },
                {
                    "id": "2",
                    "role": "assistant",
                    "generator": {
                        "mgt": "aix",
                        "name": "gpt-5",
                        "aix": {"vId": "openai", "mId": "openai-gpt-5"},
                        "metrics": {"TIn": 3, "TOut": 4},
                        "tokenStopReason": "out-of-tokens",
                    },
                    "fragments": [
                        {"ft": "void", "part": {"pt": "ma", "aType": "reasoning", "aText": "hm"}},
                        {
                            "ft": "content",
                            "part": {
                                "pt": "tool_invocation",
                                "id": "c",
                                "invocation": {"type": "code_execution", "language": "python", "code": "1"},
                            },
                        },
                        {
                            "ft": "content",
                            "part": {
                                "pt": "tool_response",
                                "id": "c",
                                "error": False,
                                "response": {"type": "code_execution", "result": "1"},
                            },
                        },
                        {"ft": "content", "part": {"pt": "text", "text": "One."}},
                    ],
                },
            ],
        },
        {"id": "b2", "systemPurposeId": "Generic", "messages": []},
        {
            "id": "b3",
            "systemPurposeId": "Generic",
            "messages": [{"id": "1", "role": "assistant", "text": "V3", "originLLM": "gpt-3.5", "sender": "Bot"}],
        },
    ],
    "models": {"sources": []},
    "folders": {"folders": [{"id": "f", "title": "Work", "conversationIds": ["b1"]}], "enableFolders": True},
}
TYPING_MIND: dict[str, Any] = {
    "data": {
        "chats": [
            {
                "chatID": "c1",
                "chatTitle": "Talk",
                "model": "gpt-4",
                "folderID": "f",
                "createdAt": "2025-01-01T00:00:00.000Z",
                "messages": [
                    {"uuid": "1", "role": "system", "content": "Be brief."},
                    {
                        "uuid": "2",
                        "role": "user",
                        "createdAt": "2025-01-01T00:00:01.000Z",
                        "content": [
                            {"type": "text", "text": "Look"},
                            {"type": "image_url", "image_url": {"url": PICTURE}},
                        ],
                    },
                    {"uuid": "3", "role": "assistant", "content": "Seen.", "model": "claude-x"},
                ],
            }
        ],
        "folders": [{"id": "f", "title": "Work"}],
    }
}
PARLLAMA: dict[str, Any] = {
    "session_id": "s",
    "session_name": "Chat",
    "last_updated": "2025-01-01T10:00:00+00:00",
    "llm_model_name": "llama3:latest",
    "options": {},
    "messages": [
        {"message_id": "1", "role": "user", "content": "Hi"},
        {"message_id": "2", "role": "assistant", "content": "Hello"},
    ],
}
OOBABOOGA: dict[str, Any] = {
    "internal": [["<|BEGIN-VISIBLE-CHAT|>", "Welcome"], ["Q &amp", "<think>hm</think>Second"], ["End", ""]],
    "visible": [["", "Welcome"], ["Q &amp;amp", "Second"], ["End", ""]],
    "metadata": {
        "user_1": {
            "timestamp": "Aug 12, 2025 10:00",
            "attachments": [{"name": "a.txt", "type": "text/plain", "content": "abc"}],
        },
        "assistant_1": {
            "timestamp": "Aug 12, 2025 10:01",
            "model_name": "qwen",
            "versions": [{"content": "First"}, {"content": "<think>hm</think>Second"}],
            "current_version_index": 1,
        },
    },
}
SILLY: list[Any] = [
    {"user_name": "Me", "character_name": "Seraphina", "create_date": "2025-1-2@03h04m05s", "chat_metadata": {}},
    {"name": "Seraphina", "is_user": False, "is_system": False, "send_date": "2025-1-2@03h04m06s", "mes": "Welcome"},
    {
        "name": "Me",
        "is_user": True,
        "is_system": False,
        "send_date": "January 2, 2025 3:05am",
        "mes": "Look",
        "extra": {"image": PICTURE, "file": {"url": "/user/files/a.txt"}},
    },
    {
        "name": "Seraphina",
        "is_user": False,
        "is_system": False,
        "send_date": "2025-01-02T03:06:00.000Z",
        "mes": "Second, edited",
        "swipe_id": 1,
        "swipes": ["First", "Second"],
        "swipe_info": [{"send_date": "2025-01-02T03:05:30.000Z", "extra": {"model": "m-1"}}, {}],
        "extra": {"model": "m-2", "reasoning": "hm"},
    },
    {"name": "System", "is_user": False, "is_system": True, "mes": "Night falls.", "extra": {"type": "narrator"}},
]
VSCODE: dict[str, Any] = {
    "initialLocation": "panel",
    "responderUsername": "GitHub Copilot",
    "customTitle": "Fix",
    "requests": [
        {
            "requestId": "request_1",
            "responseId": "response_1",
            "timestamp": 1760000000000,
            "modelId": "copilot/gpt-5",
            "message": {"text": "Why?", "parts": [{"kind": "text", "text": "Why?"}]},
            "variableData": {"variables": [{"id": "f", "name": "a.py"}]},
            "response": [
                {"kind": "thinking", "value": "hm"},
                {"value": "See ", "supportThemeIcons": False},
                {"kind": "inlineReference", "inlineReference": {"path": "/x/a.py", "scheme": "file"}},
                {"value": ":"},
                {
                    "kind": "toolInvocationSerialized",
                    "toolId": "run",
                    "toolCallId": "c",
                    "invocationMessage": {"value": "Running"},
                    "resultDetails": {"input": "ls", "output": [{"type": "embed", "isText": True, "value": "a.py"}]},
                },
                {"kind": "undoStop", "id": "u"},
                {"kind": "markdownContent", "content": {"value": "Done."}},
                {"kind": "textEditGroup", "edits": []},
            ],
            "result": {"timings": {"firstProgress": 500, "totalElapsed": 2000}},
        }
    ],
}
VSCODE_LOG: list[Any] = [
    {"kind": 0, "v": {"version": 3, "responderUsername": "GitHub Copilot", "requests": []}},
    {"kind": 2, "k": ["requests"], "v": [{"requestId": "r1", "message": {"text": "Why?"}, "response": []}]},
    {"kind": 1, "k": ["customTitle"], "v": "Log"},
    {"kind": 1, "k": ["requests", 0, "modelId"], "v": "copilot/gpt-5"},
    {"kind": 2, "k": ["requests", 0, "response"], "v": [{"value": "Be"}, {"value": "draft"}]},
    {"kind": 2, "k": ["requests", 0, "response"], "i": 1, "v": [{"value": "cause."}]},
    {"kind": 1, "k": ["requests", 0, "timestamp"], "v": 1760000000000},
    {"kind": 1, "k": ["requests", 7, "timestamp"], "v": 5},
    {"kind": 3, "k": ["inputState"]},
]
GEMINI_CLI: list[Any] = [
    {"sessionId": "s", "projectHash": "x", "startTime": "2025-10-09T08:53:20Z", "kind": "main"},
    {"id": "1", "timestamp": "2025-10-09T08:53:20Z", "type": "user", "content": [{"text": "List"}, " files"]},
    {"id": "2", "timestamp": "2025-10-09T08:53:21Z", "type": "gemini", "content": "Draft"},
    {
        "id": "2",
        "timestamp": "2025-10-09T08:53:21Z",
        "type": "gemini",
        "content": "I look.",
        "model": "gemini-3-pro",
        "thoughts": [{"subject": "Files", "description": "hm"}],
        "tokens": {"input": 5, "output": 2, "cached": 1, "thoughts": 3, "total": 10},
        "toolCalls": [
            {
                "id": "c",
                "name": "ls",
                "args": {"path": "."},
                "result": [{"functionResponse": {"id": "c", "name": "ls", "response": {"output": "a.py"}}}],
            }
        ],
    },
    {"id": "3", "timestamp": "2025-10-09T08:53:22Z", "type": "info", "content": "Update available"},
    {"id": "4", "timestamp": "2025-10-09T08:53:23Z", "type": "user", "content": "Wrong"},
    {"$rewindTo": "4"},
    {"id": "5", "timestamp": "2025-10-09T08:53:24Z", "type": "user", "content": "Right"},
    {"$set": {"summary": "Files", "lastUpdated": "2025-10-09T08:53:25Z"}},
]
GEMINI_CLI_OLD = {**GEMINI_CLI[0], "messages": [GEMINI_CLI[1], GEMINI_CLI[3]]}
GEMINI_CLI_TOLD = [
    "user: List\n\n files",
    'assistant: I look. | thought: Files\n\nhm | call: ls {"path": "."}',
    "tool: a.py",
]
LLAMA_MESSAGES: list[Any] = [
    {"convId": "L", "id": "r", "type": "root", "role": "system", "content": "", "parent": None},
    {"convId": "L", "id": "q", "role": "user", "content": "Q", "timestamp": 1760000000000, "parent": "r"},
    {"convId": "L", "id": "a", "role": "assistant", "content": "A", "timestamp": 1760000001000, "parent": "q"},
    {"convId": "L", "id": "b", "role": "assistant", "content": "B", "timestamp": 1760000002000, "parent": "q"},
]
LLAMA: list[Any] = [
    {"type": "session", "harness": "llama.app", "id": "L", "name": "Llamas", "currNode": "a"},
    *({"type": "message", "message": message} for message in LLAMA_MESSAGES),
]
CASES: list[tuple[str, str, list[list[str]], dict[str, int]]] = [
    (
        "AI SDK",
        json.dumps(AI_SDK),
        [
            [
                "user: Look | file: a.png image/png 4",
                'assistant:  | thought: hm | call: find {"q": 1}',
                'tool: {"n": 2}',
                "assistant:  | call: add ",
                "tool: no",
                "assistant: Two.\n\n[X](https://x.org)",
            ]
        ],
        {"data part": 1},
    ),
    (
        "AI SDK",
        json.dumps(AI_SDK_4),
        [["user: Q", "assistant:  | thought: hm | call: f {}", "tool: r", "assistant: A"]],
        {},
    ),
    (
        "big-AGI",
        json.dumps(BIG_AGI),
        [
            [
                "user: > this\n\nWhat? | file: a.py text/plain 5",
                "assistant:  | thought: hm | call: python 1",
                "tool: 1",
                "assistant: One.",
            ],
            ["assistant: V3"],
        ],
        {"picture": 1},
    ),
    (
        "TypingMind",
        json.dumps(TYPING_MIND),
        [["system: Be brief.", "user: Look | file: image-1 image/png 4", "assistant: Seen."]],
        {},
    ),
    ("parllama", json.dumps(PARLLAMA), [["user: Hi", "assistant: Hello"]], {}),
    (
        "VS Code (Copilot Chat)",
        json.dumps(VSCODE),
        [
            [
                "user: Why?",
                "assistant: See `a.py`: | thought: hm | call: run ls",
                "tool: a.py",
                "assistant: Done.",
            ]
        ],
        {"edit of a file": 1, "file": 1},
    ),
    (
        "text-generation-webui",
        json.dumps(OOBABOOGA),
        [
            ["assistant: Welcome", "user: Q &amp | file: a.txt text/plain 3", "assistant: First"],
            [
                "assistant: Welcome",
                "user: Q &amp | file: a.txt text/plain 3",
                "assistant: Second | thought: hm",
                "user: End",
            ],
        ],
        {},
    ),
    (
        "SillyTavern",
        lines(*SILLY),
        [
            ["assistant: Welcome", "user: Look | file: image-1 image/png 4", "assistant: First"],
            [
                "assistant: Welcome",
                "user: Look | file: image-1 image/png 4",
                "assistant: Second, edited | thought: hm",
                "system: Night falls.",
            ],
        ],
        {"file": 1},
    ),
    ("VS Code (Copilot Chat)", lines(*VSCODE_LOG), [["user: Why?", "assistant: Because."]], {}),
    (
        "Gemini CLI",
        lines(*GEMINI_CLI),
        [[*GEMINI_CLI_TOLD, "user: Wrong"], [*GEMINI_CLI_TOLD, "user: Right"]],
        {"notice": 1},
    ),
    ("Gemini CLI", json.dumps(GEMINI_CLI_OLD), [GEMINI_CLI_TOLD], {}),
    ("llama.cpp", lines(*LLAMA), [["user: Q", "assistant: A"], ["user: Q", "assistant: B"]], {}),
]
SAMPLES: dict[str, Any] = {
    "AI SDK": AI_SDK,
    "AI SDK, 4": AI_SDK_4,
    "big-AGI": BIG_AGI,
    "TypingMind": TYPING_MIND,
    "parllama": PARLLAMA,
    "VS Code (Copilot Chat)": VSCODE,
    "VS Code (Copilot Chat), log": VSCODE_LOG,
    "Gemini CLI": GEMINI_CLI,
    "llama.cpp": LLAMA,
    "text-generation-webui": OOBABOOGA,
    "SillyTavern": SILLY,
}


@pytest.mark.parametrize(("name", "content", "branches", "left_out"), CASES)
async def test_what_is_read_and_that_it_comes_once(
    tmp_path: Path, name: str, content: str, branches: list[list[str]], left_out: dict[str, int]
) -> None:
    file = "a.jsonl" if content.count("\n") > 1 else "a.json"
    found = found_in(tmp_path, content, file)
    records = records_of(found)
    assert [branch for record in records for branch in branches_shown(record.conversation)] == branches
    assert left_out_of(found) == left_out
    history = History.open(tmp_path / "history.db")
    await history.add(records)
    again = await history.add(records_of(found_in(tmp_path / "other", content, file)))
    await history.aclose()
    assert not again.new and not again.grown


def of(folder: Path, value: Any) -> ConversationRecord:
    content = lines(*value) if isinstance(value, list) else json.dumps(value)
    return records_of(found_in(folder, content, "a.jsonl" if isinstance(value, list) else "a.json"))[0]


def test_what_is_known_of_conversations_and_replies(tmp_path: Path) -> None:
    heads = {name: of(tmp_path, value) for name, value in SAMPLES.items()}
    assert {name: (each.conversation.title, each.conversation.created_at) for name, each in heads.items()} == {
        "AI SDK": ("Look", 1760000000.0),
        "AI SDK, 4": ("Old", 1735689600.0),
        "big-AGI": ("Mine", 1760000000.0),
        "TypingMind": ("Talk", 1735689600.0),
        "parllama": ("Chat", 1735725600.0),
        "VS Code (Copilot Chat)": ("Fix", 1760000000.0),
        "VS Code (Copilot Chat), log": ("Log", 1760000000.0),
        "Gemini CLI": ("Files", 1760000000.0),
        "llama.cpp": ("Llamas", 1760000000.0),
        "text-generation-webui": ("Q &amp", 1754992800.0),
        "SillyTavern": ("a", 1735787045.0),
    }
    assert heads["big-AGI"].is_archived and heads["big-AGI"].tags == ("Work",) == heads["TypingMind"].tags
    last = {
        name: [m for m in each.conversation.messages.values() if m.role is Role.ASSISTANT][-1]
        for name, each in heads.items()
    }
    assert {name: message.model for name, message in last.items()} == {
        "AI SDK": "openai/gpt-5",
        "AI SDK, 4": None,
        "big-AGI": "openai/gpt-5",
        "TypingMind": "anthropic/claude-x",
        "parllama": "ollama/llama3:latest",
        "VS Code (Copilot Chat)": "copilot/gpt-5",
        "VS Code (Copilot Chat), log": "copilot/gpt-5",
        "Gemini CLI": "gemini/gemini-3-pro",
        "llama.cpp": None,
        "text-generation-webui": "imported/qwen",
        "SillyTavern": "imported/m-2",
    }
    assert (counted := last["Gemini CLI"].usage) is not None and counted.output_tokens == 5
    usage = last["big-AGI"].usage
    assert last["big-AGI"].finish_reason == "length" and usage is not None and usage.output_tokens == 4
    assert last["SillyTavern"].created_at == 1735787160.0


@pytest.mark.parametrize(
    ("alone", "among_others"),
    [
        (BIG_AGI["conversations"][0], BIG_AGI),
        (TYPING_MIND["data"]["chats"][0], TYPING_MIND),
        (AI_SDK, {"messages": AI_SDK}),
        (LLAMA, {"conv": LLAMA[0], "messages": LLAMA_MESSAGES}),
    ],
)
def test_one_alone_is_the_same(tmp_path: Path, alone: Any, among_others: Any) -> None:
    assert of(tmp_path, alone).conversation == of(tmp_path, among_others).conversation


def test_each_sample_is_of_its_own_format() -> None:
    names = {
        name: {
            known.name
            for entry in (value if isinstance(value, list) else [value])
            if (known := format_of(entry)) is not None
        }
        for name, value in SAMPLES.items()
    }
    assert {name: found for name, found in names.items() if len(found) != 1} == {}
    assert {next(iter(found)) for found in names.values()} == {name for name, *_ in CASES}


@given(st.sampled_from(list(SAMPLES.values())).flatmap(broken_versions))
@settings(max_examples=examples(40), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("a.json")))
