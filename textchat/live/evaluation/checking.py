"""Checks a complete answer: each demand in turn, in bounded time, whatever the answer holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textchat.core.evaluation.check import Check, CheckResult, CheckType
from textchat.core.limits import CHECK_COMMAND_S, CHECK_OUTPUT, CHECK_S
from textchat.core.processes.child_process import ChildRun
from textchat.core.text.sanitize import plain_line
from textchat.core.waiting.left_threads import in_left_thread

LONGEST_QUOTE = 60
LONGEST_SAID = 200
"""Characters of what a command prints that are told."""


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """What is looked at: a complete answer with its figures, None where they are not known."""

    text: str
    output_tokens: int | None
    cost_usd: float | None
    seconds: float | None
    """From the request to the end of the answer."""

    async def results(self, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        """Whether it meets each demand. A cancelled check ends its command at once."""
        found = []
        for check in checks:
            why = await self._fault(check)
            found.append(CheckResult(check, not why, why or None))
        return tuple(found)

    async def _fault(self, check: Check) -> str:
        """Why it does not meet the demand, as one sentence; empty where it does."""
        value = check.value
        match check.type:
            case CheckType.CONTAINS:
                return "" if value in self.text else f"The reply does not contain “{_quoted(value)}”."
            case CheckType.NOT_CONTAINS:
                return f"The reply contains “{_quoted(value)}”." if value in self.text else ""
            case CheckType.REGEX:
                return await in_left_thread(lambda: _unmatched(value, self.text))
            case CheckType.JSON | CheckType.SCHEMA:
                from textchat.live.structure.check import checked  # few prompts need it

                return (await checked(self.text, value or {})).why or ""
            case CheckType.MAX_TOKENS:
                return _above(self.output_tokens, value, "It has {} tokens", "The number of its tokens")
            case CheckType.MAX_COST:
                return _above(self.cost_usd, value, "It cost ${}", "Its cost")
            case CheckType.MAX_SECONDS:
                return _above(self.seconds, value, "It took {} s", "Its time")
            case CheckType.COMMAND:
                return await _refused_by(value, self.text)


def _quoted(text: str) -> str:
    return plain_line(text, LONGEST_QUOTE)


def _unmatched(pattern: str, text: str) -> str:
    from textchat.live.structure.patterns import Clock, SlowCheck

    try:
        found = Clock(CHECK_S.most).is_found(pattern, text)
    except SlowCheck:
        return f"The search for “{_quoted(pattern)}” takes longer than {CHECK_S.told}."
    except MemoryError:
        return f"The search for “{_quoted(pattern)}” takes too much memory."
    return "" if found else f"The reply does not match “{_quoted(pattern)}”."


def _above(figure: float | None, most: float, told: str, name: str) -> str:
    """The fault of a figure that is above a ceiling, or that nobody knows."""
    if figure is None:
        return f"{name} is not known."
    return f"{told.format(_digits(figure))}, more than {_digits(most)}." if figure > most else ""


def _digits(value: float) -> str:
    """A figure as exactly as it is compared."""
    return f"{value:,.9f}".rstrip("0").rstrip(".")


async def _refused_by(command: str | Sequence[str], text: str) -> str:
    """The fault that a command found in a text, in its own words where it prints any."""
    run = ChildRun(
        command if isinstance(command, str) else tuple(command),
        CHECK_COMMAND_S.most,
        CHECK_OUTPUT.most,
        text.encode("utf-8", "replace"),
        reads_errors=True,
    )
    try:
        code, printed = await run.ended()
    except TimeoutError:
        return f"The command did not finish within {CHECK_COMMAND_S.told}."
    except (OSError, ValueError) as error:
        return f"The command could not be run: {getattr(error, 'strerror', None) or error}."
    if len(printed) > CHECK_OUTPUT.most:
        return f"The command printed more than {CHECK_OUTPUT.told}."
    said = plain_line(printed.decode("utf-8", "replace").strip(), LONGEST_SAID)
    ended = f"failed with exit code {code}" if code >= 0 else f"was ended by signal {-code}"
    return "" if code == 0 else f"The command {ended}{f': {said}' if said else ''}."
