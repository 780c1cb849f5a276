"""Filters of search queries, `name:value`, as conditions in SQL, or the sentence that says what is possible."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textchat.core.conversation import Role, Status
from textchat.core.text.sanitize import plain_line

EXAMPLES = {
    "model": "gpt",
    "tag": "work",
    "title": "plan",
    "role": "user",
    "before": "2026",
    "after": "2026-01-31",
    "is": "pinned",
}
"""The names of all filters, each with a value."""
STATES = ("pinned", "archived", "comparison", "failed", "cancelled", "interrupted", "complete")
"""What a conversation or message can be, but for what it is only while a reply grows."""
IS_COMPARISON = (
    "c.key IN (SELECT conversation FROM messages WHERE role = 'assistant'"
    " GROUP BY conversation, parent_id HAVING count(*) > 1)"
)
LONGEST_VALUE = 40
"""Characters of a value that a sentence repeats."""


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition on message `m` in conversation `c`, with its values."""

    sql: str
    values: tuple[object, ...] = ()
    fits_titles: bool = False
    """Whether it is about the conversation alone."""


def negated(condition: Condition) -> Condition:
    """The negation of a condition."""
    return Condition(f"NOT ({condition.sql})", condition.values, condition.fits_titles)


def either(one: Condition, other: Condition) -> Condition:
    """The condition that at least one of two holds."""
    any_of = " OR ".join((one.sql, other.sql))
    return Condition(f"({any_of})", (*one.values, *other.values), one.fits_titles and other.fits_titles)


def like(text: str) -> str:
    """The pattern for LIKE, with `\\` as the escape character, of what contains `text`."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"


def read_filter(name: str, value: str) -> Condition | str:
    """The condition for `name:value`, or the sentence that says why there is none."""
    if not value.strip():
        return f"Write a value right after {name}:, as in {name}:{EXAMPLES[name]}."
    match name:
        case "model":
            return Condition("ifnull(m.model, '') LIKE ? ESCAPE '\\'", (like(value),))
        case "tag":
            tagged = "EXISTS (SELECT 1 FROM tags WHERE tags.conversation = c.key AND tags.name = ? COLLATE NOCASE)"
            return Condition(tagged, (tag_name(value),), fits_titles=True)
        case "role":
            return _role_condition(value)
        case "before" | "after":
            date = _date_condition(name, value)
            return date or f"{_quoted(value)} is not a date. Write 2026, 2026-01 or 2026-01-31."
        case _:
            return _is_condition(value)


def tag_name(value: str) -> str:
    """The name of a tag, also as it is shown beside titles: `#work`."""
    return value.strip().removeprefix("#") or value


def no_tag(name: str, others: Sequence[str]) -> str:
    """What to say of a tag that no conversation has; `others` are some that there are."""
    advice = f"Use {_one_of([plain_line(each, LONGEST_VALUE) for each in others])}." if others else "No tags yet."
    return f"No tag {_quoted(name)}. {advice}"


def _role_condition(value: str) -> Condition | str:
    for role in Role:
        if role.value.startswith(value.lower()):
            return Condition("m.role = ?", (role.value,))
    return f"No role {_quoted(value)}. Use {_one_of(tuple(Role))}."


def _date_condition(name: str, value: str) -> Condition | None:
    """Condition on the date: `before:2024-05` includes April, `after:2024-05` June; the named period is excluded."""
    if not re.fullmatch(r"\d{4}(-\d{1,2}){0,2}", value):
        return None
    numbers = [int(number) for number in value.split("-")]
    year, month, day = (*numbers, 1, 1)[:3]
    try:
        start = datetime(year, month, day)
        if name == "before":
            return Condition("m.created_at < ?", (start.timestamp(),))
        if len(numbers) == 3:
            end = datetime.fromordinal(start.toordinal() + 1)
        else:
            end = datetime(year + month // 12, month % 12 + 1, 1) if len(numbers) == 2 else datetime(year + 1, 1, 1)
        return Condition("m.created_at >= ?", (end.timestamp(),))
    except (ValueError, OverflowError, OSError):
        return None


def _is_condition(value: str) -> Condition | str:
    match value.lower():
        case "comparison":
            return Condition(IS_COMPARISON, fits_titles=True)
        case "pinned" | "archived" as mark:
            return Condition(f"c.{mark} = 1", fits_titles=True)
        case state if state in tuple(Status):
            return Condition("m.status = ?", (state,))
        case _:
            return f"No state {_quoted(value)}. Use {_one_of(STATES)}."


def _quoted(value: str) -> str:
    return f"“{plain_line(value, LONGEST_VALUE)}”"


def _one_of(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
