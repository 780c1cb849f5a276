"""Texts as models write them: what the renderer is tried on and looked at."""

from __future__ import annotations

from pathlib import Path

_MARKS = {"{escape}": "\x1b", "{bell}": "\x07", "{c1}": "\x9b", "{rlo}": "\u202e"}
"""Written out in the files, so that those stay readable."""


def _load(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    for written, meant in _MARKS.items():
        text = text.replace(written, meant)
    return text


CORPUS = {path.stem: _load(path) for path in sorted((Path(__file__).parent / "answers").glob("*.md"))}

TOUR = CORPUS["tour"]
"""One of everything."""
