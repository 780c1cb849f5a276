"""Languages by the names that people write behind a fence: each has colours, or is plain text on purpose."""

from __future__ import annotations

import asyncio

import pytest

from tests.render.gallery import styles_of
from textchat.core.waiting.calm import Calm
from textchat.render.markdown import Document, load_lexers_early
from textchat.render.markdown.code.highlight import has_colours, lexer_for
from textchat.render.markdown.code.languages import lexer_name, names

COLOURED = """
jsonc kt svelte astro htm ml vb mk patch conf env dotenv csv cmd jinja2 plsql sqlite pgsql regex mdx tsx jsonl json5 ps1
zsh console shell-session hcl tf proto gql dockerfile makefile cmake nginx ini cfg toml asm r jl hs ex clj sol zig nim
wat mjs cts sh shell bash fish bat py python3 pycon js jsx node ts c h cpp c++ hpp cs c# fs vue css scss less postcss
html xml svg yaml yml k8s docker-compose sql mysql postgres tsql go rs rb php java scala gradle kotlin dart swift objc
lua perl pl elixir erl lisp elisp scheme racket haskell ocaml fsharp matlab octave latex tex bibtex md rst diff http
graphql prolog cobol fortran f95 pascal delphi ada vhdl verilog sv tcl awk vim nix glsl wgsl hlsl cuda llvm groovy
handlebars hbs twig liquid erb ejs pug haml gherkin sparql cypher qml gdscript bicep_
"""
STYLES = styles_of("textual-dark")


def test_every_name_of_our_own_is_a_lexer_or_plain() -> None:
    lost = [name for name in names() if has_colours(name) != bool(lexer_name(name))]
    assert lost == []


def test_usual_names_have_colours() -> None:
    plain = [name for name in COLOURED.split() if not has_colours(name)]
    assert plain == ["bicep_"], "a name that nobody knows is plain, and only that"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("jsonc", '// why\n{"a": 1}'),
        ("svelte", "<script>\nlet a = 1\n</script>\n<b>{a}</b>"),
        ("csv", 'name,"b, c",-3.5\nx,2,3'),
        ("regex", r"^(?P<year>\d{4})-[^a\]]+?$"),
        ("KT", "/* a\nb */ fun x() = 1"),
    ],
)
def test_they_are_drawn_in_several_colours_and_alike_while_they_come(language: str, code: str) -> None:
    text = f"```{language}\n{code}\n```"
    whole = Document(STYLES, 60, text, finished=True)
    growing = Document(STYLES, 60)
    for letter in text:
        growing.append(letter)
        assert growing.settled <= growing.height
    growing.finish()
    lines = [whole.line(y) for y in range(whole.height)]
    assert [growing.line(y) for y in range(growing.height)] == lines
    assert len({segment.style for line in lines[1:] for segment in line if segment.text.strip()}) > 1


def test_the_usual_ones_are_loaded_in_calm_time() -> None:
    seconds = iter(range(10_000))
    lexer_for.cache_clear()
    asyncio.run(load_lexers_early(Calm(lambda: next(seconds))))
    loaded = lexer_for.cache_info()
    assert [lexer_for(language) is None for language in ("python", "css", "html")] == [False] * 3
    assert lexer_for.cache_info().misses == loaded.misses > 10
