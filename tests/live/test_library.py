"""textchat without a screen: events, callbacks, the folded reply, figures at the end, and cancel at every stage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.servers.openai import Finish, OpenAIServer, Reset, Think
from tests.servers.waiting import Gate
from textchat.core.configuration import ModelSettings, Price, Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Source, Status
from textchat.core.errors import ConfigurationError, ErrorKind
from textchat.core.events import Finished, ReasoningDelta, StreamEvent, TextDelta, UsageReport
from textchat.core.parts.part import Part
from textchat.core.reply import Reply
from textchat.core.trace import Trace
from textchat.live.library import Model, open_model


@pytest.fixture
def settings(openai_server: OpenAIServer) -> Settings:
    provider = ProviderSettings("local", Protocol.OPENAI, base_url=openai_server.base_url, retries=0)
    return Settings(providers={"local": provider}, models={"local/m": ModelSettings(price=Price(1.0, 2.0))})


@pytest.fixture
async def model(settings: Settings) -> AsyncIterator[Model]:
    async with open_model("local/m", settings=settings) as opened:
        yield opened


async def test_events_callbacks_and_the_folded_reply_are_one_story(openai_server: OpenAIServer, model: Model) -> None:
    openai_server.script("m", Think("Hm."), "Hello ", "world", Finish(usage=(30, 12)))
    tokens: list[StreamEvent] = []
    ends: list[Reply] = []
    answer = model.ask("Hi", parameters={"temperature": 0.5}, on_event=tokens.append, on_end=ends.append)
    events = [event async for event in answer]
    assert events == tokens
    assert [event for event in events if isinstance(event, TextDelta | ReasoningDelta)] == [
        ReasoningDelta("Hm."),
        TextDelta("Hello "),
        TextDelta("world"),
    ]
    assert UsageReport(30, 12) in events and events[-1] == Finished("stop")
    (reply,) = ends
    assert reply is answer.reply
    assert (reply.text, reply.reasoning, reply.status, reply.finish_reason) == (
        "Hello world",
        "Hm.",
        Status.COMPLETE,
        "stop",
    )
    assert (reply.usage.input_tokens, reply.usage.output_tokens, reply.usage.source) == (30, 12, Source.REPORTED)
    assert reply.cost_usd == pytest.approx((30 * 1 + 12 * 2) / 1_000_000)
    assert reply.timing.first_token_s is not None and 0 < reply.timing.first_token_s <= reply.timing.total_s
    assert openai_server.requests[0].json["temperature"] == 0.5


async def test_without_iterating_the_end_can_be_awaited(openai_server: OpenAIServer, model: Model) -> None:
    openai_server.say("m", "one", "two")
    reply = await model.ask("Hi", parameters={"stream": False})
    assert (reply.text, reply.status) == ("onetwo", Status.COMPLETE)
    assert not openai_server.requests[0].json.get("stream")


async def test_a_branch_of_messages_goes_on_from_an_answer(openai_server: OpenAIServer, model: Model) -> None:
    openai_server.say("m", "Two.")
    moons = Message("1", None, Role.USER, "How many moons has Mars?")
    first = (await model.ask([moons])).freeze()
    await model.ask([moons, first, Message("3", first.id, Role.USER, "Their names?")])
    assert [each["content"] for each in openai_server.requests[1].json["messages"]] == [
        "How many moons has Mars?",
        "Two.",
        "Their names?",
    ]


async def test_a_failure_is_data_and_what_came_is_kept(openai_server: OpenAIServer, model: Model) -> None:
    openai_server.script("m", "half", Reset())
    ends: list[Reply] = []
    events = [event async for event in model.ask("Hi", on_end=ends.append)]
    assert events == [TextDelta("half")]
    (reply,) = ends
    assert (reply.status, reply.text) == (Status.FAILED, "half")
    assert reply.error is not None and reply.error.kind is ErrorKind.NETWORK


@pytest.mark.parametrize("stage", ["before its first step", "before the first token", "in the middle"])
async def test_cancel_closes_the_connection_and_ends_everything_once(
    openai_server: OpenAIServer, model: Model, stage: str
) -> None:
    gate = Gate()
    openai_server.script("m", *(["half"] if stage == "in the middle" else []), gate, "never")
    ends: list[Reply] = []
    answer = model.ask("Hi", on_end=ends.append)
    if stage != "before its first step":
        await gate.until_reached()
    if stage == "in the middle":
        assert await anext(aiter(answer)) == TextDelta("half")
    answer.cancel()
    async with asyncio.timeout(20):
        assert [event async for event in answer] == []
        reply = await answer
    assert ends == [reply] and reply.status is Status.CANCELLED
    assert reply.text == ("half" if stage == "in the middle" else "")
    if stage != "before its first step":
        await openai_server.requests[0].until_disconnected()
    answer.cancel()  # again, when there is nothing left to cancel
    assert ends == [reply]


async def test_what_still_runs_when_the_model_is_closed_is_cancelled(
    openai_server: OpenAIServer, settings: Settings
) -> None:
    gate = Gate()
    openai_server.script("m", "half", gate, "never")
    ends: list[Status] = []
    async with open_model("local/m", settings=settings) as model:
        answer = model.ask("Hi", on_end=lambda reply: ends.append(reply.status))
        model.ask("Hi", on_end=lambda reply: ends.append(reply.status))
        async for event in answer:
            assert event == TextDelta("half")
            break
    assert ends == [Status.CANCELLED] * 2
    assert (answer.reply.text, answer.reply.error) == ("half", None)
    await openai_server.requests[0].until_disconnected()


async def test_what_a_callback_raises_ends_the_reply_and_is_raised_where_one_waits(
    openai_server: OpenAIServer, model: Model
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    openai_server.say("m", "one", "two")
    pending = model.ask("Hi", on_event=fail)
    with pytest.raises(ZeroDivisionError):
        await pending
    assert pending.reply.status is Status.FAILED and not pending.is_running
    pending = model.ask("Hi", on_event=fail)
    with pytest.raises(ZeroDivisionError):
        _ = [event async for event in pending]
    with pytest.raises(ZeroDivisionError):
        await model.ask("Hi", on_end=fail)


async def test_a_cancel_from_within_a_callback_takes_nothing_more(openai_server: OpenAIServer, model: Model) -> None:
    openai_server.say("m", "one", "two", "three")
    texts: list[str] = []

    def take(event: StreamEvent) -> None:
        if isinstance(event, TextDelta):
            texts.append(event.text)
            pending.cancel()

    pending = model.ask("Hi", on_event=take)
    assert [event async for event in pending] == [TextDelta("one")]
    assert (texts, pending.reply.text, pending.reply.status) == (["one"], "one", Status.CANCELLED)


async def test_a_model_that_cannot_be_opened_says_so_at_once(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="No provider 'nowhere'"):
        async with open_model("nowhere/m", settings=settings):
            raise AssertionError("it was opened")


# -- the whole of it in one example -----------------------------------------------------------------------------------

EXAMPLE = """
import asyncio
import json
from textchat import TextDelta, open_model

def token(event):
    if isinstance(event, TextDelta):
        print(event.text, end="", flush=True)

def end(reply):
    print(f"\\n{reply.status}: {reply.usage.output_tokens} tokens, {reply.cost_usd} USD, {reply.timing.total_s:.1f} s")

async def main():
    async with open_model("demo/fast") as model:
        answer = model.ask("What can you do?", on_event=token, on_end=end)
        reply = await answer                      # or: async for event in answer; answer.cancel() ends it at once
    return reply.text

asyncio.run(main())
"""


async def test_the_example_runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, object] = {}
    await asyncio.to_thread(exec, EXAMPLE, names)
    out = capsys.readouterr().out
    assert "\ncomplete: " in out and "tokens, None USD" in out
    assert len(out.partition("\ncomplete")[0]) > 20


async def test_attachments_go_with_the_prompt_and_a_tap_sees_the_wire(
    openai_server: OpenAIServer, model: Model
) -> None:
    openai_server.say("m", "seen")
    trace = Trace()
    await model.ask("Read this", parts=(Part("note.txt", "text/plain", b"forty-two"),), tap=trace)
    assert "forty-two" in json.dumps(openai_server.requests[0].json["messages"])
    assert trace.exchanges
