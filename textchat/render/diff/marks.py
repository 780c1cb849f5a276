"""Finds the words in which two units differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textchat.render.diff.alignment import CommonRun, common
from textchat.render.diff.units import BY_LINE, DiffUnit, token_ranges

Ranges = tuple[tuple[int, int], ...]


def marked(left: str, ours: DiffUnit, right: str, theirs: DiffUnit) -> tuple[Ranges, Ranges]:
    """The ranges, in words, that differ between two units."""
    tokens, other_tokens = token_ranges(left, ours.start, ours.end), token_ranges(right, theirs.start, theirs.end)
    is_exact = ours.kind in BY_LINE and theirs.kind in BY_LINE
    keys = [_token_key(left[start:end], is_exact) for start, end in tokens]
    other_keys = [_token_key(right[start:end], is_exact) for start, end in other_tokens]
    kept, other_kept = set[int](), set[int]()
    runs = _slid(common(keys, other_keys), keys, other_keys)
    for number, run in enumerate(runs):
        is_between = (
            0 < number < len(runs) - 1
            or (run.left and run.right)
            or (run.left + run.length < len(keys) and run.right + run.length < len(other_keys))
        )
        # Two changed words with but a blank between them are one change.
        if is_between and not any(key.strip() for key in keys[run.left : run.left + run.length]):
            continue
        kept.update(range(run.left, run.left + run.length))
        other_kept.update(range(run.right, run.right + run.length))
    return _ranges(left, tokens, kept), _ranges(right, other_tokens, other_kept)


def _slid(runs: Sequence[CommonRun], keys: Sequence[str], other_keys: Sequence[str]) -> list[CommonRun]:
    """Shift changes on one side as far right as possible: `B.` is then added to `A.`, and not `. B`."""
    slid = list(runs)
    for index in range(len(slid) - 1):
        run, following = slid[index], slid[index + 1]
        end, other_end = run.left + run.length, run.right + run.length
        most = following.length - (index < len(slid) - 2)
        step = 0
        if other_end == following.right:
            while step < most and keys[end + step] == keys[following.left + step]:
                step += 1
        elif end == following.left:
            while step < most and other_keys[other_end + step] == other_keys[following.right + step]:
                step += 1
        slid[index] = run._replace(length=run.length + step)
        slid[index + 1] = CommonRun(following.left + step, following.right + step, following.length - step)
    return [run for run in slid if run.length]


def _token_key(token: str, is_exact: bool) -> str:
    return " " if token.isspace() and not is_exact else token


def _ranges(text: str, tokens: Sequence[tuple[int, int]], kept: Iterable[int]) -> Ranges:
    """The ranges of the tokens that are not `kept`, adjacent ones merged, without blanks at their ends."""
    known = frozenset(kept)
    ranges: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(tokens):
        if index in known:
            continue
        if ranges and ranges[-1][1] == start:
            ranges[-1] = ranges[-1][0], end
        else:
            ranges.append((start, end))
    return tuple(_trimmed(text, start, end) for start, end in ranges)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    if not words.strip():
        return start, end
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))
