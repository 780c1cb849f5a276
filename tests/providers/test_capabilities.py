"""What models are known to take: by name, by the lists of servers, and how settings are said to each server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.transcripts import answered, prompt, provider_for, request_of, settings_for
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol
from textchat.core.events import Note
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import MediaKind
from textchat.core.provider import ModelInfo, Request
from textchat.providers.capabilities.efforts import known_efforts, nearest_effort
from textchat.providers.capabilities.kinds import known_kinds
from textchat.providers.capabilities.listed import efforts_of, listed_efforts, listed_kinds
from textchat.providers.protocol import HttpRequest
from textchat.providers.protocols.by_name import chat_protocol
from textchat.providers.protocols.chat.settings import is_strict

OFF, MINIMAL, LOW, MEDIUM, HIGH, MAX = Effort
PICTURE, DOCUMENT, SOUND = MediaKind.PICTURE, MediaKind.DOCUMENT, MediaKind.SOUND

KINDS: list[tuple[str, set[MediaKind] | None]] = [
    ("gpt-4o-mini openai/gpt-4.1 gpt-5.1 gpt-5-nano-2025-08-07 o3 o4-mini chatgpt-4o-latest", {PICTURE, DOCUMENT}),
    ("gpt-4-turbo gpt-4-vision-preview", {PICTURE}),
    ("gpt-4o-audio-preview gpt-audio-mini voxtral-small-latest", {SOUND}),
    ("gpt-3.5-turbo gpt-4 gpt-4-0613 gpt-4-1106-preview o3-mini openai/o1-mini gpt-oss:20b openai/gpt-oss-120b", set()),
    ("claude-sonnet-4-5 us.anthropic.claude-opus-4-1-v1:0 claude-latest", {PICTURE, DOCUMENT}),
    ("gemini-2.5-flash google/gemini-3-pro-preview", {PICTURE, DOCUMENT, SOUND}),
    ("gemini-2.5-flash-image anthropic/claude-3-haiku", {PICTURE}),
    ("gemma3:4b gemma3 google/gemma-3-27b-it", {PICTURE}),
    ("gemma3:1b gemma2:9b gemma:7b", set()),
    ("llama3.2-vision:11b meta-llama/Llama-3.2-90B-Vision-Instruct llama4:scout qwen2.5vl:7b", {PICTURE}),
    ("qwen/qwen3-vl-235b-a22b llava:7b minicpm-v glm-4.5v pixtral-12b grok-4 moondream", {PICTURE}),
    ("qwen3-omni-flash", {PICTURE, SOUND}),
    ("llama3.1:8b llama3.2:1b llama3 deepseek-chat deepseek-r1:14b deepseek/deepseek-v3 qwen3:8b qwen3-coder", set()),
    ("grok-3-mini codestral-latest mistral-nemo glm-4.6 kimi-k2-instruct phi4 mixtral-8x7b", set()),
    ("a-model mistral mistral-small-latest qwen-plus gemma-3n-e4b gpt-5-search-api local kimi-k2.5 my-llama", None),
]


@pytest.mark.parametrize(
    ("models", "kinds"), KINDS, ids=lambda value: value.split()[0] if isinstance(value, str) else ""
)
def test_a_name_tells_the_kinds_of_parts(models: str, kinds: set[MediaKind] | None) -> None:
    assert {model: known_kinds(model) for model in models.split()} == dict.fromkeys(models.split(), kinds)


EFFORTS: list[tuple[str, tuple[Effort, ...] | None]] = [
    ("o1 o3-mini openai/o4-mini gpt-oss:20b gpt-5-codex", (LOW, MEDIUM, HIGH)),
    ("gpt-5 gpt-5-mini openai/gpt-5-nano-2025-08-07", (MINIMAL, LOW, MEDIUM, HIGH)),
    ("gpt-5.1 gpt-5.1-2025-11-13", (OFF, LOW, MEDIUM, HIGH)),
    ("gpt-5.2 gpt-5.4-mini", (OFF, LOW, MEDIUM, HIGH, MAX)),
    ("gpt-5.1-codex-max", (LOW, MEDIUM, HIGH, MAX)),
    ("gpt-5-pro", (HIGH,)),
    ("claude-3-7-sonnet-latest claude-opus-4-5", tuple(Effort)),
    ("gemini-2.5-flash", tuple(Effort)),
    ("gemini-3-pro-preview grok-3-mini", (LOW, HIGH)),
    ("qwen3:8b zai-org/glm-4.6", (OFF, MEDIUM)),
    ("deepseek-chat", (OFF, LOW, HIGH, MAX)),
    ("gpt-4o gpt-4.1-mini o1-mini claude-3-5-haiku llama3.1:8b grok-4 gemini-2.0-flash qwen2.5:7b", ()),
    ("a-model qwq kimi-k2-thinking", None),
]


@pytest.mark.parametrize(
    ("models", "efforts"), EFFORTS, ids=lambda value: value.split()[0] if isinstance(value, str) else ""
)
def test_a_name_tells_the_efforts(models: str, efforts: tuple[Effort, ...] | None) -> None:
    assert {model: known_efforts(model) for model in models.split()} == dict.fromkeys(models.split(), efforts)


@given(st.sampled_from(Effort), st.one_of(st.none(), st.sets(st.sampled_from(Effort)).map(sorted)))
def test_the_nearest_effort_is_one_that_is_known(wanted: Effort, known: list[Effort] | None) -> None:
    efforts = None if known is None else tuple(known)
    nearest = nearest_effort(wanted, efforts)
    if efforts is None or wanted in efforts:
        assert nearest is wanted
    else:
        assert nearest in efforts if efforts else nearest is None
        assert nearest is not OFF or set(efforts) == {OFF}


ENTRIES: list[tuple[dict[str, Any], set[MediaKind] | None, tuple[Effort, ...] | None]] = [
    (
        {"architecture": {"input_modalities": ["text", "image", "file"]}, "supported_parameters": ["stop"]},
        {PICTURE, DOCUMENT},
        (),
    ),
    ({"architecture": {"input_modalities": ["text"]}, "supported_parameters": ["reasoning"]}, set(), None),
    ({"capabilities": {"completion_chat": True, "vision": True, "audio": False}}, {PICTURE}, None),
    ({"capabilities": {"supports": {"vision": False}}}, set(), None),
    ({"capabilities": ["completion", "multimodal", {}]}, {PICTURE, SOUND}, None),
    ({"capabilities": ["completion", "thinking"], "model_info": {"a": 1}}, set(), (OFF, MEDIUM)),
    ({"capabilities": ["completion"], "thinking": {"values": ["low", "high", 3]}}, set(), (LOW, HIGH)),
    ({"type": "vlm"}, {PICTURE}, None),
    ({"supported_input_modalities": ["text", "audio"]}, {SOUND}, None),
    ({"tags": ["vision", "reasoning"]}, {PICTURE}, None),
    ({"id": "x", "capabilities": ["chat"], "tags": [], "type": "model", "architecture": 7}, None, None),
]


@pytest.mark.parametrize(("entry", "kinds", "efforts"), ENTRIES, ids=range(len(ENTRIES)))
def test_a_list_says_what_a_model_takes(
    entry: dict[str, Any], kinds: set[MediaKind] | None, efforts: tuple[Effort, ...] | None
) -> None:
    assert (listed_kinds(entry), listed_efforts(entry)) == (kinds, efforts)


def test_llama_cpp_says_it_in_its_other_list() -> None:
    document = {
        "models": [{"name": "m", "capabilities": ["completion"]}, {"name": "n"}],
        "data": [{"id": "m", "meta": {"n_ctx": 9}}, {"id": "n"}],
    }
    page = chat_protocol(settings_for(Protocol.OPENAI, "")).read_models(document)
    assert page.models == [ModelInfo("m", 9, frozenset()), ModelInfo("n")]


def test_a_switch_that_is_always_off_is_none() -> None:
    assert efforts_of([False]) == ()
    assert efforts_of([True, False]) == (OFF, MEDIUM)


# -- said to each server -----------------------------------------------------------------------------------------------

SCHEMA = {
    "title": "A person!",
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}


def said(address: str, model: str, protocol: Protocol = Protocol.OPENAI, **parameters: Any) -> HttpRequest:
    request = request_of(prompt(), **parameters)
    asked = chat_protocol(settings_for(protocol, address)).chat_request(
        Request(model, request.messages, request.parameters)
    )
    usual = ("model", "messages", "stream", "stream_options")
    body = {name: value for name, value in (asked.body or {}).items() if name not in usual}
    return HttpRequest("", body, notes=asked.notes)


LOCAL, OPENAI_HOST = "http://127.0.0.1/v1", "https://api.openai.com/v1"
TO_MEDIUM = "qwen-plus takes no effort “high”, so it got “medium”."
NO_MORE = "gemini-2.5-flash takes no effort “max”, so it got “high”."
SAID: list[tuple[str, str, Effort, dict[str, Any], str]] = [
    (OPENAI_HOST, "gpt-5.1", OFF, {"reasoning_effort": "none"}, ""),
    (OPENAI_HOST, "gpt-5.2", MAX, {"reasoning_effort": "xhigh"}, ""),
    (OPENAI_HOST, "o3", MAX, {"reasoning_effort": "high"}, "o3 takes no effort “max”, so it got “high”."),
    (OPENAI_HOST, "o3", OFF, {"reasoning_effort": "low"}, "o3 takes no effort “off”, so it got “low”."),
    (OPENAI_HOST, "gpt-4o", HIGH, {}, "gpt-4o takes no effort, so it was left out."),
    (OPENAI_HOST, "gpt-4o", OFF, {}, ""),
    ("https://openrouter.ai/api/v1", "x/y", MAX, {"reasoning": {"effort": "xhigh"}}, ""),
    ("https://openrouter.ai/api/v1", "x/y", OFF, {"reasoning": {"effort": "none"}}, ""),
    ("https://api.deepseek.com", "deepseek-chat", OFF, {"thinking": {"type": "disabled"}}, ""),
    (
        "https://api.deepseek.com",
        "deepseek-chat",
        MEDIUM,
        {"thinking": {"type": "enabled"}, "reasoning_effort": "high"},
        "deepseek-chat takes no effort “medium”, so it got “high”.",
    ),
    ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen-plus", HIGH, {"enable_thinking": True}, TO_MEDIUM),
    ("https://api.z.ai/api/paas/v4", "glm-4.6", OFF, {"thinking": {"type": "disabled"}}, ""),
    ("https://api.groq.com/openai/v1", "qwen/qwen3-32b", OFF, {"reasoning_effort": "none"}, ""),
    (LOCAL, "Qwen3-8B", OFF, {"chat_template_kwargs": {"enable_thinking": False}}, ""),
    (LOCAL, "a-model", MAX, {"reasoning_effort": "high"}, ""),
    (LOCAL, "gemini-2.5-flash", MAX, {"reasoning_effort": "high"}, NO_MORE),
]


@pytest.mark.parametrize(("address", "model", "effort", "body", "note"), SAID)
def test_an_effort_is_said_in_the_words_of_the_server(
    address: str, model: str, effort: Effort, body: dict[str, Any], note: str
) -> None:
    asked = said(address, model, effort=effort)
    assert (asked.body, asked.notes) == (body, (note,) if note else ())


def test_ollama_thinks_in_levels_or_not() -> None:
    protocol = chat_protocol(settings_for(Protocol.OLLAMA, ""))

    def think(model: str, effort: Effort) -> Any:
        asked = protocol.chat_request(Request(model, (prompt(),), request_of(effort=effort).parameters))
        return (asked.body or {}).get("think"), asked.notes

    assert think("gpt-oss:20b", MEDIUM) == ("medium", ())
    assert think("gpt-oss:20b", OFF) == ("low", ("gpt-oss:20b takes no effort “off”, so it got “low”.",))
    assert think("qwen3:8b", OFF) == (False, ())
    assert think("qwen3:8b", MAX) == (True, ())
    assert think("a-model", LOW) == (True, ())
    assert think("llama3.1:8b", HIGH) == (None, ("llama3.1:8b takes no effort, so it was left out.",))


def test_a_search_is_switched_on_where_there_is_a_way() -> None:
    assert said("https://openrouter.ai/api/v1", "x/y", web=True).body == {"plugins": [{"id": "web"}]}
    assert said(OPENAI_HOST, "gpt-4o-search-preview", web=True).body == {"web_search_options": {}}
    assert said("https://api.perplexity.ai", "sonar-pro", web=True) == HttpRequest("", {})
    assert said(OPENAI_HOST, "gpt-4o", web=True).notes == (
        "gpt-4o searches the web only with protocol “openai-responses”, so nothing was searched.",
    )
    assert said(LOCAL, "a-model", web=True).notes == (
        "textchat knows no field that makes tested search the web, so nothing was searched.",
    )
    assert said("", "a-model", Protocol.OLLAMA, web=True).notes


def test_a_schema_is_strict_where_it_can_be() -> None:
    named = {"name": "A_person", "strict": True, "schema": SCHEMA}
    assert said(LOCAL, "a-model", schema=SCHEMA).body == {
        "response_format": {"type": "json_schema", "json_schema": named}
    }
    assert said("", "a-model", Protocol.OLLAMA, schema=SCHEMA).body == {"format": SCHEMA}
    loose = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}, "required": ["a"]}
    assert is_strict(SCHEMA) and not is_strict(loose)
    assert not is_strict({**SCHEMA, "$defs": {"x": {"type": "object", "properties": {"a": {}}}}})


def test_a_server_that_knows_no_schema_gets_it_in_words() -> None:
    request = request_of(prompt(), schema=SCHEMA, system="Be kind.")
    body = chat_protocol(settings_for(Protocol.OPENAI, "https://api.deepseek.com")).chat_request(request).body or {}
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith("Be kind.\n\nReply with JSON alone")
    assert json.dumps(SCHEMA) in body["messages"][0]["content"]


def test_stop_and_what_the_user_says_himself() -> None:
    assert said(LOCAL, "a-model", stop=("a", "b")).body == {"stop": ["a", "b"]}
    assert said("", "a-model", Protocol.OLLAMA, stop=("a",)).body == {"options": {"stop": ["a"]}}
    mine = said(LOCAL, "a-model", effort=LOW, extra={"reasoning_effort": "ultra"})
    assert mine.body == {"reasoning_effort": "ultra"}


def test_a_model_that_draws_is_asked_for_pictures_at_openrouter() -> None:
    assert said("https://openrouter.ai/api/v1", "google/gemini-2.5-flash-image").body == {
        "modalities": ["image", "text"]
    }
    assert said(LOCAL, "google/gemini-2.5-flash-image").body == {}


class Choosy(LoopbackServer):
    """Refuses one value of the effort."""

    async def answer(self, exchange: Exchange) -> None:
        if "reasoning_effort" in exchange.request.json:
            words = (
                "Unsupported value: 'minimal' is not supported with this model. Supported values are: 'none', 'low'."
            )
            await exchange.reply_json(400, {"error": {"message": words, "param": "reasoning_effort"}})
            return
        message = {"role": "assistant", "content": "ok"}
        await exchange.reply_json(200, {"choices": [{"message": message, "finish_reason": "stop"}]})


async def test_an_effort_that_a_server_refuses_is_left_out_once_and_said() -> None:
    with Choosy() as server:
        provider = provider_for(Protocol.OPENAI, server.url)
        for _ in range(2):
            events = await answered(provider.stream(request_of(effort=MINIMAL)))
            assert [event.sentence for event in events if isinstance(event, Note)] == [
                "tested refused effort for this model, so it was left out."
            ]
        await provider.aclose()
    assert len(server.requests) == 3


class Shower(LoopbackServer):
    """Ollama's list, and what it says of each model."""

    async def answer(self, exchange: Exchange) -> None:
        if exchange.request.path == "/api/tags":
            await exchange.reply_json(200, {"models": [{"name": "sees"}, {"name": "thinks"}, {"name": "odd"}]})
        elif exchange.request.json == {"model": "sees"}:
            info = {"general.architecture": "x", "x.context_length": 4096}
            await exchange.reply_json(200, {"capabilities": ["completion", "vision"], "model_info": info})
        elif exchange.request.json == {"model": "thinks"}:
            await exchange.reply_json(200, {"capabilities": ["completion"], "thinking": {"values": [False, True]}})
        else:
            await exchange.reply_json(500, {"error": "no such file"})


async def test_a_list_of_ollama_says_what_each_model_takes() -> None:
    with Shower() as server:
        provider = provider_for(Protocol.OLLAMA, server.url)
        assert await provider.list_models() == [
            ModelInfo("sees", 4096, frozenset({PICTURE}), ()),
            ModelInfo("thinks", None, frozenset(), (OFF, MEDIUM)),
            ModelInfo("odd"),
        ]
        await provider.aclose()
    assert provider.protocol.kinds("sees") == {PICTURE}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4) | st.sampled_from(["object", "string"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "properties", "required", "items", "$ref", "anyOf", "enum"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(100), deadline=None)
@given(_JSON)
def test_no_schema_is_too_odd_to_be_asked_for(schema: Any) -> None:
    assert is_strict(schema) in (True, False)


HOSTS = [
    (Protocol.OPENAI, "https://api.openai.com/v1"),
    (Protocol.OPENAI, "http://localhost:4000/v1"),
    (Protocol.OPENAI, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"),
    (Protocol.OPENAI, "https://openrouter.ai/api/v1"),
    (Protocol.OPENAI_RESPONSES, "https://api.openai.com/v1"),
    (Protocol.ANTHROPIC, "https://api.anthropic.com"),
    (Protocol.GEMINI, "https://generativelanguage.googleapis.com"),
    (Protocol.OLLAMA, "http://localhost:11434"),
]


@pytest.mark.parametrize(("protocol", "url"), HOSTS, ids=[url.split("/")[2] for _, url in HOSTS])
def test_efforts_that_are_offered_differ_and_what_is_sent_instead_of_others_is_said(
    protocol: Protocol, url: str
) -> None:
    asks = chat_protocol(settings_for(protocol, url))
    own = {Protocol.ANTHROPIC: "claude-opus-4-7", Protocol.GEMINI: "gemini-2.5-pro"}.get(protocol, "gemini-2.5-flash")
    for model in (own, "gpt-4o", "gpt-5", "grok-3-mini", "qwen3:8b", "a-model"):
        sent = {effort: asks.chat_request(Request(model, (prompt(),), Parameters(effort=effort))) for effort in Effort}
        if (known := asks.efforts(model)) is None:
            assert protocol is not Protocol.OLLAMA
            continue
        offered = [sent[each].body for each in known]
        assert all(body not in offered[:place] for place, body in enumerate(offered)), model
        for effort, request in sent.items() if protocol is not Protocol.OLLAMA else ():  # there it thinks, as asked
            assert bool(request.notes) == (effort not in known and (effort is not OFF or bool(known))), model
