"""Code fences: what is left open is closed, so that what follows is text again."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.examples import examples
from textchat.core.text.fences import Fence, code_span, fence_around, opening_fence, with_blocks_closed


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
        ("<!-- x\n\ny", "\n-->"),
        ("words\n  <PRE class=x>\n```", "\n</pre>"),
        ("<style>\n</style>", ""),
        ("<!-- x -->\n<details>\n\ny", ""),
        ("    <!-- code", ""),
        ("```\n<!--\n```", ""),
        ("<?php\n\necho 1;", "\n?>"),
    ],
)
def test_what_is_left_open_is_closed(text: str, added: str) -> None:
    assert with_blocks_closed(text) == text + added


def test_no_line_of_a_text_closes_the_fence_around_it() -> None:
    for text in ("", "`", "``` x", "a ````` b", "~~~\n```"):
        fence = fence_around(text)
        block = f"{fence}\n{text}\n"
        assert with_blocks_closed(block) == f"{block}\n{fence}"


@given(st.text("a_`*<\\", min_size=1))
@settings(max_examples=examples(40), deadline=None)
def test_code_within_a_text_is_that_line(line: str) -> None:
    tokens = MarkdownIt("commonmark").parseInline(code_span(line))[0].children or []
    assert [(token.type, token.content) for token in tokens] == [("code_inline", line)]


LINES = (
    "```",
    "````py",
    "~~~",
    "<!--",
    "-->",
    "<pre>",
    "</PRE>",
    "<script src=x",
    "<?",
    "?>",
    "<!DOCTYPE",
    "<![CDATA[",
    "- item",
    "  ```",
    "  <!--",
    "1. ```py",
    "   words",
    "> ```",
    "- > ~~~",
)


@given(st.lists(st.sampled_from((*LINES, "words", "", "    code", "<b>")), max_size=8))
@example(["</PRE>", "```", ""])
@settings(max_examples=examples(200), deadline=None)
def test_what_follows_is_never_taken_for_a_part_of_it(lines: list[str]) -> None:
    tokens = MarkdownIt("commonmark").parse(with_blocks_closed("\n".join(lines)) + "\n\n# after")
    assert [token.type for token in tokens[-3:]] == ["heading_open", "inline", "heading_close"]
    assert tokens[-2].content == "after"
