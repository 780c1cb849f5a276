"""What a branch looks like, how it grows, and that reading is never disturbed."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.scrollbar import ScrollTo

from tests.ui.transcript.listing import Listing, answer, at_terminal, exchange, growing, prompt, say, think, wait_until
from textchat.core.conversation import Message, Role, Status, ToolCall
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.parts.part import Part
from textchat.core.reply import Retry
from textchat.ui.transcript.message_list import MessageList


async def test_messages_stand_in_order_with_one_blank_line_between_them() -> None:
    app = Listing([prompt("a", "Hello"), answer("b", "Good day"), prompt("c", "Bye")])
    async with app.run_test(size=(40, 12)):
        assert app.lines()[:6] == ["› Hello", "", "  demo/fast", "  Good day", "", "› Bye"]


async def test_a_prompt_stands_as_it_was_typed() -> None:
    app = Listing([prompt("a", "# not a heading\n\n    indented *stars*\n\tafter a tab [bold]x[/bold]")])
    async with app.run_test(size=(60, 12)):
        assert app.lines()[:4] == [
            "› # not a heading",
            "┊",
            "┊     indented *stars*",
            "┊     after a tab [bold]x[/bold]",
        ]


async def test_a_long_branch_opens_at_its_end_and_lays_out_little() -> None:
    app = Listing(exchange(10_000))
    async with app.run_test(size=(60, 20)):
        assert "number 9999" in app.shown()
        assert app.list.is_at_end and not app.list.window.has_new
        assert len(app.list.entries.made) < 30


def texts(app: Listing) -> list[str]:
    """The lines without the mark, which stays in view whatever is scrolled."""
    return [line.replace("┃", " ") for line in app.lines()]


async def test_scrolling_by_line_page_message_and_to_the_ends() -> None:
    app = Listing(exchange(400), has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        await wait_until(lambda: app.list.show_vertical_scrollbar)
        before = texts(app)
        await pilot.press("up")
        assert texts(app)[1:] == before[:-1]
        await pilot.press("down")
        assert texts(app) == before and app.list.is_at_end
        await pilot.press("pageup")
        assert texts(app)[-1] == before[0]
        await pilot.press("home")
        assert app.lines()[0].endswith("This is message number 0.")
        await pilot.press("end")
        assert texts(app) == before
        app.list.reading.go_to_message("m200")
        assert app.lines()[0] == "› This is message number 200."
        app.list.chosen.choose("m200")
        app.list.chosen.step(1)
        assert app.list.chosen.id == "m201"
        app.list.chosen.step(-1)
        app.list.chosen.step(-1)
        assert app.list.chosen.id == "m199" and "number 199" in app.lines()[1]


async def test_the_bar_stands_where_the_window_does() -> None:
    app = Listing(exchange(40))
    async with app.run_test(size=(60, 20)) as pilot:
        await wait_until(lambda: app.list.show_vertical_scrollbar)
        bar, window = app.list.vertical_scrollbar, app.list.window
        assert (bar.position, bar.window_size, bar.window_virtual_size) == (window.top, window.height, window.total)
        app.list.add_message(answer("more", "And\n\nthis"))
        app.list.move(-7)
        await pilot.pause()
        assert (bar.position, bar.window_virtual_size) == (window.top, window.total)


async def test_links_defined_at_the_end_do_not_move_what_is_read() -> None:
    app = Listing([prompt("a", "Go")])
    async with app.run_test(size=(60, 20)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        for number in range(40):
            say(reply, f"Paragraph {number} leads [to a page][r] that has a name.\n\nAnd {number} does not.\n\n")
        say(reply, "[r]: https://example.org/a/page/with/a/long/name/in/it")
        app.list.refresh_reply(reply)
        app.list.move(61 - app.list.window.anchor[1])
        assert app.lines()[0].startswith("  Paragraph")
        before = app.lines()
        reply.end(Status.COMPLETE)
        app.list.end_reply(reply.freeze())
        await pilot.pause()
        assert "(example.org" in app.shown() and not app.list.is_at_end
        assert app.lines()[0].startswith(before[0][:14])


async def test_the_wheel_and_the_bar_scroll() -> None:
    app = Listing(exchange(400))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        before = app.lines()
        app.list.post_message(events.MouseScrollUp(app.list, 5, 5, 0, -1, 0, False, False, False))
        await pilot.pause()
        assert app.lines()[3:] == before[:-3]
        app.list.vertical_scrollbar.post_message(ScrollTo(y=app.list.window.total // 2))
        await pilot.pause()
        number = int(app.shown().split("number ")[1].split(".")[0])
        assert 190 < number < 210
        assert round(app.list.scroll_y) == app.list.window.top


async def test_the_bar_dragged_by_a_few_lines_moves_as_many() -> None:
    """The heights above the window are guesses, and bad ones here: a list of short items, a long paragraph."""
    texts = ("\n".join(f"- item {number}" for number in range(40)), "A long paragraph. " * 40)
    messages = [answer(f"m{number}", texts[number % 2]) for number in range(100)]
    app = Listing(messages)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        for lines in (1, 5, *[14] * 12):
            before = app.lines()
            app.list.vertical_scrollbar.post_message(ScrollTo(y=app.list.window.top - lines))
            await pilot.pause()
            assert app.lines()[lines:] == before[:-lines]


async def test_a_thought_folded_below_its_middle_leaves_the_window_at_its_message() -> None:
    """Who reads on in a thought that folds sees what comes next in that message, not the next message."""
    thoughts = "\n\n".join(f"Thought {number}" for number in range(50))
    app = Listing([answer("a", "The answer", reasoning=thoughts), *exchange(20)])
    async with app.run_test(size=(60, 20)):
        app.list.reading.go_to_message("a")
        app.list.chosen.choose("a")
        app.list.action_message_action("message.reasoning")
        app.list.move(90)
        app.list.entries[0].is_folded = True
        app.list.window.changed(0)
        app.list.repaint()
        assert app.list.window.anchor == (0, 4) and app.lines()[1].endswith("This is message number 0.")


async def test_a_message_is_gone_to_before_there_is_a_size() -> None:
    """As in a tab that was never in view: it shows the message when it is turned to."""
    app = Listing(exchange(60))
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.display = False
        other = MessageList("p2")
        other.display = False
        await app.mount(other)
        other.show(exchange(60))
        other.reading.go_to_message("m30")
        other.display = True
        await pilot.pause()
        assert other.render_line(0).text.startswith("› This is message number 30.")


@pytest.mark.parametrize("scroll", ["scroll_home", "scroll_end", "scroll_up", "scroll_page_up", "scroll_page_down"])
async def test_scrolling_before_there_is_a_size_ends_nothing(scroll: str) -> None:
    app = Listing(exchange(60))
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.display = False
        other = MessageList("p2")
        other.display = False
        await app.mount(other)
        other.show(exchange(60))
        getattr(other, scroll)()
        other.display = True
        await pilot.pause()
        assert other.is_at_end
        assert other.render_line(0).text.strip()


async def test_it_follows_at_the_end_and_lets_the_reader_alone_elsewhere() -> None:
    app = Listing(exchange(50), has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        for number in range(40):
            say(reply, f"Line {number}\n\n")
            app.list.refresh_reply(reply)
        assert "Line 39" in app.shown() and not app.list.window.has_new
        await wait_until(lambda: app.list.show_vertical_scrollbar)
        await pilot.press("pageup")
        reading = app.lines()
        assert not app.list.is_at_end
        for number in range(40, 80):
            say(reply, f"Line {number}\n\n")
            app.list.refresh_reply(reply)
        assert app.list.window.has_new
        assert app.lines()[:-1] == reading[:-1]
        assert app.lines()[-1].endswith("↓ new")
        assert await pilot.click(app.list, offset=(60 - 4, 19))
        assert "Line 79" in app.shown() and not app.list.window.has_new and app.list.is_at_end


async def test_reaching_the_end_by_scrolling_follows_again() -> None:
    app = Listing(exchange(50), has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        await pilot.press("up", "up")
        say(reply, "one\n\ntwo\n\nthree")
        app.list.refresh_reply(reply)
        assert app.list.window.has_new and "three" not in app.shown()
        await pilot.press("pagedown")
        assert app.list.is_at_end and not app.list.window.has_new
        say(reply, "\n\nfour")
        app.list.refresh_reply(reply)
        assert "four" in app.shown()


async def test_a_reply_ends_without_a_jump() -> None:
    app = Listing(exchange(6))
    async with app.run_test(size=(60, 20)):
        reply = growing(clock=lambda: 0.0)
        app.list.add_reply(reply)
        say(reply, "Half an answer, and then the rest of it.")
        app.list.refresh_reply(reply)
        before = app.lines()
        reply.end(Status.COMPLETE)
        app.list.end_reply(reply.freeze())
        signed, now = "  demo/fast", app.lines()
        place = len(before) - 1 - before[::-1].index(signed)
        assert now.pop(place) == f"{signed} · first token 0.00 s · ~10 tokens", (
            "the line was there, and gets its figures"
        )
        assert now == before[:place] + before[place + 1 :]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"status": Status.CANCELLED}, "Cancelled · a to continue, r to retry"),
        ({"status": Status.INTERRUPTED}, "Interrupted"),
        ({"finish_reason": "length"}, "Stopped at the length limit · a to continue"),
        ({"finish_reason": "content_filter"}, "Stopped by the provider's content filter"),
        ({"finish_reason": "max_turns"}, "Stopped early: max_turns"),
        ({"text": ""}, "The reply is empty · r to retry"),
        ({"text": "", "reasoning": "hm"}, "The model thought, but wrote no reply"),
        (
            {"status": Status.FAILED, "error": ErrorReport(ErrorKind.NETWORK, "The server is gone.")},
            "The server is gone. · a to continue, r to retry",
        ),
    ],
)
async def test_every_ending_but_an_ordinary_one_is_said(more: dict[str, Any], sentence: str) -> None:
    app = Listing([answer("a", **{"text": "Some text", **more})], has_focus=True)
    async with app.run_test(size=(70, 12)):
        assert f" {sentence}" in app.shown()
        assert ("Some text" in app.shown()) == ("text" not in more)


@pytest.mark.parametrize("reason", [None, "stop", "tool_calls"])
async def test_an_ordinary_ending_needs_no_word(reason: str | None) -> None:
    app = Listing([answer("a", "Some text", finish_reason=reason)])
    async with app.run_test(size=(70, 12)):
        assert [line for line in app.lines() if line] == ["  demo/fast", "  Some text"]


async def test_attachments_tools_models_and_roles_are_named() -> None:
    app = Listing(
        [
            Message(id="s", parent_id=None, role=Role.SYSTEM, text="Be brief."),
            prompt("a", "Look", parts=(Part("a\x1b[31m.pdf", "application/pdf", b"x" * 3000),)),
            answer("b", "One", model="demo/fast"),
            answer("c", "Two", model="demo/careful", tool_calls=(ToolCall("1", "search", '{"q": 1}'),)),
        ]
    )
    async with app.run_test(size=(70, 24)):
        shown = app.shown()
        assert "  System\n  Be brief." in shown
        assert "› + a␛[31m.pdf · PDF · 3.0 kB\n┊ Look" in shown
        assert "  demo/fast\n  One\n" in shown
        assert "  demo/careful\n  Two\n" in shown
        assert '→ search({"q": 1})' in shown


async def test_reasoning_is_live_then_one_line_and_opens_by_key_and_click() -> None:
    app = Listing([prompt("a", "Why?")])
    async with app.run_test(size=(70, 24)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        for piece in ("First I th", "ink. ", "Then more."):
            think(reply, piece)
            app.list.refresh_reply(reply)
        assert "  ▾ Thinking…\n  │ First I think. Then more." in app.shown()
        say(reply, "Because.")
        app.list.refresh_reply(reply)
        assert "▸ Thought · 5 words\n\n  Because." in app.shown()
        app.list.action_message_action("message.reasoning")
        assert "▾ Thought · 5 words\n  │ First I think. Then more.\n\n  Because." in app.shown()
        reply.end(Status.COMPLETE)
        app.list.end_reply(reply.freeze())
        assert "│ First I think" in app.shown(), "what was opened stays open"
        x, y = app.cell_of("Thought")
        await pilot.click(app.list, offset=(x, y))
        assert "First I think" not in app.shown()


async def test_unfolding_keeps_the_header_in_its_place() -> None:
    thoughts = "\n\n".join(f"Thought {number}" for number in range(200))
    app = Listing([*exchange(20), answer("r", "The answer", reasoning=thoughts)])
    async with app.run_test(size=(60, 20)) as pilot:
        x, y = app.cell_of("▸ Thought")
        await pilot.click(app.list, offset=(x, y))
        assert "▾ Thought" in app.lines()[y]
        assert "Thought 1" in app.shown() and not app.list.is_at_end


async def test_what_a_reply_waits_for_is_said() -> None:
    app = Listing()
    async with app.run_test(size=(90, 10)):
        now = itertools.count(0.0, 0.0)
        reply = growing(clock=lambda: next(now))
        app.list.add_reply(reply)
        assert "●○○" in app.shown()
        reply.queue(2)
        app.list.refresh_reply(reply)
        assert "Queued, 2 ahead" in app.shown()
        reply.wait_to_retry(Retry(1, 2, 4.0, ErrorReport(ErrorKind.OVERLOADED, "The server is busy.")))
        app.list.refresh_reply(reply)
        assert "The server is busy. Retrying in 4 s (1 of 2)" in app.shown()
        reply.start()
        say(reply, "Here")
        app.list.refresh_reply(reply)
        assert app.lines()[:2] == ["  demo/fast", "  Here"]


async def test_a_new_width_keeps_what_is_read_at_the_top() -> None:
    text = "\n\n".join(f"Paragraph {number} " + "word " * 40 for number in range(60))
    app = Listing([*exchange(10), answer("long", text), *exchange(0)])
    async with app.run_test(size=(100, 20)) as pilot:
        app.list.reading.go_to_message("long")
        app.list.move(33)
        while "Paragraph" not in app.lines()[0]:
            app.list.move(1)
        top = app.lines()[0].split("word")[0]
        for width in (50, 131, 70):
            await pilot.resize_terminal(width, 15)
            await pilot.pause()
            assert app.lines()[0].startswith(top)
            assert all(strip.cell_length == width for strip in map(app.list.render_line, range(15)))


async def test_a_pane_that_gets_narrower_and_taller_still_follows_the_end() -> None:
    """As when another one is folded or closed: fewer lines of the old width are above the new window than were."""
    reply = growing()
    app = Listing([prompt("p", "Go on")])
    async with app.run_test(size=(88, 9)) as pilot:
        app.list.add_reply(reply)
        say(reply, "\n\n".join(f"Paragraph {number} " + "word " * 14 for number in range(12)))
        app.list.refresh_reply(reply)
        await pilot.pause()
        await pilot.resize_terminal(44, 14)
        await pilot.pause()
        assert app.list.is_at_end and "Paragraph 11" in app.shown()
        say(reply, "\n\nAnd so on")
        app.list.refresh_reply(reply)
        assert "And so on" in app.shown() and not app.list.window.has_new


async def test_a_theme_changes_the_look_and_not_the_place() -> None:
    app = Listing(exchange(60))
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.move(-30)
        lines, strips = app.lines(), [app.list.render_line(y) for y in range(20)]
        app.theme = "textual-light"
        await pilot.pause()
        assert app.lines() == lines
        assert [app.list.render_line(y) for y in range(20)] != strips


async def test_only_lines_that_changed_are_written_to_the_terminal() -> None:
    async def play(app: Listing, pilot: Pilot[object], written: list[str]) -> None:
        reply = growing()
        app.list.add_reply(reply)
        say(reply, "First paragraph.\n\nSecond paragraph.\n\nThird")
        app.list.refresh_reply(reply)
        await wait_until(lambda: "Third" in "".join(written))
        await pilot.pause()
        written.clear()
        say(reply, " paragraph.")
        app.list.refresh_reply(reply)
        await wait_until(lambda: "Third paragraph." in "".join(written))
        await pilot.pause()
        output = "".join(written)
        assert not any(words in output for words in ("Hello", "First", "Second"))
        assert len(output) < 3 * 60, "one line of 60 cells with its colours"
        written.clear()
        app.list.refresh_reply(reply)
        await pilot.pause(0.1)
        assert written == [], "nothing new, nothing written"

    await at_terminal([prompt("a", "Hello")], play)


async def test_the_same_branch_shown_again_keeps_its_drawings_and_the_place() -> None:
    messages = exchange(60)
    app = Listing(messages)
    async with app.run_test(size=(60, 20)):
        app.list.move(-50)
        lines, drawn = app.lines(), {entry.id: entry for entry in app.list.entries.made}
        app.list.show([*messages, answer("new", "More")])
        assert app.lines() == lines
        assert all(drawn.get(entry.id, entry) is entry for entry in app.list.entries.made)
        app.list.show([*messages, prompt("mine", "My prompt")])
        assert "My prompt" in app.shown(), "what was just sent is shown"


async def test_a_reply_survives_another_branch_and_comes_back_growing() -> None:
    app = Listing([prompt("a", "Hello")])
    async with app.run_test(size=(60, 20)):
        reply = growing()
        app.list.add_reply(reply)
        say(reply, "One ")
        app.list.refresh_reply(reply)
        app.list.show([prompt("z", "Other")])
        assert "One" not in app.shown()
        say(reply, "two")
        app.list.refresh_reply(reply)
        app.list.show([prompt("a", "Hello")])
        app.list.add_reply(reply)
        assert "One two" in app.shown()


async def test_reading_in_a_growing_reply_goes_on_when_the_branch_is_shown_again() -> None:
    app = Listing([prompt("a", "Hello")], has_focus=True)
    async with app.run_test(size=(60, 20)) as pilot:
        reply = growing()
        app.list.add_reply(reply)
        say(reply, "\n\n".join(f"Line {number}" for number in range(100)))
        app.list.refresh_reply(reply)
        await pilot.press("pageup", "pageup")
        lines = app.lines()
        app.list.show([prompt("a", "Hello")])
        app.list.add_reply(reply)
        assert app.lines() == lines and not app.list.is_at_end and not app.list.window.has_new


async def test_nothing_is_written_when_nothing_happens() -> None:
    async def play(app: Listing, pilot: Pilot[object], written: list[str]) -> None:
        await wait_until(lambda: "number 9." in "".join(written))
        await pilot.pause(0.1)
        written.clear()
        await pilot.pause(0.5)
        assert written == []

    await at_terminal(exchange(10), play)


async def test_panes_do_not_disturb_each_other() -> None:
    class Two(Listing):
        CSS = "Screen { layout: horizontal; } MessageList { width: 1fr; height: 1fr; }"

        def compose(self) -> ComposeResult:
            self.other = MessageList("p2")
            yield self.list
            yield self.other

    app = Two(exchange(60))
    async with app.run_test(size=(120, 20)) as pilot:
        app.other.show(exchange(60))
        app.other.move(-40)
        await pilot.pause()
        reading = [app.other.render_line(y) for y in range(20)]
        reply = growing()
        app.list.add_reply(reply)
        for number in range(50):
            say(reply, f"Line {number}\n\n")
            app.list.refresh_reply(reply)
            await pilot.pause()
        assert "Line 49" in app.shown() and app.list.is_at_end
        assert [app.other.render_line(y) for y in range(20)] == reading and not app.other.window.has_new
