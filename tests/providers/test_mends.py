"""Servers that refuse a part of a request: it is left out, said, and not sent again to that model."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.transcripts import prompt, provider_for, request_of
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol
from textchat.core.conversation import Message, Role
from textchat.core.errors import BadRequestError, ChatError, ServerError
from textchat.core.events import Note, TextDelta
from textchat.core.provider import Request
from textchat.providers.http.client import HttpProvider
from textchat.providers.mends.mended_request import MOST
from textchat.providers.mends.refusal import Refusal, spellings

ANSWERS: dict[Protocol, Any] = {
    Protocol.OPENAI: {"choices": [{"message": {"content": "ok"}, "finish_reason": "stop"}]},
    Protocol.ANTHROPIC: {"type": "message", "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn"},
    Protocol.GEMINI: {"candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}]},
    Protocol.OLLAMA: {"message": {"content": "ok"}, "done": True, "done_reason": "stop"},
}


@dataclass
class Rule:
    """A request is refused with `words`, as long as the rule holds for its body."""

    holds: Callable[[Any], bool]
    words: Any
    status: int = 400


class Strict(LoopbackServer):
    """Refuses by the first rule that holds; answers everything else, in one piece, as every reader takes it."""

    def __init__(self, protocol: Protocol, *rules: Rule) -> None:
        super().__init__()
        self.protocol, self.rules = protocol, rules

    async def answer(self, exchange: Exchange) -> None:
        body = exchange.request.json
        for rule in self.rules:
            if rule.holds(body):
                await exchange.reply_json(rule.status, rule.words)
                return
        await exchange.reply_json(200, ANSWERS[self.protocol])


@dataclass
class Talk:
    """A provider and what came of its requests."""

    server: Strict
    provider: HttpProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = provider_for(self.server.protocol, self.server.url)

    async def __aenter__(self) -> Talk:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.provider.aclose()

    async def ask(self, *messages: Message, model: str = "a-model", **parameters: Any) -> list[str]:
        """The notes of an answer, in order."""
        asked = request_of(*messages, **parameters)
        request = Request(model, asked.messages, asked.parameters)
        events = [event async for event in self.provider.stream(request)]
        assert [event.text for event in events if isinstance(event, TextDelta)] == ["ok"]
        return [event.sentence for event in events if isinstance(event, Note)]

    @property
    def asked(self) -> list[Any]:
        return [request.json for request in self.server.requests]


def named(name: str) -> Callable[[Any], bool]:
    """Whether a body holds a field, at the top or among the options."""
    return lambda body: name in body or any(name in (body.get(o) or {}) for o in ("options", "generationConfig"))


def openai_error(message: str, **more: Any) -> Any:
    return {"error": {"message": message, "type": "invalid_request_error", **more}}


def left_out(names: str) -> str:
    were = "they were" if " and " in names else "it was"
    return f"tested refused {names} for this model, so {were} left out."


# -- fields ------------------------------------------------------------------------------------------------------------

UNSUPPORTED = (
    "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) is supported."
)
FAR_BEHIND = "The request was checked by the deployment of a resource group. " * 8
EXTRA = "Extra inputs are not permitted"
FIELDS: dict[str, tuple[Rule, dict[str, Any], str]] = {
    "only the default value": (
        Rule(named("temperature"), openai_error(UNSUPPORTED)),
        {"temperature": 0.7},
        "temperature",
    ),
    "behind the 300th character": (
        Rule(named("seed"), openai_error(f"{FAR_BEHIND} Not supported: seed.")),
        {"seed": 3},
        "seed",
    ),
    "in the second entry of the details": (
        Rule(
            named("top_k"),
            {
                "detail": [
                    {
                        "type": "less_than_equal",
                        "loc": ["body", "seed"],
                        "msg": "Input should be at most 9",
                        "input": 3,
                    },
                    {"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": EXTRA, "input": 4},
                ]
            },
            422,
        ),
        {"seed": 3, "extra": {"top_k": 4}},
        "top_k",
    ),
    "behind a prompt of some length that it repeats": (
        Rule(
            named("seed"),
            {
                "detail": [
                    {"type": "odd", "loc": ["body", "messages"], "msg": "Odd.", "input": "Seed or no seed? " * 2000},
                    {"type": "extra_forbidden", "loc": ["body", "seed"], "msg": EXTRA, "input": 3},
                ]
            },
            422,
        ),
        {"seed": 3},
        "seed",
    ),
    "in a document within a sentence": (
        Rule(
            named("top_p"),
            openai_error(f"BadRequestError - {json.dumps(openai_error(f'top_p: {EXTRA}'))}. Received Model Group=x"),
        ),
        {"top_p": 0.5},
        "top_p",
    ),
    "as Python prints it": (
        Rule(
            named("min_p"), {"message": f"[{{'type': 'extra_forbidden', 'loc': ('body', 'min_p'), 'msg': '{EXTRA}'}}]"}
        ),
        {"extra": {"min_p": 0.1}},
        "min_p",
    ),
    "by a fault of the server": (
        Rule(named("seed"), "Completions.create() got an unexpected keyword argument 'seed'", 500),
        {"seed": 3},
        "seed",
    ),
    "beside the message": (
        Rule(named("logit_bias"), openai_error("This parameter is not supported. See the docs.", param="logit_bias")),
        {"extra": {"logit_bias": {}}},
        "logit_bias",
    ),
    "as the key of its complaint": (
        Rule(named("seed"), {"errors": {"seed": ["forbidden"], "top_p": ["must be less than 1"]}}, 422),
        {"seed": 3, "top_p": 0.5},
        "seed",
    ),
    "by name alone": (Rule(named("top_k"), openai_error("Bad property top_k")), {"extra": {"top_k": 3}}, "top_k"),
    "among those that are known": (
        Rule(named("seed"), "unknown field `seed`, expected one of `model`, `temperature`, `top_p`", 422),
        {"seed": 3, "temperature": 0.5, "top_p": 0.5},
        "seed",
    ),
    "one of two": (
        Rule(
            lambda body: "temperature" in body and "top_p" in body,
            openai_error("`temperature` and `top_p` cannot both be specified for this model. Please use only one."),
        ),
        {"temperature": 0.5, "top_p": 0.5},
        "top_p",
    ),
    "several at once": (
        Rule(
            lambda body: "seed" in body or "top_p" in body,
            openai_error('Unknown name "seed": Cannot find field.\nUnknown name "top_p": Cannot find field.'),
        ),
        {"seed": 3, "top_p": 0.5},
        "seed and top_p",
    ),
    "in Chinese": (Rule(named("seed"), openai_error("不支持参数seed，请删除")), {"seed": 3}, "seed"),
    "by a name within its value": (
        Rule(named("thinking"), openai_error("thinking budget tokens are not supported by this model")),
        {"extra": {"thinking": {"type": "enabled", "budget_tokens": 9}}},
        "thinking",
    ),
}


@pytest.mark.parametrize("case", FIELDS)
async def test_a_refused_field_is_left_out_once_and_said_each_time(case: str) -> None:
    rule, parameters, name = FIELDS[case]
    with Strict(Protocol.OPENAI, rule) as server:
        async with Talk(server) as talk:
            assert await talk.ask(**parameters) == [left_out(name)]
            assert await talk.ask(**parameters) == [left_out(name)]
            assert await talk.ask() == []
        first, *later = talk.asked
        assert len(later) == 3 and later[0] == later[1]
        assert first.keys() - later[0].keys() == set(name.split(" and "))
        assert "stream_options" in later[0]


SENT: dict[str, Any] = {"temperature": 0.5, "top_p": 0.5, "seed": 3, "max_tokens": 5}
SENT_TOO: dict[str, Any] = {
    "reasoning_effort": "minimal",
    "min_p": 0.1,
    "tools": [{}],
    "stop": ["x"],
    "n": 1,
    "response_format": {},
    "provider": {},
}
VALUES = "Supported values are: 'low' and 'high'."
WORDINGS: list[tuple[str, str]] = [
    ("invalid temperature: only 1 is allowed for this model", "temperature"),
    ("`temperature` may only be set to 1 when thinking is enabled.", "temperature"),
    ("gpt-5 models don't support temperature=0.5. Only temperature=1 is supported.", "temperature"),
    ("`temperature` is deprecated for this model.", "temperature"),
    ("Model MiniMax-M2 does not support temperature", "temperature"),
    ("This model doesn't currently support top p", "top_p"),
    ("seed must be omitted", "seed"),
    ("no such parameter: seed", "seed"),
    ("Completions.create() got an unexpected keyword argument 'n'", "n"),
    ("Additional properties are not allowed ('min_p' was unexpected)", "min_p"),
    ("[{'type': 'extra_forbidden', 'loc': ('body', 'seed')}, {'loc': ('body', 'top_p'), 'msg': 'at most 1'}]", "seed"),
    (
        "2 validation errors\nbody.seed\n  Extra inputs are not permitted\nbody.top_p\n  Input should be at most 1",
        "seed",
    ),
    ("property 'min_p' is unsupported, did you mean 'top_p'?", "min_p"),
    ("The parameter `min_p` was unexpected. Allowed parameters: temperature, top_p, seed", "min_p"),
    ("Only one of temperature or top_p may be given", "top_p"),
    ("top_p and temperature are mutually exclusive", "temperature"),
    ("does not support parameters: ['reasoning_effort', 'n'], for model=x", "n reasoning_effort"),
    ("registry.ollama.ai/library/gemma3:4b does not support tools", "tools"),
    ("reasoning effort is not compatible with tools", "reasoning_effort"),
    (f"Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. {VALUES}", ""),
    ("reasoning_effort: unknown variant `minimal`, expected one of `low`, `high`", ""),
    ("Invalid 'max_tokens': integer above maximum value. Expected a value <= 4, but got 5 instead.", ""),
    ("max_tokens 5 is not supported; the limit is 4", ""),
    ("temperature must not be set to more than 0.1", ""),
    ("Invalid schema for response_format 'x': 'additionalProperties' is required to be supplied.", ""),
    ("'messages' must contain the word 'json', to use 'response_format' of type 'json_object'.", ""),
    ("le prompt n'est pas pris en charge", ""),
    ("le paramètre seed n'est pas pris en charge", "seed"),
    ("Top-p? Not with me.", "top_p"),
    ("Provider does not support this model", ""),
    ("Provider returned error: model is not available", ""),
]


@pytest.mark.parametrize(("words", "names"), WORDINGS)
async def test_a_refused_field_is_told_from_a_refused_value_and_from_other_fields(words: str, names: str) -> None:
    refused = names.split()
    rule = Rule(lambda body: not refused or any(name in body for name in refused), openai_error(words))
    with Strict(Protocol.OPENAI, rule) as server:
        async with Talk(server) as talk:
            if refused:
                assert await talk.ask(**SENT, extra=SENT_TOO) == [left_out(" and ".join(refused))]
                assert talk.asked[0].keys() - talk.asked[1].keys() == set(refused)
            else:
                with pytest.raises(ChatError):
                    await talk.ask(**SENT, extra=SENT_TOO)
        assert len(talk.asked) == (2 if refused else 1)


@pytest.mark.parametrize(
    ("protocol", "parameters", "words", "wire", "name"),
    [
        (Protocol.ANTHROPIC, {"top_p": 0.5}, "`top_p` is deprecated for this model.", "top_p", "top_p"),
        (
            Protocol.GEMINI,
            {"top_p": 0.5},
            "Unknown name \"topP\" at 'generation_config': Cannot find field.",
            "topP",
            "top_p",
        ),
        (Protocol.GEMINI, {"max_tokens": 5}, "max_output_tokens is not supported", "maxOutputTokens", "max_tokens"),
        (
            Protocol.GEMINI,
            {"extra": {"thinkingConfig": {"thinkingBudget": 5}}},
            "Thinking is not enabled for models/a-model",
            "thinkingConfig",
            "thinkingConfig",
        ),
        (Protocol.OLLAMA, {"extra": {"think": True}}, '"a-model" does not support thinking', "think", "think"),
        (Protocol.OLLAMA, {"extra": {"tools": [{}]}}, "a-model does not support tools", "tools", "tools"),
        (Protocol.OLLAMA, {"max_tokens": 5}, "invalid option provided: num_predict", "num_predict", "max_tokens"),
    ],
)
async def test_every_protocol_leaves_out_by_its_own_names(
    protocol: Protocol, parameters: dict[str, Any], words: str, wire: str, name: str
) -> None:
    with Strict(protocol, Rule(named(wire), {"error": {"message": words}})) as server:
        async with Talk(server) as talk:
            assert await talk.ask(temperature=1.0, **parameters) == [left_out(name)]
            assert await talk.ask(temperature=1.0, **parameters) == [left_out(name)]
        assert len(talk.asked) == 3 and named("temperature")(talk.asked[-1])


@pytest.mark.parametrize(
    "words",
    [
        "temperature must be between 0 and 2",
        "temperature: Input should be less than or equal to 2",
        "Invalid type for 'temperature': expected a decimal, but got a string instead.",
        "'temperature' is too high",
        {"detail": [{"type": "less_than_equal", "loc": ["body", "temperature"], "msg": "Input should be at most 2"}]},
        "Unsupported value: 'temperature' does not support 9 with this model. Supported values are: 0, 1.",
    ],
)
async def test_a_refused_value_is_a_failure(words: Any) -> None:
    document = words if isinstance(words, dict) else openai_error(words)
    with Strict(Protocol.OPENAI, Rule(named("temperature"), document)) as server:
        async with Talk(server) as talk:
            with pytest.raises(BadRequestError):
                await talk.ask(temperature=9.0)
        assert len(talk.asked) == 1


async def test_the_other_name_of_the_limit_is_no_loss_and_both_are() -> None:
    old = Rule(named("max_tokens"), openai_error("'max_tokens' is not supported. Use 'max_completion_tokens'."), 500)
    new = Rule(named("max_completion_tokens"), openai_error("Unknown parameter: max_completion_tokens"))
    with Strict(Protocol.OPENAI, old) as server:
        async with Talk(server) as talk:
            assert await talk.ask(max_tokens=5) == []
            assert talk.asked[-1]["max_completion_tokens"] == 5
            server.rules = (old, new)
            assert await talk.ask(max_tokens=5) == [left_out("max_tokens")]
        assert [body.keys() & {"max_tokens", "max_completion_tokens"} for body in talk.asked] == [
            {"max_tokens"},
            {"max_completion_tokens"},
            {"max_completion_tokens"},
            set(),
        ]


async def test_what_is_remembered_counts_for_one_model() -> None:
    rule = Rule(lambda body: body["model"] == "picky" and "seed" in body, openai_error("seed is not supported"))
    with Strict(Protocol.OPENAI, rule) as server:
        async with Talk(server) as talk:
            assert await talk.ask(model="picky", seed=3) == [left_out("seed")]
            assert await talk.ask(model="other", seed=3) == []
            assert await talk.ask(model="picky", seed=3) == [left_out("seed")]
        assert ["seed" in body for body in talk.asked] == [True, False, True, False]


async def test_what_did_not_help_is_not_remembered_and_the_last_refusal_is_the_error() -> None:
    named_seed = Rule(named("seed"), openai_error("seed is not supported"))
    broken = Rule(lambda body: True, openai_error("The disk is gone."), 500)
    with Strict(Protocol.OPENAI, named_seed, broken) as server:
        async with Talk(server) as talk:
            with pytest.raises(ServerError, match="The disk is gone"):
                await talk.ask(seed=3)
            server.rules = ()
            assert await talk.ask(seed=3) == []
        assert ["seed" in body for body in talk.asked] == [True, False, True]


# -- the system prompt and streaming -----------------------------------------------------------------------------------

NO_SYSTEM = "tested refused a system prompt for this model, so it was sent with the first prompt."
NO_STREAM = "tested refused to stream this model, so the reply came in one piece."


def has_system(body: Any) -> bool:
    return bool(
        body.get("system")
        or body.get("systemInstruction")
        or any(message["role"] == "system" for message in body.get("messages", ()))
    )


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (Protocol.OPENAI, "System role not supported"),
        (Protocol.OPENAI, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
        (Protocol.OPENAI, "Conversation roles must alternate user/assistant/user/assistant/..."),
        (Protocol.OPENAI, "Only user and assistant roles are supported!"),
        (Protocol.OPENAI, "messages.0.role: Input should be 'user' or 'assistant'"),
        (Protocol.OPENAI, "developer role is not available for this model"),
        (Protocol.ANTHROPIC, f"system: {EXTRA}"),
        (Protocol.GEMINI, "Developer instruction is not enabled for models/gemma-3-27b-it"),
        (Protocol.OLLAMA, "this model does not support system messages"),
    ],
)
async def test_a_refused_system_prompt_goes_before_the_first_prompt(protocol: Protocol, words: str) -> None:
    with Strict(protocol, Rule(has_system, {"error": {"message": words}})) as server:
        async with Talk(server) as talk:
            greeted = (Message("1", None, Role.SYSTEM, "Be brief."), prompt("Hello?"))
            for _ in range(2):
                assert await talk.ask(*greeted, system="Be kind.") == [NO_SYSTEM]
            assert await talk.ask(prompt("Hello?")) == []
            # With nothing of the user before a greeting, it is the user's first word.
            await talk.ask(Message("1", None, Role.ASSISTANT, "Hi."), prompt("Hello?"), system="Be kind.")
    texts = [turns(body) for body in talk.asked]
    assert texts[1:3] == [[("user", "Be kind.\n\nBe brief.\n\nHello?")]] * 2
    assert texts[3] == [("user", "Hello?")]
    assert [text for _, text in texts[4]] == ["Be kind.", "Hi.", "Hello?"]


def turns(body: Any) -> list[tuple[str, str]]:
    """Roles and texts of what was sent, whatever the protocol."""

    def text(turn: Any) -> str:
        content = turn.get("content", turn.get("parts"))
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)

    return [(turn["role"], text(turn)) for turn in body.get("messages") or body["contents"]]


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (Protocol.OPENAI, "Your organization must be verified to stream this model."),
        (Protocol.OPENAI, "Unsupported value: 'stream' does not support true. Supported values are: false."),
        (Protocol.ANTHROPIC, "streaming is not supported"),
        (Protocol.OLLAMA, "a-model cannot be streamed"),
    ],
)
async def test_a_server_that_refuses_to_stream_is_asked_for_the_whole(protocol: Protocol, words: str) -> None:
    with Strict(protocol, Rule(lambda body: body["stream"], {"error": {"message": words}})) as server:
        async with Talk(server) as talk:
            for _ in range(2):
                assert await talk.ask() == [NO_STREAM]
            assert await talk.ask(stream=False) == []
    assert [body["stream"] for body in talk.asked] == [True, False, False, False]
    assert "stream_options" not in talk.asked[1]


async def test_gemini_is_asked_for_the_whole_at_another_address() -> None:
    with Strict(Protocol.GEMINI) as server:
        server.rules = (
            Rule(
                lambda _: "stream" in server.requests[-1].path,
                {"error": {"message": "Streaming is not supported for this model."}},
            ),
        )
        async with Talk(server) as talk:
            assert await talk.ask() == [NO_STREAM]
    assert server.requests[-1].path.endswith(":generateContent")


async def test_an_error_in_place_of_a_stream_is_a_refusal_too() -> None:
    rule = Rule(named("seed"), openai_error("seed is not supported"), status=200)
    with Strict(Protocol.OPENAI, rule) as server:
        async with Talk(server) as talk:
            assert await talk.ask(seed=3) == [left_out("seed")]


# -- an end to it ------------------------------------------------------------------------------------------------------


async def test_a_server_that_refuses_field_after_field_is_answered_in_the_end() -> None:
    parameters: dict[str, Any] = {"temperature": 0.5, "top_p": 0.5, "seed": 3, "max_tokens": 5, "system": "Be kind."}
    names = ("stream_options", "max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "min_p")
    rules = [Rule(named(name), openai_error(f"Unsupported parameter: {name}")) for name in names]
    rules += [
        Rule(has_system, openai_error("System role not supported"), 500),
        Rule(lambda body: body["stream"], openai_error("Streaming is not supported"), 403),
    ]
    with Strict(Protocol.OPENAI, *rules) as server:
        async with Talk(server) as talk:
            expected = [left_out("max_tokens, min_p, seed, temperature and top_p"), NO_SYSTEM, NO_STREAM]
            for _ in range(2):
                assert sorted(await talk.ask(**parameters, extra={"min_p": 0.1})) == sorted(expected)
        assert len(talk.asked) == len(rules) + 2
        assert talk.asked[-1].keys() == {"model", "messages", "stream"}


NAMES = ("'seed'", "temperature", "max_tokens", "max_completion_tokens", "stream_options", "system role", "streaming")
VERDICTS = ("is not supported", "unknown", "only 1 is allowed", "must be", "instead", "use", "both")
WORDS = st.sampled_from((*NAMES, *VERDICTS, ". ", "{", '["', "\\", "."))


@given(st.lists(st.tuples(st.sampled_from([400, 403, 404, 422, 500, 501]), st.lists(WORDS, max_size=8)), min_size=1))
@settings(max_examples=examples(60), deadline=None)
async def test_any_refusals_end(refusals: list[tuple[int, list[str]]]) -> None:
    """A server that never answers is asked as often as there is something to leave out, at most."""

    class Never(LoopbackServer):
        async def answer(self, exchange: Exchange) -> None:
            status, said = refusals[len(self.requests) % len(refusals)]
            await exchange.reply_json(status, openai_error(" ".join(said)))

    with Never() as server:
        provider = provider_for(Protocol.OPENAI, server.url)
        request = request_of(system="Be kind.", temperature=0.5, top_p=0.5, seed=3, max_tokens=5, extra={"min_p": 1})
        with pytest.raises(ChatError):
            async for _ in provider.stream(request):
                pass
        await provider.aclose()
        assert len(server.requests) <= MOST + 1
        bodies = [request.body for request in server.requests]
        assert len(set(bodies)) == len(bodies)


@given(
    st.text(), st.text(), st.recursive(st.text() | st.integers(), lambda s: st.lists(s) | st.dictionaries(st.text(), s))
)
@settings(max_examples=examples(300), deadline=None)
def test_anything_may_be_said(before: str, name: str, document: Any) -> None:
    refusal = Refusal(f"{before}{json.dumps(document)}", is_the_clients_fault=True)
    sent = {name: spellings(name, document), "temperature": spellings("temperature", 1)}
    assert refusal.fields(sent) <= sent.keys()
    assert refusal.refuses_system() in (True, False) and refusal.refuses_streaming() in (True, False)


@pytest.mark.parametrize("said", ["[" * 60_000 + "]" * 60_000, "{'a': " * 9_000, "stream " * 9_000, "use " * 16_000])
def test_a_long_refusal_is_read_in_no_time(said: str) -> None:
    refusal = Refusal(said, is_the_clients_fault=True)
    assert refusal.fields({"seed": ("seed",)}) == set()
    assert not refusal.refuses_system()
