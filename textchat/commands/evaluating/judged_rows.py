"""Has judges compare the answers to each prompt of a set, and keeps what they say in the lines of the results.

A judgement stands in the line of the first answer of its pair. Where there are new ones, that line is written again:
the last line for an answer counts. A judgement holds for the texts and the criterion that it was made of, and is not
asked for again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import combinations

from textchat.commands.asking.prompt_file import Prompt
from textchat.commands.asking.prompt_results import Place, Results, told_parameters
from textchat.commands.evaluating.cost_sentence import cost_sentence
from textchat.core.evaluation.judgement import Judgement
from textchat.core.evaluation.judging import Criterion, JudgedPair, Said, is_same_model, settled, winner_of
from textchat.core.evaluation.outcome import outcome_of
from textchat.core.evaluation.result_row import ResultRow, row_of
from textchat.core.evaluation.verdicts import Verdict
from textchat.core.limits import JUDGED
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.budget import USUAL_ANSWER, Estimate
from textchat.live.evaluation.judges import Judges, Question, Silent

MOST_ESTIMATED = 200
"""Questions of which the cost is estimated; of more, some stand for all."""
_EXPECTED = "word " * USUAL_ANSWER


@dataclass(frozen=True, slots=True)
class Bench:
    """Who judges, and by what."""

    judges: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    judges_own: bool = False
    """Whether a judge may also judge an answer of its own model."""

    def may_judge(self, judge: str, *models: str) -> bool:
        return self.judges_own or not any(is_same_model(judge, model) for model in models)


@dataclass(frozen=True, slots=True)
class _Met:
    """Two answers to one prompt that are to be judged."""

    this: ResultRow
    that: ResultRow
    texts: JudgedPair

    def known(self, judge: str, criterion: Criterion) -> dict[bool, Judgement]:
        """The judgements that hold, by `swapped`."""
        digest = self.texts.digest(criterion)
        return {
            each.swapped: each
            for each in self.this.judgements
            if (each.judge, each.criterion, each.against) == (judge, criterion.name, self.that.pane)
            and each.judged == digest
        }


def _met(rows: Iterable[ResultRow]) -> Iterator[_Met]:
    """Every two complete answers of different variants; two of one variant would say nothing."""
    complete = [row for row in rows if row.is_complete]
    for this, that in combinations(sorted(complete, key=lambda row: row.pane), 2):
        if outcome_of(this).variant != outcome_of(that).variant:
            yield _Met(this, that, JudgedPair(this.prompt, this.text, that.text))


def missing(bench: Bench, rows: Iterable[ResultRow]) -> dict[Question, list[_Met]]:
    """What is still to be asked of these answers to one prompt, with all pairs that it is about.

    Repeats of one model often have the same text: then one verdict is that of all of them.
    """
    found: dict[Question, list[_Met]] = {}
    for met in _met(rows):
        for judge in bench.judges:
            for criterion in bench.criteria if bench.may_judge(judge, met.this.model, met.that.model) else ():
                known = met.known(judge, criterion)
                for swapped in (each for each in (False, True) if each not in known):
                    found.setdefault(Question(judge, met.texts, criterion, swapped), []).append(met)
    return found


def verdicts(bench: Bench, rows: Iterable[ResultRow]) -> list[Verdict]:
    """What the judges say of these answers to one prompt, where they were asked in both orders."""
    found = []
    for met in _met(rows):
        for judge in bench.judges:
            for criterion in bench.criteria:
                both = {swapped: each.winner for swapped, each in met.known(judge, criterion).items()}
                if (winner := settled(both)) is not None:
                    panes = met.this.pane, met.that.pane
                    variants = outcome_of(met.this).variant, outcome_of(met.that).variant
                    is_swayed = len(set(both.values())) > 1
                    found.append(Verdict(met.this.line, panes, variants, judge, criterion.name, winner, is_swayed))
    return found


@dataclass(slots=True)
class JudgedRows:
    """Has the answers to one prompt after the other judged."""

    bench: Bench
    judges: Judges
    results: Results
    verdicts: list[Verdict] = field(default_factory=list)
    silent: int = 0
    """Requests that brought no verdict."""
    _kept_out: Counter[str] = field(default_factory=Counter)
    _is_cut: bool = False

    async def cost(self, known: Iterable[tuple[Prompt, Sequence[ResultRow | None]]], places: Sequence[Place]) -> str:
        """What is to be asked, as one sentence with its cost; empty for nothing. `known` are the answers by place."""
        questions: list[Question] = []
        for prompt, rows in known:
            there = [row or _expected(prompt, place) for row, place in zip(rows, places, strict=True)]
            questions += missing(self.bench, there)
        if not questions:
            return ""
        sample = questions[:: max(1, len(questions) // MOST_ESTIMATED)]
        estimate = await self.judges.estimate(sample)
        scale = len(questions) / len(sample)
        priced = len(questions) if estimate.is_whole else round(estimate.priced * scale)
        return cost_sentence("Judging", Estimate(len(questions), priced, estimate.cost_usd * scale))

    async def judge(self, rows: Sequence[ResultRow], tell: Callable[[str], None]) -> None:
        """Ask what is missing, and write it; what has come is also written when it is cancelled.

        Raises ConfigurationError where a ceiling of the budget forbids the requests, StoreError and OutputError.
        """
        asked = missing(self.bench, rows)
        new: dict[int, list[Judgement]] = {}
        try:
            if asked:
                async with aclosing(self.judges.answers(list(asked))) as answers:
                    async for question, said in answers:
                        self._take(asked[question], question, said, new, tell)
        finally:
            rows = [await self._with(row, new.get(row.pane, ())) for row in rows]
            self._tell_of_cuts(rows, tell)
            self._count_own(rows)
            self.verdicts += verdicts(self.bench, rows)

    def _take(
        self,
        pairs: Sequence[_Met],
        question: Question,
        said: Said | Silent,
        new: dict[int, list[Judgement]],
        tell: Callable[[str], None],
    ) -> None:
        assert question.criterion is not None
        if isinstance(said, Silent):
            self.silent += 1
            tell(f"line {pairs[0].this.line}, judge {plain_name(question.judge)}: no verdict. {plain_line(said.why)}")
            return
        winner, criterion = winner_of(said, swapped=question.swapped), question.criterion
        digest = question.pair.digest(criterion)
        for met in pairs:
            against, rows = met.that.pane, new.setdefault(met.this.pane, [])
            rows.append(Judgement(question.judge, against, winner, criterion.name, question.swapped, said.why, digest))

    async def _with(self, row: ResultRow, new: Sequence[Judgement]) -> ResultRow:
        if not new:
            return row
        places = {_place(each) for each in new}
        kept = [each for each in row.judgements if _place(each) not in places]
        order = sorted((*kept, *new), key=lambda each: (each.judge, each.against, each.criterion, each.swapped))
        line = {**row.values, "judgements": [each.as_dict() for each in order]}
        await asyncio.shield(self.results.add(line))
        return row_of(line, row.number)

    def _count_own(self, rows: Sequence[ResultRow]) -> None:
        for met in _met(rows):
            for judge in self.bench.judges:
                if not self.bench.may_judge(judge, met.this.model, met.that.model):
                    self._kept_out[judge] += 1

    def _tell_of_cuts(self, rows: Sequence[ResultRow], tell: Callable[[str], None]) -> None:
        if not self._is_cut and any(met.texts.is_cut for met in _met(rows)):
            self._is_cut = True
            tell(f"Judges read at most {JUDGED.told} of a prompt or a reply: its beginning and its end.")

    @property
    def kept_out(self) -> list[str]:
        """A sentence for each judge that did not judge answers of its own model."""
        return [
            f"{plain_name(judge)} did not judge {count:,} pair{'' if count == 1 else 's'} with a reply of its own"
            " model. To have it do so, add --judge-own."
            for judge, count in self._kept_out.items()
        ]


def _place(judgement: Judgement) -> tuple[object, ...]:
    return judgement.judge, judgement.criterion, judgement.against, judgement.swapped


def _expected(prompt: Prompt, place: Place) -> ResultRow:
    """An answer that is still to come: it will have a usual length."""
    asked = told_parameters(place.parameters)
    text = _EXPECTED + str(place.pane)
    return ResultRow(
        0, prompt.line, prompt.text, place.pane, place.model, "complete", text, asked, place.repeat, (), (), {}
    )
