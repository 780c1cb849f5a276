"""What has changed between two runs of a prompt set: words, checks and figures of the answers to the same prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from textchat.core.evaluation.check import Check
from textchat.core.evaluation.outcome import Outcome, outcome_of
from textchat.core.evaluation.result_row import ResultRow, as_one_text
from textchat.core.evaluation.wording import Rewording, rewording


@dataclass(frozen=True, slots=True)
class CheckChange:
    """A check that has another result than before."""

    check: Check
    passed: bool
    """Whether it passes now; before, it was the other way round."""
    why: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """An answer of both runs, or of one of them alone."""

    old: ResultRow | None
    new: ResultRow | None
    rewording: Rewording | None = None
    checks: tuple[CheckChange, ...] = ()

    @property
    def row(self) -> ResultRow:
        """The answer as it is now, or as it was."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def has_other_parameters(self) -> bool:
        return self.old is not None and self.new is not None and _asked(self.old) != _asked(self.new)

    @property
    def has_other_status(self) -> bool:
        return self.old is not None and self.new is not None and self.old.status != self.new.status

    @property
    def is_any(self) -> bool:
        is_whole = self.old is not None and self.new is not None
        return not is_whole or self.has_other_status or self.rewording is not None or bool(self.checks)


@dataclass(frozen=True, slots=True)
class Shift:
    """The median of a figure over the answers of both runs in which it is known."""

    answers: int
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class ModelShift:
    """How the figures of one model have moved."""

    model: str
    cost_usd: Shift | None
    seconds: Shift | None
    output_tokens: Shift | None


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that two runs have in common or not, in the order of the prompts."""

    all: Sequence[Change]
    shifts: Sequence[ModelShift]

    @property
    def told(self) -> list[Change]:
        """Those answers of which anything has changed but their figures."""
        return [change for change in self.all if change.is_any]


def changes(old: Iterable[ResultRow], new: Iterable[ResultRow]) -> Changes:
    """Compare two runs; each has the last line for each answer alone."""
    found = [_change(*pair) for pair in _matched(list(old), list(new))]
    models: dict[str, list[Change]] = {}
    for change in found:
        models.setdefault(change.row.model, []).append(change)
    return Changes(found, [_model_shift(model, own) for model, own in models.items()])


def _model_shift(model: str, own: Sequence[Change]) -> ModelShift:
    return ModelShift(
        model,
        _shift(own, lambda outcome: outcome.cost_usd),
        _shift(own, lambda outcome: outcome.seconds),
        _shift(own, lambda outcome: outcome.output_tokens),
    )


_KEYS: Sequence[Callable[[ResultRow], object]] = (
    lambda row: (row.line, row.prompt, row.model, _asked(row), row.repeat),
    lambda row: (row.prompt, row.model, _asked(row), row.repeat),  # lines were put in before it
    lambda row: (row.line, row.prompt, row.model, row.repeat),  # the parameters have changed
    lambda row: (row.prompt, row.model, row.repeat),
)
"""What two answers must have in common to be compared: the first that finds one counts."""


def _asked(row: ResultRow) -> str:
    return as_one_text(row.parameters or {})


def _matched(old: list[ResultRow], new: list[ResultRow]) -> list[tuple[ResultRow | None, ResultRow | None]]:
    """Each answer with its former one; of those that are in one run alone, the old ones come last."""
    before: dict[int, ResultRow] = {}
    for key in _KEYS:
        there: dict[object, list[ResultRow]] = {}
        taken = {id(row) for row in before.values()}
        for row in old:
            if id(row) not in taken:
                there.setdefault(key(row), []).append(row)
        for row in new:
            if id(row) not in before and there.get(key(row)):
                before[id(row)] = there[key(row)].pop(0)
    taken = {id(row) for row in before.values()}
    pairs = [(before.get(id(row)), row) for row in new]
    return [*pairs, *((row, None) for row in old if id(row) not in taken)]


def _change(old: ResultRow | None, new: ResultRow | None) -> Change:
    if old is None or new is None:
        return Change(old, new)
    is_comparable = old.is_complete and new.is_complete
    return Change(old, new, rewording(old.text, new.text) if is_comparable else None, _checks(old, new))


def _checks(old: ResultRow, new: ResultRow) -> tuple[CheckChange, ...]:
    """The checks of both that have another result; a check that only one has says nothing."""
    before = {_check_key(result.check): result.passed for result in old.checks}
    return tuple(
        CheckChange(result.check, result.passed, result.why)
        for result in new.checks
        if before.get(_check_key(result.check), result.passed) is not result.passed
    )


def _check_key(check: Check) -> str:
    return as_one_text([check.type.value, check.value])


def _shift(found: Iterable[Change], figure: Callable[[Outcome], float | None]) -> Shift | None:
    both = []
    for change in found:
        if change.old is not None and change.new is not None and change.old.is_complete and change.new.is_complete:
            before, after = figure(outcome_of(change.old)), figure(outcome_of(change.new))
            if before is not None and after is not None:
                both.append((before, after))
    if not both:
        return None
    return Shift(len(both), median(before for before, _ in both), median(after for _, after in both))
