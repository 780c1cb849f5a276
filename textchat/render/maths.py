"""Formulas made readable: the TeX that models write, in the characters that a terminal has, as far as there are any."""

from __future__ import annotations

import re

_NAMED = """
alpha:α beta:β gamma:γ delta:δ epsilon:ε varepsilon:ε zeta:ζ eta:η theta:θ iota:ι kappa:κ lambda:λ mu:μ nu:ν
xi:ξ pi:π rho:ρ sigma:σ tau:τ upsilon:υ phi:φ varphi:φ chi:χ psi:ψ omega:ω Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ
Pi:Π Sigma:Σ Phi:Φ Psi:Ψ Omega:Ω times:× cdot:· div:÷ pm:± mp:∓ le:≤ leq:≤ ge:≥ geq:≥ ne:≠ neq:≠ approx:≈
equiv:≡ sim:∼ propto:∝ infty:∞ sum:∑ prod:∏ int:∫ oint:∮ partial:∂ nabla:∇ to:→ rightarrow:→ leftarrow:←
Rightarrow:⇒ Leftarrow:⇐ leftrightarrow:↔ Leftrightarrow:⇔ implies:⇒ iff:⇔ mapsto:↦ in:∈ notin:∉ subset:⊂
subseteq:⊆ supset:⊃ cup:∪ cap:∩ emptyset:∅ forall:∀ exists:∃ neg:¬ land:∧ wedge:∧ lor:∨ vee:∨ oplus:⊕ otimes:⊗
circ:∘ bullet:• star:⋆ angle:∠ perp:⊥ parallel:∥ degree:° ldots:… cdots:⋯ dots:… vdots:⋮ langle:⟨ rangle:⟩
lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉ ell:ℓ hbar:ℏ Re:ℜ Im:ℑ ll:≪ gg:≫ mid:| prime:′ therefore:∴ because:∵ lbrace:{
rbrace:}
"""
_FUNCTIONS = "sin cos tan log ln exp lim max min sup inf det gcd mod arg dim ker deg Pr"
_SIGNS = {
    **{name: sign for name, _, sign in (pair.partition(":") for pair in _NAMED.split())},
    **{name: name for name in _FUNCTIONS.split()},
    **dict.fromkeys(("quad", "qquad"), " "),
    **dict.fromkeys(("left", "right", "big", "Big", "bigg", "Bigg", "displaystyle", "limits", "nonumber"), ""),
}
_SETS = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "P": "ℙ", "E": "𝔼"}
_ABOVE = dict(
    zip("0123456789+-=()niTxabcdefghjklmoprstuvwyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀˣᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷʸᶻ", strict=True)
)
_BELOW = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_TOKEN = re.compile(r"\\([a-zA-Z]+) ?|\\(.)|([\^_])|([{}])|([^\\^_{}]+)", re.DOTALL)
_DEEPEST = 12


def readable(formula: str) -> str:
    """`formula` without the TeX that has a sign of its own; what is unknown stays as it is."""
    shown = _Reader(formula).read_group(0)
    lines = [re.sub(" {2,}", " ", line.replace("&", "")).strip() for line in shown.split("\n")]
    return "\n".join(line for line in lines if line) or formula


class _Reader:
    def __init__(self, formula: str) -> None:
        self._tokens = list(_TOKEN.finditer(formula))
        self._place = 0

    def read_group(self, depth: int) -> str:
        """Everything up to the brace that closes the group, or to the end."""
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
            return text
        shown = self._read_command(command, depth)
        return shown + " " if shown and token.group().endswith(" ") and not shown.endswith(" ") else shown

    def _argument(self, depth: int) -> str:
        """What a command or a script applies to: a group, or a single character."""
        if self._place >= len(self._tokens) or self._tokens[self._place][4] == "}" or depth >= _DEEPEST:
            return ""
        token = self._tokens[self._place]
        if token[5] and len(token[5].lstrip()) > 1:
            text = token[5].lstrip()
            start = token.end() - len(text) + 1
            self._tokens[self._place] = _TOKEN.match(token.string, start) or token
            return text[0]
        return self._read_one(depth)

    def _read_command(self, name: str, depth: int) -> str:
        match name:
            case "frac" | "dfrac" | "tfrac":
                above, below = self._argument(depth), self._argument(depth)
                return f"{_grouped(above)}/{_grouped(below)}"
            case "sqrt":
                return "√" + _grouped(self._argument(depth))
            case (
                "text" | "mathrm" | "mathbf" | "mathit" | "mathsf" | "mathcal" | "operatorname" | "boldsymbol" | "boxed"
            ):
                return self._argument(depth)
            case "mathbb":
                inner = self._argument(depth)
                return _SETS.get(inner, inner)
            case "hat" | "bar" | "vec" | "dot" | "tilde" | "overline":
                mark = {"hat": "\u0302", "vec": "\u20d7", "dot": "\u0307", "tilde": "\u0303"}.get(name, "\u0304")
                inner = self._argument(depth)
                return inner + mark if len(inner) == 1 else inner
            case "begin" | "end":
                self._argument(depth)
                return ""
        sign = _SIGNS.get(name)
        following = self._tokens[self._place][5] if self._place < len(self._tokens) else None
        if sign is None:
            return f"\\{name} "
        return sign + " " if sign.isalpha() and len(sign) > 1 and following and following[0].isalnum() else sign


def _scripted(script: str, inner: str) -> str:
    """A power or an index, in small characters if there are some for all of it."""
    small = _ABOVE if script == "^" else _BELOW
    if inner and all(character in small for character in inner):
        return "".join(small[character] for character in inner)
    return script + _grouped(inner)


def _grouped(inner: str) -> str:
    """A part of a formula in parentheses, unless it is one number or one name."""
    return inner if len(inner) <= 1 or inner.isalnum() else f"({inner})"
