"""What TeX commands with arguments draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textchat.render.markdown.maths import factors
from textchat.render.markdown.maths.alphabets import ALPHABETS, in_alphabet
from textchat.render.markdown.maths.chemistry import drawn_reaction, quantity
from textchat.render.markdown.maths.environments import add_environment
from textchat.render.markdown.maths.line import Line
from textchat.render.markdown.maths.marks import MARKING, marked, negated
from textchat.render.markdown.maths.scripts import scripted
from textchat.render.markdown.maths.source import Undrawable
from textchat.render.markdown.maths.units import drawn_unit

if TYPE_CHECKING:
    from textchat.render.markdown.maths.reader import FormulaReader

Command = Callable[["FormulaReader", Line, str], None]

_FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac")
_BINOMIALS = ("binom", "dbinom", "tbinom")
_ARROWS = {
    "xrightarrow": ("—", "→"),
    "xleftarrow": ("←", "—"),
    "xleftrightarrow": ("←", "→"),
    "xRightarrow": ("═", "⇒"),
    "xLeftarrow": ("⇐", "═"),
    "xLeftrightarrow": ("⇐", "⇒"),
    "xmapsto": ("↦", "→"),
    "xhookrightarrow": ("↪", "→"),
    "xhookleftarrow": ("←", "↩"),
    "xlongequal": ("=", "="),
    "xrightleftharpoons": ("⇌", "⇌"),
    "xtwoheadrightarrow": ("—", "↠"),
}
_FONTS = """
mathrm mathit mathsf mathtt mathnormal mathbin mathrel mathord mathpunct mathopen mathclose mathinner boxed fbox
smash mathclap mathllap mathrlap ensuremath emph mathup symbf symup
"""
_TEXTS = "text textrm textbf textit texttt textsf textup textnormal textsc mbox hbox textmd"
_UNSEEN = "label hspace vspace phantom hphantom vphantom pagecolor color require"
_NOT_FORMULAS = """
def newcommand renewcommand providecommand DeclareMathOperator usepackage documentclass includegraphics tikz
newenvironment verb input
"""
_ENCLOSED = {
    "abs": "||",
    "norm": "‖‖",
    "ket": "|⟩",
    "Ket": "|⟩",
    "bra": "⟨|",
    "Bra": "⟨|",
    "expval": "⟨⟩",
    "ev": "⟨⟩",
    "set": "{}",
    "Set": "{}",
    "ceil": "⌈⌉",
    "floor": "⌊⌋",
    "pqty": "()",
    "bqty": "[]",
}
_PAIRS = {
    **dict.fromkeys(("ip", "innerproduct"), "⟨{}|{}⟩"),
    **dict.fromkeys(("op", "dyad", "ketbra", "outerproduct"), "|{}⟩⟨{}|"),
    **dict.fromkeys(("comm", "commutator"), "[{}, {}]"),
    **dict.fromkeys(("acomm", "anticommutator", "pb", "poissonbracket"), "{{{}, {}}}"),
}
_TRIPLES = dict.fromkeys(("mel", "matrixel", "matrixelement"), "⟨{}|{}|{}⟩")
_BRACKETS_OF_QUANTA = {**_PAIRS, **_TRIPLES}
_ABOVE_EQUALS = {"def": "≝", "?": "≟", "△": "≜", "Δ": "≜", "∘": "≗"}
_SIZES = [size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")]
_NUMBERS_OF_QUANTITY = {"unit": 0, "si": 0, "numrange": 2, "qtyrange": 2, "SIrange": 2}
_STYLES = """
displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag hline centering rm bf it cal tt sf
sl em bfseries itshape rmfamily ttfamily sffamily mathstrut strut allowbreak nobreak noindent normalsize small large
Large footnotesize scriptsize tiny boldmath unboldmath relax toprule midrule bottomrule hfill protect break smallskip
medskip bigskip displaylimits normalfont upshape par
"""
IGNORED = frozenset(_STYLES.split()) | frozenset(_SIZES)
"""Commands without arguments that only change how what follows looks."""


def _fraction(reader: FormulaReader, line: Line, name: str) -> None:
    follows_function, follows_factor = line.after_function, line.ends_in_factor or line.last == "/"
    text = factors.fraction(reader.argument().strip(), reader.argument().strip())
    if follows_function or follows_factor or reader.source.is_factor_next():
        text = f"({text})"
    line.add(text)


def _binomial(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(f"C({reader.argument().strip()}, {reader.argument().strip()})")


def _root(reader: FormulaReader, line: Line, name: str) -> None:
    index = reader.option()
    inner = reader.argument().strip()
    small = scripted("^", index or "").text
    if small.startswith("^"):
        line.add(f"root({index}, {inner})")
        return
    if small and line.ends_in_factor:
        line.add_blank()  # 2 ³√x is no 2³√x
    text = small + "√"
    if reader.source.is_script_next():
        line.add(f"({text}{factors.bracketed(inner)})")
    elif reader.source.is_letter_next() and inner and factors.bracketed(inner) == inner:
        line.add(f"{text}({inner})")
    else:
        line.add(text + factors.bracketed(inner))


def _arrow(reader: FormulaReader, line: Line, name: str) -> None:
    below, above = reader.option(), reader.label()
    labels = ", ".join(label.strip() for label in (above, below) if label and label.strip())
    tail, head = _ARROWS[name]
    line.add_relation(f"{tail}{labels}{head}" if labels or tail == "═" else {"—": head, "←": tail}.get(tail, tail))


def _over(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\overset{above}{base}`: what stands above or below is a power or an index of it."""
    is_above = name != "underset"
    script = reader.script("^" if is_above else "_")
    base = reader.argument().strip()
    if is_above and base == "=" and (sign := _ABOVE_EQUALS.get(script.source)):
        line.add_relation(sign)
    elif base and not base[0].isalnum() and base[0] not in "([{∑∏∫":
        line.add_relation(factors.as_base(base) + script.text)
    elif base.replace(" ", "").isalpha() and len(base) > 1:
        line.add_function(base)
        line.add_script(script)
    else:
        line.add(factors.as_base(base) + script.text)


def _braced(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\underbrace{a+b}_{n}`: what its brace says is about all of it."""
    inner = reader.argument().strip()
    line.add(f"({inner})" if reader.source.is_script_next() else inner)


def _alphabet(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(in_alphabet(name, reader.argument()))


def _mark(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(marked(name, reader.argument().strip()))


def _font(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(reader.as_part(reader.argument(), line))


def _text(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(reader.text_argument())


def _operator(reader: FormulaReader, line: Line, name: str) -> None:
    reader.source.take("*")
    text = reader.argument().strip()
    if len(text) == 1:
        line.add(text)
    elif text.replace(" ", "").isalpha() or not reader.source.is_script_next():
        line.add_function(text)
    else:
        line.add(factors.as_base(text))


def _unseen(reader: FormulaReader, line: Line, name: str) -> None:
    reader.source.take("*")
    if name in ("phantom", "hphantom", "vphantom"):
        reader.argument()
    else:
        reader.source.name_argument()
    if name == "hspace":
        line.add_blank()
    reader.source.skip_blanks()


def _length(reader: FormulaReader, line: Line, name: str) -> None:
    reader.source.skip_length()
    line.add_blank()


def _small(reader: FormulaReader, line: Line, name: str) -> None:
    line.add_script(reader.script("^" if name == "textsuperscript" else "_"))


def _color(reader: FormulaReader, line: Line, name: str) -> None:
    reader.option()
    for _ in range(2 if name == "fcolorbox" else 1):
        reader.source.name_argument()
    line.add(reader.text_argument() if name.endswith("box") else reader.argument())


def _modulus(reader: FormulaReader, line: Line, name: str) -> None:
    match name:
        case "bmod":
            line.add_relation("mod")
        case "mod":
            line.add_blank()
            line.add_function("mod")
        case _:
            line.add_blank()
            line.add(f"({'mod ' if name == 'pmod' else ''}{reader.argument().strip()})")


def _tag(reader: FormulaReader, line: Line, name: str) -> None:
    starred = reader.source.take("*")
    label = reader.text_argument().strip()
    line.add_blank()
    line.add(label if starred else f"({label})")


def _reference(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(f"({reader.source.name_argument()})" if name == "eqref" else reader.source.name_argument())


def _not(reader: FormulaReader, line: Line, name: str) -> None:
    line.add_relation(negated(reader.argument().strip()))


def _side(reader: FormulaReader, line: Line, name: str) -> None:
    bracket = reader.argument().strip()
    bracket = {"<": "⟨", ">": "⟩"}.get(bracket, bracket)
    match name:
        case "left":
            line.add(reader.brackets.left(bracket))
        case "right":
            shown = reader.brackets.right(bracket)
            line.close(shown)
        case _:
            line.add(bracket)
    if name == "left":
        reader.source.skip_blanks()


def _enclosed(reader: FormulaReader, line: Line, name: str) -> None:
    reader.source.take("*")
    brackets = _ENCLOSED[name]
    line.add(brackets[0] + reader.argument().strip() + brackets[1])


def _quanta(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\ip{a}{b}`, `\comm{A}{B}` and `\mel{a}{H}{b}` of the package physics."""
    reader.source.take("*")
    arguments = [reader.argument().strip() for _ in range(3 if name in _TRIPLES else 2)]
    line.add(_BRACKETS_OF_QUANTA[name].format(*arguments))


def _braket(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\braket{a|b}`, and with two arguments as in the package physics."""
    first = reader.argument().strip()
    line.add(f"⟨{first}|{reader.argument().strip()}⟩" if reader.source.character() == "{" else f"⟨{first}⟩")


def _differential(reader: FormulaReader, line: Line, name: str) -> None:
    order = scripted("^", reader.option() or "").text
    line.add(f"d{order}{reader.argument().strip()}")


def _derivative(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\dv{f}{x}` and `\pdv{f}{x}` of the package physics."""
    sign = "d" if name in ("dv", "odv") else "∂"
    order = scripted("^", reader.option() or "").text
    first = reader.argument().strip()
    second = reader.argument().strip() if reader.source.is_brace_next() else None
    above, below = ("", first) if second is None else (first, second)
    text = f"{sign}{order}{above}/{sign}{below}{order}"
    line.add(f"({text})" if line.ends_in_factor or reader.source.is_factor_next() else text)


def _chemistry(reader: FormulaReader, line: Line, name: str) -> None:
    source = reader.source.raw_argument()
    line.add(reader.drawn(quantity(source)) if name == "pu" else drawn_reaction(source, reader.drawn))


def _quantity(reader: FormulaReader, line: Line, name: str) -> None:
    r"""`\qty{5}{\kilo\gram}`, `\num{1e3}`, `\unit{\metre}` and `\ang{30}` of the package siunitx."""
    reader.option()
    if not reader.source.is_brace_next():
        return  # the brackets of `\qty(x)` of the package physics are those that follow
    numbers = [reader.drawn(quantity(reader.source.raw_argument())) for _ in range(_NUMBERS_OF_QUANTITY.get(name, 1))]
    unit = "°" if name == "ang" else "" if name.startswith("num") else _unit(reader)
    line.add("–".join(numbers) + (" " if numbers and unit not in ("", "°", "′", "″") else "") + unit)


def _unit(reader: FormulaReader) -> str:
    reader.option()
    source = reader.source.raw_argument()
    return drawn_unit(source) or reader.drawn(quantity(source))


def _quad(reader: FormulaReader, line: Line, name: str) -> None:
    line.add_quad()
    reader.source.skip_blanks()


def _stack(reader: FormulaReader, line: Line, name: str) -> None:
    line.add(reader.stacked_argument())


def _environment(reader: FormulaReader, line: Line, name: str) -> None:
    add_environment(reader, line)


def _refuse(reader: FormulaReader, line: Line, name: str) -> None:
    raise Undrawable


COMMANDS: dict[str, Command] = {
    **dict.fromkeys(_FRACTIONS, _fraction),
    **dict.fromkeys(_BINOMIALS, _binomial),
    "sqrt": _root,
    **dict.fromkeys(_ARROWS, _arrow),
    **dict.fromkeys(("overset", "stackrel", "underset"), _over),
    **dict.fromkeys(("underbrace", "overbrace", "underbracket", "overbracket"), _braced),
    **dict.fromkeys(ALPHABETS, _alphabet),
    **dict.fromkeys(MARKING, _mark),
    **dict.fromkeys(_FONTS.split(), _font),
    **dict.fromkeys(_TEXTS.split(), _text),
    "operatorname": _operator,
    "mathop": _operator,
    **dict.fromkeys(_UNSEEN.split(), _unseen),
    **dict.fromkeys(("kern", "mkern", "hskip", "mskip", "mspace"), _length),
    **dict.fromkeys(("textsuperscript", "textsubscript"), _small),
    **dict.fromkeys(("textcolor", "colorbox", "fcolorbox"), _color),
    **dict.fromkeys(("pmod", "bmod", "mod", "pod"), _modulus),
    "tag": _tag,
    **dict.fromkeys(("ref", "eqref"), _reference),
    "not": _not,
    **dict.fromkeys(("left", "right", "middle"), _side),
    **dict.fromkeys(_ENCLOSED, _enclosed),
    **dict.fromkeys(_BRACKETS_OF_QUANTA, _quanta),
    **dict.fromkeys(("braket", "Braket"), _braket),
    "dd": _differential,
    **dict.fromkeys(("dv", "pdv", "odv"), _derivative),
    **dict.fromkeys(("ce", "pu"), _chemistry),
    **dict.fromkeys(("SI", "qty", "num", "ang", *_NUMBERS_OF_QUANTITY), _quantity),
    **dict.fromkeys(("quad", "qquad", "enspace"), _quad),
    "substack": _stack,
    "begin": _environment,
    **dict.fromkeys(_NOT_FORMULAS.split(), _refuse),
}
INFIX: dict[str, Callable[[str, str], str]] = {
    "over": factors.fraction,
    "choose": "C({}, {})".format,
    "atop": "{}; {}".format,
    "brack": "[{}; {}]".format,
}
"""Commands that stand between their arguments, which are all of the group before and after them."""
