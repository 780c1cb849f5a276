"""Votes through the keys: cast, changed, taken back, kept with their answers, and counted by `textchat stats`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.program import Program
from tests.flow.comparing import environment_for, open_ready, pane, settled, stored
from tests.flow.screen import live_of, shown, wait_for
from tests.servers.openai import OpenAIServer, Reset
from tests.servers.waiting import Gate, wait_until
from textchat.app import TextchatApp
from textchat.config import paths

KEYS = '[keys]\n"conversation.private" = "f13"\n"conversation.delete" = "f14"\n'
THREE = ["local/m1", "local/m2", "local/m3"]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as server:
        for number in range(1, 4):
            server.say(f"m{number}", f"answer {number}")
        yield server


@pytest.fixture
def environ(server: OpenAIServer, tmp_path: Path) -> dict[str, str]:
    return environment_for(server, tmp_path, more=KEYS)


def marks(app: TextchatApp) -> list[str]:
    """What stands behind the state of each pane, in the order of the panes: `♥`, `=` or nothing."""
    lines = [pane(app, number).race_line.render() for number in range(1, len(live_of(app).conversation.panes) + 1)]
    return ["".join(mark for mark in "♥=" if mark in str(line)) for line in lines]


async def wait_for_marks(app: TextchatApp, *wanted: str) -> None:
    await wait_until(lambda: marks(app) == list(wanted), f"the votes are shown as {wanted}")


def won(environ: dict[str, str]) -> dict[str, str]:
    """What `textchat stats` says from the shell: of each model what it has won, and its rating."""
    _, *rows = Program(environ).run("stats").out.splitlines()
    return {row.split()[0]: " ".join(row.split()[-2:]) for row in rows}


async def test_a_vote_is_cast_changed_and_taken_back(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "", "")
        assert won(environ) == {"local/m1": "1/1 ~1218", "local/m2": "0/1 ~901", "local/m3": "0/1 ~901"}
        await pilot.press("alt+right", "alt+right", "alt+v")
        await wait_for_marks(app, "", "", "♥")
        await pilot.press("alt+e")
        await wait_for_marks(app, "=", "=", "=")
        assert won(environ) == dict.fromkeys(THREE, "0.5/1 ~1000")
        await pilot.press("alt+left", "alt+e")
        await wait_for_marks(app, "", "", "")
        assert won(environ) == dict.fromkeys(THREE, "– –")
        await pilot.press("alt+v")
        await wait_for_marks(app, "", "♥", "")
        await pilot.press("alt+v")
        await wait_for_marks(app, "", "", "")
        assert won(environ) == dict.fromkeys(THREE, "– –")


async def test_it_stays_with_its_answer_whatever_the_panes_do(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+shift+right")  # m2, m1
        await wait_until(lambda: live_of(app).conversation.panes[0].model == "local/m2", "the panes are swapped")
        await pilot.press("alt+v")
        await wait_for_marks(app, "", "♥")
        assert won(environ)["local/m1"].startswith("1/1")
        await pilot.press("alt+shift+left")
        await wait_for_marks(app, "♥", "")
        # Another model in the pane: the answer is still that of the one that wrote it.
        live = live_of(app)
        await live.panes.set_model(live_of(app).conversation.panes[0].id, "local/m3")
        await pilot.press("alt+v", "alt+v")
        await wait_for_marks(app, "♥", "")
        assert {name: each.split()[0] for name, each in won(environ).items()} == {"local/m1": "1/1", "local/m2": "0/1"}
        # The next turn has its own vote.
        server.say("m2", "more of it")
        await pilot.press(*"more", "enter")
        await settled(app)
        await wait_for_marks(app, "", "")
        await pilot.press("alt+right", "alt+v")
        await wait_for_marks(app, "", "♥")
        assert [each.split()[0] for each in won(environ).values()] == ["1/1", "1/2", "0/1"]
        await pilot.press("f4")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 1, "its pane is closed")
    assert [each.split()[0] for each in won(environ).values()] == ["1/1", "1/2", "0/1"]


async def test_the_next_day_it_is_shown_in_the_panes_and_in_the_versions(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+right", "alt+v")
        await wait_for_marks(app, "", "♥", "")
    conversation = await stored(environ)
    async with open_ready(environ, conversation_id=conversation.id) as (app, pilot):
        await wait_for_marks(app, "", "♥", "")
        await wait_for(app, "✓ done ♥")
        await pilot.press("f8")
        await wait_until(lambda: len(live_of(app).conversation.panes) == 1, "one pane is left")
        await wait_for_marks(app, "♥")
        await pilot.press("shift+tab", "up", "right")
        await wait_for_marks(app, "")
        await pilot.press("left")
        await wait_for_marks(app, "♥")
        # Alone it cannot win, but what was said of it can be taken back.
        await pilot.press("shift+tab", "alt+e")
        await wait_for(app, "A vote needs complete replies")
        await pilot.press("alt+v")
        await wait_for_marks(app, "")
    assert won(environ) == dict.fromkeys(THREE, "– –")


async def test_what_is_not_complete_has_no_vote(server: OpenAIServer, environ: dict[str, str]) -> None:
    gate = Gate("m2")
    server.script("m2", "two ", gate, "and more")
    server.script("m3", "three ", Reset(), once=True)
    async with open_ready(environ, models=THREE) as (app, pilot):
        await pilot.press("alt+v")
        await wait_for(app, "This pane has no reply to vote on.")
        await pilot.press(*"hi", "enter")
        await wait_until(lambda: len(live_of(app).replies) == 1, "one has ended, one has failed, one grows")
        await pilot.press("alt+v")
        await wait_for(app, "Vote when all replies have ended.")
        gate.open()
        await settled(app)
        await pilot.press("alt+left", "alt+v")
        await wait_for(app, "You can only vote on")
        await pilot.press("alt+right", "alt+v")
        await wait_for_marks(app, "♥", "", "")
        assert won(environ)["local/m3"] == "– –", "who failed was not beaten"


async def test_what_the_user_wrote_over_an_answer_wins_nothing(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        live = live_of(app)
        first = live_of(app).conversation.panes[0]
        assert await live.edit(first.id, first.leaf_id or "", "my own words")
        await pilot.press("alt+v")
        await wait_for(app, "You can only vote on")
        await pilot.press("alt+right", "alt+v")
        await wait_for(app, "A vote needs complete replies")
        assert marks(app) == ["", ""]


async def test_what_is_deleted_takes_its_votes_along(server: OpenAIServer, environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "")
        await pilot.press("alt+right", "shift+tab", "up", "down", "d")
        await wait_until(lambda: len(live_of(app).conversation.messages) == 2, "one answer is left")
        await wait_until(lambda: not live_of(app).is_busy, "it is deleted")
        assert marks(app) == ["", ""]
        assert won(environ) == dict.fromkeys(THREE[:2], "– –")
        await pilot.press("shift+tab", "ctrl+n", *"once more", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "")
        await pilot.press("f14")
        await wait_until(lambda: not live_of(app).conversation.messages, "the conversation is deleted")
        assert won(environ) == dict.fromkeys(THREE[:2], "– –")
        await pilot.press("alt+u")
        await wait_for_marks(app, "♥", "")
        assert won(environ)["local/m1"].startswith("1/1")


async def test_a_private_vote_stays_in_memory(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE[:2]) as (app, pilot):
        await pilot.press("f13")
        await wait_until(lambda: live_of(app).is_private, "it is private")
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "")
    with closing(sqlite3.connect(paths.database(environ))) as connection:
        assert connection.execute("SELECT count(*) FROM votes").fetchone() == (0,)


async def test_a_vote_that_cannot_be_kept_is_not_shown(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE[:2]) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        database = paths.database(environ)
        database.rename(database.with_name("moved.db"))
        await pilot.press("alt+v")
        said = app._notifications  # wherever its words wrap
        await wait_until(lambda: any("Put it back" in notice.message for notice in said), "a notice says so")
        assert marks(app) == ["", ""]
        database.with_name("moved.db").rename(database)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_seen_without_colour_in_every_size(environ: dict[str, str], size: tuple[int, int]) -> None:
    async with open_ready(environ | {"NO_COLOR": "1"}, models=THREE, size=size) as (app, pilot):
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for(app, "✓ done ♥")
        assert shown(app).count("♥") == 1


async def test_the_panel_of_ratings_follows_the_votes(environ: dict[str, str]) -> None:
    async with open_ready(environ, models=THREE) as (app, pilot):
        await pilot.press("alt+q")
        await wait_until(lambda: "then vote: Alt+V votes for the best reply" in shown(app), "it says how to vote")
        await pilot.press("t")
        await wait_until(lambda: "No conversation has tags yet." in shown(app), "nothing to choose from")
        await pilot.press("escape")
        await wait_until(lambda: "Ratings ·" not in shown(app), "it is closed")
        await pilot.press(*"hi", "enter")
        await settled(app)
        await pilot.press("alt+v")
        await wait_for_marks(app, "♥", "", "")
        await live_of(app).history.shelf.tag(live_of(app).conversation.id, "code")
        await pilot.press("alt+q")
        await wait_until(lambda: "~1218" in shown(app), "the votes are rated")
        assert "OPEN" in shown(app) and "○" in shown(app)
        assert "Too few votes to say: a model needs 10." in shown(app)
        await pilot.press("k")
        await wait_until(lambda: "blind votes" in shown(app) and "No votes here." in shown(app), "none is blind")
        await pilot.press("K", "t", "p")
        await wait_until(lambda: "tag code · last 7 days · all votes" in shown(app), "the limits are said")
        await wait_until(lambda: "~1218" in shown(app), "the vote is in them")
        await live_of(app).history.shelf.untag(live_of(app).conversation.id, "code")
        await pilot.press("P")
        await wait_until(lambda: "No votes here." in shown(app), "the tag has gone meanwhile")
        await pilot.press("t")
        await wait_until(lambda: "all tags · all time" in shown(app) and "~1218" in shown(app), "back to all")
