"""Parses search queries.

Words must all occur; "quoted words" in that order; -word must not occur (--word is an option that is looked for); the
last word may still be incomplete.
Filters: model: tag: role: before: after: is: (comparison, pinned, archived, or how a message ended). Dates are
2024, 2024-05 or 2024-05-17. Whatever does not make sense as a filter is a word, so there is no wrong query.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from textchat.core.conversation import Role, Status
from textchat.store.rows import storable

LONGEST_QUERY = 1000
MOST_TERMS = 32

_PIECE = re.compile(r'(-(?!-))?(?:(model|tag|role|before|after|is):)?(?:"([^"]*)("?)|([^\s"]+))', re.IGNORECASE)
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    r"\U00020000-\U000323af]"
)
"""Scripts that put no space between words: the index knows only whole runs of them."""
_SIGNED = re.compile(r"\w[+#]+$")
"""Words with signs: to the index, C++ and C# are C."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase of a query."""

    text: str
    is_complete: bool = True
    """Whether it is not the last word, or is in quotes; else the user may still be typing it."""
    is_wanted: bool = True

    @property
    def is_indexed(self) -> bool:
        """Whether the index can find it: no word with signs, nor one of a script without spaces."""
        has_words = any(sign.isalnum() for sign in self.text)
        return has_words and not _UNSPACED.search(self.text) and not _SIGNED.search(self.text)

    @property
    def expression(self) -> str:
        quoted = self.text.replace('"', '""')
        return f'"{quoted}"' + ("" if self.is_complete else " *")

    @property
    def pattern(self) -> str:
        return "%" + re.sub(r"([%_\\])", r"\\\1", self.text) + "%"


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition on message `m` in conversation `c`, with its values."""

    sql: str
    values: tuple[object, ...] = ()
    fits_titles: bool = False
    """Whether it is about the conversation alone."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: terms, and conditions from filters."""

    terms: tuple[Term, ...] = ()
    conditions: tuple[Condition, ...] = ()


def parse(text: str) -> Query:
    """Parse a query; never raises."""
    text = storable(text[:LONGEST_QUERY]).replace("\0", " ")
    terms: list[Term] = []
    conditions: list[Condition] = []
    for piece in list(_PIECE.finditer(text))[:MOST_TERMS]:
        minus, name, quoted, closed, bare = piece.groups()
        value = bare if quoted is None else quoted
        condition = _condition(name.lower(), value) if name and value else None
        if condition is not None:
            conditions.append(negated(condition) if minus else condition)
        elif value.strip():
            words = value if quoted is not None or not name else f"{name}:{value}"
            is_last = piece.end() == len(text)
            terms.append(Term(words, bool(closed) or not is_last, is_wanted=not minus))
    return Query(tuple(terms), tuple(conditions))


def negated(condition: Condition) -> Condition:
    """The negation of a condition."""
    return Condition(f"NOT ({condition.sql})", condition.values, condition.fits_titles)


def _condition(name: str, value: str) -> Condition | None:
    """The condition for `name:value`, None if it is no filter."""
    match name:
        case "model":
            return Condition("ifnull(m.model, '') LIKE ? ESCAPE '\\'", (Term(value).pattern,))
        case "tag":
            tagged = "EXISTS (SELECT 1 FROM tags WHERE tags.conversation = c.key AND tags.name = ? COLLATE NOCASE)"
            return Condition(tagged, (value,), fits_titles=True)
        case "role":
            roles = [role.value for role in Role if role.value.startswith(value.lower())]
            return Condition("m.role = ?", (roles[0],)) if roles else None
        case "before" | "after":
            return _date_condition(name, value)
        case _:
            return _is_condition(value.lower())


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


def _is_condition(value: str) -> Condition | None:
    if value == "comparison":
        several = (
            "c.key IN (SELECT conversation FROM messages WHERE role = 'assistant'"
            " GROUP BY conversation, parent_id HAVING count(*) > 1)"
        )
        return Condition(several, fits_titles=True)
    if value in ("pinned", "archived"):
        return Condition(f"c.{value} = 1", fits_titles=True)
    if value in tuple(Status):
        return Condition("m.status = ?", (value,))
    return None
