"""Reads when a server asks to be asked again: in a header, in a document, or in its words."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping

LONGEST_TEXT = 8_000
"""The characters of a refusal in which a time is looked for."""
LONGEST_WAIT_S = 10.0**9

_UNITS: Mapping[str, float] = {
    "ms": 0.001,
    "毫": 0.001,
    "s": 1,
    "秒": 1,
    "m": 60,
    "分": 60,
    "h": 3600,
    "小": 3600,
    "d": 86400,
}
_PART = re.compile(
    r"(?P<number>\d{1,9}(?:[.,]\d{1,12})?)\s{0,2}"
    r"(?P<unit>ms\b|milli-?sec(?:ond)?s?\b|毫秒|s(?:ec(?:ond)?)?s?(?![a-z])|秒"
    r"|m(?:in(?:ute)?)?s?(?![a-z])|分[钟鐘]?|h(?:(?:ou)?r)?s?(?![a-z])|小[时時]|d(?:ay)?s?(?![a-z])|天)"
)
_SPAN = rf"(?P<span>(?:{re.sub('[?]P<[a-z]+>', '?:', _PART.pattern)}(?:,?\s{{0,2}}(?:and\s)?)){{1,5}})"
_SPANS = (
    re.compile(
        r"(?:try(?:ing)? (?:it |this |your request |the request )?again|retry(?:ing)?(?:[- ]?(?:after|delay|in))?"
        r"|come back|wait(?:ing)?|available(?: again)?|resets?)"
        r"['\"]?\s{0,2}[:=]?\s{0,2}['\"]?(?:only |please )?(?:in|after|for|at least|within)?\s{0,2}"
        r"(?:about|around|approximately|another|at least|~)?\s{0,2}" + _SPAN
    ),
    re.compile(rf"(?:in|after|wait) {_SPAN},? (?:and |then |before )?(?:please )?(?:try|retry)"),
    re.compile(rf"{_SPAN}\s?(?:后|後|之后|之後|以后|以後|内|待)"),
)
_BARE_SECONDS = re.compile(
    r"retry[-_ ]?after(?P<unit>[-_ ]?ms)?(?:[-_ ]?s(?:ec(?:ond)?s?)?)?['\"]?\s?[:=]?\s?"
    r"['\"]?(?P<number>\d{1,9}(?:\.\d{1,9})?)(?![\w.])"
    # Google's libraries print their RetryInfo in this way.
    r"|retry_?delay\s{0,3}:?\s{0,3}\{\s{0,20}['\"]?seconds['\"]?:\s{0,3}(?P<whole>\d{1,9})"
)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Seconds the server asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP date.

    RFC 9110, section 10.2.3. `now` is Unix time.
    """
    with_unit = ((headers.get("retry-after-ms"), 0.001), (headers.get("retry-after"), 1.0))
    for value, unit in with_unit:
        if value is None:
            continue
        value = value.strip()
        if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", value):
            return float(value) * unit
        if (seconds := span_seconds(value)) is not None:
            return seconds
        try:
            at = email.utils.parsedate_to_datetime(value).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return max(0.0, at - (time.time() if now is None else now))
    return None


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """What `x-should-retry` says, which the servers of OpenAI and Anthropic send; None where it says nothing."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").strip().lower())


def span_seconds(text: str) -> float | None:
    """The seconds of a span that is the whole text: `17.5s`, `1m2s`, `900ms`."""
    text = text.lower()
    if not re.fullmatch(_SPAN, text):
        return None
    return sum(_seconds(part) for part in _PART.finditer(text))


def wait_in_words(text: str) -> float | None:
    """Seconds that a sentence asks to wait: "try again in 9m38.016s", "retry after 20 seconds", "请在5秒后重试"."""
    text = text[:LONGEST_TEXT].lower()
    for pattern in _SPANS:
        if found := pattern.search(text):
            return min(sum(_seconds(part) for part in _PART.finditer(found["span"])), LONGEST_WAIT_S)
    if bare := _BARE_SECONDS.search(text):
        return float(bare["number"] or bare["whole"]) * (0.001 if bare["unit"] else 1)
    return None


def _seconds(part: re.Match[str]) -> float:
    unit = part["unit"]
    name = "ms" if unit.startswith(("ms", "milli")) else "d" if unit == "天" else unit[0]
    return float(part["number"].replace(",", ".")) * _UNITS[name]
