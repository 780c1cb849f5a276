"""Texts as models write them, cut in tokens: the same for every run."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_SENTENCE = (
    "the index keeps every page sorted so that a search reads only a few of them and an insert splits what is full "
    "while the cache holds what was read last and the log says what has to be written when the power comes back"
)
WORDS = _SENTENCE.split()
SHAPES = ("mixed", "fence", "list", "table", "paragraph")
_TOKEN = re.compile(r"\s?\w{1,5}|\s+|[^\w\s]")


def tokens(shape: str, count: int, seed: int = 7) -> list[str]:
    """So many tokens of a text that is one shape, about four characters each."""
    found: list[str] = []
    for piece in _pieces(shape, random.Random(seed)):
        found.extend(_TOKEN.findall(piece))
        if len(found) >= count:
            return found[:count]
    raise AssertionError("the texts never end")


def prose(random_: random.Random, words: int) -> str:
    sentence = " ".join(random_.choice(WORDS) for _ in range(words))
    return sentence.capitalize() + "."


def _pieces(shape: str, random_: random.Random) -> Iterator[str]:
    match shape:
        case "fence":
            yield "```python\n"
            while True:
                yield _code_line(random_)
        case "list":
            number = 0
            while True:
                number += 1
                yield f"{number}. {prose(random_, 12)}\n"
                if number % 4 == 0:
                    yield f"   ```python\n   {_code_line(random_).strip()}\n   ```\n"
        case "table":
            yield "| name | count | what it is for |\n|---|---:|---|\n"
            while True:
                yield f"| `{random_.choice(WORDS)}` | {random_.randrange(10**6)} | {prose(random_, 6)} |\n"
        case "paragraph":
            while True:
                yield prose(random_, 15) + " "
        case _:
            yield from _mixed(random_)


def _mixed(random_: random.Random) -> Iterator[str]:
    section = 0
    while True:
        section += 1
        yield f"## {section}. {prose(random_, 4)}\n\n"
        yield f"{prose(random_, 30)} **{prose(random_, 3)}** and `{random_.choice(WORDS)}`: {prose(random_, 25)}\n\n"
        yield "".join(f"- {prose(random_, 10)}\n" for _ in range(5)) + "\n"
        yield "```python\n" + "".join(_code_line(random_) for _ in range(12)) + "```\n\n"
        yield "| a | b |\n|---|---|\n" + "".join(f"| {prose(random_, 3)} | {n} |\n" for n in range(4)) + "\n"
        yield f"> {prose(random_, 20)}\n\n"


def _code_line(random_: random.Random) -> str:
    indent = "    " * random_.randrange(1, 3)
    name, other = random_.choice(WORDS), random_.choice(WORDS)
    return f"{indent}{name} = self.{other}({random_.randrange(100)}, key='{name}')  # {other}\n"
