"""A conversation without a screen: prompts and answers through a real server and a real file, the tree asserted."""

from __future__ import annotations

from tests.live.bench import Bench, ids, said
from tests.servers.openai import Finish, Reset
from tests.servers.waiting import Gate, wait_until
from textchat.core.context.upcoming import CONTINUE_PROMPT
from textchat.core.conversation import Conversation, Pane, Role, Status, new_id
from textchat.core.errors import ErrorKind
from textchat.core.reply import Phase


async def test_each_pane_carries_its_own_history(bench: Bench) -> None:
    bench.server.say("a", "from ", "a")
    bench.server.say("b", "from ", "b")
    live = bench.open("a", "b")
    await live.send("first", ids(live))
    await bench.ended(2)
    await live.send("second", ids(live))
    await bench.ended(4)
    assert said(live, 0) == ["first", "from a", "second", "from a"]
    assert said(live, 1) == ["first", "from b", "second", "from b"]
    asked = {request.json["model"]: request.json["messages"] for request in bench.server.requests[2:]}
    assert [message["content"] for message in asked["b"]] == ["first", "from b", "second"]
    stored = await bench.stored(live)
    assert stored == live.conversation
    assert len(stored.children(None)) == 1, "both panes share the first prompt"
    assert len(stored.children(stored.children(None)[0])) == 2


async def test_the_prompt_is_stored_before_the_request_leaves(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", gate, "late")
    live = bench.open("a")
    await live.send("question", ids(live))
    await gate.until_reached()
    stored = await bench.history.load(live.conversation.id)
    assert stored is not None
    assert [(message.role, message.status) for message in stored.messages.values()] == [
        (Role.USER, Status.COMPLETE),
        (Role.ASSISTANT, Status.GROWING),
    ]
    gate.open()
    await bench.ended(1)
    assert (await bench.stored(live)).branch(live.conversation.panes[0].leaf_id)[-1].text == "late"


async def test_cancelling_closes_the_connection_and_keeps_the_text(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "so far", gate, "never")
    bench.server.say("b", "whole")
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    first, second = ids(live)
    await wait_until(lambda: first in live.replies and live.replies[first].text == "so far", "a begins")
    assert live.cancel(first)
    assert not live.cancel(first), "there is nothing left to cancel"
    await bench.ended(2)
    request = next(request for request in bench.server.requests if request.json["model"] == "a")
    await request.until_disconnected()
    stored = await bench.stored(live)
    answers = {message.model: message for message in stored.messages.values() if message.model}
    assert (answers["local/a"].text, answers["local/a"].status) == ("so far", Status.CANCELLED)
    assert (answers["local/b"].text, answers["local/b"].status) == ("whole", Status.COMPLETE)
    assert second not in live.replies


async def test_cancelling_while_waiting_for_the_first_token(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", gate, "never")
    live = bench.open("a")
    await live.send("question", ids(live))
    await gate.until_reached()
    assert live.replies[ids(live)[0]].phase is Phase.WAITING
    live.cancel_all()
    await bench.server.requests[0].until_disconnected()
    assert (bench.watcher.ended[0].text, bench.watcher.ended[0].status) == ("", Status.CANCELLED)


async def test_cancelling_before_the_worker_has_run_at_all(bench: Bench) -> None:
    bench.server.say("a", "never asked")
    live = bench.open("a")
    await live.send("question", ids(live))
    live.cancel_all()
    await bench.stored(live)
    assert [message.status for message in bench.watcher.ended] == [Status.CANCELLED]
    assert not bench.server.requests


async def test_one_failure_touches_no_other_pane_and_a_retry_mends_it(bench: Bench) -> None:
    bench.server.script("a", "half", Reset(), once=True)
    bench.server.say("a", "whole")
    bench.server.say("b", "fine")
    live = bench.open("a", "b")
    await live.send("question", ids(live))
    await bench.ended(2)
    failed = next(message for message in bench.watcher.ended if message.model == "local/a")
    assert (failed.status, failed.text) == (Status.FAILED, "half")
    assert failed.error is not None and failed.error.kind is ErrorKind.NETWORK
    assert said(live, 1) == ["question", "fine"]
    await live.regenerate(ids(live)[:1])
    await bench.ended(3)
    assert said(live, 0) == ["question", "whole"]
    leaf = live.conversation.panes[0].leaf_id
    assert leaf is not None
    assert failed.id in live.conversation.siblings(leaf), "the failed answer can still be reached"


async def test_a_model_nobody_knows_fails_in_its_pane(bench: Bench) -> None:
    live = bench.show(Conversation(new_id(), panes=(Pane("p", "nowhere/model"),)))
    await live.send("question", ["p"])
    await bench.ended(1)
    error = bench.watcher.ended[0].error
    assert error is not None and "nowhere" in error.message
    assert said(live, 0) == ["question", ""]


async def test_continue_goes_on_from_the_text_that_stands(bench: Bench) -> None:
    bench.server.script("a", "one, two", Reset(), once=True)
    bench.server.say("a", ", three")
    live = bench.open("a")
    await live.send("count", ids(live))
    await bench.ended(1)
    await live.continue_answers(ids(live))
    await bench.ended(2)
    assert said(live, 0) == ["count", "one, two, three"]
    asked = [(message["role"], message["content"]) for message in bench.server.requests[1].json["messages"]]
    assert asked == [("user", "count"), ("assistant", "one, two"), ("user", CONTINUE_PROMPT)]


async def test_a_prompt_sent_meanwhile_waits_and_can_be_taken_back(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "first", gate, once=True)
    bench.server.say("a", "second")
    live = bench.open("a")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live))
    await live.send("three", ids(live))
    waiting = list(live.queue)
    assert [prompt.text for prompt in waiting] == ["two", "three"]
    taken = live.queue.take_back(waiting[1].id)
    assert taken is not None and taken.text == "three"
    gate.open()
    await bench.ended(2)
    assert said(live, 0) == ["one", "first", "two", "second"]


async def test_a_cancel_holds_the_queue_until_it_is_resumed(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "first", gate, once=True)
    bench.server.say("a", "second")
    live = bench.open("a")
    await live.send("one", ids(live))
    await gate.until_reached()
    await live.send("two", ids(live))
    live.cancel_all()
    await bench.ended(1)
    assert live.queue.is_held and len(live.queue) == 1
    live.resume_queue()
    await bench.ended(2)
    assert said(live, 0)[-2:] == ["two", "second"]


async def test_a_prompt_waits_for_its_own_panes_alone(bench: Bench) -> None:
    gates = {model: Gate(model) for model in "ab"}
    for model, gate in gates.items():
        bench.server.script(model, "first", gate, Finish(), once=True)
        bench.server.say(model, "second")
    live = bench.open("a", "b")
    await live.send("one", ids(live))
    for gate in gates.values():
        await gate.until_reached()
    await live.send("for a", ids(live)[:1])
    await live.send("for b", ids(live)[1:])
    await live.send("for both", ids(live))
    await live.send("for b again", ids(live)[1:])
    gates["b"].open()
    await bench.ended(2)
    assert said(live, 1) == ["one", "first", "for b", "second"]
    assert [prompt.text for prompt in live.queue] == ["for a", "for both", "for b again"], "each pane keeps its order"
    gates["a"].open()
    await bench.ended(7)
    assert said(live, 0) == ["one", "first", "for a", "second", "for both", "second"]
    assert said(live, 1)[4:] == ["for both", "second", "for b again", "second"]


async def test_a_pane_that_fails_holds_back_no_prompt_for_another(bench: Bench) -> None:
    gates = {model: Gate(model) for model in "ab"}
    bench.server.script("a", "first", gates["a"], Reset())
    bench.server.script("b", "first", gates["b"], Finish(), once=True)
    bench.server.say("b", "second")
    live = bench.open("a", "b")
    await live.send("one", ids(live))
    for gate in gates.values():
        await gate.until_reached()
    await live.send("for b", ids(live)[1:])
    gates["a"].open()
    await bench.ended(1)
    assert not live.queue.is_held
    gates["b"].open()
    await bench.ended(3)
    assert said(live, 1) == ["one", "first", "for b", "second"]


async def test_a_prompt_whose_pane_is_closed_is_held_and_then_goes_to_all(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "first", gate)
    for model in "bc":
        bench.server.say(model, "fine")
    live = bench.open("a", "b", "c")
    await live.send("one", ids(live))
    await bench.ended(2)
    await live.send("for a", ids(live)[:1])
    await live.close_pane(ids(live)[0])
    assert live.queue.is_held and len(live.queue) == 1
    await live.send("for b", ids(live)[:1])
    await bench.ended(4)
    assert live.queue.is_held, "another pane's prompt does not let it go"
    live.resume_queue()
    await bench.ended(6)
    assert [said(live, pane)[-2:] for pane in (0, 1)] == [["for a", "fine"]] * 2


async def test_two_ends_at_once_send_one_prompt_to_a_pane(bench: Bench) -> None:
    for model in "ab":
        bench.server.script(model, "first", Gate(model), once=True)
        bench.server.say(model, "second")
    live = bench.open("a", "b")
    await live.send("one", ids(live))
    await wait_until(lambda: [each.text for each in live.replies.values()] == ["first"] * 2, "both have begun")
    await live.send("two", ids(live)[:1])
    await live.send("three", ids(live)[:1])
    live.cancel_all()
    live.resume_queue()
    live.resume_queue()
    await bench.ended(4)
    assert said(live, 0) == ["one", "first", "two", "second", "three", "second"]


async def test_editing_a_prompt_makes_a_branch_beside_it(bench: Bench) -> None:
    bench.server.say("a", "answer")
    live = bench.open("a")
    await live.send("qestion", ids(live))
    await bench.ended(1)
    prompt = live.conversation.branch(live.conversation.panes[0].leaf_id)[0]
    await live.edit(ids(live)[0], prompt.id, "question")
    await bench.ended(2)
    assert said(live, 0) == ["question", "answer"]
    assert len(live.conversation.children(None)) == 2
    await live.walk_siblings(ids(live)[0], live.conversation.children(None)[1], -1)
    assert said(live, 0) == ["qestion", "answer"]


async def test_choosing_a_pane_keeps_the_other_answers_as_siblings(bench: Bench) -> None:
    for model in ("a", "b", "c"):
        bench.server.say(model, f"from {model}")
    live = bench.open("a", "b", "c")
    await live.send("question", ids(live))
    await bench.ended(3)
    await live.choose(ids(live)[1])
    stored = await bench.stored(live)
    assert [pane.model for pane in stored.panes] == ["local/b"]
    leaf = stored.panes[0].leaf_id
    assert leaf is not None
    assert len(stored.siblings(leaf)) == 3
    await live.open_siblings(live.conversation.panes[0].id, leaf)
    assert [said(live, pane)[-1] for pane in range(3)] == ["from a", "from b", "from c"]


async def test_deleting_a_message_takes_what_hangs_below_it(bench: Bench) -> None:
    bench.server.say("a", "answer")
    live = bench.open("a")
    await live.send("one", ids(live))
    await bench.ended(1)
    await live.send("two", ids(live))
    await bench.ended(2)
    second = live.conversation.branch(live.conversation.panes[0].leaf_id)[2]
    await live.delete_message(second.id)
    assert said(live, 0) == ["one", "answer"]
    assert await bench.stored(live) == live.conversation


async def test_closing_keeps_what_has_come_as_interrupted(bench: Bench) -> None:
    gate = Gate()
    bench.server.script("a", "so far", gate)
    live = bench.open("a")
    await live.send("question", ids(live))
    await wait_until(lambda: live.replies[ids(live)[0]].text == "so far", "the reply begins")
    await live.aclose()
    stored = await bench.stored(live)
    answer = stored.branch(stored.panes[0].leaf_id)[-1]
    assert (answer.text, answer.status) == ("so far", Status.INTERRUPTED)
    await bench.server.requests[0].until_disconnected()
