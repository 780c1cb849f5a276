"""What is painted of a growing reply is what a painter that knows nothing yet would paint."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.render.random_markdown import BEYOND, PIECES
from tests.ui.transcript.listing import growing, in_window, prompt
from textchat.core.events import ReasoningDelta, TextDelta
from textchat.ui.transcript.layout.entries import Entries
from textchat.ui.transcript.painter import Painter
from textchat.ui.transcript.window import Window


class NothingChosen:
    marked: int | None = None


def painted_anew(entries: Entries, window: Window, mark: NothingChosen) -> list[object]:
    fresh = Painter(entries, window, layers=(), mark=mark)
    fresh.paint()
    return [list(strip) for strip in fresh.picture]


@given(
    st.lists(st.sampled_from((*PIECES, *BEYOND)), max_size=60),
    st.integers(0, 4),
    st.sets(st.integers(0, 60), max_size=3),
    st.sampled_from([8, 30]),
)
@settings(max_examples=examples(150), deadline=None)
def test_lines_that_are_not_looked_at_again_have_not_changed(
    pieces: list[str], thoughts: int, chosen: set[int], height: int
) -> None:
    reply = growing()
    entries, window = in_window([prompt("p", "Say something"), reply], width=40, height=height)
    mark = NothingChosen()
    painter = Painter(entries, window, layers=(), mark=mark)
    for number, piece in enumerate(pieces):
        reply.feed(ReasoningDelta(piece) if number < thoughts else TextDelta(piece))
        window.grown(1)
        mark.marked = 1 if number in chosen else None
        painter.paint()
        assert [list(strip) for strip in painter.picture] == painted_anew(entries, window, mark)
