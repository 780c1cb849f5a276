"""Reads which judges the arguments of a command name, and by what they judge."""

from __future__ import annotations

from argparse import Namespace

from textchat.commands.evaluating.judged_rows import Bench
from textchat.core.errors import ConfigurationError


def given_bench(arguments: Namespace) -> Bench | None:
    """The judges with their criteria; None without judges. Raises ConfigurationError."""
    if arguments.judges is None:
        if arguments.criteria is not None or arguments.judge_own:
            raise ConfigurationError(f"{'--criteria' if arguments.criteria else '--judge-own'} needs --judge.")
        return None
    from textchat.commands.evaluating.criteria_file import read_criteria  # few prompt sets are judged

    return Bench(tuple(dict.fromkeys(arguments.judges)), read_criteria(arguments.criteria), arguments.judge_own)
