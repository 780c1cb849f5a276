"""The figures that servers report: cached tokens in every spelling, what a total holds, zeros that say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import reply_of
from tests.examples import examples
from tests.providers.transcripts import Transcript, TranscriptServer, prompt, provider_for, request_of, sse
from textchat.core.configuration import Protocol
from textchat.core.conversation import Source, Usage
from textchat.core.events import UsageReport
from textchat.core.figures.tokens import estimate_input_tokens, estimate_tokens
from textchat.core.generation import Limits, run_reply
from textchat.core.reply import Reply
from textchat.providers.protocols.anthropic_reader import AnthropicReader
from textchat.providers.protocols.gemini_reader import GeminiReader
from textchat.providers.protocols.openai_reader import OpenAIReader
from textchat.providers.protocols.token_counts import within_total

DONE = b"data: [DONE]\n\n"
TEXT = "Hello there"
ESTIMATE = (estimate_input_tokens([prompt()]), estimate_tokens(TEXT))


class Asked:
    """Asks a server of any protocol for one answer, streamed and whole."""

    def __init__(self, server: TranscriptServer) -> None:
        self._server = server

    async def usage(self, protocol: Protocol, stream: list[bytes], whole: Any = None) -> Usage:
        """The usage of the reply; that of the blocking answer has to be the same."""
        usages = [await self._ask(protocol, Transcript("t", None, stream), True)]  # type: ignore[arg-type]
        if whole is not None:
            usages.append(await self._ask(protocol, Transcript("t", None, whole=whole), False))  # type: ignore[arg-type]
        assert usages[0] == usages[-1]
        return usages[0]

    async def _ask(self, protocol: Protocol, transcript: Transcript, is_streaming: bool) -> Usage:
        self._server.transcript, self._server.is_streaming = transcript, is_streaming
        provider = provider_for(protocol, self._server.url)
        reply = Reply(conversation_id="c", parent_id="1", model="tested/a-model", input_tokens=ESTIMATE[0])
        await run_reply(provider, request_of(stream=is_streaming), reply, limits=Limits(retries=0))
        await provider.aclose()
        assert (reply.error, reply.text) == (None, TEXT)
        return reply.usage


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    with TranscriptServer() as running:
        yield Asked(running)


def openai(*usages: Mapping[str, Any] | None) -> list[bytes]:
    """A stream of text with the first usage beside its first chunk, the others behind its finish."""
    first, *others = usages
    beside = {} if first is None else {"usage": first}
    text = {"choices": [{"index": 0, "delta": {"content": TEXT}}], **beside}
    finish = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [sse(text), sse(finish), *(sse({"choices": [], "usage": usage}) for usage in others), DONE]


def openai_whole(usage: Mapping[str, Any]) -> dict[str, Any]:
    return {"choices": [{"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"}], "usage": usage}


def tokens(read: int, made: int, total: int | None = None, **more: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": read, "completion_tokens": made, "total_tokens": total}
    return {name: count for name, count in counts.items() if count is not None} | more


READ = [
    {"cache_read_input_tokens": 2000},
    {"prompt_tokens_details": {"cached_tokens": 2000}},
    {"input_tokens_details": {"cached_tokens": 2000}},
    {"prompt_cache_hit_tokens": 2000, "prompt_cache_miss_tokens": 10},
    {"cached_tokens": 2000},
    {"cacheReadInputTokens": 2000},
    {"prompt_tokens_details": {"cached_tokens": 0, "cache_read_tokens": 2000}, "cache_read_input_tokens": 2000},
    {
        "prompt_tokens_details": {
            "cached_tokens": 2000,
            "cached_tokens_details": {"text_tokens": 1500, "audio_tokens": 500},
        }
    },
]
WRITTEN = [
    {"cache_creation_input_tokens": 2000},
    {"cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1500}},
    {"prompt_tokens_details": {"cache_write_tokens": 2000}},
    {"prompt_tokens_details": {"cached_creation_tokens": 2000}},
    {"prompt_tokens_details": {"cache_creation_tokens": 2000}, "cache_creation_input_tokens": 2000},
    {"cacheWriteInputTokens": 2000},
]


@pytest.mark.parametrize("spelling", [*READ, *WRITTEN], ids=str)
async def test_cached_tokens_explain_a_total(asked: Asked, spelling: dict[str, Any]) -> None:
    said = tokens(10, 5, 2015, **spelling)
    usage = await asked.usage(Protocol.OPENAI, openai(None, said), openai_whole(said))
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (2010, 5, None)
    counts = (usage.cached_tokens, usage.cache_write_tokens)
    assert counts[spelling in WRITTEN] == 2000 and not counts[spelling not in WRITTEN]


@pytest.mark.parametrize("spelling", [*READ, *WRITTEN], ids=str)
async def test_cached_tokens_within_the_input_change_nothing(asked: Asked, spelling: dict[str, Any]) -> None:
    usage = await asked.usage(Protocol.OPENAI, openai(None, tokens(2010, 5, 2015, **spelling)))
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (2010, 5, None)


def thoughts(count: int) -> dict[str, Any]:
    return {"completion_tokens_details": {"reasoning_tokens": count}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (tokens(10, 5, 100, **thoughts(85)), (10, 90, 85)),  # xAI
        (tokens(10, 5, 100, **thoughts(85), prompt_tokens_details={"cached_tokens": 8}), (10, 90, 85)),
        (tokens(10, 5, 100), (10, 90, 85)),  # Gemini
        (tokens(10, 5, 2100, **thoughts(85), cache_read_input_tokens=2000), (2010, 90, 85)),
        (tokens(10, 5, 2100, cache_read_input_tokens=2000), (2010, 90, 85)),
        (tokens(10, 5, 23, cache_read_input_tokens=8), (18, 5, None)),
        (tokens(10, 5, 2515, cache_read_input_tokens=2000, cache_creation_input_tokens=500), (2510, 5, None)),
        (tokens(10, 5, cache_read_input_tokens=2000), (2010, 5, None)),
        (tokens(10, 5, 15, cache_read_input_tokens=2000), (2010, 5, None)),
        (tokens(10, 5, 15, cache_read_input_tokens=None, cache_discount=1.0), (10, 5, None)),
        (tokens(10, 5, 15, prompt_cache_miss_tokens=10, uncached_input_tokens=10), (10, 5, None)),
        ({"input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "prompt_tokens": 0}, (10, 5, None)),
        (tokens(10, 5, 15, completion_tokens_details={"cached_tokens": 40}), (10, 5, None)),
        ({"prompt_tokens": 10, "total_tokens": 15}, (10, 5, None)),
    ],
    ids=str,
)
async def test_only_the_rest_of_a_total_is_output_unseen(
    asked: Asked, said: dict[str, Any], expected: tuple[int, int, int | None]
) -> None:
    usage = await asked.usage(Protocol.OPENAI, openai(None, said), openai_whole(said))
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == expected


NAMES = st.sampled_from(
    [
        *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "cached_tokens"),
        *(
            "prompt_tokens_details",
            "completion_tokens_details",
            "cache_creation",
            "cache_creation_input_tokens",
            "cost",
        ),
        *("promptTokenCount", "candidatesTokenCount", "totalTokenCount", "prompt_n", "cache_n", "predicted_n"),
    ]
)
counted = st.none() | st.integers(0, 5000)


@given(st.builds(UsageReport, counted, counted, counted, st.none(), counted, counted), counted)
@settings(max_examples=examples(200), deadline=None)
def test_nothing_gets_lost_on_the_way_to_a_total(report: UsageReport, total: int | None) -> None:
    explained = within_total(report, total)
    given_sum = (report.input_tokens or 0) + (report.output_tokens or 0)
    explained_sum = (explained.input_tokens or 0) + (explained.output_tokens or 0)
    assert explained_sum >= given_sum
    if report.input_tokens is not None and report.output_tokens is not None:
        assert explained_sum >= (total or 0)
        cached = max(report.cached_tokens or 0, report.cache_write_tokens or 0)
        assert explained_sum == max(total or 0, given_sum) or cached > report.input_tokens


# -- zeros -------------------------------------------------------------------------------------------------------------

ZERO = tokens(0, 0, 0)


@pytest.mark.parametrize(
    ("usages", "expected", "sources"),
    [
        ([ZERO], ESTIMATE, (Source.ESTIMATED, Source.ESTIMATED)),
        ([None, ZERO], ESTIMATE, (Source.ESTIMATED, Source.ESTIMATED)),
        ([tokens(7, 5, 12), ZERO], (7, 5), (Source.REPORTED, Source.REPORTED)),
        ([tokens(7, 1, 8), tokens(0, 5, 5)], (7, 5), (Source.REPORTED, Source.REPORTED)),
        ([tokens(0, 1, 1), tokens(7, 0, 7)], (7, 1), (Source.REPORTED, Source.REPORTED)),
        ([tokens(7, 0, 7)], (7, ESTIMATE[1]), (Source.REPORTED, Source.ESTIMATED)),
        ([None, tokens(0, 5, 5)], (ESTIMATE[0], 5), (Source.ESTIMATED, Source.REPORTED)),
    ],
    ids=str,
)
async def test_zeros_say_nothing(
    asked: Asked, usages: list[Any], expected: tuple[int, int], sources: tuple[Source, Source]
) -> None:
    usage = await asked.usage(Protocol.OPENAI, openai(*usages))
    assert (usage.input_tokens, usage.output_tokens) == expected
    assert (usage.input_source, usage.source) == sources


def anthropic(start: Mapping[str, Any], end: Mapping[str, Any]) -> list[bytes]:
    return [
        sse({"type": "message_start", "message": {"content": [], "usage": start}}),
        sse({"type": "content_block_start", "index": "0", "content_block": {"type": "text", "text": ""}}),
        sse({"type": "content_block_delta", "index": "0", "delta": {"type": "text_delta", "text": TEXT}}),
        sse({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": end}),
        sse({"type": "message_stop"}),
    ]


CREATION = {"cache_creation": {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 0}}


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ({"input_tokens": 15, "output_tokens": 1}, {"input_tokens": 0, "output_tokens": 5}, (15, 5, None, None)),
        ({"input_tokens": 0, "output_tokens": 0}, {"input_tokens": 14, "output_tokens": 5}, (14, 5, None, None)),
        ({"input_tokens": 9, "output_tokens": 1}, {"input_tokens": None, "output_tokens": 5}, (9, 5, None, None)),
        (
            {"input_tokens": 15, "cache_read_input_tokens": 2000},
            {"input_tokens": 0, "cache_read_input_tokens": 2000, "output_tokens": 5},
            (2015, 5, 2000, None),
        ),
        (
            {"input_tokens": 15, "cache_read_input_tokens": 2000, **CREATION},
            {"input_tokens": 15, "cache_read_input_tokens": 0, "output_tokens": 5},
            (2045, 5, 2000, 30),
        ),
        ({"input_tokens": 3602}, {"cache_read_input_tokens": 3604, "output_tokens": 5}, (3602, 5, 3604, None)),
        (
            {"input_tokens": 10, "cache_creation_input_tokens": 30, **CREATION, "output_tokens": 1},
            {"output_tokens": 5},
            (40, 5, None, 30),
        ),
        ({"input_tokens": 0, "output_tokens": 0}, {"output_tokens": 0}, (*ESTIMATE, None, None)),
    ],
    ids=str,
)
async def test_what_anthropic_said_at_the_beginning_stands(
    asked: Asked, start: dict[str, Any], end: dict[str, Any], expected: tuple[int | None, ...]
) -> None:
    usage = await asked.usage(Protocol.ANTHROPIC, anthropic(start, end))
    assert (usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.cache_write_tokens) == expected


def gemini(**usage: int) -> dict[str, Any]:
    candidate = {"index": 0, "content": {"parts": [{"text": TEXT}]}, "finishReason": "STOP"}
    return {"candidates": [candidate], "usageMetadata": usage}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"promptTokenCount": 0, "candidatesTokenCount": 0, "totalTokenCount": 0}, (*ESTIMATE, None, None)),
        ({"promptTokenCount": 7, "totalTokenCount": 7}, (7, ESTIMATE[1], None, None)),
        (
            {"promptTokenCount": 10, "candidatesTokenCount": 5, "cachedContentTokenCount": 8, "totalTokenCount": 15},
            (10, 5, None, 8),
        ),
        (
            {"promptTokenCount": 10, "candidatesTokenCount": 5, "cachedContentTokenCount": 200, "totalTokenCount": 215},
            (210, 5, None, 200),
        ),
        ({"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 100}, (10, 90, 85, None)),
        (
            {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 85, "totalTokenCount": 100},
            (10, 90, 85, None),
        ),
    ],
    ids=str,
)
async def test_the_figures_of_gemini(asked: Asked, said: dict[str, int], expected: tuple[int | None, ...]) -> None:
    usage = await asked.usage(Protocol.GEMINI, [sse(gemini(**said))], gemini(**said))
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cached_tokens) == expected


async def test_ollama_that_counts_nothing_is_estimated(asked: Asked) -> None:
    whole = {"message": {"content": TEXT}, "done": True, "prompt_eval_count": 0, "eval_count": 0}
    usage = await asked.usage(Protocol.OLLAMA, [sse(whole).removeprefix(b"data: ")], whole)
    assert (usage.input_tokens, usage.output_tokens, usage.source) == (*ESTIMATE, Source.ESTIMATED)


@pytest.mark.parametrize("place", ["x_groq", "timings", "choice"])
async def test_a_usage_of_zeros_does_not_hide_the_figures_beside_it(asked: Asked, place: str) -> None:
    choice: dict[str, Any] = {"index": 0, "delta": {"content": TEXT}, "finish_reason": "stop"}
    more: dict[str, Any] = {"usage": ZERO}
    match place:
        case "x_groq":
            more["x_groq"] = {"usage": tokens(12, 5)}
        case "timings":
            more["timings"] = {"prompt_n": 10, "cache_n": 2, "predicted_n": 5}
        case _:
            choice["usage"] = tokens(12, 5)
    usage = await asked.usage(Protocol.OPENAI, [sse({"choices": [choice], **more}), DONE])
    assert (usage.input_tokens, usage.output_tokens, usage.source) == (12, 5, Source.REPORTED)


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(odd)
@settings(max_examples=examples(200), deadline=None)
def test_no_usage_breaks_an_answer(usage: Any) -> None:
    """Whatever stands in the place of the figures, the text is read, and no count is below 0."""
    choice = {"delta": {"content": TEXT}, "finish_reason": "stop", "usage": usage}
    chunk = {"choices": [choice], "usage": usage, "timings": usage, "x_groq": {"usage": usage}}
    piece = {**gemini(), "usageMetadata": usage}
    message = {"type": "message_start", "message": {"usage": usage}}
    text = {"type": "content_block_start", "content_block": {"type": "text", "text": TEXT}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage}
    for reader, documents in (
        (OpenAIReader("tested"), [chunk]),
        (GeminiReader("tested"), [piece]),
        (AnthropicReader("tested"), [message, text, end]),
    ):
        reply = reply_of()
        for document in documents:
            for event in reader.feed(sse(document)):
                reply.feed(event)
        for event in reader.close():
            reply.feed(event)
        assert reply.text == TEXT
        assert min(reply.usage.input_tokens, reply.usage.output_tokens) >= 0


GEMINI_COUNTS = st.integers(-1, 9) | st.sampled_from([2**53 - 1, 2**53, 1.0, True, "5", None])
GEMINI_NAMES = (
    "promptTokenCount",
    "candidatesTokenCount",
    "totalTokenCount",
    "thoughtsTokenCount",
    "cachedContentTokenCount",
)
GEMINI_USAGES = st.dictionaries(st.sampled_from(GEMINI_NAMES), GEMINI_COUNTS, min_size=1) | st.fixed_dictionaries(
    {name: st.integers(1, 9) for name in GEMINI_NAMES[:3]},
    optional=dict.fromkeys(GEMINI_NAMES[3:], GEMINI_COUNTS),
)
STEPS = st.integers(-2, 5).map(lambda step: (step, step)) | st.tuples(st.integers(-2, 5), st.integers(-2, 5))
GROWTHS = st.tuples(GEMINI_USAGES, st.lists(STEPS, max_size=4))


def grown(usage: dict[str, Any], steps: tuple[int, int]) -> dict[str, Any]:
    """The usage of the next piece: what was made and the total are other numbers, where they are numbers at all."""
    pairs = zip(GEMINI_NAMES[1:3], steps, strict=True)
    return usage | {name: usage[name] + step for name, step in pairs if type(usage.get(name)) is int}


def gemini_reports(usages: Iterable[dict[str, Any]]) -> list[UsageReport]:
    reader = GeminiReader("gemini")
    pieces = ({"candidates": [{"content": {"parts": [{"text": "a"}]}}], "usageMetadata": usage} for usage in usages)
    return [event for piece in pieces for event in reader.feed(sse(piece)) if isinstance(event, UsageReport)]


@given(st.lists(GROWTHS, max_size=3))
@settings(max_examples=examples(300), deadline=None)
def test_figures_that_grow_are_those_of_each_piece_by_itself(series: list[tuple[dict[str, Any], list[Any]]]) -> None:
    usages: list[dict[str, Any]] = []
    for usage, growths in series:
        usages.append(usage)
        for growth in growths:
            usages.append(grown(usages[-1], growth))
    changed = [usage for before, usage in zip([{}, *usages], usages, strict=False) if usage != before]
    assert gemini_reports(changed) == [report for usage in changed for report in gemini_reports([usage])]
