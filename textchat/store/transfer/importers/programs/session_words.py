"""Tells a user's own words in the sessions of coding agents from what these programs put around them."""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    r"<(system-reminder|local-command-caveat|local-command-stdout|local-command-stderr|task-notification|ide_\w+)>"
    r".*?</\1>\s*",
    re.DOTALL,
)
"""What Claude Code says to the model in the user's name."""
_COMMAND = re.compile(r"<command-name>(.*?)</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>(.*?)</command-args>", re.DOTALL)
_CODEX = re.compile(
    r"\s*(<(environment_context|user_instructions|turn_aborted|apps_instructions|skills?_instructions|skill"
    r"|permissions instructions|collaboration_mode|app-context|recommended_plugins|subagent_notification)>"
    r"|# AGENTS\.md instructions|<INSTRUCTIONS>)"
)


def typed_text(text: str) -> str:
    """What the user typed into Claude Code: a command as `/name words`, nothing for a text of the program's own."""
    if command := _COMMAND.search(text):
        arguments = _ARGUMENTS.search(text)
        name = command[1].strip()
        return " ".join(
            filter(None, (name if name.startswith("/") else f"/{name}", arguments and arguments[1].strip()))
        )
    return _UNSEEN.sub("", text)


def is_injected(text: str) -> bool:
    """Whether Codex wrote a text in the user's name: the surroundings, instructions from files."""
    return _CODEX.match(text) is not None


def folder_name(path: object) -> str:
    """The last part of a folder's path, of any system."""
    parts = re.split(r"[/\\]+", path.rstrip("/\\")) if isinstance(path, str) else [""]
    return parts[-1]
