"""Puts out what has changed since an earlier run: lines for a terminal, or JSON objects."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from textchat.commands.evaluating.summary_text import broken
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import STDERR, STDOUT
from textchat.core.evaluation.changes import Change, Changes, ModelShift, Shift, changes
from textchat.core.evaluation.outcome import outcome_of
from textchat.core.evaluation.result_row import ResultRow
from textchat.core.figures.reply_figures import count, dollars, seconds
from textchat.core.text.sanitize import plain_line, plain_name

MOST_TOLD = 50
"""Answers that are told on a terminal; JSON has them all."""


async def put_out_changes(
    old: Sequence[ResultRow], new: Sequence[ResultRow], *, as_json: bool, to_output: bool
) -> None:
    """Write what has changed, on standard output, or beside the results that are there; see `put_out_summary`."""
    found = await asyncio.to_thread(changes, old, new)
    output = Output(STDOUT if to_output or as_json else STDERR)
    if as_json:
        await output.write("".join(map(json_line, objects(found))))
    else:
        width = shutil.get_terminal_size().columns if output.is_terminal else None
        lines = [line for sentence in sentences(found) for line in broken(sentence, width)]
        await output.write("".join(f"{line}\n" for line in (*lines, "")))
    await output.end()


# -- words -----------------------------------------------------------------------------------------------------------


def sentences(found: Changes) -> Iterator[str]:
    """What has changed: a line for each answer, with its sentences below it, then the sum of it all."""
    told = found.told
    for change in told[:MOST_TOLD]:
        yield from change_lines(change)
    if len(told) > MOST_TOLD:
        yield f"… and {len(told) - MOST_TOLD:,} more. To list them all, add --json."
    yield _sum(found)
    for shift in found.shifts:
        if figures := _figures_of(shift):
            yield f"{plain_name(shift.model)}, medians before → now: {', '.join(figures)}."


def _figures_of(shift: ModelShift) -> list[str]:
    figures = (
        ("cost", shift.cost_usd, dollars),
        ("time", shift.seconds, seconds),
        ("tokens", shift.output_tokens, lambda value: count(round(value))),
    )
    return [f"{name} {_shift(each, words)}" for name, each, words in figures if each is not None]


def change_lines(change: Change, why: str | None = None) -> Iterator[str]:
    """One answer: what has changed, then the first sentences that differ; `why` is what a judge says of it."""
    row = change.row
    repeat = f" #{row.repeat + 1}" if row.repeat else ""
    yield f"line {row.line}, {plain_name(row.model)}{repeat}: {', '.join(_faults(change))}"
    for result in change.checks:
        kind = result.check.type.value
        yield (
            f"  ✓ {kind} passes now"
            if result.passed
            else f"  ✗ {kind} fails now: {plain_line(result.why or 'not passed.')}"
        )
    if why is not None:
        yield f"  {plain_line(why, 300)}"
    if change.rewording is not None:
        yield f"  - {change.rewording.old}" if change.rewording.old else "  - (ended before)"
        yield f"  + {change.rewording.new}" if change.rewording.new else "  + (ends before)"


def _faults(change: Change) -> list[str]:
    if change.old is None:
        return ["new"]
    if change.new is None:
        return ["missing"]
    found = []
    if change.has_other_status:
        found.append(f"{plain_name(change.old.status, 20)} before, {plain_name(change.new.status, 20)} now")
    if change.has_other_parameters:
        found.append("other parameters")
    if change.rewording is not None:
        found.append(f"{_percent(change.rewording.share)} of the words changed")
    return found or ["checks changed"]


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _sum(found: Changes) -> str:
    both = [change for change in found.all if change.old is not None and change.new is not None]
    parts = [
        f"{sum(change.rewording is not None for change in both):,} of {len(both):,} replies have other words",
        *_counted(found.all, lambda change: sum(not each.passed for each in change.checks), "check", "now fail"),
        *_counted(found.all, lambda change: sum(each.passed for each in change.checks), "check", "now pass"),
        *_counted(found.all, lambda change: int(change.old is None), "reply", "new"),
        *_counted(found.all, lambda change: int(change.new is None), "reply", "missing"),
    ]
    return f"{', '.join(parts)}."


def _counted(all_: Sequence[Change], number: Callable[[Change], int], noun: str, what: str) -> list[str]:
    total = sum(map(number, all_))
    if not total:
        return []
    if total == 1:
        return [f"1 {noun} {what.replace('fail', 'fails').replace('pass', 'passes')}"]
    return [f"{total:,} {'replies' if noun == 'reply' else noun + 's'} {what}"]


def _shift(shift: Shift, words: Callable[[float], str]) -> str:
    return f"{words(shift.old)} → {words(shift.new)}"


# -- JSON ------------------------------------------------------------------------------------------------------------


def objects(found: Changes) -> Iterator[dict[str, Any]]:
    """An object for each answer of which anything has changed, then one for them all."""
    yield from map(change_object, found.told)
    yield {
        "type": "changes",
        "replies": len(found.all),
        "changed": len(found.told),
        "reworded": sum(change.rewording is not None for change in found.all),
        "checks_failing": sum(not each.passed for change in found.all for each in change.checks),
        "checks_passing": sum(each.passed for change in found.all for each in change.checks),
        "new": sum(change.old is None for change in found.all),
        "missing": sum(change.new is None for change in found.all),
        "models": [
            {
                "model": shift.model,
                **{name: _shift_object(getattr(shift, name)) for name in ("cost_usd", "seconds", "output_tokens")},
            }
            for shift in found.shifts
        ],
    }


def change_object(change: Change) -> dict[str, Any]:
    row, reworded = change.row, change.rewording
    what = "new" if change.old is None else "missing" if change.new is None else "changed"
    return {
        "type": "change",
        "line": row.line,
        "prompt": row.prompt,
        "pane": row.pane,
        "model": row.model,
        "repeat": row.repeat,
        "change": what,
        "status": {"old": change.old and change.old.status, "new": change.new and change.new.status},
        "parameters_changed": change.has_other_parameters,
        "words": None
        if reworded is None
        else {"share": round(reworded.share, 6), "old": reworded.old, "new": reworded.new},
        "checks": [
            {"type": each.check.type.value, "value": each.check.value, "passed": each.passed, "why": each.why}
            for each in change.checks
        ],
        **{name: _figures(change, name) for name in ("cost_usd", "seconds", "output_tokens")},
    }


def _figures(change: Change, name: str) -> dict[str, float | None]:
    return {
        when: None if row is None else getattr(outcome_of(row), name)
        for when, row in (("old", change.old), ("new", change.new))
    }


def _shift_object(shift: Shift | None) -> dict[str, float] | None:
    return None if shift is None else {"old": shift.old, "new": shift.new, "replies": shift.answers}
