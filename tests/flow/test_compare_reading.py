"""Reading answers side by side: panes that scroll together, and their differences over the whole screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flow.comparing import environment_for, messages, open_ready, settled, top_line
from tests.flow.screen import screen_of, shown, wait_for
from tests.render.test_diff import LEFT, RIGHT
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.ui.conversation.actions.scroll_lock import LOCKED_NOTE
from textchat.ui.dialogs.diff_screen import DiffScreen


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path)


def chapters(filling: str, lines: int) -> str:
    """Twelve chapters whose headings match while their lengths do not."""
    body = "\n\n".join(f"{filling} {number}." for number in range(lines))
    return "\n\n".join(f"## Chapter {number}\n\n{body}" for number in range(1, 13))


# -- scrolling together ----------------------------------------------------------------------------------------------


async def test_the_other_pane_shows_the_matching_block(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.say("short", chapters("Few words", 3))
    server.say("long", chapters("Completely different sentence with others", 11))
    async with open_ready(environ, models=["local/short", "local/long"]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        assert LOCKED_NOTE not in shown(app)
        await pilot.press("alt+s")
        await wait_for(app, LOCKED_NOTE)
        await pilot.press("ctrl+home")
        await pilot.pause()
        assert messages(app, 2).window.anchor == (0, 0)

        seen = set()
        for _ in range(80):
            await pilot.press("ctrl+down")
            await pilot.pause()
            if (line := top_line(app, 1)).startswith("Chapter"):
                assert top_line(app, 2) == line, "the headings stand at the top of both"
                seen.add(line)
        assert len(seen) >= 8
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert messages(app, 2).is_at_end

        await pilot.press("alt+s")
        await wait_until(lambda: LOCKED_NOTE not in shown(app), "the sign is gone")
        before = messages(app, 2).window.anchor
        await pilot.press("ctrl+home")
        await pilot.pause()
        assert messages(app, 2).window.anchor == before, "released panes go their own ways"


async def test_the_wheel_over_any_pane_leads(server: OpenAIServer, environ: dict[str, str]) -> None:
    server.say("short", chapters("Few words", 3))
    server.say("long", chapters("Completely different sentence with others", 11))
    async with open_ready(environ, models=["local/short", "local/long"]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+s", "ctrl+home")
        messages(app, 2).reading.go_to_message(messages(app, 2).entries.sources[1].id)
        for _ in range(4):
            messages(app, 2).move(3)
        await pilot.pause()
        assert messages(app, 1).window.anchor != (0, 0), "pane 1 came along although pane 1 is the active one"


async def test_a_pane_that_streams_is_not_dragged_and_drags_nobody(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    gate, end = Gate(), Gate("end")
    server.say("done", chapters("Few words", 6))
    server.script(
        "growing", chapters("Some more words", 6), gate, "\n\n## Late\n\n" + "late words\n\n" * 30, end, "end"
    )
    async with open_ready(environ, models=["local/done", "local/growing"]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await wait_for(app, "✓ done", "● streaming")
        await pilot.press("alt+s", "ctrl+home")
        await pilot.pause()
        assert messages(app, 1).window.anchor == (0, 0)
        assert messages(app, 2).is_at_end, "it follows its stream"
        gate.open()
        await wait_for(app, "late words")
        await pilot.pause()
        assert messages(app, 1).window.anchor == (0, 0), "what is read stays where it is"
        end.open()
        await settled(app)
        await pilot.pause()
        assert messages(app, 1).window.anchor == (0, 0), "nor does the end of the stream move it"


async def test_one_pane_has_nothing_to_scroll_with(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=["local/one"]) as (app, pilot):
        await pilot.pause()
        await pilot.press("alt+s")
        await wait_for(app, "Only one pane")
        assert LOCKED_NOTE not in shown(app)


# -- differences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_differences_of_two_panes(server: OpenAIServer, environ: dict[str, str], size: tuple[int, int]) -> None:
    server.say("left", LEFT)
    server.say("right", RIGHT)
    async with open_ready(environ, models=["local/left", "local/right"], size=size) as (app, pilot):
        await pilot.press("f3")
        await wait_for(app, "Nothing to compare")
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("f3")
        await wait_for(app, "4 differences", "- 1 local/left", "+ 2 local/right", "+     y = 2")
        picture = shown(app)
        if size[0] < 84:
            assert "- The quick brown fox" in picture and "+ The slow brown fox" in picture
        else:
            row = next(line for line in picture.splitlines() if "quick" in line)
            assert "~ The quick" in row and "~ The slow" in row, "both in one line"
        await pilot.press("c")
        await wait_for(app, "1 difference · code only")
        assert "brown fox" not in shown(app)
        await pilot.press("c", "b")
        await wait_for(app, "- 2 local/right", "+ 1 local/left", "4 differences")
        await pilot.press("f3")
        assert screen_of(app)


async def test_a_moved_section_is_marked_at_both_places(server: OpenAIServer, environ: dict[str, str]) -> None:
    first, second = "## First\n\nSome words about it.\n\n", "## Second\n\nOther things to say here.\n\nAnd more.\n\n"
    server.say("left", first + second)
    server.say("right", second + first)
    async with open_ready(environ, models=["local/left", "local/right"], size=(80, 30)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("f3")
        await wait_for(app, "2 differences · 1 moved (↑ ↓)", "↓ ## First", "↑ ## First", "↓ Some words", "↑ Some words")


async def test_many_panes_against_a_chosen_base(server: OpenAIServer, environ: dict[str, str]) -> None:
    for number in range(1, 5):
        server.say(f"m{number}", f"Answer number {number} of the four models.")
    async with open_ready(environ, models=[f"local/m{number}" for number in range(1, 5)]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+right", "f3")
        await wait_for(app, "- 2 local/m2", "+ 3 local/m3 (2 of 3)")
        await pilot.press("right")
        await wait_for(app, "- 2 local/m2", "+ 4 local/m4 (3 of 3)")
        await pilot.press("right")
        await wait_for(app, "- 2 local/m2", "+ 1 local/m1 (1 of 3)")
        await pilot.press("b")
        await wait_for(app, "- 3 local/m3", "+ 1 local/m1")
        await pilot.press("escape")
        assert not isinstance(app.screen, DiffScreen)


async def test_versions_of_one_answer_and_moving_between_differences(
    server: OpenAIServer, environ: dict[str, str]
) -> None:
    same = "".join(f"Line {number} is the same.\n\n" for number in range(60))
    server.script("one", f"{same}An old end.", once=True)
    server.script("one", f"A new beginning.\n\n{same}An odd end.", once=True)
    async with open_ready(environ, models=["local/one"], size=(80, 24)) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("f5")
        await settled(app)
        await pilot.press("f3")
        await wait_for(app, "2 differences", "+ A new beginning.", "unchanged lines")
        await pilot.press("u")
        await wait_until(lambda: "⋯" not in shown(app), "all lines are shown")
        await pilot.press("n")
        await wait_for(app, "- An old end.", "+ An odd end.")
        await pilot.press("p")
        await wait_for(app, "+ A new beginning.")
        await pilot.click("HintRow", offset=(3, 1))
        await wait_for(app, "- An old end.")
