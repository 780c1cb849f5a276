"""Formulas: what is one within a paragraph, and the text that it is drawn as."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.render.gallery import styles_of
from textchat.render.markdown import Document
from textchat.render.markdown.inline.parse import parse
from textchat.render.markdown.inline.repair import parse_live
from textchat.render.markdown.maths import DOLLAR_REACH
from textchat.render.markdown.maths.formula import drawn_formula
from textchat.render.styles import SpanStyle

TABLE = Path(__file__).with_name("formulas.txt")


def accepted() -> dict[str, str]:
    """The formulas of the table and the text that each is drawn as."""
    formulas: dict[str, str] = {}
    formula = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines()[3:]:
        if line.startswith("= "):
            formulas[formula] = line.removeprefix("= ").replace(" ⏎ ", "\n")
        formula = line
    return formulas


def test_formulas_that_models_write_are_drawn_as_accepted() -> None:
    expected = accepted()
    assert len(expected) >= 500
    assert {formula: drawn_formula(formula) for formula in expected} == expected


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"E = mc^2", "E = mc²"),
        (r"\frac{a+b}{2} \le \sqrt{x}", "(a+b)/2 ≤ √x"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\unknown{x}", r"\unknown{x}"),
        (r"a &= b \\ c &= d", "a = b\nc = d"),
        ("\\begin{pmatrix} a & b \\\\\nc & d \\end{pmatrix}", "(a b; c d)"),
        (r"\sqrt[3]{x} \not= \binom{n}{k}^\top", "³√x ≠ C(n, k)ᵀ"),
        (r"e^{i\pi}, 90^\circ, \bigl( \textbf{x} \bigr)", "e^(iπ), 90°, ( x )"),
        (r"\frac{1}{2}mv^2 - \frac{b}{2a} + \frac{\partial u}{\partial t}", "(1/2)mv² - b/(2a) + ∂u/∂t"),
        (r"\left(1 + \frac{1}{n}\right)^n \ge \frac12\pi", "(1 + 1/n)ⁿ ≥ (1/2)π"),
        (r"\begin{cases} x & \text{if } y \\ 1 & \text{else} \end{cases}", "{x if y; 1 else}"),
        (r"\operatorname*{argmin}_x f \label{eq} \\[4pt] y \nonumber", "argminₓ f\ny"),
    ],
)
def test_formulas(formula: str, shown: str) -> None:
    assert drawn_formula(formula) == shown


@pytest.mark.parametrize(
    ("formula", "growing"),
    [
        ("}{", None),
        ("{" * 200, ""),
        (r"\frac{a}{b", "a/b"),
        (r"x^", "x"),
        (r"x_{i", "xᵢ"),
        (r"\begin{ali", ""),
        (r"\begin{aligned} a &= b \\ c &= \fr", "a = b\nc ="),
        (r"\begin{pmatrix} a & b", "(a b)"),
        (r"\begin{a} x \end{b}", None),
        (r"\begin{tikzpicture} \draw (0,0); \end{tikzpicture}", None),
        (r"\newcommand{\R}{\mathbb{R}}", None),
        (r"x^2^3", None),
        (r"\ce{H2", "H₂"),
        (r"\text{if", "if"),
        ("\\", ""),
        (r"\sqrt{" * 40 + "x" + "}" * 40, None),
    ],
)
def test_what_cannot_be_drawn_whole_is_not_drawn_in_part(formula: str, growing: str | None) -> None:
    assert drawn_formula(formula) is None
    assert drawn_formula(formula, is_growing=True) == growing


IN_TEXT = {
    # escaped brackets
    r"The fact\[1\] and \[2\] and \[12\]": "The fact[1] and [2] and [12]",
    r"arr\[0\] = arr\[i\], m\[i\]\[j\], f\(x\)": "arr[0] = arr[i], m[i][j], f(x)",
    r"item\(s\), cmd \[-h\] \[--help\] \[FILE\]": "item(s), cmd [-h] [--help] [FILE]",
    r"\[x\] done, \[ \] open": "[x] done, [ ] open",
    r"\[a/b\] \(and/or\) \(y/n\) \(>= 0.14.2\) \(v2\)": "[a/b] (and/or) (y/n) (>= 0.14.2) (v2)",
    r"\(see [docs](/u_v)\) \[`a_i`\] \[^1\] \(^1\) \[†\]": "(see docs (/u_v)) [a_i] [^1] (^1) [†]",
    r"\[INFO\] \(optional\) \(Smith, 2020\) \(page 3\)": "[INFO] (optional) (Smith, 2020) (page 3)",
    r"\(key=value\) \(foo\_bar\) \(C:\Users\x\) \(C++\)": r"(key=value) (foo_bar) (C:\Users\x) (C++)",
    r"\(where \alpha is the rate\) \(as x^2 grows\)": r"(where \alpha is the rate) (as x^2 grows)",
    r"\[2024-01-31\] \(1/2\) \(10\) \(555\) \[3\.14\]": "[2024-01-31] (1/2) (10) (555) [3.14]",
    r"\(可选\) 数组\[0\] \(см. рис.\)": "(可选) 数组[0] (см. рис.)",
    r"regex \[a-z\]+ \(\d+\) \[^abc\] \(.*\) \[\w\]": r"regex [a-z]+ (\d+) [^abc] (.*) [\w]",
    r"\[link\](http://x.yz) \[!NOTE\] \[citation needed\] \[…\]": "[link](http://x.yz) [!NOTE] [citation needed] […]",
    r"\(e.g., x\) \(cf. 3\) \(\*\) \(~5%\) \(2D\) \(+1\) \(ii\)": "(e.g., x) (cf. 3) (*) (~5%) (2D) (+1) (ii)",
    r"\[ x \] \[ TODO \] \[0, 1\] \[i+1\] list\[int\] \(\) \(#1\)": "[ x ] [ TODO ] [0, 1] [i+1] list[int] () (#1)",
    r"\(max_tokens\) \(n_jobs=4\) \(i++\) \(a || b\) \(x -> y\)": "(max_tokens) (n_jobs=4) (i++) (a || b) (x -> y)",
    r"\(a \| b\) \(a \* b\) \(\~5\) \[link\]\(https://a.bc/d_e\)": "(a | b) (a * b) (~5) [link](https://a.bc/d_e)",
    # mathematics in brackets
    r"\(x\), \(y = mx + b\), \(O(n)\), \(O(n log n)\)": "x, y = mx + b, O(n), O(n log n)",
    r"设函数\(f(x)\)在\(x=0\)处": "设函数f(x)在x=0处",
    r"\[x^2\] and \[\frac{1}{2}\] and \[ a = b \]": "x² and 1/2 and a = b",
    r"\(a_1, \ldots, a_n\) \(2+2=4\) \(n!\) \(P(A|B)\)": "a₁, …, aₙ 2+2=4 n! P(A|B)",
    r"\(CO_2\), \(\|x\|\), \(5 × 3\), \(n = 5\), \(f(x, y)\)": "CO₂, ‖x‖, 5 × 3, n = 5, f(x, y)",
    r"\(\text{loss} = \frac{1}{n}\) \(\{a, b\}\)": "loss = 1/n {a, b}",
    # dollars
    r"the $n$th, the $i$-th, ($x$s), $20^\circ$C": "the nth, the i-th, (xs), 20°C",
    r"$n+1$th $(n-1)$th $AB$ $10$ $x, y$ $y = mx + b$": "n+1th (n-1)th AB 10 x, y y = mx + b",
    r"$\$5 \times 3 = \$15$ and $50\%$": "$5 × 3 = $15 and 50%",
    r"$\text{if $x > 0$}$ or $x$": "if x > 0 or x",
    r"$\|x\|_2$ and $\left\| y \right\|$": "‖x‖₂ and ‖y‖",
    r"$\sim$10%, 3$\times$3, $\le$5, $\mu$m, $\text{a_b}$": "∼10%, 3×3, ≤5, μm, a_b",
    'echo "$FOO$BAR" "$A-$B" $_ $1 $2 $(ls) $("x")': 'echo "$FOO$BAR" "$A-$B" $_ $1 $2 $(ls) $("x")',
    "from $5 to $10, US$5/US$10, $5/h and 6$, $3-$4": "from $5 to $10, US$5/US$10, $5/h and 6$, $3-$4",
    "$HOME/$USER $a/$b ${x}$y PATH=$PATH:$HOME": "$HOME/$USER $a/$b ${x}$y PATH=$PATH:$HOME",
    'run $i$j, "$d$f", $dir$file.txt, $1$x; $x$th $k$NN $n$D': 'run $i$j, "$d$f", $dir$file.txt, $1$x; xth kNN nD',
    "$a[$i] $f->b($c) [$a] [$b]": "$a[$i] $f->b($c) [$a] [$b]",
    "($a)($b) $((a+b)) $(($a*$b))": "($a)($b) $((a+b)) $(($a*$b))",
    "echo '$a' '$b', '$a','$b' $i<$n; $i++; [$x]": "echo '$a' '$b', '$a','$b' $i<$n; $i++; [$x]",
    "$[0,1)$, $]a, b[$, $x = [0, 1[$, $f'(x)$": "[0,1), ]a, b[, x = [0, 1[, f'(x)",
    "from 5$/6$ to 5$-10$, 100$, 200$; 2$x$ $|x|$": "from 5$/6$ to 5$-10$, 100$, 200$; 2x |x|",
    r"^\d+$ or $a^ and [a-z]$, foo$|bar$, /x$/ and /y$/i": r"^\d+$ or $a^ and [a-z]$, foo$|bar$, /x$/ and /y$/i",
    "PID $$ and kill $$; echo $$, $$ > pid; kill $$": "PID $$ and kill $$; echo $$, $$ > pid; kill $$",
    r"grep \(a\|b\|c\) or \(foo\|bar\), so $$x$$": "grep (a|b|c) or (foo|bar), so x",
    "$max_tokens$ $1$st between $a and $b; 5$ $-1$": "$max_tokens$ 1st between $a and $b; 5$ -1",
    # what cannot be drawn
    r"$\frac{a}{b$ and $x$ and $$\foo{$$": r"$\frac{a}{b$ and x and $$\foo{$$",
}


@pytest.mark.parametrize("source", IN_TEXT)
def test_what_is_a_formula_within_a_text(source: str) -> None:
    assert parse(source, {}).plain == IN_TEXT[source]


def test_brackets_that_hold_no_formula_leave_nothing_open() -> None:
    assert not parse(r"arr\[0\] and \(optional\)", {}).is_open
    assert parse(r"and \(x", {}).is_open


@pytest.mark.parametrize("source", [r"so \(\frac{a}{b} + c_1\) is", r"the $\sqrt{x}y$th", r"a \[x^{2}\] b"])
def test_a_formula_is_drawn_while_it_comes(source: str) -> None:
    begun = source.index("{") + 2
    for end in range(begun, len(source)):
        drawn = parse_live(source[:end], {})
        assert any(span.style & SpanStyle.MATHS for span in drawn.spans)
        assert "\\" not in drawn.plain
        assert "{" not in drawn.plain


_PIECES = (
    "a|b7|Z|0|12| | + |=|,|^|_|^2|_i|{|}|{|}|{}|(|)|[|]|'|&|\\\\|\\frac|\\frac{|\\sqrt|\\sqrt[3]|\\hat|\\overline{"
    "|\\vec{|\\text{|\\mathbf{|\\mathcal{|\\left(|\\right)|\\left.|\\right.|\\|\\alpha |\\in|\\sum_|\\log|\\over "
    "|\\choose |\\||\\begin{pmatrix}|\\end{pmatrix}|\\begin{cases}|\\end{cases}|\\begin{align}|\\end{align}|\\ce{"
    "|\\num{|\\unit{|\\per|\\metre|\\kilo|\\squared|\\mel|\\unknown|\\unknown{|\\underbrace{|\\overset|\\quad|\\,|\\!|\\not"
    "|\\xrightarrow[|\\binom|\\substack{|\\boxed{|$|~|é|\\'|中|\\{|\\}|%|\\%"
)
PIECES = _PIECES.split("|")
FORMULAS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
NAMES = ("pmatrix", "cases", "align")
"""Words of environments, which are not drawn."""


def written(formula: str) -> list[str]:
    """The letters and digits of a formula that are none of its commands' names."""
    for name in NAMES:
        formula = formula.replace(f"{{{name}}}", "")
    shown, command = [], False
    for before, sign in zip(" " + formula, formula, strict=False):
        command = sign.isascii() and sign.isalpha() and (before == "\\" or command)
        if sign.isalnum() and not command:
            shown.append(sign)
    return shown


def plain(text: str) -> str:
    """Letters and digits without their alphabets, marks and sizes."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


@settings(max_examples=examples(200), deadline=None)
@given(FORMULAS)
def test_what_is_drawn_holds_every_letter_and_digit(formula: str) -> None:
    drawn_formula(formula, is_growing=True)
    drawn = drawn_formula(formula)
    if drawn is not None:
        shown = plain(drawn)
        for sign in set(written(formula)):
            assert shown.count(plain(sign)) >= written(formula).count(sign), (formula, drawn)


@settings(max_examples=examples(120), deadline=None)
@given(
    st.lists(st.sampled_from((*PIECES, "\\(", "\\)", "\\[", "\\]", "$$", "$", "\\(x\\)", "$x$")), max_size=30).map(
        "".join
    )
)
def test_every_text_with_formulas_can_be_drawn(source: str) -> None:
    for end in range(0, len(source), 7):
        parse_live(source[:end], {})
    parse(source, {})


LEAVES = st.sampled_from(("a", "b7", "Z", "12", "x_i", "y^2", "\\alpha ", "n!", "f(x)", "a+b", "-c", "\\text{if }"))
COMMANDS = (
    "\\frac{%s}{%s}",
    "\\sqrt{%s}%s",
    "\\sqrt[%s]{%s}",
    "{%s}^{%s}",
    "{%s}_{%s}",
    "\\overline{%s} \\hat{%s}",
    "\\left(%s\\right)_{%s}",
    "\\begin{pmatrix} %s & %s \\end{pmatrix}",
    "\\sum_{%s}^{n} %s",
    "\\log %s \\in %s",
    "\\underbrace{%s}_{%s}",
    "\\unknown{%s}{%s}",
    "{%s \\over %s}",
    "\\mathbf{%s}\\mathcal{%s}",
    "\\binom{%s}{%s}",
    "\\overset{%s}{%s}",
)
WELL_FORMED = st.recursive(
    LEAVES,
    lambda parts: st.builds(lambda command, *inner: command % inner, st.sampled_from(COMMANDS), parts, parts),
    max_leaves=9,
)


@settings(max_examples=examples(150), deadline=None)
@given(WELL_FORMED, st.data())
def test_what_is_well_formed_is_drawn_whole_and_while_it_comes(formula: str, data: st.DataObject) -> None:
    drawn = drawn_formula(formula)
    assert drawn is not None
    shown = plain(drawn)
    for sign in set(written(formula)):
        assert shown.count(plain(sign)) >= written(formula).count(sign), (formula, drawn)
    begun = formula[: data.draw(st.integers(0, len(formula)))]
    assert drawn_formula(begun, is_growing=True) is not None


@settings(max_examples=examples(30), deadline=None)
@given(
    st.lists(
        st.one_of(WELL_FORMED, st.sampled_from((" words ", "\\(", "\\)", " $", "$ ", "\\[", "\\]", "a\\[1\\]"))),
        max_size=8,
    ).map("".join),
    st.integers(4, 30),
)
def test_a_text_with_formulas_is_streamed_as_it_is_drawn_whole(source: str, size: int) -> None:
    growing = Document(styles_of("textual-dark"), 30)
    settled: list[str] = []
    for start in range(0, len(source), size):
        growing.append(source[start : start + size])
        lines = [growing.line(row).text for row in range(growing.height)]
        assert lines[: len(settled)] == settled
        settled = lines[: growing.settled]
    growing.finish()
    whole = Document(styles_of("textual-dark"), 30, source, finished=True)
    assert [growing.line(row).text for row in range(growing.height)] == [
        whole.line(row).text for row in range(whole.height)
    ]


def calls_for(formula: str) -> int:
    """How many functions are called to draw a formula."""
    count = 0

    def count_one(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(count_one)
    try:
        drawn_formula(formula)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        "\\frac{a}{",
        "\\sqrt{",
        "\\sqrt[",
        "{",
        "{}",
        "^",
        "x^2 ",
        "a & b \\\\ ",
        "a \\over ",
        "\\text{",
        "\\ce{[",
        "&",
        "\\foo{",
    ],
)
def test_each_part_of_a_formula_is_read_once(piece: str) -> None:
    short, long = calls_for(piece * 250), calls_for(piece * 2_000)
    assert long <= 9 * short + 1_000


def test_a_formula_has_a_reach() -> None:
    assert parse("$" + "x + " * (DOLLAR_REACH // 4) + "x$", {}).plain.startswith("$")
