"""Inline Markdown: the styles of its spans, targets of links, and the source behind every span."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.render.random_markdown import BEYOND, PIECES
from textchat.render.markdown.inline.definitions import LinkDefinitions
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.paragraph import Paragraph
from textchat.render.spans import InlineText
from textchat.render.styles import SpanStyle


def spans(drawn: InlineText) -> list[tuple[str, int, str]]:
    ends = [span.start for span in drawn.spans[1:]] + [len(drawn.plain)]
    return [(drawn.plain[span.start : end], span.style, span.href) for span, end in zip(drawn.spans, ends, strict=True)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a **b** c", [("a ", 0, ""), ("b", SpanStyle.STRONG, ""), (" c", 0, "")]),
        ("***x***", [("x", SpanStyle.STRONG | SpanStyle.EMPHASIS, "")]),
        ("~~x~~", [("x", SpanStyle.STRIKE, "")]),
        ("`` a`b ``", [("a`b", SpanStyle.CODE, "")]),
        ("snake_case_name 5*3", [("snake_case_name 5*3", 0, "")]),
        ("<b>x</b>", [("x", SpanStyle.STRONG, "")]),
        ("<b>x", [("<b>", SpanStyle.HTML, ""), ("x", 0, "")]),
        ("&copy; \\*", [("©", 0, ""), (" ", 0, ""), ("*", 0, "")]),
        ("a  \nb\nc", [("a", 0, ""), ("\n", 0, ""), ("b", 0, ""), (" ", 0, ""), ("c", 0, "")]),
        ("$x^2$", [("x²", SpanStyle.MATHS, "")]),
        ("from $5 to $10", [("from $5 to $10", 0, "")]),
        (
            "[t](https://a.b/c)",
            [("t", SpanStyle.LINK, "https://a.b/c"), (" (a.b/c)", SpanStyle.TARGET, "https://a.b/c")],
        ),
        ("[a.b](https://a.b)", [("a.b", SpanStyle.LINK, "https://a.b")]),
        ("[x](javascript:alert(1))", [("[x](javascript:alert(1))", 0, "")]),
        (
            "see https://a.b/c_d_(e).",
            [("see ", 0, ""), ("https://a.b/c_d_(e)", SpanStyle.LINK, "https://a.b/c_d_(e)"), (".", 0, "")],
        ),
        (
            "in https://a.b/src/__init__.py, **https://a.b/*x*/**",
            [
                ("in ", 0, ""),
                ("https://a.b/src/__init__.py", SpanStyle.LINK, "https://a.b/src/__init__.py"),
                (", ", 0, ""),
                ("https://a.b/*x*/", SpanStyle.LINK | SpanStyle.STRONG, "https://a.b/*x*/"),
            ],
        ),
        (
            "请看https://a.b/路径，以及",
            [
                ("请看", 0, ""),
                ("https://a.b/路径", SpanStyle.LINK, "https://a.b/%E8%B7%AF%E5%BE%84"),
                ("，以及", 0, ""),
            ],
        ),
        ("(www.a.b)", [("(", 0, ""), ("www.a.b", SpanStyle.LINK, "http://www.a.b"), (")", 0, "")]),
        (
            "ask ada.l+x@b.org, not react@18.2.0 or http://",
            [
                ("ask ", 0, ""),
                ("ada.l+x@b.org", SpanStyle.LINK, "mailto:ada.l+x@b.org"),
                (", not react@18.2.0 or http://", 0, ""),
            ],
        ),
        ("[https://a.b/_c_](https://a.b/_c_)", [("https://a.b/_c_", SpanStyle.LINK, "https://a.b/_c_")]),
        (
            "[Вода](https://a.b/Вода%20x)",
            [
                ("Вода", SpanStyle.LINK, "https://a.b/%D0%92%D0%BE%D0%B4%D0%B0%20x"),
                (" (a.b/Вода%20x)", SpanStyle.TARGET, "https://a.b/%D0%92%D0%BE%D0%B4%D0%B0%20x"),
            ],
        ),
        ("<ada@b.org>", [("ada@b.org", SpanStyle.LINK, "mailto:ada@b.org")]),
        ("![alt](i.png)", [("▣ alt", SpanStyle.IMAGE, "i.png"), (" (i.png)", SpanStyle.TARGET, "i.png")]),
        ("[bold] red [/]", [("[bold] red [/]", 0, "")]),
    ],
)
def test_styles(source: str, expected: list[tuple[str, int, str]]) -> None:
    assert spans(parse(source, {})) == expected


def marked(source: str) -> list[str]:
    return [part for part, style, _ in spans(parse(source, {})) if style]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("これは**「重要」**です", ["「重要」"]),
        ("**注意：**这里 *（斜体）*的", ["注意：", "（斜体）"]),
        ("**你好。**吧 他说**“好”**了", ["你好。", "“好”"]),
        ('**"x"**은 **한국어(괄호)**을 **`a`**를', ['"x"', "한국어(괄호)", "a"]),
        ("**“q”**x y**‘q’**", ["“q”", "‘q’"]),
        ("~~旧（已废）。~~新", ["旧（已废）。"]),
        ("𰻞**（x）**𰻞 葛\U000e0100**（y）**葛\U000e0100", ["（x）", "（y）"]),
        ("ᄀ**(가)**ᄀ **✅ 完成。**吧", ["(가)", "✅ 完成。"]),
        ("snake__（a）__case", []),
        ('a*"foo"*b **(c)**d **⚠️!**x', []),
        ("~x~ a ~~b~~ ~ c~", ["x", "b"]),
        ("~~~c~~~ ~~~~~d~~~~~ ~e~~ 3~5天，6~8天 ~/a and ~/b, ~5 to ~6", []),
    ],
)
def test_marks_beside_punctuation(source: str, words: list[str]) -> None:
    assert marked(source) == words


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("![foo *bar*](u)", "foo bar"),
        ("![*a* [b](c) ![d `e`](f)](u)", "a b d e"),
        ("![a\\*b &amp;\nc $x^2$](u)", "a*b & c x²"),
        ("![![](v)](u)", "image"),
    ],
)
def test_the_description_of_an_image_has_no_marks(source: str, label: str) -> None:
    assert spans(parse(source, {}))[0] == (f"▣ {label}", SpanStyle.IMAGE, "u")


@pytest.mark.parametrize(
    ("source", "drawn", "opened"),
    [
        (r"https://a.b/s?l=en\_US now", "https://a.b/s?l=en_US", "https://a.b/s?l=en_US"),
        (r"(https://a.b/wiki/C\_\(x\)) now", "https://a.b/wiki/C_(x)", "https://a.b/wiki/C_(x)"),
        (r"my\_site\@a.b first\_last@a.b", "first_last@a.b", "mailto:first_last@a.b"),
        (r"https://my\_a.b/\.well\-known/\~x\\y", "https://my_a.b/.well-known/~x", "https://my_a.b/.well-known/~x"),
        (r"\*\*https://a.b/c\*\*", "https://a.b/c", "https://a.b/c"),
        ("https://a.b/?a=1&amp;b=2&amp;", "https://a.b/?a=1&b=2", "https://a.b/?a=1&b=2"),
        ("&lt;https://a.b/c&gt; https", "https://a.b/c", "https://a.b/c"),
        ("https://a.b/&#27;[31m", "https://a.b", "https://a.b/"),
        ("www.g.com/q=(b))+ok", "www.g.com/q=(b))+ok", "http://www.g.com/q=(b))+ok"),
        ("(https://a.b)?", "https://a.b", "https://a.b"),
        ("(https://a.b/(c))&nbsp;이", "https://a.b/(c)", "https://a.b/(c)"),
        ("(https://a.b/c)이", "https://a.b/c", "https://a.b/c"),
        ("ftp://a.b/c.", "ftp://a.b/c", "ftp://a.b/c"),
        ("http://🍄.ga/", "http://🍄.ga/", "http://xn--ei8h.ga/"),
        ("a.b-c_d@a.b.", "a.b-c_d@a.b", "mailto:a.b-c_d@a.b"),
        ("«https://a.b/c», ‹https://a.b/c›", "https://a.b/chttps://a.b/c", "https://a.b/c"),
        ("git@a.b:c/d.git, user@a.b:~/x; me@a.b: hi", "me@a.b", "mailto:me@a.b"),
        (r"[see https://a.b/\_c](https://x.y)", "see https://a.b/_c", "https://x.y"),
        ("<http://a.b/c\x85\u202e>", "http://a.b/c", "http://a.b/c"),
        ("[x](<http://a.b/\x1b>)", "http://a.b/", "http://a.b/"),
        ("![x](http://a.b/&#x202e;)", "http://a.b/", "http://a.b/"),
    ],
)
def test_a_bare_address_is_opened_as_it_is_drawn(source: str, drawn: str, opened: str) -> None:
    links = [(part, style, href) for part, style, href in spans(parse(source, {})) if href]
    assert {href for _, _, href in links} in ({opened}, {opened.rstrip("/")})
    assert "".join(part for part, style, _ in links if not style & SpanStyle.TARGET).rstrip("/") == drawn.rstrip("/")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a<br>b <BR/>\nc<br clear=all>  d</br>e", "a\nb\nc\nd\ne"),
        ("H<sub>2</sub>O, x<sup>2</sup><sub>ij</sub>, 1<sup>st</sup>", "H₂O, x²ᵢⱼ, 1ˢᵗ"),
        ("10<sup>&minus;3</sup>, 5<sup>*</sup>, -<sub></sub>", "10⁻³, 5*, -"),
        ("x<sub>bcd</sub> y<sub>q</sub> e<sup>x<sub>1</sub></sup> z<sup>a *b*</sup>", "x_(bcd) y_q e^(x₁) z^(a b)"),
        ("say<sup>[1](https://a.b)</sup>", "say^(1 (a.b))"),
        ("<kbd>Ctrl</kbd>+<kbd>C</kbd> <u>u</u> <STRONG>b <em>i</em></STRONG>", "Ctrl+C u b i"),
        ("<a href='https://a.b/?x=1&amp;y'>t</a> <a id=q></a><a href=https://a.b>https://a.b</a>", "t (a.b/?x=1&y) https://a.b"),
        ("<a href='https://evil.example'><b>good.example</b></a>", "good.example (evil.example)"),
        ("<img src='i.png' alt='a &amp; b' width=9> ![<b>c</b>](j.png)", "▣ a & b (i.png) ▣ c (j.png)"),
        ("so <details open><summary>More</summary> text</details> end", "so\n▾ More\ntext\nend"),
        ("a <hr> b <span style='color:red'>c</span>", "a\n───\nb c"),
        ("<a href=https://evil.example>at https://good.example</a>", "at https://good.example (evil.example)"),
        ("end<br> <br>", "end"),
        ("<ruby>漢字<rt>かんじ</rt></ruby> <q>x</q>", "漢字(かんじ) “x”"),
    ],
)  # fmt: skip
def test_tags_are_read_as_they_are_meant(source: str, shown: str) -> None:
    assert parse(source, {}).plain == shown


@pytest.mark.parametrize(
    "source",
    [
        "List<String>, Map<K, V>, Vec<b>, a < b > c, a<b and c>d, a<b and c=d>e</b2>",
        "<your-name> <think>x</think> <Bold>x</Bold> <!-- x --> <?php x ?>",
        "<b>x <i>y</b2> </b3> <sub>z </sup>",
        "<a href='javascript:x'>y</a> <a href=https://a.b/\x1bc>z</a> <img alt=w> <a>v</a>",
    ],
)
def test_what_is_no_tag_with_a_meaning_stays(source: str) -> None:
    assert parse(source, {}).plain == source.replace("\x1b", "␛")


def test_an_address_behind_an_open_tag_is_a_link() -> None:
    assert "https://c.d" in [href for _, _, href in spans(parse("<a href=u>x https://c.d", {}))]


def test_a_tag_and_emphasis_that_cross_stay() -> None:
    assert parse("**<b>x**</b> <b>*y</b>*", {}).plain == "<b>x</b> <b>y</b>"
    assert parse("<a href=u>[x](y)</a>", {}).plain == "<a href=u>x (y)</a>"
    assert parse("<a href=u>x <a href=v>y</a></a>", {}).plain == "<a href=u>x y (v)</a>"


HOSTS = "good.example." * 8


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "[https://good.example/?u=evil.example](http://evil.example)",
            "https://good.example/?u=evil.example (http://evil.example)",
        ),
        ("[https://www.paypal.com](http://pal.com)", "https://www.paypal.com (http://pal.com)"),
        ("![https://good.example/e.co](http://e.co)", "▣ https://good.example/e.co (http://e.co)"),
        ("[a.b](HTTPS://A.B/)", "a.b"),
        ("[**https://a.b**/`c`](https://a.b/c)", "https://a.b/c"),
        ("[a.b/C](http://a.b/c)", "a.b/C (a.b/c)"),
        ("[https://a.b](http://a.b)", "https://a.b (http://a.b)"),
        ("[ada@b.org](mailto:ada@b.org)", "ada@b.org"),
        ("[ada@b.org](https://ada@b.org)", "ada@b.org (https://ada@b.org)"),
        ("[good.example](https://good.example@evil.example/)", "good.example (https://good.example@evil.example)"),
        ("[evil.example](https://good.example@evil.example/)", "evil.example (https://good.example@evil.example)"),
        (
            f"[x](https://{HOSTS}@evil.example/{'p' * 80})",
            "x (https://good.example.good.examp…@evil.example/ppppppppppppp…)",
        ),
        (f"[x](ftp://{HOSTS}@evil.example/)", "x (ftp://good.example.good.examp…@evil.example)"),
        (f"[x](https://{HOSTS}evil.example/{'p' * 80})", f"x ({HOSTS}evil.example…)"),
        # All but the .com of these hosts is Cyrillic.
        ("https://аррӏе.com/x", "https://аррӏе.com/x (xn--80ak6aa92e.com/x)"),
        ("[аррӏе.com](https://аррӏе.com)", "аррӏе.com (xn--80ak6aa92e.com)"),
        ("<https://xn--80ak6aa92e.com>", "https://аррӏе.com (xn--80ak6aa92e.com)"),
        ("می\u200cخ `می\u200cخ` [می\u200cخ](#) rm\u200b `rm\u200b`", "می\u200cخ می\ufffdخ می\u200cخ rm\ufffd rm\ufffd"),
        ("[x](http://a.b/م\u200cم)", "x (a.b/%D9%85%E2%80%8C%D9%85)"),
        ("<http://a.b/\u200bx>", "http://a.b/\ufffdx (a.b/%E2%80%8Bx)"),
        ("[x](http://a.b/%E2%80%AE%E2%88%95%EF%B8%8Fx)", "x (a.b/%E2%80%AE%E2%88%95%EF%B8%8Fx)"),
        ("[हिन्दी](https://a.b/हिन्दी)", "हिन्दी (a.b/हिन्दी)"),
        ("x=[evil.example](http://evil.example)", "x=evil.example (evil.example)"),
        ("good.[evil.example](http://evil.example)", "good.evil.example (evil.example)"),
        (
            "**[https://evil.example](https://evil.example)**@good.example",
            "https://evil.example (evil.example)@good.example",
        ),
        ("[evil.example](http://evil.example)`.good.example`", "evil.example (evil.example).good.example"),
        ("[a.b](http://a.b). Or [a.b](http://a.b): 请看[https://a.b](https://a.b)。", "a.b. Or a.b: 请看https://a.b。"),
        ("[good.example](https:///evil.example)", "good.example (https:///evil.example)"),
        (f"[x](https:{HOSTS}@evil.example/)", "x (https:good.example.good.examp…@evil.example)"),
        ("[evil.example:80](http://evil.example:80)", "evil.example:80"),
        ("[](http://evil.example)", " (evil.example)"),
        ("[![a](i.png)](http://e.co)", "▣ a (i.png) (e.co)"),
        ("[good.example][1], [evil.example][1]", "good.example (evil.example), evil.example"),
        ("[a](tel:123)", "a (tel:123)"),
        ("https://a.b/?x=[1]&y={2}", "https://a.b/?x=[1]&y={2}"),
    ],
)
def test_where_a_link_leads_is_shown_unless_its_text_says_it(source: str, shown: str) -> None:
    assert parse(source, {"1": {"href": "http://evil.example", "title": ""}}).plain == shown


ADDRESSES = st.lists(
    st.sampled_from(
        [*"/?#@:.=&%-_ ~a", "http://", "HTTPS://", "mailto:", "good.example", "evil.example", "EVIL.example"]
    )
    | st.sampled_from(["é", "%C3%A9", "а", "\u200b", "%E2%80%AE", "\u3164", "example", "evil.", "x" * 30]),
    max_size=8,
).map("".join)


def is_same(said: str, meant: str) -> bool:
    """Whether two addresses are the same but for case, encoding and a slash at the end."""
    if not re.match("https?://|mailto:", said, re.IGNORECASE):
        said = re.match("(?:https?://|mailto:)?", meant, re.IGNORECASE).group() + said  # type: ignore[union-attr]
    return unquote(said).casefold().rstrip("/") == unquote(meant).casefold().rstrip("/")


@settings(max_examples=examples(1000), deadline=None)
@given(ADDRESSES, ADDRESSES, st.sampled_from(["[{0}](<{1}>)", "![{0}](<{1}>)", "[**{0}**](<{1}>)", "{1}", "<{1}>"]))
def test_no_text_hides_where_a_link_leads(text: str, target: str, form: str) -> None:
    drawn = parse(form.format(text, target), {})
    links = [span for span in drawn.spans if span.href not in ("", "#")]  # a # leads nowhere
    if len({span.href for span in links}) != 1 or any(span.style & SpanStyle.TARGET for span in links):
        for span in links:
            if span.style & SpanStyle.TARGET and "://" in span.href:
                assert urlsplit(span.href).netloc.rpartition("@")[2] in drawn.plain[span.start :]
        return
    shown = "".join(part for part, _, href in spans(drawn) if href).removeprefix("▣ ").strip(" ")
    assert shown.isprintable() and "\u200b" not in shown and "\u3164" not in shown
    host = unquote(urlsplit(links[0].href).netloc)
    assert host.lower() in unquote(shown).lower() and is_same(shown, links[0].href)


UNSEEN = [chr(code) for code in range(0x20000) if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Zs")]


@pytest.mark.parametrize("address", ["http://a.b/", "www.a.b", "https://a.b/c?d", "ada@b.org"])
def test_what_cannot_be_seen_is_no_part_of_a_bare_address(address: str) -> None:
    for sign in [*UNSEEN, "\u034f", "\u3164", "\ufe0f", "\U000e0041", "\U000e0100"]:
        if sign.isalnum() and "@" in address:
            continue  # a letter, though an unseen one: this is no address
        for tail in (sign, f"{sign}x", f"{sign}{sign}/x"):
            drawn = spans(parse(f"to {address}{tail}", {}))
            links = [part for part, style, href in drawn if href and not style & SpanStyle.TARGET]
            assert links == [address], hex(ord(sign))


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example\u200b.good.example",
        "https://evil.example\u2060\ufe0f/\u00adgood.example",
        "https://evil.example\u200b**x.good.example**",
        "https://evil.example\u200b.\u00e4nderung.example",
        "https://evil.example\\.good.example",
        "<https://evil.example>.good.example",
        "**https://evil.example**.good.example",
        "[evil.example](https://evil.example)\u200b.good.example",
        "[evil.example](https://evil.example)\u200b*x.good*.example",
        "good.example/\u200b[evil.example](https://evil.example)",
        "good\u00ad[evil.example](https://evil.example)",
    ],
)
def test_an_address_that_seems_to_go_on_shows_where_it_leads(source: str) -> None:
    targets = [part for part, style, _ in spans(parse(source, {})) if style & SpanStyle.TARGET]
    assert targets == [" (evil.example)"]


@pytest.mark.parametrize(
    "behind", ["\nis it", "  \nis it", " is it", ". It is", "\u3002", "\u200b \u0e44\u0e17\u0e22", "\u662f"]
)
@pytest.mark.parametrize(
    "link", ["[good.example](https://good.example)", "https://good.example", "<https://good.example>"]
)
def test_an_address_that_ends_is_not_said_twice(link: str, behind: str) -> None:
    if "\u662f" in behind and "[" not in link and "<" not in link:
        behind = f" {behind}"  # a letter, so part of a bare address
    assert not [1 for _, style, _ in spans(parse(link + behind, {})) if style & SpanStyle.TARGET]


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_every_span_knows_its_source(source: str) -> None:
    drawn = parse(source, {})
    ends = [span.start for span in drawn.spans[1:]] + [len(drawn.plain)]
    for span, end in zip(drawn.spans, ends[: len(drawn.spans)], strict=True):
        assert 0 <= span.source <= span.source_end <= len(source)
        if span.exact:
            shown, meant = drawn.plain[span.start : end], source[span.source : span.source_end]
            assert shown == meant.replace("\t", " ").replace("\n", " ").replace("\r", "␍")


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(st.sampled_from([p for p in (*PIECES, *BEYOND) if "\n" not in p]), min_size=20, max_size=200).map("".join)
)
def test_a_long_paragraph_is_parsed_in_stretches_as_it_would_be_whole(source: str) -> None:
    paragraph = Paragraph(LinkDefinitions())
    paragraph.add_line(source.strip(), 0)
    paragraph.close()
    rows = paragraph.lay(80)
    expected = parse(source.strip(), {})
    drawn = [character for row in range(rows) for character in paragraph.row_text(row) if character != " "]
    assert drawn == [character for character in expected.plain if character not in " \n"]
