"""Whatever a conversation holds, it comes back the same: from a file, from memory, and while it grew in pieces."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.store.voting import voted_on
from textchat.core.blind.blind import Blind
from textchat.core.conversation import (
    Conversation,
    Message,
    Pane,
    ReadingPlace,
    Role,
    Source,
    Status,
    Timing,
    ToolCall,
    Usage,
    new_id,
)
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import ReasoningDelta, TextDelta, ToolCallDelta
from textchat.core.merging.merged import Merged, MergeWay
from textchat.core.parameters import Example, Parameters
from textchat.core.parts.citation import Citation
from textchat.core.parts.part import Part
from textchat.core.parts.sealed import SealedReasoning
from textchat.core.parts.structure import StructureCheck
from textchat.core.personas.persona import PanePersona
from textchat.core.reply import Reply
from textchat.store.history import ConversationRecord, History

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # half a surrogate pair is no text
SECONDS = st.floats(0, 1e9, allow_nan=False)
TOKENS = st.integers(0, 2**53)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PARAMETERS = st.builds(
    Parameters,
    temperature=st.none() | SECONDS,
    max_tokens=st.none() | TOKENS,
    seed=st.none() | st.integers(-(2**53), 2**53),
    system=st.none() | TEXT,
    stream=st.booleans(),
    examples=st.sampled_from([(), (Example("é\0", ""), Example("", "{}"))]),
    extra=st.dictionaries(TEXT.map(lambda name: f"x-{name}"), JSON, max_size=2),
)
PERSONAS = st.sampled_from(
    [None, PanePersona("é\0", "a/b", Parameters(temperature=0.5, extra={"k": [None]}), ("temperature", "k"), True)]
)
PARTS = st.builds(Part, TEXT, TEXT, st.binary(max_size=9), TOKENS) | st.builds(
    Part, TEXT, TEXT, offset=TOKENS, reference=TEXT, size=TOKENS, digest=st.sampled_from(["", "d" * 64])
)
CITATIONS = st.builds(
    Citation, TEXT, st.none() | TEXT, st.sets(TOKENS, max_size=3).map(lambda places: tuple(sorted(places)))
)


def message(id_: str, parent_id: str | None) -> st.SearchStrategy[Message]:
    return st.builds(
        Message,
        id=st.just(id_),
        parent_id=st.just(parent_id),
        role=st.sampled_from(Role),
        text=TEXT,
        reasoning=TEXT,
        tool_calls=st.lists(st.builds(ToolCall, TEXT, TEXT, TEXT), max_size=2).map(tuple),
        parts=st.lists(PARTS, max_size=2).map(tuple),
        citations=st.lists(CITATIONS, max_size=1).map(tuple),
        sealed=st.lists(st.builds(SealedReasoning, TEXT, TEXT), max_size=1).map(tuple),
        structure=st.none() | st.builds(StructureCheck, st.booleans(), st.none() | TEXT),
        model=st.none() | TEXT,
        parameters=st.none() | PARAMETERS,
        status=st.sampled_from([status for status in Status if status is not Status.GROWING]),
        finish_reason=st.none() | TEXT,
        error=st.none()
        | st.builds(
            ErrorReport, st.sampled_from(ErrorKind), TEXT, st.none() | st.integers(100, 599), st.none() | SECONDS
        ),
        note=st.none() | TEXT,
        usage=st.none()
        | st.builds(
            Usage,
            TOKENS,
            TOKENS,
            st.none() | TOKENS,
            st.sampled_from(Source),
            st.none() | TOKENS,
            st.none() | st.sampled_from(Source),
            st.none() | TOKENS,
        ),
        timing=st.none() | st.builds(Timing, *[st.none() | SECONDS, SECONDS, st.none() | SECONDS, st.none() | SECONDS]),
        cost_usd=st.none() | SECONDS,
        cost_source=st.none() | st.sampled_from(Source),
        created_at=SECONDS,
        covers=st.none() | TEXT,
        merged=st.none() | st.builds(Merged, st.sampled_from(MergeWay), st.lists(TEXT, max_size=2).map(tuple), TEXT),
    )


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Random trees: several roots, branches, panes at any message or at none."""
    messages: dict[str, Message] = {}
    for number in range(draw(st.integers(0, 6))):
        parent = draw(st.none() | st.sampled_from(list(messages))) if messages else None
        messages[f"m{number}"] = draw(message(f"m{number}", parent))
    leaf = st.none() | st.sampled_from(list(messages)) if messages else st.none()
    place: st.SearchStrategy[ReadingPlace | None] = st.none()
    if messages:
        place |= st.builds(ReadingPlace, st.sampled_from(list(messages)), TOKENS, st.integers(-(2**53), 2**53))
    panes = [
        draw(
            st.builds(
                Pane,
                st.just(f"p{number}"),
                TEXT,
                PARAMETERS,
                leaf,
                SECONDS,
                st.booleans(),
                place,
                st.none() | TEXT,
                PERSONAS,
            )
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    blind = draw(
        st.none()
        | st.builds(
            Blind,
            st.lists(st.sampled_from(["p0", "p1", "p2"]), max_size=3, unique=True).map(tuple),
            st.booleans(),
            SECONDS,
            st.none() | st.sampled_from(["m0", "m1", "m9"]),
            st.dictionaries(st.sampled_from(["m0", "m1", "m2"]), st.sampled_from(["p0", "p1", "p9"])),
        )
    )
    shown = Conversation(new_id(), draw(TEXT), draw(st.floats(1, 1e9)), messages, tuple(panes), blind=blind)
    return draw(voted_on(shown, TEXT))


def revealed_by_votes(conversation: Conversation) -> Conversation:
    """A blind vote ends a blind comparison."""
    is_over = any(vote.is_blind for vote in conversation.votes)
    return replace(conversation, blind=None) if is_over else conversation


async def stored(history: History, conversation: Conversation) -> Conversation | None:
    try:
        await history.save(conversation, list(conversation.messages.values()))
        for vote in conversation.votes:
            await history.votes.record(vote)
        return await history.load(conversation.id)
    finally:
        await history.aclose()


@settings(max_examples=examples(30), deadline=None)
@given(conversations())
def test_saved_and_loaded_is_the_same(conversation: Conversation) -> None:
    assert asyncio.run(stored(History.in_memory(), conversation)) == revealed_by_votes(conversation)


@settings(max_examples=examples(15), deadline=None)
@given(conversations())
def test_on_the_disk_as_well(conversation: Conversation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "textchat.db"
        asyncio.run(stored(History.open(path), conversation))

        async def again() -> Conversation | None:
            history = History.open(path)
            try:
                return await history.load(conversation.id)
            finally:
                await history.aclose()

        assert asyncio.run(again()) == revealed_by_votes(conversation)


@settings(max_examples=examples(30), deadline=None)
@given(conversations(), conversations())
def test_taken_in_as_a_whole_is_the_same(one: Conversation, two: Conversation) -> None:
    async def add() -> list[Conversation | None]:
        history = History.in_memory()
        try:
            await history.add([ConversationRecord(one, 5.0), ConversationRecord(two, 6.0)])
            return [await history.load(one.id), await history.load(two.id)]
        finally:
            await history.aclose()

    assert asyncio.run(add()) == [one, two]


STEPS = st.lists(
    st.one_of(
        TEXT.map(TextDelta),
        TEXT.map(ReasoningDelta),
        st.builds(ToolCallDelta, st.integers(0, 2), TEXT, TEXT, TEXT),
        st.sampled_from(["checkpoint", "save", "look"]),
    ),
    max_size=25,
)


@settings(max_examples=examples(60), deadline=None)
@given(STEPS, TEXT)
def test_what_is_kept_of_a_growing_reply_is_what_it_was_at_the_last_checkpoint(steps: list[Any], prefix: str) -> None:
    async def grow() -> None:
        history = History.in_memory()
        prompt = Message("q", None, Role.USER, "Go", created_at=1.0)
        reply = Reply(conversation_id="c", parent_id="q", model="demo/fast", prefix=prefix)
        conversation = Conversation("c", "T", 1.0, {"q": prompt}).with_message(reply.freeze())
        await history.save(conversation, [prompt, reply.freeze()])
        kept = (reply.text, reply.reasoning, reply.tool_calls)
        for step in (*steps, "look"):
            if step == "checkpoint":
                history.checkpoint(reply)
                await history.changed_elsewhere()  # the writer works in order: now it is written
                kept = (reply.text, reply.reasoning, reply.tool_calls)
            elif step == "save":  # as a change of panes does: the growing message is there already
                await history.save(conversation, [reply.freeze()])
            elif step == "look":
                loaded = await history.load("c")
                assert loaded is not None
                found = loaded.messages[reply.id]
                assert found.status is Status.GROWING
                assert (found.text, found.reasoning, found.tool_calls) == kept
            else:
                reply.feed(step)
        await history.aclose()

    asyncio.run(grow())
