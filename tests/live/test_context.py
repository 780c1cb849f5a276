"""Prompts that do not fit into the window of a model: what is asked, dropped, summed up, sent, and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tests.live.bench import Bench, ids, said
from tests.servers.openai import Finish
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import BudgetSettings, ContextSettings, FullContext, ModelSettings, Price
from textchat.core.context.sent import SUMMARY_HEADING
from textchat.core.conversation import Conversation, Message, Pane, Role, new_id
from textchat.core.parameters import Example, Parameters
from textchat.live.context.full_requests import FullQuestion
from textchat.live.conversation import LiveConversation
from textchat.live.edits.undo import UndoStack

WINDOW = 1_000
TURN = 100
"""Words of a prompt and of a reply: about 130 tokens together with its frame."""


def a_branch(turns: int, words: int = TURN) -> list[Message]:
    messages: list[Message] = []
    for turn in range(turns):
        for role, name in ((Role.USER, "u"), (Role.ASSISTANT, "a")):
            parent = messages[-1].id if messages else None
            model = "local/a" if role is Role.ASSISTANT else None
            messages.append(Message(f"{name}{turn}", parent, role, f"{name}{turn} " + "word " * words, model=model))
    return messages


def use(bench: Bench, full: FullContext, *, window: int = WINDOW, summary_model: str = "") -> None:
    models = {f"local/{name}": ModelSettings(context_window=window) for name in "abc"}
    bench.settings = replace(bench.settings, models=models, context=ContextSettings(full, summary_model))
    bench.current.replace(bench.settings)


async def a_full_conversation(
    bench: Bench, *models: str, turns: int = 4, undo: UndoStack | None = None
) -> LiveConversation:
    messages = a_branch(turns)
    panes = tuple(
        Pane(f"p{model}", f"local/{model}", Parameters(system="Be kind."), messages[-1].id) for model in models
    )
    conversation = Conversation(new_id(), "Words", 1.0, {message.id: message for message in messages}, panes=panes)
    await bench.history.save(conversation, messages)
    return bench.show(conversation, undo)


def asked(bench: Bench, number: int = -1) -> list[tuple[str, str]]:
    """Roles and first words of the messages of a request."""
    messages = bench.server.requests[number].json["messages"]
    return [(message["role"], message["content"].partition(" ")[0]) for message in messages]


async def test_what_is_dropped_stays_in_the_tree_and_is_not_sent_again(bench: Bench) -> None:
    use(bench, FullContext.DROP)
    bench.server.say("a", "fine")
    undo = UndoStack()
    live = await a_full_conversation(bench, "a", turns=4, undo=undo)
    assert await live.send("next", ids(live))
    await bench.ended(1)
    left = asked(bench)
    assert left[0] == ("system", "Be") and left[1][0] == "user" and left[1][1] != "u0", left
    assert left[-1] == ("user", "next")
    assert len(said(live, 0)) == 10, "all of it is still there"
    sent = live.context.sent("pa")
    assert sent.left_out and sent.begins_at == left[1][1]
    # What a restart would send is the same, and an undo sends all again.
    stored = await bench.stored(live)
    assert stored.panes[0].sent_from == sent.begins_at
    assert undo.last is not None and "Dropped" in undo.last.done
    await live.bring_back(undo.last)
    assert live.context.sent("pa").left_out == 0
    assert (await bench.stored(live)).panes[0].sent_from is None


@pytest.mark.parametrize("summary_model", ["", "local/c"])
async def test_a_summary_stands_for_the_old_turns(bench: Bench, summary_model: str) -> None:
    use(bench, FullContext.SUMMARISE, summary_model=summary_model)
    grog = ModelSettings(Parameters(examples=(Example("What do you drink?", "grog"),)), WINDOW)
    bench.current.replace(replace(bench.settings, models={f"local/{name}": grog for name in "abc"}))
    bench.server.say(summary_model[-1:] or "a", "They said many words.")
    undo = UndoStack()
    live = await a_full_conversation(bench, "a", turns=4, undo=undo)
    if summary_model:
        bench.server.say("a", "fine")
    assert await live.send("next", ids(live))
    await bench.ended(2)
    assert "u0 word" in bench.server.requests[0].json["messages"][-1]["content"]
    assert "grog" not in str(bench.server.requests[0].json), "examples go with what answers a prompt"
    first = bench.server.requests[1].json["messages"][1]["content"]
    assert first.startswith(f"{SUMMARY_HEADING}\n\nThey said many words.")
    assert "u0 word" not in str(bench.server.requests[1].json)
    stored = await bench.stored(live)
    assert stored == live.conversation
    summary = next(message for message in stored.messages.values() if message.is_summary)
    assert summary.model == (summary_model or "local/a") and summary.usage is not None
    assert summary.parent_id == "a3", "it stands where it was made, and nothing else has moved"
    # An undo takes it alone out, and what was said since stays below what it stood for.
    assert undo.last is not None
    await live.bring_back(undo.last)
    assert said(live, 0)[-2:] == ["next", stored.messages[stored.panes[0].leaf_id or ""].text]
    assert live.context.sent("pa").summed_up == 0
    assert await bench.stored(live) == live.conversation
    assert summary.id not in live.conversation.messages


async def test_a_summary_that_is_deleted_comes_back_above_what_was_below(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE)
    bench.server.say("a", "Words.")
    undo = UndoStack()
    live = await a_full_conversation(bench, "a", undo=undo)
    await live.send("next", ids(live))
    await bench.ended(2)
    before = await bench.stored(live)
    summary = next(message for message in before.messages.values() if message.is_summary)
    step = await live.delete_message(summary.id)
    assert step is not None and said(live, 0)[-2:] == ["next", "Words."]
    assert await bench.stored(live) == live.conversation
    await live.bring_back(step)
    assert (await bench.stored(live)).messages == before.messages and live.conversation.panes == before.panes


async def test_an_edited_summary_is_what_is_sent_and_another_version_can_be_had(bench: Bench) -> None:
    use(bench, FullContext.SEND)
    bench.server.say("a", "First.")
    live = await a_full_conversation(bench, "a")
    await live.context.summarise(live.context.summary_plans(ids(live)))
    summary = live.conversation.messages[live.conversation.panes[0].leaf_id or ""]
    await live.edit("pa", summary.id, "Mine.")
    assert live.context.sent("pa").messages[0].text == f"{SUMMARY_HEADING}\n\nMine."
    bench.server.say("a", "Second.")
    await live.ask_again("pa", live.conversation.panes[0].leaf_id or "")
    assert live.context.sent("pa").messages[0].text.endswith("Second.")
    assert len(live.conversation.children("a3")) == 3
    # A retry is for the answer above, not for the summary, which goes with it.
    bench.server.say("a", "Retried.")
    assert await live.regenerate(ids(live))
    await bench.idle(live)
    assert said(live, 0)[-3].startswith("u3") and said(live, 0)[-2:] == ["Second.", "Retried."]
    assert [first for _, first in asked(bench)] == ["Be", "Summary", "a2", "u3"], "u2 is with the summary"


async def test_another_version_of_a_summary_takes_nothing_out_of_sight(bench: Bench) -> None:
    use(bench, FullContext.SEND)
    bench.server.say("a", "First.")
    undo = UndoStack()
    live = await a_full_conversation(bench, "a", undo=undo)
    await live.context.summarise(live.context.summary_plans(ids(live)))
    summary = live.conversation.panes[0].leaf_id or ""
    await live.send("next", ids(live))
    await bench.idle(live)
    before = live.conversation
    # One that fails changes nothing, and one that is taken back leads to what was said below the old one.
    bench.server.refuse("a", 400, "too much")
    await live.ask_again("pa", summary)
    await bench.idle(live)
    assert live.conversation == before and await bench.stored(live) == before
    bench.server.say("a", "Second.")
    await live.ask_again("pa", summary)
    assert live.conversation.panes != before.panes and undo.last is not None
    await live.bring_back(undo.last)
    assert live.conversation == before and await bench.stored(live) == before


async def test_summaries_made_together_are_allowed_together(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE)
    live = await a_full_conversation(bench, "a", "b")
    live.context._summaries._is_private = True  # by two models, a summary each
    plans = live.context.summary_plans(ids(live))
    one = [Price(1000.0, 1000.0), Price(1e9, 1e9)]
    models = {f"local/{name}": replace(bench.settings.models["local/a"], price=one["ab".index(name)]) for name in "ab"}
    bench.settings = replace(bench.settings, models=models, budget=BudgetSettings(comparison_usd=100.0))
    bench.current.replace(bench.settings)
    assert await live.context.summarise(plans) is None
    await bench.idle(live)
    assert not bench.server.requests, "none is paid for that is thrown away"


async def test_what_is_left_out_stays_so_in_each_version_of_the_prompt_that_begins(bench: Bench) -> None:
    use(bench, FullContext.SEND)
    for name in "ab":
        bench.server.say(name, "fine")
    undo = UndoStack()
    live = await a_full_conversation(bench, "a", undo=undo)
    await live.context.drop(ids(live))
    begin = live.context.sent("pa").begins_at or ""
    left_out = live.context.sent("pa").left_out
    await live.edit("pa", begin, "another")
    await bench.idle(live)
    assert asked(bench)[1] == ("user", "another") and live.context.sent("pa").left_out == left_out
    await live.walk_siblings("pa", live.context.sent("pa").begins_at or "", 1)
    assert live.context.sent("pa").begins_at == begin and undo.last is not None
    await live.regenerate(ids(live))
    await bench.idle(live)
    await live.open_siblings("pa", live.conversation.panes[0].leaf_id or "")
    assert [live.context.sent(pane_id).left_out for pane_id in ids(live)] == [left_out] * 2
    await live.walk_siblings("pa", begin, 1)
    await live.bring_back(undo.last)
    assert live.context.sent("pa").left_out == 0


async def test_panes_that_share_the_turns_share_the_summary(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE)
    bench.server.say("a", "Shared.")
    bench.server.say("b", "fine")
    live = await a_full_conversation(bench, "a", "b", turns=4)
    other = Message("v3", "u3", Role.ASSISTANT, "v3 " + "word " * TURN, model="local/b")
    conversation = live.conversation.with_message(other)
    await live.store.change(conversation.with_pane(replace(conversation.pane("pb"), leaf_id="v3")), (other,))
    await live.send("next", ids(live))
    await bench.ended(3)
    assert len(bench.server.requests) == 3, "one summary, two replies"
    for pane_id in ids(live):
        assert live.context.sent(pane_id).messages[0].text.endswith("Shared.")
    stored = await bench.stored(live)
    made = [message for message in stored.messages.values() if message.is_summary]
    assert [message.parent_id for message in made] == ["a3", "v3"]
    assert [message.usage is not None for message in made] == [True, False], "it is paid for once"
    assert not made[1].is_edited


@pytest.mark.parametrize("end", ["refused", "cancelled", "empty", "budget"])
async def test_a_failing_summary_keeps_the_prompt_and_leaves_nothing(bench: Bench, end: str) -> None:
    use(bench, FullContext.SUMMARISE)
    gate = Gate()
    match end:
        case "refused":
            bench.server.refuse("a", 400, "too much")
        case "cancelled":
            bench.server.script("a", "Some ", gate)
        case "empty":
            bench.server.script("a", Finish())
        case _:
            prices = {"local/a": replace(bench.settings.models["local/a"], price=Price(1000.0, 1000.0))}
            bench.settings = replace(bench.settings, models=prices, budget=BudgetSettings(comparison_usd=0.001))
            bench.current.replace(bench.settings)
    live = await a_full_conversation(bench, "a")
    before = live.conversation
    sending = live.send("next", ids(live))
    if end == "cancelled":
        task = asyncio.create_task(sending)
        await wait_until(lambda: any(reply.text for reply in live.replies.values()), "the summary grows")
        live.cancel_all()
        assert not await task
    else:
        assert not await sending
    await bench.idle(live)
    assert live.conversation == before
    assert await bench.stored(live) == before
    told = "Not sent" if end == "budget" else "summary"
    assert any(told in problem for problem in bench.watcher.problems) == (end != "cancelled")
    gate.open()


async def test_one_summary_that_is_cancelled_ends_those_made_with_it(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE)
    gates = Gate(), Gate()
    for name, gate in zip("ab", gates, strict=True):
        bench.server.script(name, "Some ", gate)
    live = await a_full_conversation(bench, "a", "b")
    other = Message("v0", "u0", Role.ASSISTANT, "v0 " + "word " * 900, model="local/b")
    conversation = live.conversation.with_message(other)
    await live.store.change(conversation.with_pane(replace(conversation.pane("pb"), leaf_id="v0")), (other,))
    before = live.conversation
    task = asyncio.create_task(live.send("next", ids(live)))
    await wait_until(lambda: len([each for each in live.replies.values() if each.text]) == 2, "both summaries grow")
    live.cancel("pa")
    assert not await task
    await bench.idle(live)
    assert live.conversation == before and await bench.stored(live) == before
    for gate in gates:
        gate.open()


async def test_a_private_conversation_asks_no_other_model(bench: Bench) -> None:
    use(bench, FullContext.SEND, summary_model="local/c")
    live = await a_full_conversation(bench, "a", "b")
    services = live._services
    private = LiveConversation(live.conversation, bench.history, services, is_private=True, watcher=bench.watcher)
    assert [plan.model for plan in private.context.summary_plans(ids(live))] == ["local/a", "local/b"]
    assert [plan.model for plan in live.context.summary_plans(ids(live))] == ["local/c"]


@pytest.mark.parametrize(
    ("answer", "is_sent"), [(None, False), (FullContext.SEND, True), (FullContext.DROP, True)], ids=str
)
async def test_it_is_asked_before_anything_is_sent(bench: Bench, answer: FullContext | None, is_sent: bool) -> None:
    use(bench, FullContext.ASK)
    bench.server.say("a", "fine")
    live = await a_full_conversation(bench, "a")
    questions: list[FullQuestion] = []

    async def ask(question: FullQuestion) -> FullContext | None:
        assert not bench.server.requests
        questions.append(question)
        return answer

    live.context.full.ask = ask
    assert await live.send("next", ids(live)) is is_sent
    await bench.ended(int(is_sent))
    (pane,) = questions[0].panes
    assert pane.over.excess > 0 and pane.dropped and questions[0].can_drop and questions[0].plans
    assert len(bench.server.requests) == int(is_sent)
    if not is_sent:
        assert "next" not in said(live, 0)


async def test_a_question_that_is_open_does_not_keep_the_program_from_ending(bench: Bench) -> None:
    use(bench, FullContext.ASK)
    gate = Gate()
    bench.server.script("a", "fine", gate, Finish(usage=(2_000, 5)))
    bench.server.say("b", "fine")
    live = await a_full_conversation(bench, "a", "b")
    questions: list[FullQuestion] = []

    async def ask(question: FullQuestion) -> FullContext | None:
        questions.append(question)
        await asyncio.sleep(0 if len(questions) == 1 else 60)
        return FullContext.SEND

    live.context.full.ask = ask
    assert await live.send("first", ids(live)) and await live.send("second", ids(live))
    gate.open()
    await wait_until(lambda: len(questions) == 2, "the prompt in the queue does not fit either")
    async with asyncio.timeout(30):
        await live.aclose()
    assert [prompt.text for prompt in live.queue] == ["second"] and not live.store.unsaved, "it is not lost"


async def test_without_anybody_to_ask_it_is_not_sent(bench: Bench) -> None:
    use(bench, FullContext.ASK)
    live = await a_full_conversation(bench, "a")
    assert not await live.send("next", ids(live))
    assert bench.watcher.problems and not bench.server.requests


async def test_a_window_that_nobody_knows_or_that_is_large_enough_asks_nothing(bench: Bench) -> None:
    use(bench, FullContext.ASK, window=100_000)
    bench.server.say("a", "fine")
    live = await a_full_conversation(bench, "a")
    share = await live.context.share(live.conversation.panes[0])
    assert share is not None and share.window == 100_000 and 800 < share.tokens < 1_400 and not share.is_marked
    assert await live.send("next", ids(live))
    await bench.ended(1)
    bench.current.replace(replace(bench.settings, models={}))
    assert await live.context.share(live.conversation.panes[0]) is None
    assert await live.send("again", ids(live))
    await bench.ended(2)
    assert len(asked(bench)) == 12 and asked(bench)[0][0] == "system"


async def test_reported_figures_go_before_estimates(bench: Bench) -> None:
    use(bench, FullContext.ASK, window=100_000)
    bench.server.script("a", "fine", Finish(usage=(90_000, 5)))
    live = await a_full_conversation(bench, "a")
    await live.send("next", ids(live))
    await bench.ended(1)
    await bench.idle(live)
    share = await live.context.share(live.conversation.panes[0])
    assert share is not None and share.tokens == 90_005 and share.is_marked


async def test_by_hand_the_older_half_goes_and_comes_back(bench: Bench) -> None:
    use(bench, FullContext.ASK, window=100_000)
    live = await a_full_conversation(bench, "a", turns=4)
    step = await live.context.drop(ids(live))
    assert step is not None and live.context.sent("pa").begins_at == "u2"
    assert await live.context.send_all("pa") and not await live.context.send_all("pa")
    assert live.context.sent("pa").begins_at is None
    one = await a_full_conversation(bench, "b", turns=1)
    assert await one.context.drop(ids(one)) is None and one.context.summary_plans(ids(one)) == []


# -- what is asked again ---------------------------------------------------------------------------------------------

Again = Callable[[LiveConversation], Coroutine[Any, Any, bool]]
AGAIN: dict[str, Again] = {
    "edited": lambda live: live.edit("pa", "u3", "u3 another"),
    "regenerated": lambda live: live.regenerate(ids(live)),
    "retried": lambda live: live.ask_again("pa", "a3"),
    "continued": lambda live: live.continue_answers(ids(live)),
    "continued earlier": lambda live: live.continue_earlier("pa", "a3"),
}
"""What asks for a reply to the last of four prompts."""
again_in_each_way = pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)


def choose(live: LiveConversation, way: FullContext | None) -> list[FullQuestion]:
    """Choose this way whenever it is asked; the questions are collected."""
    questions: list[FullQuestion] = []

    async def ask(question: FullQuestion) -> FullContext | None:
        questions.append(question)
        return way

    live.context.full.ask = ask
    return questions


async def a_long_conversation(bench: Bench, *models: str, undo: UndoStack | None = None) -> LiveConversation:
    """One of which the last reply, asked for again, does not fit."""
    for model in "ab":
        bench.server.say(model, "fine")
    return await a_full_conversation(bench, *models, turns=4, undo=undo)


@again_in_each_way
async def test_what_is_asked_again_is_asked_about(bench: Bench, again: Again) -> None:
    use(bench, FullContext.ASK, window=800)
    live = await a_long_conversation(bench, "a")
    before, questions = live.conversation, choose(live, None)
    assert not await again(live)
    await bench.idle(live)
    assert live.conversation == before and await bench.stored(live) == before and not bench.server.requests
    ((pane,), question) = questions[0].panes, questions[0]
    assert pane.over.excess > 0 and pane.dropped and question.plans
    assert question.has_prompt == (again is AGAIN["edited"])
    choose(live, FullContext.SEND)
    assert await again(live)
    await bench.ended(1)
    assert asked(bench)[1] == ("user", "u0") and said(live, 0)[-1].endswith("fine")


@again_in_each_way
async def test_what_is_asked_again_goes_without_the_oldest(bench: Bench, again: Again) -> None:
    use(bench, FullContext.DROP, window=800)
    undo = UndoStack()
    live = await a_long_conversation(bench, "a", undo=undo)
    assert await again(live)
    await bench.idle(live)
    left = [first for _, first in asked(bench)]
    assert "u0" not in left and "u3" in left and len(said(live, 0)) == 8
    assert (await bench.stored(live)).panes[0].sent_from == left[1]
    assert undo.last is not None and "Dropped" in undo.last.done
    await live.bring_back(undo.last)
    assert live.context.sent("pa").left_out == 0 and said(live, 0)[-1].endswith("fine")


@again_in_each_way
async def test_what_is_asked_again_goes_behind_a_summary(bench: Bench, again: Again) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    bench.server.say("c", "Summed.")
    undo = UndoStack()
    live = await a_long_conversation(bench, "a", undo=undo)
    assert await again(live)
    await bench.idle(live)
    left = [first for _, first in asked(bench)]
    sent = str(bench.server.requests[-1].json)
    assert left[:2] == ["Be", "Summary"] and "u0 " not in sent and "u3 " in sent
    assert said(live, 0)[-2] == "Summed." and said(live, 0)[-3].startswith("u3") and len(said(live, 0)) == 9
    assert await bench.stored(live) == live.conversation
    # Asked again, it is the same request; and the summary can be taken back from above its replies.
    assert await live.regenerate(ids(live))
    await bench.idle(live)
    count = len(left) - 2 * (again in (AGAIN["continued"], AGAIN["continued earlier"]))
    assert [first for _, first in asked(bench)] == left[:count] and len(bench.server.requests) == 3
    assert undo.last is not None and "Summarised" in undo.last.done
    await live.bring_back(undo.last)
    assert len(said(live, 0)) == 8 and said(live, 0)[-1] == "fine" and live.context.sent("pa").summed_up == 0
    assert await bench.stored(live) == live.conversation


@again_in_each_way
@pytest.mark.parametrize("end", ["refused", "cancelled", "budget", "closed"])
async def test_a_failing_summary_leaves_what_was_there(bench: Bench, again: Again, end: str) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    gate = Gate()
    live = await a_long_conversation(bench, "a")
    if end == "refused":
        bench.server.refuse("c", 400, "too much")
    else:
        bench.server.script("c", "Some ", gate)
    if end == "budget":
        prices = {"local/a": replace(bench.settings.models["local/a"], price=Price(1000.0, 1000.0))}
        bench.settings = replace(bench.settings, models=prices, budget=BudgetSettings(comparison_usd=0.001))
        bench.current.replace(bench.settings)
    before = live.conversation
    asking = asyncio.create_task(again(live))
    if end in ("cancelled", "closed"):
        await wait_until(lambda: any(reply.text for reply in live.replies.values()), "the summary grows")
        assert await live.send("behind", ids(live)), "it waits"
        live.cancel_all() if end == "cancelled" else live.interrupt()
    assert not await asking
    await live.store.finish_tasks()
    assert live.conversation == before and await bench.history.load(before.id) == before
    assert [prompt.text for prompt in live.queue] == ["behind"] * (end in ("cancelled", "closed"))
    gate.open()


async def test_only_the_pane_whose_window_is_full_is_asked_about(bench: Bench) -> None:
    use(bench, FullContext.ASK, window=800)
    bench.settings.models["local/b"] = ModelSettings(context_window=100_000)  # type: ignore[index]
    bench.current.replace(bench.settings)
    undo = UndoStack()
    live = await a_long_conversation(bench, "a", "b", undo=undo)
    bench.server.say("a", "short")
    questions = choose(live, FullContext.SUMMARISE)
    assert await live.regenerate(ids(live))
    await bench.idle(live)
    ((pane,),) = [question.panes for question in questions]
    assert (pane.number, pane.over.model) == (1, "local/a")
    sizes = {
        request.json["model"]: len(request.json["messages"]) for request in bench.server.requests[1:] if request.body
    }
    assert sizes["a"] < sizes["b"] == 8
    assert live.context.sent("pb").summed_up == 0 < live.context.sent("pa").summed_up
    # They are replies to one prompt all the same.
    await live.vote("pb")
    (vote,) = live.conversation.votes
    assert vote.prompt_id == "u3" and len(vote.candidates) == 2
    assert await bench.stored(live) == live.conversation


async def test_a_summary_goes_along_while_what_it_stands_for_is_there(bench: Bench) -> None:
    use(bench, FullContext.SEND)
    live = await a_long_conversation(bench, "a")
    bench.server.say("a", "Summed.")
    await live.context.summarise(live.context.summary_plans(ids(live)))
    summary = live.conversation.panes[0].leaf_id or ""
    assert live.conversation.messages[summary].covers == "a1"
    bench.server.say("a", "fine")
    whole, short = ["Be", "u0"], ["Be", "Summary"]
    for again, begin, is_kept in (
        (lambda: live.continue_answers(ids(live)), short, True),
        (lambda: live.edit("pa", "u3", "u3 another"), short, True),
        (lambda: live.edit("pa", "a3", "a3 mine"), None, True),
        (lambda: live.ask_again("pa", "a2"), short, True),
        (lambda: live.edit("pa", "u2", "u2 another"), short, True),
        (lambda: live.edit("pa", "u1", "u1 another"), whole, False),
        (lambda: live.ask_again("pa", "a0"), whole, False),
    ):
        await live.branch_off("pa", summary)
        count = len(bench.server.requests)
        assert await again()  # type: ignore[no-untyped-call]
        await bench.idle(live)
        assert len(bench.server.requests) == count + (begin is not None)
        assert begin is None or [first for _, first in asked(bench)][:2] == begin
        assert (live.context.sent("pa").summed_up == 4) == is_kept
    assert await bench.stored(live) == live.conversation


async def test_a_summary_is_taken_out_from_above_a_reply_that_grows(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    bench.server.say("c", "Summed.")
    undo, gate = UndoStack(), Gate()
    live = await a_long_conversation(bench, "a", undo=undo)
    bench.server.script("a", "half ", gate, "whole")
    assert await live.regenerate(ids(live))
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "the reply grows")
    assert undo.last is not None
    await live.bring_back(undo.last)
    reply_id = live.conversation.panes[0].leaf_id or ""
    crashed = await bench.history.load(live.conversation.id)
    assert crashed is not None and reply_id in crashed.messages, "nothing that grows is lost if the program ends now"
    gate.open()
    await bench.idle(live)
    assert said(live, 0)[-1] == "half whole" and live.conversation.messages[reply_id].parent_id == "u3"
    assert await bench.stored(live) == live.conversation


async def test_what_is_continued_behind_a_summary_has_the_figures_of_both(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    bench.server.say("c", "Summed.")
    live = await a_long_conversation(bench, "a")
    assert await live.regenerate(ids(live))
    await bench.idle(live)
    await live.delete_message(next(id_ for id_, each in live.conversation.messages.items() if each.is_summary))
    assert await live.continue_answers(ids(live))
    await bench.idle(live)
    longer = live.conversation.branch(live.conversation.panes[0].leaf_id)
    assert longer[-2].is_summary and longer[-1].text == "finefine" and longer[-1].earlier is not None
    assert longer[-1].earlier.usage is not None


async def test_reported_figures_count_for_what_is_asked_again(bench: Bench) -> None:
    use(bench, FullContext.ASK, window=100_000)
    bench.server.script("a", "fine", Finish(usage=(95_000, 5)))
    live = await a_full_conversation(bench, "a", turns=1)
    await live.send("next", ids(live))
    await bench.idle(live)
    bench.server.say("a", "fine")
    choose(live, FullContext.SEND)
    await live.send("last", ids(live))
    await bench.idle(live)
    questions = choose(live, None)
    assert not await live.regenerate(ids(live))
    assert questions[0].panes[0].over.tokens > 95_005


async def test_an_edit_that_fits_alone_is_where_its_pane_begins(bench: Bench) -> None:
    use(bench, FullContext.DROP, window=320)
    live = await a_long_conversation(bench, "a")
    assert await live.edit("pa", "u3", "u3 " + "word " * 180)
    await bench.idle(live)
    version = live.conversation.branch(live.conversation.panes[0].leaf_id)[-2]
    assert [first for _, first in asked(bench)] == ["Be", "u3"]
    assert (await bench.stored(live)).panes[0].sent_from == version.id
    assert live.context.sent("pa").left_out == 6


async def test_an_earlier_reply_is_asked_for_behind_the_summary_that_stood_there(bench: Bench) -> None:
    use(bench, FullContext.SEND)
    live = await a_long_conversation(bench, "a")

    async def summarise() -> None:
        bench.server.say("a", "Summed.")
        assert await live.context.summarise(live.context.summary_plans(ids(live)))
        bench.server.say("a", "fine " * TURN)

    await summarise()
    assert await live.ask_again("pa", "a2")
    for text in ("u4 " + "word " * TURN, "u5"):
        assert await live.send(text, ids(live))
        await bench.idle(live)
    await summarise()
    branch = live.conversation.branch(live.conversation.panes[0].leaf_id)
    first, last = [message for message in branch if message.is_summary]
    assert (first.parent_id, first.covers) == ("u2", "a1") and last.covers not in ("a1", None)
    assert await live.ask_again("pa", next(message.id for message in branch if message.parent_id == first.id))
    await bench.idle(live)
    assert [first for _, first in asked(bench)] == ["Be", "Summary"], "u2 is with the summary"
    assert live.conversation.branch(live.conversation.panes[0].leaf_id)[-2] == first, "it is there already"


async def test_while_a_summary_is_made_nothing_else_is_asked_in_panes_that_wait_for_it(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    bench.settings.models["local/b"] = ModelSettings(context_window=100_000)  # type: ignore[index]
    bench.current.replace(bench.settings)
    live = await a_long_conversation(bench, "a", "b")
    gate = Gate()
    bench.server.script("c", "Some ", gate, "of it.")
    sending = asyncio.create_task(live.send("next", ids(live)))
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "the summary grows")
    assert not await live.regenerate(["pb"]) and not await live.edit("pb", "u3", "u3 another")
    assert sum("on its way" in problem for problem in bench.watcher.problems) == 2
    gate.open()
    assert await sending
    await bench.idle(live)
    assert said(live, 0)[-2:] == said(live, 1)[-2:] == ["next", "fine"]
    assert await live.regenerate(["pb"]), "and then it is"
    await bench.idle(live)
    assert await bench.stored(live) == live.conversation


async def test_an_edit_whose_summary_was_cut_off_with_the_program_is_asked_again(bench: Bench) -> None:
    use(bench, FullContext.SUMMARISE, window=800, summary_model="local/c")
    live = await a_long_conversation(bench, "a")
    gate = Gate()
    bench.server.script("c", "Some ", gate, once=True)
    editing = asyncio.create_task(live.edit("pa", "u3", "u3 another"))
    await wait_until(lambda: any(reply.text for reply in live.replies.values()), "the summary grows")
    left = await bench.history.load(live.conversation.id)
    gate.open()
    await editing
    assert left is not None
    later = bench.show(left, None)
    (pane,) = later.conversation.panes
    assert later.conversation.messages[pane.leaf_id or ""].is_summary and said(later, 0)[-2] == "u3 another"
    bench.server.say("c", "Summed.")
    assert await later.regenerate(ids(later))
    await bench.idle(later)
    assert said(later, 0)[-3:] == ["u3 another", "Summed.", "fine"]
    assert [first for _, first in asked(bench)][:2] == ["Be", "Summary"]
