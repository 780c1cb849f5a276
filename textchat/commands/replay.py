"""`textchat replay`: plays an exported comparison in the app, or as plain lines, at the speed it was recorded."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from textchat.commands.app import open_app
from textchat.live.replaying.opening import ReplayOpening
from textchat.store.transfer.replay_file import read_replay


def run(arguments: Namespace) -> int:
    """Play the file until the user quits; returns the exit code. Raises ConfigurationError for an unusable file."""
    record = read_replay(Path(arguments.file))
    return open_app(is_plain=arguments.plain, replay=ReplayOpening(record, arguments.speed))
