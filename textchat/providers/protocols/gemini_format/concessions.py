"""Leaves out what a server refuses of a request, where it is no field of its own: signatures, thinking, a tool.

Messages as those of https://ai.google.dev/gemini-api/docs/troubleshooting, /thinking and /structured-output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from typing import Any

from textchat.core.parameters import Parameters
from textchat.core.text import json_fields as fields
from textchat.providers.protocols.gemini_format.contents import SIGNATURE

SIGNATURES, THINKING, WEB = "(signatures)", "(thinking)", "web"
SEARCH = "google_search"
_CONFIG = "thinkingConfig"
_OF_SIGNATURES = re.compile(r"thought[ _]?signature", re.I)
_OF_THINKING = re.compile(
    r"(?:thinking|include_?thoughts).*(?:support|invalid|allowed|range|only|unknown|cannot|enabled)"
    r"|(?:invalid|unsupported|unknown|unrecognized|cannot|only).*(?:thinking|include_?thoughts)"
    r"|thinking_?(?:config|budget|level)",  # nothing else is called so, whatever is said of it
    re.I,
)
_OF_SEARCH = re.compile(r"google[ _]?search|search[ _](?:tool|grounding|as (?:a )?tool)|grounding|tool use with", re.I)


def refused(body: Mapping[str, Any], words: str) -> frozenset[str]:
    """What of `body` is refused in these words: the first that they are about."""
    if _OF_SIGNATURES.search(words) and any(SIGNATURE in part for part in _parts(body)):
        return frozenset({SIGNATURES})
    if _OF_SEARCH.search(words) and any(SEARCH in tool for tool in fields.rows(body, "tools")):
        return frozenset({WEB})
    thinks = _CONFIG in fields.table(body, "generationConfig")
    return frozenset({THINKING} if thinks and _OF_THINKING.search(words) else ())


def without(parameters: Parameters, body: Mapping[str, Any], names: Set[str]) -> tuple[dict[str, Any], list[str]]:
    """`body` without these, and what the user misses of it."""
    rest, missed = dict(body), list[str]()
    if SIGNATURES in names:
        rest["contents"] = [_unsigned(turn) for turn in fields.rows(rest, "contents")]
    if WEB in names and (tools := fields.rows(rest, "tools")):
        rest["tools"] = [tool for tool in tools if SEARCH not in tool]
        missed += [WEB] if len(rest["tools"]) < len(tools) else []
        if not rest["tools"]:
            del rest["tools"]
    options = dict(fields.table(rest, "generationConfig"))
    if THINKING in names and options.pop(_CONFIG, None) is not None:
        # Unasked, it says only that thoughts are shown.
        missed += [_CONFIG] if _CONFIG in parameters.extra else ["effort"] if parameters.effort else []
        rest["generationConfig"] = options
        if not options:
            del rest["generationConfig"]
    return rest, missed


def _unsigned(turn: Mapping[str, Any]) -> dict[str, Any]:
    parts = [{name: value for name, value in part.items() if name != SIGNATURE} for part in fields.rows(turn, "parts")]
    return {**turn, "parts": [part for part in parts if part != {"text": ""}] or parts}


def _parts(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [part for turn in fields.rows(body, "contents") for part in fields.rows(turn, "parts")]
