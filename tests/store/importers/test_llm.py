"""llm's `logs.db`: dates of turns, and conversations that went on after the upgrade from `responses` to `threads`.

The rows are those that llm 0.12, 0.27 and 0.36 wrote.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.store.importers.shown import branches_shown, left_out_of, records_of
from tests.store.importing import database
from textchat.core.conversation import Conversation
from textchat.store.history import History
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.found import Found

RESPONSES = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT, options_json TEXT,
    response TEXT, response_json TEXT, conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
"""
LATER = """
ALTER TABLE responses ADD COLUMN schema_id TEXT;
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, arguments TEXT,
    tool_call_id TEXT);
CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT, output TEXT,
    tool_call_id TEXT, instance_id INTEGER, exception TEXT);
"""
THREADS = """
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT, provider_metadata TEXT);
CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT, tool_name TEXT, text TEXT,
    payload TEXT);
CREATE TABLE part_attachments (part_id INTEGER, attachment_id TEXT, "order" INTEGER);
CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT, datetime_utc TEXT);
CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT, tip_message_hash TEXT, model TEXT,
    options_json TEXT, schema_id TEXT, input_tokens INTEGER, output_tokens INTEGER, duration_ms INTEGER,
    datetime_utc TEXT);
"""
Rows = dict[str, list[tuple[Any, ...]]]


def response(id_: str, prompt: str, reply: str, minute: int, system: str | None = "Be brief.") -> tuple[Any, ...]:
    at = f"2024-01-02T03:0{minute}:00"
    return id_, "fake", prompt, system, None, '{"temperature": 0.5}', reply, None, "c1", 20, at


OLD: Rows = {
    "conversations": [("c1", "Moons", "fake")],
    "responses": [response("r1", "one", "Reply to one", 1), response("r2", "two", "Reply to two", 2)],
}


def chain(*said: tuple[str, str, str]) -> Rows:
    """Messages below each other, by hash, role and text."""
    hashes = [None, *(hash_ for hash_, _, _ in said)]
    return {
        "messages": [(hash_, above, role, None) for (hash_, role, _), above in zip(said, hashes, strict=False)],
        "parts": [(at, hash_, 0, "text", None, text, None) for at, (hash_, _, text) in enumerate(said, start=1)],
    }


def turn(id_: str, thread: str, parent: str, tip: str, second: int, **more: Any) -> tuple[Any, ...]:
    at = f"2026-05-06T07:08:{second:02d}.000000+00:00"
    return id_, thread, parent, tip, "fake", more.get("options"), more.get("schema"), 5, 3, 40, at


COPY = [
    ("h1", "system", "Be brief."),
    ("h2", "user", "one"),
    ("h3", "assistant", "Reply to one"),
    ("h4", "system", "Be brief."),
    ("h5", "user", "two"),
    ("h6", "assistant", "Reply to two"),
]
GROWN = chain(*COPY, ("h7", "user", "three"), ("h8", "assistant", "Reply to three"))
UPGRADED: Rows = {
    **OLD,
    **GROWN,
    "threads": [("c1", "three", "h8", None, "2026-05-06 07:08:30.000000+00:00")],
    "turns": [turn("n1", "c1", "h7", "h8", 20, options='{"temperature": 0.1, "odd": "x", "seed": "no"}', schema="s")],
}


def read(folder: Path, name: str, script: str, rows: Rows) -> list[Found]:
    return list(read_file(database(folder / name, script, rows), lambda share: None))


def dates(conversation: Conversation) -> list[str]:
    moments = (datetime.fromtimestamp(message.created_at, UTC) for message in conversation.messages.values())
    return [f"{moment:%Y %H:%M:%S}" for moment in moments]


def test_what_was_said_before_an_upgrade_and_since_is_one_conversation(tmp_path: Path) -> None:
    found = read(tmp_path, "new.db", RESPONSES + THREADS, UPGRADED)
    (record,) = records_of(found)
    assert branches_shown(record.conversation) == [
        [
            "system: Be brief.",
            "user: one",
            "assistant: Reply to one",
            "user: two",
            "assistant: Reply to two",
            "user: three",
            "assistant: Reply to three",
        ]
    ]
    before = ["2024 03:01:00", "2024 03:01:00", "2024 03:01:00", "2024 03:02:00", "2024 03:02:00"]
    assert dates(record.conversation) == [*before, "2026 07:08:20", "2026 07:08:20"]
    last = record.conversation.messages[record.conversation.panes[0].leaf_id or ""]
    assert last.parameters is not None and last.usage is not None
    assert (last.text, last.parameters.as_dict(), last.usage.output_tokens) == (
        "Reply to three",
        {"temperature": 0.1, "odd": "x"},
        3,
    )
    assert left_out_of(found) == {"schema": 1}


async def test_either_file_first_adds_only_what_the_other_lacks(tmp_path: Path) -> None:
    old = records_of(read(tmp_path, "old.db", RESPONSES, OLD))
    new = records_of(read(tmp_path, "new.db", RESPONSES + THREADS, UPGRADED))
    for name, order, grown in (("a", (old, new, old), [0, 1, 0]), ("b", (new, old, new), [0, 0, 0])):
        history = History.open(tmp_path / f"{name}.db")
        added = [await history.add(records) for records in order]
        assert [len(each.new) for each in added] == [1, 0, 0]
        assert [len(each.grown) for each in added] == grown
        await history.aclose()


def test_every_message_of_a_thread_has_the_date_of_its_turn(tmp_path: Path) -> None:
    said = [("a", "user", "one"), ("b", "assistant", "1"), ("c", "user", "two"), ("d", "assistant", "2")]
    rows = {
        **chain(*said),
        "threads": [("t", "Talk", "d", None, "2026-05-06 07:08:36+00:00")],
        "turns": [turn("n1", "t", "a", "b", 34), turn("n2", "t", "c", "d", 46)],
    }
    (record,) = records_of(read(tmp_path, "logs.db", THREADS, rows))
    assert dates(record.conversation) == ["2026 07:08:34", "2026 07:08:34", "2026 07:08:46", "2026 07:08:46"]
    # The ids are those that were made when all prompts had the date of the thread.
    assert [id_[:11] for id_ in record.conversation.messages] == [
        f"{round(datetime(2026, 5, 6, 7, 8, second, tzinfo=UTC).timestamp() * 1000):011x}"
        for second in (36, 34, 36, 46)
    ]


def test_a_fork_knows_who_wrote_what_it_shares(tmp_path: Path) -> None:
    fork = chain(("h9", "user", "instead"), ("h10", "assistant", "Reply to instead"))
    fork["messages"][0] = ("h9", "h6", "user", None)
    rows = {
        **UPGRADED,
        "messages": GROWN["messages"] + fork["messages"],
        "parts": GROWN["parts"] + [(part[0] + 100, *part[1:]) for part in fork["parts"]],
        "threads": [*UPGRADED["threads"], ("t2", "Fork", "h10", "c1", "2026-05-07 00:00:00+00:00")],
        "turns": [*UPGRADED["turns"], turn("n2", "t2", "h9", "h10", 50)],
    }
    _, forked = records_of(read(tmp_path, "logs.db", RESPONSES + THREADS, rows))
    shared = [(message.text, message.model) for message in forked.conversation.messages.values() if message.model]
    assert shared == [(text, "imported/fake") for text in ("Reply to one", "Reply to two", "Reply to instead")]
    assert dates(forked.conversation)[-2:] == ["2026 07:08:50", "2026 07:08:50"]
    assert dates(forked.conversation)[:2] == ["2024 03:01:00", "2024 03:01:00"]


def test_tools_fragments_and_pictures_before_and_after_an_upgrade(tmp_path: Path) -> None:
    called = '{"name": "double", "arguments": {"x": 4}, "tool_call_id": "k1"}'
    said = [
        ("h1", "user", "use it"),
        ("h2", "assistant", ""),
        ("h3", "tool", ""),
        ("h4", "assistant", "Done"),
        ("h5", "user", "look"),
        ("h6", "assistant", "Seen"),
    ]
    rows = chain(*said)
    parts = {part[1]: part for part in rows["parts"]}
    parts["h2"] = (2, "h2", 0, "tool_call", "double", None, called)
    parts["h3"] = (3, "h3", 0, "tool_result", "double", None, '{"output": "8"}')
    parts["h5"] = (5, "h5", 0, "text", None, None, '{"text_ref": [{"fragment": 1}, {"literal": "\\nlook"}]}')
    more = [
        (30, "h3", 1, "tool_result", "double", None, '{"output": "10"}'),
        (50, "h5", 1, "attachment", None, None, "{}"),
    ]
    rows |= {
        "parts": [*parts.values(), *more],
        "conversations": [("c1", "", "fake")],
        "responses": [
            (*response("r1", "use it", "", 1, None), None),
            (*response("r2", "", "Done", 1, None), "s"),
        ],
        "tool_calls": [(1, "r1", 1, "double", '{"x": 4}', "k1")],
        "tool_results": [(1, "r2", 1, "double", "8", "k1", None, None), (2, "r2", 1, "double", "10", "k2", None, None)],
        "fragments": [(1, "f", "FRAGMENT")],
        "attachments": [("a8", "image/png", None, None, b"\x89PNG")],
        "part_attachments": [(50, "a8", 0)],
        "threads": [("c1", "", "h6", None, "2026-05-06 07:08:30+00:00")],
        "turns": [turn("n1", "c1", "h5", "h6", 20)],
    }
    after = ["user: FRAGMENT\nlook | file: image-1 image/png 4", "assistant: Seen"]
    before = ["user: use it", 'assistant:  | call: double {"x": 4}', "tool: 8", "tool: 10", "assistant: Done"]
    (merged,) = records_of(read(tmp_path, "merged.db", RESPONSES + LATER + THREADS, rows))
    assert branches_shown(merged.conversation) == [before + after]
    without = {**rows, "conversations": [], "responses": [], "tool_calls": [], "tool_results": []}
    (thread,) = records_of(read(tmp_path, "thread.db", RESPONSES + LATER + THREADS, without))
    assert branches_shown(thread.conversation) == [before + after]


def test_the_first_logs_had_neither_ids_nor_our_dates(tmp_path: Path) -> None:
    script = "CREATE TABLE logs (provider TEXT, system TEXT, prompt TEXT, response TEXT, model TEXT, timestamp TEXT)"
    rows: Rows = {"logs": [("openai", "Sys", "One", "Eins", "gpt-4", "2023-05-01 10:00:00.5")]}
    (record,) = records_of(read(tmp_path, "logs.db", script, rows))
    assert branches_shown(record.conversation) == [["system: Sys", "user: One", "assistant: Eins"]]
    assert record.conversation.created_at == 1682935200.5
