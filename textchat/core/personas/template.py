"""Prompts with variables: `{{name}}`, or `{{name=default}}`, asked for when the prompt is used.

A name is a word or some, of letters, digits, `_`, `-` and blanks, and begins with a letter. All else in braces is text:
three braces, `{{ user.name }}`, `{{#if}}`; and so is a variable behind a backslash, which is left out then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from textchat.core.limits import VARIABLES
from textchat.core.text.fences import Fence, opening_fence

_VARIABLE = re.compile(
    r"(?<!\{)(?P<escape>\\?)\{\{[ \t]*(?P<name>[^\W\d_](?:[\w \t-]{0,38}[\w-])?)[ \t]*"
    r"(?:=(?P<default>(?:(?!\}\}(?!\}))[^\n])*))?\}\}(?!\})"
)
_SIGNS = re.compile(r"^[ \t>]*(`{3,}|~{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Variable:
    """What is asked for: its name, and the value that it has until something else is typed."""

    name: str
    default: str = ""


@dataclass(frozen=True)
class Template:
    """The text of a prompt, with the variables in it."""

    text: str

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """In the order of their first place, each once; beyond a limit they stay text."""
        found: dict[str, Variable] = {}
        for match in _VARIABLE.finditer(self.text):
            name, default = _name(match), (match["default"] or "").strip()
            known = found.get(name)
            if match["escape"] or (known is not None and (known.default or not default)):
                continue
            if known is not None or len(found) < VARIABLES.most:
                found[name] = Variable(name, default)
        return tuple(found.values())

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with a value for each variable, the default for one that is missing; no value is looked through.

        A fence around a variable grows where its value would close it.
        """
        values = {variable.name: values.get(variable.name, variable.default) for variable in self.variables}
        lines: list[str] = []
        for block, fence in _blocks(self.text):
            filled = _filled("".join(block), values)
            lines.append(filled if fence is None else _widened(filled, block, fence, values))
        return "".join(lines)


def _name(match: re.Match[str]) -> str:
    return " ".join(match["name"].split())


def _filled(text: str, values: Mapping[str, str]) -> str:
    def put(match: re.Match[str]) -> str:
        if match["escape"]:
            return match[0].removeprefix("\\")
        return values.get(_name(match), match[0])

    return _VARIABLE.sub(put, text)


def _blocks(text: str) -> Iterator[tuple[list[str], Fence | None]]:
    """The lines of a text, those of each fenced block together with its fence."""
    block: list[str] = []
    fence: Fence | None = None
    for line in text.splitlines(keepends=True):
        bare = line.strip(" \t\r\n")
        block.append(line)
        if fence is None and (opened := opening_fence(bare)) is not None:
            fence = opened[0]
        elif fence is None or fence.is_closed_by(bare):
            yield block, fence
            block, fence = [], None
    if block:
        yield block, None


def _widened(filled: str, block: list[str], fence: Fence, values: Mapping[str, str]) -> str:
    """A filled block whose fence no value closes."""
    names = {_name(match) for line in block for match in _VARIABLE.finditer(line)}
    inside = "\n".join(values.get(name, "") for name in names)
    longest = max((len(signs) for signs in _SIGNS.findall(inside) if signs[0] == fence.sign), default=0)
    if longest < fence.length:
        return filled
    old, new = fence.sign * fence.length, fence.sign * (longest + 1)
    closing = block[-1]
    body = filled[: len(filled) - len(closing)] if filled.endswith(closing) else filled
    return body.replace(old, new, 1) + closing.replace(old, new, 1)
