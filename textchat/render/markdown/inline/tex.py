"""Converts TeX formulas to readable text with the characters available in a terminal."""

from __future__ import annotations

import re
import unicodedata

_NAMED = """
alpha:α beta:β gamma:γ delta:δ epsilon:ε varepsilon:ε zeta:ζ eta:η theta:θ iota:ι kappa:κ lambda:λ mu:μ nu:ν
xi:ξ pi:π rho:ρ sigma:σ tau:τ upsilon:υ phi:φ varphi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ
Pi:Π Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω times:× cdot:· div:÷ pm:± mp:∓ le:≤ leq:≤ ge:≥ geq:≥ ne:≠ neq:≠ approx:≈
equiv:≡ sim:∼ propto:∝ infty:∞ sum:∑ prod:∏ int:∫ oint:∮ partial:∂ nabla:∇ to:→ rightarrow:→ leftarrow:←
Rightarrow:⇒ Leftarrow:⇐ leftrightarrow:↔ Leftrightarrow:⇔ implies:⇒ iff:⇔ mapsto:↦ in:∈ notin:∉ subset:⊂
subseteq:⊆ supset:⊃ cup:∪ cap:∩ emptyset:∅ forall:∀ exists:∃ neg:¬ land:∧ wedge:∧ lor:∨ vee:∨ oplus:⊕ otimes:⊗
circ:∘ bullet:• star:⋆ angle:∠ perp:⊥ parallel:∥ degree:° ldots:… cdots:⋯ dots:… vdots:⋮ langle:⟨ rangle:⟩
lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉ ell:ℓ hbar:ℏ Re:ℜ Im:ℑ ll:≪ gg:≫ mid:| prime:′ therefore:∴ because:∵ lbrace:{
rbrace:} lbrack:[ rbrack:] vert:| lvert:| rvert:| Vert:‖ lVert:‖ rVert:‖ geqslant:≥ leqslant:≤ cong:≅ simeq:≃ prec:≺
succ:≻ vdash:⊢ models:⊨ vDash:⊨ top:⊤ bot:⊥ lnot:¬ ni:∋ setminus:∖ backslash:\\ varnothing:∅ triangle:△ square:□ Box:□
Diamond:◇ dagger:† ast:∗ aleph:ℵ subsetneq:⊊ supseteq:⊇ sqcup:⊔ bigcup:⋃ bigcap:⋂ bigoplus:⨁ bigotimes:⨂ iint:∬
iiint:∭ coprod:∐ odot:⊙ longrightarrow:⟶ longleftarrow:⟵ Longrightarrow:⟹ Longleftarrow:⟸ hookrightarrow:↪ uparrow:↑
downarrow:↓ rightharpoonup:⇀ rightleftharpoons:⇌ gets:← colon:: lt:< gt:> vartheta:ϑ varrho:ϱ varsigma:ς Upsilon:Υ
"""
_FUNCTIONS = """
sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan log ln lg exp lim limsup liminf max min sup inf argmax
argmin det gcd lcm mod bmod arg dim ker deg Pr
"""
_FONTS = """
text mathrm mathbf mathit mathsf mathtt mathcal mathfrak mathscr mathop mathbin mathrel textbf textit textrm texttt
operatorname boldsymbol bm pmb boxed underline overbrace underbrace cancel bcancel overrightarrow overleftarrow widehat
widetilde ce substack
"""
_NAKED = frozenset(_FONTS.split())
"""Commands that only change how what they apply to looks."""
_MATRICES = dict.fromkeys(("matrix", "pmatrix", "smallmatrix"), "()") | {
    **dict.fromkeys(("bmatrix", "array"), "[]"),
    **dict.fromkeys(("Bmatrix", "cases", "rcases"), "{}"),
    "vmatrix": "||",
    "Vmatrix": "‖‖",
}
_SIGNS = {
    **{name: sign for name, _, sign in (pair.partition(":") for pair in _NAMED.split())},
    **{name: name for name in _FUNCTIONS.split()},
    **dict.fromkeys(("quad", "qquad"), " "),
    **dict.fromkeys((size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m")), ""),
    **dict.fromkeys(
        ("left", "right", "middle", "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "notag", "hline"), ""
    ),
}
_ACCENTS = {"hat": "\u0302", "vec": "\u20d7", "dot": "\u0307", "tilde": "\u0303", "bar": "\u0304", "overline": "\u0304"}
_SETS = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "E": "𝔼"}
_ABOVE = dict(
    zip("0123456789+-=()niTxabcdefghjklmoprstuvwyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀˣᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷʸᶻ", strict=True)
)
_ABOVE |= {"∘": "°", "⊤": "ᵀ", "′": "′", "'": "′", "*": "*", "†": "†"}
_BELOW = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_TOKEN = re.compile(r"\\([a-zA-Z]+) ?|\\(.)|([\^_])|([{}])|([^\\^_{}]+)", re.DOTALL)
_UNDIVIDED = re.compile(r"√?\d*|[d∂√]? ?[^\W\d][⁰¹²³⁴-⁹ⁿ₀-₉]*")
"""Denominators that need no parentheses."""
_ROW_GAP = re.compile(r"(?<=\\\\)\[-?[\d.]+ ?[a-z]{2}\]")
"""The space between two rows, such as `\\\\[4pt]`."""
_DEEPEST = 12


def readable(formula: str) -> str:
    """`formula` with TeX commands replaced by their characters; unknown commands stay unchanged."""
    shown = _TexReader(_ROW_GAP.sub("", formula)).read_group(0)
    lines = [re.sub(" {2,}", " ", line.replace("&", "")).strip() for line in shown.split("\n")]
    return "\n".join(line for line in lines if line) or formula


class _TexReader:
    """Reads the tokens of one formula in order."""

    def __init__(self, formula: str) -> None:
        self._tokens = list(_TOKEN.finditer(formula))
        self._place = 0

    def read_group(self, depth: int) -> str:
        """Read up to the closing brace of the group, or to the end."""
        shown: list[str] = []
        while self._place < len(self._tokens):
            if self._tokens[self._place][4] == "}":
                self._place += 1
                if depth:
                    break
                continue
            shown.append(self._read_one(depth))
        return "".join(shown)

    def _read_one(self, depth: int) -> str:
        token = self._tokens[self._place]
        command, sign, script, brace, text = token.groups()
        self._place += 1
        if brace:
            return self.read_group(depth + 1) if depth < _DEEPEST else ""
        if script:
            return _scripted(script, self._argument(depth))
        if sign:
            return {",": " ", ";": " ", ":": " ", "!": "", " ": " ", "\\": "\n", "\n": "\n"}.get(sign, sign)
        if not command:
            return text.replace("\n", " ")
        shown = self._read_command(command, depth)
        return shown + " " if shown and token.group().endswith(" ") and not shown.endswith(" ") else shown

    def _argument(self, depth: int) -> str:
        """Read the argument of a command or script: a group, or a single character."""
        if self._place >= len(self._tokens) or self._tokens[self._place][4] == "}" or depth >= _DEEPEST:
            return ""
        token = self._tokens[self._place]
        if token[5] and (text := token[5].lstrip()):
            self._skip(len(token[5]) - len(text) + 1)
            return text[0]
        return self._read_one(depth + 1)

    def _next_text(self) -> str | None:
        return self._tokens[self._place][5] if self._place < len(self._tokens) else None

    def _option(self) -> str:
        """Read the option in brackets behind a command."""
        option = re.match(r"\s*\[([^\]]*)\]", self._next_text() or "")
        if option is None:
            return ""
        self._skip(option.end())
        return option[1]

    def _is_factor_next(self) -> bool:
        """Whether the next token would appear to belong to the denominator of the fraction before it."""
        if self._place >= len(self._tokens):
            return False
        command, _, script, _, text = self._tokens[self._place].groups()
        if command == "right":
            return False
        following = _SIGNS.get(command, "x")[:1] or "(" if command else script or (text or "")[:1]
        return following.isalnum() or following in ("(", "^", "_")

    def _skip(self, length: int) -> None:
        """Skip the first characters of a text."""
        token = self._tokens[self._place]
        rest = _TOKEN.match(token.string, token.start() + length, token.end())
        if rest:
            self._tokens[self._place] = rest
        else:
            self._place += 1

    def _read_environment(self, name: str, depth: int) -> str:
        """Read a matrix as one line in its brackets, and other environments as their content."""
        brackets = _MATRICES.get(name.rstrip("*"))
        if name == "array":
            self._argument(depth)  # the alignments
        if brackets is None or depth >= _DEEPEST:
            return ""
        shown: list[str] = []
        while self._place < len(self._tokens) and self._tokens[self._place][1] != "end":
            shown.append(self._read_one(depth + 1))
        rows = [" ".join(row.replace("&", " ").split()) for row in "".join(shown).split("\n")]
        return brackets[0] + "; ".join(row for row in rows if row) + brackets[1]

    def _read_command(self, name: str, depth: int) -> str:
        match name:
            case "frac" | "dfrac" | "tfrac":
                return self._read_fraction(depth)
            case "binom" | "dbinom" | "tbinom":
                return f"C({self._argument(depth)}, {self._argument(depth)})"
            case "sqrt":
                return _scripted("^", self._option()).removeprefix("^") + "√" + _bracketed(self._argument(depth))
            case "xrightarrow" | "xleftarrow":
                above = self._option() or self._argument(depth)
                return f" —{above}→ " if name == "xrightarrow" else f" ←{above}— "
            case "pmod" | "tag":
                return f" ({'mod ' if name == 'pmod' else ''}{self._argument(depth)})"
            case "mathbb":
                inner = self._argument(depth)
                return _SETS.get(inner, inner)
            case "begin":
                return self._read_environment(self._argument(depth), depth)
            case "end" | "label" | "hspace" | "vspace" | "phantom":
                self._argument(depth)
                return ""
            case "not":
                return unicodedata.normalize("NFC", self._argument(depth) + "\u0338")
        if name in _ACCENTS:
            inner = self._argument(depth)
            return inner + _ACCENTS[name] if len(inner) == 1 else inner
        if name == "operatorname" and (self._next_text() or "").startswith("*"):
            self._skip(1)
        return self._argument(depth) if name in _NAKED else self._sign(name)

    def _read_fraction(self, depth: int) -> str:
        above, below = self._argument(depth), self._argument(depth)
        fraction = f"{_grouped(above)}/{below if _UNDIVIDED.fullmatch(below) else f'({below})'}"
        return f"({fraction})" if self._is_factor_next() else fraction

    def _sign(self, name: str) -> str:
        """The character of a command without arguments; an unknown command stays unchanged."""
        sign = _SIGNS.get(name)
        if sign is None:
            return f"\\{name} "
        following = self._next_text()
        return sign + " " if sign.isalpha() and len(sign) > 1 and following and following[0].isalnum() else sign


def _scripted(script: str, inner: str) -> str:
    """A power or an index in superscript or subscript characters, if they exist for all of it."""
    small = _ABOVE if script == "^" else _BELOW
    if inner and all(character in small for character in inner):
        return "".join(small[character] for character in inner)
    return script + _bracketed(inner.strip())


def _bracketed(inner: str) -> str:
    """Put an argument in parentheses, unless it is one character or one number."""
    return inner if len(inner) <= 1 or inner.isdecimal() else f"({inner})"


def _grouped(inner: str) -> str:
    """Put a numerator in parentheses, unless it is one number or one name."""
    return inner if inner.isalnum() or _UNDIVIDED.fullmatch(inner) else f"({inner})"
