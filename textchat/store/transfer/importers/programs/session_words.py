"""Tells a user's own words in the sessions of coding agents from what these programs put around them."""

from __future__ import annotations

import re

_UNSEEN = (
    "system-reminder",
    "local-command-caveat",
    "local-command-stdout",
    "local-command-stderr",
    "task-notification",
    "ide_opened_file",
    "ide_selection",
    "ide_diagnostics",
)
"""What Claude Code says to the model in the user's name."""
_CODEX = re.compile(
    r"\s*(<(environment_context|user_instructions|turn_aborted|apps_instructions|skills?_instructions|skill"
    r"|permissions instructions|collaboration_mode|app-context|recommended_plugins|subagent_notification)>"
    r"|# AGENTS\.md instructions|<INSTRUCTIONS>)"
)


def typed_text(text: str) -> str:
    """What the user typed into Claude Code: a command as `/name words`, nothing for a text of the program's own."""
    if name := tagged(text, "command-name"):
        words = tagged(text, "command-args")
        return f"/{name.strip().removeprefix('/')} {words.strip()}".strip()
    for tag in _UNSEEN:
        text = _without(text, tag)
    return text


def tagged(text: str, tag: str) -> str:
    """What stands first between the tags of this name; empty if it is nowhere."""
    _, opening, rest = text.partition(f"<{tag}>")
    words, closing, _ = rest.partition(f"</{tag}>") if opening else ("", "", "")
    return words if closing else ""


def _without(text: str, tag: str) -> str:
    """The text without what stands between tags; each part is looked at once, however many there are."""
    opening, closing = f"<{tag}>", f"</{tag}>"
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start)) >= 0:
        kept.append(text[at:start])
        at = end + len(closing)
    return text if not kept else "".join((*kept, text[at:])).strip()


def is_injected(text: str) -> bool:
    """Whether Codex wrote a text in the user's name: the surroundings, instructions from files."""
    return _CODEX.match(text) is not None


def folder_name(path: object) -> str:
    """The last part of a folder's path, of any system."""
    parts = re.split(r"[/\\]+", path.rstrip("/\\")) if isinstance(path, str) else [""]
    return parts[-1]
