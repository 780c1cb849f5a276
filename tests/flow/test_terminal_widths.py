"""The terminal counts cells, and textchat counts as it does: pyte adds up code points, as old terminals do."""

from __future__ import annotations

import pytest

from tests.flow.terminal import TEXTCHAT, Terminal

TYPED = "\u0928\u092e\u0938\u094d\u0924\u0947 \u0915\u094d\u0937\u093f \u2764\ufe0f \U0001f44d\U0001f3fd end"


@pytest.mark.parametrize("tells_place", [True, False])
def test_cells_are_those_of_the_terminal(environment: dict[str, str], tells_place: bool) -> None:
    """The caret stands behind the text, where the terminal has drawn its end; no answer holds nothing up."""
    with Terminal((*TEXTCHAT, "-m", "demo/fast"), environment, tells_place=tells_place) as terminal:
        terminal.wait_until("Ask demo/fast")
        terminal.type(TYPED)
        terminal.wait_until("end")

        def is_behind(_: str) -> bool:
            row, column = terminal.cursor
            return "".join(terminal.cells(row)[:column]).endswith("end")

        if tells_place:
            terminal.wait_until(is_behind)
            rows = [terminal.cells(row) for row in range(30)]
            assert len({row.index("│") for row in rows if "│" in row}) == 1, "one border, in one column"
        assert "\u0915\u093e" not in terminal.text, "the samples are gone"
        terminal.press("ctrl+q")
        assert terminal.wait_for_exit() == 0
        terminal.assert_restored()
