"""The pictures are those that were looked at: see `tests.render.gallery` for how to look at new ones."""

from __future__ import annotations

import pytest

from tests.render.gallery import KEPT, accepted, draw, pictures, styles_of, to_text


@pytest.mark.parametrize(
    ("name", "theme", "text", "width"), [pytest.param(*each, id=each[0]) for each in pictures(KEPT)]
)
def test_picture(name: str, theme: str, text: str, width: int) -> None:
    assert to_text(draw(text, width, styles_of(theme))) == accepted(name).read_text(encoding="utf-8")
