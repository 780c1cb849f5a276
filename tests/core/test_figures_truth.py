"""Figures of streams whose truth is known: times of the socket, speeds of any rate, stars that are earned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.truth.models import Model
from tests.core.racing import a_race, an_answer
from tests.core.scripted import REQUEST, Clock, reply_of
from tests.examples import examples
from textchat.core.conversation import Message, Source, Timing
from textchat.core.errors import OverloadedError
from textchat.core.events import (
    Arrived,
    Finished,
    ReasoningDelta,
    RequestWritten,
    TextDelta,
    TextWasReasoning,
    UsageReport,
    WireEvent,
)
from textchat.core.figures.counting import TokenCounter
from textchat.core.figures.race import best_of, race_of, summary
from textchat.core.figures.reply_figures import Figure, figures_of
from textchat.core.figures.tokenizing.vocabulary import load_vocabulary
from textchat.core.generation import Listener, run_reply
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import Part
from textchat.core.parts.taking import Taking, Way
from textchat.core.provider import ModelInfo, Request, StreamTap

LATE_S = 40.0
"""How late everything is processed that the socket has read: drawing, importing, other panes."""
WRITTEN = 1000.0


class LateProvider:
    """Yields what came over the wire at times of its own, while the reply's clock stands elsewhere."""

    name = "late"

    def __init__(self, clock: Clock, *tries: Sequence[WireEvent | Exception]) -> None:
        self._clock = clock
        self._tries = list(tries)

    async def prepare(self) -> None:
        """Nothing to prepare."""

    async def stream(self, request: Request, tap: StreamTap | None = None) -> AsyncGenerator[WireEvent, None]:
        for step in self._tries.pop(0):
            if isinstance(step, Exception):
                raise step
            if isinstance(step, RequestWritten | Arrived):
                self._clock.now = step.at + LATE_S
            await asyncio.sleep(0)
            yield step

    def taking(self, part: Part, model: str) -> Taking:
        return Taking(Way.NATIVE)

    def efforts(self, model: str) -> tuple[Effort, ...] | None:
        return None

    async def list_models(self) -> list[ModelInfo]:
        return []

    async def aclose(self) -> None:
        """Nothing is open."""


def answer_of(*tries: Sequence[WireEvent | Exception]) -> Message:
    """What is kept of a reply to which this comes, each event processed `LATE_S` after it was read."""
    return asyncio.run(_answer_of(tries))


async def _answer_of(tries: Sequence[Sequence[WireEvent | Exception]]) -> Message:
    clock = Clock()
    clock.now = WRITTEN - 0.5
    reply, counter = reply_of(clock), TokenCounter()
    count = counter.follow(reply)
    listener = Listener(event=count.event, ended=count.ended)
    await run_reply(LateProvider(clock, *tries), REQUEST, reply, listener=listener, sleep=clock.sleep)
    await count.settled()
    counter.close()
    return reply.freeze()


def timing_of(*steps: WireEvent) -> Timing:
    timing = answer_of((RequestWritten(WRITTEN), *steps)).timing
    assert timing is not None
    return timing


def streamed(model: Model, reads: Sequence[int] = ()) -> list[WireEvent]:
    """The stream of a model; `reads` says how many pieces each read brings, in turn, and one where it ends."""
    waiting, events = model.pieces(), list[WireEvent]()
    sizes = iter(reads)
    while waiting:
        count = next(sizes, 1)
        read, waiting = waiting[:count], waiting[count:]
        events.append(Arrived(WRITTEN + read[-1].due_s))
        events += [ReasoningDelta(piece.text) if piece.is_thought else TextDelta(piece.text) for piece in read]
    if model.is_reported:
        events.append(UsageReport(7, model.thoughts + model.tokens, model.thoughts or None))
    return [*events, Finished("stop")]


# -- times -------------------------------------------------------------------------------------------------------------


def test_times_are_those_of_the_socket_however_late_they_are_processed() -> None:
    timing = timing_of(
        *(Arrived(WRITTEN + 0.25), TextDelta("so ")),
        *(Arrived(WRITTEN + 2.0), TextDelta("much"), Finished("stop")),
    )
    assert timing.first_token_s == pytest.approx(0.25)
    assert timing.total_s == pytest.approx(2.0)


def test_what_is_read_and_brings_no_piece_is_no_first_token() -> None:
    timing = timing_of(Arrived(WRITTEN + 0.1), UsageReport(3), Arrived(WRITTEN + 0.75), TextDelta("so"), Finished())
    assert timing.first_token_s == pytest.approx(0.75)


def test_the_end_is_the_last_read_even_if_it_brings_figures_alone() -> None:
    timing = timing_of(
        *(Arrived(WRITTEN + 0.5), TextDelta("so")),
        *(Arrived(WRITTEN + 3.0), UsageReport(3, 1), Finished("stop")),
    )
    assert timing.total_s == pytest.approx(3.0)


def test_a_first_thought_is_told_apart_from_the_first_word() -> None:
    timing = timing_of(
        *(Arrived(WRITTEN + 0.3), ReasoningDelta("hm ")),
        *(Arrived(WRITTEN + 1.3), TextDelta("so"), Finished("stop")),
    )
    assert (timing.first_token_s, timing.first_text_s) == pytest.approx((0.3, 1.3))


def test_words_that_turn_out_to_be_thoughts_are_no_first_word() -> None:
    timing = timing_of(
        *(Arrived(WRITTEN + 0.3), TextDelta("hm "), TextWasReasoning()),
        *(Arrived(WRITTEN + 1.3), TextDelta("so"), Finished("stop")),
    )
    assert (timing.first_token_s, timing.first_text_s) == pytest.approx((0.3, 1.3))


def test_who_only_thinks_has_no_first_word() -> None:
    timing = timing_of(Arrived(WRITTEN + 0.3), ReasoningDelta("hm "), Finished("length"))
    assert timing.first_token_s == pytest.approx(0.3) and timing.first_text_s is None


def test_a_blocking_answer_comes_whole_and_its_thoughts_do_not_come_sooner() -> None:
    timing = timing_of(Arrived(WRITTEN + 2.0), ReasoningDelta("hm "), TextDelta("so"), Finished("stop"))
    assert (timing.first_token_s, timing.first_text_s) == pytest.approx((2.0, 2.0))


def test_streaming_is_sooner_than_blocking_by_its_first_word() -> None:
    one, other = an_answer("a", first=0.3, speed=50, output=100), an_answer("b", first=2.28, speed=50, output=100)
    streaming = replace(one, model="local/m", parameters=Parameters(), timing=Timing(0.3, 2.3, 50.0, first_text_s=1.3))
    blocking = replace(
        other, model="local/m", parameters=Parameters(stream=False), timing=Timing(2.28, 2.28, None, first_text_s=2.28)
    )
    race = race_of(a_race(streaming, blocking))
    assert {key: round(value, 2) for key, value in race.streaming_gain_s.items()} == {"pane-a": 0.98}
    assert "first words 0.98 s sooner than blocking" in race.summaries[0]


# -- speed -------------------------------------------------------------------------------------------------------------


def is_told(model: Model, first_read: int = 1) -> bool | None:
    """Whether a speed is to be shown; None so near to the bounds that an estimate may decide."""
    pieces = model.pieces()
    tokens = sum(piece.tokens for piece in pieces[first_read:])
    seconds = pieces[-1].due_s - pieces[min(first_read, len(pieces)) - 1].due_s
    if (17 <= tokens <= 23 and seconds >= 0.2) or (abs(seconds - 0.25) < 0.05 and tokens >= 17):
        return None
    return tokens >= 20 and seconds >= 0.25


models = st.builds(
    Model,
    rate=st.integers(5, 2000),
    tokens=st.integers(1, 1500),
    delay_ms=st.sampled_from([0, 30, 300, 5000]),
    thoughts=st.just(0),
    is_reported=st.booleans(),
    piece=st.sampled_from(["1", "10", "line"]),
)


@settings(max_examples=examples(300), deadline=None)
@given(models)
def test_any_speed_that_is_shown_is_true_and_one_is_shown_wherever_it_can_be_told(model: Model) -> None:
    speed = timing_of(*streamed(model)).tokens_per_s
    told = is_told(model)
    if told is not None:
        assert (speed is not None) == told
    if speed is not None:
        assert speed == pytest.approx(model.rate, rel=0.02), "each word is a token also by the vocabulary"


@settings(max_examples=examples(200), deadline=None)
@given(models.map(lambda model: replace(model, is_reported=True)), st.lists(st.integers(1, 40), max_size=60))
def test_pieces_that_came_in_one_read_are_one_arrival(model: Model, reads: list[int]) -> None:
    """Pieces of one read have no distance (21,000 tokens a second), and the first read brings several tokens."""
    speed = timing_of(*streamed(model, reads)).tokens_per_s
    told = is_told(model, reads[0] if reads else 1)
    if told is not None:
        assert (speed is not None) == told
    if speed is not None:
        assert speed == pytest.approx(model.rate, rel=0.02)


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(5, 2000), st.integers(40, 400), st.integers(40, 1000), st.sampled_from(["1", "10", "line"]))
def test_thoughts_that_are_seen_do_not_spoil_the_speed(rate: int, thoughts: int, tokens: int, piece: str) -> None:
    model = Model(rate, tokens, 300, thoughts, piece=piece)
    speed = timing_of(*streamed(model)).tokens_per_s
    if speed is not None:
        assert speed == pytest.approx(rate, rel=0.02)


TEXTS: Mapping[str, Mapping[str, str]] = json.loads((Path(__file__).parent / "token_texts.json").read_text("utf-8"))


_vocabulary = cache(load_vocabulary)


def cut(text: str, tokens: int) -> list[tuple[str, int]]:
    """Pieces of so many tokens, or of whole lines for 0: each with its tokens; a character is never cut in two."""
    vocabulary, pieces, waiting = _vocabulary(), list[tuple[str, int]](), list[bytes]()
    for token in vocabulary.tokens(text):
        waiting.append(vocabulary.data(token))
        data = b"".join(waiting)
        if data.endswith(b"\n") if not tokens else len(waiting) >= tokens:
            with suppress(UnicodeDecodeError):
                pieces.append((data.decode(), len(waiting)))
                waiting.clear()
    return [*pieces, (b"".join(waiting).decode(errors="ignore"), len(waiting))] if waiting else pieces


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(("size", "rate"), [(1, 5), (3, 700), (10, 100), (0, 40)])
def test_speeds_of_texts_as_models_write_them(kind: str, size: int, rate: int) -> None:
    pieces = cut(TEXTS[kind]["text"], size)
    steps, done = list[WireEvent](), 0
    for text, tokens in pieces:
        done += tokens
        steps += [Arrived(WRITTEN + 0.3 + done / rate), TextDelta(text)]
    speed = timing_of(*steps, UsageReport(7, done), Finished("stop")).tokens_per_s
    rest = done - pieces[0][1]
    assert (speed is not None) == (rest >= 20 and rest / rate >= 0.25)
    if speed is not None:
        assert speed == pytest.approx(rate, rel=0.02)


@pytest.mark.parametrize("tokens", [2, 5, 6, 10, 19])
def test_few_tokens_have_no_speed_however_slow(tokens: int) -> None:
    assert timing_of(*streamed(Model(5, tokens))).tokens_per_s is None


@pytest.mark.parametrize("rate", [300, 2000])
def test_little_time_has_no_speed_however_many_tokens(rate: int) -> None:
    assert timing_of(*streamed(Model(rate, rate // 5))).tokens_per_s is None


# -- stars and summaries -----------------------------------------------------------------------------------------------


def with_speed(id_: str, speed: float, source: Source = Source.REPORTED, output: int = 600) -> Message:
    answer = an_answer(id_, first=0.3, speed=speed, output=output)
    assert answer.usage is not None
    return replace(answer, usage=replace(answer.usage, source=source))


@pytest.mark.parametrize(("slower", "faster"), [(50.0, 50.4), (50.0, 51.0), (295.0, 300.0), (1.0, 1.01)])
def test_no_star_for_a_speed_within_the_error(slower: float, faster: float) -> None:
    race = race_of(a_race(with_speed("a", slower), with_speed("b", faster)))
    assert not any(Figure.SPEED in won for won in race.best.values())
    assert not any("fastest" in each for each in race.summaries)


@pytest.mark.parametrize(("slower", "faster"), [(50.0, 56.0), (5.0, 6.0), (1800.0, 2000.0)])
def test_a_star_for_a_speed_beyond_it(slower: float, faster: float) -> None:
    race = race_of(a_race(with_speed("a", slower), with_speed("b", faster)))
    assert Figure.SPEED in race.best["pane-b"] and Figure.SPEED not in race.best["pane-a"]


def with_first(id_: str, seconds: float) -> Message:
    return replace(an_answer(id_, first=seconds, speed=50, output=100), timing=Timing(seconds, 4.0, 50.0, seconds))


def test_eight_that_are_equal_have_no_first() -> None:
    """Else chance has the star, or the left pane."""
    race = race_of(a_race(*(with_first(f"e{pane}", 0.004 + pane * 0.0005) for pane in range(8))))
    assert not any(Figure.FIRST in won for won in race.best.values())
    assert not any("first" in each for each in race.summaries)


def test_nobody_wins_what_several_share() -> None:
    """A star for three of four, or seven of eight, tells of no winner."""
    answers = [with_first(f"e{pane}", 0.100 + pane * 0.0015) for pane in range(3)] + [with_first("late", 0.9)]
    best = best_of(answers)
    assert [Figure.FIRST in won for won in best] == [False] * 4
    assert "first" not in summary(answers, [answer.id for answer in answers])


def test_a_real_first_has_its_star() -> None:
    best = best_of([with_first("a", 0.1), with_first("b", 0.4)])
    assert Figure.FIRST in best[0] and Figure.FIRST not in best[1]


def test_no_star_by_an_estimate_against_a_report() -> None:
    """Identical streams: 600 tokens reported, 540 estimated."""
    reported, estimated = with_speed("x", 295.0), with_speed("y", 266.0, Source.ESTIMATED, 540)
    for answers in ([reported, estimated], [estimated, reported]):
        assert not any({Figure.SPEED, Figure.OUTPUT} & won for won in best_of(answers))
        assert "fastest" not in summary(answers, ["a", "b"]) and "longest" not in summary(answers, ["a", "b"])


def test_no_star_for_the_cheapest_by_an_estimate_against_a_report() -> None:
    reported = replace(with_speed("x", 50), cost_usd=0.06, cost_source=Source.REPORTED)
    estimated = replace(with_speed("y", 50, Source.ESTIMATED), cost_usd=0.054, cost_source=Source.ESTIMATED)
    assert not any(Figure.COST in won for won in best_of([reported, estimated]))


def test_an_estimate_has_its_mark_wherever_it_goes() -> None:
    estimated = replace(with_speed("y", 266.0, Source.ESTIMATED, 540), cost_usd=0.054, cost_source=Source.ESTIMATED)
    figures = figures_of(estimated)
    for figure in (Figure.SPEED, Figure.OUTPUT, Figure.COST):
        assert figures.text(figure).startswith("~"), figure
    reported = replace(with_speed("x", 266.0), cost_usd=0.054, cost_source=Source.REPORTED)
    for figure in (Figure.SPEED, Figure.OUTPUT, Figure.COST, Figure.FIRST, Figure.TOTAL):
        assert "~" not in figures_of(reported).text(figure), figure


# -- tries -------------------------------------------------------------------------------------------------------------


def test_after_a_try_that_was_refused_times_are_still_those_of_the_socket() -> None:
    refused = (RequestWritten(WRITTEN), OverloadedError("Busy.", status=529))
    answered = (RequestWritten(WRITTEN + 5), Arrived(WRITTEN + 5.25), TextDelta("so"), Finished("stop"))
    timing = answer_of(refused, answered).timing
    assert timing is not None and timing.first_token_s is not None
    assert 0.25 <= timing.first_token_s <= 5.25 and timing.total_s >= timing.first_token_s
