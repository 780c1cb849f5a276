"""Titles, pins, tags, deleting with undo, drafts, the journal and votes, all through a real file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from textchat.core.conversation import (
    Conversation,
    Message,
    Pane,
    ReadingPlace,
    Role,
    Source,
    Status,
    Timing,
    Usage,
    new_id,
)
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.store_error import StoreError, StoreErrorKind
from textchat.core.votes.scope import VoteScope
from textchat.core.votes.usual_reply import UsualReply
from textchat.core.votes.vote import Candidate, Vote, VoteKind
from textchat.store.history import Added, ConversationRecord, History
from textchat.store.journal import ModelStats
from textchat.store.organizing import organize


def one(text: str, title: str = "") -> tuple[Conversation, Message]:
    message = Message(new_id(), None, Role.USER, text, created_at=1.0)
    pane = Pane("p", "demo/fast", leaf_id=message.id)
    return Conversation(new_id(), title or text, 1.0, {message.id: message}, (pane,)), message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "textchat.db"


@pytest.fixture
async def history(path: Path) -> AsyncIterator[History]:
    history = History.open(path)
    yield history
    await history.aclose()


async def titles(history: History, **which: object) -> list[str]:
    return [summary.title for summary in await history.summaries(**which)]  # type: ignore[arg-type]


async def test_rename_pin_archive_and_tags_show_in_the_summaries(history: History) -> None:
    first, message = one("first")
    other, other_message = one("other")
    await history.save(first, [message])
    await history.save(other, [other_message])
    await history.shelf.rename(first.id, "Renamed")
    await history.shelf.pin(first.id)
    for name in ("work", "a  b\n", "work"):
        await history.shelf.tag(first.id, name)
    summary = await history.summary(first.id)
    assert summary is not None
    assert (summary.title, summary.is_pinned, summary.tags) == ("Renamed", True, ("a b", "work"))
    assert await titles(history, tag="work") == ["Renamed"]
    assert await history.tags() == [("a b", 1), ("work", 1)]
    await history.shelf.untag(first.id, "a b")
    await history.shelf.archive(first.id)
    assert await titles(history) == ["other"]
    assert await titles(history, archived=True) == ["Renamed"]
    assert await titles(history, archived=None) == ["other", "Renamed"]
    assert [summary.id for summary in await history.pinned()] == [first.id]
    await history.shelf.pin(first.id, False)
    assert await history.pinned() == []


async def test_a_title_given_elsewhere_is_not_overwritten_by_the_old_one(history: History, path: Path) -> None:
    kept, message = one("old title")
    await history.save(kept, [message])
    elsewhere = History.open(path)
    await elsewhere.shelf.rename(kept.id, "given elsewhere")
    await elsewhere.aclose()
    await history.save(kept, [replace(message, id="m2", parent_id=message.id)])
    assert await titles(history) == ["given elsewhere"]
    await history.save(replace(kept, title="given here"))
    assert await titles(history) == ["given here"]


async def test_deleting_can_be_undone_until_the_end(history: History, path: Path) -> None:
    kept, message = one("kept")
    gone, gone_message = one("gone")
    await history.save(kept, [message])
    await history.save(gone, [gone_message])
    await history.save_draft(gone.id, "half a thought")
    for each in (kept, gone):
        await history.delete(each.id)
    assert await titles(history) == []
    assert (await history.load(kept.id), await history.newest(), await history.find(kept.id)) == (None, None, [])
    assert not await history.search("kept")
    await history.undelete(kept.id)
    assert await titles(history) == ["kept"]
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT title FROM conversations").fetchall() == [("kept",)]
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM drafts").fetchone() == (0,)


async def test_what_was_deleted_long_ago_by_a_program_that_crashed_goes_at_the_next_start(path: Path) -> None:
    old, old_message = one("old")
    new, new_message = one("new")
    history = History.open(path)
    await history.save(old, [old_message])
    await history.save(new, [new_message])
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE conversations SET deleted_at = 1000 WHERE id = ?", (old.id,))
        connection.execute("UPDATE conversations SET deleted_at = strftime('%s') WHERE id = ?", (new.id,))
        connection.commit()
    history = History.open(path)
    await history.undelete(new.id)
    with pytest.raises(StoreError, match="No conversation") as caught:
        await history.undelete(old.id)
    assert caught.value.kind is StoreErrorKind.MISSING
    assert await titles(history) == ["new"]
    await history.aclose()


async def test_writing_in_a_deleted_conversation_brings_it_back_a_look_at_it_does_not(history: History) -> None:
    kept, message = one("kept")
    await history.save(kept, [message])
    await history.delete(kept.id)
    await history.save(kept.with_pane(Pane("p2", "demo/careful")))
    assert await titles(history) == []
    await history.save(kept, [replace(message, id="m2", parent_id=message.id)])
    assert await titles(history) == ["kept"]


async def test_a_place_is_kept_and_nothing_else_is_touched(history: History) -> None:
    read, message = one("read")
    newer, newer_message = one("newer")
    await history.save(read, [message])
    await history.save(newer, [newer_message])
    before = await history.summaries()
    place = ReadingPlace(message.id, 2, -3)
    await history.shelf.keep_places(read.id, {"p": place, "no such pane": place})
    await history.shelf.keep_places("no such conversation", {"p": place})
    assert await history.summaries() == before, "a look at it does not bring it to the top, nor anything to life"
    assert await history.load(read.id) == replace(read, panes=(replace(read.panes[0], place=place),))
    assert await history.load(newer.id) == newer
    await history.shelf.keep_places(read.id, {"p": None})
    assert await history.load(read.id) == read
    await history.shelf.keep_places(read.id, {"p": ReadingPlace("a message that is gone")})
    assert await history.load(read.id) == read


async def test_drafts_are_kept_for_each_conversation_and_for_the_new_one(history: History, path: Path) -> None:
    await history.save_draft(None, "a new\nthought \ud800")
    await history.save_draft("c1", "another")
    await history.save_draft("c1", "another one")
    await history.aclose()
    again = History.open(path)
    assert await again.draft(None) == "a new\nthought �"
    assert await again.draft("c1") == "another one"
    await again.save_draft("c1", "")
    assert await again.draft("c1") == ""
    await again.aclose()


async def test_messages_can_be_taken_out(history: History) -> None:
    kept, message = one("kept")
    below = replace(message, id="below", parent_id=message.id)
    kept = kept.with_message(below)
    await history.save(kept, [message, below])
    await history.remove_messages(kept.id, [message.id])  # and with it what would hang in the air
    loaded = await history.load(kept.id)
    assert loaded is not None
    assert (dict(loaded.messages), loaded.panes[0].leaf_id) == ({}, None)


async def test_whole_conversations_are_taken_in_once(history: History) -> None:
    first, _ = one("first")
    second, _ = one("second")
    records = [
        ConversationRecord(first, 100.0, is_pinned=True, tags=("old",)),
        ConversationRecord(second, 50.0, is_archived=True),
    ]
    assert await history.add(records) == Added(new=(first.id, second.id))
    assert await history.add(records) == Added()
    assert await history.load(first.id) == first
    summary = await history.summary(first.id)
    assert summary is not None
    assert (summary.updated_at, summary.is_pinned, summary.tags) == (100.0, True, ("old",))
    assert await titles(history, archived=True) == ["second"]


async def test_what_went_on_elsewhere_is_taken_in_and_what_went_on_here_stays(history: History) -> None:
    talk, prompt = one("prompt", title="theirs")
    await history.add([ConversationRecord(talk, 50.0)])
    await history.shelf.rename(talk.id, "mine")
    answer = Message(new_id(), prompt.id, Role.ASSISTANT, "answer", created_at=2.0)
    more = Message(new_id(), answer.id, Role.USER, "more", created_at=3.0)
    own = Message(new_id(), prompt.id, Role.ASSISTANT, "own", created_at=4.0)
    grown = talk.with_message(answer).with_message(more)
    grown = replace(grown, panes=(replace(talk.panes[0], leaf_id=more.id),))
    aside = replace(talk.panes[0], id="aside", leaf_id=own.id)
    mine = replace(talk.with_message(own), title="mine", panes=(talk.panes[0], aside))
    await history.save(mine, [own])
    assert await history.add([ConversationRecord(grown, 60.0)]) == Added(grown=(talk.id,))
    assert await history.add([ConversationRecord(grown, 60.0)]) == Added()
    stored = await history.load(talk.id)
    assert stored is not None
    assert set(stored.messages) == {prompt.id, own.id, answer.id, more.id}
    assert (stored.title, [pane.leaf_id for pane in stored.panes]) == ("mine", [more.id, own.id])


async def test_what_was_deleted_a_moment_ago_can_be_taken_in_again(history: History) -> None:
    talk, _ = one("prompt")
    await history.add([ConversationRecord(talk, 50.0)])
    await history.delete(talk.id)
    assert await history.add([ConversationRecord(talk, 50.0)]) == Added(new=(talk.id,))
    assert await history.load(talk.id) == talk


async def test_the_space_of_what_was_removed_is_given_back(path: Path) -> None:
    history = History.open(path)
    large, message = one("x" * 3_000_000, title="large")
    await history.save(large, [message])
    await history.delete(large.id)
    full = await history.size()
    await history.vacuum()
    assert await history.size() < full / 10
    await history.aclose()


async def test_what_was_deleted_is_not_in_the_file_any_more(path: Path) -> None:
    history = History.open(path)
    for number in range(3):
        await saved(history, "some ordinary words " * 200, title=f"kept {number}")
    secret = await saved(history, "geheimnis xylophon " * 200, title="zauberwort")
    await history.save_draft(secret.id, "geheimnis, once more")
    await history.delete(secret.id)
    await history.aclose()
    assert left_of(path, b"ordinary", b"geheim", b"xylophon", b"zauberwort") == [b"ordinary"]


async def test_what_was_taken_out_is_not_in_the_file_any_more(path: Path) -> None:
    history = History.open(path)
    kept, *_ = [await saved(history, "some ordinary words " * 200, title=f"kept {number}") for number in range(3)]
    below = Message(new_id(), next(iter(kept.messages)), Role.ASSISTANT, "schatzkarte " * 200, created_at=2.0)
    await history.save(kept.with_message(below), [below])
    await history.remove_messages(kept.id, [below.id])
    await history.aclose()
    assert left_of(path, b"ordinary", b"schatzkarte") == [b"ordinary"]


async def test_many_are_deleted_at_once_and_leave_the_file_by_steps(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organize, "PURGED_AT_ONCE", 2)
    history = History.open(path)
    gone = [(await saved(history, "geheimnis", title=f"gone {number}")).id for number in range(5)]
    await saved(history, "some ordinary words", title="kept")
    told: list[tuple[int, int]] = []
    await history.delete_for_good(gone, lambda number, total: told.append((number, total)))
    assert told == [(0, 5), (2, 5), (4, 5), (5, 5)]
    await history.vacuum()
    await history.aclose()
    assert left_of(path, b"ordinary", b"geheim", b"gone ") == [b"ordinary"]


async def test_who_stops_a_deletion_has_deleted_all_and_the_next_start_takes_out_the_rest(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organize, "PURGED_AT_ONCE", 2)
    history = History.open(path)
    gone = [(await saved(history, "geheimnis", title=f"gone {number}")).id for number in range(7)]
    task = asyncio.ensure_future(history.delete_for_good(gone, lambda number, total: number and task.cancel()))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await history.summaries() == []
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() > (0,)
    history = History.open(path)
    while await history._writes.run(organize.count_of_purge):
        assert await history.summaries() == []
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    assert left_of(path, b"geheim", b"gone ") == []


async def test_a_file_that_is_free_for_the_most_part_is_known(path: Path) -> None:
    history = History.open(path)
    large = await saved(history, "x" * 300_000, title="large")
    assert not await history.is_wasteful()
    await history.delete_for_good([large.id], lambda number, total: None)
    assert await history.is_wasteful()
    await history.vacuum()
    assert not await history.is_wasteful()
    await history.aclose()


def left_of(path: Path, *words: bytes) -> list[bytes]:
    """Those of the words that stand anywhere in the folder of the store."""
    left = b"".join(file.read_bytes() for file in path.parent.rglob("*") if file.is_file())
    return [word for word in words if word in left]


async def saved(history: History, text: str, title: str) -> Conversation:
    conversation, message = one(text, title=title)
    await history.save(conversation, [message])
    return conversation


# -- the journal and the votes ---------------------------------------------------------------------------------------


def ended(model: str, status: Status, first: float | None = None, cost: float | None = None) -> Message:
    usage = Usage(100, 50, source=Source.REPORTED)
    error = ErrorReport(ErrorKind.SERVER, "It broke.", 500) if status is Status.FAILED else None
    timing = Timing(first, 9.0, None if first is None else first * 10)
    return Message(
        new_id(), None, Role.ASSISTANT, "secret text", model=model, status=status, usage=usage, timing=timing,
        cost_usd=cost, created_at=10.0, error=error,
    )  # fmt: skip


async def test_the_journal_adds_up_by_model_and_holds_no_text(history: History, path: Path) -> None:
    fast = [ended("a/fast", Status.COMPLETE, first, cost) for first, cost in ((1.0, 0.5), (3.0, None), (2.0, 0.25))]
    for message in (*fast, ended("a/fast", Status.CANCELLED), ended("b/big", Status.FAILED), fast[0]):
        await history.requests.record_request(message)
    stats = await history.requests.model_stats()
    assert stats == [
        ModelStats("a/fast", 4, 3, 0, 1, 400, 200, 2, 0.75, first_token_s=2.0, tokens_per_s=20.0, charged=4),
        ModelStats("b/big", 1, 0, 1, 0, 100, 50, charged=1),
    ]
    assert await history.requests.model_stats(VoteScope(since=11.0)) == []
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert "secret" not in "".join(connection.iterdump()).replace("secret_", "")


async def test_the_median_of_an_even_number_lies_between(history: History) -> None:
    for first in (1.0, 2.0, 4.0, 100.0):
        await history.requests.record_request(ended("a/b", Status.COMPLETE, first))
    assert (await history.requests.model_stats())[0].first_token_s == 3.0


async def test_votes_go_to_the_model_that_wrote_the_answer(history: History) -> None:
    won = (Candidate("m1", "a/x", 1.0), Candidate("m2", "b/y", 0.0), Candidate("m3", "a/x", 0.0))
    vote = Vote("c1", "q1", won, is_blind=True, created_at=5.0)
    await history.votes.record(vote)
    await history.votes.record(Vote("c1", "q2", (Candidate("m4", "b/y", 0.5), Candidate("m5", "a/x", 0.5)), False))
    await history.votes.record(Vote("c1", "q1", won, True, judge="j/judge"))
    stats = {each.model: (each.votes, each.score) for each in await history.requests.model_stats()}
    assert stats == {"a/x": (3, 1.5), "b/y": (2, 0.5)}
    assert (await history.votes.since())[0] == vote


async def test_votes_and_usual_replies_of_a_tag_a_time_and_a_kind(history: History) -> None:
    for number, (id_, tags) in enumerate((("c1", ("code",)), ("c2", ("code", "talk")), ("c3", ()))):
        answer = ended("a/x", Status.COMPLETE, 1.0 + number, 0.5 + number)
        answer = replace(answer, id=f"m{number}", created_at=10.0 + 10.0 * number)
        await history.save(replace(Conversation(id=id_), messages={answer.id: answer}), [answer])
        await history.requests.record_request(answer)
        for tag in tags:
            await history.shelf.tag(id_, tag)
        candidates = (Candidate(f"m{number}", "a/x", 1.0, None, number == 2), Candidate(f"o{number}", "b/y", 0.0))
        await history.votes.record(Vote(id_, None, candidates, number > 0, created_at=10.0 + 10.0 * number))

    async def found(scope: VoteScope) -> tuple[list[str], float | None]:
        votes, replies = await history.votes.within(scope), await history.requests.usual_replies(scope)
        stats = {each.model: each.votes for each in await history.requests.model_stats(scope)}
        assert stats.get("a/x", 0) == len(votes)
        return [vote.conversation_id for vote in votes], replies["a/x"].cost_usd if "a/x" in replies else None

    assert await found(VoteScope()) == (["c1", "c2", "c3"], 1.5)
    assert await found(VoteScope(tag="code")) == (["c1", "c2"], 1.0)
    assert await found(VoteScope(tag="talk")) == (["c2"], 1.5)
    assert await found(VoteScope(tag="none")) == ([], None)
    assert await found(VoteScope(since=20.0)) == (["c2", "c3"], 2.0)
    assert await found(VoteScope(until=20.0)) == (["c1"], 0.5)
    assert [(await found(VoteScope(kind=kind)))[0] for kind in VoteKind] == [["c1"], ["c2"], ["c3"]]
    assert (await history.requests.usual_replies())["a/x"] == UsualReply(1.5, False, 2.0, 9.0)
    await history.requests.record_request(ended("a/x", Status.FAILED, 90.0, 9.0))
    assert (await history.requests.usual_replies())["a/x"].cost_usd == 1.5, "a failed one is no reply"


async def test_an_answer_is_judged_once(history: History) -> None:
    first = Vote("c1", "q1", (Candidate("m1", "a/x", 1.0), Candidate("m2", "b/y", 0.0)), created_at=1.0)
    second = Vote("c1", "q1", (Candidate("m3", "b/y", 1.0), Candidate("m1", "a/x", 0.0)), created_at=2.0)
    elsewhere = replace(first, conversation_id="c2", created_at=3.0)
    for vote in (first, elsewhere, second):
        await history.votes.record(vote)
    assert await history.votes.since() == [second, elsewhere]
    await history.votes.take_back(second)
    assert await history.votes.since() == [elsewhere]


async def voted_on(history: History) -> tuple[Conversation, Vote]:
    """A stored conversation with two answers to its prompt, and a vote on them."""
    talk, prompt = one("prompt")
    answers = [Message(new_id(), prompt.id, Role.ASSISTANT, "text", model=model) for model in ("a/x", "b/y")]
    for answer in answers:
        talk = talk.with_message(answer)
    await history.save(talk, [prompt, *answers])
    candidates = tuple(Candidate(each.id, each.model or "", float(each is answers[0])) for each in answers)
    vote = Vote(talk.id, prompt.id, candidates, created_at=1.0)
    await history.votes.record(vote)
    return talk, vote


async def test_a_vote_is_part_of_its_conversation(history: History) -> None:
    talk, vote = await voted_on(history)
    await history.votes.record(replace(vote, judge="j/judge"))
    loaded = await history.load(talk.id)
    assert loaded is not None and loaded.votes == (vote,), "only what the user said"
    won, lost = (each.message_id for each in vote.candidates)
    assert (loaded.score_of(won), loaded.score_of(lost), loaded.score_of(None)) == (1.0, 0.0, None)


async def test_a_deleted_answer_takes_its_vote_along(history: History) -> None:
    _, vote_kept = await voted_on(history)
    talk, vote = await voted_on(history)
    await history.remove_messages(talk.id, [vote.candidates[1].message_id])
    assert await history.votes.since() == [vote_kept]
    assert talk.with_vote(vote).without(vote.candidates[1].message_id).votes == ()


async def test_a_deleted_conversation_takes_its_votes_along_and_brings_them_back(path: Path) -> None:
    history = History.open(path)
    talk, _ = await voted_on(history)
    await history.delete(talk.id)
    assert [each.votes for each in await history.requests.model_stats()] == []
    await history.undelete(talk.id)
    assert [each.votes for each in await history.requests.model_stats()] == [1, 1]
    await history.delete(talk.id)
    await history.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM votes").fetchall() == []
        assert connection.execute("SELECT * FROM candidates").fetchall() == []


async def test_ratings_are_of_the_users_votes(history: History) -> None:
    _, vote = await voted_on(history)
    for number in range(5):
        other = tuple(replace(each, message_id=f"m{number}{each.model}", score=0.5) for each in vote.candidates)
        await history.votes.record(Vote("c", None, other, judge="j/judge"))
    better, worse = await history.requests.model_stats()
    assert better.rating == 1131.4 and worse.rating == 868.6
    await history.requests.record_request(ended("c/quiet", Status.COMPLETE))
    assert [each.rating for each in await history.requests.model_stats()] == [1131.4, 868.6, None]
