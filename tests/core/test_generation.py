"""The stream loop: tries, pauses, limits, the guard, and a cancel at every stage."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import REQUEST, Clock, Pause, ScriptedProvider, Step, reply_of
from tests.examples import examples
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import Timeouts
from textchat.core.conversation import Status
from textchat.core.errors import (
    AuthenticationError,
    ChatError,
    ErrorKind,
    NetworkError,
    OverloadedError,
    ProtocolError,
    RateLimitError,
    ServerError,
    TimeLimitError,
)
from textchat.core.events import (
    Finished,
    Note,
    ReasoningDelta,
    SignOfLife,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    UsageReport,
)
from textchat.core.generation import (
    Limits,
    Listener,
    run_reply,
)
from textchat.core.parameters import Parameters
from textchat.core.reply import Phase, Reply
from textchat.core.waiting.retries import LONGEST_RETRY_AFTER_S
from textchat.core.waiting.scheduling import Slots

PATIENCE_S = 20.0
HELLO: tuple[Step, ...] = (TextDelta("Hel"), TextDelta("lo"), Finished("stop"))


@dataclass
class Heard:
    """What a listener was told."""

    phases: list[Phase] = field(default_factory=list)
    events: list[StreamEvent] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    ended: int = 0

    def listener(self) -> Listener:
        return Listener(self._event, self._changed, self._ended)

    def _event(self, reply: Reply, event: StreamEvent) -> None:
        self.events.append(event)

    def _changed(self, reply: Reply) -> None:
        if not self.phases or self.phases[-1] is not reply.phase:
            self.phases.append(reply.phase)
        if reply.retry is not None:
            self.pauses.append(reply.retry.at - reply.now())

    def _ended(self, reply: Reply) -> None:
        assert reply.is_ended
        self.ended += 1


async def run(
    *scripts: tuple[Step, ...], retries: int = 2, repeat_limit: int = 100, timeouts: Timeouts | None = None
) -> tuple[Reply, Heard, Clock, ScriptedProvider]:
    provider, clock, heard = ScriptedProvider(*scripts), Clock(), Heard()
    reply = reply_of(clock)
    limits = Limits(timeouts or Timeouts(), retries, repeat_limit)
    async with asyncio.timeout(PATIENCE_S):  # the limit of a test must not be the one that ends it
        await run_reply(provider, REQUEST, reply, limits=limits, listener=heard.listener(), sleep=clock.sleep)
    assert heard.ended == 1
    assert provider.closed == provider.requests
    return reply, heard, clock, provider


async def test_an_answer_is_fed_heard_and_complete() -> None:
    reply, heard, _, _ = await run((ReasoningDelta("hm"), *HELLO))
    assert (reply.status, reply.text, reply.reasoning, reply.finish_reason) == (Status.COMPLETE, "Hello", "hm", "stop")
    assert heard.events == [ReasoningDelta("hm"), *HELLO]
    assert heard.phases == [Phase.WAITING, Phase.THINKING, Phase.STREAMING, Phase.ENDED]


async def test_what_is_prepared_once_is_no_part_of_the_times() -> None:
    clock = Clock()

    class Slow(ScriptedProvider):
        async def prepare(self) -> None:
            clock.now += 5

    reply = reply_of(clock)
    await run_reply(Slow(HELLO), REQUEST, reply)
    assert (reply.timing.first_token_s, reply.timing.total_s) == (0, 0)


async def test_a_provider_that_cannot_be_prepared_is_a_failed_reply() -> None:
    class Broken(ScriptedProvider):
        async def prepare(self) -> None:
            raise AuthenticationError("There is no key.")

    reply, provider = reply_of(), Broken(HELLO)
    await run_reply(provider, REQUEST, reply)
    assert (reply.status, provider.requests) == (Status.FAILED, 0)
    assert reply.error is not None and reply.error.kind is ErrorKind.AUTHENTICATION


# -- tries -------------------------------------------------------------------------------------------------------------

PASSING = [
    RateLimitError("slow down", status=429),
    ServerError("oops", status=500),
    ServerError("oops", status=502),
    OverloadedError("busy", status=503),
    ServerError("oops", status=504),
    OverloadedError("busy", status=529),
    NetworkError("refused"),
    TimeLimitError("no connection", may_pass=True),
]
LASTING = [
    AuthenticationError("no", status=401),
    ServerError("never", status=501),
    ProtocolError("what?"),
    NetworkError("certificate", may_pass=False),
    RateLimitError("no credit", status=429, may_pass=False),
    TimeLimitError("silence"),
]


@pytest.mark.parametrize("error", PASSING, ids=lambda error: f"{error.kind}-{error.status}")
async def test_what_may_pass_is_tried_again_visibly(error: ChatError) -> None:
    reply, heard, clock, provider = await run((error,), (error,), HELLO)
    assert (reply.status, reply.text, reply.error) == (Status.COMPLETE, "Hello", None)
    assert provider.requests == 3
    assert 0.25 <= clock.slept[0] <= 0.5 <= clock.slept[1] <= 1.0
    assert heard.pauses == pytest.approx(clock.slept)
    assert heard.phases[:4] == [Phase.WAITING, Phase.RETRYING, Phase.WAITING, Phase.RETRYING]


@pytest.mark.parametrize("error", LASTING, ids=lambda error: f"{error.kind}-{error.status}")
async def test_what_lasts_is_not_tried_again(error: ChatError) -> None:
    reply, _, clock, provider = await run((error,), HELLO)
    assert (reply.status, provider.requests, clock.slept) == (Status.FAILED, 1, [])
    assert reply.error is not None
    assert (reply.error.kind, reply.error.status) == (error.kind, error.status)


async def test_a_note_of_several_tries_is_there_once_and_only_where_the_answer_is_complete() -> None:
    note, refused = Note("The server takes no temperature; it was left out."), OverloadedError("Busy.", status=529)
    reply, _, _, _ = await run((note, refused), (note, *HELLO))
    assert reply.freeze().note == note.sentence
    reply, _, _, _ = await run((note, TextDelta("Hel"), ServerError("Broken.", status=500)))
    assert reply.freeze().note is None


async def test_tries_are_counted_and_the_last_failure_says_so() -> None:
    reply, _, clock, provider = await run((ServerError("The server failed.", status=500),), retries=3)
    assert provider.requests == 4
    assert len(clock.slept) == 3
    assert reply.error is not None
    assert reply.error.message == "The server failed. (4 attempts)"
    once, _, _, provider = await run((ServerError("The server failed.", status=500),), retries=0)
    assert provider.requests == 1
    assert once.error is not None
    assert once.error.message == "The server failed."


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(1, 12))
def test_pauses_double_up_to_a_bound_and_never_vanish(retries: int) -> None:
    _, _, clock, _ = asyncio.run(run((NetworkError("refused"),), retries=retries))
    for number, pause in enumerate(clock.slept):
        longest = min(8.0, 0.5 * 2**number)
        assert longest / 2 <= pause <= longest


async def test_after_an_outage_replies_do_not_all_come_back_at_the_same_moment() -> None:
    """Eight panes that failed together would otherwise knock the server over again, and fail together again."""
    pauses = [(await run((NetworkError("refused"),), HELLO))[2].slept[0] for _ in range(8)]
    assert len(set(pauses)) > 1


async def test_the_time_that_a_server_asks_for_is_kept() -> None:
    refused = RateLimitError("Slow down.", status=429, retry_after_s=7.5)
    reply, heard, clock, _ = await run((refused,), HELLO)
    assert (reply.status, clock.slept) == (Status.COMPLETE, [7.5])
    assert heard.pauses == pytest.approx([7.5])


async def test_the_longest_time_that_is_waited_for_is_waited_for_to_the_last_try() -> None:
    refused = RateLimitError("Slow down.", status=429, retry_after_s=60.0)
    reply, _, clock, _ = await run((refused,), retries=1)
    assert clock.slept == [60.0]
    assert reply.error is not None
    assert reply.error.message == "Slow down. (2 attempts)"


async def test_a_server_that_begins_and_then_asks_for_patience_keeps_its_own_words() -> None:
    refused = RateLimitError("Slow down.", status=429, retry_after_s=LONGEST_RETRY_AFTER_S + 1)
    reply, _, _, _ = await run((TextDelta("H"), refused))
    assert reply.error is not None
    assert (reply.text, reply.error.message) == ("H", "Slow down.")


async def test_too_long_a_time_is_not_waited_for_and_that_is_said() -> None:
    refused = RateLimitError("Slow down.", status=429, retry_after_s=LONGEST_RETRY_AFTER_S + 1)
    reply, _, clock, provider = await run((refused,), HELLO)
    assert (reply.status, clock.slept, provider.requests) == (Status.FAILED, [], 1)
    assert reply.error is not None
    assert reply.error.retry_after_s == LONGEST_RETRY_AFTER_S + 1
    assert reply.error.message.endswith("textchat waits at most 60 seconds before a retry.")


@pytest.mark.parametrize("first", [TextDelta("H"), ReasoningDelta("h"), ToolCallDelta(0, "c", "f", "{")])
async def test_nothing_is_tried_again_once_the_answer_has_begun(first: StreamEvent) -> None:
    reply, _, _, provider = await run((first, NetworkError("cut", status=None)), HELLO)
    assert (reply.status, provider.requests) == (Status.FAILED, 1)
    assert reply.text + reply.reasoning + "".join(call.name for call in reply.tool_calls) in ("H", "h", "f")
    assert reply.error is not None
    assert reply.error.message == "cut"


async def test_figures_alone_are_no_beginning() -> None:
    reply, _, _, provider = await run((UsageReport(5), OverloadedError("busy", status=529)), HELLO)
    assert (reply.status, reply.text, provider.requests) == (Status.COMPLETE, "Hello", 2)


async def test_times_count_from_the_first_try() -> None:
    reply, _, clock, _ = await run((RateLimitError("wait", status=429, retry_after_s=5.0),), HELLO)
    assert reply.timing.first_token_s == 5.0
    assert reply.timing.total_s == 5.0
    clock.now += 100
    assert reply.timing.total_s == 5.0


async def test_a_failure_of_our_own_ends_the_reply_too() -> None:
    heard, reply = Heard(), reply_of()
    with pytest.raises(ZeroDivisionError):
        await run_reply(
            ScriptedProvider((TextDelta("H"), ZeroDivisionError())), REQUEST, reply, listener=heard.listener()
        )
    assert (reply.status, reply.text, heard.ended) == (Status.FAILED, "H", 1)
    assert reply.error is not None
    assert "the log has the details" in reply.error.message


# -- limits ------------------------------------------------------------------------------------------------------------


async def test_silence_before_the_first_token_is_limited() -> None:
    never = Gate()
    reply, _, _, provider = await run((never,), timeouts=Timeouts(first_token=0.05, between_tokens=30))
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.TIMEOUT
    assert "0.05 seconds" in reply.error.message
    assert "first_token" in reply.error.message
    assert provider.requests == 1


async def test_an_answer_in_one_piece_has_the_same_limit_in_its_own_words() -> None:
    reply = Reply(conversation_id="c", parent_id="1", model="scripted/scripted", parameters=Parameters(stream=False))
    limits = Limits(Timeouts(first_token=0.05, between_tokens=30))
    await run_reply(ScriptedProvider((Gate(),)), REQUEST, reply, limits=limits)
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.TIMEOUT
    assert "The reply did not arrive" in reply.error.message and "streaming" in reply.error.message


@pytest.mark.parametrize("first", [TextDelta("H"), ReasoningDelta("h"), ToolCallDelta(0, "c", "f", "{")])
async def test_silence_between_tokens_is_limited_and_keeps_what_came(first: StreamEvent) -> None:
    never = Gate()
    reply, _, _, _ = await run((first, never), timeouts=Timeouts(first_token=600, between_tokens=0.05))
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.TIMEOUT
    assert "between_tokens" in reply.error.message
    assert reply.has_begun


async def test_an_answer_may_take_as_long_as_it_likes_while_it_grows() -> None:
    pauses: list[Step] = [step for number in range(15) for step in (TextDelta(f"{number} "), Pause(0.02))]
    reply, _, _, _ = await run(
        (*pauses, Finished("stop")), timeouts=Timeouts(first_token=0.15, between_tokens=PATIENCE_S)
    )
    assert (reply.status, len(reply.text_chunks)) == (Status.COMPLETE, 15)


async def test_figures_do_not_count_as_tokens() -> None:
    never = Gate()
    reply, _, _, _ = await run((UsageReport(5), never), timeouts=Timeouts(first_token=0.05, between_tokens=30))
    assert reply.error is not None
    assert "first_token" in reply.error.message


def signs(count: int, apart_s: float = 0.02) -> tuple[Step, ...]:
    return tuple(step for _ in range(count) for step in (SignOfLife(), Pause(apart_s)))


async def test_signs_of_life_extend_the_wait_before_the_first_token_and_between_tokens() -> None:
    script = (*signs(30), TextDelta("H"), *signs(30), TextDelta("i"), Finished("stop"))
    reply, heard, _, _ = await run(script, timeouts=Timeouts(first_token=0.3, between_tokens=0.3, alive=PATIENCE_S))
    assert (reply.status, reply.text) == (Status.COMPLETE, "Hi")
    assert SignOfLife() not in heard.events, "nothing is drawn for them"


async def test_after_the_last_sign_of_life_silence_is_as_limited_as_ever() -> None:
    reply, _, _, _ = await run(
        (*signs(3), Gate()), timeouts=Timeouts(first_token=0.05, between_tokens=PATIENCE_S, alive=PATIENCE_S)
    )
    assert reply.error is not None and "first_token" in reply.error.message
    reply, _, _, _ = await run(
        (TextDelta("H"), *signs(3), Gate()),
        timeouts=Timeouts(first_token=PATIENCE_S, between_tokens=0.05, alive=PATIENCE_S),
    )
    assert reply.error is not None and "between_tokens" in reply.error.message


ENDLESS = signs(1_000)


async def test_signs_of_life_alone_are_waited_for_up_to_a_bound_which_each_try_has_anew() -> None:
    limits = Timeouts(first_token=0.3, between_tokens=0.3, alive=0.6)
    refused = OverloadedError("Overloaded.", status=529)
    reply, _, _, provider = await run((*signs(10), refused), ENDLESS, timeouts=limits)
    assert reply.error is not None and reply.error.kind is ErrorKind.TIMEOUT
    assert reply.error.message == (
        "The server sent only keep-alives for 0.6 seconds. "
        "Try again, or raise timeout.alive of its provider. (2 attempts)"
    )
    assert provider.requests == 2


async def test_a_piece_of_the_answer_begins_the_bound_anew() -> None:
    limits = Timeouts(first_token=0.3, between_tokens=0.3, alive=1)
    piece = (*signs(20), TextDelta("x "))
    reply, _, _, _ = await run((*(piece * 3), Finished("stop")), timeouts=limits)
    assert reply.status is Status.COMPLETE
    reply, _, _, _ = await run((*(piece * 3), *ENDLESS), timeouts=limits)
    assert reply.text == "x x x " and reply.error is not None
    assert "only keep-alives for 1 seconds; the text so far is kept. Continue it" in reply.error.message


async def test_a_bound_below_the_usual_limits_changes_nothing() -> None:
    limits = Timeouts(first_token=0.2, between_tokens=PATIENCE_S, alive=0.01)
    reply, _, _, _ = await run((*signs(3), TextDelta("H"), Finished("stop")), timeouts=limits)
    assert reply.status is Status.COMPLETE
    reply, _, _, _ = await run(ENDLESS, timeouts=limits)
    assert reply.error is not None and "No reply within 0.2 seconds" in reply.error.message


# -- the guard ---------------------------------------------------------------------------------------------------------


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.sampled_from([TextDelta("a"), TextDelta("b"), ReasoningDelta("a"), UsageReport(1)]), max_size=30),
    st.integers(0, 6),
)
def test_the_guard_ends_what_repeats_itself_and_nothing_else(events: list[StreamEvent], limit: int) -> None:
    reply, heard, _, _ = asyncio.run(run((*events, Finished("stop")), repeat_limit=limit))
    deltas = [event for event in events if not isinstance(event, UsageReport)]
    runs = [tuple(deltas[at - limit : at]) for at in range(limit, len(deltas) + 1)] if limit else []
    repeats = next((at for at, run in enumerate(runs) if len(set(run)) == 1), None)
    if repeats is None:
        assert reply.status is Status.COMPLETE
        return
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.REPETITION
    kept = [event for event in heard.events if not isinstance(event, UsageReport)]
    assert kept == deltas[: repeats + limit]


async def test_a_repeated_answer_is_not_tried_again() -> None:
    reply, _, _, provider = await run((*([TextDelta("la ")] * 500),))
    assert reply.text == "la " * 100
    assert provider.requests == 1


# -- cancel ------------------------------------------------------------------------------------------------------------


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancel_while_it_waits_for_its_turn() -> None:
    slots, running, waiting = Slots(1), reply_of(), reply_of()
    gate, heard = Gate(), Heard()
    provider = ScriptedProvider((gate, *HELLO))
    first = asyncio.create_task(run_reply(provider, REQUEST, running, slots=slots))
    await gate.until_reached()
    second = asyncio.create_task(run_reply(provider, REQUEST, waiting, slots=slots, listener=heard.listener()))
    await wait_until(lambda: waiting.phase is Phase.QUEUED, "the second waits")
    assert waiting.place == 1
    assert heard.phases == [Phase.QUEUED], "a pane says at once that it waits"
    await cancelled(second)
    assert (waiting.status, heard.ended, provider.requests) == (Status.CANCELLED, 1, 1)
    gate.open()
    await first
    assert running.status is Status.COMPLETE


async def test_cancel_before_the_first_token_and_in_the_middle() -> None:
    for script, text in (((Gate(),), ""), ((TextDelta("H"), Gate()), "H")):
        gate, provider, reply, heard = script[-1], ScriptedProvider(script), reply_of(), Heard()
        assert isinstance(gate, Gate)
        task = asyncio.create_task(run_reply(provider, REQUEST, reply, listener=heard.listener()))
        await gate.until_reached()
        await cancelled(task)
        assert (reply.status, reply.text, reply.error) == (Status.CANCELLED, text, None)
        assert (provider.closed, heard.ended) == (1, 1)


async def test_cancel_in_the_pause_before_another_try() -> None:
    provider, reply = ScriptedProvider((NetworkError("refused"),)), reply_of()
    pausing = Gate()

    async def sleep(seconds: float) -> None:
        await pausing.pass_through()

    task = asyncio.create_task(run_reply(provider, REQUEST, reply, sleep=sleep))
    await pausing.until_reached()
    assert reply.phase is Phase.RETRYING
    assert reply.retry is not None
    assert (reply.retry.number, reply.retry.of, reply.retry.error.message) == (1, 2, "refused")
    await cancelled(task)
    assert reply.freeze().status is Status.CANCELLED
    assert provider.requests == 1


async def test_cancel_before_it_has_started() -> None:
    provider, reply = ScriptedProvider(HELLO), reply_of()
    task = asyncio.create_task(run_reply(provider, REQUEST, reply))
    await cancelled(task)
    assert provider.requests == 0


async def test_the_first_ending_counts() -> None:
    gate, reply = Gate(), reply_of()
    task = asyncio.create_task(run_reply(ScriptedProvider((gate,)), REQUEST, reply))
    await gate.until_reached()
    reply.end(Status.INTERRUPTED)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert reply.status is Status.INTERRUPTED


async def test_a_reply_that_pauses_before_another_try_lets_others_go_first() -> None:
    """Lost otherwise: the time of all that wait, up to a minute for each try that a server puts off."""
    slots, retrying, other, third = Slots(1), reply_of(), reply_of(), reply_of()
    pausing, answering, heard = Gate(), Gate(), Heard()
    refusing = ScriptedProvider((RateLimitError("Slow down.", status=429, retry_after_s=60.0),), HELLO)
    answers = ScriptedProvider((answering, *HELLO), (answering, *HELLO))

    async def sleep(seconds: float) -> None:
        await pausing.pass_through()

    first = asyncio.create_task(
        run_reply(refusing, REQUEST, retrying, slots=slots, listener=heard.listener(), sleep=sleep)
    )
    await pausing.until_reached()
    second = asyncio.create_task(run_reply(answers, REQUEST, other, slots=slots))
    await answering.until_reached()
    last = asyncio.create_task(run_reply(answers, REQUEST, third, slots=slots))
    await wait_until(lambda: third.phase is Phase.QUEUED, "the third waits for the second")
    assert (retrying.phase, third.place) == (Phase.RETRYING, 1), "who pauses is before nobody"
    pausing.open()
    await wait_until(lambda: retrying.phase is Phase.QUEUED, "the pause is over")
    assert retrying.place == 2, "it stands behind those that came meanwhile"
    answering.open()
    await asyncio.gather(first, second, last)
    assert [reply.status for reply in (retrying, other, third)] == [Status.COMPLETE] * 3
    assert heard.phases[:4] == [Phase.WAITING, Phase.RETRYING, Phase.QUEUED, Phase.WAITING]


async def test_cancel_while_it_queues_for_another_try() -> None:
    slots, retrying, other = Slots(1), reply_of(), reply_of()
    pausing, answering = Gate(), Gate()
    refusing, answers = ScriptedProvider((NetworkError("refused"),)), ScriptedProvider((answering, *HELLO))

    async def sleep(seconds: float) -> None:
        await pausing.pass_through()

    first = asyncio.create_task(run_reply(refusing, REQUEST, retrying, slots=slots, sleep=sleep))
    await pausing.until_reached()
    second = asyncio.create_task(run_reply(answers, REQUEST, other, slots=slots))
    await answering.until_reached()
    pausing.open()
    await wait_until(lambda: retrying.phase is Phase.QUEUED, "it queues again")
    await cancelled(first)
    assert (retrying.status, retrying.retry, refusing.requests) == (Status.CANCELLED, None, 1)
    answering.open()
    await second
    async with slots.slot(lambda place: None):
        pass
