"""A text of many pieces is the same as a list of them, however it is read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from textchat.core.text import text_pieces
from textchat.core.text.text_pieces import BLOCK, TextPieces

PIECES = st.integers(0, 3 * BLOCK).flatmap(
    lambda count: st.lists(st.text(max_size=3), min_size=1, max_size=5).map(
        lambda some: [some[at % len(some)] for at in range(count)]
    )
)


@given(PIECES, st.integers(-4 * BLOCK, 4 * BLOCK), st.integers(0, 4 * BLOCK))
def test_it_reads_like_a_list(pieces: list[str], start: int, stop: int) -> None:
    kept = TextPieces(pieces)

    assert len(kept) == len(pieces)
    assert kept[start:stop] == pieces[start:stop]
    assert kept.joined(max(start, 0), stop) == "".join(pieces[max(start, 0) : stop])
    assert kept.joined(max(start, 0)) == "".join(pieces[max(start, 0) :])
    if 0 <= start < len(pieces):
        assert (kept[start], kept[start - len(pieces)]) == (pieces[start], pieces[start])
    assert kept == pieces


def test_what_was_measured_stays_whole_while_pieces_are_added() -> None:
    kept = TextPieces(["a"] * (BLOCK - 1))
    state = kept._state

    kept.append("b")
    kept.append("c")

    assert (len(kept), kept[BLOCK - 1], kept[BLOCK], kept[-1]) == (BLOCK + 1, "b", "c", "c")
    assert text_pieces._length(state) == BLOCK, "another thread that has looked before still finds all it has seen"
    assert list(kept._texts(state, 0, BLOCK)) == [*["a"] * (BLOCK - 1), "b"]
