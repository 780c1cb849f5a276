"""Finds files of a tree by what is typed: a part of a path, some of its letters in order, or a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from textchat.ui.attaching.files.file_tree import Entry

_WILD = re.compile(r"[*?\[]")


def is_pattern(path: str) -> bool:
    """Whether a path has wildcards."""
    return _WILD.search(path) is not None


def ranked_entries(query: str, entries: Sequence[Entry], most: int, *, prefers_own: bool = False) -> list[Entry]:
    """The best entries for what is typed; for nothing, those of the folder itself, folders first.

    With `prefers_own` those of the folder itself that begin so come first, as in a shell: it was written out.
    """
    if not query:
        own = [entry for entry in entries if "/" not in entry.path]
        return sorted(own, key=lambda entry: (not entry.is_folder, entry.path.casefold()))[:most]
    wanted = query.casefold()
    in_order = re.compile(".*?".join(map(re.escape, wanted)))
    found: list[tuple[int, int, int, str, Entry]] = []
    for entry in entries:
        path = entry.path.casefold()
        if in_order.search(path) and (rank := _rank(wanted, path, in_order)) is not None:
            rank = -1 if prefers_own and path.startswith(wanted) and "/" not in path else rank
            found.append((rank, path.count("/"), len(path), path, entry))
    return [entry for *_, entry in sorted(found)[:most]]


def _rank(wanted: str, path: str, in_order: re.Pattern[str]) -> int | None:
    """How well a path fits: the less the better."""
    name = path.rpartition("/")[2]
    if wanted in (path, name):
        return 0
    if name.startswith(wanted):
        return 1
    if re.search(rf"(?:^|[\W_]){re.escape(wanted)}", name):
        return 2
    if wanted in name:
        return 3
    if wanted in path:
        return 4
    return 5 if in_order.search(name) else 6 if len(wanted) > 2 else None


def matching(pattern: str, entries: Iterable[Entry]) -> list[Entry]:
    """The files that a pattern names: `*` and `?` within a name, `**` for any folders."""
    regex = _compiled(pattern)
    return [entry for entry in entries if not entry.is_folder and regex.fullmatch(entry.path)]


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces: list[str] = []
    for piece in re.findall(r"\*\*/|\*+|\?|\[[!^]?\]?[^\]/]*\]|[^*?\[]+|\[", pattern):
        if piece == "**/":
            pieces.append("(?:[^/]+/)*")
        elif piece == "*":
            pieces.append("[^/]*")
        elif piece.startswith("*"):
            pieces.append(".*")
        elif piece == "?":
            pieces.append("[^/]")
        elif piece.startswith("[") and len(piece) > 1:
            inner = piece[1:-1].replace("\\", "\\\\")
            pieces.append(f"[^/{inner[1:]}]" if inner[0] in "!^" else f"[{inner}]")
        else:
            pieces.append(re.escape(piece))
    try:
        return re.compile("".join(pieces), re.IGNORECASE if pattern.islower() else 0)
    except re.error:
        return re.compile(re.escape(pattern))


def below(folder: str, entries: Iterable[Entry]) -> list[Entry]:
    """The files in a folder of the tree, at any depth; all of them for the tree's own folder, which is empty."""
    return [entry for entry in entries if not entry.is_folder and entry.path.startswith(folder)]
