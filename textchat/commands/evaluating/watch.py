"""`textchat watch`: asks a prompt set again, and tells where the words differ from an earlier run.

With judges, it tells only what they call different: more than half of those who say anything, or as many. Who may not
judge, or says nothing, hides no difference.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textchat.commands.arguments import STANDARD_INPUT
from textchat.commands.asking.given_persona import given_persona
from textchat.commands.asking.prompt_file import read_prompts
from textchat.commands.asking.prompt_input import parameters_over
from textchat.commands.asking.prompt_results import Results
from textchat.commands.asking.prompt_set import PromptRun, PromptSet
from textchat.commands.evaluating.changes_output import change_lines, change_object
from textchat.commands.evaluating.cost_sentence import cost_sentence
from textchat.commands.evaluating.given_bench import given_bench
from textchat.commands.evaluating.judged_rows import Bench
from textchat.commands.evaluating.opened_judges import opened_judges
from textchat.commands.evaluating.results_file import read_run
from textchat.commands.output.streams import Output, json_line
from textchat.commands.output.terminal import say
from textchat.core.configuration import Settings
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.changes import Change, changes
from textchat.core.evaluation.judging import JudgedPair, Said
from textchat.core.evaluation.result_row import ResultRow, as_one_text
from textchat.core.sweeps.sweep import PERSONA, Variant
from textchat.core.text.sanitize import plain_line, plain_name
from textchat.live.evaluation.judges import Question, Silent
from textchat.live.settings.effective_settings import usable_settings


def run(arguments: Namespace) -> int:
    """Ask again and tell the differences; returns the exit code, 3 if any reply differs.

    Raises ConfigurationError, StoreError, OutputError and BrokenPipeError.
    """
    settings = usable_settings()
    old = read_run(arguments.against)
    if arguments.results is not None and _is_same_file(arguments.results, arguments.against):
        raise ConfigurationError("--results and --against are the same file. Choose another file for the new replies.")
    arguments.criteria = None
    bench, persona = given_bench(arguments), given_persona(arguments.persona)
    prompts = read_prompts(arguments.prompts, settings.limits.prompt_file_bytes)
    variants = _repeats(arguments.models) if arguments.models else _variants_of(old)
    asked_for = {(prompt.text, variant.model) for prompt in prompts for variant in variants}
    if not any(row.is_complete and (row.prompt, row.model) in asked_for for row in old):
        asked = "standard input" if arguments.prompts == STANDARD_INPUT else arguments.prompts
        raise ConfigurationError(f"{arguments.against} has no reply to a prompt of {asked} by these models.")
    set_ = PromptSet(prompts, variants, parameters_over(persona, arguments), against=old, tells_checks=False)
    return asyncio.run(_watch(arguments, set_, bench, settings))


def _is_same_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:
        return False


def _repeats(models: Sequence[str]) -> list[Variant]:
    return [Variant(model, repeat=list(models[:place]).count(model)) for place, model in enumerate(models)]


def _variants_of(old: Sequence[ResultRow]) -> list[Variant]:
    """What an earlier run asked for: each model with what a sweep set, once for each of its repeats."""
    found: dict[tuple[str, str, int], Variant] = {}
    for row in sorted(old, key=lambda row: row.pane):
        swept = row.values.get("sweep")
        values = dict(swept) if isinstance(swept, Mapping) else {}
        key = row.model, as_one_text(values), row.repeat
        name = values.pop(PERSONA, None)
        if key not in found:
            persona = given_persona(name) if isinstance(name, str) else None
            found[key] = Variant(row.model, values, persona, row.repeat)
    return list(found.values())


async def _watch(arguments: Namespace, asked: PromptSet, bench: Bench | None, settings: Settings) -> int:
    results = Results(arguments.results, is_held=True)
    if results.has_any:
        say(f"{arguments.results} already has replies; they are compared without asking again.")
    run = PromptRun(arguments, settings, asked, results, is_put_out=False)
    await run.ask_all()
    if run.is_cancelled:
        return run.exit_code
    found = await asyncio.to_thread(changes, asked.against or (), run.rows)
    differing = [change for change in found.all if change.rewording is not None or change.has_other_status]
    opinions = Opinions()
    if bench is not None and differing:
        await opinions.ask(bench, differing, settings)
    told = [change for change in differing if opinions.is_different(change)]
    await _put_out(told, opinions, as_json=arguments.json)
    both = sum(change.old is not None and change.new is not None for change in found.all)
    say(_sum(both, len(told), len(differing) - len(told)))
    for number, what in ((sum(each.old is None for each in found.all), "not in"), (_gone(found.all), "only in")):
        if number:
            say(f"{number:,} repl{'y is' if number == 1 else 'ies are'} {what} {plain_name(arguments.against)}.")
    code = run.exit_code
    return code if code not in (0, 3) else 1 if opinions.silent else 3 if told else 0


def _gone(all_: Sequence[Change]) -> int:
    return sum(change.new is None for change in all_)


def _sum(both: int, told: int, same: int) -> str:
    """How many replies differ, and how many say the same in other words, by the judges."""
    replies = f"{both:,} repl{'y' if both == 1 else 'ies'}"
    first = f"{told:,} of {replies} differ{'s' if told == 1 else ''}" if told else f"No reply differs ({replies})"
    return f"{first}; {same:,} say{'s' if same == 1 else ''} the same in other words." if same else f"{first}."


@dataclass(slots=True)
class Opinions:
    """What judges say of the replies that have other words."""

    said: dict[int, list[tuple[str, Said]]] = field(default_factory=dict)
    """By the identity of each change."""
    silent: int = 0
    """Requests that brought no verdict."""

    async def ask(self, bench: Bench, differing: Sequence[Change], settings: Settings) -> None:
        """Ask all judges of each change, a prompt after the other; raises ConfigurationError and StoreError."""
        by_line: dict[int, dict[Question, list[Change]]] = {}
        for question, change in _questions(bench, differing):
            by_line.setdefault(change.row.line, {}).setdefault(question, []).append(change)
        questions = [question for asked in by_line.values() for question in asked]
        async with opened_judges(bench.judges, settings) as judges:
            for judge in bench.judges:
                if any(not bench.may_judge(judge, change.row.model) for change in differing):
                    say(f"{plain_name(judge)} does not judge replies of its own model. To allow it, add --judge-own.")
            if questions:
                say(cost_sentence("Judging", await judges.estimate(questions)))
            for line, asked in by_line.items():
                async with aclosing(judges.answers(list(asked))) as answers:
                    async for question, said in answers:
                        self._take(line, question, asked[question], said)

    def _take(self, line: int, question: Question, changes_: Sequence[Change], said: Said | Silent) -> None:
        if isinstance(said, Silent):
            self.silent += 1
            say(f"line {line}, judge {plain_name(question.judge)}: no verdict. {plain_line(said.why)}")
            return
        for change in changes_:
            self.said.setdefault(id(change), []).append((question.judge, said))

    def is_different(self, change: Change) -> bool:
        """Whether at least half of those who said anything call it different; so is what nobody judged."""
        words = [said.word for _, said in self.said.get(id(change), ())]
        return 2 * words.count("different") >= len(words)

    def why(self, change: Change) -> str | None:
        """What the judges who call it different say, as one line."""
        said = [
            f"{plain_name(judge)}: {each.why}"
            for judge, each in self.said.get(id(change), ())
            if each.word == "different" and each.why
        ]
        return " ".join(said) or None

    def objects(self, change: Change) -> list[Mapping[str, Any]]:
        return [
            {"judge": judge, "verdict": each.word, "why": each.why} for judge, each in self.said.get(id(change), ())
        ]


def _questions(bench: Bench, differing: Sequence[Change]) -> Iterator[tuple[Question, Change]]:
    for change in differing:
        old, new = change.old, change.new
        if old is None or new is None or change.rewording is None:
            continue
        for judge in bench.judges:
            if bench.may_judge(judge, new.model):
                yield Question(judge, JudgedPair(new.prompt, old.text, new.text), None), change


async def _put_out(told: Sequence[Change], opinions: Opinions, *, as_json: bool) -> None:
    output = Output()
    for change in told:
        if as_json:
            await output.write(json_line({**change_object(change), "judges": opinions.objects(change)}))
        else:
            await output.write("".join(f"{line}\n" for line in change_lines(change, opinions.why(change))))
    await output.end()
