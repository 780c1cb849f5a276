"""Mutants of one Python file: small changes of its source that a test should notice.

Changed are comparisons, `and`/`or`, arithmetic, numbers, booleans, conditions, returned values and keyword arguments;
calls, `raise`, `return` and assignments to attributes are deleted. Left alone is what no test should pin: docstrings,
other texts, annotations, decorators, assertions and what is logged.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
LOGGERS = {"log", "logger", "logging"}


@dataclass(frozen=True, order=True)
class Mutant:
    """One replacement in the source of a file."""

    path: Path
    start: int
    """Where the replaced text starts, in bytes of the file; `end` likewise."""
    end: int
    kind: str
    replacement: str
    lines: tuple[int, ...]
    """The lines of its statement: a test that runs none of them cannot notice it."""

    @property
    def line(self) -> int:
        return self.lines[-1]

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.replacement.encode() + source[self.end :]

    def diff(self, source: bytes) -> str:
        """What changed, as a unified diff without context."""
        before, after = (text.decode().splitlines() for text in (source, self.applied(source)))
        return "\n".join(list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:])


def mutants_of(path: Path, source: bytes) -> list[Mutant]:
    """All mutants of a file, in the order of their places."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


class _Finder(ast.NodeVisitor):
    """Collects the mutants of a syntax tree; visits only what may be changed."""

    def __init__(self, path: Path, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._statement_line = 1
        self._line_starts = [0]
        for line in source.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))

    def _add(self, node: ast.expr | ast.stmt, kind: str, replacement: str) -> None:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = self._line_starts[node.lineno - 1] + node.col_offset
        end = self._line_starts[node.end_lineno - 1] + node.end_col_offset
        lines = tuple(range(self._statement_line, max(self._statement_line, node.lineno) + 1))
        self.found.append(Mutant(self._path, start, end, kind, replacement, lines))

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            self._statement_line = node.lineno
        super().visit(node)

    # -- statements --------------------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assignment(node, [node.target], node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and target.id.startswith("__") for target in node.targets):
            self._assignment(node, node.targets, node.value)

    def _assignment(self, node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> None:
        if all(isinstance(target, ast.Attribute) for target in targets):
            self._add(node, "assignment deleted", "pass")
        self.visit(value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if other := ARITHMETIC.get(type(node.op)):
            self._add(node, "arithmetic", ast.unparse(ast.AugAssign(node.target, other(), node.value)))
        self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) or _is_logging(node.value):
            return
        if isinstance(node.value, ast.Call | ast.Await):
            self._add(node, "call deleted", "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self._add(node, "return deleted", "pass")
        elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._add(node, "return None", "return None")
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "raise deleted", "pass")

    def visit_Break(self, node: ast.Break) -> None:
        self._add(node, "jump", "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        self._add(node, "jump", "break")

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return
        self._condition(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Left alone: an assertion states what holds anyway."""

    # -- expressions -------------------------------------------------------------------------------------------------

    def _condition(self, test: ast.expr) -> None:
        # A single comparison or constant is turned round by its own mutant, and `not x` by losing its `not`.
        if isinstance(test, ast.BoolOp | ast.Name | ast.Attribute | ast.Call | ast.Await | ast.NamedExpr):
            self._add(test, "condition", f"not ({ast.unparse(test)})")

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._condition(condition)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            ops = [*node.ops[:number], COMPARISONS[type(operator)](), *node.ops[number + 1 :]]
            self._add(node, "comparison", ast.unparse(ast.Compare(node.left, ops, node.comparators)))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._add(node, "boolean", f"({ast.unparse(ast.BoolOp(other, node.values))})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, "not removed", f"({ast.unparse(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = any(_is_text(side) for side in (node.left, node.right))
        if (other := ARITHMETIC.get(type(node.op))) and not text:
            self._add(node, "arithmetic", f"({ast.unparse(ast.BinOp(node.left, other(), node.right))})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, "constant", str(not node.value))
        elif isinstance(node.value, int | float):
            self._add(node, "constant", repr(node.value + 1))

    def visit_Call(self, node: ast.Call) -> None:
        if _is_logging(node):
            return
        for keyword in node.keywords:
            if keyword.arg is not None:
                rest = [other for other in node.keywords if other is not keyword]
                self._add(node, "keyword dropped", ast.unparse(ast.Call(node.func, node.args, rest)))
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Left alone: until Python 3.12 the parts of an f-string have no places of their own."""

    def visit_match_case(self, node: ast.match_case) -> None:
        for part in (node.guard, *node.body):
            if part is not None:
                self.visit(part)


def _is_logging(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id.lower().strip("_") in LOGGERS
    )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
