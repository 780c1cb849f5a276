"""Code fences: what is left open is closed, so that what follows is text again."""

from __future__ import annotations

import pytest

from textchat.core.text.fences import Fence, fence_around, opening_fence, with_fence_closed


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("```py", (Fence("`", 3), "py")),
        ("~~~~ a ` b", (Fence("~", 4), "a ` b")),
        ("```a`b", None),
        ("``", None),
        ("text ```", None),
    ],
)
def test_what_opens_a_fence(line: str, expected: tuple[Fence, str] | None) -> None:
    assert opening_fence(line) == expected


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("```py\nx", "\n```"),
        ("~~~~\nx\n~~~", "\n~~~~"),
        ("```\nx\n``` y", "\n```"),
        ("````\n```", "\n````"),
        ("```\r\nx\r\n```\r\n", ""),
        ("   ```\nx\n  ````  ", ""),
        ("    ```\nx", ""),
        ("``` a`b\nx", ""),
    ],
)
def test_a_fence_left_open_is_closed(text: str, added: str) -> None:
    assert with_fence_closed(text) == text + added


def test_no_line_of_a_text_closes_the_fence_around_it() -> None:
    for text in ("", "`", "``` x", "a ````` b", "~~~\n```"):
        fence = fence_around(text)
        block = f"{fence}\n{text}\n"
        assert with_fence_closed(block) == f"{block}\n{fence}"
