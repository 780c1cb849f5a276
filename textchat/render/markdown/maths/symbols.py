"""The characters of TeX commands: those of KaTeX's list of symbols and its abbreviations, one word a command."""

from __future__ import annotations


def _table(pairs: str) -> dict[str, str]:
    """`name:character` pairs as a mapping."""
    return {name: sign for name, _, sign in (pair.partition(":") for pair in pairs.split())}


BINARY = _table("""
amalg:⨿ ast:∗ barwedge:⊼ bigcirc:◯ bigtriangledown:▽ bigtriangleup:△ boxdot:⊡ boxminus:⊟ boxplus:⊞ boxtimes:⊠ bullet:•
Cap:⋒ cap:∩ cdot:· centerdot:· circ:∘ circledast:⊛ circledcirc:⊚ circleddash:⊝ cross:× Cup:⋓ cup:∪ curlyvee:⋎
curlywedge:⋏ dagger:† ddagger:‡ diamond:⋄ div:÷ divideontimes:⋇ dotplus:∔ doublebarwedge:⩞ doublecap:⋒ doublecup:⋓
gtrdot:⋗ intercal:⊺ land:∧ leftthreetimes:⋋ lessdot:⋖ lhd:⊲ lor:∨ ltimes:⋉ mp:∓ nand:⊼ nor:⊽ odot:⊙ ominus:⊖ oplus:⊕
oslash:⊘ otimes:⊗ plusmn:± pm:± rhd:⊳ rightthreetimes:⋌ rtimes:⋊ sdot:· setminus:∖ smallsetminus:∖ sqcap:⊓ sqcup:⊔
star:⋆ times:× triangleleft:◃ triangleright:▹ unlhd:⊴ unrhd:⊵ uplus:⊎ vee:∨ veebar:⊻ wedge:∧ wr:≀ xor:⊕
""")
"""Signs between two operands."""

RELATIONS = _table("""
approx:≈ approxcolon:≈: approxeq:≊ asymp:≍ backepsilon:∍ backsim:∽ backsimeq:⋍ because:∵ between:≬ blacktriangleleft:◀
blacktriangleright:▶ bowtie:⋈ Bumpeq:≎ bumpeq:≏ circeq:≗ circlearrowleft:↺ circlearrowright:↻ colon:: coloneq:≔
Coloneqq:⩴ coloneqq:≔ colonequals:≔ cong:≅ curlyeqprec:⋞ curlyeqsucc:⋟ curvearrowleft:↶ curvearrowright:↷ darr:↓
dashleftarrow:⇠ dashrightarrow:⇢ dashv:⊣ dblcolon:∷ defeq:≔ Doteq:≑ doteq:≐ doteqdot:≑ doublecolon:∷ Downarrow:⇓
downarrow:↓ downdownarrows:⇊ downharpoonleft:⇃ downharpoonright:⇂ entails:⊨ eqcirc:≖ eqcolon:≕ eqdef:≝ eqqcolon:≕
eqsim:≂ eqslantgtr:⪖ eqslantless:⪕ equiv:≡ fallingdotseq:≒ frown:⌢ ge:≥ geq:≥ geqq:≥ geqslant:≥ gets:← gg:≫ ggg:⋙
gnapprox:⪊ gneq:⪈ gneqq:≩ gnsim:⋧ gt:> gtrapprox:⪆ gtreqless:⋛ gtreqqless:⪌ gtrless:≷ gtrsim:≳ Harr:⇔ hArr:⇔ harr:↔
hookleftarrow:↩ hookrightarrow:↪ iff:⇔ imageof:⊷ impliedby:⇐ implies:⇒ in:∈ indep:⫫ independent:⫫ isin:∈ Join:⋈ lArr:⇐
larr:← le:≤ leadsto:⇝ Leftarrow:⇐ leftarrow:← leftarrowtail:↢ leftharpoondown:↽ leftharpoonup:↼ leftleftarrows:⇇
Leftrightarrow:⇔ leftrightarrow:↔ leftrightarrows:⇆ leftrightharpoons:⇋ leftrightsquigarrow:↭ leq:≤ leqq:≤ leqslant:≤
lessapprox:⪅ lesseqgtr:⋚ lesseqqgtr:⪋ lessgtr:≶ lesssim:≲ ll:≪ Lleftarrow:⇚ lll:⋘ lnapprox:⪉ lneq:⪇ lneqq:≨ lnsim:⋦
Longleftarrow:⟸ longleftarrow:⟵ Longleftrightarrow:⟺ longleftrightarrow:⟷ longmapsto:⟼ Longrightarrow:⟹
longrightarrow:⟶ looparrowleft:↫ looparrowright:↬ lrArr:⇔ lrarr:↔ Lsh:↰ lt:< mapsto:↦ mid:| models:⊨ multimap:⊸
napprox:≉ ncong:≆ ne:≠ nearrow:↗ neq:≠ nequiv:≢ ngeq:≱ ngtr:≯ ni:∋ nin:∉ nLeftarrow:⇍ nleftarrow:↚ nLeftrightarrow:⇎
nleftrightarrow:↮ nleq:≰ nless:≮ nmid:∤ nmodels:⊭ notin:∉ notni:∌ nparallel:∦ nprec:⊀ npreceq:⋠ nRightarrow:⇏
nrightarrow:↛ nsim:≁ nsubset:⊄ nsubseteq:⊈ nsucc:⊁ nsucceq:⋡ nsupset:⊅ nsupseteq:⊉ ntriangleleft:⋪ ntrianglelefteq:⋬
ntriangleright:⋫ ntrianglerighteq:⋭ nVDash:⊯ nVdash:⊮ nvDash:⊭ nvdash:⊬ nwarrow:↖ origof:⊶ owns:∋ parallel:∥ Perp:⫫
perp:⊥ pitchfork:⋔ prec:≺ precapprox:⪷ preccurlyeq:≼ preceq:⪯ precnapprox:⪹ precneqq:⪵ precnsim:⋨ precsim:≾ propto:∝
proves:⊢ questeq:≟ Rarr:⇒ rArr:⇒ rarr:→ ratio:: restriction:↾ Rightarrow:⇒ rightarrow:→ rightarrowtail:↣
rightharpoondown:⇁ rightharpoonup:⇀ rightleftarrows:⇄ rightleftharpoons:⇌ rightrightarrows:⇉ rightsquigarrow:⇝
risingdotseq:≓ Rrightarrow:⇛ Rsh:↱ searrow:↘ sim:∼ simeq:≃ smallfrown:⌢ smallsmile:⌣ smile:⌣ sqsubset:⊏ sqsubseteq:⊑
sqsupset:⊐ sqsupseteq:⊒ sub:⊂ sube:⊆ Subset:⋐ subset:⊂ subseteq:⊆ subseteqq:⫅ subsetneq:⊊ subsetneqq:⫋ succ:≻
succapprox:⪸ succcurlyeq:≽ succeq:⪰ succnapprox:⪺ succneqq:⪶ succnsim:⋩ succsim:≿ supe:⊇ Supset:⋑ supset:⊃ supseteq:⊇
supseteqq:⫆ supsetneq:⊋ supsetneqq:⫌ swarrow:↙ therefore:∴ thickapprox:≈ thicksim:∼ to:→ trianglelefteq:⊴ triangleq:≜
trianglerighteq:⊵ twoheadleftarrow:↞ twoheadrightarrow:↠ uarr:↑ Uparrow:⇑ uparrow:↑ Updownarrow:⇕ updownarrow:↕
upharpoonleft:↿ upharpoonright:↾ upmodels:⫫ upuparrows:⇈ varpropto:∝ vartriangle:△ vartriangleleft:⊲
vartriangleright:⊳ vcentcolon:: Vdash:⊩ vDash:⊨ vdash:⊢ Vvdash:⊪
""")
"""Relations and arrows."""

LARGE = _table("""
bigcap:⋂ bigcup:⋃ bigodot:⨀ bigoplus:⨁ bigotimes:⨂ bigsqcap:⨅ bigsqcup:⨆ bigtimes:⨉ biguplus:⨄ bigvee:⋁ bigwedge:⋀
coprod:∐ fint:⨍ idotsint:∫⋯∫ iiiint:⨌ iiint:∭ iint:∬ int:∫ intop:∫ oiiint:∰ oiint:∯ oint:∮ prod:∏ smallint:∫ sum:∑
""")
"""Operators that stand before what they apply to."""

OPENING = _table("langle:⟨ lang:⟨ lfloor:⌊ lceil:⌈ lVert:‖ lvert:| lbrace:{ lbrack:[ llbracket:⟦ lparen:(")
CLOSING = _table("rangle:⟩ rang:⟩ rfloor:⌋ rceil:⌉ rVert:‖ rvert:| rbrace:} rbrack:] rrbracket:⟧ rparen:)")
"""Brackets."""

SIGNS = _table("""
AA:Å aa:å AE:Æ ae:æ alef:ℵ aleph:ℵ Alpha:Α alpha:α angle:∠ backprime:‵ Beta:Β beta:β beth:ℶ bigstar:★ blacklozenge:⧫
blacksquare:■ blacktriangle:▲ blacktriangledown:▼ bot:⊥ Box:□ C:ℂ cdotp:· cdots:⋯ checkmark:✓ Chi:Χ chi:χ circledR:®
circledS:Ⓢ clubsuit:♣ cnums:ℂ complement:∁ Complex:ℂ copyright:© curl:∇× dag:† daleth:ℸ ddag:‡ ddots:⋱ degree:°
Delta:Δ delta:δ diagdown:╲ diagup:╱ Diamond:◇ diamondsuit:♢ digamma:ϝ dots:… dotsb:⋯ dotsc:… dotsi:⋯ dotsm:⋯ dotso:…
ell:ℓ emptyset:∅ Epsilon:Ε epsilon:ε Eta:Η eta:η eth:ð euro:€ exists:∃ Finv:Ⅎ flat:♭ forall:∀ Game:⅁ Gamma:Γ gamma:γ
gimel:ℷ grad:∇ hbar:ℏ hearts:♡ heartsuit:♡ hslash:ℏ Im:ℑ imath:ı infty:∞ Iota:Ι iota:ι jmath:ȷ Kappa:Κ kappa:κ
Lambda:Λ lambda:λ laplacian:∇² ldotp:. ldots:… lnot:¬ lozenge:◊ lrcorner:⌟ maltese:✠ mathdollar:$ mathellipsis:…
mathsterling:£ measuredangle:∡ mho:℧ micro:µ Mu:Μ mu:μ N:ℕ nabla:∇ natnums:ℕ natural:♮ neg:¬ nexists:∄ Nu:Ν nu:ν O:Ø
o:ø OE:Œ oe:œ Omega:Ω omega:ω Omicron:Ο omicron:ο P:ℙ partial:∂ Phi:Φ phi:φ Pi:Π pi:π pounds:£ prime:′ Psi:Ψ psi:ψ Q:ℚ
QED:∎ qed:∎ qedsymbol:∎ R:ℝ Re:ℜ Reals:ℝ reals:ℝ Rho:Ρ rho:ρ S:§ sharp:♯ Sigma:Σ sigma:σ spadesuit:♠ sphericalangle:∢
square:□ ss:ß surd:√ Tau:Τ tau:τ textasciicircum:^ textasciitilde:~ textbackslash:\\ textbar:| textbullet:•
textdegree:° textdollar:$ textellipsis:… textemdash:— textendash:– textgreater:> textless:< textmu:µ textunderscore:_
Theta:Θ theta:θ thetasym:ϑ top:⊤ triangle:△ triangledown:▽ ulcorner:⌜ upalpha:α Upsilon:Υ upsilon:υ urcorner:⌝
varDelta:Δ varepsilon:ε varGamma:Γ varkappa:ϰ varLambda:Λ varnothing:∅ varOmega:Ω varPhi:Φ varphi:φ varPi:Π varpi:ϖ
varPsi:Ψ varrho:ϱ varSigma:Σ varsigma:ς varTheta:Θ vartheta:ϑ varUpsilon:Υ varvdots:⋮ varXi:Ξ vdots:⋮ Vert:‖ vert:|
wp:℘ Xi:Ξ xi:ξ yen:¥ Z:ℤ Zeta:Ζ zeta:ζ
""")
"""Letters and signs of their own."""

_FUNCTIONS = """
sin cos tan cot sec csc sinh cosh tanh coth sech csch arcsin arccos arctan arccot arcsec arccsc arsinh arcosh artanh sgn
sign log ln lg exp lim limsup liminf max min sup inf argmax argmin det gcd lcm arg dim ker deg hom Hom Pr Var Cov Corr
Res rank tr Tr trace diag span erf erfc softmax sigmoid relu ReLU GELU round ord
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())
"""Functions that are written as their names."""
LONG_NAMES = {
    "injlim": "inj lim",
    "varinjlim": "inj lim",
    "projlim": "proj lim",
    "varprojlim": "proj lim",
    "varlimsup": "limsup",
    "varliminf": "liminf",
    "E": "𝔼",
}
