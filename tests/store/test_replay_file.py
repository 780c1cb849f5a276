"""Replays as files: refused in a sentence where they are damaged or hostile, and as pages without script."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core import limits
from textchat.core.blind.blind import Blind
from textchat.core.conversation import Conversation, Message, Pane, Role, Status, Timing
from textchat.core.errors import ConfigurationError
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.replaying.timeline import Piece, PieceKind, Timeline
from textchat.store.history import History
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export_forms import ExportForm, document
from textchat.store.transfer.export_html import page_head, page_part
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.replay_file import read_replay, with_timelines

TAG = re.compile(r'<(?:[^<>"]|"[^"]*")*>')
HOSTILE = st.text(st.sampled_from("<>&\"'`*_#[]()|\\ \n\tab漢😀​;:{}/!-1."), max_size=60)


def talk(text: str = "Hello **you**", reasoning: str = "hm", **more: Any) -> ConversationRecord:
    prompt = Message("u", None, Role.USER, "Hi", created_at=1.0)
    first = Message(
        "a", "u", Role.ASSISTANT, text, reasoning, model="m/a", timing=Timing(0.5, 2.0, 50.0), created_at=1.0
    )
    other = Message("b", "u", Role.ASSISTANT, "Other", model="m/b", created_at=1.0, **more)
    messages = {message.id: message for message in (prompt, first, other)}
    panes = (Pane("p", "m/a", leaf_id="a"), Pane("q", "m/b", leaf_id="b"))
    return ConversationRecord(Conversation("c", "Talk", 1.0, messages, panes), 1.0)


def by_character(message: Message, step: float = 0.1) -> Timeline:
    kinds = [PieceKind.REASONING] * len(message.reasoning) + [PieceKind.TEXT] * len(message.text)
    pieces = tuple(Piece(round(0.5 + step * number, 6), 1, kind) for number, kind in enumerate(kinds))
    return Timeline(pieces, round(0.5 + step * len(pieces), 6))


def timed(record: ConversationRecord) -> ConversationRecord:
    return with_timelines(record, {"a": by_character(record.conversation.messages["a"])})


def written(folder: Path, text: str) -> Path:
    file = folder / "talk.replay.json"
    file.write_text(text, "utf-8")
    return file


def test_a_replay_survives_its_file_and_says_what_is_estimated(tmp_path: Path) -> None:
    record = timed(talk())
    text = document(ExportForm.JSON, record)
    answers = json.loads(text)["conversations"][0]["timelines"]["answers"]
    assert {id_: each.get("estimated", False) for id_, each in answers.items()} == {"a": False, "b": True}
    read = read_replay(written(tmp_path, text))
    assert read.timelines == {id_: read.timelines[id_] for id_ in ("a", "b")}
    assert read.timelines["a"] == record.timelines["a"]
    assert read.conversation.messages == record.conversation.messages


def test_a_plain_export_is_played_by_its_figures(tmp_path: Path) -> None:
    read = read_replay(written(tmp_path, document(ExportForm.JSON, talk(status=Status.GROWING))))
    assert all(timeline.is_estimated for timeline in read.timelines.values())
    assert read.timelines["a"].pieces[0].at == 0.5
    assert read.conversation.messages["b"].status is Status.INTERRUPTED


def test_before_a_blind_vote_no_time_tells_a_model(tmp_path: Path) -> None:
    record = talk()
    blind = Blind(("p", "q")).with_answer("a", "p").with_answer("b", "q")
    hidden = timed(replace(record, conversation=replace(record.conversation, blind=blind)))
    assert all(timeline.is_estimated for timeline in hidden.timelines.values())
    assert {timeline.pieces[0].at for timeline in hidden.timelines.values()} == {0.5}
    with pytest.raises(ConfigurationError, match="its models are hidden until the vote"):
        read_replay(written(tmp_path, document(ExportForm.JSON, hidden.shown)))


def imported(file: Path) -> list[ConversationRecord]:
    return [found for found in read_file(file, lambda share: None) if isinstance(found, ConversationRecord)]


async def test_an_import_keeps_measured_times_alone(tmp_path: Path) -> None:
    record = timed(talk())
    (found,) = imported(written(tmp_path, document(ExportForm.JSON, record)))
    history = History.in_memory()
    await history.add([found])
    assert await history.timelines.of("c") == {"a": record.timelines["a"]}
    await history.aclose()
    plain = json.loads(document(ExportForm.JSON, record))
    _times(plain["conversations"][0], [[-1, 13]])
    (damaged,) = imported(written(tmp_path, json.dumps(plain)))
    assert (damaged.conversation.messages, damaged.timelines) == (found.conversation.messages, {})


def _times(entry: dict[str, Any], pieces: object) -> None:
    entry["timelines"]["answers"]["a"]["pieces"] = pieces


DAMAGES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda entry: entry["timelines"].update(version=2), "it was written by a newer textchat"),
    (lambda entry: entry.update(timelines=[]), "its timelines are damaged"),
    (lambda entry: _times(entry, [[0.1, 5]]), "the times of a reply are not those of its text"),
    (lambda entry: _times(entry, [[0.2, 2, "reasoning"], [0.1, 13]]), "its times go backwards"),
    (lambda entry: _times(entry, [[float("nan"), 13]]), "a time is not a number of seconds"),
    (lambda entry: _times(entry, [[0, 0]] * 1_000_000), "it has more than 20,000 pieces"),
    (lambda entry: entry["timelines"]["answers"].update(zz={"pieces": []}), "are not those of its text"),
    (lambda entry: entry["panes"][1].update(id="p"), "two panes have the same id"),
    (lambda entry: entry["messages"][0].update(parent_id="b"), "."),
    (lambda entry: entry["messages"].append({}), "."),
]


@pytest.mark.parametrize(("damage", "why"), DAMAGES)
def test_a_damaged_file_is_refused_in_a_sentence(
    damage: Callable[[dict[str, Any]], object], why: str, tmp_path: Path
) -> None:
    plain = json.loads(document(ExportForm.JSON, timed(talk())))
    damage(plain["conversations"][0])
    with pytest.raises(ConfigurationError) as refused:
        read_replay(written(tmp_path, json.dumps(plain)))
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not an export of textchat"),
        ('{"a": 1}', "it is not an export of textchat"),
        (document(ExportForm.JSON, timed(talk()))[:-40], "the file ends inside entry 1"),
        ("[" * 100_000, "Cannot replay"),
        ('{"format":"textchat","version":1,"conversations":[{"messages":[],"panes":[]},{}]}', "several conversations"),
    ],
)
def test_what_is_no_replay_is_one_sentence(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(why)):
        read_replay(written(tmp_path, text))


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textchat.store.transfer.replay_file.REPLAY", replace(limits.REPLAY, most=1024))
    with pytest.raises(ConfigurationError, match="is larger than 1 KiB"):
        read_replay(written(tmp_path, document(ExportForm.JSON, timed(talk("long " * 300)))))
    with pytest.raises(ConfigurationError, match="Cannot read"):
        read_replay(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not text in UTF-8"):
        read_replay(tmp_path / "binary")


# -- as a page ---------------------------------------------------------------------------------------------------------


def body(page: str) -> str:
    """What a page says, without its style and its two check boxes."""
    return TAG.sub("", page[page.index("<h1>") :])


def delays(page: str) -> list[float]:
    return [float(found) for found in re.findall(r'style="animation-delay:([\d.]+)s"', page)]


def test_each_word_of_a_page_appears_when_it_came() -> None:
    page = page_part(timed(talk("Hello **you** there", "")))
    words = re.findall(r'<span class="at" style="animation-delay:([\d.]+)s">([^<]*)</span>', page)
    came = [(word.strip(), round(float(at) - 1.5, 3)) for at, word in words[:3]]
    # The request leaves after a second, the first character comes half a second later, then one each 0.1 seconds.
    assert came == [("Hello", 0.4), ("you", 1.0), ("there", 1.8)]
    assert body(page) == body(page_part(talk("Hello **you** there", "")))
    assert "prefers-reduced-motion: no-preference" in page
    assert page.count('type="checkbox"') == 2


def test_parts_sources_and_calls_appear_as_well() -> None:
    record = talk("One two.", "")
    answer = replace(
        record.conversation.messages["a"],
        parts=(Part("x.txt", "text/plain", b"abc", offset=4),),
        citations=(Citation("https://x.example", "X", (8,)),),
    )
    page = page_part(timed(replace(record, conversation=record.conversation.with_message(answer))))
    assert re.search(r'<div class="at"[^>]*><p class="quiet">x\.txt', page)
    assert re.search(r'<div class="at"[^>]*><ol class="sources">', page)


@settings(max_examples=examples(300), deadline=None)
@given(HOSTILE, HOSTILE)
def test_no_text_breaks_out_of_a_page_or_is_lost(text: str, reasoning: str) -> None:
    record = talk(text, reasoning)
    page, static = page_part(timed(record)), page_part(record)
    assert html.unescape(body(page)) == html.unescape(body(static))
    names = {re.match(r"</?(\w+)", tag)[1] for tag in TAG.findall(page)}  # type: ignore[index]
    assert names <= {re.match(r"</?(\w+)", tag)[1] for tag in TAG.findall(static)} | {  # type: ignore[index]
        "span", "div", "style", "input", "label",
    }  # fmt: skip
    assert all(0 <= delay < 100 for delay in delays(page))
    assert " on" not in "".join(TAG.findall(page))


def test_a_page_stays_small_and_strict() -> None:
    page = page_part(timed(talk("word " * 40_000, "")))
    assert page.count("<span") < 25_000
    assert len(page) < 3_000_000
    assert "script" not in page_head("Talk").replace("default-src 'none'", "")
