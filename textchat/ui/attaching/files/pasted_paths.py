"""Reads what terminals paste for dropped files: quoted, escaped or percent-encoded paths, one or several."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

LONGEST = 16_384
"""Characters: more is no list of dropped files."""
MOST = 100
"""Paths of one paste."""
_PATH = re.compile(r"(?:~|/|\.{1,2}[/\\]|[A-Za-z]:[\\/]|\\\\[^\\]|file:)")
_DRIVE = re.compile(r"(?:&\s+)?['\"]?[A-Za-z]:[\\/]")
_POWERSHELL = re.compile(r"&\s+(?=['\"])")
"""Windows Terminal writes this before a path with blanks."""


def readings(pasted: str) -> Iterator[tuple[str, ...]]:
    """The lists of paths that a paste may be, the likeliest first; none where it is other text.

    Whether such files exist decides: a path may hold blanks, quotes and backslashes of its own.
    """
    text = pasted.strip()
    if not text or len(text) > LONGEST or not _may_be_paths(text):
        return
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip() and not line.startswith("#")]
    seen = set[tuple[str, ...]]()
    for way in (_plain, _words):
        if (found := way(lines)) and found not in seen and len(found) <= MOST:
            seen.add(found)
            yield found


def _may_be_paths(text: str) -> bool:
    bare = _POWERSHELL.sub("", text, count=1).lstrip("'\"")
    return bool(_PATH.match(bare)) or ("/" in bare and "\n" not in bare and not re.search(r"\s", bare))


def _plain(lines: list[str]) -> tuple[str, ...]:
    """Each line is one path, as it is."""
    return tuple(_decoded(_unquoted(line)) for line in lines)


def _words(lines: list[str]) -> tuple[str, ...]:
    """Each line holds paths as a shell reads them."""
    found: list[str] = []
    for line in lines:
        try:
            # A backslash divides folders where a drive comes first, and hides blanks elsewhere.
            words = shlex.split(_POWERSHELL.sub("", line), posix=not _DRIVE.match(line))
        except ValueError:  # an apostrophe in a name
            return ()
        found += [_decoded(_unquoted(word)) for word in words]
    return tuple(found)


def _unquoted(text: str) -> str:
    text = _POWERSHELL.sub("", text, count=1)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _decoded(path: str) -> str:
    """The path of a file: URL (RFC 8089); any other text is one already."""
    if not path.lower().startswith("file:"):
        return path
    try:
        parts = urlsplit(path)
    except ValueError:
        return path
    if parts.netloc and parts.netloc.lower() != "localhost":
        return path
    decoded = unquote(parts.path)
    return decoded[1:] if re.match(r"/[A-Za-z]:/", decoded) else decoded
