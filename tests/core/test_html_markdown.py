"""HTML of chat programs as Markdown: its blocks, its spans, and whatever is not closed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.core.text.html_markdown import markdown_of

CASES = [
    ("", ""),
    ("<p>Hello <b>bold </b>world &amp; <i>it</i></p>\n<p>two</p>", "Hello **bold** world & *it*\n\ntwo"),
    ("one<br>two<br/>three", "one\ntwo\nthree"),
    ("<h2>A\n title</h2>text", "## A title\n\ntext"),
    ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", "- a\n  - b\n- c"),
    ('<ol start="3"><li>x<li>y</ol>', "3. x\n4. y"),
    ("<ol start='oops'><li>x</ol>", "1. x"),
    ('<pre><code class="language-py">a = 1\n  b &lt; 2\n</code></pre>', "```py\na = 1\n  b < 2\n```"),
    ("<pre>```\nx</pre>", "````\n```\nx\n````"),
    ("<p>Use <code>a`b</code> or <code>c</code></p>", "Use `` a`b `` or `c`"),
    ("<blockquote><p>q</p><p>r</p></blockquote>", "> q\n>\n> r"),
    (
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td></tr></table>",
        "| A | B |\n| --- | --- |\n| 1\\|2 |  |",
    ),
    ("<table>t<tr><td>a<table><tr><td>b<td>c|</table></td></tr></table>", "| t |\n| --- |\n| a b c\\| |"),
    ("<ul>loose<li>a</ul>", "- loose\n- a"),
    ('<a href="https://x.org/(1)">l[1]</a> <a href="javascript:x">dead</a>', r"[l\[1\]](https://x.org/%281%29) dead"),
    ('<img src="https://x.org/p.png" alt="cat"><img src="p.png" alt="dog">', "[cat](https://x.org/p.png)dog"),
    ("<p># no heading</p><p>1. no list</p><p>-- dashes</p>", "\\# no heading\n\n1\\. no list\n\n-- dashes"),
    ("<span><p>in</p></span>out <b>unclosed", "in\n\nout **unclosed**"),
    ("<script>x < 1</script><style>p{}</style>seen<!-- not -->", "seen"),
    ("2 < 3 and <3 &lt;b&gt;", "2 < 3 and <3 <b>"),
    ("<hr><del>old</del>", "---\n\n~~old~~"),
]


@pytest.mark.parametrize(("html", "markdown"), CASES)
def test_what_it_becomes(html: str, markdown: str) -> None:
    assert markdown_of(html) == markdown


def test_a_picture_of_the_export_is_what_the_reader_says() -> None:
    seen: list[tuple[str, str]] = []

    def picture(address: str, description: str) -> str:
        seen.append((address, description))
        return "!"

    assert markdown_of('<p>a<img src="x&amp;y.png" alt="d">b</p>', picture) == "a!b"
    assert seen == [("x&y.png", "d")]


@pytest.mark.parametrize(
    "piece", ["<b>", "<div>", "<ul><li>", "<table><tr><td>", "<!--", "<", "&", "<a ", "<p>x", "<pre>"]
)
def test_what_never_ends_takes_no_time_and_no_depth(piece: str) -> None:
    assert markdown_of(piece * 300 + "end").rstrip("`\n* |-").endswith(("end", piece + "end"))


@given(
    st.lists(
        st.sampled_from([*"<>/&;\"' =\n`*|", "p", "<p>", "</p>", "<li>", "<ul>", "<pre>", "<td>", "<a href=", "x"])
    )
)
@settings(max_examples=examples(100), deadline=None)
def test_nothing_broken_fails(pieces: list[str]) -> None:
    assert isinstance(markdown_of("".join(pieces)), str)


_TAGS = "p|b|i|a|ul|ol|li|table|tr|td|tbody|pre|code|blockquote|div|span|h1|img|br|details|summary".split("|")  # noqa: SIM905


@given(st.lists(st.sampled_from([f"{sign}{tag}>" for tag in _TAGS for sign in ("<", "</")] + [" word "] * 20)))
@settings(max_examples=examples(100), deadline=None)
def test_no_word_is_lost_however_badly_tags_are_closed(pieces: list[str]) -> None:
    words = [f"w{number}" if piece == " word " else piece for number, piece in enumerate(pieces)]
    found = re.findall(r"w\d+", markdown_of(" ".join(words)))
    assert found == [word for word in words if word.startswith("w")]
