"""Blind comparisons: which pane is which is hidden until the vote, in the store too, and the vote finds its model."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.live.bench import Bench, ids
from tests.servers.openai import Call, OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.core.blind.masks import HIDDEN_MODEL, HIDDEN_TEXT, Mask
from textchat.core.blind.revealed import revealed
from textchat.core.configuration import BudgetSettings
from textchat.core.conversation import Conversation, Message
from textchat.core.votes.vote import LOST, WON, VoteKind
from textchat.core.votes.voting import NothingToVoteOn
from textchat.live.blind.comparison import CannotCompareBlind
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import UndoStack
from textchat.live.workspace import Workspace
from textchat.store.history import ConversationRecord, History
from textchat.store.transfer.exchange import to_plain
from textchat.store.transfer.export_html import page_head, page_part
from textchat.store.transfer.export_markdown import markdown

ALPHA, BETA, GAMMA = "zebra-alpha-1", "zebra-beta-2", "zebra-gamma-3"
MODELS = (ALPHA, BETA, GAMMA)
NAMES = ("zebra", "alpha", "beta", "gamma", "local/")


@pytest.fixture
def names(server: OpenAIServer) -> None:
    for number, model in enumerate(MODELS):
        server.say(model, f"reply of number {number}")


@pytest.fixture
async def blind(bench: Bench, names: None) -> AsyncIterator[LiveConversation]:
    """Three panes, one model twice, that have been compared blind before anything was said."""
    live = bench.open(ALPHA, BETA, ALPHA, undo=UndoStack())
    await live.blind.begin(is_paced=True)
    yield live


async def ask(bench: Bench, live: LiveConversation, text: str = "question") -> None:
    before = len(bench.watcher.ended)
    await live.send(text, ids(live))
    await bench.ended(before + len(live.conversation.panes))
    await bench.idle(live)


def file_bytes(bench: Bench) -> str:
    path = bench.history.path
    assert path is not None
    files = [path, path.with_name(path.name + "-wal")]
    return "".join(file.read_bytes().decode("latin-1").lower() for file in files if file.exists())


def told_in(text: str) -> list[str]:
    return [name for name in NAMES if name in text.lower()]


async def exported(history: History, conversation_id: str) -> str:
    (record,) = await history.records([conversation_id])
    assert isinstance(record, ConversationRecord)
    summary = await history.summary(conversation_id)
    page = page_head(record.conversation.title) + page_part(record)
    return "\n".join((json.dumps(to_plain(record)), markdown(record), page, repr(summary)))


def model_of(conversation: Conversation, letter: str) -> str:
    """The model behind a letter, by the pane that has it."""
    assert conversation.blind is not None
    return next(pane.model for pane in conversation.panes if conversation.blind.letter(pane.id) == letter)


def answer_of(conversation: Conversation, pane_id: str) -> Message:
    return conversation.messages[conversation.pane(pane_id).leaf_id or ""]


# -- beginning and ending --


async def test_the_panes_are_dealt_and_nothing_tells_them_apart(bench: Bench, names: None) -> None:
    orders, firsts = set(), set()
    for _ in range(40):
        live = bench.open(*MODELS)
        before = ids(live)
        live.store.keep_view(replace(live.conversation.view, active_id=before[2], is_zoomed=True))
        await live.panes.weigh({before[0]: 3.0})
        await live.blind.begin()
        conversation = live.conversation
        assert conversation.blind is not None and conversation.blind.pane_ids == tuple(ids(live))
        assert not {*before} & {*ids(live)}, "old ids sort by the order in which the models were named"
        assert conversation.view.active_id is None and not conversation.view.is_zoomed
        assert {pane.weight for pane in conversation.panes} == {1.0}
        orders.add(tuple(pane.model for pane in conversation.panes))
        firsts.add(sorted(conversation.panes, key=lambda pane: pane.id)[0].model)
    assert len(orders) > 3 and len(firsts) == 3


async def test_it_is_refused_where_nothing_could_be_compared(bench: Bench, names: None) -> None:
    with pytest.raises(CannotCompareBlind, match="two panes"):
        await bench.open(ALPHA).blind.begin()
    live = bench.open(ALPHA, BETA)
    await live.send("question", ids(live))
    with pytest.raises(CannotCompareBlind, match="Wait until all replies"):
        await live.blind.begin()
    await bench.ended(2)
    await bench.idle(live)
    await live.blind.begin()
    with pytest.raises(CannotCompareBlind, match="already"):
        await live.blind.begin()
    live = bench.open(ALPHA, BETA)
    before = len(bench.watcher.ended)
    await live.send("to one alone", ids(live)[:1])
    await bench.ended(before + 1)
    await bench.idle(live)
    with pytest.raises(CannotCompareBlind, match="tells them apart"):
        await live.blind.begin()
    assert live.conversation.blind is None


async def test_while_it_is_blind_no_pane_gets_a_known_model(bench: Bench, blind: LiveConversation) -> None:
    first = ids(blind)[0]
    before = blind.conversation
    await blind.panes.set_model(first, f"local/{GAMMA}")
    await blind.panes.set_persona(first, None)
    assert blind.conversation is before and "reveal" in bench.watcher.problems[0]
    await blind.panes.add(f"local/{GAMMA}", beside=first)
    assert blind.conversation.blind is not None
    assert blind.conversation.blind.pane_ids == tuple(ids(blind)), "all were shuffled anew"
    await ask(bench, blind)
    shown = blind.conversation
    await blind.panes.add(f"local/{GAMMA}")
    assert blind.conversation is shown, "now the new one would be known"
    await blind.panes.duplicate(ids(blind)[1])
    assert blind.conversation.blind is not None
    assert [blind.conversation.blind.letter(id_) for id_ in ids(blind)] == ["A", "B", "E", "C", "D"]


async def test_what_was_seen_before_is_hidden_and_still_sent(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    await ask(bench, live, "first")
    await live.blind.begin()
    known = [answer_of(live.conversation, id_) for id_ in ids(live)]
    shown = Mask(live.conversation)
    assert {shown.message(each).text for each in known} == {HIDDEN_TEXT}
    assert {shown.message(each).model for each in known} == {HIDDEN_MODEL}
    with pytest.raises(NothingToVoteOn, match="new replies"):
        await live.votes.best(ids(live)[0])
    await ask(bench, live, "second")
    assert "reply of number" in json.dumps([each.json for each in bench.server.requests[-2:]])
    texts = [shown.text for shown in map(Mask(live.conversation).message, live.conversation.messages.values())]
    assert texts.count(HIDDEN_TEXT) == 2 and texts.count("first") == 1 and texts.count("second") == 2
    await live.votes.best(ids(live)[0])
    assert Mask(live.conversation).conversation() is live.conversation, "revealed"


async def test_a_prompt_that_only_one_pane_had_tells_it(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    await ask(bench, live, "to both")
    before = len(bench.watcher.ended)
    await live.send("to one alone", ids(live)[:1])
    await bench.ended(before + 1)
    await bench.idle(live)
    await live.blind.begin()
    shown = [message.text for message in Mask(live.conversation).conversation().messages.values()]
    assert "to both" in shown and "to one alone" not in shown


async def test_neither_how_much_was_said_before_nor_its_versions_tell_a_pane(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    await ask(bench, live, "to both")
    first = ids(live)[0]
    for again in (live.send("to one alone", [first]), live.regenerate([first])):
        before = len(bench.watcher.ended)
        await again
        await bench.ended(before + 1)
        await bench.idle(live)
    await live.blind.begin()
    true, shown = live.conversation, Mask(live.conversation).conversation()
    seen = {tuple((each.text, each.model) for each in shown.branch(pane.leaf_id)) for pane in shown.panes}
    assert seen == {(("to both", None), (HIDDEN_TEXT, HIDDEN_MODEL))}
    for pane in true.panes:
        await live.walk_siblings(pane.id, pane.leaf_id or "", 1)
    assert live.conversation.panes == true.panes
    asked = len(bench.server.requests)
    assert not await live.continue_answers(ids(live)), "what comes would begin with what is hidden"
    assert len(bench.server.requests) == asked and bench.watcher.problems[-1] == HIDDEN_TEXT
    await ask(bench, live, "to both again")
    await live.regenerate(ids(live)[:1])
    await bench.idle(live)
    pane = live.conversation.panes[0]
    walked = {pane.leaf_id}
    for _ in range(3):
        await live.walk_siblings(pane.id, live.conversation.panes[0].leaf_id or "", 1)
        walked.add(live.conversation.panes[0].leaf_id)
    assert len(walked) == 2, "those since are its own"


async def test_a_summary_of_what_is_hidden_is_hidden_too(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    for text in ("first", "second", "third", "fourth"):
        await ask(bench, live, text)
    await live.blind.begin()
    assert await live.context.summarise(live.context.summary_plans(ids(live)))
    summaries = [each for each in live.conversation.messages.values() if each.is_summary]
    assert len(summaries) == 2
    assert {Mask(live.conversation).message(each).text for each in summaries} == {HIDDEN_TEXT}


async def test_a_summary_of_new_replies_is_shown(bench: Bench, blind: LiveConversation) -> None:
    for text in ("first", "second", "third", "fourth"):
        await ask(bench, blind, text)
    assert await blind.context.summarise(blind.context.summary_plans(ids(blind)))
    summaries = [each for each in blind.conversation.messages.values() if each.is_summary]
    assert summaries and HIDDEN_TEXT not in {Mask(blind.conversation).message(each).text for each in summaries}


async def test_undo_brings_the_panes_back_and_ends_it(bench: Bench, names: None) -> None:
    undo = UndoStack()
    live = bench.open(*MODELS, undo=undo)
    before = live.conversation
    await live.blind.begin()
    await ask(bench, live)
    assert undo.last is not None and undo.last.done == "Hid the models"
    await live.bring_back(undo.last)
    now = live.conversation
    assert [pane.id for pane in now.panes] == [pane.id for pane in before.panes] and now.blind is None
    assert [pane.model for pane in now.panes] == [pane.model for pane in before.panes]
    assert [answer_of(now, pane.id).model for pane in now.panes] == [f"local/{model}" for model in MODELS]
    step = await live.votes.best(ids(live)[0])
    assert step is not None and step.vote.kind is VoteKind.OPEN, "what was seen is known"
    await live.blind.begin()
    for pane_id in ids(live):  # to take back the vote would tell which pane had won it
        with pytest.raises(NothingToVoteOn):
            await live.votes.best(pane_id)


# -- votes --


async def test_a_vote_is_for_the_model_behind_the_letter(bench: Bench, blind: LiveConversation) -> None:
    await ask(bench, blind)
    first, second, third = ids(blind)
    await blind.panes.move(first, 2)
    await blind.close_pane(second)
    assert ids(blind) == [third, first]
    conversation = blind.conversation
    assert conversation.blind is not None and conversation.blind.letter(third) == "C"
    winner = model_of(conversation, "C")
    answer = answer_of(conversation, third)
    assert answer.model == winner
    step = await blind.votes.best(third)
    assert step is not None and step.done == f"Voted for C: {winner}"
    stored = await bench.stored(blind)
    (vote,) = stored.votes
    assert vote.kind is VoteKind.BLIND and stored.blind is None
    assert {each.model: each.score for each in vote.candidates if each.score} == {winner: WON}
    assert all(stored.messages[each.message_id].model == each.model for each in vote.candidates)


async def test_a_version_that_another_pane_asked_for_stays_its_own(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    await live.blind.begin()
    await ask(bench, live)
    await live.regenerate(ids(live)[:1])
    await bench.ended(3)
    await bench.idle(live)
    before, (first, second) = live.conversation, ids(live)
    other = answer_of(before, second)
    await live.walk_siblings(first, answer_of(before, first).id, -1)
    assert answer_of(live.conversation, first).id == other.id
    with pytest.raises(NothingToVoteOn, match="two panes"):
        await live.votes.best(first)
    await live.walk_siblings(second, other.id, -1)
    shown = live.conversation
    assert Mask(shown).message(answer_of(shown, first)).model == "Model B"
    step = await live.votes.best(first)
    assert step is not None and step.done == f"Voted for B: {other.model}"
    assert revealed(shown, step.vote).startswith("B wins. A is ")


async def test_after_the_vote_only_open_votes_are_left(bench: Bench, blind: LiveConversation) -> None:
    await ask(bench, blind)
    step = await blind.votes.best(ids(blind)[0])
    assert step is not None and step.letter(answer_of(blind.conversation, ids(blind)[0]).id) == "A"
    await blind.bring_back(step)
    assert blind.conversation.votes == () and blind.conversation.blind is None
    again = await blind.votes.best(ids(blind)[1])
    assert again is not None and again.vote.kind is VoteKind.OPEN
    assert (await bench.stored(blind)).votes == (again.vote,)


async def test_tie_none_and_rankings(bench: Bench, names: None) -> None:
    bench.server.say(GAMMA, "I am zebra-gamma-3.")
    live = bench.open(*MODELS)
    await live.blind.begin()
    await ask(bench, live)
    of = {pane.model: pane.id for pane in live.conversation.panes}
    with pytest.raises(NothingToVoteOn, match="Rank all 3"):
        await live.votes.rank({of[f"local/{ALPHA}"]: 1})
    places = {of[f"local/{ALPHA}"]: 1, of[f"local/{BETA}"]: 3, of[f"local/{GAMMA}"]: 1}
    step = await live.votes.rank(places)
    assert step is not None and step.done == "Ranked 3 replies" and step.vote.kind is VoteKind.NAMED
    ranked = {each.model: (each.score, each.rank, each.names_itself) for each in step.vote.candidates}
    assert ranked == {
        f"local/{ALPHA}": (0.5, 1, False),
        f"local/{BETA}": (LOST, 3, False),
        f"local/{GAMMA}": (0.5, 1, True),
    }
    assert await live.votes.rank(places) is None and live.conversation.votes == (), "the same again takes it back"
    await live.blind.begin()
    await ask(bench, live)
    step = await live.votes.none(ids(live)[0])
    assert step is not None and step.done == "Voted that no reply is good" and step.vote.is_blind
    assert {each.score for each in step.vote.candidates} == {LOST}
    await live.blind.begin()
    await ask(bench, live)
    step = await live.votes.tie(ids(live)[1])
    assert step is not None and step.done == "Voted for a tie" and step.vote.is_blind
    assert {each.score for each in step.vote.candidates} == {0.5}


# -- the store --


async def test_nothing_in_the_file_or_an_export_tells_a_model(bench: Bench, blind: LiveConversation) -> None:
    bench.server.refuse(BETA, 400, f"{BETA} cannot do this")
    await ask(bench, blind)
    await blind.close_pane(ids(blind)[2])
    live = blind.conversation.id
    assert not told_in(file_bytes(bench))
    assert not told_in(await exported(bench.history, live))
    assert [stats.model for stats in await bench.history.requests.model_stats()] == ["blind"]
    (kept,) = await bench.history.summaries()
    assert kept.is_blind and kept.models == ()
    assert not (await bench.history.search("model:zebra")) and not (await bench.history.search("model:local"))
    true = await bench.stored(blind)
    assert replace(true, view=blind.conversation.view) == blind.conversation, "who goes on with it knows all"
    await blind.blind.reveal()
    await bench.idle(blind)
    stats = {each.model: each for each in await bench.history.requests.model_stats()}
    assert {model: each.requests for model, each in stats.items()} == {f"local/{ALPHA}": 2, f"local/{BETA}": 1}
    revealed = await bench.stored(blind)
    assert revealed.messages == blind.conversation.messages and revealed.blind is None
    assert ALPHA in await exported(bench.history, live)
    with sqlite3.connect(bench.history.path or "") as file:
        for where in ("messages WHERE seal <> ''", "panes WHERE seal <> ''", "requests WHERE model LIKE 'blind:%'"):
            assert not file.execute(f"SELECT 1 FROM {where}").fetchall(), where
    file.close()


async def test_what_runs_and_grows_is_sealed(server: OpenAIServer, tmp_path: Path) -> None:
    """Reserved requests, and what came of a reply: the ids of tools have the forms of their providers."""
    bench, gate = Bench(server, tmp_path / "data" / "textchat.db", BudgetSettings(day_usd=9.0)), Gate()
    for model in "ab":
        server.script(model, "begun", Call("look", "{}", id=f"toolu_{model}"), gate, "ended")
    live = bench.open("a", "b")
    await live.blind.begin()
    await live.send("question", ids(live))
    await wait_until(lambda: all(reply.tool_calls for reply in live.replies.values()), "both call a tool")
    for reply in live.replies.values():
        bench.history.checkpoint(reply)
    await bench.history.claim_waiting(live.conversation.id)  # behind the checkpoints
    growing = await bench.history.load(live.conversation.id)
    text = file_bytes(bench)
    assert "begun" in text and "toolu" not in text and "local/" not in text
    assert growing is not None
    calls = {each.model: each.tool_calls[0].id for each in growing.messages.values() if each.tool_calls}
    assert calls == {"local/a": "toolu_a", "local/b": "toolu_b"}
    assert await bench.history.requests.spent_since(0.0) > 1.5, "the budget counts them"
    gate.open()
    await bench.ended(2)
    assert (await bench.stored(live)).messages == live.conversation.messages
    await bench.aclose()


async def test_what_was_stored_before_is_sealed_too(bench: Bench, names: None) -> None:
    live = bench.open(ALPHA, BETA)
    await ask(bench, live)
    await live.vote(ids(live)[0])
    before = await bench.stored(live)
    assert ALPHA in file_bytes(bench)
    await live.blind.begin()
    await bench.idle(live)
    assert not told_in(file_bytes(bench))
    assert not told_in(await exported(bench.history, live.conversation.id))
    assert {each.model for vote in await bench.history.votes.since() for each in vote.candidates} == {
        f"local/{ALPHA}",
        f"local/{BETA}",
    }, "the ratings stay as they were"
    await live.blind.reveal()
    now = await bench.stored(live)
    assert now.messages == before.messages and now.votes == before.votes


async def test_a_deleted_comparison_counts_for_its_models(bench: Bench, blind: LiveConversation) -> None:
    await ask(bench, blind)
    await bench.history.delete_for_good([blind.conversation.id], lambda number, total: None)
    assert {each.model for each in await bench.history.requests.model_stats()} == {f"local/{ALPHA}", f"local/{BETA}"}


async def test_messages_come_back_as_the_comparison_stands_then(bench: Bench, blind: LiveConversation) -> None:
    """Deleted while it is blind, brought back when it was revealed."""
    await ask(bench, blind)
    before = blind.conversation.messages
    gone = answer_of(blind.conversation, ids(blind)[0])
    step = await blind.delete_message(gone.id)
    assert step is not None
    await bench.idle(blind)
    await blind.blind.reveal()
    await blind.bring_back(step)
    assert (await bench.stored(blind)).messages == before
    found = await bench.history.search(f"model:{gone.model} role:assistant number")
    assert gone.id in {hit.message_id for hit in found}, "its row is open too"


async def test_another_process_goes_on_after_a_restart(bench: Bench, blind: LiveConversation, tmp_path: Path) -> None:
    await ask(bench, blind)
    letters = {blind.conversation.blind.letter(pane.id): pane.model for pane in blind.conversation.panes}  # type: ignore[union-attr]
    await blind.panes.move(ids(blind)[0], 1)
    await bench.idle(blind)
    other = History.open(tmp_path / "data" / "textchat.db")
    try:
        loaded = await other.load(blind.conversation.id)
        assert loaded is not None and loaded.blind == blind.conversation.blind
        assert [pane.model for pane in loaded.panes] == [pane.model for pane in blind.conversation.panes]
        again = bench.show(loaded)
        again.store.history = bench.history
        chosen = loaded.panes[0]
        step = await again.votes.best(chosen.id)
        assert step is not None and loaded.blind is not None
        letter = loaded.blind.letter(chosen.id)
        assert step.done == f"Voted for {letter}: {letters[letter]}"
    finally:
        await other.aclose()
    await blind.catch_up()
    assert blind.conversation.blind is None and len(blind.conversation.votes) == 1, "revealed here too"


async def test_what_was_revealed_by_another_process_is_voted_on_openly(bench: Bench, blind: LiveConversation) -> None:
    await ask(bench, blind)
    other = bench.show(await bench.stored(blind))
    await other.blind.reveal()
    await bench.idle(other)
    step = await blind.votes.best(ids(blind)[0])
    assert step is not None and step.vote.kind is VoteKind.OPEN and blind.conversation.blind is None
    assert [vote.kind for vote in (await bench.stored(blind)).votes] == [VoteKind.OPEN]


async def test_a_stale_save_reveals_nothing(bench: Bench, names: None, tmp_path: Path) -> None:
    """Another textchat has the conversation open as it was before it was blind."""
    live = bench.open(ALPHA, BETA)
    await ask(bench, live)
    other = History.open(tmp_path / "data" / "textchat.db")
    try:
        stale = await other.load(live.conversation.id)
        assert stale is not None
        await live.blind.begin()
        await bench.idle(live)
        await other.save(replace(stale, title="renamed"), tuple(stale.messages.values()))
        assert not told_in(file_bytes(bench))
        behind = bench.show(stale)
        behind.store.history = other
        assert await behind.catch_up()
        assert behind.conversation.blind == live.conversation.blind and ids(behind) == ids(live)
    finally:
        await other.aclose()


async def test_a_reply_that_a_crash_cut_off_stays_blind(bench: Bench, blind: LiveConversation) -> None:
    """As `kill -9` leaves the file: rows that grow, and a request that runs."""
    await ask(bench, blind)
    path = bench.history.path
    assert path is not None
    with sqlite3.connect(path) as file:
        file.execute("DROP TRIGGER IF EXISTS message_words_update")
        file.execute("UPDATE messages SET status = 'growing', owner = 'gone' WHERE role = 'assistant'")
        file.execute("DELETE FROM requests")
    file.close()
    other = History.open(path)
    try:
        assert not told_in(file_bytes(bench))
        assert {each.model for each in await other.requests.model_stats()} == {"blind"}
        loaded = await other.load(blind.conversation.id)
        assert loaded is not None
        asked = {id_: message.model for id_, message in loaded.messages.items() if message.model}
        assert asked == {id_: message.model for id_, message in blind.conversation.messages.items() if message.model}
        await other.save(replace(loaded, blind=None))
        assert {each.model for each in await other.requests.model_stats()} == {f"local/{ALPHA}", f"local/{BETA}"}
    finally:
        await other.aclose()


# -- any order of actions --


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_done_the_vote_finds_its_model(bench: Bench, names: None, seed: int) -> None:
    chance = random.Random(seed)
    undo = UndoStack()
    live = bench.open(ALPHA, BETA, GAMMA, ALPHA, undo=undo)
    await live.blind.begin()
    for _ in range(8):
        pane_id = chance.choice(ids(live))
        match chance.randrange(8):
            case 0:
                await ask(bench, live, f"question {chance.randrange(9)}")
            case 1:
                await live.panes.move(pane_id, chance.choice((-2, -1, 1, 2)))
            case 2 if len(live.conversation.panes) > 2:
                await live.close_pane(pane_id)
            case 3:
                await live.panes.duplicate(pane_id)
            case 4 if live.conversation.messages:
                count = len(bench.watcher.ended)
                await live.regenerate((pane_id,))
                await bench.ended(count + 1)
                await bench.idle(live)
            case 5 if live.conversation.messages:
                leaf = live.conversation.pane(pane_id).leaf_id
                await live.walk_siblings(pane_id, leaf or "", 1)
            case 6 if live.conversation.messages:
                live = bench.show(await bench.stored(live), undo)
            case 7 if undo.last is not None and undo.last.done.startswith("Closed"):
                assert not told_in(undo.last.done)
                closed = undo.last
                await live.bring_back(closed)
                undo.remove(closed)
    await ask(bench, live, "the last question")
    loaded = await bench.stored(live)
    mask = Mask(live.conversation)
    shown = {pane.id: mask.message(answer_of(live.conversation, pane.id)).model for pane in live.conversation.panes}
    assert shown == {pane.id: mask.pane_name(pane) for pane in loaded.panes}
    assert not told_in(file_bytes(bench))
    pane = chance.choice(loaded.panes)
    text = answer_of(loaded, pane.id).text
    step = await live.votes.best(pane.id)
    assert step is not None
    (won,) = [each for each in step.vote.candidates if each.score == WON]
    wrote = f"local/{MODELS[int(text[-1])]}"
    assert won.model == wrote == pane.model
    assert step.done == f"Voted for {(shown[pane.id] or '')[-1]}: {wrote}"


async def test_a_workspace_goes_on_blind(tmp_path: Path) -> None:
    """With the real services: the default demo, closed and opened again."""
    environ = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    workspace = Workspace(environ)
    live = workspace.new(["demo/fast", "demo/careful"])
    await live.blind.begin()
    await live.store.change(live.conversation)
    await live.send("hello", ids(live))
    live.cancel_all()
    await workspace.aclose()
    text = (tmp_path / "textchat" / "textchat.db").read_bytes()
    assert b"demo" not in text and b"careful" not in text
    again = Workspace(environ)
    back = await again.open(live.conversation.id)
    assert back is not None and back.conversation.blind == live.conversation.blind
    assert [pane.model for pane in back.conversation.panes] == [pane.model for pane in live.conversation.panes]
    await again.aclose()
