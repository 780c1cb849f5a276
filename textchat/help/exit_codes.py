"""What the exit codes of the program mean, for the help pages and the man page."""

from __future__ import annotations

from collections.abc import Mapping

EXIT_CODES: Mapping[int, str] = {
    0: "complete",
    1: "a reply failed, or something could not be done; what arrived is still printed",
    2: "wrong arguments or settings, or a spending limit; one line says what to change",
    3: "a reply does not fit its schema, or does not pass a check",
    70: "textchat itself failed",
    129: "the terminal has gone (SIGHUP)",
    130: "cancelled by Ctrl+C (SIGINT)",
    131: "ended by SIGQUIT",
    138: "ended by SIGUSR1",
    141: "the reader of standard output has gone (SIGPIPE)",
    143: "ended by SIGTERM",
}


def exit_code_table() -> str:
    """All codes as a Markdown table."""
    return "| Code | Means |\n|---|---|\n" + "".join(f"| {code} | {means} |\n" for code, means in EXIT_CODES.items())
