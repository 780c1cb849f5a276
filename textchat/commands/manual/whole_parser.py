"""One parser with all commands in it, for what is made from the whole command line: completion and the man page."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from textchat.commands.arguments import COMMANDS, Parser, parser_of


def whole_parser() -> Parser:
    """The parser of the program with those of the commands below it; without the prompt, which is any word."""
    whole = parser_of("app")
    prompt = next(action for action in whole._actions if action.dest == "prompt")
    whole._remove_action(prompt)
    commands = whole.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, command in COMMANDS.items():
        summary = f"{command.summary[0].upper()}{command.summary[1:]}."
        parser = commands.add_parser(
            name, prog=f"textchat {name}", description=summary, examples=command.examples, help=command.summary
        )
        command.add(parser)
    return whole


def commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The commands or actions of a parser, each with its own parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def own_actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of a parser without its commands."""
    return [action for action in parser._actions if not isinstance(action, argparse._SubParsersAction)]
