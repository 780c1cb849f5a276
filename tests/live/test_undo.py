"""What was removed comes back as it was, on the screen and on the disk, and nothing newer is lost by it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_restoring import ask, check_sound, start
from tests.examples import examples
from tests.live.bench import Bench, ids
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import Settings
from textchat.core.conversation import Status
from textchat.core.parameters import Parameters
from textchat.live.conversation import LiveConversation
from textchat.live.edits.changed_parameters import ChangedParameters
from textchat.live.edits.undo import MOST_STEPS, Undone, UndoStack
from textchat.live.metering import Metering
from textchat.live.running_reply import ReplyServices
from textchat.live.settings.current_settings import CurrentSettings
from textchat.providers.catalog import Catalog
from textchat.store.history import History


@pytest.fixture
def undo() -> UndoStack:
    return UndoStack()


@pytest.fixture
async def live(bench: Bench, undo: UndoStack) -> LiveConversation:
    """Two panes that have had two turns."""
    for model in "ab":
        bench.server.say(model, f"from {model}")
    live = bench.open("a", "b", undo=undo)
    for number, text in enumerate(("one", "two"), start=1):
        await live.send(text, ids(live))
        await bench.ended(2 * number)
    await bench.idle(live)
    return live


async def undone(live: LiveConversation, undo: UndoStack) -> Undone:
    step = undo.last
    assert step is not None
    back = await live.bring_back(step)
    if not back.rest:
        undo.remove(step)
    return back


def with_text(live: LiveConversation, text: str) -> str:
    return next(id_ for id_, message in live.conversation.messages.items() if message.text == text)


async def test_each_removal_says_what_went_and_comes_back_in_reverse_order(
    bench: Bench, live: LiveConversation, undo: UndoStack
) -> None:
    first, second = ids(live)
    before = live.conversation
    leaf = before.pane(first).leaf_id
    assert leaf is not None
    done = [
        await live.delete_message(leaf),
        await live.delete_message(with_text(live, "one")),
        await live.close_pane(second),
    ]
    assert [step.done for step in done if step] == [
        "Deleted a reply",
        "Deleted 6 messages in 2 panes",
        "Closed pane 2 (local/b)",
    ]
    assert not live.conversation.messages and ids(live) == [first]
    assert [(await undone(live, undo)).what for _ in range(3)] == ["pane 2 (local/b)", "6 messages", "a reply"]
    assert undo.last is None
    assert live.conversation == before == await bench.stored(live)


async def test_a_step_keeps_no_text_that_the_store_has(live: LiveConversation, undo: UndoStack) -> None:
    _, second = ids(live)
    await live.close_pane(second)
    assert "from b" not in repr(undo.last) and "local/b" in repr(undo.last)
    await live.delete_message(with_text(live, "two"))
    assert "text='one'" not in repr(undo.last) and "text='two'" in repr(undo.last), "that is in no other place"
    await undone(live, undo)
    assert (await undone(live, undo)).pane_id is not None and len(ids(live)) == 2
    assert [message.text for message in live.conversation.branch(live.conversation.panes[1].leaf_id)] == [
        "one",
        "from b",
        "two",
        "from b",
    ]


async def test_the_oldest_of_very_many_steps_go(live: LiveConversation, undo: UndoStack) -> None:
    first, _ = ids(live)
    for number in range(MOST_STEPS + 1):
        step = ChangedParameters(live.conversation.id, first, Parameters(seed=number), Parameters(seed=number + 1))
        undo.push(step)
    count = 0
    while undo.last is not None:
        count, last = count + 1, undo.last
        undo.remove(last)
    assert count == MOST_STEPS and isinstance(last, ChangedParameters) and last.before.seed == 1


async def test_a_newer_reply_stays_and_the_deleted_one_is_a_version_beside_it(
    bench: Bench, live: LiveConversation, undo: UndoStack
) -> None:
    leaf = live.conversation.panes[0].leaf_id
    assert leaf is not None
    await live.delete_message(leaf)
    await live.regenerate([ids(live)[0]])
    await bench.ended(5)
    newer = live.conversation.panes[0].leaf_id
    assert newer is not None
    back = await undone(live, undo)
    assert back.pane_id is None, "no pane shows it"
    assert live.conversation.panes[0].leaf_id == newer
    assert live.conversation.siblings(newer)[0] == leaf, "in the order in which they were written"
    assert await bench.stored(live) == live.conversation


async def test_a_reply_that_grew_comes_back_with_what_had_come_and_its_late_figures(
    bench: Bench, undo: UndoStack
) -> None:
    gate = Gate()
    bench.server.script("a", "some", gate, "never")
    live = bench.open("a", undo=undo)
    await live.send("question", ids(live))
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "it grows")
    await live.delete_message(with_text(live, "question"))
    await bench.idle(live)
    await undone(live, undo)
    answer = (await bench.stored(live)).branch(live.conversation.panes[0].leaf_id)[-1]
    assert (answer.text, answer.status) == ("some", Status.CANCELLED)
    assert answer.usage is not None and answer == live.conversation.messages[answer.id]


async def test_what_could_not_be_stored_comes_back_as_well(
    bench: Bench, live: LiveConversation, undo: UndoStack
) -> None:
    bench.history.failing |= {"save", "finish"}
    await live.send("three", ids(live))
    await bench.ended(6)
    await bench.idle(live)
    before = live.conversation
    three = with_text(live, "three")
    await live.delete_message(three)
    bench.history.failing.clear()
    await undone(live, undo)
    assert live.conversation.messages.keys() == before.messages.keys()
    stored = await bench.stored(live)
    back = [stored.messages[id_] for id_ in (three, *live.conversation.descendants(three))]
    assert [message.text for message in back] == ["three", "from a"]


async def test_closed_panes_come_back_beside_their_neighbours_as_far_as_there_is_room(
    bench: Bench, live: LiveConversation, undo: UndoStack
) -> None:
    first, second = ids(live)
    await live.panes.weigh({second: 3.0})
    await live.panes.duplicate(second)
    third = ids(live)[2]
    before = live.conversation
    step = await live.choose(second)
    assert step is not None and step.done == "Closed 2 panes"
    for _ in range(6):
        await live.panes.duplicate(second)
    back = await undone(live, undo)
    assert (back.what, ids(live)[0]) == ("pane 1 (local/a)", first) and back.rest
    await live.close_pane(ids(live)[-1])
    undo.remove(undo.last)  # type: ignore[arg-type]
    assert (await undone(live, undo)).what == "pane 3 (local/b)"
    assert third in ids(live) and undo.last is None
    assert live.conversation.pane(third) == before.pane(third)
    assert await bench.stored(live) == live.conversation


async def test_a_waiting_prompt_goes_back_to_its_place_and_is_not_sent_by_that(bench: Bench, undo: UndoStack) -> None:
    gate = Gate()
    bench.server.script("a", "so far", gate, once=True)
    bench.server.say("a", "later")
    live = bench.open("a", "b", undo=undo)
    await live.send("first", ids(live)[:1])
    await gate.until_reached()
    for text in ("two", "three", "four"):
        await live.send(text, ids(live)[:1])
    two, three, _ = live.queue
    for prompt in (three, two):
        step = live.take_back(prompt.id)
        assert step is not None and step.done == "Removed a queued prompt"
    assert live.take_back(three.id) is None
    for _ in range(2):
        await undone(live, undo)
    assert [prompt.text for prompt in live.queue] == ["two", "three", "four"] and not live.queue.is_held
    for prompt in (*live.queue,):
        live.take_back(prompt.id)
    gate.open()
    await bench.ended(1)
    back = await undone(live, undo)
    assert back.queued == "four" and live.queue.is_held, "its pane is free: the user decides when it goes"
    assert not live.replies


async def test_another_textchat_may_have_deleted_the_rest(tmp_path: Path, undo: UndoStack) -> None:
    conversation = ask(start(), start().panes[0], 1)
    here, there = History.open(tmp_path / "db"), History.open(tmp_path / "db")
    await here.save(conversation, tuple(conversation.messages.values()))
    live = opened(conversation, here, undo)
    prompt, reply = conversation.messages
    await live.delete_message(reply)
    await wait_until(lambda: not live.is_busy, "it is deleted")
    await there.remove_messages(conversation.id, [prompt])
    await live.catch_up()
    assert not live.conversation.messages
    await undone(live, undo)
    (back,) = live.conversation.messages.values()
    assert (back.id, back.parent_id) == (reply, None)
    await live.delete_message(reply)
    await wait_until(lambda: not live.is_busy, "it is deleted")
    await there.delete(conversation.id)
    await there.vacuum()
    await undone(live, undo)
    await wait_until(lambda: not live.is_busy, "it is stored")
    stored = await there.load(conversation.id)
    assert stored is not None and stored.messages == live.conversation.messages
    await live.aclose()
    await here.aclose()
    await there.aclose()


def opened(conversation: object, history: History, undo: UndoStack) -> LiveConversation:
    services = ReplyServices(catalog=Catalog(Settings()), current=CurrentSettings(Settings()), metering=Metering({}))
    return LiveConversation(conversation, history, services, undo=undo)  # type: ignore[arg-type]


REMOVALS = st.tuples(st.sampled_from(["delete", "close", "choose", "undo", "walk", "duplicate"]), st.integers(0, 99))


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.lists(REMOVALS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_edits_in_one_burst_are_no_failure_and_all_can_be_undone(bursts: list[list[tuple[str, int]]]) -> None:
    async def run() -> None:
        conversation = replace(start(), created_at=1.0)
        for number in (0, 1, 0):
            conversation = ask(conversation, conversation.panes[0], number)
        history, undo = History.in_memory(), UndoStack()
        await history.save(conversation, tuple(conversation.messages.values()))
        live = opened(conversation, history, undo)
        for burst in bursts:
            await asyncio.gather(*(edit(live, undo, *each) for each in burst))
            check_sound(live.conversation)
        while undo.last is not None:
            await undone(live, undo)
            check_sound(live.conversation)
        assert live.conversation.messages == conversation.messages
        assert {pane.id for pane in conversation.panes} <= set(ids(live))
        await live.aclose()
        loaded = await history.load(conversation.id)
        assert loaded is not None and replace(loaded, votes=()) == replace(live.conversation, votes=())
        await history.aclose()

    asyncio.run(run())


async def edit(live: LiveConversation, undo: UndoStack, kind: str, pick: int) -> None:
    """What a key would do, with what was on the screen when the burst began."""
    pane = live.conversation.panes[pick % len(live.conversation.panes)]
    branch = live.conversation.branch(pane.leaf_id)
    message = branch[pick % len(branch)] if branch else None
    match kind:
        case "delete" if message is not None:
            await live.delete_message(message.id)
        case "walk" if message is not None:
            await live.walk_siblings(pane.id, message.id, 1)
        case "close":
            await live.close_pane(pane.id)
        case "choose":
            await live.choose(pane.id)
        case "duplicate":
            await live.panes.duplicate(pane.id)
        case "undo" if (step := undo.last) is not None:
            undo.remove(step)
            await live.bring_back(step)
