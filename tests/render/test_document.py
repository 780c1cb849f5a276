"""What a document costs and promises beside its picture: laziness, imports, styles, estimates."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rich.style import Style
from textual.theme import BUILTIN_THEMES

from tests.render.corpus import CORPUS
from tests.render.gallery import styles_of
from textchat.render.markdown import Document, estimate_height
from textchat.render.styles import Styles

STYLES = styles_of("textual-dark")


def _loaded_after(statements: str) -> set[str]:
    names = "('pygments', 'markdown_it', 'httpx')"
    code = f"import sys\n{statements}\nprint(*(name for name in {names} if name in sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_nothing_is_imported_before_it_is_needed() -> None:
    start = "from textchat.render.markdown import Document\nfrom textchat.render.styles import Styles\n"
    start += "styles = Styles.from_theme({}, True, False)\n"
    before = _loaded_after("from textual.app import App")
    assert "httpx" not in before
    assert _loaded_after(start + "Document(styles, 80, '# a *b*\\n\\n```py\\nx\\n```', finished=True)") <= before
    assert "pygments" not in _loaded_after(
        start
        + "d = Document(styles, 80, '# a **b**\\n\\n```\\nx\\n```', finished=True)\nfor y in range(d.height): d.line(y)"
    )


NEWER = """
> [!WARNING]
> Mind the gap.[^1]

$$
a = b
$$

<details><summary>More</summary>text</details>

```math
\\unknown{
```

1. [x] done
5. H<sub>2</sub>O, <kbd>Ctrl</kbd>, ~~gone~~, ![alt](u), https://a.b/c

[^1]: A note.

[1]: https://a.b/c "Source"
"""


@pytest.mark.parametrize("text", [NEWER, *CORPUS.values()], ids=["newer", *CORPUS])
def test_all_that_is_drawn_has_a_colour(text: str) -> None:
    """What has none is drawn in the terminal's own, which cannot be read on the ground of a theme of the other kind."""
    document = Document(STYLES, 60, text, finished=True)
    for y in range(document.height):
        for segment in document.line(y):
            assert not segment.text.strip() or (segment.style is not None and segment.style.color is not None), segment


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_styles(name: str) -> None:
    styles = styles_of(name)
    document = Document(styles, 60, CORPUS["tour"], finished=True)
    drawn = {segment.style for y in range(document.height) for segment in document.line(y)}
    assert len(drawn) > 12
    if name.startswith("ansi"):
        colors = {color for style in drawn if style for color in (style.color, style.bgcolor) if color}
        assert all(color.is_default or color.number is not None for color in colors)
        assert not any(style.bgcolor for style in drawn if style)


def test_a_theme_that_says_nothing_still_has_colours() -> None:
    for variables in ({}, {"primary": "nonsense", "foreground": "auto 87%", "background": "transparent"}):
        assert isinstance(Styles.from_theme(variables, True, False).text, Style)


def test_only_web_and_mail_addresses_are_given_to_the_terminal() -> None:
    source = "[a](https://x.y) [b](mailto:a@b.c) [c](ftp://x.y) [d](//x) [e](foo:bar) [f](https://x.y/\x1b]8;;z)"
    document = Document(STYLES, 200, source, finished=True)
    links = {segment.style.link for segment in document.line(0) if segment.style and segment.style.link}
    assert {"https://x.y", "mailto:a@b.c"} <= links
    assert all(link.startswith(("https://", "mailto:")) and link.isprintable() for link in links)


def test_documents_that_are_not_looked_at_are_small() -> None:
    text = CORPUS["tour"]
    documents = [Document(STYLES, 80, text, finished=True) for _ in range(100)]
    assert max(sys.getsizeof(document) for document in documents) < 250
    assert all(document.text is text for document in documents)


def test_an_empty_document() -> None:
    document = Document(STYLES, 80)
    assert (document.height, document.settled, document.position_of(0)) == (0, 0, (0, 0))
    document.finish()
    assert document.height == 0
    with pytest.raises(IndexError):
        document.line(0)


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_heights_are_estimated_in_the_right_order(name: str) -> None:
    text = CORPUS[name]
    for width in (40, 80, 120):
        height = Document(STYLES, width, text, finished=True).height
        assert height / 2.5 <= estimate_height(len(text), text.count("\n"), width) <= height * 2


@pytest.mark.parametrize("text", ["🇩🇪" * 50, "```\n" + "🇩🇪" * 50 + "\n```", "| a |\n|---|\n| " + "🇩🇪" * 50 + " |"])
def test_flags_are_not_cut_in_half(text: str) -> None:
    for width in (2, 5, 11, 20):
        document = Document(STYLES, width, text, finished=True)
        rows = [document.line(y).text for y in range(document.height)]
        assert sum(row.count("🇩🇪") for row in rows) == 50


def test_a_fence_is_settled_line_by_line() -> None:
    document = Document(STYLES, 80, "```nonsense\n" + "x\n" * 50)
    assert document.settled == 50
    document.append("y")
    assert document.settled == 51


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "Sources:\n\n[1]: https://a.b/c\n[2]: https://d.e/f 'x'\n\nend",
            "Sources:||[1]: https://a.b/c|[2]: https://d.e/f 'x'||end",
        ),
        ("[a]: /u\n\nsee [a]", "see a (/u)"),
        ("see [a].\n\n[a]: /u\n[b]: /v\nc", "see a (/u).||[b]: /v|c"),
        ("`[a]`\n\n[a]: /u", "[a]||[a]: /u"),
        ("- [a]: https://x.y\n- b", "• [a]: https://x.y|• b"),
        ("> [a]: /u\n\n[a]", "a (/u)"),
        ("> [!NOTE]\n> text\n\n> [!NOT]", "▎ Note|▎|▎ text||▎ [!NOT]"),
        ("[^1]: Smith\n[^2]: two words", "[^1] Smith|[^2] two words"),
    ],
)
def test_definitions_that_nothing_refers_to_stay(text: str, rows: str) -> None:
    for chunks in ([text], list(text)):
        document = Document(STYLES, 60)
        for chunk in chunks:
            document.append(chunk)
            assert document.height >= 0
        document.finish()
        shown = [document.line(y).text.rstrip() for y in range(document.height)]
        assert [row for row in shown if row] == [row for row in rows.split("|") if row]


def test_a_formula_is_drawn_whole_or_stands_as_it_was_written() -> None:
    def drawn(text: str) -> str:
        document = Document(STYLES, 80, text, finished=True)
        return "\n".join(document.line(y).text.rstrip() for y in range(document.height))

    rows = "a &= \\frac{b}{c} \\\\\n"
    assert drawn("$$\n" + rows * 300 + "$$") == "\n".join(["a = b/c"] * 300)
    assert drawn("$$\n" + rows * 1_000 + "$$").count("\\\\") == 1_000
    assert drawn("$$\n\\frac{a}\n\nThis is text again.") == "$$\n\\frac{a}\n\nThis is text again."
