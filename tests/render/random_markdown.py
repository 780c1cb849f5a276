"""Random Markdown: pieces that mean something, put together without sense, in every way of cutting."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.render.corpus import CORPUS

_BLOCKS = (
    "# |## |- |+ |* |1. |2) |10. |> |```py\n|```\n|~~~\n|````js\n|\n|\n\n|  |    |\t|---\n|===\n|***|<div>|<!-- |-->|"
    "- [ ] |- [x] |[foo]: /url 'x'\n|\r\n|\r|</script>|x = 'a'\n|\"\"\"\n|/* |*/\n|def f():\n|    return 1\n"
)
_INLINES = (
    "foo |bar|**|*|_|`|``|[|](|http://a.b/c_d |]: /u|[foo]|<b>|\\|&amp;|$x^2$|\\(|\\)|~~|! |![|é|"
    "中文。|👩\u200d👩|❤\ufe0f|<https://x.y>|a_b|5 * 3 |long words that go on and on until they wrap "
)
PIECES = (*_BLOCKS.split("|"), *_INLINES.split("|"))
BEYOND = ("$$\n", "\\[\n", "\\]\n", "$$", "\\frac{", "/__c__", "a@b.cd ", "🇩🇪", "🇩")
"""What CommonMark does not know, and what is drawn as one character."""
TABLE = ("| a | b |\n", "|---|:-:|\n", "| 1 | `x` and **y** |\n", "|", "a | b\n", "--|--\n")
HOSTILE = (
    "\x1b[31m",
    "م\u200c",
    "א\u200f",
    "\xad",
    "\u3164",
    "\x07",
    "\x9b",
    "\u202e",
    "\u2028",
    "\x00",
    "\x85",
    "\u200b",
    "\u200d",
    "\ud800",
    "\x7f",
)


def texts() -> st.SearchStrategy[str]:
    """A text of random pieces, perhaps behind a stretch of a real one."""
    pieces = st.lists(st.sampled_from((*PIECES, *TABLE, *BEYOND, *HOSTILE)), max_size=40).map("".join)
    stretches = st.tuples(st.sampled_from(sorted(CORPUS)), st.integers(0, 3_000), st.integers(0, 500)).map(
        lambda cut: CORPUS[cut[0]][cut[1] : cut[1] + cut[2]]
    )
    return st.one_of(pieces, st.tuples(stretches, pieces).map("".join), stretches)


def cuts(text: str, sizes: list[int]) -> list[str]:
    """`text` in chunks of the given sizes, over and over."""
    chunks, place, turn = [], 0, 0
    while place < len(text):
        size = sizes[turn % len(sizes)]
        chunks.append(text[place : place + size])
        place, turn = place + size, turn + 1
    return chunks
