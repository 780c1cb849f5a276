"""What the input bar asks of the object that knows slash commands."""

from __future__ import annotations

from typing import Protocol


class RunsCommands(Protocol):
    """Completes and runs lines that begin with a slash."""

    def takes_key(self, key: str) -> bool:
        """Take a key that is for the list of commands."""

    def run(self, line: str) -> None:
        """Run the command that stands in the bar, or say why not."""
