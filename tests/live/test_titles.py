"""When a model is asked for a title: once a conversation, after its first complete answer, and never in the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.live.bench import Bench
from tests.servers.waiting import PATIENCE_S
from textchat.core.configuration import ModelSettings, UiSettings
from textchat.core.conversation import Conversation, Message, Role, Status
from textchat.core.parameters import Example, Parameters
from textchat.live.running_reply import ReplyServices
from textchat.live.settings.current_settings import CurrentSettings
from textchat.live.titles import LONGEST_EXCERPT, Titles

PROMPT = Message("q", None, Role.USER, "How many moons?")
ANSWER = Message("a", "q", Role.ASSISTANT, "Two.", model="local/a")
BEGUN = Conversation("c", "How many moons?", 1.0, {"q": PROMPT, "a": ANSWER})


AN_EXAMPLE = Example("What do you drink?", "grog")


def services(bench: Bench, model: str) -> ReplyServices:
    settings = replace(bench.settings, ui=UiSettings(title_model=model))
    return ReplyServices(
        catalog=bench.catalog,
        current=CurrentSettings(settings),
        metering=bench.metering,
        budget=bench.budget,
        journal=bench.history.requests,
    )


@pytest.fixture
async def titles(bench: Bench) -> AsyncIterator[Titles]:
    bench.server.say("namer", '**Title: "Moons"**')
    titles = Titles(services(bench, "local/namer"))
    yield titles
    await titles.aclose()


async def given(titles: Titles, conversation: Conversation, answer: Message) -> list[str]:
    """The titles that come of an answer, once all that it started has ended."""
    taken: list[str] = []

    async def take(title: str) -> None:
        taken.append(title)

    before = asyncio.all_tasks()
    titles.consider(conversation, answer, take)
    await asyncio.wait_for(asyncio.gather(*(asyncio.all_tasks() - before)), PATIENCE_S)
    return taken


async def test_the_first_complete_answer_gives_a_title_once(bench: Bench, titles: Titles) -> None:
    assert await given(titles, BEGUN, ANSWER) == ["Moons"]
    asked = bench.server.requests[0].json["messages"][-1]["content"]
    assert "How many moons?" in asked and "Two." in asked
    assert await given(titles, BEGUN, ANSWER) == [], "a conversation is asked about once"


@pytest.mark.parametrize(
    ("conversation", "answer"),
    [
        (BEGUN, replace(ANSWER, status=Status.CANCELLED)),
        (BEGUN, replace(ANSWER, text=" \n")),
        (replace(BEGUN, messages={"a": ANSWER}), replace(ANSWER, parent_id="gone")),
        (replace(BEGUN, title="mine"), ANSWER),
        (
            replace(BEGUN, messages={"r": PROMPT, "q": replace(PROMPT, parent_id="r"), "a": ANSWER}),
            ANSWER,
        ),
    ],
    ids=["cancelled", "empty", "without a prompt", "titled by the user", "a later turn"],
)
async def test_nothing_else_asks_for_one(
    bench: Bench, titles: Titles, conversation: Conversation, answer: Message
) -> None:
    assert await given(titles, conversation, answer) == []
    assert bench.server.requests == []


async def test_an_answer_that_did_not_complete_leaves_the_chance_to_the_next(bench: Bench, titles: Titles) -> None:
    assert await given(titles, BEGUN, replace(ANSWER, status=Status.FAILED)) == []
    assert await given(titles, BEGUN, ANSWER) == ["Moons"]


async def test_a_long_beginning_is_cut(bench: Bench, titles: Titles) -> None:
    prompt = replace(PROMPT, text="How many moons?\n" + "p" * 5000)
    conversation = replace(BEGUN, messages={"q": prompt, "a": ANSWER})
    assert await given(titles, conversation, replace(ANSWER, text="z" * 5000)) == ["Moons"]
    asked = bench.server.requests[0].json["messages"][-1]["content"]
    assert asked.count("z") == LONGEST_EXCERPT and asked.count("p") < LONGEST_EXCERPT + 20


async def test_without_a_model_nothing_is_asked(bench: Bench) -> None:
    titles = Titles(services(bench, ""))

    async def take(title: str) -> None:
        raise AssertionError(title)

    titles.consider(BEGUN, ANSWER, take)
    unknown = Titles(services(bench, "nowhere/x"))
    unknown.consider(BEGUN, ANSWER, take)
    await bench.history.count()
    assert bench.server.requests == []


async def test_what_the_settings_want_of_a_reply_is_not_wanted_of_a_title(bench: Bench) -> None:
    bench.server.say("namer", "Moons")
    wanted = ModelSettings(Parameters(stop=("M",), web=True, schema={"type": "object"}, seed=3, examples=(AN_EXAMPLE,)))
    given_services = services(bench, "local/namer")
    settings = replace(given_services.settings, models={"local/namer": wanted})
    titles = Titles(replace(given_services, current=CurrentSettings(settings)))
    assert await given(titles, BEGUN, ANSWER) == ["Moons"]
    await titles.aclose()
    body = bench.server.requests[0].json
    assert "grog" not in str(body["messages"])
    assert body["seed"] == 3 and not body.keys() & {"stop", "response_format", "web_search_options"}
