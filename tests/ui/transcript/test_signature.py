"""The line at the head of a reply: who wrote it, which version it is, its figures; and what is no part of its text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tests.ui.transcript.listing import Listing, answer, growing, prompt, say, wait_until
from textchat.core.conversation import Message, Role, Source, Status, Timing, Usage
from textchat.core.figures.standing import Standing
from textchat.core.parameters import Parameters
from textchat.core.reply import Reply
from textchat.render.cells import width_of
from textchat.ui.transcript.layout.signature import Signature, signature_text

REPLY = answer(
    "a",
    "text",
    model="openai/gpt-4o-mini-2024-07-18",
    usage=Usage(1234, 312, source=Source.REPORTED),
    timing=Timing(0.42, 5.8, 58.3),
    cost_usd=0.0012,
    parameters=Parameters(),
)
SECOND_OF_THREE = Standing(2, 3)


def signed(source: Message | Reply, width: int = 100, standing: Standing = SECOND_OF_THREE) -> str:
    return signature_text(source, standing, width)[0]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (
            120,
            "openai/gpt-4o-mini-2024-07-18 · ‹ version 2 of 3 › · first token 0.42 s · 58 tok/s · 312 tokens · $0.0012",
        ),
        (80, "openai/gpt-4o-mini-2024-07-18 · 2 of 3 · 0.42 s · 58 tok/s · 312↓ · $0.0012"),
        (60, "openai/gpt-4o-mini-2024-07-18 · 2 of 3 · 58 tok/s · 312↓"),
        (35, "openai/gp…024-07-18 · 2 of 3 · 58/s"),
        (24, "openai/…4-07-18 · 2 of 3"),
        (14, "openai…4-07-18"),
    ],
)
def test_the_model_comes_first_and_what_else_fits(width: int, text: str) -> None:
    assert signed(REPLY, width) == text


def test_estimates_votes_and_single_tokens() -> None:
    guessed = replace(REPLY, model="a/b", usage=Usage(9, 1), cost_source=Source.ESTIMATED, timing=None, parameters=None)
    assert signed(guessed, standing=Standing(score=1.0)) == "a/b · ~1 token · ~$0.0012 · voted best"
    assert signed(replace(guessed, usage=None, cost_usd=None), standing=Standing(score=0.5)) == "a/b · voted tied"
    assert signed(replace(guessed, usage=None, cost_usd=None), standing=Standing(score=0.0)) == "a/b"


def test_nobody_is_named_who_did_not_write_it() -> None:
    assert signed(replace(REPLY, model=None), 40, Standing()).startswith("unknown model · ")
    edited = replace(REPLY, model="a/b", timing=None, usage=None, cost_usd=None)
    assert signed(edited, standing=Standing()) == "a/b, edited"
    assert signed(replace(edited, model="a/model-with-a-long-name"), 20, Standing()) == "a/mod…g-name, edited"
    assert signed(replace(edited, parameters=None), standing=Standing()) == "a/b", "one that was imported"
    assert signed(REPLY, 200, Standing(begun_by="x/y")).startswith("x/y + openai/gpt-4o-mini-2024-07-18 · ")
    assert signed(Message("s", None, Role.TOOL, "text")) == "Tool · ‹ version 2 of 3 ›"
    assert signed(prompt("p", "text")) == "‹ version 2 of 3 ›"


@given(st.text(max_size=60), st.integers(5, 200), st.integers(1, 99), st.sampled_from([None, 0.0, 0.5, 1.0]))
def test_it_is_one_line_of_any_width(model: str, width: int, versions: int, score: float | None) -> None:
    reply, standing = replace(REPLY, model=model), Standing(1, versions, score)
    assert width_of(signed(reply, width, standing)) <= width
    drawn = Signature(reply, standing, Style(), width)
    assert (drawn.height, drawn.line(0).cell_length, drawn.source_span(0, 0, width)) == (1, width, None)


async def test_a_reply_is_signed_from_its_first_moment_and_its_figures_move_nothing() -> None:
    app = Listing([prompt("q", "Go")])
    async with app.run_test(size=(70, 12)) as pilot:
        reply = growing(reply_id="r")
        app.list.show([prompt("q", "Go")], lambda id_: SECOND_OF_THREE if id_ == "r" else Standing())
        app.list.add_reply(reply)
        assert app.lines()[2] == "  demo/fast · ‹ version 2 of 3 ›"
        say(reply, "Half")
        app.list.refresh_reply(reply)
        assert app.lines()[2:4] == ["  demo/fast · ‹ version 2 of 3 ›", "  Half"]
        reply.end(Status.COMPLETE)
        ended = replace(reply.freeze(), usage=Usage(5, 12, source=Source.REPORTED), timing=Timing(0.5, 2.0, None))
        app.list.end_reply(ended)
        assert app.lines()[2:4] == [
            "  demo/fast · ‹ version 2 of 3 › · first token 0.50 s · 12 tokens",
            "  Half",
        ]
        drawn = app.list.entries[1]
        app.list.show([prompt("q", "Go"), replace(ended, cost_usd=0.5)], lambda _: Standing())
        await pilot.pause()
        assert app.lines()[2] == "  demo/fast · first token 0.50 s · 12 tokens · $0.500", "figures that came later"
        assert app.list.entries[1] is drawn, "and nothing is drawn anew for them"


async def test_what_is_selected_and_copied_is_the_text_alone() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day"), answer("c", "Well")], has_focus=True)
    async with app.run_test(size=(60, 14)) as pilot:
        x, y = app.cell_of("demo/fast")
        await pilot.click(app.list, offset=(x + 2, y), times=2)
        await pilot.click(app.list, offset=(x + 2, y), times=3)
        await pilot.pause()
        assert app.list.selection.text == ""
        app.list.text_select_all()
        await wait_until(lambda: app.list.selection.text == "Hello\n\nGood day\n\nWell")
        assert app.list.finder.find("demo") == (0, 0)


async def test_the_signature_at_the_top_stays_there_when_the_width_changes() -> None:
    app = Listing([answer("a", "word " * 200), answer("b", "text " * 400)])
    async with app.run_test(size=(80, 12)) as pilot:
        app.list.reading.go_to_message("b")
        for width in (50, 90, 33):
            await pilot.resize_terminal(width, 12)
            await pilot.pause()
            assert app.lines()[:2] == ["  demo/fast", app.lines()[1]] and app.lines()[1].startswith("  text")


async def test_it_is_told_which_message_is_marked() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day")])
    async with app.run_test(size=(60, 14)) as pilot:
        app.list.focus()
        await pilot.press("k")
        app.list.show([prompt("a", "Hello"), answer("c", "Good day")])
        await pilot.press("j")
        app.list.show([prompt("a", "Hello"), answer("b", "Good day")])
        app.screen.set_focus(None)
        await pilot.pause()
    assert app.marks == ["b", "a", "c", "b", None], "also by another version in its place"


async def test_a_reply_that_begins_above_is_named_where_another_model_stands_in_the_heading() -> None:
    app = Listing()
    long = answer("b", "\n\n".join(f"Paragraph {number}" for number in range(40)))
    async with app.run_test(size=(60, 14)):
        app.list.show([prompt("a", "Go"), long], lambda _: SECOND_OF_THREE, next_model="demo/careful")
        assert app.lines()[0] == "  demo/fast · ‹ version 2 of 3 ›" and app.list.is_at_end
        app.list.move(-1)
        assert app.lines()[0] == "  demo/fast · ‹ version 2 of 3 ›"
        app.list.scroll_home()
        assert app.lines()[:3] == ["› Go", "┊ ‹ version 2 of 3 ›", ""]
        app.list.show([prompt("a", "Go"), long], next_model="demo/fast")
        app.list.scroll_end()
        assert "demo/fast" not in app.shown(), "the heading says so"
        app.list.show([prompt("a", "Go"), replace(long, parameters=Parameters())], next_model="demo/fast")
        assert app.lines()[0] == "  demo/fast, edited"
