"""Where each pane was read is there again: after another conversation, after a restart, and at another size."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, messages, open_ready, settled, stored, top_line
from tests.flow.screen import live_of, screen_of, shown, wait_for
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.core.conversation import ReadingPlace

TWO = ["local/m1", "local/m2"]
WORDS = "with enough words after it that the lines of a narrow pane break in other places than those of a wide one"


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for number in (1, 2):
            long = "\n\n".join(f"- Paragraph {number}.{each} {WORDS}" for each in range(60))
            server.say(f"m{number}", f"# Answer {number}\n\n{long}")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path)


def has_size(app: TextchatApp, number: int) -> bool:
    return messages(app, number).entries.context is not None


async def top_is(app: TextchatApp, number: int, line: str) -> None:
    try:
        await wait_until(lambda: top_line(app, number) == line, f"pane {number} shows {line!r} first")
    except AssertionError as error:
        raise AssertionError(f"{error}\n{shown(app)}") from None


@pytest.mark.parametrize("lines", [3, 10, 11, 12, 1000])
async def test_a_place_comes_back_in_its_pane(server: OpenAIServer, environ: dict[str, str], lines: int) -> None:
    async with open_ready(environ, models=TWO) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        first = live_of(app).conversation.id
        messages(app, 1).move(-lines)
        await pilot.pause()
        read = top_line(app, 1)

        await pilot.press("ctrl+n")
        await wait_until(lambda: live_of(app).conversation.id != first, "another conversation is shown")
        await pilot.pause()
        await screen_of(app).parts.conversations.open(first)
        await pilot.pause()
        await top_is(app, 1, read)
        assert not messages(app, 1).is_at_end
        assert messages(app, 2).is_at_end
        listed = await screen_of(app).parts.workspace.history.summaries()
    assert (await stored(environ, first)).panes[1].place is None

    async with open_ready(environ, conversation_id=first) as (app, pilot):
        await pilot.pause()
        await top_is(app, 1, read)
        assert messages(app, 2).is_at_end
        assert await screen_of(app).parts.workspace.history.summaries() == listed, "reading does not count as writing"
        # Gone to the end, it stays there.
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert messages(app, 1).is_at_end
    assert [each.place for each in (await stored(environ, first)).panes] == [None, None]


async def test_at_another_size_it_is_the_same_text(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=TWO, size=(200, 60)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        for number, lines in ((1, 40), (2, 90)):
            messages(app, number).move(-lines)
        await pilot.pause()
        starts = [place.offset for number in (1, 2) if (place := messages(app, number).reading.place)]
    conversation = await stored(environ)
    texts = [conversation.messages[each.leaf_id or ""].text for each in conversation.panes]

    # Tabs: the pane that is not in view has no size yet, and waits for one.
    async with open_ready(environ, conversation_id=conversation.id, size=(60, 24)) as (app, pilot):
        for number in (1, 2):
            await pilot.press(f"alt+{number}")
            await wait_until(partial(has_size, app, number), "it has a size")
            await pilot.pause()
            place = messages(app, number).reading.place
            assert place is not None
            between = sorted((place.offset, starts[number - 1]))
            assert texts[number - 1].count("\n", *between) <= 2, "the same paragraph, or the one beside"


async def test_a_place_in_a_message_that_is_gone_is_the_end(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=TWO) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        messages(app, 1).reading.return_to(ReadingPlace("gone"))
        await pilot.pause()
        assert messages(app, 1).is_at_end
        for offset, above in ((10**12, -(10**12)), (10**12, 10**12), (-5, 0)):
            leaf = live_of(app).conversation.panes[0].leaf_id
            messages(app, 1).reading.return_to(ReadingPlace(leaf or "", offset, above))
            await pilot.pause()
            assert messages(app, 1).window.rows(), "whatever a file says, there is something to read"


async def test_a_reply_that_grows_is_read_on_where_it_was(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate()
    server.script("m1", "\n\n".join(f"Line {each}" for each in range(100)), gate, "\n\nlast words")
    async with open_ready(environ, models=TWO[:1]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await wait_for(app, "Line 99")
        first = live_of(app).conversation.id
        messages(app, 1).move(-50)
        await pilot.pause()
        read = top_line(app, 1)
        await pilot.press("ctrl+n")
        await wait_until(lambda: live_of(app).conversation.id != first, "another conversation is shown")
        await screen_of(app).parts.conversations.open(first)
        await top_is(app, 1, read)
        gate.open()
        await settled(app)
        assert top_line(app, 1) == read
