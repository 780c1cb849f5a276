"""What one does to the tree and the panes of a conversation: it is stored as it is shown, and told of once."""

from __future__ import annotations

import pytest

from tests.live.bench import Bench, ids, said
from tests.servers.openai import Reset
from tests.servers.waiting import Gate
from textchat.core.conversation import Conversation, ReadingPlace, Role, Status
from textchat.core.figures.reply_figures import figures_of
from textchat.core.parameters import Effort, Parameters
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import Undone, UndoStack


@pytest.fixture
async def live(bench: Bench) -> LiveConversation:
    """Two turns in one pane, all stored."""
    for model in "ab":
        bench.server.say(model, f"from {model}")
    live = bench.open("a")
    for number, text in enumerate(("one", "two"), start=1):
        await live.send(text, ids(live))
        await bench.ended(number)
    await bench.idle(live)
    return live


async def same(bench: Bench, live: LiveConversation) -> Conversation:
    """The conversation as it is stored, which is as it is shown."""
    stored = await bench.stored(live)
    assert stored == live.conversation
    return stored


async def test_panes_are_added_beside_moved_weighed_and_closed(bench: Bench, live: LiveConversation) -> None:
    (one,) = ids(live)
    two = await live.panes.add("local/b", one)
    assert (two.model, two.leaf_id) == ("local/b", live.conversation.pane(one).leaf_id)
    three = await live.panes.add("local/b")
    assert ids(live) == [one, two.id, three.id] and three.leaf_id is None
    await live.panes.move(three.id, -2)
    assert ids(live) == [three.id, one, two.id]
    await live.panes.weigh({one: 2.0, "gone": 3.0})
    assert [pane.weight for pane in (await same(bench, live)).panes] == [1.0, 2.0, 1.0]
    await live.panes.duplicate(one)
    assert len(ids(live)) == 4 and said(live, 2) == said(live, 1)
    for pane_id in ids(live)[1:]:
        await live.close_pane(pane_id)
    assert ids(live) == [three.id]
    await live.close_pane(three.id)
    assert ids(live) == [three.id], "the last one stays"
    await same(bench, live)


async def test_a_pane_s_model_and_parameters(bench: Bench, live: LiveConversation) -> None:
    (pane_id,) = ids(live)
    changes = bench.watcher.changes
    await live.panes.set_parameters(pane_id, {"temperature": 0.5})
    assert bench.watcher.changes == changes + 1
    await live.panes.set_model(pane_id, "local/b")
    pane = (await same(bench, live)).pane(pane_id)
    assert (pane.model, pane.parameters) == ("local/b", Parameters()), "the parameters are the new model's own"


async def test_parameters_and_races_of_efforts_are_taken_back(bench: Bench) -> None:
    undo = UndoStack()
    live = bench.open("a", "b", undo=undo)
    one, two = ids(live)

    async def back() -> Undone:
        step = undo.last
        assert step is not None
        undone = await live.bring_back(step)
        if not undone.rest:
            undo.remove(step)
        return undone

    await live.panes.set_parameters(one, {"temperature": 0.5, "top_k": 40})
    await live.panes.set_parameters(one, {"seed": 1}, removed=["top_k"])
    await live.panes.set_parameters(one, {"seed": 1})
    assert live.conversation.pane(one).parameters == Parameters(temperature=0.5, seed=1)
    assert await back() == Undone("the parameters of pane 1", one)
    assert live.conversation.pane(one).parameters == Parameters(temperature=0.5).merged({"top_k": 40})
    step = await live.panes.open_efforts(one, tuple(Effort)[:3])
    assert step is not None and step.done == "Opened 2 panes" and len(ids(live)) == 4
    assert await live.panes.open_efforts(one, tuple(Effort)[:3]) is None, "all are open"
    assert await live.panes.open_efforts(two, tuple(Effort)) is None, "no room for nine"
    gate = Gate()
    bench.server.script("a", "so far", gate, "more")
    await live.send("hi", ids(live)[1:2])
    assert (await back()).rest == "Pane 2 is still replying. Press Esc there before you undo."
    live.cancel_all()
    gate.open()
    await bench.idle(live)
    assert (await back()).what == "the panes as they were" and ids(live) == [one, two]
    assert live.conversation.pane(one).parameters.effort is None
    assert (await back()).pane_id == one and undo.last is None
    assert live.conversation.pane(one).parameters == Parameters()


async def test_what_a_server_refuses_is_said_once_in_a_pane(bench: Bench) -> None:
    bench.server.say("a", "fine")
    bench.server.say("b", "fine")
    live = bench.open("a", "b")
    for pane_id in ids(live):
        await live.panes.set_parameters(pane_id, {"odd": 1})
    bench.server.refuse("a", 400, "Unrecognized request argument supplied: odd", once=True)
    for count, text in enumerate(("one", "two"), start=1):
        await live.send(text, ids(live)[:1])
        await bench.ended(count)
    await live.regenerate(ids(live)[:1])
    await bench.ended(3)
    said_of = "local refused odd for this model, so it was left out."
    assert [message.note for message in bench.watcher.ended] == [said_of, None, None]
    await live.panes.set_model(ids(live)[1], "local/a")
    await live.panes.set_parameters(ids(live)[1], {"odd": 1})
    await live.send("in the other pane", ids(live)[1:])
    await bench.ended(4)
    assert bench.watcher.ended[-1].note == said_of


async def test_a_reading_place_is_kept_without_a_word(bench: Bench, live: LiveConversation) -> None:
    (pane_id,) = ids(live)
    place = ReadingPlace(next(iter(live.conversation.messages)), 3, 1)
    changes = bench.watcher.changes
    await live.store.keep_places({pane_id: place, "gone": None})
    assert (await same(bench, live)).pane(pane_id).place == place
    before = live.conversation
    await live.store.keep_places({pane_id: place})
    assert live.conversation is before and bench.watcher.changes == changes
    await bench.history.aclose()
    await live.store.keep_places({pane_id: None})
    assert not live.store.unsaved and not bench.watcher.problems, "a lost place costs a scroll"


async def test_a_title_is_the_first_words_until_it_is_renamed(bench: Bench, live: LiveConversation) -> None:
    assert live.conversation.title == "one"
    await live.rename("mine")
    assert (await same(bench, live)).title == "mine"
    await live.send("three", ids(live))
    await bench.ended(3)
    assert (await same(bench, live)).title == "mine"


async def test_an_answer_is_edited_in_place_of_asking(bench: Bench, live: LiveConversation) -> None:
    (pane_id,) = ids(live)
    answer = live.conversation.branch(live.conversation.panes[0].leaf_id)[-1]
    assert await live.edit(pane_id, answer.id, "better")
    assert said(live, 0)[-1] == "better" and len(bench.server.requests) == 2
    assert len((await same(bench, live)).siblings(answer.id)) == 2
    assert not await live.edit(pane_id, "gone", "x") and not await live.edit("gone", answer.id, "x")


async def test_another_answer_stands_beside_the_first(bench: Bench, live: LiveConversation) -> None:
    (pane_id,) = ids(live)
    last = live.conversation.panes[0].leaf_id
    assert last is not None
    await live.regenerate([pane_id, "gone"])
    await bench.ended(3)
    assert len((await same(bench, live)).siblings(last)) == 2
    first_prompt, first_answer, *_ = live.conversation.messages
    await live.ask_again(pane_id, first_answer)
    await bench.ended(4)
    assert said(live, 0) == ["one", "from a"] and len(live.conversation.siblings(first_answer)) == 2
    await live.branch_off(pane_id, first_prompt)
    assert said(live, 0) == ["one"]
    await live.ask_again(pane_id, first_prompt)
    await bench.ended(5)
    assert len((await same(bench, live)).siblings(first_answer)) == 3
    await live.walk_siblings(pane_id, first_answer, 1)
    assert live.conversation.panes[0].leaf_id == live.conversation.siblings(first_answer)[1]


async def test_an_earlier_answer_is_gone_on_with(bench: Bench, live: LiveConversation) -> None:
    (pane_id,) = ids(live)
    _, first_answer, *_ = live.conversation.messages
    bench.server.say("a", " and more")
    await live.continue_earlier(pane_id, first_answer)
    await bench.ended(3)
    assert said(live, 0) == ["one", "from a and more"]
    assert len((await same(bench, live)).siblings(first_answer)) == 2
    await live.branch_off(pane_id, next(iter(live.conversation.messages)))
    await live.continue_answers([pane_id])
    assert len(bench.server.requests) == 3, "a prompt has no answer to go on with"


async def test_a_continued_answer_adds_up_and_the_journal_counts_each_request_once(bench: Bench) -> None:
    """Twice over: the cancelled version stays beside it, and both are asked for."""
    bench.server.script("a", "one, two", Reset(), once=True)
    bench.server.script("a", ", three", Reset(), once=True)
    bench.server.say("a", ", four", usage=(30, 3))
    live = bench.open("a")
    await live.send("count", ids(live))
    await bench.ended(1)
    for number in (2, 3):
        await live.continue_answers(ids(live))
        await bench.ended(number)
    await bench.idle(live)
    parts = list((await same(bench, live)).messages.values())[1:]
    figures = figures_of(parts[-1])
    assert figures.output_tokens == sum(part.usage.output_tokens for part in parts if part.usage)
    assert figures.input_tokens == sum(part.usage.input_tokens for part in parts if part.usage)
    assert figures.total_s == pytest.approx(sum(part.timing.total_s for part in parts if part.timing))
    assert (figures.first_s, figures.is_output_estimated) == (None, True)
    (stats,) = await live.history.requests.model_stats()
    assert (stats.requests, stats.output_tokens) == (3, figures.output_tokens)
    assert (stats.is_output_estimated, stats.is_input_estimated) == (True, True)


async def test_a_pane_that_answers_is_left_alone(bench: Bench, live: LiveConversation) -> None:
    """Lost otherwise: the reply that grows there; the pane would show another branch, and pay twice."""
    (pane_id,) = ids(live)
    gate = Gate()
    bench.server.script("a", "slowly", gate, once=True)
    await live.send("three", [pane_id])
    await gate.until_reached()
    first_prompt, first_answer, *_ = live.conversation.messages
    shown = said(live, 0)
    await live.regenerate([pane_id])
    await live.ask_again(pane_id, first_prompt)
    await live.continue_answers([pane_id])
    await live.continue_earlier(pane_id, first_answer)
    await live.walk_siblings(pane_id, first_answer, 1)
    await live.branch_off(pane_id, first_answer)
    assert not await live.edit(pane_id, first_prompt, "other")
    assert said(live, 0) == shown and len(bench.server.requests) == 3 and not bench.watcher.problems
    gate.open()
    await bench.ended(3)
    assert said(live, 0)[-2:] == ["three", "slowly"]


async def test_choosing_a_pane_cancels_the_others_alone(bench: Bench) -> None:
    """Lost otherwise: the chosen answer, cut off by the choice, or money for the ones not chosen."""
    gates = {model: Gate(model) for model in "ab"}
    for model, gate in gates.items():
        bench.server.script(model, f"from {model}", gate, " whole")
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    for gate in gates.values():
        await gate.until_reached()
    await live.choose(ids(live)[0])
    assert [message.status for message in bench.watcher.ended] == [Status.CANCELLED]
    gates["a"].open()
    await bench.ended(2)
    assert said(live, 0) == ["question", "from a whole"]
    assert len((await same(bench, live)).siblings(bench.watcher.ended[0].id)) == 2


async def test_closing_a_pane_cancels_its_reply_alone(bench: Bench) -> None:
    gates = {model: Gate(model) for model in "ab"}
    for model, gate in gates.items():
        bench.server.script(model, f"from {model}", gate, " whole")
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    for gate in gates.values():
        await gate.until_reached()
    await live.close_pane(ids(live)[0])
    assert [message.model for message in bench.watcher.ended] == ["local/a"]
    gates["b"].open()
    await bench.ended(2)
    assert said(live, 0) == ["question", "from b whole"]


async def test_only_what_was_said_goes_on_not_what_was_thought(bench: Bench) -> None:
    bench.server.script("a", "half", Reset(), once=True)
    bench.server.say("a", " and half")
    live = bench.open("a")
    await live.send("question", ids(live))
    await bench.ended(1)
    await live.continue_answers(ids(live))
    assert bench.watcher.grown
    await bench.ended(2)
    roles = [message["role"] for message in bench.server.requests[1].json["messages"]]
    assert roles == ["user", "assistant", "user"]
    assert [message.role for message in live.conversation.messages.values()] == [Role.USER, *[Role.ASSISTANT] * 2]
    assert said(live, 0) == ["question", "half and half"]
