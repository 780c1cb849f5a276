"""Reads the file of `--criteria`: one `name: sentence` a line; lines that are blank or begin with # are left out."""

from __future__ import annotations

from pathlib import Path

from textchat.config.input_files import read_named
from textchat.core.errors import ConfigurationError
from textchat.core.evaluation.judging import OVERALL, Criterion
from textchat.core.limits import CRITERIA, KIB
from textchat.core.text.sanitize import plain_line, plain_name

LONGEST_NAME, LONGEST_SENTENCE = 60, 1_000


def read_criteria(name: str | None) -> tuple[Criterion, ...]:
    """The criteria of a file; without one, a single criterion for all there is. ConfigurationError names the line."""
    if name is None:
        return (OVERALL,)
    found: dict[str, Criterion] = {}
    for number, line in enumerate(_lines(name), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        criterion = _criterion(line, f"--criteria {plain_name(name)}, line {number}: ")
        if found.setdefault(criterion.name, criterion) is not criterion:
            raise ConfigurationError(
                f"--criteria {plain_name(name)}, line {number}: “{criterion.name}” is twice in it."
            )
    if not found:
        raise ConfigurationError(f"--criteria {plain_name(name)} contains no criteria.")
    if len(found) > CRITERIA.most:
        raise ConfigurationError(
            f"--criteria {plain_name(name)}: expected at most {CRITERIA.told}, found {len(found)}."
        )
    return tuple(found.values())


def _lines(name: str) -> list[str]:
    most = 64 * KIB
    try:
        data = read_named(Path(name), most)
    except OSError as error:
        raise ConfigurationError(f"Cannot read --criteria {plain_name(name)}: {error.strerror}.") from error
    if len(data) > most:
        raise ConfigurationError(f"--criteria {plain_name(name)} is larger than 64 KiB.")
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"--criteria {plain_name(name)}: not UTF-8 text.") from error


def _criterion(line: str, where: str) -> Criterion:
    name, colon, sentence = (part.strip() for part in line.partition(":"))
    if not (name and colon and sentence):
        raise ConfigurationError(f"{where}expected “name: sentence”, found “{plain_line(line, 50)}”.")
    if len(name) > LONGEST_NAME or len(sentence) > LONGEST_SENTENCE:
        most = f"a name of at most {LONGEST_NAME} and a sentence of at most {LONGEST_SENTENCE:,} characters"
        raise ConfigurationError(f"{where}expected {most}.")
    return Criterion(plain_line(name, LONGEST_NAME), plain_line(sentence, LONGEST_SENTENCE))
