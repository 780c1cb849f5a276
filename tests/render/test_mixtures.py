"""Random mixtures of tags, marks, addresses and CJK punctuation: nothing is lost, and it comes as it will stay."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.render.gallery import styles_of
from tests.render.test_streaming import lines, streamed, whole
from textchat.render.markdown import Document

STYLES = styles_of("textual-dark")
_TAGS = (
    "<b>|</b>|<i>|</i>|<sub>|</sub>|<sup>|</sup>|<kbd>|</kbd>|<br>|<a href='https://a.b'>|</a>|<String>|<b|</|<!--|-->|"
    "<summary>|</summary>|<details>|</details>|<p align=x>|</p>|<hr>|<img src=x alt=|<td>|<li>|<q>|</q>|<u class=x>"
)
_MARKS = "**|*|__|_|~~|~|`|``|[|](https://a.b/|)|![|\\_|\\*|&lt;|&amp;|<|>|(|www.|https://c.d/|@e.fg|#|?"
_CJK = "「|」|（|）|。|：|，|“|”|은|字|\u3000|👍|́"
PIECES = (*_TAGS.split("|"), *_MARKS.split("|"), *_CJK.split("|"), " ", "\n", " ", "12", *("word",) * 4)


@st.composite
def mixtures(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text, and the words in it, of which there are no two alike."""
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30))
    words = [f"word{number}x" for number, piece in enumerate(pieces) if piece == "word"]
    return "".join(f"word{number}x" if piece == "word" else piece for number, piece in enumerate(pieces)), words


@settings(max_examples=examples(100), deadline=None)
@given(mixtures())
def test_no_word_is_lost(mixture: tuple[str, list[str]]) -> None:
    source, words = mixture
    document = Document(STYLES, 4_000, source, finished=True)
    drawn = unicodedata.normalize("NFKC", "\n".join(line.text for line in lines(document)))
    assert [word for word in words if word not in drawn] == []


@settings(max_examples=examples(32), deadline=None)
@given(mixtures(), st.sampled_from((7, 40)))
def test_letter_by_letter_it_is_the_whole(mixture: tuple[str, list[str]], width: int) -> None:
    source, _ = mixture
    assert lines(streamed(list(source), width, 1)) == whole(source, width)
