"""Collects the texts of the package that a user may see, without running or importing it.

No text is marked as visible: a literal counts if it reads as words and nothing in its place says that it is code. So a
new label or error is collected by itself. What is not for users: docstrings, log lines, patterns, queries, style
sheets, names that are looked up or compared.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "textchat"
DEMO = PACKAGE / "providers/demo/answers.md"
FOREIGN = (
    "core/figures/tokenizing/",
    "providers/mends/refusal",
    "providers/refusals/",
    "render/markdown/code/",
    "render/markdown/inline/",
    "render/markdown/maths/",
    "render/markdown/parsing/",
)
"""Modules about what others write: the words of servers, languages, formulas, Markdown."""
WORDS = "ui/hints.py"
"""A module whose texts are single words beside keys, and ids."""
GAP = "{…}"
"""Stands for a value in a text."""

_LOGS = frozenset({"log", "_log", "logger", "_logger", "logging"})
_CODE_CALLS = re.compile(
    r"compile|execute\w*|query\w*|[gs]etattr|hasattr|strftime|startswith|endswith|remove\w+|r?split|r?partition|replace"
    r"|index|find|count|strip|fullmatch|match|search|sub|finditer|findall|import_module|TypeVar|cast|encode|get|pop"
    r"|\w+_class|run_worker|NamedTemporaryFile"
)
"""Calls whose texts are code: patterns, queries, selectors, names."""
_CODE_NAMES = re.compile(r"(?:^|_)(?:CSS|SQL|PATTERN|CLASSES|ID|TYPE|FORMAT)$|^__all__$")
_NAMES = frozenset({"id", "classes", "name", "group", "dest", "action", "encoding", "mode", "newline", "style"})
"""Keywords whose values are names."""
_LABEL_CALLS = frozenset({"Shortfall", "ReplyState", "Hint", "Hints", "Button", "Static", "Label", "Option"})
"""Calls whose texts are shown even where they are a single word in lower case."""
_LABELS = frozenset({"help", "label", "title", "placeholder", "prompt", "border_title", "border_subtitle", "tooltip"})

_SQL = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|WITH|BEGIN|DROP|WHERE|AND|OR|NOT|EXISTS|ORDER)\b"
    r"|.*\b(?:IS NULL|LIKE|COLLATE|NOT IN|FROM|AS)\b|.*\w\.\w+ *(?:<|>=|=) *\?|\w+(?:, \w+)+$|.*excluded\.",
    re.DOTALL,
)
_PATTERN = re.compile(r"\(\?|\\[bdwsBDWS.(\[]|\[\^|\]\*|\.\*|\]\+")
_STYLE = re.compile(r"[\w-]+:\s[^;\n]+;")
_CODE = re.compile(
    r"\s*(?:\[?[\w\"/.-]+\]? = |[\w-]+=\S|data: |%\(|import \w|[\w.]+\(.*\)$|(?:not )?bold |\w+/[\w-]+, )"
)
_TAG = re.compile(r"</?[A-Za-z!][^>]*>")
_WORDS = re.compile(r"[^\W\d_]{2,}[^\w\n]*[ \n]|[ \n][^\w\n]*[^\W\d_]{2,}")
_LABEL = re.compile(r"[A-Z][a-z]{2,}…?")
_WORD = re.compile(r"[^\W\d_]{2}")
_NAME = re.compile(r"^\$|\w[._]\w|^[A-Z_]+$")


class VisibleText(NamedTuple):
    """One text, with gaps for the values in it."""

    module: str
    """Path below the package."""
    text: str
    is_error: bool = False
    """Whether it is the message of an exception."""


def visible_texts() -> list[VisibleText]:
    """All visible texts, by module and in the order of the source; each once in a module."""
    found: list[VisibleText] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        module = file.relative_to(PACKAGE).as_posix()
        if not module.startswith(FOREIGN) and file.name != "__init__.py":
            found += texts_of(module, file.read_text("utf-8"))
    found += [VisibleText("providers/demo/answers.md", line) for line in _prose(DEMO.read_text("utf-8"))]
    return found


def texts_of(module: str, source: str) -> list[VisibleText]:
    """The visible texts in the source of one module."""
    finder = _Finder(takes_words=module == WORDS)
    finder.visit(ast.parse(source))
    return list(dict.fromkeys(VisibleText(module, text, is_error) for text, is_error in finder.found))


def listing(texts: list[VisibleText]) -> str:
    """The texts as a file: a heading for each module, and a line for each line of a text."""
    lines: list[str] = []
    module = ""
    for text in texts:
        if text.module != module:
            module = text.module
            lines += ["", f"# {module}"]
        lines += [line.strip() for line in text.text.splitlines() if line.strip()]
    return "\n".join(lines[1:]) + "\n"


def _prose(markdown: str) -> Iterator[str]:
    """The lines of the demo's replies, without code and without the words that choose a reply."""
    is_code = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif line.strip() and not is_code and not line.startswith("@@"):
            yield line


def _text_of(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)


def _is_read(text: str) -> bool:
    """Whether a text is words, and not a query, a pattern, a style sheet or a setting."""
    words = text.replace(GAP, "")
    if not _WORDS.search(text if words.strip() else ""):
        return _LABEL.fullmatch(text) is not None
    return _WORD.search(words) is not None and not any(
        (_SQL.match(text), _CODE.match(text), _PATTERN.search(text), _STYLE.search(text))
    )


class _Finder(ast.NodeVisitor):
    """Walks a module in the order of its source; leaves out what its place shows to be code."""

    def __init__(self, *, takes_words: bool) -> None:
        self.found: list[tuple[str, bool]] = []
        self._is_label = self._takes_words = takes_words
        self._is_error = False

    def _take(self, node: ast.Constant | ast.JoinedStr) -> None:
        text = _TAG.sub("", _text_of(node))
        if _is_read(text) or (self._is_label and _WORD.search(text.replace(GAP, "")) and not _NAME.search(text)):
            self.found.append((text, self._is_error))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._take(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._take(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self._visit(part.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # else a docstring
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and _CODE_NAMES.search(target.id) for target in node.targets):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Nothing: the type of a parameter is no text."""

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.decorator_list, node.args, *node.body):  # not the type of its result
            self.visit(part)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Compare(self, node: ast.Compare) -> None:
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Constant):
                self.visit(part)

    def visit_Dict(self, node: ast.Dict) -> None:
        for value in node.values:
            self.visit(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        if not isinstance(node.slice, ast.Constant):
            self.visit(node.slice)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        """Nothing: what is compared is a name."""

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if isinstance(called, ast.Attribute):
            if isinstance(called.value, ast.Name) and called.value.id in _LOGS:
                return
            if name == "split" and isinstance(called.value, ast.Constant):
                return
            self.visit(called.value)
        is_code = _CODE_CALLS.fullmatch(name) is not None
        is_error = name.endswith("Error") and name != "ArgumentTypeError"  # argparse writes a sentence around it
        for value in node.args:
            if not (is_code and isinstance(value, ast.Constant | ast.JoinedStr)):
                self._visit(value, is_label=name in _LABEL_CALLS, is_error=is_error)
        for keyword in node.keywords:
            if keyword.arg not in _NAMES:
                self._visit(keyword.value, is_label=keyword.arg in _LABELS)

    def _visit(self, node: ast.AST, *, is_label: bool = False, is_error: bool = False) -> None:
        before = self._is_label, self._is_error
        # Only a text that stands there itself, or one of two, is what the call shows.
        is_text = isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp | ast.BinOp)
        self._is_label = self._takes_words or (is_label and is_text)
        self._is_error = is_error and is_text
        self.visit(node)
        self._is_label, self._is_error = before
