"""Exports of LibreChat, DeepSeek, Cherry Studio, Chatbox and LobeChat, as their sources describe them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, only, records_of
from textchat.core.conversation import Status
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers import Empty, Skipped, read_file
from textchat.store.transfer.importers.json_files import format_of
from textchat.store.transfer.importers.reading import Reading

PICTURE = "data:image/png;base64,iVBORw0KGgo="

# -- LibreChat -------------------------------------------------------------------------------------------------------


def librechat_message(id_: str, parent: str, is_user: bool, text: str = "", **more: Any) -> dict[str, Any]:
    return {
        "messageId": id_,
        "parentMessageId": parent,
        "isCreatedByUser": is_user,
        "sender": "User" if is_user else "GPT",
        "text": text,
        "createdAt": "2024-04-09T14:32:05.230Z",
        "error": False,
        **more,
    }


NOBODY = "00000000-0000-0000-0000-000000000000"
SEARCHED = {"web_search": {"turn": 0, "organic": [{"title": "Page", "link": "https://a.example/x"}]}}
LIBRECHAT = {
    "conversationId": "af1e",
    "endpoint": "openAI",
    "title": "Talk",
    "exportAt": "16:33:32 GMT+0200",
    "branches": True,
    "recursive": False,
    "options": {"model": "gpt-4o", "promptPrefix": "Be brief."},
    "messages": [
        librechat_message("u", NOBODY, True, "Question", files=[{"file_id": "f", "filename": "a.png", "width": 2}]),
        librechat_message("a", "u", False, ":::thinking\nhm\n:::\nOne"),
        librechat_message(
            "b",
            "u",
            False,
            model="claude-3",
            endpoint="anthropic",
            content=[
                {"type": "think", "think": "Let me see"},
                {"type": "text", "text": {"value": "Wait."}},
                {"type": "tool_call", "tool_call": {"id": "c", "name": "search", "args": '{"q":1}', "output": "found"}},
                {"type": "text", "text": "Two \ue202turn0search0."},
                {"type": "error", "error": "x"},
                {"type": "hologram"},
            ],
            attachments=[SEARCHED],
            unfinished=True,
        ),
        librechat_message("v", "b", True, "And?"),
        librechat_message("x", "v", False, "Too many requests", error=True),
    ],
}


def test_librechat_in_one_list(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, LIBRECHAT)
    head = ["system: Be brief.", "user: Question"]
    assert branches_shown(record.conversation) == [
        [*head, "assistant: One | thought: hm"],
        [
            *head,
            'assistant: Wait. | thought: Let me see | call: search {"q":1}',
            "tool: found",
            "assistant: Two ([Page](https://a.example/x)).",
            "user: And?",
        ],
    ]
    assert left_out == {"picture": 1, "error message": 2, "unknown block": 1}
    models = [message.model for message in record.conversation.messages.values() if message.model]
    assert models == ["openai/gpt-4o", "anthropic/claude-3", "anthropic/claude-3"]
    assert record.conversation.title == "Talk"
    assert Status.INTERRUPTED in {message.status for message in record.conversation.messages.values()}


def test_librechat_as_a_tree_is_the_same_conversation(tmp_path: Path) -> None:
    rows = {row["messageId"]: {**row, "children": []} for row in LIBRECHAT["messages"]}  # type: ignore[attr-defined]
    for row in rows.values():
        if row["parentMessageId"] in rows:
            rows[row["parentMessageId"]]["children"].append(row)
    tree = {key: value for key, value in LIBRECHAT.items() if key != "messages"}
    tree = {**tree, "recursive": True, "messagesTree": [rows["u"]]}
    assert only(tmp_path, tree)[0] == only(tmp_path, LIBRECHAT)[0]


# -- DeepSeek --------------------------------------------------------------------------------------------------------


def deepseek_node(id_: str, parent: str | None, *children: str, **message: Any) -> dict[str, Any]:
    at = {"inserted_at": "2025-03-30T04:49:37.018000+08:00", "model": "deepseek-reasoner", "files": []}
    return {"id": id_, "parent": parent, "children": list(children), "message": {**at, **message} if message else None}


PAGES = [{"url": "https://a.example/x", "title": "Page", "snippet": "…", "cite_index": 3}]
DEEPSEEK = {
    "id": "801e",
    "title": "Talk",
    "inserted_at": "2025-03-30T04:49:36.505000+08:00",
    "updated_at": "2025-03-30T04:50:29.156000+08:00",
    "mapping": {
        "root": deepseek_node("root", None, "1"),
        "1": deepseek_node(
            "1",
            "root",
            fragments=[{"type": "REQUEST", "content": "Question"}, {"type": "FILE", "files": [{"file_name": "a.pdf"}]}],
            files=[{"id": "f", "file_name": "a.pdf"}],
        ),
        "2": deepseek_node(
            "2",
            "1",
            fragments=[
                {"type": "THINK", "content": "hm"},
                {"type": "SEARCH", "results": PAGES, "content": None},
                {"type": "RESPONSE", "content": "One [citation:3], `[citation:3]`."},
            ],
        ),
        "3": deepseek_node("3", "1", content="Two", reasoning_content="old", search_results=PAGES),
        "4": deepseek_node("4", "3", content="And?"),
        "5": deepseek_node("5", "4", content="Three"),
    },
}


def test_deepseek(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, [DEEPSEEK])
    assert branches_shown(record.conversation) == [
        [
            "user: Question",
            "assistant:  | thought: hm | call: search ",
            "tool: [Page](https://a.example/x)\n\n…",
            "assistant: One ([Page](https://a.example/x)), `[citation:3]`.",
        ],
        [
            "user: Question",
            "assistant: Two\n\n[Page](https://a.example/x) | thought: old",
            "user: And?",
            "assistant: Three",
        ],
    ]
    assert left_out == {"file": 1}
    assert (record.conversation.title, record.conversation.created_at) == ("Talk", 1743281376.505)
    assert record.conversation.messages[record.conversation.panes[0].leaf_id or ""].text == "Three"
    assert record.conversation.panes[0].model == "deepseek/deepseek-reasoner"


# -- Cherry Studio ---------------------------------------------------------------------------------------------------


def cherry_message(id_: str, role: str, *blocks: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "role": role, "blocks": list(blocks), "createdAt": "2025-05-01T10:00:00.000Z", **more}


ASSISTANTS = {
    "assistants": [
        {
            "id": "a1",
            "name": "Poet",
            "prompt": "Rhyme.",
            "topics": [{"id": "t1", "name": "Moon", "createdAt": "2025-05-01T09:00:00.000Z", "pinned": True}],
        }
    ]
}
RAW_TOOL = {
    "toolCallId": "c",
    "tool": {"name": "search"},
    "arguments": {"q": 1},
    "response": {"content": [{"type": "text", "text": "found"}]},
}
CHERRY = {
    "time": 1746093600000,
    "version": 5,
    "localStorage": {"persist:cherry-studio": json.dumps({"assistants": json.dumps(ASSISTANTS)})},
    "indexedDB": {
        "topics": [
            {
                "id": "t1",
                "messages": [
                    cherry_message("u", "user", "b1", "b2"),
                    cherry_message(
                        "x",
                        "assistant",
                        "b3",
                        "b4",
                        "b5",
                        "b6",
                        askId="u",
                        useful=True,
                        model={"id": "gpt-4o", "provider": "openai"},
                        usage={"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
                        metrics={"time_completion_millsec": 1500, "time_first_token_millsec": 500},
                    ),
                    cherry_message("y", "assistant", "b7", askId="u", model={"id": "qwen", "provider": "silicon"}),
                    cherry_message("clear", "user", type="clear"),
                    cherry_message("v", "user", "b8"),
                ],
            },
            {"id": "t2", "messages": []},
        ],
        "message_blocks": [
            {"id": "b1", "type": "main_text", "content": "Question"},
            {"id": "b2", "type": "image", "file": {"id": "0c1d", "ext": ".png", "origin_name": "moon.png"}},
            {"id": "b3", "type": "thinking", "content": "hm"},
            {"id": "b4", "type": "tool", "toolId": "c", "metadata": {"rawMcpToolResponse": RAW_TOOL}},
            {"id": "b5", "type": "main_text", "content": "One [1]"},
            {
                "id": "b6",
                "type": "citation",
                "response": {"results": {"results": [{"title": "Page", "url": "https://a.example/x"}]}},
            },
            {"id": "b7", "type": "main_text", "content": "Two"},
            {"id": "b8", "type": "main_text", "content": "And?"},
        ],
    },
}


def test_cherry_studio_in_its_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as archive:
        archive.writestr("data.json", json.dumps(CHERRY))
        archive.writestr("Data/Files/0c1d.png", b"\x89PNG")
    record, empty = read_file(tmp_path / "backup.zip", lambda share: None)
    assert isinstance(record, ConversationRecord) and empty == Empty()
    head = ["system: Rhyme.", "user: Question | file: moon.png image/png 4"]
    assert branches_shown(record.conversation) == [
        [*head, "assistant: Two"],
        [
            *head,
            'assistant:  | thought: hm | call: search {"q": 1}',
            "tool: found",
            "assistant: One ([Page](https://a.example/x))",
            "user: And?",
        ],
    ]
    assert (record.conversation.title, record.is_pinned, record.tags) == ("Moon", True, ("Poet",))
    reply = next(each for each in record.conversation.messages.values() if each.usage)
    assert reply.usage is not None and reply.timing is not None
    assert (reply.model, reply.usage.output_tokens, reply.timing.total_s) == ("openai/gpt-4o", 4, 1.5)


def test_cherry_studio_before_it_had_blocks(tmp_path: Path) -> None:
    old = [
        {"id": "u", "role": "user", "content": "Draw", "images": [PICTURE], "createdAt": "2025-01-01T00:00:00Z"},
        {
            "id": "a",
            "role": "assistant",
            "content": "Here",
            "reasoning_content": "hm",
            "metadata": {"mcpTools": [RAW_TOOL], "citations": ["https://a.example/x"]},
            "translatedContent": "Hier",
            "model": {"id": "gpt-4o", "provider": "aihubmix"},
        },
    ]
    backup = {
        "version": 1,
        "localStorage": {"persist:cherry-studio": "{}"},
        "indexedDB": [{"key": "topic:t", "value": {"id": "t", "messages": old}}, {"key": "image://avatar"}],
    }
    record, left_out = only(tmp_path, backup)
    assert branches_shown(record.conversation) == [
        [
            "user: Draw | file: image-1 image/png 8",
            'assistant:  | thought: hm | call: search {"q": 1}',
            "tool: found",
            "assistant: Here\n\n[a.example](https://a.example/x)",
        ]
    ]
    assert left_out == {"translation": 1}


# -- Chatbox ---------------------------------------------------------------------------------------------------------


def chatbox_message(id_: str, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    shown = [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]
    return {"id": id_, "role": role, "contentParts": shown, "timestamp": 1746093600000, **more}


CHATBOX = {
    "__exported_items": ["conversations"],
    "__exported_at": "2025-05-01T10:00:00.000Z",
    "settings": {"providers": {}},
    "chat-sessions-list": [{"id": "s", "name": "Moon", "starred": True}],
    "session:s": {
        "id": "s",
        "name": "Moon",
        "messages": [
            chatbox_message("sys", "system", "Be brief."),
            chatbox_message("u", "user", "Question", {"type": "image", "storageKey": "picture:1"}),
            chatbox_message(
                "a",
                "assistant",
                {"type": "reasoning", "text": "hm"},
                {
                    "type": "tool-call",
                    "toolCallId": "c",
                    "toolName": "search",
                    "args": {"q": 1},
                    "result": {"r": PICTURE},
                },
                "One",
                model="OpenAI API (gpt-4o)",
                aiProvider="openai",
                usage={"inputTokens": 3, "outputTokens": 4},
            ),
        ],
        "messageForksHash": {
            "u": {"position": 1, "lists": [{"id": "l", "messages": [chatbox_message("b", "assistant", "Two")]}, {}]}
        },
        "threads": [{"id": "t", "name": "Before", "messages": [chatbox_message("w", "user", content="Earlier")]}],
    },
}


def test_chatbox_threads_and_versions(tmp_path: Path) -> None:
    found = found_in(tmp_path, json.dumps(CHATBOX))
    earlier, moon = records_of(found)
    assert branches_shown(earlier.conversation) == [["user: Earlier"]]
    assert (earlier.conversation.title, earlier.tags) == ("Before", ("Moon",))
    head = ["system: Be brief.", "user: Question"]
    assert sorted(branches_shown(moon.conversation)) == [
        [
            *head,
            'assistant:  | thought: hm | call: search {"q": 1}',
            'tool: {"r": "…"}',
            "assistant: One",
        ],
        [*head, "assistant: Two"],
    ]
    assert (moon.conversation.title, moon.is_pinned, left_out_of(found)) == ("Moon", True, {"picture": 1})
    assert moon.conversation.panes[0].model == "openai/gpt-4o"


def test_a_chatbox_thread_that_was_put_away_is_known_again(tmp_path: Path) -> None:
    session = CHATBOX["session:s"]
    assert isinstance(session, dict)
    put_away = {"id": "new", "name": "Old", "messages": session["messages"]}
    later = {**session, "messages": [chatbox_message("n", "user", "New")], "threads": [*session["threads"], put_away]}
    before = {each.conversation.id for each in records_of(found_in(tmp_path, json.dumps(CHATBOX)))}
    after = {
        each.conversation.id for each in records_of(found_in(tmp_path, json.dumps({**CHATBOX, "session:s": later})))
    }
    assert before < after


# -- LobeChat --------------------------------------------------------------------------------------------------------


def lobe_message(id_: str, role: str, content: str, at: int, **more: Any) -> dict[str, Any]:
    return {"id": id_, "role": role, "content": content, "createdAt": at, "topicId": "t", **more}


LOBE_TABLES = {
    "agents": [{"id": "g", "systemRole": "Be brief."}],
    "agentsToSessions": [{"agentId": "g", "sessionId": "s"}],
    "sessions": [{"id": "s", "title": "Agent", "pinned": True}],
    "topics": [
        {"id": "t", "title": "Moon", "sessionId": "s", "favorite": True, "createdAt": "2025-03-05T06:55:46.808Z"}
    ],
    "messages": [
        lobe_message("v", "user", "And?", 1741157750000),
        lobe_message("r", "tool", "found", 1741157747500, parentId="a"),
        lobe_message("u", "user", "Question", 1741157746892, files=["f"]),
        lobe_message(
            "a",
            "assistant",
            "Wait",
            1741157747000,
            parentId="u",
            model="claude-3",
            provider="anthropic",
            reasoning={"content": "hm", "duration": 3},
            tools=[{"id": "c", "apiName": "search", "identifier": "web", "arguments": '{"q":1}', "type": "builtin"}],
        ),
        lobe_message(
            "b",
            "assistant",
            "One",
            1741157748000,
            parentId="r",
            model="claude-3",
            provider="anthropic",
            search={"citations": [{"title": "Page", "url": "https://a.example/x"}]},
            metadata={"totalInputTokens": 3, "totalOutputTokens": 4, "cost": 0.5},
        ),
        lobe_message("w", "assistant", "...", 1741157751000, parentId="v", error={"type": "x"}),
        {"id": "z", "role": "user", "content": "No topic", "createdAt": 1741157740000, "sessionId": "s"},
    ],
}
LOBECHAT = {"data": LOBE_TABLES, "mode": "pglite", "schemaHash": "89e9"}


def test_lobechat_tables(tmp_path: Path) -> None:
    found = found_in(tmp_path, json.dumps(LOBECHAT))
    topic, session = records_of(found)
    assert branches_shown(topic.conversation) == [
        [
            "system: Be brief.",
            "user: Question",
            'assistant: Wait | thought: hm | call: web.search {"q":1}',
            "tool: found",
            "assistant: One\n\n[Page](https://a.example/x)",
            "user: And?",
        ]
    ]
    assert branches_shown(session.conversation) == [["system: Be brief.", "user: No topic"]]
    assert (topic.conversation.title, topic.is_pinned, session.conversation.title) == ("Moon", True, "Agent")
    assert left_out_of(found) == {"file": 1, "error message": 1}
    reply = next(each for each in topic.conversation.messages.values() if each.usage)
    assert (reply.model, reply.cost_usd) == ("anthropic/claude-3", 0.5)


def test_lobechat_version_1_and_one_topic(tmp_path: Path) -> None:
    messages = [
        lobe_message("u", "user", "Question", 1710649845534),
        lobe_message(
            "a", "assistant", "One", 1710649845605, parentId="u", extra={"fromModel": "m", "fromProvider": "groq"}
        ),
        lobe_message(
            "f", "function", "4", 1710649846000, plugin={"apiName": "add", "arguments": "{}", "identifier": "sum"}
        ),
    ]
    state = {"messages": messages, "sessions": [], "topics": [{"id": "t", "title": "Moon"}]}
    first, _ = only(tmp_path, {"exportType": "sessions", "state": state, "version": 7})
    branch = ["user: Question", "assistant: One", "assistant:  | call: sum.add {}", "tool: 4"]
    assert branches_shown(first.conversation) == [branch]
    assert [message.model for message in first.conversation.messages.values()][1] == "groq/m"
    alone = {"exportedAt": "2026-01-01T00:00:00.000Z", "version": "2.0", "title": "Moon", "messages": messages[:2]}
    topic, _ = only(tmp_path, alone)
    assert branches_shown(topic.conversation) == [branch[:2]]
    assert topic.conversation.title == "Moon"


# -- all -------------------------------------------------------------------------------------------------------------

SAMPLES = {
    "LibreChat": LIBRECHAT,
    "DeepSeek": DEEPSEEK,
    "Cherry Studio": CHERRY,
    "Chatbox": CHATBOX,
    "LobeChat": LOBECHAT,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_reading_makes_the_same(tmp_path: Path, name: str) -> None:
    text = json.dumps(SAMPLES[name])
    assert records_of(found_in(tmp_path, text)) == records_of(found_in(tmp_path, text, "other.json"))


@given(st.sampled_from([*SAMPLES.values()]).flatmap(broken_versions))
@settings(max_examples=examples(200), deadline=None)
def test_a_broken_file_is_read_or_reported(value: Any) -> None:
    known = format_of(value)
    if known is None:
        return
    try:
        found = list(known.read(value, Reading()))
    except ValueError as error:
        assert str(error)
        return
    assert all(isinstance(each, ConversationRecord | Skipped | Empty) for each in found)
    assert "iVBORw0KGgo" not in str([each.conversation for each in found if isinstance(each, ConversationRecord)])
