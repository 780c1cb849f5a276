"""Lists of messages, requests and replies as the interfaces of OpenAI, Anthropic and Gemini have them."""

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
from textchat.store.record import ConversationRecord
from textchat.store.transfer.importers.found import Empty, Skipped
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

PNG = "data:image/png;base64,iVBO"
ANTHROPIC: dict[str, Any] = {
    "model": "claude-x",
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
                {"type": "image", "source": {"type": "url", "url": "https://x.org/a.png"}},
                {
                    "type": "document",
                    "title": "P",
                    "source": {"type": "text", "media_type": "text/plain", "data": "Hi"},
                },
                {"type": "document", "source": {"type": "file", "file_id": "file_1"}},
                {"type": "text", "text": "Look"},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "AAAA"},
                {"type": "redacted_thinking", "data": "AAAA"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [
                        {"type": "text", "text": "seen"},
                        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
                    ],
                },
                {"type": "text", "text": "And now?"},
            ],
        },
        {
            "role": "assistant",
            "content": [
                {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "s",
                    "content": [{"type": "web_search_result", "title": "T", "url": "https://t.org", "page_age": None}],
                },
                {"type": "text", "text": "It is "},
                {"type": "text", "text": "cold", "citations": [{"title": "T", "url": "https://t.org"}]},
                {"type": "text", "text": ", they say."},
            ],
        },
    ],
}
CHAT: dict[str, Any] = {
    "model": "gpt-x",
    "messages": [
        {"role": "developer", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hear"},
                {"type": "input_audio", "input_audio": {"data": "UklG", "format": "mp3"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
                {"type": "file", "file": {"file_id": "file-1"}},
                {"type": "image_url", "image_url": {"url": PNG}},
                {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "reasoning_details": [
                {"type": "reasoning.text", "text": "Hm."},
                {"type": "reasoning.encrypted", "data": "A"},
            ],
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "seen"}]},
    ],
    "choices": [
        {
            "message": {
                "role": "assistant",
                "content": "Cold.",
                "annotations": [
                    {"type": "url_citation", "url_citation": {"title": "T", "url": "https://t.org", "end_index": 4}}
                ],
            },
            "finish_reason": "length",
        },
        {"message": {"role": "assistant", "content": None, "refusal": "No."}},
        {"message": {"role": "assistant", "audio": {"id": "a", "data": "UklG", "transcript": "Cold!"}}},
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 3, "completion_tokens_details": {"reasoning_tokens": 1}},
}
ITEMS: dict[str, Any] = {
    "id": "resp_1",
    "model": "gpt-x",
    "created_at": 1_700_000_000,
    "instructions": "Be brief.",
    "input": [
        {
            "role": "user",
            "content": [{"type": "input_text", "text": "Look"}, {"type": "input_image", "image_url": PNG}],
        },
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "AAAA"},
        {"type": "function_call", "call_id": "c", "name": "look", "arguments": '{"at": 1}'},
        {"type": "function_call_output", "call_id": "c", "output": "seen"},
    ],
    "output": [
        {"type": "web_search_call", "id": "w", "action": {"type": "search", "query": "q"}},
        {
            "type": "code_interpreter_call",
            "id": "k",
            "code": "1+1",
            "outputs": [{"type": "logs", "logs": "2"}, {"type": "image", "url": PNG}],
        },
        {"type": "image_generation_call", "id": "i", "result": "iVBO", "revised_prompt": "a cat"},
        {
            "type": "message",
            "role": "assistant",
            "content": [
                {
                    "type": "output_text",
                    "text": "Cold.",
                    "annotations": [{"type": "url_citation", "title": "T", "url": "https://t.org", "end_index": 4}],
                }
            ],
        },
    ],
    "usage": {"input_tokens": 7, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 1}},
    "status": "completed",
}
GEMINI: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "iVBO"}}, {"text": "Look"}]},
        {
            "role": "model",
            "parts": [
                {"text": "Hm.", "thought": True},
                {"functionCall": {"name": "look", "args": {"at": 1}}},
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"result": "seen"}}}]},
        {
            "role": "model",
            "parts": [
                {"executableCode": {"language": "PYTHON", "code": "1+1"}},
                {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
                {"text": "Tw"},
                {"text": "o."},
            ],
        },
    ],
}
SAMPLES = {"anthropic": ANTHROPIC, "chat": CHAT, "items": ITEMS, "gemini": GEMINI}

TOLD = {
    "anthropic": [
        "system: Be brief.",
        "user: Look\n\n[picture](https://x.org/a.png) | file: image-1 image/png 3 | file: P text/plain 2",
        'assistant: I look. | thought: Hm. | call: look {"at": 1}',
        "tool: seen | file: image-1 image/png 3",
        "user: And now?",
        'assistant:  | call: web_search {"query": "q"}',
        "tool: [T](https://t.org)",
        "assistant: It is cold ([T](https://t.org)), they say.",
    ],
    "items": [
        "system: Be brief.",
        "user: Look | file: image-1 image/png 3",
        'assistant:  | thought: Hm. | call: look {"at": 1}',
        "tool: seen",
        'assistant:  | call: web_search {"type": "search", "query": "q"} | call: code_interpreter 1+1',
        "tool: 2 | file: image-1 image/png 3",
        'assistant: Cold ([T](https://t.org)). | call: image_generation {"prompt": "a cat"}'
        " | file: image-1 image/png 3",
    ],
    "gemini": [
        "system: Be brief.",
        "user: Look | file: image-1 image/png 3",
        'assistant:  | thought: Hm. | call: look {"at": 1}',
        'tool: {"result": "seen"}',
        "assistant:  | call: python 1+1",
        "tool: 2",
        "assistant: Two.",
    ],
}


@pytest.mark.parametrize("name", TOLD)
def test_every_block_finds_its_place(tmp_path: Path, name: str) -> None:
    record, _ = only(tmp_path, SAMPLES[name])
    assert branches_shown(record.conversation) == [TOLD[name]]
    assert only(tmp_path, [SAMPLES[name]])[0].conversation.messages.keys() == record.conversation.messages.keys()


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (
            {
                "type": "search_result",
                "source": "https://t.org",
                "title": "T",
                "content": [{"type": "text", "text": "W"}],
            },
            "[T](https://t.org)\n\nW",
        ),
        ({"type": "tool_result", "content": {"type": "code_execution_result", "stdout": "2", "stderr": "!"}}, "2\n\n!"),
        (
            {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error", "error_code": "x"}},
            "error_code",
        ),
        (
            {
                "type": "web_fetch_tool_result",
                "content": {
                    "type": "web_fetch_result",
                    "url": "https://t.org",
                    "content": {"type": "document", "title": "T", "source": {"type": "text", "data": "W"}},
                },
            },
            "[T](https://t.org)\n\nW",
        ),
        ({"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "W"}]}}, "file-1.txt"),
    ],
)
def test_blocks_that_are_rare(tmp_path: Path, block: dict[str, Any], told: str) -> None:
    record, left_out = only(tmp_path, [{"role": "user", "content": [block]}])
    assert told in branches_shown(record.conversation)[0][0]
    assert left_out == {}


def test_what_the_file_does_not_hold_is_counted(tmp_path: Path) -> None:
    assert only(tmp_path, ANTHROPIC)[1] == {"file": 1, "encrypted thought": 1}
    assert only(tmp_path, CHAT)[1] == {"file": 1, "picture": 1}
    odd = [{"role": "user", "content": [{"type": "hologram", "data": "A" * 999}, {"type": "text", "text": "Hi"}]}]
    assert only(tmp_path, odd)[1] == {"unknown block": 1}


def test_files_in_places_for_text_are_no_text(tmp_path: Path) -> None:
    file = "A" * 2000
    odd: list[Any] = [
        {"role": "tool", "content": [{"type": "odd", "payload": {"file": file, "note": "kept"}}]},
        {"role": "user", "content": [{"type": "text", "text": {"value": {"file": file}}}]},
        {"type": "function_call_output", "call_id": "c", "output": [{"file": f"data:image/png;base64,{file}"}]},
    ]
    shown = str(branches_shown(only(tmp_path, odd)[0].conversation))
    assert "AAAA" not in shown
    assert "kept" in shown


def test_choices_are_versions(tmp_path: Path) -> None:
    record, _ = only(tmp_path, CHAT)
    asked = [
        "system: Be brief.",
        "user: Hear\n\n[picture](https://x.org/a.png) | file: recording-1.mp3 audio/mpeg 3"
        " | file: a.pdf application/pdf 3 | file: image-3 image/png 3",
        "assistant:  | thought: Hm. | call: look {}",
        "tool: seen",
    ]
    assert branches_shown(record.conversation) == [
        [*asked, "assistant: Cold ([T](https://t.org))."],
        [*asked, "assistant: No."],
        [*asked, "assistant: Cold! | file: recording-1.wav audio/wav 3"],
    ]
    (pane,) = record.conversation.panes
    first = record.conversation.messages[pane.leaf_id or ""]
    assert (first.model, first.finish_reason) == ("openai/gpt-x", "length")
    assert first.usage is not None and (first.usage.input_tokens, first.usage.reasoning_tokens) == (7, 1)


USER, REPLY = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}
MESSAGE = {"type": "message", "role": "assistant", "model": "claude-x", "stop_reason": "end_turn"}
TALK = ["user: Hi", "assistant: Yo"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"custom_id": "1", "method": "POST", "url": "/v1", "body": {"model": "m", "messages": [USER]}}, [TALK[:1]]),
        ({"custom_id": "1", "params": {"model": "m", "messages": [USER, REPLY]}}, [TALK]),
        ({"custom_id": "1", "response": {"status_code": 200, "body": {"choices": [{"message": REPLY}]}}}, [TALK[1:]]),
        (
            {"result": {"type": "succeeded", "message": {**MESSAGE, "content": [{"type": "text", "text": "Yo"}]}}},
            [TALK[1:]],
        ),
        ({"request": {"messages": [USER]}, "response": {"choices": [{"message": REPLY}]}}, [TALK]),
        ({"model": "llama", "messages": [USER], "message": REPLY, "done": True}, [TALK]),
        ({"input": "Hi", "output": [{"type": "message", **REPLY}]}, [TALK]),
        ({"prompt": "Hi", "completion": "Yo"}, [TALK]),
        ({"conversations": [USER, REPLY]}, [TALK]),
        ({"prompt": [USER], "chosen": [REPLY], "rejected": "Eh"}, [TALK, ["user: Hi", "assistant: Eh"]]),
        (
            {
                "input": {"messages": [USER]},
                "preferred_output": [REPLY],
                "non_preferred_output": [{**REPLY, "content": "Eh"}],
            },
            [TALK, ["user: Hi", "assistant: Eh"]],
        ),
        (
            {"candidates": [{"content": {"role": "model", "parts": [{"text": "Yo"}]}, "finishReason": "STOP"}]},
            [TALK[1:]],
        ),
    ],
)
def test_requests_and_replies_in_their_wrappings(tmp_path: Path, entry: Any, told: list[list[str]]) -> None:
    record, left_out = only(tmp_path, lines(entry), "file.jsonl")
    assert (branches_shown(record.conversation), left_out) == (told, {})


def test_items_one_a_line_or_in_a_list_are_one_conversation(tmp_path: Path) -> None:
    items = [*ITEMS["input"], *ITEMS["output"]]
    for text, name in ((lines(*items), "file.jsonl"), (json.dumps(items), "file.json")):
        assert branches_shown(only(tmp_path, text, name)[0].conversation) == [TOLD["items"][1:]]


def test_a_request_is_known_by_its_system_prompt_too(tmp_path: Path) -> None:
    asked = [{"system": system, "messages": [USER]} for system in ("Be brief.", "Be wordy.")]
    ids = {only(tmp_path, request)[0].conversation.id for request in asked}
    assert len(ids) == 2
    plain = {
        only(tmp_path, value)[0].conversation.id
        for value in ([USER], {"messages": [USER]}, {"model": "m", "messages": [USER]})
    }
    assert len(plain) == 1, "lists without a system prompt keep the ids that they have always had"


def test_what_is_nested_too_deeply_costs_its_own_entry_only(tmp_path: Path) -> None:
    deep = "[" * 900 + "]" * 900
    odd = f'{{"messages": [{{"role": "tool", "content": [{{"odd": {deep}}}]}}]}}'
    found = found_in(tmp_path, f"[{odd}, {json.dumps({'messages': [USER, REPLY]})}]")
    assert [type(entry) for entry in found] == [Skipped, ConversationRecord]


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_broken_dialogues_never_raise(data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(list(SAMPLES.values())).flatmap(broken_versions))
    reading = Reading()
    found = list(read_json([json.dumps(value)], False, reading))
    assert "AAAA" not in json.dumps(branches_of(found))


def branches_of(found: list[Any]) -> list[list[list[str]]]:
    assert left_out_of(found) == {}
    return [branches_shown(record.conversation) for record in records_of(found)]


T3: dict[str, Any] = {
    "threads": [{"id": "t1", "title": "One", "pinned": True}, {"id": "t2", "title": "Two"}, {"id": "t3"}],
    "messages": [
        {"threadId": "t1", "role": "assistant", "content": "A1", "created_at": "2025-01-02T00:00:02Z"},
        {"threadId": "t2", "role": "user", "content": "Q2", "created_at": "2025-01-02T00:00:03Z"},
        {"threadId": "t1", "role": "user", "content": "Q1", "created_at": "2025-01-02T00:00:01Z"},
        {"threadId": "t3", "role": "user", "content": "", "created_at": "2025-01-02T00:00:04Z"},
    ],
}


def test_messages_of_several_conversations_are_told_apart(tmp_path: Path) -> None:
    found = found_in(tmp_path, json.dumps(T3))
    first, second = records_of(found)
    assert [branches_shown(each.conversation) for each in (first, second)] == [
        [["user: Q1", "assistant: A1"]],
        [["user: Q2"]],
    ]
    assert (first.conversation.title, first.is_pinned, second.conversation.title) == ("One", True, "Two")
    assert [entry for entry in found if isinstance(entry, Empty)]
    rows = [{"session_id": id_, "role": "user", "content": f"Q{id_}"} for id_ in (1, 1, 2)]
    assert len(records_of(found_in(tmp_path, lines(*rows), "a.jsonl"))) == 2
    assert len(records_of(found_in(tmp_path, lines({"role": "user", "content": "Q"}, *rows), "a.jsonl"))) == 1


def test_messages_of_the_ai_sdk_are_told_apart_too(tmp_path: Path) -> None:
    rows = [
        {"id": f"m{n}", "chatId": chat, "role": "user", "parts": [{"type": "text", "text": f"Q{n}"}]}
        for n, chat in enumerate("aab")
    ]
    both = records_of(found_in(tmp_path, json.dumps({"chats": [{"id": "b", "title": "B"}], "messages": rows})))
    assert [len(each.conversation.messages) for each in both] == [2, 1] and both[1].conversation.title == "B"
    (alone,) = records_of(found_in(tmp_path, lines(*rows[:2]), "a.jsonl"))
    assert alone.conversation.id == both[0].conversation.id


@pytest.mark.parametrize("key", ["conversations", "chats", "threads", "sessions", "data"])
def test_conversations_inside_an_object_of_another_kind(tmp_path: Path, key: str) -> None:
    inner = [{"messages": [{"role": "user", "content": text}]} for text in ("One", "Two")]
    assert len(records_of(found_in(tmp_path, json.dumps({"version": 2, key: inner})))) == 2


def test_files_in_texts_are_attached(tmp_path: Path) -> None:
    data = f"data:image/png;base64,{'iVBORw0KGgoA' * 20}"
    talk = [{"role": "user", "content": data}, {"role": "assistant", "content": f"Here: ![A cat]({data})"}]
    record, _ = only(tmp_path, talk)
    assert branches_shown(record.conversation) == [
        ["user:  | file: image-1 image/png 180", "assistant: Here:  | file: A cat image/png 180"]
    ]


def test_a_conversation_that_is_named_is_known_when_it_has_grown(tmp_path: Path) -> None:
    rows = [{"thread_id": "t", "role": "user", "content": "Q"}, {"thread_id": "t", "role": "assistant", "content": "A"}]
    (short,), (long,) = (records_of(found_in(tmp_path, lines(*rows[:end]), "a.jsonl")) for end in (1, 2))
    assert short.conversation.id == long.conversation.id
    assert set(short.conversation.messages) < set(long.conversation.messages)


def test_versions_and_dates_of_a_list_are_kept(tmp_path: Path) -> None:
    talk = {
        "title": "Tree",
        "createdAt": "2025-01-02T00:00:00Z",
        "messages": [
            {"id": "1", "role": "user", "text": "Q", "parentId": None, "timestamp": 1735776000000},
            {"id": "2", "role": "assistant", "content": "", "contentChunks": [{"type": "text", "text": "A"}]},
            {"id": "2", "role": "assistant", "content": "B", "parentId": "1", "createdAt": "2025-01-02T00:00:09Z"},
            {"id": "3", "role": "user", "message": "More", "parentId": "2"},
            {"id": "4", "role": "user", "content": "Other", "parentId": "00000000-0000"},
        ],
    }
    record, left_out = only(tmp_path, talk)
    assert branches_shown(record.conversation) == [
        ["user: Q", "assistant: A"],
        ["user: Q", "assistant: B", "user: More"],
        ["user: Other"],
    ]
    dates = [message.created_at for message in record.conversation.messages.values()]
    assert dates[0] == dates[1] == 1735776000.0 and dates[2] == 1735776009.0 and not left_out


def test_ids_do_not_depend_on_dates_that_were_not_read_once(tmp_path: Path) -> None:
    messages = [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]
    dated = {"id": "x", "createdAt": "2025-01-02T00:00:00Z", "messages": [{**each, "date": 1.7e9} for each in messages]}
    with_dates, without = (only(tmp_path, talk)[0] for talk in (dated, {"id": "x", "messages": messages}))
    assert with_dates.conversation.id == without.conversation.id
    assert set(with_dates.conversation.messages) == set(without.conversation.messages)
    assert with_dates.conversation.created_at == 1735776000.0
