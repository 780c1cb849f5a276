"""Reads what is typed: lines of a terminal, with its editing where there is one, or those of a script."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO

from textchat.commands.dialogue.voice import Voice
from textchat.commands.output.terminal import STDIN, STDOUT, is_dumb, is_terminal
from textchat.core.limits import INPUT, too_large

PROMPT, MORE = "You: ", "...: "
KEY_PROMPT = "Key (not shown): "


class TypedLines:
    """Reads one entry after the other; a line that ends with a backslash goes on in the next.

    `complete` offers the ends of a word that begins a line.
    """

    def __init__(self, voice: Voice, most: int, complete: Callable[[str], Sequence[str]]) -> None:
        self._voice = voice
        self._most = most
        self._is_typed = is_terminal(STDIN)
        self._file: BinaryIO = os.fdopen(STDIN, "rb", closefd=False)
        can_edit = self._is_typed and is_terminal(STDOUT) and not is_dumb()
        self._edits = can_edit and _has_editing(complete)

    def read(self) -> str | None:
        """The next entry; None at the end of the input. Ctrl+C raises KeyboardInterrupt."""
        line = self._line(PROMPT)
        text = ""
        while line is not None and line.endswith("\\"):
            if len(text) <= self._most:  # more is refused anyway
                text += line[:-1] + "\n"
            line = self._line(MORE)
        if line is None:
            return text or None
        text += line
        if len(text.encode()) > self._most:
            self._voice.say_now(f"{too_large('The prompt', self._most, INPUT)} Attach it as a file: /attach FILE.")
            return ""
        return text

    def read_key(self) -> str:
        """A key, which the terminal does not show and no history keeps; empty at the end of the input."""
        from getpass import getpass

        try:
            return getpass(KEY_PROMPT)
        except (EOFError, KeyboardInterrupt) as end:
            self._voice.prompt("\n")
            if isinstance(end, EOFError):
                return ""
            raise

    def _line(self, prompt: str) -> str | None:
        if self._edits:
            try:
                line = input(prompt)
            except EOFError:
                self._voice.prompt("\n")
                return None
            self._voice.line_was_typed()
            return line.encode("utf-8", "replace").decode()
        self._voice.prompt(prompt)
        data = self._file.readline(self._most + 2)
        while len(data) > self._most and not data.endswith(b"\n"):  # the rest of it is read, and refused with it
            if not (rest := self._file.readline(self._most)):
                break
            data = data[: self._most + 1] + rest[-1:]
        if not data:
            self._voice.prompt("\n")
            return None
        line = data.decode("utf-8", "replace").rstrip("\r\n")
        if self._is_typed:
            self._voice.line_was_typed()
        else:
            self._voice.echo(line if len(line) < self._most else f"{line[:60]}…")
        return line


def _has_editing(complete: Callable[[str], Sequence[str]]) -> bool:
    """Whether lines can be edited, with a history of this run; where they can, Tab completes commands."""
    try:
        import readline
    except ImportError:
        return False

    def completed(word: str, number: int) -> str | None:
        begins = readline.get_begidx() == 0
        found = complete(word) if begins else ()
        return found[number] if number < len(found) else None

    readline.set_completer_delims(" \t\n")
    readline.set_completer(completed)
    if "libedit" not in (readline.__doc__ or ""):  # which reads other lines, and knows no brackets
        readline.parse_and_bind("tab: complete")
        readline.parse_and_bind("set enable-bracketed-paste on")  # lines that are pasted together are one entry
        readline.parse_and_bind("set enable-active-region off")  # and are not printed twice
    return True
