"""Gemini in Google's Takeout: activities as JSON and as HTML, and the conversations of a Workspace account."""

from __future__ import annotations

import io
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
from textchat.core.conversation import Conversation
from textchat.store.history import History
from textchat.store.transfer.importers import read_file
from textchat.store.transfer.importers.google.activity_dates import moment_of
from textchat.store.transfer.importers.google.takeout_html import read
from textchat.store.transfer.importers.json_files import read_json
from textchat.store.transfer.importers.reading import Reading

CHAT = "https://gemini.google.com/app/"


def activity(title: str, time: str, reply: str = "", *chats: str, **more: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "header": "Gemini Apps",
        "title": title,
        "time": f"2026-03-01T{time}Z",
        "products": ["Gemini Apps"],
        "activityControls": ["Gemini Apps Activity"],
        **more,
    }
    if reply:
        entry["safeHtmlItem"] = [{"html": reply}]
    if chats:
        entry["details"] = [{"name": CHAT + chat, "url": CHAT + chat} for chat in chats]
    return entry


EXPORT = [
    activity("Gave feedback: Good response", "12:30:00.000"),
    activity("Prompted In B", "12:10:00.000", "<p>b2</p>", "bbb"),
    activity("Prompted More?", "12:05:01.250", "<p>a2</p>", "aaa"),
    activity(
        "Prompted Look\n  twice",
        "12:00:00.500",
        '<p>See <b>this</b>: <a href="https://x.org/a">A</a></p><img src="made.png"><ul><li>1</li></ul>',
        "aaa",
        "bbb",
        attachedFiles=["photo-1.png", "gone.pdf"],
        imageFile="photo-1.png",
        subtitles=[{"name": "Attached 2 files."}, {"name": "-  gone.pdf", "url": "gone.pdf"}, {"url": "https://x.org"}],
    ),
]
FILES = {
    "photo-1.png": b"\x89PNG1",
    "made.png": b"\x89PNG22",
    "gemini_gems_data.html": b"<html><body>Gems</body></html>",
}


def row(title: str, date: str, reply: str = "", *chats: str, product: str = "Gemini Apps") -> str:
    links = "".join(f'<a href="{CHAT}{chat}">{CHAT}{chat}</a><br>' for chat in chats)
    return (
        '<div class="outer-cell mdl-cell mdl-cell--12-col mdl-shadow--2dp"><div class="mdl-grid">'
        '<div class="header-cell mdl-cell mdl-cell--12-col">'
        f'<p class="mdl-typography--title">{product}<br></p></div>'
        f'<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1">{title}<br>{date}<br>{reply}</div>'
        '<div class="content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1 mdl-typography--text-right"></div>'
        '<div class="content-cell mdl-cell mdl-cell--12-col mdl-typography--caption"><b>Products:</b><br>&emsp;'
        f"{product}<br><b>Details:</b><br>&emsp;{links}</div></div></div>\n"
    )


def page(*rows: str) -> str:
    style = f"<style>{'.mdl{} ' * 1500}</style>"
    return f'<html><head><title>My Activity History</title>{style}</head><body><div class="mdl-grid">{"".join(rows)}'


HTML = page(
    row("Watched&nbsp;x", "Mar 1, 2026, 12:40:00\u202fPM UTC", product="YouTube"),
    row("Gave feedback: Good response", "Mar 1, 2026, 12:30:00\u202fPM UTC"),
    row("Prompted&nbsp;In B", "Mar 1, 2026, 12:10:00\u202fPM UTC", "<p>b2</p>", "bbb"),
    row("Prompted&nbsp;More?", "Mar 1, 2026, 12:05:01\u202fPM UTC", "<p>a2</p>", "aaa"),
    row(
        'Prompted&nbsp;Look<br>  twice<br>Attached 2 files.<br>-&emsp;<a href="photo-1.png">photo-1.png</a><br>'
        '-&emsp;<a href="gone.pdf">gone.pdf</a>',
        "Mar 1, 2026, 7:00:00\u202fAM EST",
        '<div><p>See <b>this</b>: <a href="https://x.org/a">A</a></p></div><img src="made.png"><ul><li>1</li></ul>',
        "aaa",
        "bbb",
    ),
)
READ = [
    [
        "user: Look\ntwice | file: photo-1.png image/png 5",
        "assistant: See **this**: [A](https://x.org/a)\n\n- 1 | file: made.png image/png 6",
        "user: More?",
        "assistant: a2",
    ],
    [
        "user: Look\ntwice | file: photo-1.png image/png 5",
        "assistant: See **this**: [A](https://x.org/a)\n\n- 1 | file: made.png image/png 6",
        "user: In B",
        "assistant: b2",
    ],
]


def zipped(folder: Path, content: str, name: str) -> Path:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"Takeout/My Activity/Gemini Apps/{name}", content)
        for file, held in FILES.items():
            archive.writestr(f"Takeout/My Activity/Gemini Apps/{file}", held)
        archive.writestr("Takeout/archive_browser.html", "<html><body>Takeout</body></html>")
    path = folder / f"takeout-{name}.zip"
    path.write_bytes(data.getvalue())
    return path


def shown(conversation: Conversation) -> list[str]:
    (branch,) = branches_shown(conversation)
    return [line.replace("\n  ", "\n") for line in branch]


@pytest.mark.parametrize(("content", "name"), [(json.dumps(EXPORT), "MyActivity.json"), (HTML, "MinAktivitet.html")])
def test_an_activity_is_a_turn_of_the_chats_that_it_names(tmp_path: Path, content: str, name: str) -> None:
    found = list(read_file(zipped(tmp_path, content, name), lambda share: None))
    records = records_of(found)
    assert [shown(record.conversation) for record in records] == READ
    assert left_out_of(found) == {"activity without a prompt": 1, "file": 2}
    first = records[0].conversation
    assert (first.title, first.created_at, records[0].updated_at) == ("Look", 1772366400.0, 1772366701.0)


async def test_both_forms_and_a_later_export_name_the_same_messages(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.db")
    for content, name, new, grown in (
        (HTML, "a.html", 2, 0),
        (json.dumps(EXPORT), "a.json", 0, 0),
        # Google has deleted the oldest prompt, and another was asked since.
        (json.dumps([activity("Prompted Third", "13:00:00Z", "<p>a3</p>", "aaa"), *EXPORT[:-1]]), "b.json", 0, 1),
    ):
        added = await history.add(records_of(found_in(tmp_path, content, name)))
        assert (len(added.new), len(added.grown)) == (new, grown), name
    await history.aclose()


def test_without_chats_a_pause_of_half_an_hour_ends_a_conversation(tmp_path: Path) -> None:
    entries = [
        activity("Prompted Later", "09:00:00", "<p>c</p>", header="Bard", products=["Bard"]),
        activity("Prompted Go on", "08:29:59", "<p>b</p>"),
        activity("Created Gemini Canvas", "08:10:00", "<p>A page</p>"),
        activity("Asked Bard: Begin", "08:00:00", "<p>a</p>"),
    ]
    records = records_of(found_in(tmp_path, json.dumps(entries)))
    assert [shown(record.conversation) for record in records] == [
        ["user: Begin", "assistant: a", "assistant: Created Gemini Canvas\n\nA page", "user: Go on", "assistant: b"],
        ["user: Later", "assistant: c"],
    ]
    more = records_of(found_in(tmp_path, json.dumps([activity("Prompted And", "09:20:00"), *entries])))
    assert [each.conversation.id for each in more] == [each.conversation.id for each in records]


def test_words_before_a_prompt_in_other_languages(tmp_path: Path) -> None:
    german = [
        activity(f"Eingegebener Prompt: Frage {n}", f"08:00:{n:02}", "<p>a</p>", "c", header="Gemini-Apps")
        for n in range(20)
    ]
    portuguese = [activity("Perguntou: Por quê?", "08:00:00", "<p>a</p>", "p", header="Apps do Gemini")]
    korean = [
        activity("이 코드를 설명해 주세요.", "08:00:00", "<p>a</p>", "k", header="Gemini 앱", products=["Gemini 앱"])
    ]
    for entries, first in ((german, "Frage 0"), (portuguese, "Por quê?"), (korean, "이 코드를 설명해 주세요.")):
        (record,) = records_of(found_in(tmp_path, json.dumps(entries)))
        assert shown(record.conversation)[0] == f"user: {first}"


@pytest.mark.parametrize(
    "line",
    [
        "Mar 3, 2026, 6:25:05\u202fAM UTC",
        "Mar 2, 2026, 10:25:05 PM PST",
        "3 mars 2026, 07:25:05 CET",
        "03.03.2026, 07:25:05 MEZ",
        "3 de mar. de 2026, 03:25:05 BRT",
        "2026. 3. 3. 오후 3:25:05 KST",
        "2026/03/03 15:25:05 JST",
        "2026年3月3日 14:25:05 GMT+08:00",
        "3 мар. 2026 г., 09:25:05 MSK",
        "3 mrt 2026, 07:25:05 CET",
    ],
)
def test_dates_in_the_languages_of_accounts(line: str) -> None:
    assert moment_of(line) == 1772519105.0


def test_lines_that_are_no_dates() -> None:
    assert not any(map(moment_of, ("", "At 12:00:00 we met", "99.99.2026, 07:25:05", "Mar 3, 2026", "9" * 70)))


def test_a_prompt_that_quotes_a_date_and_markup(tmp_path: Path) -> None:
    prompt = 'Prompted&nbsp;Log:<br>Jan 1, 2020, 1:00:00 AM UTC<br>&lt;div class="outer-cell"&gt; fails'
    reply = "<p>No</p>On<br>Jan 1, 2021, 1:00:00 AM UTC<br>it did"
    (record,) = records_of(found_in(tmp_path, page(row(prompt, "Mar 1, 2026, 1:00:00 PM UTC", reply, "x"))))
    assert shown(record.conversation) == [
        'user: Log:\nJan 1, 2020, 1:00:00 AM UTC\n<div class="outer-cell"> fails',
        "assistant: No\n\nOn\nJan 1, 2021, 1:00:00 AM UTC\nit did",
    ]
    assert record.conversation.created_at == 1772370000.0


WORKSPACE: dict[str, Any] = {
    "title": "Plan",
    "creation_time": "2026-03-01T08:00:00Z",
    "last_modification_time": "2026-03-01T09:00:00Z",
    "conversation_turns": [
        {"user_turn": {"prompt": "Q", "turn_index": 0, "turn_last_modified": "2026-03-01T08:00:01Z"}},
        {
            "system_turn": {
                "text": [{"data": "A"}, {"cards": [{"content": "card"}]}],
                "images": ["conversation_1_turn_1_images_0"],
                "model_thoughts": [{"headline": "Think", "description": "hard"}],
                "turn_index": 1,
                "turn_last_modified": "2026-03-01T08:00:09Z",
            }
        },
        {"user_turn": {"prompt": "Q2", "turn_index": 0, "turn_last_modified": "2026-03-01T08:10:00Z"}},
    ],
}


def test_a_conversation_of_a_workspace_account(tmp_path: Path) -> None:
    record, left_out = only(tmp_path, WORKSPACE, "conversation_1.txt")
    assert branches_shown(record.conversation) == [
        ["user: Q", "assistant: A\n\ncard | thought: Think\n\nhard", "user: Q2"]
    ]
    assert (record.conversation.title, record.updated_at, left_out) == ("Plan", 1772355600.0, {"picture": 1})
    assert [message.created_at % 1000 for message in record.conversation.messages.values()] == [1.0, 9.0, 600.0]


SAMPLES: dict[str, Any] = {"Gemini, activities": EXPORT, "Gemini, workspace": WORKSPACE}


@given(st.sampled_from([EXPORT, WORKSPACE]).flatmap(broken_versions))
@settings(max_examples=examples(40), deadline=None)
def test_nothing_broken_fails(value: Any) -> None:
    list(read_json([json.dumps(value)], False, Reading("Takeout/MyActivity.json")))


@given(st.lists(st.sampled_from([*row("a", "Mar 1, 2026, 1:00:00 PM", "<p>x</p>").split("<"), "p>", "br>", "&"])))
@settings(max_examples=examples(40), deadline=None)
def test_no_broken_page_fails(pieces: list[str]) -> None:
    try:
        list(read(page("<".join(pieces)), Reading()))
    except ValueError as error:
        assert type(error).__name__ in ("NoMessages", "NotReadable")
