"""Command-line parsers, one for each command, with examples; imports next to nothing else of the package."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from textchat.commands.mistyped import command_meant

USAGE_ERROR = 2
LONGEST_ERROR = 400


class Parser(argparse.ArgumentParser):
    """An argparse parser with one-line error messages and without abbreviated options."""

    def __init__(self, prog: str, description: str, examples: str = "", **options: Any) -> None:
        """`options` are argparse's own: from Python 3.14 on, it gives `color` to the parsers of subcommands."""
        super().__init__(
            prog=prog,
            description=description,
            epilog=f"examples:\n{examples}" if examples else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            **options,
        )

    def error(self, message: str) -> NoReturn:
        from textchat.core.text.sanitize import plain_name  # late: the help needs none

        message = plain_name(message, LONGEST_ERROR)  # it repeats what was given, whatever that was
        self.exit(USAGE_ERROR, f"{self.prog}: {message}. See {self.prog} --help.\n")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments of a command; its name is in `command` (`app` for none). A mistake exits with 2.

    The first word alone decides: `textchat ask …` is the command, `textchat -- ask` opens the app with a prompt "ask".
    """
    name = argv[0] if argv and argv[0] in COMMANDS else "app"
    words = list(argv if name == "app" else argv[1:])
    parser = parser_of(name)
    if name == "app" and argv and (meant := command_meant(argv[0], COMMANDS)):
        parser.error(f"{argv[0]!r} is not a command; run textchat {meant}, or put -- before it to send it as a prompt")
    if name not in _WITH_PROMPT:
        arguments = _with_left_out_words(parser, words)
    else:
        # argparse loses words that stand between options, and after `--` beside them; so the tail is cut off first.
        at = words.index("--") if "--" in words else len(words)
        arguments = parser.parse_intermixed_args(words[:at])
        arguments.prompt += words[at + 1 :]
        given = [word for pair in getattr(arguments, "options", ()) for word in pair]
        given += [getattr(arguments, name, None) or "" for name in ("system", "schema", "schema_multi", "persona")]
        for text in (*arguments.prompt, *given):
            if not _is_text(text):
                parser.error(f"not UTF-8 text: {text!a}")
    arguments.command = name
    return arguments


def _with_left_out_words(parser: Parser, words: Sequence[str]) -> argparse.Namespace:
    """Parse words, of which those of `search` may begin with a minus: to argparse, they are options."""
    arguments, others = parser.parse_known_args(words)
    if getattr(arguments, "action", None) == "search" and not any(each.startswith("--") for each in others):
        arguments.words = [*arguments.words, *others]
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    return arguments


def parser_of(name: str) -> Parser:
    """Build the parser of one command, or of the program itself for `app`."""
    if name == "app":
        return _app_parser()
    command = COMMANDS[name]
    parser = Parser(f"textchat {name}", f"{command.summary[0].upper()}{command.summary[1:]}.", command.examples)
    command.add(parser)
    return parser


def _is_text(argument: str) -> bool:
    """Whether an argument is valid UTF-8; Python keeps other bytes as surrogates, which nothing else accepts."""
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


# -- values ----------------------------------------------------------------------------------------------------------


def _number(least: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = float(text)
        if not least <= value < float("inf"):
            raise ValueError
        return value

    return number


STANDARD_INPUT = "-"
"""What stands for it in place of a prompt, or of the name of a file."""
EFFORTS = ("off", "minimal", "low", "medium", "high", "max")
"""The levels of `core.parameters.Effort`, which no help is to wait for."""
USUAL_LIMIT = 50
"""The number of lines that `list` and `search` print."""
MOST = 10**15
"""The largest of numbers that count something: in seconds, days or rows it can still be reckoned with."""


def _whole(least: int | None = None) -> Callable[[str], int]:
    def whole(text: str) -> int:
        value = int(text)
        if least is not None and value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        if least is not None and value > MOST:
            raise argparse.ArgumentTypeError(f"{text[:20]}… is more than {MOST}")
        return value

    whole.__name__ = "whole number"
    return whole


def _model(text: str) -> str:
    provider, slash, model = text.partition("/")
    if not (provider.strip() and slash and model.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a model name; write PROVIDER/MODEL")
    return text


# -- the app ---------------------------------------------------------------------------------------------------------


def _app_parser() -> Parser:
    commands = "\n".join(f"  {name:<15}{command.summary}" for name, command in COMMANDS.items())
    parser = Parser(
        "textchat",
        "Chat with language models, one or several side by side.\n\n"
        f"commands (each has its own --help):\n{commands}\n\n"
        "Without a command, textchat opens the app. If a prompt begins with the name of a command, put -- before it.",
        "  textchat\n"
        "  textchat -m openai/gpt-5 -m ollama/llama3 'What is a monad?'\n"
        "  textchat --continue\n"
        "  textchat ask 'How many moons does Mars have?'\n"
        "  git diff | textchat ask -m local/qwen 'Review this change'\n",
    )
    _add_version(parser)
    _add_models(parser, "open a pane with this model; repeat for more panes (default: default_models in the settings)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "-c", "--continue", dest="continue_newest", action="store_true", help="open the newest conversation"
    )
    which.add_argument(
        "--open", metavar="ID", dest="open_id", help="open this conversation, or FILE.jsonl:LINE of compare --results"
    )
    _add_persona(parser)
    parser.add_argument(
        "--attach", metavar="FILE", action="append", default=[], help="attach this file to the prompt; repeat for more"
    )
    parser.add_argument(
        "--plain", action="store_true", help="plain lines in place of a screen, for screen readers and simple terminals"
    )
    parser.add_argument("prompt", metavar="PROMPT", nargs="*", help="send this prompt at once")
    return parser


def _add_version(parser: Parser) -> None:
    from textchat import __version__

    parser.add_argument("--version", action="version", version=f"textchat {__version__}")


def _add_models(parser: Parser, help: str) -> None:
    parser.add_argument("-m", "--model", metavar="P/M", dest="models", action="append", type=_model, help=help)


def _add_persona(parser: Parser) -> None:
    parser.add_argument("--persona", metavar="NAME", help="use this persona: its system prompt, model and parameters")


# -- asking ----------------------------------------------------------------------------------------------------------


def _add_question(parser: Parser) -> None:
    add = parser.add_argument
    add(
        "prompt",
        metavar="PROMPT",
        nargs="*",
        help="the prompt, placed before any standard input; - for standard input only",
    )
    add("--system", metavar="TEXT", help="the system prompt")
    _add_persona(parser)
    _add_parameters(parser)
    attach = "attach a file, or standard input for -; repeat for more"
    add("--attach", metavar="FILE", action="append", default=[], help=attach)
    add("--parts", metavar="FOLDER", help="write the files of the reply to FOLDER")
    add("--json", action="store_true", help="print one JSON object per line")
    add("--stats", action="store_true", help="print time, tokens and cost to standard error")
    add("--save", action="store_true", help="save it as a conversation")


def _add_parameters(parser: Parser) -> None:
    add = parser.add_argument
    number = _number(0)
    number.__name__ = "number"
    add("--temperature", metavar="X", type=number, help="the sampling temperature, 0 or more")
    add("--max-tokens", metavar="N", type=_whole(1), help="limit the reply to N tokens")
    add("--seed", metavar="N", type=_whole(), help="a seed, for reproducible replies")
    add("--no-stream", action="store_true", help="wait for the whole reply instead of streaming it")
    add(
        "--effort",
        metavar="LEVEL",
        type=str.lower,
        choices=EFFORTS,
        help=f"how much to think first: {', '.join(EFFORTS[:-1])} or {EFFORTS[-1]}",
    )
    add(
        "-o",
        "--option",
        metavar=("KEY", "VALUE"),
        dest="options",
        nargs=2,
        action="append",
        default=[],
        help="any other field of the request, the value as JSON or text; repeat for more",
    )
    schema = parser.add_mutually_exclusive_group()
    schema.add_argument(
        "--schema",
        metavar="FILE",
        help="ask for JSON with this JSON Schema, and check it: a file, or a short form such as 'name, age int'",
    )
    schema.add_argument("--schema-multi", metavar="FILE", help="the same, for a list of such items")
    add("--web", action="store_true", help="let the provider search the web")


def _add_ask(parser: Parser) -> None:
    _add_models(parser, "the model to ask (default: the first of default_models)")
    _add_question(parser)
    add = parser.add_argument
    add(
        "-c",
        "--continue",
        dest="continue_newest",
        action="store_true",
        help="continue the newest conversation, and save it (default model: its own)",
    )
    add("--raw", action="store_true", help="print Markdown as it is, also on a terminal")
    add("--record", metavar="FILE", help="record the stream, for the replay protocol")


def _add_compare(parser: Parser) -> None:
    _add_models(parser, "a model to ask; repeat for more (default: default_models)")
    _add_question(parser)
    add = parser.add_argument
    add("-n", metavar="K", dest="repeats", type=_whole(1), default=1, help="ask each model K times")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--diff",
        action="store_true",
        help="print the first reply, then how each other one differs: [-removed-] {+added+} [↓moved↓]",
    )
    form.add_argument("--markdown", action="store_true", help="print one Markdown document")
    add("--prompts", metavar="FILE", help='ask many prompts, one per line: text, or JSON ("…" or {"prompt": "…"})')
    add(
        "--checks",
        metavar="FILE",
        help='check the reply to each prompt: a JSON object per line, such as {"type": "contains", "value": "42"}',
    )
    add(
        "--results",
        metavar="FILE",
        help="append the replies to FILE as JSON lines; skip those it already has for the same parameters",
    )


# -- the rest --------------------------------------------------------------------------------------------------------


def _add_list_models(parser: Parser) -> None:
    parser.add_argument("provider", metavar="PROVIDER", nargs="?", help="list the models of this provider only")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def _add_conversations(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    def add(name: str, help: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, prog=f"{parser.prog} {name}", description=help, help=help)

    _add_many(add("list", "list conversations, newest first"), default=None)
    search = add("search", "search all messages")
    search.add_argument(
        "words",
        metavar="WORDS",
        nargs="*",
        default=[],
        help='words, "phrases", -WORD, OR, and filters such as role:user',
    )
    _add_many(search, default=USUAL_LIMIT)
    show = add("show", "print one conversation")
    show.add_argument("id", metavar="ID", help="an id, or its beginning")
    _add_json(show)
    _add_export(add)
    importing = add("import", "import conversations from other programs")
    importing.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="an export of textchat, ChatGPT, Claude, Gemini, Open WebUI, …: a file, a zip file or a folder",
    )
    delete = add("delete", "delete conversations")
    delete.add_argument("ids", metavar="ID", nargs="*", help="ids, or their beginnings")
    delete.add_argument(
        "--older-than",
        metavar="DAYS",
        type=_whole(1),
        help="delete those without changes for DAYS days, but not pinned ones",
    )
    delete.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    add("vacuum", "free the disk space of deleted conversations")


def _add_json(action: argparse.ArgumentParser) -> None:
    action.add_argument("--json", action="store_true", help="print one JSON object per line")


def _add_many(action: argparse.ArgumentParser, *, default: int | None) -> None:
    """The options of an action that prints a line for each of many; without a default it says that there are more."""
    action.add_argument(
        "-n",
        "--limit",
        metavar="N",
        type=_whole(1),
        default=default,
        help=f"print at most N (default: {USUAL_LIMIT})",
    )
    _add_json(action)


def _add_export(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    export = add("export", "export conversations as Markdown, JSON or one HTML page")
    export.add_argument("ids", metavar="ID", nargs="*", help="ids, or their beginnings")
    export.add_argument("--all", action="store_true", help="export all conversations")
    export.add_argument(
        "--format",
        choices=("markdown", "json", "html"),
        help="the format (default: from the name of FILE, else markdown)",
    )
    export.add_argument(
        "--replay", action="store_true", help="with the times of the replies, for textchat replay (json, html)"
    )
    export.add_argument("-o", "--output", metavar="FILE", help="write to FILE; in a folder, one file per conversation")
    export.add_argument("--force", action="store_true", help="replace FILE if it exists, and changed files in a folder")


def _add_config(parser: Parser) -> None:
    from textchat.core.limits import plain_table  # late: no other help needs it

    parser.epilog = f"limits, with the keys of config.toml that change them:\n{plain_table()}"
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, help in (
        ("path", "print the path of the settings file"),
        ("init", "write a commented starter file, unless one exists"),
        ("check", "check the settings file"),
        ("show", "print the settings in effect, with secrets masked"),
        ("schema", "print the JSON Schema of config.toml, for editors"),
    ):
        actions.add_parser(name, prog=f"{parser.prog} {name}", description=help, help=help)


def _moment(*, is_end: bool) -> Callable[[str], float]:
    def moment_of(text: str) -> float:
        from datetime import datetime  # late: no other command needs either

        from textchat.core.votes.scope import moment

        try:
            return moment(text, datetime.now(), is_end=is_end)
        except ValueError as error:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a date; write 2026-11-30, or 7d for 7 days ago"
            ) from error

    return moment_of


def _add_stats(parser: Parser) -> None:
    add = parser.add_argument
    add("--json", action="store_true", help="print one JSON object per line")
    add("--tag", metavar="TAG", help="only conversations with this tag")
    when = "a day such as 2026-11-30, or 12h, 7d, 2w, 3m or 1y ago"
    add("--since", metavar="WHEN", type=_moment(is_end=False), help=f"only what is newer: {when}")
    add("--until", metavar="WHEN", type=_moment(is_end=True), help="only what is older; a day is counted whole")
    add(
        "--votes",
        metavar="KIND",
        choices=VOTES,
        default=VOTES[0],
        help=f"the votes to rate by: {', '.join(VOTES[:-1])} or {VOTES[-1]} (blind, but a reply told its model)",
    )
    add("--worth", action="store_true", help="say which cheaper model would do, and how many votes would settle it")
    add("--over-time", action="store_true", help="print the ratings by week or month")


VOTES = ("all", "blind", "open", "named")
"""All votes, or those of one `core.votes.vote.VoteKind`."""


SHELLS = ("bash", "zsh", "fish")
USUAL_PORT = 8000


def _add_help(parser: Parser) -> None:
    parser.add_argument("topic", metavar="TOPIC", nargs="?", help="a page or a command; without it, list the pages")
    parser.add_argument("--man", action="store_true", help="print the man page, for packages")


def _add_completion(parser: Parser) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"{', '.join(SHELLS[:-1])} or {SHELLS[-1]}")


def _add_replay(parser: Parser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE", help="what textchat conversations export --replay has written")
    add(
        "--speed",
        metavar="N",
        type=_speed,
        default=1.0,
        help="how many times the recorded speed, 0.5 to 8 (default: 1)",
    )
    add("--plain", action="store_true", help="print plain lines, without a screen")


def _speed(text: str) -> float:
    speed = float(text)  # argparse tells of the ValueError
    if not 0.5 <= speed <= 8:
        raise argparse.ArgumentTypeError(f"{text} is not between 0.5 and 8")
    return speed


def _add_serve(parser: Parser) -> None:
    add = parser.add_argument
    add("--port", metavar="N", type=_whole(0), default=USUAL_PORT, help=f"the port (default: {USUAL_PORT}; 0: any)")
    add("--host", metavar="ADDRESS", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    add(
        "--public",
        action="store_true",
        help="let other machines in: whoever has the link reads all conversations and uses the keys",
    )


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its line in `--help`, the function that adds its arguments to a parser, and examples."""

    summary: str
    add: Callable[[Parser], None]
    examples: str = ""
    module: str = ""
    """Where it is run, below `textchat.commands`; empty: the module of its name."""


def module_of(name: str) -> str:
    """The module that runs a command, below `textchat.commands`."""
    return (COMMANDS[name].module if name in COMMANDS else "") or name


_WITH_PROMPT = frozenset({"app", "ask", "compare"})

COMMANDS: Mapping[str, Command] = {
    "ask": Command(
        "print one reply as it arrives",
        _add_ask,
        "  textchat ask 'What is a monad?'\n"
        "  textchat ask -m openai/gpt-5 --system 'Answer in one line.' < question.txt\n"
        "  git diff | textchat ask 'Review this change'\n"
        "  textchat ask --attach photo.jpg 'What is this?'\n"
        "  textchat ask --schema 'name, age int, bio: one sentence' 'Invent a dog' | jq .name\n"
        "  textchat ask --json Hello | jq -r 'select(.type == \"end\").usage'\n",
    ),
    "compare": Command(
        "send one prompt to several models at once",
        _add_compare,
        "  textchat compare -m openai/gpt-5 -m ollama/llama3 'What is a monad?'\n"
        "  textchat compare -m local/qwen -n 3 --diff 'Name a colour'\n"
        "  textchat compare --prompts questions.txt --results answers.jsonl\n",
    ),
    "models": Command(
        "list the models of each configured provider",
        _add_list_models,
        "  textchat models\n  textchat models ollama\n",
    ),
    "conversations": Command(
        "list, search, show, export, import and delete conversations; alone: their number and size",
        _add_conversations,
        "  textchat conversations list\n"
        "  textchat conversations search monad role:user\n"
        "  textchat conversations export 0199 -o talk.html\n"
        "  textchat conversations import ~/Downloads/chatgpt.zip\n",
    ),
    "replay": Command(
        "play an exported comparison at its own speed",
        _add_replay,
        "  textchat conversations export 0199 --replay -o talk.replay.json\n"
        "  textchat replay talk.replay.json\n  textchat replay talk.replay.json --speed 2\n",
    ),
    "config": Command("find, create, check and print the settings", _add_config),
    "stats": Command(
        "print votes, ratings, tokens and cost by model",
        _add_stats,
        "  textchat stats\n"
        "  textchat stats --worth --votes blind\n"
        "  textchat stats --tag code --since 90d --over-time\n",
    ),
    "serve": Command(
        "open the app in a browser",
        _add_serve,
        "  textchat serve\n  textchat serve --port 9000\n  textchat serve --host 192.168.1.20 --public\n",
        "serving.serve",
    ),
    "help": Command(
        "print short pages on what textchat does",
        _add_help,
        "  textchat help\n  textchat help connect\n  textchat help ask\n",
        "manual.help",
    ),
    "completion": Command(
        "print a script that completes commands, options and models in a shell",
        _add_completion,
        '  eval "$(textchat completion bash)"                                # in ~/.bashrc\n'
        '  eval "$(textchat completion zsh)"                                 # in ~/.zshrc, after compinit\n'
        "  textchat completion fish > ~/.config/fish/completions/textchat.fish\n",
        "manual.completion",
    ),
}
