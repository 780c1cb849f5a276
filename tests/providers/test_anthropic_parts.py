"""Anthropic Messages beside the text: files, sources, thoughts that go back, effort, structure, marks for the cache."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.received import Brought, next_turn, reply_to
from tests.providers.test_anthropic import STOP, block, call, end, start, text, thinking, whole
from tests.providers.test_mends import Rule, Strict, Talk
from tests.providers.transcripts import Outcome, Transcript, TranscriptServer, prompt, settings_for, ways
from textchat.core.configuration import Protocol
from textchat.core.conversation import EarlierFigures, Message, Role
from textchat.core.errors import BadRequestError
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.taking import Way
from textchat.core.provider import Request
from textchat.providers.capabilities.claude import claude_model
from textchat.providers.capabilities.efforts import known_efforts
from textchat.providers.protocol import HttpRequest
from textchat.providers.protocols.anthropic import USUAL_MAX_TOKENS, AnthropicProtocol

# -- what answers bring ------------------------------------------------------------------------------------------------

NEWS, PAPER = "https://news.example/a", "https://paper.example/b"


def cite(url: str, title: str | None) -> dict[str, Any]:
    return {
        "type": "web_search_result_location",
        "url": url,
        "title": title,
        "encrypted_index": "Eo8",
        "cited_text": "x",
    }


def cited_text(index: int, said: str, *citations: dict[str, Any]) -> list[bytes]:
    deltas = [{"type": "citations_delta", "citation": citation} for citation in citations]
    return block(index, {"type": "text", "text": "", "citations": []}, {"type": "text_delta", "text": said}, *deltas)


RESULTS = {
    "type": "web_search_tool_result",
    "tool_use_id": "srv_1",
    "content": [
        {"type": "web_search_result", "url": PAPER, "title": "The paper", "encrypted_content": "E", "page_age": None},
        {"type": "web_search_result", "url": "https://unused.example", "title": "Unused", "encrypted_content": "E"},
        {"type": "web_search_result", "url": NEWS, "title": "The news", "encrypted_content": "E", "page_age": "1 day"},
    ],
}
SEARCHED = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "x"}}
PAGES: list[dict[str, Any]] = [
    {
        "type": "page_location",
        "document_index": 0,
        "document_title": "a.pdf",
        "start_page_number": 3,
        "end_page_number": 4,
    },
    {"type": "char_location", "document_index": 1, "document_title": None, "start_char_index": 0, "end_char_index": 9},
    {"type": "content_block_location", "document_index": 0, "document_title": "notes", "start_block_index": 0},
    {"type": "search_result_location", "source": "kb://7", "title": "Seventh", "search_result_index": 0},
    {"type": "page_location"},
]
MADE = {
    "type": "bash_code_execution_tool_result",
    "tool_use_id": "srv_2",
    "content": {
        "type": "bash_code_execution_result",
        "stdout": "",
        "stderr": "",
        "return_code": 0,
        "content": [{"type": "bash_code_execution_output", "file_id": "file_011"}],
    },
}
OLD_MADE = {
    "type": "code_execution_tool_result",
    "tool_use_id": "srv_3",
    "content": {
        "type": "code_execution_result",
        "stdout": "",
        "stderr": "",
        "return_code": 0,
        "content": [{"type": "code_execution_output", "file_id": "file_\x1b[2J012"}],
    },
}
THOUGHT = {"type": "thinking", "thinking": "Let me see", "signature": "EqQB=="}
HIDDEN = {"type": "redacted_thinking", "data": "Emw="}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
OTHER = "application/octet-stream"


def brought(name: str, stream: list[bytes], document: dict[str, Any] | None, **more: Any) -> Brought:
    return Brought(Transcript(name, Outcome(), [start(), *stream, STOP], document), **more)


BROUGHT = [
    brought(
        "a search: what is cited first, then what was found",
        [
            *call(0, "web_search", '{"query": "x"}', kind="server_tool_use", id_="srv_1"),
            *block(1, RESULTS),
            *text(2, "It said "),
            *cited_text(3, "漢🙂 fell", cite(NEWS, None), cite(NEWS, None), cite(PAPER, "The paper")),
            *text(4, ", and "),
            *cited_text(5, "rose", cite(NEWS, "The news")),
            *text(6, "."),
            end("end_turn"),
        ],
        whole(
            SEARCHED,
            RESULTS,
            {"type": "text", "text": "It said "},
            {"type": "text", "text": "漢🙂 fell", "citations": [cite(NEWS, None), cite(PAPER, "The paper")]},
            {"type": "text", "text": ", and ", "citations": None},
            {"type": "text", "text": "rose", "citations": [cite(NEWS, "The news")]},
            {"type": "text", "text": "."},
        ),
        citations=(
            (NEWS, "The news", (15, 25)),
            (PAPER, "The paper", (15,)),
            ("https://unused.example", "Unused", ()),
        ),
    ),
    brought(
        "documents of the prompt, by page and by name",
        [*cited_text(0, "See them", *PAGES), end("end_turn")],
        whole({"type": "text", "text": "See them", "citations": PAGES}),
        citations=(
            ("a.pdf#page=3", "a.pdf, page 3", (8,)),
            ("document 2", "document 2", (8,)),
            ("notes", "notes", (8,)),
            ("kb://7", "Seventh", (8,)),
        ),
    ),
    brought(
        "a page that was fetched, and a search that failed",
        [
            *block(0, {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error"}}),
            *block(1, {"type": "web_fetch_tool_result", "content": {"url": NEWS, "content": {"title": "The news"}}}),
            *text(2, "Read."),
            end("end_turn"),
        ],
        None,
        citations=((NEWS, "The news", ()),),
    ),
    brought(
        "files that code made",
        [*text(0, "Here: "), *block(1, MADE), *text(2, "and"), *block(3, OLD_MADE), end("end_turn")],
        whole({"type": "text", "text": "Here: "}, MADE, {"type": "text", "text": "and"}, OLD_MADE),
        parts=(
            ("file file_011 at tested", OTHER, 6, None),
            ("file file_␛[2J012 at tested", OTHER, 9, None),
        ),
    ),
    brought(
        "signed thoughts before the answer, and none of those behind it",
        [
            *thinking(0, "Let ", "me see"),
            *block(1, HIDDEN),
            *text(2, "42"),
            *thinking(3, "more"),
            end("end_turn"),
        ],
        whole(THOUGHT, HIDDEN, {"type": "text", "text": "42"}, THOUGHT),
        sealed=(THOUGHT, HIDDEN),
    ),
    brought(
        "thoughts that were cut off have no signature",
        [
            *block(
                0, {"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "x"}
            ),
            end("max_tokens"),
        ],
        None,
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[TranscriptServer]:
    with TranscriptServer() as running:
        yield running


@pytest.mark.parametrize(
    ("case", "way"),
    [(case, way) for case in BROUGHT for _, way in ways([case.transcript])],
    ids=str,
)
async def test_what_answers_bring_is_the_same_however_it_comes(
    server: TranscriptServer, case: Brought, way: str
) -> None:
    message = (await reply_to(Protocol.ANTHROPIC, server, case.transcript, way)).freeze()
    assert tuple((each.url, each.title, each.places) for each in message.citations) == case.citations
    assert tuple((part.name, part.media_type, part.offset, part.data) for part in message.parts) == case.parts
    assert [each.protocol for each in message.sealed] == ["anthropic"] * len(case.sealed)
    assert tuple(json.loads(each.item) for each in message.sealed) == case.sealed


async def test_what_was_found_is_kept_of_a_stream_that_breaks(server: TranscriptServer) -> None:
    stream = [start(), *block(0, RESULTS), *cited_text(1, "Half", cite(NEWS, None))[:-1]]
    broken = Transcript("broken", Outcome(), stream, breaks=True)
    citations = (await reply_to(Protocol.ANTHROPIC, server, broken, "events")).freeze().citations
    assert [(each.url, each.places) for each in citations][:2] == [(NEWS, (4,)), (PAPER, ())]


@pytest.mark.parametrize("way", ["events", "bytes", "whole"])
async def test_the_input_of_the_tool_for_a_structure_is_the_answer(server: TranscriptServer, way: str) -> None:
    tool = {"type": "tool_use", "id": "toolu_1", "name": "structured_answer", "input": {"n": 1}}
    stream = [start(), *call(0, "structured_answer", "", '{"n":', " 1}"), end("tool_use"), STOP]
    transcript = Transcript("structured", Outcome(), stream, whole(tool, reason="tool_use"))
    reply = await reply_to(Protocol.ANTHROPIC, server, transcript, way)
    assert (reply.text, reply.tool_calls, reply.finish_reason) == ('{"n": 1}', (), "stop")


# -- what goes out -----------------------------------------------------------------------------------------------------


def asked(model: str, *messages: Message, **parameters: Any) -> HttpRequest:
    request = Request(model, messages or (prompt(),), Parameters(**parameters))
    return AnthropicProtocol(settings_for(Protocol.ANTHROPIC, "")).chat_request(request)


def body(model: str, *messages: Message, **parameters: Any) -> Any:
    return json.loads(json.dumps(asked(model, *messages, **parameters).body))


SONNET, OPUS = "claude-sonnet-4-5", "claude-opus-5"


def test_parts_go_in_order_and_those_of_an_answer_as_a_line_and_with_the_next_prompt() -> None:
    files = (Part("a.png", "image/png", b"\x89PNG", 4), Part("b.pdf", "application/pdf", b"%PDF", 9))
    drawn = Message("2", "1", Role.ASSISTANT, "Here it is", parts=(Part("c.png", "image/png", b"\x89PNG", 4),))
    first, second, third = body(
        SONNET, prompt("See this too", parts=files), drawn, Message("3", "2", Role.USER, "So?")
    )["messages"]
    assert [each["type"] for each in first["content"]] == ["text", "image", "text", "document", "text"]
    assert [each.get("text") for each in first["content"]] == ["See ", None, "this ", None, "too"]
    assert first["content"][3]["title"] == "b.pdf" and first["content"][3]["citations"] == {"enabled": True}
    assert [each["text"] for each in second["content"]] == ["Here", "[picture: c.png]", " it is"]
    assert [each["type"] for each in third["content"]] == ["text", "image", "text"]
    made = Message("2", "1", Role.ASSISTANT, "", parts=(Part("f", OTHER, reference="file_011"),))
    assert body(SONNET, *next_turn(made))["messages"][1]["content"][0]["text"] == "[file: f at file_011]"


@pytest.mark.parametrize(
    ("model", "part", "way"),
    [
        (SONNET, Part("a.png", "image/png", b"x"), Way.NATIVE),
        (SONNET, Part("a.pdf", "application/pdf", b"x"), Way.NATIVE),
        (SONNET, Part("a.md", "text/markdown", b"x"), Way.TEXT),
        (SONNET, Part("a.svg", "image/svg+xml", b"<svg/>"), Way.TEXT),
        (SONNET, Part("a.heic", "image/heic", b"x"), Way.REFUSED),
        (SONNET, Part("a.wav", "audio/wav", b"x"), Way.REFUSED),
        ("claude-3-haiku-20240307", Part("a.pdf", "application/pdf", b"x"), Way.REFUSED),
        ("claude-2.1", Part("a.png", "image/png", b"x"), Way.REFUSED),
        ("unknown", Part("a.pdf", "application/pdf", b"x"), Way.NATIVE),
    ],
)
def test_what_is_known_not_to_be_taken_is_refused_before_it_is_sent(model: str, part: Part, way: Way) -> None:
    taking = AnthropicProtocol(settings_for(Protocol.ANTHROPIC, "")).taking(part, model)
    assert taking.way is way
    assert (part.name in taking.sentence) == (way is Way.REFUSED)
    if way is Way.REFUSED:
        with pytest.raises(BadRequestError, match=r"Remove|Convert"):
            body(model, prompt(parts=(part,)))


def answer(model: str | None, *blocks: Mapping[str, Any], **more: Any) -> Message:
    sealed = tuple(SealedReasoning("anthropic", json.dumps(each)) for each in blocks)
    return Message("2", "1", Role.ASSISTANT, "42", model=model, sealed=sealed, **more)


def test_thoughts_go_back_to_their_model_while_it_thinks() -> None:
    def sent(message: Message, model: str, **parameters: Any) -> list[str]:
        return [each["type"] for each in body(model, *next_turn(message), **parameters)["messages"][1]["content"]]

    own = answer(f"tested/{OPUS}", THOUGHT, HIDDEN)
    turn = body(OPUS, *next_turn(own))["messages"][1]
    assert turn["content"] == [THOUGHT, HIDDEN, {"type": "text", "text": "42"}]
    assert sent(own, OPUS, effort=Effort.OFF) == ["text"]
    assert sent(own, "claude-opus-4-8") == ["text"]
    assert sent(answer(f"tested/{SONNET}", THOUGHT), SONNET) == ["text"]
    assert sent(answer(f"tested/{SONNET}", THOUGHT), SONNET, effort=Effort.LOW) == ["thinking", "text"]
    others = answer(f"other/{OPUS}", THOUGHT), answer(None, THOUGHT), replace(own, earlier=EarlierFigures())
    assert [sent(other, OPUS) for other in others] == [["text"]] * 3
    foreign = replace(own, sealed=(SealedReasoning("gemini", "{}"), SealedReasoning("anthropic", "[not JSON")))
    assert sent(foreign, OPUS) == ["text"]
    assert [each["type"] for each in body(OPUS, prompt(), own)["messages"][1]["content"]] == ["text"]  # to be continued
    unknown = answer("tested/a-model", THOUGHT)
    for kind, types in (("enabled", ["thinking", "text"]), ("adaptive", ["thinking", "text"]), ("disabled", ["text"])):
        assert sent(unknown, "a-model", extra={"thinking": {"type": kind}}) == types


def test_what_is_continued_is_not_thought_about() -> None:
    begun = Message("2", "1", Role.ASSISTANT, "It is ")
    request = asked(SONNET, prompt(), begun, effort=Effort.HIGH, temperature=0.5)
    assert request.body is not None and "thinking" not in request.body and request.body["temperature"] == 0.5
    assert "thinking" in (asked(OPUS, prompt(), begun).body or {})


EFFORTS: dict[tuple[str, Effort | None], tuple[Any, str | None, int, int]] = {
    # The thinking, the effort, tokens for it, and how many sentences are said.
    (SONNET, None): (None, None, 0, 0),
    (SONNET, Effort.OFF): (None, None, 0, 0),
    (SONNET, Effort.MINIMAL): ({"type": "enabled", "budget_tokens": 1024}, None, 1024, 0),
    (SONNET, Effort.MAX): ({"type": "enabled", "budget_tokens": 32_000}, None, 32_000, 0),
    ("claude-3-5-sonnet-20241022", Effort.HIGH): (None, None, 0, 1),
    ("claude-3-5-sonnet-20241022", Effort.OFF): (None, None, 0, 0),
    ("claude-sonnet-4-6", Effort.HIGH): ({"type": "adaptive"}, "high", 16_384, 0),
    ("claude-opus-4-8", None): (None, None, 0, 0),
    ("claude-opus-4-8", Effort.MINIMAL): ({"type": "adaptive", "display": "summarized"}, "low", 4096, 1),
    (OPUS, None): ({"type": "adaptive", "display": "summarized"}, None, 16_384, 0),
    (OPUS, Effort.OFF): ({"type": "disabled"}, None, 0, 0),
    (OPUS, Effort.MAX): ({"type": "adaptive", "display": "summarized"}, "max", 47_616, 0),
    ("claude-sonnet-5-5", Effort.OFF): ({"type": "between_tools"}, None, 0, 0),
    ("claude-opus-5-5", Effort.OFF): ({"type": "adaptive", "display": "summarized"}, "low", 4096, 1),
    ("claude-mythos-preview", Effort.LOW): ({"type": "adaptive", "display": "summarized"}, "low", 4096, 0),
    ("a-model", None): (None, None, 0, 0),
    ("a-model", Effort.OFF): ({"type": "disabled"}, None, 0, 0),
    ("a-model", Effort.LOW): ({"type": "enabled", "budget_tokens": 4096}, None, 4096, 0),
    ("my-claude", Effort.MEDIUM): ({"type": "adaptive"}, "medium", 8192, 0),
}


@pytest.mark.parametrize(("model", "effort"), EFFORTS, ids=str)
def test_an_effort_is_said_as_the_model_takes_it(model: str, effort: Effort | None) -> None:
    thinks, word, room, sentences = EFFORTS[model, effort]
    request = asked(model, effort=effort)
    sent = dict(request.body or {})
    assert sent.get("thinking") == thinks
    assert sent.get("output_config") == (None if word is None else {"effort": word})
    assert sent["max_tokens"] == (8192 if "3-5" in model else USUAL_MAX_TOKENS + room)
    assert len(request.notes) == sentences


def test_no_limit_is_beyond_that_of_the_model() -> None:
    sent = body("claude-opus-4-1", effort=Effort.MAX)
    assert (sent["max_tokens"], sent["thinking"]["budget_tokens"]) == (32_000, 23_808)
    assert body("claude-3-5-haiku-latest")["max_tokens"] == 8192
    assert body(OPUS, effort=Effort.MAX)["max_tokens"] == 64_000


def test_thinking_leaves_half_of_a_limit_for_the_answer() -> None:
    assert body(SONNET, effort=Effort.HIGH, max_tokens=6000)["thinking"]["budget_tokens"] == 3000
    request = asked(SONNET, effort=Effort.HIGH, max_tokens=2000)
    assert request.body is not None and "thinking" not in request.body and "2,048" in request.notes[0]


@pytest.mark.parametrize(
    ("model", "parameters", "sent", "said"),
    [
        (SONNET, {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5, "top_p": 0.9}, ""),
        (SONNET, {"temperature": 0.5, "effort": Effort.LOW}, {}, "takes no temperature while it thinks"),
        (SONNET, {"temperature": 1.0, "top_p": 0.95, "effort": Effort.LOW}, {"temperature": 1.0, "top_p": 0.95}, ""),
        (SONNET, {"temperature": 0.5, "effort": Effort.OFF}, {"temperature": 0.5}, ""),
        ("a-model", {"temperature": 0.5, "effort": Effort.OFF}, {"temperature": 0.5}, ""),
        (OPUS, {"temperature": 0.5, "top_p": 0.5}, {}, "takes no temperature and no top_p, so they were left out."),
        (OPUS, {"temperature": 1.0}, {"temperature": 1.0}, ""),
    ],
)
def test_what_is_not_taken_beside_thinking_is_said(
    model: str, parameters: dict[str, Any], sent: dict[str, float], said: str
) -> None:
    request = asked(model, **parameters)
    assert {name: value for name, value in (request.body or {}).items() if name in ("temperature", "top_p")} == sent
    assert said in "".join(request.notes) and bool(said) == bool(request.notes)


def test_a_structure_is_a_format_where_it_is_known_and_else_a_tool() -> None:
    said = body(SONNET, schema=SCHEMA, stop=("END",), web=True)
    form = said["output_config"]["format"]
    assert (form["type"], form["schema"]["additionalProperties"], form["schema"]["required"]) == (
        "json_schema",
        False,
        ["n"],
    )
    assert form["schema"]["properties"] == {"n": {"type": "integer", "description": "(minimum: 1)"}}
    assert said["tools"] == [{"type": "web_search_20250305", "name": "web_search", "max_uses": 5}]
    assert said["stop_sequences"] == ["END"] and "tool_choice" not in said
    by_tool = body("claude-3-5-haiku-latest", schema=SCHEMA)
    assert by_tool["tools"][0]["input_schema"] == SCHEMA
    assert by_tool["tool_choice"] == {"type": "tool", "name": by_tool["tools"][0]["name"]}
    free = body("claude-3-7-sonnet-latest", schema=SCHEMA, effort=Effort.LOW)
    assert free["tool_choice"] == {"type": "auto"}  # none can be forced while it thinks
    own = body(SONNET, schema=SCHEMA, web=True, extra={"tools": [{"name": "mine"}], "output_config": {"effort": "low"}})
    assert [tool["name"] for tool in own["tools"]] == ["mine", "web_search"]
    assert own["output_config"].keys() == {"format", "effort"}


# -- marks for the cache -----------------------------------------------------------------------------------------------


def marked(sent: Any) -> list[str]:
    """The texts behind which a request has marks."""
    blocks = [*(sent["system"] if isinstance(sent.get("system"), list) else ())]
    blocks += [each for turn in sent["messages"] for each in turn["content"]]
    return [each["text"] for each in blocks if "cache_control" in each]


def branch(turns: int, words: str = "word " * 1000) -> list[Message]:
    roles = (Role.USER, Role.ASSISTANT)
    return [Message(str(at), None, roles[at % 2], f"{at} {words}") for at in range(2 * turns + 1)]


def test_a_long_beginning_is_marked_where_the_next_request_finds_it() -> None:
    system = "Be brief. " * 1000
    before = body(SONNET, *branch(3), system=system)
    after = body(SONNET, *branch(4), system=system)
    assert [each[:3] for each in marked(after)] == ["Be ", "6 w", "8 w"]
    assert [each[:3] for each in marked(before)] == ["Be ", "4 w", "6 w"]
    assert marked(before)[-1] in marked(after)
    assert marked(body(SONNET, *branch(0), system="Be brief.")) == [branch(0)[0].text]
    assert marked(body(SONNET, *branch(3, "short"), system="Be brief.")) == []
    assert marked(body("claude-opus-4-6", *branch(1))) == []  # it keeps nothing below 4,096 tokens
    assert marked(body(SONNET, *branch(3), extra={"cache_control": {"type": "ephemeral"}})) == []


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=9), st.integers(0, 9000))
def test_marks_are_few_and_stay_where_they_are(lengths: list[int], system: int) -> None:
    messages = [
        Message(str(at), None, (Role.USER, Role.ASSISTANT)[at % 2], f"{at}" + "a b " * length)
        for at, length in enumerate(lengths)
    ]
    before = body(SONNET, *messages[: (len(messages) - 1) // 2 * 2 + 1], system="s" * system)
    after = body(SONNET, *messages, prompt("next"), system="s" * system)
    assert len(marked(after)) <= 3
    last_before = [each["text"] for each in before["messages"][-1]["content"] if "cache_control" in each]
    if len(messages) % 2 == 0:
        assert set(last_before) <= set(marked(after))


# -- what is refused ---------------------------------------------------------------------------------------------------


def refusing(words: str, needle: str) -> Strict:
    return Strict(Protocol.ANTHROPIC, Rule(lambda sent: needle in json.dumps(sent), {"error": {"message": words}}))


REFUSALS: dict[str, tuple[str, str, dict[str, Any], list[str]]] = {
    "marks": ("system.0.cache_control: Extra inputs are not permitted", "cache_control", {}, []),
    "thoughts": (
        "messages.1.content.0: Invalid `signature` in `thinking` block",
        '"signature"',
        {"effort": Effort.HIGH},
        [],
    ),
    "effort": ("This model does not support the effort parameter.", '"effort"', {"effort": Effort.HIGH}, ["effort"]),
    "thinking": (
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive".',
        '"thinking"',
        {"effort": Effort.HIGH},
        ["effort"],
    ),
    "the user's own thinking": (
        "thinking: Extra inputs are not permitted",
        '"thinking"',
        {"extra": {"thinking": {"type": "adaptive"}}},
        ["thinking"],
    ),
    "a format": ("output_config.format: not supported by this model", '"json_schema"', {"schema": SCHEMA}, []),
    "the search": ("web search is not enabled for this organization", '"web_search"', {"web": True}, ["web"]),
    "citations": ("document.citations: not supported", '"citations"', {}, []),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_what_a_server_refuses_is_left_out_once(name: str) -> None:
    words, needle, parameters, missed = REFUSALS[name]
    model = "my-claude" if name == "effort" else OPUS if name in ("thoughts", "a format") else SONNET
    pdf = (Part("a.pdf", "application/pdf", b"%PDF"),) if name == "citations" else ()
    long = "word " * 2000
    history = (prompt(long, parts=pdf), answer(f"tested/{model}", THOUGHT), Message("3", "2", Role.USER, "And?"))
    with refusing(words, needle) as server:
        async with Talk(server) as talk:
            notes = [f"tested refused {each} for this model, so it was left out." for each in missed]
            for _ in range(2):
                assert await talk.ask(*history, model=model, system=long, **parameters) == notes
            assert [needle in json.dumps(sent) for sent in talk.asked] == [True, False, False]
            if name == "a format":
                assert talk.asked[-1]["tools"][-1]["name"] == "structured_answer"
            if name == "marks":
                assert talk.asked[-1]["system"] == long


def test_what_is_known_of_models() -> None:
    assert claude_model("gpt-5") is None and known_efforts("claude") is None
    assert known_efforts("claude-opus-5-5") == (Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX)
    assert known_efforts("us.anthropic.claude-sonnet-4-5-20250929-v1:0") == tuple(Effort)
    assert known_efforts("claude-3-haiku-20240307") == ()
    assert known_efforts("claude-4.7-opus") == (Effort.OFF, Effort.LOW, Effort.MEDIUM, Effort.HIGH, Effort.MAX)
