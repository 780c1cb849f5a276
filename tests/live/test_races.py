"""Prompts, cancels, deletes and ends that meet while the store is slow or full, or changed by another textchat.

Each test says what a person would lose.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.live.bench import Bench, Watcher, ids, said
from tests.servers.openai import Finish
from tests.servers.waiting import PATIENCE_S, Gate, wait_until
from textchat.core.conversation import Conversation, Message, Status
from textchat.core.reply import Reply
from textchat.live import replies
from textchat.live.conversation import LiveConversation


async def one_turn(bench: Bench) -> LiveConversation:
    """A stored conversation of one prompt and one answer of model a."""
    live = bench.open("a")
    await live.send("question", ids(live))
    await bench.ended(len(bench.watcher.ended) + 1)
    await bench.idle(live)
    return live


# -- saving before sending ---------------------------------------------------------------------------------------------


async def test_nothing_is_sent_before_the_prompt_is_on_the_disk(bench: Bench) -> None:
    """Lost otherwise: a prompt that a crash takes, although its answer was asked for and paid."""
    bench.server.say("a", "answer")
    await one_turn(bench)  # from now on a request takes milliseconds: what it imports is there
    live = bench.open("a")
    hold = bench.history.hold("save")
    sending = asyncio.create_task(live.send("question", ids(live)))
    await hold.until_reached()
    await asyncio.sleep(0.2)
    assert len(bench.server.requests) == 1, "that of the turn before"
    assert await bench.history.load(live.conversation.id) is None
    assert said(live, 0) == ["question", ""], "the screen has it already"
    hold.open()
    assert await sending
    await bench.ended(2)
    assert len(bench.server.requests) == 2


async def test_a_reply_that_is_cancelled_while_it_is_saved_is_never_asked_for(bench: Bench) -> None:
    """Lost otherwise: money for a cancelled prompt."""
    bench.server.say("a", "never asked")
    bench.server.say("b", "asked")
    live = bench.open("a", "b")
    hold = bench.history.hold("save")
    sending = asyncio.create_task(live.send("question", ids(live)))
    await hold.until_reached()
    assert live.cancel(ids(live)[0])
    hold.open()
    await sending
    await bench.ended(2)
    stored = await bench.stored(live)
    assert [request.json["model"] for request in bench.server.requests] == ["b"]
    answers = {message.model: message.status for message in stored.messages.values() if message.model}
    assert answers == {"local/a": Status.CANCELLED, "local/b": Status.COMPLETE}


async def test_a_program_that_ends_while_a_prompt_is_saved_asks_nothing(bench: Bench) -> None:
    """Lost otherwise: money for an answer that nobody will read."""
    bench.server.say("a", "never asked")
    live = bench.open("a")
    hold = bench.history.hold("save")
    sending = asyncio.create_task(live.send("question", ids(live)))
    await hold.until_reached()
    closing = asyncio.create_task(live.aclose())
    await asyncio.sleep(0)
    hold.open()
    await asyncio.gather(sending, closing)
    assert bench.server.requests == []
    assert [message.status for message in bench.watcher.ended] == [Status.INTERRUPTED]


async def test_a_prompt_that_leaves_the_queue_as_the_program_ends_is_not_sent(bench: Bench) -> None:
    """Lost otherwise: money for an answer that nobody will read, and a reply that grows in a closed store."""
    gate = Gate()
    bench.server.script("a", "first", gate, once=True)
    bench.server.say("a", "second")
    live = bench.open("a")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live))
    closing: list[asyncio.Task[None]] = []

    class Quitter(Watcher):
        def reply_ended(self, reply: Reply, message: Message) -> None:
            closing.append(asyncio.create_task(live.aclose()))

    live.watcher = Quitter()
    gate.open()
    await wait_until(lambda: bool(closing), "the first reply ends")
    await closing[0]
    assert [prompt.text for prompt in live.queue] == ["two"] and live.queue.is_held
    assert len(bench.server.requests) == 1 and said(live, 0) == ["one", "first"]


# -- the store fails ---------------------------------------------------------------------------------------------------


async def test_what_could_not_be_saved_is_told_and_saved_with_the_next_prompt(bench: Bench) -> None:
    """Lost otherwise: a turn that the disk had no room for when it was typed."""
    bench.server.say("a", "answer")
    live = bench.open("a")
    bench.history.failing = {"save", "finish"}
    await live.send("one", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    assert live.store.unsaved and "stay in memory" in bench.watcher.problems[0]
    assert said(live, 0) == ["one", "answer"], "the answer came all the same"
    bench.history.failing = set()
    await live.send("two", ids(live))
    await bench.ended(2)
    await bench.idle(live)
    assert not live.store.unsaved


async def test_an_end_that_could_not_be_stored_is_tried_again_when_the_program_ends(bench: Bench) -> None:
    """Lost otherwise: the end of the last answer."""
    bench.server.say("a", "answer")
    live = bench.open("a")
    bench.history.failing = {"finish"}
    await live.send("one", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    assert live.store.unsaved == "finish failed."
    saved: list[Conversation] = []
    save = bench.history.save

    async def noted(conversation: Conversation, messages: object = ()) -> None:
        saved.append(conversation)
        await save(conversation, ())

    bench.history.save = noted  # type: ignore[method-assign]
    await live.aclose()
    assert saved == [live.conversation] and not live.store.unsaved


async def test_figures_come_although_the_end_could_not_be_stored(bench: Bench) -> None:
    bench.server.say("a", "answer", usage=(30, 12))
    live = bench.open("a")
    bench.history.failing = {"finish"}
    await live.send("one", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    usage = bench.watcher.ended[0].usage
    assert usage is not None and usage.output_tokens == 12
    assert bench.watcher.problems == ["finish failed. New messages stay in memory until they can be saved."]


async def test_a_vote_counts_only_once_it_is_stored(bench: Bench) -> None:
    """Lost otherwise: the truth of the ratings; the screen would show a vote that no statistic has."""
    for model in "ab":
        bench.server.say(model, f"from {model}")
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    await bench.ended(2)
    await bench.idle(live)
    await live.vote(ids(live)[0])
    winner = live.conversation.panes[0].leaf_id
    assert live.conversation.score_of(winner) == 1
    stored = await bench.stored(live)
    assert stored.score_of(winner) == 1
    await live.vote(ids(live)[0], is_tie=True)
    assert live.conversation.score_of(winner) == 0.5
    await live.vote(ids(live)[0], is_tie=True)
    assert live.conversation.vote_on(winner) is None
    assert (await bench.stored(live)).vote_on(winner) is None
    changes = bench.watcher.changes
    await bench.history.aclose()
    await live.vote(ids(live)[0])
    assert live.conversation.vote_on(winner) is None
    assert bench.watcher.problems and "closed" in bench.watcher.problems[0]
    assert bench.watcher.changes == changes + 1


# -- growing text ------------------------------------------------------------------------------------------------------


async def test_text_before_a_pause_is_on_the_disk_within_the_second(bench: Bench) -> None:
    """Lost otherwise: all that came since the last checkpoint, however long the model has been silent."""
    gate = Gate()
    bench.server.script("a", "one ", "two ", "three", gate, Finish())
    live = bench.open("a")
    await live.send("question", ids(live))
    await gate.until_reached()
    await wait_until(lambda: "one two three" in bench.history.checkpoints, "the last of the text is kept", 5)
    async with asyncio.timeout(PATIENCE_S):  # it was handed to the thread that writes
        while (stored := await bench.history.load(live.conversation.id)) is None or "one two three" not in [
            message.text for message in stored.messages.values()
        ]:
            await asyncio.sleep(0.01)
    gate.open()
    await bench.ended(1)


async def test_no_checkpoint_comes_after_the_end(bench: Bench) -> None:
    """Lost otherwise: the final form of an answer, overwritten by its growing text."""
    gate = Gate()
    bench.server.script("a", "one ", "two", gate)
    live = bench.open("a")
    await live.send("question", ids(live))
    await gate.until_reached()
    await wait_until(lambda: bool(bench.history.checkpoints), "the first text is kept")
    live.cancel_all()
    count = len(bench.history.checkpoints)
    await asyncio.sleep(0.6)
    assert len(bench.history.checkpoints) == count
    stored = await bench.stored(live)
    assert [message.status for message in stored.messages.values()] == [Status.COMPLETE, Status.CANCELLED]


# -- deleting ----------------------------------------------------------------------------------------------------------


async def test_deleting_a_prompt_whose_answer_grows_ends_the_answer_for_good(bench: Bench) -> None:
    """Lost otherwise: money for an answer to a deleted prompt, or the deletion itself."""
    gate = Gate()
    bench.server.script("a", "some", gate, "never")
    live = bench.open("a")
    await live.send("question", ids(live))
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "it grows")
    await live.delete_message(next(iter(live.conversation.messages)))
    await bench.server.requests[0].until_disconnected()
    stored = await bench.stored(live)
    assert not stored.messages and not live.conversation.messages and not live.replies
    stats = await bench.history.requests.model_stats()
    assert [figures.model for figures in stats] == ["local/a"], "what was asked is in the journal all the same"


async def test_an_answer_that_is_deleted_while_its_end_is_stored_does_not_come_back(bench: Bench) -> None:
    """Lost otherwise: the deletion; late figures would put the text back on the disk."""
    bench.server.say("a", "answer")
    live = bench.open("a")
    hold = bench.history.hold("record_request")
    await live.send("question", ids(live))
    await hold.until_reached()
    answer = bench.watcher.ended[0].id
    deleting = asyncio.create_task(live.delete_message(answer))
    await wait_until(lambda: answer not in live.conversation.messages, "it is gone from the screen")
    hold.open()
    await deleting
    stored = await bench.stored(live)
    assert answer not in stored.messages and answer not in live.conversation.messages


async def test_a_message_can_be_deleted_twice_at_once(bench: Bench) -> None:
    bench.server.say("a", "answer")
    live = await one_turn(bench)
    answer = bench.watcher.ended[0].id
    await asyncio.gather(live.delete_message(answer), live.delete_message(answer))
    stored = await bench.stored(live)
    assert said(live, 0) == ["question"] and list(stored.messages) == list(live.conversation.messages)


# -- another textchat --------------------------------------------------------------------------------------------------


async def test_an_edit_during_a_load_is_not_overwritten_by_it(bench: Bench) -> None:
    """Lost otherwise: what one did here while the other textchat's work was read."""
    bench.server.say("a", "answer")
    live = await one_turn(bench)
    hold = bench.history.hold("load")
    catching_up = asyncio.create_task(live.catch_up())
    await hold.until_reached()
    pane = await live.panes.add("local/b", ids(live)[0])
    await live.rename("named here")
    hold.open()
    assert not await catching_up, "it is too early: look again"
    assert live.conversation.title == "named here"
    assert live.conversation.panes[1] == pane
    assert await live.catch_up()
    assert live.conversation.title == "named here"


async def test_there_is_nothing_to_catch_up_with_while_something_is_only_here(bench: Bench) -> None:
    """Lost otherwise: what could not be stored yet, replaced by the tree without it."""
    bench.server.say("a", "answer")
    live = bench.open("a")
    assert await live.catch_up(), "of a new conversation nothing is stored"
    await live.send("one", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    bench.history.failing = {"save"}
    await live.rename("only here")
    assert live.store.unsaved and not await live.catch_up()
    assert live.conversation.title == "only here"
    changes = bench.watcher.changes
    bench.history.failing = set()
    await live.rename("again")
    assert await live.catch_up()
    assert bench.watcher.changes == changes + 1, "where nothing is different, nobody is told"


# -- the queue ---------------------------------------------------------------------------------------------------------


async def test_a_second_prompt_during_the_save_of_the_first_waits_for_its_answer(bench: Bench) -> None:
    """Lost otherwise: the order; the second would be asked beside the first, without its answer."""
    bench.server.say("a", "answer")
    live = bench.open("a")
    hold = bench.history.hold("save")
    first = asyncio.create_task(live.send("one", ids(live)))
    await hold.until_reached()
    assert await live.send("two", ids(live))
    assert [prompt.text for prompt in live.queue] == ["two"] and live.is_busy
    hold.open()
    await first
    await bench.ended(2)
    assert said(live, 0) == ["one", "answer", "two", "answer"]


async def test_a_prompt_typed_behind_a_held_one_lets_it_go(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "first", gate, once=True)
    bench.server.say("a", "later")
    live = bench.open("a")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live))
    live.cancel_all()
    assert live.queue.is_held
    await live.send("three", ids(live))
    await bench.ended(3)
    assert said(live, 0)[2:] == ["two", "later", "three", "later"]


@pytest.mark.parametrize("times", [1, 2])
async def test_an_end_is_told_once(bench: Bench, times: int) -> None:
    gate = Gate()
    bench.server.script("a", "so far", gate)
    live = bench.open("a")
    await live.send("question", ids(live))
    await gate.until_reached()
    for number in range(times):
        assert live.cancel_all() is (number == 0)
    await live.aclose()
    await bench.server.requests[0].until_disconnected()
    assert [message.status for message in bench.watcher.ended] == [Status.CANCELLED]
    assert not live.cancel_all()


# -- sending before drawing --------------------------------------------------------------------------------------------


class Looking(Watcher):
    """Sees, whenever the conversation is drawn, which replies have been sent for."""

    live: LiveConversation | None = None

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[bool]] = []

    def conversation_changed(self) -> None:
        super().conversation_changed()
        if self.live is not None and self.live.replies:
            self.seen.append([reply.was_sent for reply in self.live.replies.values()])


async def test_all_requests_have_left_before_the_new_turn_is_drawn(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn first, the pane on the left was sent for a tenth of a second before the one on the right."""
    monkeypatch.setattr(replies, "LONGEST_UNTOLD_S", 20.0)
    gate = Gate()
    for model in "abc":
        bench.server.script(model, gate, "answer")
    bench.watcher = watcher = Looking()
    watcher.live = live = bench.open("a", "b", "c")
    assert await live.send("question", ids(live))
    await wait_until(lambda: bool(watcher.seen), "the turn is drawn")
    assert watcher.seen[0] == [True, True, True]
    gate.open()
    await bench.ended(3)
    await bench.idle(live)


async def test_a_slow_disk_does_not_hide_the_new_turn(bench: Bench) -> None:
    bench.server.say("a", "answer")
    bench.watcher = watcher = Looking()
    watcher.live = live = bench.open("a")
    hold = bench.history.hold("save")
    sending = asyncio.create_task(live.send("question", ids(live)))
    await hold.until_reached()
    await wait_until(lambda: watcher.seen[:1] == [[False]], "the turn is drawn")
    hold.open()
    assert await sending
    await bench.ended(1)
    await bench.idle(live)
