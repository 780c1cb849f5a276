"""How a comparison looks: panes at three sizes, differences in two layouts, and every state of the race line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flow.comparing import open_ready
from tests.flow.screen import screen_of, views_of, wait_for
from tests.servers.waiting import wait_until
from tests.snapshots.pictures import check_screen, check_text
from tests.snapshots.resting import at_rest
from tests.snapshots.stored_comparison import ID, answers, write_comparison
from textchat.core.conversation import Message, Status
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.events import ReasoningDelta, TextDelta
from textchat.core.figures.reply_figures import Figure
from textchat.core.reply import Reply, Retry
from textchat.ui.panes.race_line import race_line

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("count", [2, 3, 4, 8])
async def test_panes(tmp_path: Path, count: int, size: tuple[int, int]) -> None:
    environ = await write_comparison(tmp_path, count)
    async with open_ready(environ, conversation_id=ID, size=size) as (app, pilot):
        await wait_for(app, "to both panes" if count == 2 else f"to all {count} panes")
        if screen_of(app).parts.widgets.side_panel.display:
            await pilot.press("ctrl+b")
        await wait_until(lambda: not screen_of(app).parts.widgets.side_panel.display, "the side panel is hidden")
        await at_rest(app, pilot)
        for view in views_of(app):  # heights that are only guessed depend on the sizes that came before this one
            view.message_list.scroll_home()
            view.message_list.scroll_end()
        check_screen(f"panes-{count}-{size[0]}x{size[1]}", app, await at_rest(app, pilot))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("is_code_only", [False, True], ids=["all", "code"])
async def test_differences(tmp_path: Path, size: tuple[int, int], is_code_only: bool) -> None:
    environ = await write_comparison(tmp_path, 2)
    async with open_ready(environ, conversation_id=ID, size=size) as (app, pilot):
        await wait_for(app, "to both panes")
        await pilot.press("f3")
        await wait_for(app, "differences")
        if is_code_only:
            await pilot.press("c")
            await wait_for(app, "code only")
        check_screen(f"diff-{'code' if is_code_only else 'all'}-{size[0]}x{size[1]}", app, await at_rest(app, pilot))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


CLOCKS: dict[int, Clock] = {}
"""The clock of each reply, to be moved by hand."""


def pass_time(reply: Reply, seconds: float) -> None:
    CLOCKS[id(reply)].now += seconds


def states() -> list[tuple[str, Reply | Message, frozenset[Figure]]]:
    """Every state a race line can show."""
    found: list[tuple[str, Reply | Message, frozenset[Figure]]] = []

    def reply() -> Reply:
        clock = Clock()
        made = Reply(conversation_id="c", parent_id=None, model="local/m", input_tokens=1234, clock=clock)
        CLOCKS[id(made)] = clock
        return made

    queued, waiting, retrying, thinking, streaming = (reply() for _ in range(5))
    queued.queue(3)
    for each in (waiting, retrying, thinking, streaming):
        each.start()
        pass_time(each, 2.4)
    retrying.wait_to_retry(Retry(1, 2, 5.4, ErrorReport(ErrorKind.RATE_LIMIT, "Too many requests.", 429)))
    for delta in (ReasoningDelta("hm" * 40), ReasoningDelta("hm" * 40)):
        thinking.feed(delta)
        pass_time(thinking, 2.0)
    for text in ("x" * 4, "x" * 800):
        streaming.feed(TextDelta(text))
        pass_time(streaming, 2.0)
    named = {"queued": queued, "waiting": waiting, "retrying": retrying, "thinking": thinking, "streaming": streaming}
    found += [(name, each, frozenset()) for name, each in named.items()]
    done, other, failed, _, _, cancelled = answers(6)
    found += [
        ("done", done, frozenset()),
        ("best of all", done, frozenset({Figure.FIRST, Figure.SPEED, Figure.OUTPUT, Figure.COST, Figure.TOTAL})),
        ("estimated", other, frozenset({Figure.OUTPUT})),
        ("failed", failed, frozenset()),
        ("cancelled", cancelled, frozenset()),
    ]
    for status in (Status.INTERRUPTED, Status.FAILED):
        ended = reply()
        ended.start()
        pass_time(ended, 0.25)
        ended.feed(TextDelta("x" * 40))
        pass_time(ended, 1.0)
        ended.end(status, ErrorReport(ErrorKind.NETWORK, "The line broke.") if status is Status.FAILED else None)
        found.append((f"{status.value} in the middle", ended.freeze(), frozenset()))
    return found


@pytest.mark.parametrize("width", [26, 36, 60, 120])
def test_every_state_of_the_race_line(width: int) -> None:
    rows = [f"{name:<26}|{race_line(each, width, best=best).plain:<{width}}|" for name, each, best in states()]
    check_text(f"race-line-{width}", "\n".join(rows))
