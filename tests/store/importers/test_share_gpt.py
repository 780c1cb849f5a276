"""Dialogues in the form of ShareGPT: tools, HTML of its first dumps, preferred replies, files beside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.examples import examples
from tests.store.importers.broken import broken_versions
from tests.store.importers.shown import branches_shown, found_in, left_out_of, lines, records_of
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading


def row(sender: str, value: object) -> dict[str, object]:
    return {"from": sender, "value": value}


TOOLS: dict[str, Any] = {
    "id": "x_0",
    "system": "Be brief.",
    "model": "gpt-4",
    "conversations": [
        row("human", "<image>Sum?"),
        row("function_call", '{"name": "add", "arguments": {"a": 1}}'),
        row("observation", '{"sum": 2}'),
        row("gpt", "It is 2."),
    ],
    "tools": "[]",
    "images": ["./data/a.png"],
}
OLD: dict[str, Any] = {
    "items": [
        row("human", "<p>not HTML"),
        row(
            "gpt",
            '<div class="markdown prose w-full"><p>Use <code>x</code>:</p><pre><div><div><span>python</span>'
            '<button>Copy code</button></div><code class="hljs language-python">a &lt; 1\n</code></div></pre></div>',
        ),
        row("bing", None),
    ],
}
PREFERRED: dict[str, Any] = {
    "model": "m",
    "conversations": [row("user", "Q")],
    "chosen": row("gpt", "Good"),
    "rejected": row("gpt", "Bad"),
}
CHAT: dict[str, Any] = {
    "conversations": [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A", "reasoning_content": "hm"},
    ]
}
CASES = [
    (CHAT, [["user: Q", "assistant: A | thought: hm"]]),
    (
        TOOLS,
        [
            [
                "system: Be brief.",
                "user: <image>Sum?",
                'assistant:  | call: add {"a": 1}',
                'tool: {"sum": 2}',
                "assistant: It is 2.",
            ]
        ],
    ),
    (OLD, [["user: <p>not HTML", "assistant: Use `x`:\n\n```python\na < 1\n```"]]),
    (PREFERRED, [["user: Q", "assistant: Good"], ["user: Q", "assistant: Bad"]]),
]
SAMPLES = {"ShareGPT, tools": TOOLS, "ShareGPT, items": OLD, "ShareGPT, preference": PREFERRED, "ShareGPT, chat": CHAT}


@pytest.mark.parametrize(("entry", "branches"), CASES)
def test_a_dialogue(tmp_path: Path, entry: dict[str, Any], branches: list[list[str]]) -> None:
    for content, name in ((json.dumps([entry, entry]), "a.json"), (lines(entry), "a.jsonl"), (json.dumps(entry), "b")):
        found = found_in(tmp_path, content, name)
        assert [branches_shown(record.conversation) for record in records_of(found)][-1] == branches, name
        assert len({record.conversation.id for record in records_of(found)}) == 1


def test_the_preferred_reply_is_shown(tmp_path: Path) -> None:
    (record,) = records_of(found_in(tmp_path, json.dumps(PREFERRED)))
    (pane,) = record.conversation.panes
    assert record.conversation.messages[pane.leaf_id or ""].text == "Good"


def test_many_dialogues_that_begin_alike_are_many(tmp_path: Path) -> None:
    values = [{"conversations": [row("human", "Hi"), row("gpt", answer)]} for answer in ("A", "B")]
    assert len({record.conversation.id for record in records_of(found_in(tmp_path, json.dumps(values)))}) == 2


def test_a_folder_brings_the_pictures(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.png").write_bytes(b"\x89PNG")
    assert left_out_of(found_in(tmp_path, json.dumps([TOOLS]))) == {"picture": 1}
    (record,) = records_of(list(read_file(tmp_path, lambda share: None)))
    assert branches_shown(record.conversation)[0][1] == "user: <image>Sum? | file: a.png image/png 4"


@given(broken_versions([TOOLS, OLD, PREFERRED]))
@settings(max_examples=examples(24), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("a.json")))
