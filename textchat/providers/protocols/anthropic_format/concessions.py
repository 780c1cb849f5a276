"""Leaves out what a server refuses of a request, where it is no field of its own: marks, thoughts, a tool, an effort.

Messages as those of https://platform.claude.com/docs/en/api/errors, and of servers that speak the same protocol.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any

from textchat.core.parameters import Parameters
from textchat.core.text import json_fields as fields
from textchat.providers.protocols.anthropic_format import caching, structure
from textchat.providers.protocols.anthropic_format.blocks import THOUGHTS

MARKS, THOUGHT_BLOCKS, CITING, FORMAT, THINKING = "(marks)", "(thoughts)", "(citing)", "(format)", "(thinking)"
"""What nobody misses, or what is said in another way then."""
EFFORT, WEB = "effort", "web"
SEARCH = "web_search"
_OF_THOUGHTS = re.compile(
    r"\bsignature|thinking\W{0,3} (?:or \W?redacted_thinking\W? )?blocks?|redacted_thinking|content\.\d+\.thinking",
    re.I,
)
_OF_FORMAT = re.compile(r"output_config\W{0,3}\.?\W?format|output_format|json_?schema|structured[ _-]output", re.I)
_OF_EFFORT = re.compile(r"\beffort\b", re.I)
_OF_THINKING = re.compile(
    r"thinking.*(?:support|permit|allow|invalid|only|unknown)|(?:unsupported|unexpected|unknown|invalid|extra).*thinking",
    re.I,
)
_OF_SEARCH = re.compile(r"web[ _]search", re.I)


def refused(body: Mapping[str, Any], words: str) -> frozenset[str]:
    """What of `body` is refused in these words: the first that they are about."""
    if caching.FIELD in words and caching.are_in(body):
        return frozenset({MARKS})
    if _OF_THOUGHTS.search(words) and _has(body, *THOUGHTS):
        return frozenset({THOUGHT_BLOCKS})
    if re.search(r"\bcitations?\b", words) and _has(body, "document"):
        return frozenset({CITING})
    output = fields.table(body, "output_config")
    of_output = {
        name
        for name, key, pattern in ((FORMAT, "format", _OF_FORMAT), (EFFORT, "effort", _OF_EFFORT))
        if key in output and pattern.search(words)
    }
    if of_output or (output and "output_config" in words):
        return frozenset(of_output or {FORMAT, EFFORT})
    if _OF_SEARCH.search(words) and any(fields.text(tool, "name") == SEARCH for tool in fields.rows(body, "tools")):
        return frozenset({WEB})
    return frozenset({THINKING} if "thinking" in body and _OF_THINKING.search(words) else ())


def without(parameters: Parameters, body: Mapping[str, Any], names: Set[str]) -> tuple[dict[str, Any], list[str]]:
    """`body` without these, and what the user misses of it."""
    rest, missed = dict(body), list[str]()
    if MARKS in names:
        rest = caching.without_marks(rest)
    if THINKING in names and rest.pop("thinking", None) is not None:
        # Unasked, it says only that thoughts are shown.
        missed += ["thinking"] if "thinking" in parameters.extra else [EFFORT] if parameters.effort else []
    if THOUGHT_BLOCKS in names or THINKING in names:
        rest["messages"] = [_turn(turn, THOUGHTS, "") for turn in fields.rows(rest, "messages")]
    if CITING in names:
        rest["messages"] = [_turn(turn, (), "citations") for turn in fields.rows(rest, "messages")]
    output = dict(fields.table(rest, "output_config"))
    if FORMAT in names and (form := output.pop("format", None)) is not None:
        _ask_by_tool(rest, fields.table(form, "schema"))
    if EFFORT in names and output.pop("effort", None) is not None:
        missed.append(EFFORT)
    if WEB in names and (tools := fields.rows(rest, "tools")):
        rest["tools"] = [tool for tool in tools if fields.text(tool, "name") != SEARCH]
        missed += [WEB] if len(rest["tools"]) < len(tools) else []
    rest["output_config"] = output
    for name in ("output_config", "tools"):
        if not rest.get(name):
            rest.pop(name, None)
    return rest, missed


def _ask_by_tool(body: dict[str, Any], schema: Mapping[str, Any]) -> None:
    others = fields.rows(body, "tools")
    body["tools"] = [*others, structure.answer_tool(schema)]
    is_free = bool(others) or fields.text(body.get("thinking"), "type") in ("enabled", "adaptive")
    body["tool_choice"] = structure.answer_choice(is_free=is_free)


def _turn(turn: Mapping[str, Any], kinds: tuple[str, ...], name: str) -> dict[str, Any]:
    """A message without blocks of these kinds, and without a field of the others."""
    blocks = [block for block in fields.rows(turn, "content") if block.get("type") not in kinds]
    return {**turn, "content": [{key: value for key, value in block.items() if key != name} for block in blocks]}


def _has(body: Mapping[str, Any], *kinds: str) -> bool:
    blocks = (block for turn in fields.rows(body, "messages") for block in fields.rows(turn, "content"))
    return any(block.get("type") in kinds for block in blocks)
