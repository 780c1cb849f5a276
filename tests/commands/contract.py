"""The `--json` lines as the contract has them: every key, its order, its type and its values; nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

KINDS = (
    *("authentication", "permission", "not_found", "rate_limit", "context_length", "content_filter", "bad_request"),
    *("overloaded", "server", "network", "timeout", "protocol", "repetition"),
)

Test = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _number(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


def _or_null(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _list_of(test: Test) -> Test:
    return lambda value: isinstance(value, list) and all(map(test, value))


def _one_of(*words: str) -> Test:
    return lambda value: value in words


def _table(**fields: Test) -> Test:
    def fits(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and list(value) == list(fields)
            and all(test(value[name]) for name, test in fields.items())
        )

    return fits


_SOURCE = _one_of("reported", "counted", "estimated")
_USAGE = _table(
    input_tokens=_count,
    output_tokens=_count,
    reasoning_tokens=_or_null(_count),
    cached_tokens=_or_null(_count),
    cache_write_tokens=_or_null(_count),
    source=_SOURCE,
    input_source=_SOURCE,
)
_TIMING = _table(
    first_token_s=_or_null(_number), first_text_s=_or_null(_number), total_s=_number, tokens_per_s=_or_null(_number)
)
_ERROR = _table(kind=_one_of(*KINDS), message=_filled, status=_or_null(_count), retry_after_s=_or_null(_number))
_PART = {"media_type": _filled, "name": _or_null(_filled), "bytes": _count, "path": _or_null(_filled)}
_CITATION = {"n": _count, "url": _filled, "title": _or_null(_filled)}
_SCHEMA = _table(valid=lambda value: type(value) is bool, why=_or_null(_filled))
_LINES: dict[str, dict[str, Test]] = {
    "start": {"model": _filled, "stream": lambda value: type(value) is bool},
    "reasoning": {"text": _filled},
    "text": {"text": _filled},
    "tool_call": {"name": _text, "arguments": _text},
    "part": _PART,
    "citation": _CITATION,
    "end": {
        "model": _filled,
        "status": _one_of("complete", "cancelled", "failed"),
        "finish_reason": _or_null(lambda value: _filled(value) and value == value.lower()),
        "text": _text,
        "reasoning": _text,
        "usage": _USAGE,
        "timing": _TIMING,
        "cost_usd": _or_null(_number),
        "cost_source": _or_null(_one_of("reported", "estimated")),
        "citations": _list_of(_table(**_CITATION)),
        "parts": _list_of(_table(**_PART)),
        "schema": _or_null(_SCHEMA),
        "note": _or_null(_filled),
        "error": _or_null(_ERROR),
    },
}


def check_line(line: Any, pane: int | None = None) -> None:
    """One line; in a comparison with the number of its pane."""
    assert isinstance(line, dict), line
    assert line.get("type") in _LINES, line
    placed = {} if pane is None else {"pane": lambda value: type(value) is int and value == pane}
    if line["type"] == "start" and "parts" in line:  # beside the contract: how the model gets the parts of the prompt
        line = {name: value for name, value in line.items() if name != "parts"}
    if line["type"] in ("start", "end") and "sweep" in line:  # beside the contract: what tells it from the others
        line = {name: value for name, value in line.items() if name not in ("sweep", "repeat")}
    fits = _table(type=_text, **placed, **_LINES[line["type"]])
    assert fits(line), line


def check_reply(lines: Sequence[Any], pane: int | None = None) -> dict[str, Any]:
    """All lines of one reply; gives back the last."""
    for line in lines:
        check_line(line, pane)
    start, *pieces, end = lines
    assert (start["type"], end["type"]) == ("start", "end"), lines
    assert not any(piece["type"] in ("start", "end") for piece in pieces), lines
    assert start["model"] == end["model"]
    for kind in ("text", "reasoning"):
        assert "".join(piece["text"] for piece in pieces if piece["type"] == kind) == end[kind]
    for kind, all_of_them in (("part", "parts"), ("citation", "citations")):
        told = [{name: piece[name] for name in piece if name not in ("type", "pane")} for piece in pieces]
        told = [each for each, piece in zip(told, pieces, strict=True) if piece["type"] == kind]
        if kind == "citation":  # a title may come later
            assert [each["url"] for each in told] == [each["url"] for each in end["citations"]], end
            assert [each["n"] for each in told] == list(range(1, len(told) + 1)), told
        else:
            assert told == end[all_of_them], end
    assert end["schema"] is None or end["schema"]["valid"] == (end["schema"]["why"] is None), end
    assert end["note"] is None or end["status"] == "complete", end
    assert (end["status"] == "failed") == (end["error"] is not None), end
    return dict(end)
