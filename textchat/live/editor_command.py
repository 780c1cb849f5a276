"""Finds the editor that the user wants: `$VISUAL`, else `$EDITOR` (POSIX), else one that most systems have."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from textchat.core.text.sanitize import plain_name

VARIABLES = ("VISUAL", "EDITOR")
USUAL = ("editor", "nano", "vim", "vi", "micro", "emacs") if os.name == "posix" else ("notepad",)
"""`editor` is Debian's choice of the user (update-alternatives)."""
LONGEST_NAME = 60


class NoEditorError(Exception):
    """No editor can be started; the text is a sentence that says what is missing."""


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The program with its arguments, as in `code --wait`; raises NoEditorError."""
    for variable in VARIABLES:
        if value := environ.get(variable, "").strip():
            return _named(variable, value, environ)
    for name in USUAL:
        if program := shutil.which(name, path=environ.get("PATH")):
            return [program]
    raise NoEditorError("No editor found. Set VISUAL or EDITOR.")


def _named(variable: str, value: str, environ: Mapping[str, str]) -> list[str]:
    if Path(value).is_file():  # a path with blanks that nobody quoted
        return [value]
    try:
        program, *arguments = shlex.split(value, posix=os.name == "posix")
    except ValueError:
        raise NoEditorError(f"{variable} has a quote without its end: {plain_name(value, LONGEST_NAME)}") from None
    found = shutil.which(Path(program).expanduser(), path=environ.get("PATH"))
    if found is None:
        raise NoEditorError(f"{variable} names {plain_name(program, LONGEST_NAME)}, which was not found.")
    return [found, *arguments]
