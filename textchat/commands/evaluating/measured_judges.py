"""`textchat stats --judges`: how often judges agree with the user's votes; with `--judge`, it asks them first."""

from __future__ import annotations

import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from textchat.commands.evaluating.cost_sentence import cost_sentence
from textchat.commands.evaluating.given_bench import given_bench
from textchat.commands.evaluating.judged_output import agreement_object, agreement_words
from textchat.commands.evaluating.judged_rows import Bench
from textchat.commands.evaluating.opened_judges import opened_judges
from textchat.commands.evaluating.summary_text import broken
from textchat.commands.open_store import history_to_read, opened_history
from textchat.commands.output.progress import Progress
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import say, typed_line
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.judgement import Winner
from textchat.core.evaluation.judging import settled, winner_of
from textchat.core.evaluation.measuring import Measured, VotedPair, judged, measured, voted_pairs
from textchat.core.store_error import StoreError
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.core.votes.scope import VoteScope
from textchat.core.votes.vote import Vote, VoteKind
from textchat.live.evaluation.judges import Judges, Silent
from textchat.live.evaluation.voted_questions import VotedQuestion, VotedQuestions
from textchat.live.settings.effective_settings import usable_settings
from textchat.signals import ending_for_certain
from textchat.store.history import History

PROMPTS_AT_ONCE = 4
"""Pairs of replies that are judged together, each in both orders: what Ctrl+C leaves is lost for so many at most."""


async def measure(arguments: Namespace, scope: VoteScope) -> int:
    """Ask the judges that are named what they have not said yet, then print how each agrees; returns the exit code.

    1 if a judge gave no verdict. Raises ConfigurationError, StoreError, OutputError and BrokenPipeError.
    """
    bench, silent = given_bench(arguments), None
    if bench is not None:
        async with opened_history() as history:
            asked = await _questions(history, scope, bench)
            for reason, count in asked.left_out.items():
                say(f"Left out: {count:,} pair{'' if count == 1 else 's'} with {plain_line(reason)}.")
            if asked.asked and (silent := await _ask(arguments, asked.asked, bench, history)) is None:
                return 1
    with ending_for_certain():
        async with history_to_read() as history:
            votes = await history.votes.within(VoteScope(scope.tag, scope.since, scope.until))
    _put_out(votes, scope, as_json=arguments.json)
    return 1 if silent else 0


async def _questions(history: History, scope: VoteScope, bench: Bench) -> VotedQuestions:
    votes = await history.votes.within(VoteScope(scope.tag, scope.since, scope.until))
    known = judged(votes)
    kind = scope.kind or VoteKind.BLIND
    by_conversation: dict[str, list[VotedPair]] = {}
    for pair in voted_pairs(vote for vote in votes if vote.kind is kind):
        by_conversation.setdefault(pair.vote.conversation_id, []).append(pair)
    found = VotedQuestions()
    for conversation_id, pairs in by_conversation.items():
        (record,) = await history.records([conversation_id])
        if record is None or isinstance(record, StoreError):
            found.left_out["a conversation that cannot be read"] += len(pairs)
            continue
        found.add(pairs, record.conversation, bench.judges, bench.criteria, known, judges_own=bench.judges_own)
    return found


async def _ask(arguments: Namespace, asked: Sequence[VotedQuestion], bench: Bench, history: History) -> int | None:
    """Ask, and store each verdict; returns how many requests brought none. None where the user does not agree."""
    async with opened_judges(bench.judges, usable_settings(), history) as judges:
        every = [question for each in asked for question in each.questions]
        sentence = cost_sentence("Judging", await judges.estimate(every))
        if not arguments.yes and not await _is_agreed(sentence):
            return None
        if arguments.yes:
            say(sentence)
        return await _Asking(judges, history).ask(asked)


async def _is_agreed(sentence: str) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigurationError(f"{sentence} Without a terminal, this needs --yes.")
    print(f"{sentence} Ask? [y/N] ", end="", file=sys.stderr, flush=True)
    return (await typed_line()).strip().lower() in ("y", "yes")


@dataclass(slots=True)
class _Asking:
    """Asks judges of voted replies, some at once."""

    judges: Judges
    history: History
    silent: int = 0
    swayed: int = 0
    verdicts: int = 0

    async def ask(self, asked: Sequence[VotedQuestion]) -> int:
        """Returns how many requests brought no verdict."""
        with Progress(f"{len(asked)} verdicts") as progress:
            for start in range(0, len(asked), PROMPTS_AT_ONCE):
                progress.count(start, len(asked))
                await self._ask_together(asked[start : start + PROMPTS_AT_ONCE], progress)
        if self.verdicts:
            say(f"The order of the replies changed {self.swayed:,} of {self.verdicts:,} verdicts (they count as ties).")
        return self.silent

    async def _ask_together(self, asked: Sequence[VotedQuestion], progress: Progress) -> None:
        of = {id(question): each for each in asked for question in each.questions}
        said: dict[int, dict[bool, Winner]] = {}
        every = [question for each in asked for question in each.questions]
        async with aclosing(self.judges.answers(every)) as answers:
            async for question, answer in answers:
                each = of[id(question)]
                if isinstance(answer, Silent):
                    self.silent += 1
                    progress.say(f"Judge {plain_name(question.judge)}: no verdict. {plain_line(answer.why)}")
                    continue
                both = said.setdefault(id(each), {})
                both[question.swapped] = winner_of(answer, swapped=question.swapped)
                if (winner := settled(both)) is not None:
                    self.verdicts += 1
                    self.swayed += len(set(both.values())) > 1
                    await self.history.votes.record_judgement(each.vote(winner))


# -- output ----------------------------------------------------------------------------------------------------------

_KINDS = {
    VoteKind.BLIND: "blind votes",
    VoteKind.NAMED: "votes where a reply told its model",
    VoteKind.OPEN: "open votes",
}


def _put_out(votes: Sequence[Vote], scope: VoteScope, *, as_json: bool) -> None:
    found = [each for each in measured(votes) if scope.kind in (None, each.kind)]
    if as_json:
        Output().put("".join(json_line(_object(each)) for each in found))
        return
    if not found:
        has_votes = any(vote.judge is None and vote.kind is VoteKind.BLIND for vote in votes)
        what = "No judge has looked at your votes yet. Name one: textchat stats --judge PROVIDER/MODEL."
        say(what if has_votes else "No blind votes yet. In the app, Alt+K compares blind.")
    output = Output()
    width = shutil.get_terminal_size().columns if output.is_terminal else None
    output.put("".join(f"{line}\n" for each in found for line in broken(_sentence(each), width)))


def _sentence(each: Measured) -> str:
    criterion = plain_name(each.criterion.partition(":")[0], 60)
    kind = "" if each.kind is VoteKind.BLIND else f" ({_KINDS[each.kind]})"
    return f"{plain_name(each.judge)}, {criterion}{kind}: agrees with you in {agreement_words(each.agreement)}."


def _object(each: Measured) -> dict[str, Any]:
    return {
        "type": "judge",
        "judge": each.judge,
        "criterion": each.criterion,
        "kind": each.kind.value,
        "votes": each.votes,
        **agreement_object(each.agreement),
    }
