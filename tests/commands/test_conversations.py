"""`textchat conversations` and `textchat stats` on a real database."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import stat
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.program import Program
from tests.examples import examples
from tests.flow.terminal import Terminal
from tests.servers.openai import OpenAIServer
from textchat.commands import conversation_import
from textchat.commands.conversations import listed
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Role, Source, Usage
from textchat.core.votes.vote import Candidate, Vote
from textchat.render.cells import width_of
from textchat.store.database import connect
from textchat.store.history import ConversationRecord, ConversationSummary, History
from textchat.store.transfer.importers import Found, read_file


@pytest.fixture
def talks(program: Program, server: OpenAIServer) -> list[str]:
    """Two saved conversations, the older first; gives their ids."""
    server.say("fast", "The moon is **far**.")
    server.say("slow", "The moon is near.")
    program.run("ask", "--save", "How far is the moon?")
    program.run("compare", "--save", "Near or far?")
    return [line["id"] for line in reversed(program.run("conversations", "list", "--json").lines)]


def test_list_is_newest_first(program: Program, talks: list[str]) -> None:
    lines = program.run("conversations", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == talks[::-1]
    assert lines[0].endswith("local/fast, local/slow  Near or far?")
    for option in ("-n", "--limit"):
        assert program.run("conversations", "list", option, "1").out.splitlines() == lines[:1]


async def test_a_list_that_is_cut_short_says_so(program: Program) -> None:
    history = History.open(paths.database(program.environment))
    await history.add([ConversationRecord(Conversation(f"c{number}", "Moon", 0.0), 0.0) for number in range(51)])
    await history.aclose()
    for options, lines, said in (
        ((), 50, "Only the first 50. Pass a larger -n to show more.\n"),
        (("-n", "51"), 51, ""),
        (("-n", "1"), 1, ""),
    ):
        result = program.run("conversations", "list", *options)
        assert (len(result.out.splitlines()), result.errors) == (lines, said)


def test_a_number_too_large_to_reckon_with_is_one_line(program: Program) -> None:
    for words in (("delete", "--yes", "--older-than"), ("search", "moon", "-n")):
        assert " 99999999999999999999… is more than" in program.run("conversations", *words, "9" * 400, code=2).error


def test_on_a_terminal_the_title_comes_first_and_no_line_wraps(program: Program, talks: list[str]) -> None:
    with Terminal(program.argv("conversations", "list"), program.environment, columns=70) as terminal:
        assert terminal.wait_for_exit() == 0
        near, far = (line.split("  ") for line in terminal.text.splitlines()[:2])
    assert (near[0].strip(), far[0].strip()) == ("Near or far?", "How far is the moon?")
    assert [near[-1].strip(), far[-1].strip()] == talks[::-1]


SUMMARIES = st.lists(
    st.builds(
        ConversationSummary,
        id=st.just("0199d2f3a5b2c4d6e8f"),
        title=st.text(st.sampled_from("moon 名前é\x1b\u202e👩"), max_size=90),
        created_at=st.just(0.0),
        updated_at=st.sampled_from([-1.0, 0.0, 1.8e9, 1.8e9 - 90_000, 1e300]),
        models=st.lists(st.sampled_from(["openai/gpt-5-mini-2025-08-07", "demo/fast", "x/名前"]), max_size=8).map(
            tuple
        ),
        message_count=st.integers(0, 10**6),
        tags=st.lists(st.just("work"), max_size=2).map(tuple),
    ),
    max_size=5,
)


@settings(max_examples=examples(200), deadline=None)
@given(SUMMARIES, st.integers(1, 160))
def test_a_listed_conversation_is_one_line_that_fits(summaries: list[ConversationSummary], width: int) -> None:
    lines = listed(summaries, width, 1.8e9).splitlines()
    assert len(lines) == len(summaries)
    assert all(width_of(line) <= width for line in lines)
    if width >= 40:
        assert all(line.endswith("  0199d2f3a5b2c4d6e8f") for line in lines)


def test_the_columns_are_title_date_models_messages_and_id() -> None:
    eight = tuple(f"oa/bench-text-r60-n{number}0" for number in range(1, 9))
    rows = [
        ConversationSummary("0199d2f3a5b2c4d6e8f", "How far is the moon?", 0, 0, ("local/fast", "local/slow"), 12),
        ConversationSummary("0199d2f3a5b2c4d6e90", "A long title, which takes all that it can have", 0, 0, eight, 4),
    ]
    assert listed(rows, 80, 1.8e9).splitlines() == [
        "How far is the moon?        1970  fast, slow             12  0199d2f3a5b2c4d6e8f",
        "A long title, which takes…  1970  benc…n10, benc…n20 +6   4  0199d2f3a5b2c4d6e90",
    ]
    assert listed(rows, 52, 1.8e9).splitlines() == [
        "How far is the moon?       1970  0199d2f3a5b2c4d6e8f",
        "A long title, which take…  1970  0199d2f3a5b2c4d6e90",
    ]


def test_a_blank_title_is_named_as_in_the_app() -> None:
    assert listed([ConversationSummary("1", "  ", 0, 0, (), 0)], 80, 1.8e9).startswith("untitled  ")


def test_the_overview_says_how_many_and_how_large(program: Program, talks: list[str]) -> None:
    assert program.run("conversations").out.startswith("2 conversations, ")


def test_search_finds_words_in_answers(program: Program, talks: list[str]) -> None:
    found = program.run("conversations", "search", "moon", "role:user", "--json").lines
    assert [(hit["conversation_id"], hit["role"]) for hit in found] == [(talks[0], "user")]
    (start, end), *_ = found[0]["highlights"]
    assert found[0]["snippet"][start:end].lower() == "moon"
    lines = program.run("conversations", "search", "near").out.splitlines()
    assert talks[1] in lines[0] and "The moon is near." in "".join(lines)
    nothing = program.run("conversations", "search", "nowhere")
    assert (nothing.out, nothing.error) == ("", "No messages match “nowhere”.")


def test_search_says_what_it_did_not_understand_and_what_it_left_out(program: Program, talks: list[str]) -> None:
    ran = program.run("conversations", "search", "moon", "role:nobody", "-n", "1", "--json")
    assert [hit["whole"] for hit in ran.lines] == [True]
    assert ran.errors.splitlines() == [
        "No role “nobody”. Use system, user, assistant or tool.",
        "Only the first 1. Pass a larger -n to show more.",
    ]
    for words in (("-far", "moon"), ("moon", "-far")):
        ran = program.run("conversations", "search", *words)
        assert [line.split(": ")[-1] for line in ran.out.splitlines()] == ["The moon is near."]
    assert "Nothing to search for." in program.run("conversations", "search", code=2).error
    assert "--moon" in program.run("conversations", "search", "far", "--moon", code=2).error


def test_show_is_markdown(program: Program, talks: list[str]) -> None:
    out = program.run("conversations", "show", talks[0]).out
    assert "# How far is the moon?\n\n## User\n\nHow far is the moon?\n\n## local/fast\n" in out
    assert out.endswith("The moon is **far**.\n")


def test_a_prefix_names_a_conversation_if_it_is_the_only_one(program: Program, talks: list[str]) -> None:
    shared = next(at for at, pair in enumerate(zip(*talks, strict=True)) if pair[0] != pair[1])
    error = program.run("conversations", "show", talks[0][:shared], code=2).error
    assert talks[0] in error and talks[1] in error
    program.run("conversations", "show", talks[0][: shared + 1])
    assert "No conversation" in program.run("conversations", "show", "\udcff", code=2).error


@pytest.mark.parametrize(("name", "start"), [("t.md", "---\n"), ("t.json", '{"format"'), ("t.html", "<!doctype html>")])
def test_export_never_replaces_a_file_unasked(program: Program, talks: list[str], name: str, start: str) -> None:
    target = program.home / name
    program.run("conversations", "export", talks[0], "-o", name)
    assert target.read_text().startswith(start)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.write_text("mine")
    assert name in program.run("conversations", "export", talks[0], "-o", name, code=2).error
    assert target.read_text() == "mine"
    program.run("conversations", "export", "--all", "-o", name, "--force")
    assert target.read_text().startswith(start)
    assert list(program.home.glob(".t.*")) == []


def test_export_into_a_folder_writes_a_file_for_each(program: Program, talks: list[str]) -> None:
    program.run("conversations", "export", "--all", "-o", "notes/")
    names = sorted(file.name for file in (program.home / "notes").iterdir())
    assert names == [f"How-far-is-the-moon-{talks[0][-8:]}.md", f"Near-or-far-{talks[1][-8:]}.md"]
    ran = program.run("conversations", "export", talks[0], "-o", "notes", "--force")
    assert ran.error == "0 written, 0 updated, 1 unchanged."
    program.run("conversations", "export", "--all", "-o", "notes", "--format", "html")
    page = (program.home / "notes" / f"Near-or-far-{talks[1][-8:]}.html").read_text()
    assert "<title>Near or far?</title>" in page
    assert len(list((program.home / "notes").iterdir())) == 4


def test_export_that_fails_leaves_nothing(program: Program, talks: list[str]) -> None:
    assert program.run("conversations", "export", talks[0], "-o", "no/such/folder.md", code=2).error
    connection = sqlite3.connect(Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db")
    connection.execute("UPDATE messages SET role = 'nonsense'")
    connection.commit()
    connection.close()
    program.run("conversations", "export", talks[0], "-o", "t.md", code=1)
    assert list(program.home.glob("*t.md*")) == []


def test_export_and_import_again_is_the_same(program: Program, talks: list[str], tmp_path: Path) -> None:
    whole = program.run("conversations", "export", "--all", "--format", "json").out
    (program.home / "all.json").write_text(whole)
    program.environment["XDG_DATA_HOME"] = str(tmp_path / "other")
    ran = program.run("conversations", "import", "all.json")
    assert ran.error == "all.json: 2 imported, 0 already present, 0 skipped."
    assert program.run("conversations", "export", "--all", "--format", "json").out == whole
    assert "0 imported, 2 already present" in program.run("conversations", "import", "all.json").error


def test_a_broken_entry_is_reported_and_skipped(program: Program, talks: list[str], tmp_path: Path) -> None:
    document = json.loads(program.run("conversations", "export", "--all", "--format", "json").out)
    document["conversations"].insert(1, {"panes": [], "messages": "none"})
    (program.home / "all.json").write_text(json.dumps(document))
    program.environment["XDG_DATA_HOME"] = str(tmp_path / "other")
    ran = program.run("conversations", "import", "all.json", code=1)
    first, last = ran.errors.splitlines()
    assert first == "all.json: skipped entry 2: messages is not a list."
    assert last == "all.json: 2 imported, 0 already present, 1 skipped."


def test_what_went_on_since_the_last_import_comes_with_the_next(program: Program, talks: list[str]) -> None:
    program.run("conversations", "export", "--all", "-o", "later.json")
    document = json.loads((program.home / "later.json").read_text())
    for talk in document["conversations"]:
        del talk["messages"][1:]
        for pane in talk["panes"]:
            pane["leaf_id"] = talk["messages"][0]["id"]
    (program.home / "earlier.json").write_text(json.dumps(document))
    program.run("conversations", "delete", "--yes", *talks)
    said = program.run("conversations", "import", "earlier.json").error
    assert said == "earlier.json: 2 imported, 0 already present, 0 skipped."
    said = program.run("conversations", "import", "later.json").error
    assert said == "later.json: 0 imported, 2 updated, 0 already present, 0 skipped."
    assert "The moon is **far**." in program.run("conversations", "show", talks[0]).out
    said = program.run("conversations", "import", "later.json").error
    assert said == "later.json: 0 imported, 2 already present, 0 skipped."


async def test_a_stopped_import_says_so_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(file: Path, advance: object) -> Iterator[Found]:
        yield from read_file(file, lambda share: None)
        raise asyncio.CancelledError

    monkeypatch.setattr(conversation_import, "read_file", stopped)
    (tmp_path / "a.jsonl").write_text('{"role": "user", "content": "Kept"}')
    history = History.open(tmp_path / "textchat.db")
    with pytest.raises(asyncio.CancelledError):
        await conversation_import.import_files(history, Namespace(files=[str(tmp_path / "a.jsonl")]))
    assert "a.jsonl: stopped. What was imported is kept" in capsys.readouterr().err
    assert [each.title for each in await history.summaries()] == ["Kept"]
    await history.aclose()


def test_a_file_that_cannot_be_read_keeps_no_other_out(program: Program) -> None:
    talk = {"chat_messages": [{"uuid": "m", "sender": "human", "text": "Hi"}], "uuid": "c", "name": "Greeting"}
    (program.home / "claude.json").write_text(json.dumps([talk, {**talk, "uuid": "d", "chat_messages": []}]))
    (program.home / "other.json").write_text('{"name": "x"}')
    said = program.run("conversations", "import", "nowhere.json", "other.json", "claude.json", "", code=2).errors
    missing, unknown, counts, empty = said.splitlines()
    assert empty == "An empty name was given. Name a file or folder to import."
    assert missing == "Cannot read nowhere.json: No such file or directory."
    assert unknown.startswith("other.json has no conversation in a known format. textchat can import from ")
    assert " ChatGPT, " in unknown
    assert counts == "claude.json: 1 imported, 0 already present, 0 skipped. 1 without messages."
    assert "Greeting" in program.run("conversations", "list").out


def test_a_missing_file_is_one_line(program: Program) -> None:
    assert "nowhere.json" in program.run("conversations", "import", "nowhere.json", code=2).error


def test_delete_needs_a_yes(program: Program, talks: list[str]) -> None:
    assert "--yes" in program.run("conversations", "delete", talks[0], code=2).error
    with Terminal(program.argv("conversations", "delete", talks[0]), program.environment) as terminal:
        terminal.wait_until("[y/N]")
        terminal.type("n\r")
        assert terminal.wait_for_exit() == 1
    assert len(program.run("conversations", "list").out.splitlines()) == 2
    with Terminal(program.argv("conversations", "delete", talks[0]), program.environment) as terminal:
        terminal.wait_until("How far is the moon?")
        terminal.type("y\r")
        assert terminal.wait_for_exit() == 0
    program.run("conversations", "delete", "--yes", talks[1])
    assert program.run("conversations", "list").out == ""


def test_ctrl_c_at_the_question_deletes_nothing(program: Program, talks: list[str]) -> None:
    with Terminal(program.argv("conversations", "delete", talks[0]), program.environment) as terminal:
        terminal.wait_until("Permanently delete 1 conversation?")
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert "Traceback" not in terminal.text
    assert talks[0] in program.run("conversations", "list").out


def test_delete_of_what_is_old(program: Program, talks: list[str]) -> None:
    connection = sqlite3.connect(Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db")
    connection.execute("UPDATE conversations SET updated_at = updated_at - 11 * 86400 WHERE id = ?", (talks[0],))
    connection.commit()
    connection.close()
    assert program.run("conversations", "delete", "--older-than", "10", "--yes").error == "Deleted 1 conversation."
    assert [line["id"] for line in program.run("conversations", "list", "--json").lines] == [talks[1]]


def test_what_is_deleted_is_gone_from_the_file(program: Program, talks: list[str]) -> None:
    database = Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db"
    assert b"far" in database.read_bytes()
    program.run("conversations", "delete", "--yes", *talks)
    assert b"far" not in database.read_bytes()


def test_vacuum_says_what_it_has_saved(program: Program, talks: list[str]) -> None:
    program.run("ask", "--save", "-", stdin="word " * 100_000)
    connection = connect(Path(program.environment["XDG_DATA_HOME"]) / "textchat" / "textchat.db")
    connection.execute("DELETE FROM conversations WHERE id NOT IN (?, ?)", talks)
    connection.commit()
    connection.close()
    before, now = re.findall(r"([0-9.]+) MiB", program.run("conversations", "vacuum").out)
    assert float(now) < float(before) / 2
    assert len(program.run("conversations", "list").out.splitlines()) == 2


def test_stats_are_a_table(program: Program, talks: list[str]) -> None:
    head, fast, slow = program.run("stats").out.splitlines()
    assert head.split()[:2] == ["MODEL", "REQUESTS"]
    assert fast.split()[:3] == ["local/fast", "2", "0"]
    assert slow.split()[:3] == ["local/slow", "1", "0"]


def test_what_caches_saved_stands_below(program: Program) -> None:
    config = Path(program.environment["XDG_CONFIG_HOME"]) / "textchat" / "config.toml"
    price = "price = { input = 2.0, output = 10.0, cached_input = 0.2, cache_write = 2.5 }"
    config.write_text(f'{config.read_text()}\n[models."local/fast"]\n{price}\n[models."local/slow"]\n{price}\n')
    usages = (
        ("local/fast", Usage(10_000, 9, None, Source.REPORTED, 8_000, None, 1_000)),
        ("local/fast", Usage(1_000_000, 9, None, Source.REPORTED, 5_000_000)),
        ("local/other", Usage(4_000, 9, None, Source.REPORTED, 1_000)),
        ("local/slow", Usage(4_000, 9, None, Source.REPORTED, 0, None, 4_000)),
        ("local/unused", Usage(4_000, 9)),
    )

    async def record() -> None:
        history = History.open(paths.database(program.environment))
        for number, (model, usage) in enumerate(usages):
            message = Message(f"m{number}", None, Role.ASSISTANT, "", model=model, usage=usage)
            await history.requests.record_request(message)
        await history.aclose()

    asyncio.run(record())
    assert program.run("stats").out.partition("\n\n")[2].splitlines() == [
        "MODEL        FROM CACHE  OF INPUT  TO CACHE              SAVED",
        "local/fast         1.0M      100%      1.0k              $1.81",
        "local/other        1.0k       25%         0                  –",
        "local/slow            0        0%      4.0k  cost $0.0020 more",
    ]
    lines = {line["model"]: line for line in program.run("stats", "--json").lines}
    assert lines["local/fast"]["cache_saved_usd"] == pytest.approx(1.8139)
    assert (lines["local/fast"]["cached_tokens"], lines["local/fast"]["cache_write_tokens"]) == (1_008_000, 1_000)
    assert lines["local/unused"]["cache_saved_usd"] is None and "cache_uses" not in lines["local/unused"]


def test_a_rating_of_few_votes_is_marked_as_a_guess(program: Program, talks: list[str]) -> None:
    async def vote(count: int) -> None:
        history = History.open(paths.database(program.environment))
        for number in range(count):
            answers = (Candidate(f"f{number}", "local/fast", 1.0), Candidate(f"s{number}", "local/slow", 0.0))
            await history.votes.record(Vote(talks[1], None, answers))
        await history.aclose()

    said = {}
    for count in (0, 9, 10):
        asyncio.run(vote(count))
        said[count] = [re.split("  +", row)[9:] for row in program.run("stats").out.splitlines()[1:]]
    assert said[0] == [["–", "–"], ["–", "–"]]
    assert [rating[0] for _, rating in said[9]] == ["~", "~"]
    assert [won for won, *_ in said[10]] == ["10/10", "0/10"]
    assert [int(rating) > 1000 for _, rating, *_ in said[10]] == [True, False]
    assert [limits.strip("0123456789") for _, _, limits in said[10]] == ["+", "up to "]
    assert program.run("stats", "--json").lines[0]["rating"] > 1200


def test_ratings_have_limits_and_kinds_and_say_what_is_worth_its_price(program: Program, talks: list[str]) -> None:
    async def vote() -> None:
        history = History.open(paths.database(program.environment))
        await history.shelf.tag(talks[1], "code")
        for number, (fast, kind) in enumerate([(1.0, True)] * 9 + [(0.0, True)] * 6 + [(1.0, False)] * 5):
            answers = (Candidate(f"f{number}", "local/fast", fast), Candidate(f"s{number}", "local/slow", 1.0 - fast))
            day = datetime(2026, 9 + number % 3, 1 + number).timestamp()
            await history.votes.record(Vote(talks[1], None, answers, kind, created_at=day))
            for candidate in answers:
                cost = 0.02 if candidate.model == "local/fast" else 0.001
                message = Message(candidate.message_id, None, Role.ASSISTANT, "", model=candidate.model, cost_usd=cost)
                await history.requests.record_request(message)
        await history.aclose()

    asyncio.run(vote())
    head, fast, _, _, *worth = program.run("stats", "--worth").out.splitlines()
    assert head.split()[-2:] == ["RATING", "95%"]
    low, high = (int(limit) for limit in fast.split()[-1].split("–"))
    assert low < int(fast.split()[-2]) < high
    assert worth[0].startswith("Not by your votes: you do not clearly prefer local/fast ($0.020 a reply) to local/slow")
    assert "would settle it" in worth[1] and worth[-1].split()[0] == "local/slow"
    first, _, found = program.run("stats", "--json", "--worth").lines
    assert (round(first["rating_low"]), round(first["rating_high"]), first["rating_group"]) == (low, high, 0)
    assert (first["by_kind"]["blind"]["votes"], first["by_kind"]["open"]["votes"]) == (15, 5)
    assert first["by_kind"]["named"] is None and first["by_kind"]["open"]["rating_low"] is None
    assert (first["rating_is_guess"], first["by_kind"]["open"]["rating_is_guess"]) == (False, True)
    assert first["cost_per_reply_usd"] == 0.02
    assert (found["favourite"], found["alternative"]) == ("local/fast", "local/slow")
    assert found["cheaper"][0]["votes_to_settle"]["about"] > 1
    months = program.run("stats", "--over-time").out.rpartition("\n\n")[2].splitlines()
    assert months[0].split() == ["RATING", "2026-09", "2026-10", "2026-11"] and months[1].split()[1][0] == "~"
    (of_a_kind, _) = program.run("stats", "--votes", "open", "--tag", "code", "--json").lines
    assert (of_a_kind["votes"], of_a_kind["score"], of_a_kind["by_kind"]["blind"]) == (5, 5.0, None)
    limited = program.run("stats", "--since", "2026-09-01", "--until", "2026-09-30", "--json").lines
    assert limited[0]["votes"] == 7
    assert program.run("stats", "--tag", "cooking", code=2).error == "No tag cooking. Tags: code."
    assert "write 2026-11-30, or 7d for 7 days ago" in program.run("stats", "--since", "soon", code=2).error
    assert program.run("stats", "--since", "2999-01-01").error == "No requests or votes here. Use fewer limits."


def test_a_damaged_database_is_one_sentence(program: Program) -> None:
    data = Path(program.environment["XDG_DATA_HOME"]) / "textchat"
    data.mkdir(parents=True)
    (data / "textchat.db").write_bytes(b"not a database at all" * 100)
    for words in (["conversations", "list"], ["stats"], ["conversations", "export", "--all"]):
        assert "textchat.db" in program.run(*words, code=1).error
