"""The demo models: through the same code as a real server, the same for one seed, and true about textchat."""

from __future__ import annotations

import asyncio
import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.scripted import Clock
from tests.examples import examples
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.conversation import Message, Role, Source, Status
from textchat.core.errors import ErrorKind
from textchat.core.figures.media.picture_size import picture_size
from textchat.core.generation import Limits, run_reply
from textchat.core.parameters import Effort, Parameters
from textchat.core.parts.part import Part
from textchat.core.provider import Request
from textchat.core.reply import Reply
from textchat.providers.catalog import Catalog
from textchat.providers.demo import script as demo_script
from textchat.providers.demo.files import drawing
from textchat.providers.demo.provider import DemoProvider
from textchat.providers.demo.script import MODELS
from textchat.providers.demo.structure import Example
from textchat.providers.streams.wav import wav_file
from textchat.ui.keymap import ACTIONS
from textchat.ui.keys import display_key, split_keys


def said(*texts: str) -> tuple[Message, ...]:
    """A conversation, the user first."""
    roles = (Role.USER, Role.ASSISTANT)
    return tuple(Message(str(at), None, roles[at % 2], text) for at, text in enumerate(texts))


async def ended(model: str, *texts: str, retries: int = 0, **parameters: Any) -> Reply:
    catalog = Catalog(Settings(), environ={"TEXTCHAT_DEMO_SPEED": "0"})
    opened = catalog.open(f"demo/{model}")
    clock = Clock()
    reply = Reply(conversation_id="c", parent_id=None, model=f"demo/{model}", clock=clock)
    request = Request(opened.name, said(*texts), Parameters(**parameters))
    await run_reply(opened.provider, request, reply, limits=Limits(retries=retries), sleep=clock.sleep)
    await catalog.aclose()
    return reply


@pytest.mark.parametrize("model", ["fast", "careful"])
async def test_an_answer_is_labelled_and_whole_and_counted(model: str) -> None:
    reply = await ended(model, "Hello!")
    assert (reply.status, reply.finish_reason) == (Status.COMPLETE, "stop")
    assert f"demo/{model}" in reply.text
    assert "scripted" in reply.text
    assert bool(reply.reasoning) is (model == "careful")
    assert reply.usage.source is Source.REPORTED
    assert reply.usage.output_tokens == len(reply.text_chunks) + len(reply.reasoning_chunks)
    assert reply.usage.reasoning_tokens == len(reply.reasoning_chunks)
    assert reply.usage.input_tokens > 0


@pytest.mark.parametrize("model", ["fast", "careful"])
async def test_a_seed_decides_everything(model: str) -> None:
    first, again = await ended(model, "Compare"), await ended(model, "Compare")
    other = await ended(model, "Compare", seed=7)
    assert first.text_chunks == again.text_chunks
    assert first.text_chunks != other.text_chunks
    assert first.text == other.text


async def test_without_streaming_it_says_the_same_at_once() -> None:
    streamed, whole = await ended("careful", "Themes?"), await ended("careful", "Themes?", stream=False)
    assert (whole.text, whole.reasoning) == (streamed.text, streamed.reasoning)
    assert (len(whole.text_chunks), len(whole.reasoning_chunks)) == (1, 1)
    assert whole.usage == streamed.usage


@pytest.mark.parametrize("stream", [True, False])
async def test_a_limit_is_kept(stream: bool) -> None:
    reply = await ended("fast", "Hello!", max_tokens=4, stream=stream)
    assert (reply.finish_reason, reply.usage.output_tokens) == ("length", 4)
    assert (await ended("fast", "Hello!")).text.startswith(reply.text)
    none = await ended("fast", "Hello!", max_tokens=0, stream=stream)
    assert (none.text, none.finish_reason) == ("", "length")


async def test_an_interrupted_answer_is_gone_on_with() -> None:
    whole = (await ended("fast", "Hello!")).text
    half = whole[: len(whole) // 2]
    assert (await ended("fast", "Hello!", half)).text == whole[len(half) :]
    assert (await ended("fast", "Hello!", half, "Continue exactly where you stopped.")).text == whole[len(half) :]
    assert (await ended("fast", "Hello!", "Something else", "Continue")).text != ""


async def test_a_system_prompt_makes_it_brief() -> None:
    long, brief = await ended("careful", "Hello!"), await ended("careful", "Hello!", system="Answer briefly.")
    assert 0 < len(brief.text) < len(long.text) / 2


async def test_an_unknown_model_is_told_the_known_ones() -> None:
    reply = await ended("quick", "Hello!")
    assert reply.error is not None
    assert reply.error.kind is ErrorKind.NOT_FOUND
    assert all(model.name in reply.error.message for model in MODELS)


async def test_models_to_try_failures_with() -> None:
    failing = await ended("failing", "Hello!")
    assert failing.error is not None
    assert (failing.error.kind, failing.has_begun) == (ErrorKind.NETWORK, True)
    busy = await ended("busy", "Hello!", retries=1)
    assert (busy.status, busy.has_begun) == (Status.COMPLETE, True)
    refused = await ended("busy", "Hello!")
    assert refused.error is not None
    assert refused.error.kind is ErrorKind.RATE_LIMIT


@pytest.mark.parametrize(("speed", "chunks"), [(0.0, 500), (1.0, 0), (1000.0, 20)])
async def test_a_cancel_works_at_once(speed: float, chunks: int) -> None:
    provider = DemoProvider(ProviderSettings("demo", Protocol.DEMO), speed=speed, environ={})
    reply = Reply(conversation_id="c", parent_id=None, model="demo/endless")
    task = asyncio.create_task(run_reply(provider, Request("endless", said("Go")), reply))
    async with asyncio.timeout(20):
        while len(reply.text_chunks) < chunks:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert reply.status is Status.CANCELLED
    assert len(reply.text_chunks) >= chunks
    await provider.aclose()


async def test_its_own_pace_is_kept() -> None:
    provider = DemoProvider(ProviderSettings("demo", Protocol.DEMO), speed=20.0, environ={})
    reply = Reply(conversation_id="c", parent_id=None, model="demo/fast")
    await run_reply(provider, Request("fast", said("Hello!")), reply)
    await provider.aclose()
    assert reply.timing.first_token_s is not None
    # Nothing is told before its time; how much later it comes is up to the machine.
    assert reply.timing.first_token_s >= 0.15 / 20
    assert reply.timing.total_s >= (len(reply.text_chunks) - 2) / (150 * 20)


# -- files, sources, effort, structure ---------------------------------------------------------------------------------


async def asked_with(text: str, *parts: Part, model: str = "fast", **parameters: Any) -> Reply:
    provider = DemoProvider(ProviderSettings("demo", Protocol.DEMO), speed=0, environ={})
    reply = Reply(conversation_id="c", parent_id=None, model=f"demo/{model}")
    message = Message("1", None, Role.USER, text, parts=parts)
    await run_reply(provider, Request(model, (message,), Parameters(**parameters)), reply)
    await provider.aclose()
    assert reply.status is Status.COMPLETE, reply.error
    return reply


async def test_what_came_with_a_prompt_is_named() -> None:
    reply = await asked_with(
        "Well?",
        Part("hills | 1.png", "image/png", drawing(3)),
        Part("paper.pdf", "application/pdf", b"%PDF-1.7 /Type /Page"),
        Part("voice.wav", "audio/wav", wav_file(bytes(48_000))),
        Part("notes.md", "text/markdown", b"# One\ntwo"),
    )
    assert re.findall(r"^\| (.*) \|$", reply.text, re.MULTILINE)[1:] == [
        rf"hills \| 1.png | picture, PNG, 240 × 160 | {len(drawing(3)):,} bytes",
        "paper.pdf | PDF, 1 page | 20 bytes",
        "sound | sound, WAV, 1.0 s | 48,044 bytes",
        "notes.md | text, 2 lines | 9 bytes",
    ]
    assert "**demo/fast**" in reply.text and "scripted" in reply.text
    assert "came with" not in (await asked_with("Mend this:\n```\nx = 1\n```")).text


@pytest.mark.parametrize("stream", [True, False])
async def test_it_draws_and_cites(stream: bool) -> None:
    drawn = (await asked_with("Draw me a picture", stream=stream)).freeze()
    (picture,) = drawn.parts
    assert (picture.media_type, picture.offset, picture_size(picture.content)) == (
        "image/png",
        len(drawn.text),
        (240, 160),
    )
    cited = (await asked_with("Show me your sources", stream=stream)).freeze()
    assert [citation.title for citation in cited.citations] == ["Textual", "Write-Ahead Logging"]
    assert all(cited.text[place - 1] == "." for citation in cited.citations for place in citation.places)
    assert "{" not in cited.text
    assert len((await asked_with("Hello!", web=True, stream=stream)).freeze().citations) == 2


async def test_its_thoughts_are_as_long_as_the_effort() -> None:
    lengths = [len((await asked_with("Compare", effort=effort)).reasoning) for effort in Effort]
    assert lengths[0] == 0 and lengths == sorted(set(lengths))
    assert (await asked_with("Compare", model="careful", effort=Effort.OFF)).reasoning == ""


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (
            {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 10},
                    "born": {"type": "string", "format": "date"},
                    "age": {"type": "integer", "minimum": 18, "multipleOf": 5},
                    "mood": {"enum": ["calm", "busy"]},
                    "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                    "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/link"}]},
                },
                "$defs": {"link": {"type": "object", "properties": {"ok": {"type": ["boolean", "null"]}}}},
            },
            {
                "name": "a scripted",
                "born": "2025-01-31",
                "age": 20,
                "mood": "calm",
                "tags": ["a scripted tags"] * 2,
                "next": {"ok": True},
            },
        ),
        (
            {"allOf": [{"required": ["a"]}, {"properties": {"a": {"exclusiveMaximum": 1, "type": "number"}}}]},
            {"a": 0.5},
        ),
        ({"type": "array", "prefixItems": [{"const": 1}, {"type": "null"}]}, [1, None]),
    ],
)
async def test_a_schema_is_answered_with_an_object_that_is_valid(schema: dict[str, Any], value: Any) -> None:
    reply = await asked_with("Who?", schema=schema)
    assert json.loads(reply.text) == value


def test_a_schema_that_names_itself_ends() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#"}, "all": {"type": "array", "items": {"$ref": "#"}}}}
    assert len(json.dumps(Example(node).value())) < 20_000
    assert Example({"$ref": "#"}).value() == "a scripted"


# -- the script --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "topic"),
    [
        ("hi", "hello"),
        ("How do I add a server?", "server"),
        ("How do I use Ollama?", "server"),
        ("Where do I put my API key?", "keys"),
        ("How do I compare two models?", "compare"),
        ("How can I stop an answer?", "cancel"),
        ("Is there a light theme?", "themes"),
        ("Where are my files stored?", "files"),
        ("How do I search old conversations?", "search"),
        ("Can I export this?", "export"),
        ("How do I edit my prompt?", "edit"),
        ("Which keys are there?", "shortcuts"),
        ("Can I pipe into it from the shell?", "shell"),
        ("What does temperature do?", "parameters"),
        ("Can I attach an image?", "attach"),
        ("Draw a picture of a cat", "draw"),
        ("Which sources do you cite?", "sources"),
        ("Think hard about it", "think"),
        ("What does it cost?", "cost"),
        ("Write a Python function that finds primes.", "code"),
        ("Say something in Chinese and Japanese", "unicode"),
        ("How does streaming work?", "streaming"),
        ("Why is the sky blue?", "sky"),
        ("Qwertz?", "default"),
        ("", "default"),
    ],
)
def test_prompts_find_their_topic(prompt: str, topic: str) -> None:
    assert demo_script.topic_for(prompt).name == topic


TEXTS = [text for topic in demo_script.topics() for text in (topic.fast, topic.careful)]


def test_every_key_it_names_is_a_key_of_textchat() -> None:
    typed = {"c", "b", "m", "e", "r", "f", "d"}
    known = {display_key(key).lower() for action in ACTIONS for key in split_keys(action.keys)}
    named = {
        key.lower()
        for text in TEXTS
        for key in re.findall(r"`((?:Ctrl|Alt|Shift)\+[\w+ ]+|F\d+|Escape|Tab|Enter|Page \w+|Left|Right|[a-z])`", text)
    }
    spelled = {"escape": "esc", "page up": "pgup", "page down": "pgdn"}
    assert {spelled.get(key, key) for key in named - typed} <= known


def test_every_fence_it_opens_it_closes_and_every_table_is_straight() -> None:
    for text in TEXTS:
        assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
        for table in re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE):
            assert len({row.count("|") for row in table.strip().split("\n")}) == 1


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=200), st.integers(0, 50))
def test_tokens_joined_are_the_text(text: str, seed: int) -> None:
    assert "".join(demo_script.tokens(text, random.Random(seed))) == text
