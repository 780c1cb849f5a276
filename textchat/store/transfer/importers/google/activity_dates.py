"""Reads the dates that Google writes into `MyActivity.html`, in the language of the account.

Such as `Mar 3, 2026, 6:25:05 AM PDT`, `3 mars 2026, 06:25:05 CET`, `03.03.2026, 06:25:05 MEZ`, `3 de mar. de 2026,
06:25:05 BRT` and `2026. 3. 3. 오전 6:25:05 KST`: the words differ, the numbers and their order are few.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_TIME = re.compile(r"(\d{1,2})[:.](\d{2})[:.](\d{2})")
_AFTER_NOON = re.compile(r"\bp\.? ?m\b|오후|午後|下午", re.IGNORECASE)
_BEFORE_NOON = re.compile(r"\ba\.? ?m\b|오전|午前|上午", re.IGNORECASE)
_OFFSET = re.compile(r"(?:GMT|UTC)\s?([+\u2212-])(\d{1,2})(?::?(\d{2}))?")
_MONTHS = (
    "jan|ene|gen|янв|oca|led|sty",
    "feb|fév|fev|фев|şub|úno|lut",
    "mar|mär|mrt|мар|bře",
    "apr|avr|abr|апр|nis|dub|kwi",
    "may|mai|mag|mei|maj|мая|май|kvě",
    "jun|juin|giu|июн|haz|čer|cze",
    "jul|juil|lug|июл|tem|čvc|lip",
    "aug|aoû|ago|авг|ağu|srp|sie",
    "sep|set|sett|сен|eyl|zář|wrz",
    "oct|okt|out|ott|окт|eki|říj|paź",
    "nov|ноя|kas|lis",
    "dec|dez|déc|dic|des|дек|ara|pro|gru",
)
_MONTH_OF = {word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split("|")}
_HOURS = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "BRT": -3, "ART": -3, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "WET": 0, "WEST": 1, "BST": 1, "EET": 2,
    "EEST": 3, "MSK": 3, "TRT": 3, "SAST": 2, "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""The hours before Greenwich of zones that are named by letters; an unknown one counts as UTC."""


def is_date(line: str) -> bool:
    return len(line) < 80 and moment_of(line) > 0


def moment_of(line: str) -> float:
    """Unix time in seconds of a line that is a date with a time to the second; 0 for any other."""
    line = re.sub(r"[\u00a0\u202f]", " ", line)
    *_, time = (None, *_TIME.finditer(line))
    day = _day(line[: time.start()]) if time else None
    if time is None or day is None:
        return 0.0
    hour = int(time[1])
    if _AFTER_NOON.search(line) and hour < 12:
        hour += 12
    elif _BEFORE_NOON.search(line) and hour == 12:
        hour = 0
    try:
        return datetime(*day, hour, int(time[2]), int(time[3]), tzinfo=_zone(line[time.end() :])).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day: with the year first, or the day and then the month, or the month as a word."""
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 3 and len(numbers[0]) == 4:
        return int(numbers[0]), int(numbers[1]), int(numbers[2])
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return int(numbers[2]), int(numbers[1]), int(numbers[0])
    month = next((_MONTH_OF[key] for key in map(_month_key, re.findall(r"[^\W\d_]+", text)) if key), None)
    if len(numbers) == 2 and len(numbers[1]) == 4 and month is not None:
        return int(numbers[1]), month, int(numbers[0])
    return None


def _month_key(word: str) -> str:
    word = word.lower()
    return next((word[:length] for length in (4, 3) if word[:length] in _MONTH_OF), "")


def _zone(text: str) -> timezone:
    if offset := _OFFSET.search(text):
        hours = int(offset[2]) + int(offset[3] or 0) / 60
        hours = hours if offset[1] == "+" else -hours
    else:
        hours = next((_HOURS[word] for word in re.findall(r"[A-Z]{3,4}", text) if word in _HOURS), 0)
    return timezone(timedelta(hours=hours if abs(hours) < 24 else 0))
