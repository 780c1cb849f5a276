"""What is shown as changed of the corpus of pairs, and what a comparison costs by the length of its texts."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from tests.benchmarks.report import Table
from tests.benchmarks.texts import SHAPES, tokens
from tests.render.diff_corpus import CORPUS, CorpusPair, drawn
from textchat.render.diff.comparison import Diff, diff

LENGTHS = (12_500, 50_000, 200_000)
"""Characters."""
MOST_GROWN = 1.5
"""How much more a character may cost in the longest text than in the shortest one."""
EVERY = 40
"""Each so many words are changed."""
ROUNDS = 5
_WORD = re.compile(r"\w+|[^\w\s]")


def run() -> list[Table]:
    return [_corpus(), _speed()]


def _corpus() -> Table:
    rows, right = [], 0
    for pair in CORPUS:
        found = diff(pair.left, pair.right)
        is_right = _is_right(pair, found)
        right += is_right
        shown = _ours(found), _git(pair), _difflib(pair)
        rows.append([pair.name, "right" if is_right else "WRONG", *map(str, shown)])
    return Table(
        "Characters shown as changed, blanks not counted; what moved and stayed as it was is none",
        ["pair", "alignment", "textchat", "git --word-diff", "difflib by words"],
        rows,
        [(f"{right} of {len(CORPUS)} pairs are aligned as written down", right == len(CORPUS))],
    )


def _is_right(pair: CorpusPair, found: Diff) -> bool:
    rows = drawn(found)
    return len(rows) == len(pair.rows) and all(map(lambda row, wanted: row.is_drawn_as(wanted), rows, pair.rows))


def _ours(found: Diff) -> int:
    count = 0
    for row in found.rows:
        is_alone = row.partner is None and not (row.left and row.right)
        for text, side in ((found.left, row.left), (found.right, row.right)):
            if side is not None:
                spans = [(side.start, side.end)] if is_alone else side.marks
                count += _characters(text[start:end] for start, end in spans)
    return count


def _git(pair: CorpusPair) -> int:
    with tempfile.TemporaryDirectory() as folder:
        left, right = Path(folder) / "left", Path(folder) / "right"
        left.write_text(pair.left, encoding="utf-8", newline="")
        right.write_text(pair.right, encoding="utf-8", newline="")
        command = ["git", "diff", "--no-index", "--no-color", "--word-diff=porcelain", "-U1000", str(left), str(right)]
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = told[told.find("\n@@") + 1 :].splitlines()[1:]
    return _characters(line[1:] for line in lines if line.startswith(("-", "+")))


def _difflib(pair: CorpusPair) -> int:
    left, right = _WORD.findall(pair.left), _WORD.findall(pair.right)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return sum(
        _characters(left[start:end]) + _characters(right[other:other_end])
        for change, start, end, other, other_end in matcher.get_opcodes()
        if change != "equal"
    )


def _characters(texts: Iterable[str]) -> int:
    return sum(len("".join(text.split())) for text in texts)


def _speed() -> Table:
    rows, verdicts = [], []
    for shape in SHAPES:
        costs = [_cost(_text(shape, length)) for length in LENGTHS]
        rows.append([shape, *(f"{cost * 1e3:.0f}" for cost in costs)])
        grown = costs[-1] / costs[0] / (LENGTHS[-1] / LENGTHS[0])
        verdicts.append(
            (f"{shape}: a character costs {grown:.2f} times as much, at most {MOST_GROWN}", grown <= MOST_GROWN)
        )
    return Table("A comparison of texts that differ here and there", ["ms of CPU", *_headers()], rows, verdicts)


def _headers() -> Sequence[str]:
    return [f"{length:,} characters" for length in LENGTHS]


def _text(shape: str, length: int) -> str:
    return "".join(tokens(shape, length // 3))[:length]


def _cost(text: str) -> float:
    count = 0

    def changed(word: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return word[0] if count % EVERY else "otherwise"

    other = re.sub(r"[^\W\d_]{4,}", changed, text)
    costs = []
    for _ in range(ROUNDS):
        before = time.process_time()
        diff(text, other)
        costs.append(time.process_time() - before)
    return min(costs)
