"""The man page textchat(1), made from the parsers.

The macros are those of man(7): https://man7.org/linux/man-pages/man7/groff_man.7.html.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from textchat import __version__
from textchat.commands.arguments import COMMANDS
from textchat.commands.manual.whole_parser import commands_of, own_actions, whole_parser
from textchat.help.exit_codes import EXIT_CODES
from textchat.help.pages import PAGES

_SPECIAL = re.compile(r"[\\\-'`^~]|[^\x00-\x7f]")
_ESCAPED = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}
_ENVIRONMENT = (
    ("TEXTCHAT_CONFIG", "another settings file"),
    ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "where settings, conversations and the log are"),
    ("OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, …", "the keys of the providers"),
    ("OPENAI_BASE_URL, OLLAMA_HOST", "other addresses of these servers"),
    ("HTTPS_PROXY, SSL_CERT_FILE", "a proxy, and certificates"),
    ("NO_COLOR", "no colours"),
)
_FILES = (
    ("~/.config/textchat/config.toml", "the settings; never changed by textchat"),
    ("~/.config/textchat/preferences.toml", "what is changed in the app"),
    ("~/.local/share/textchat/textchat.db", "the conversations"),
    ("~/.local/state/textchat/textchat.log", "the log, without prompts and keys"),
)


def man_page() -> str:
    """The whole page as roff."""
    parser = whole_parser()
    lines = [
        f'.TH TEXTCHAT 1 "" "textchat {_roff(__version__)}" "User Commands"',
        ".SH NAME",
        r"textchat \- chat with language models in a terminal, one or several side by side",
        *_synopsis(),
        ".SH DESCRIPTION",
        _roff("Without a command, textchat opens the app."),
        _roff("If a prompt begins with the name of a command, put -- before it."),
        ".SH OPTIONS",
        *_options(parser),
        ".SH COMMANDS",
    ]
    for name, command in commands_of(parser):
        lines += _command(f"textchat {name}", COMMANDS[name].summary, command)
    lines += _table("EXIT STATUS", ((str(code), means) for code, means in EXIT_CODES.items()))
    lines += _table("ENVIRONMENT", _ENVIRONMENT)
    lines += _table("FILES", _FILES)
    lines += _table("SEE ALSO", ((f"textchat help {page.topic}", page.summary) for page in PAGES))
    return "\n".join(lines) + "\n"


def _synopsis() -> Iterator[str]:
    yield ".SH SYNOPSIS"
    yield r".B textchat"
    yield r"[\fIOPTION\fR]... [\fIPROMPT\fR]"
    yield ".br"
    yield ".B textchat"
    yield r"\fICOMMAND\fR [\fIOPTION\fR]..."


def _command(name: str, summary: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f".SS {_roff(name)}"
    yield _roff(f"{summary[0].upper()}{summary[1:]}.")
    yield from _options(parser)
    for action, below in commands_of(parser):
        yield ".PP"
        yield f".B {_roff(f'{name} {action}')}"
        yield ".br"
        yield _roff(f"{(below.description or '')[:1].upper()}{(below.description or '')[1:]}.")
        yield from _options(below)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in own_actions(parser):
        if isinstance(action, argparse._HelpAction):
            continue
        yield ".TP"
        yield _named(action)
        yield _roff((action.help or "").replace("%%", "%"))


def _named(action: argparse.Action) -> str:
    """An argument as it is written: its options in bold, its values in italics."""
    given = (action.metavar,) if isinstance(action.metavar, str) else action.metavar or ()
    values = "".join(rf" \fI{_roff(value)}\fR" for value in given)
    if not action.option_strings:
        return values.strip()
    return ", ".join(rf"\fB{_roff(option)}\fR" for option in action.option_strings) + values


def _table(heading: str, rows: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {heading}" if " " not in heading else f'.SH "{heading}"'
    for name, means in rows:
        yield ".TP"
        yield rf"\fB{_roff(name)}\fR"
        yield _roff(means)


def _roff(text: str) -> str:
    """A text in which roff finds no command."""
    line = _SPECIAL.sub(lambda found: _ESCAPED.get(found[0]) or rf"\[u{ord(found[0]):04X}]", " ".join(text.split()))
    return rf"\&{line}" if line.startswith(".") else line
