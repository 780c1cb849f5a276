"""A row of a menu keeps its width, whatever stands in it."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.render.cells import width_of
from textchat.ui.menu.items import MenuItem
from textchat.ui.menu.matching import ranked
from textchat.ui.menu.row_text import item_pieces


@given(
    label=st.text(max_size=60),
    keys=st.lists(st.sampled_from(["Enter", "Alt+Shift+Right"]), max_size=3),
    about=st.text(max_size=60),
    width=st.integers(24, 80),
    shows_ids=st.booleans(),
)
@example(label="日" * 40, keys=["Alt+Shift+Right"], about="", width=25, shows_ids=True)
@settings(max_examples=examples(200), deadline=None)
def test_a_row_has_the_width_of_the_list(label: str, keys: list[str], about: str, width: int, shows_ids: bool) -> None:
    item = MenuItem("an.id", label, about=about, keys=tuple(keys))
    text = "".join(piece for piece, _ in item_pieces(item, width, label_width=20, shows_ids=shows_ids))
    assert width - 2 <= width_of(text) <= width  # one cell stays free at the right, and half of a wide character
    assert not any(unicodedata.category(character) == "Cc" for character in text)
    assert text.rstrip().endswith(keys[0] if keys and not shows_ids else "")


def test_what_is_marked_of_a_label_is_what_was_typed() -> None:
    (match,) = ranked("cop mark", [MenuItem("a", "Copy up to here as Markdown")])
    pieces = item_pieces(match.item, 60, marks=match.marks)
    assert [text for text, tone in pieces if tone.name == "MATCH"] == ["Cop", "Mark"]
    assert "".join(text for text, _ in pieces).strip() == match.item.label
