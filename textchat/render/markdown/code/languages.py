"""Names that people write behind a fence and Pygments does not know, with the name of the lexer that fits best."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_PLAIN = """
text txt plain plaintext output none nohighlight no-highlight raw ascii tree log logs ansi url uri key cert mermaid
plantuml puml srt vtt ics hex binary xxd base64 gitignore dockerignore passwd hosts fstab crontab cron tokens math
katex diagram poem prompt
"""
"""What has no syntax, or one that Pygments cannot read: plain on purpose."""
_NAMES = """
json: jsonc jsonl ndjson ldjson json-lines geojson har ipynb jupyter notebook swagger avro webmanifest avsc
kotlin: kt kts
html: svelte astro htm html5 xhtml vue-html angular ng razor cshtml blazor
ocaml: ml mli ocamllex
vb.net: vb vba
make: mk gnumakefile
diff: patch git-diff
ini: conf editorconfig gitconfig service systemd-unit properties-ini
bash: env dotenv terminal-script shellscript sh-script shell-script dash ash nushell nu elvish xonsh curl just justfile
console: terminal shellsession sh-session bash-session
batch: cmd batchfile
doscon: dos-session
jinja: jinja2 j2
sql: plsql sqlite sqlite3-sql mssql-sql bigquery snowflake redshift duckdb clickhouse oracle ddl dml hql hiveql
postgresql: pgsql
tsql: mssql
markdown: mdx qmd rmarkdown
javascript: mjs cjs node nodejs jscript mongodb mongo
typescript: mts cts deno
terraform: tfvars hcl2
graphql: gql
docker: containerfile
asm: x86asm arm armasm aarch64 riscv
nasm: masm
clojure: edn
r: rscript
solidity: sol
wast: wasm webassembly
c: h
cpp: cc cxx hpp hxx hh ino arduino-cpp metal
objective-c: m
objective-c++: mm
fsharp: fs fsx
python: rpy renpy sagemath pyw ipython ipy bzl skylark bazel-build
pytb: traceback
groovy: gradle jenkinsfile
perl: pm
php: php8 php7 phtml
xml: svg xsl wsdl plist mathml rss atom xaml csproj pom kml gpx
css: postcss pcss
sass: stylus styl
common-lisp: commonlisp cl-lisp
yaml: yml k8s kubernetes helm ansible compose docker-compose openapi cloudformation yaml-frontmatter
fortran: f95 f77 f03 f08
vim: viml vimscript neovim
apacheconf: htaccess httpd
registry: reg
applescript: osascript
gdscript: godot
glsl: opengl
cypher: neo4j
java: processing pde apex
handlebars: hbs mustache
erb: ejs
elixir: eex heex
html+php: blade
gherkin: feature
robotframework: robot
rust: move cairo
go: vlang
http: https http-request
tsx: react-ts
turtle: n3
kusto: splunk spl
restructuredtext: adoc asciidoc
csv: tsv psv
regex: regexp
"""


def lexer_name(language: str) -> str:
    """The name by which Pygments knows a language, or may know it; empty for plain text."""
    name = language.lower()
    return _aliases().get(name, name)


def names() -> list[str]:
    """The names that are known here, in order."""
    return sorted(_aliases())


@functools.cache
def own_lexer(name: str) -> Lexer | None:
    """A lexer for what Pygments has none for: tables of values, and regular expressions."""
    from pygments.lexer import RegexLexer
    from pygments.token import Keyword, Name, Number, Operator, Punctuation, String, Text

    class CsvLexer(RegexLexer):
        tokens = {  # noqa: RUF012
            "root": [
                (r'"(?:[^"]|"")*"?', String),
                (r"[-+]?\d+(?:\.\d+)?%?(?=[ ]*(?:[,;|\t\n]|$))", Number),
                (r"[,;|\t]", Punctuation),
                (r'[^,;|\t\n"]+|\n', Text),
            ]
        }

    class RegularExpressionLexer(RegexLexer):
        tokens = {  # noqa: RUF012
            "root": [
                (r"\\[pPkg]\{[^}\n]*\}|\\k<\w*>|\\.", String.Escape),
                (r"\[\^?\]?(?:\\.|[^\]\\\n])*\]?", String),
                (r"\((?:\?(?:P?<\w+>|P=\w+|<?[=!]|[a-zA-Z-]*:|>))?|[)|]", Keyword),
                (r"[*+?][+?]?|\{\d*,?\d*\}[+?]?", Operator),
                (r"[\^$.]", Name.Builtin),
                (r"[^\\\[()|*+?{^$.\n]+|\n|\{", Text),
            ]
        }

    lexers = {"csv": CsvLexer, "regex": RegularExpressionLexer}
    return lexers[name]() if name in lexers else None


@functools.cache
def _aliases() -> Mapping[str, str]:
    rows = (row.partition(":") for row in _NAMES.strip().splitlines())
    return dict.fromkeys(_PLAIN.split(), "") | {name: lexer for lexer, _, names in rows for name in names.split()}
