"""Lets the user write a text in $VISUAL or $EDITOR."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from textchat.commands.dialogue.chat import Refused
from textchat.commands.output.terminal import STDIN, STDOUT, is_terminal
from textchat.config.input_files import read_named
from textchat.config.private_files import new_private_file, temporary_folder
from textchat.core.limits import INPUT, too_large
from textchat.core.text.sanitize import plain_name
from textchat.live.editor_command import NoEditorError, editor_command
from textchat.signals import ctrl_c_for_others


async def edited(text: str) -> str:
    """Open the editor with `text`, and return what was saved; raises Refused.

    It has the terminal: nothing else runs here meanwhile.
    """
    if not (is_terminal(STDIN) and is_terminal(STDOUT)):
        raise Refused("An editor needs a terminal. Type the text behind the command.")
    try:
        command = editor_command(os.environ)
    except NoEditorError as error:
        raise Refused(str(error)) from None
    with temporary_folder() as folder:
        file = Path(folder) / "prompt.md"
        with new_private_file(file) as new:
            new.write(text)
        _run(command, file)
        try:
            data = read_named(file, INPUT.most)
        except OSError as error:
            raise Refused(f"The editor left no file: {error.strerror}.") from error
    if len(data) > INPUT.most:
        raise Refused(too_large("The text", INPUT.most, INPUT))
    return data.decode("utf-8", "replace").rstrip("\r\n")


def _run(command: list[str], file: Path) -> None:
    name = plain_name(Path(command[0]).name, 60)
    try:
        with ctrl_c_for_others():
            ended = subprocess.run([*command, str(file)], check=False)
    except OSError as error:
        raise Refused(f"Cannot run {name}: {error.strerror}. Set EDITOR.") from error
    if ended.returncode:
        raise Refused(f"{name} failed ({ended.returncode}). Nothing was sent.")
