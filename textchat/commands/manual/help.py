"""`textchat help`: the pages of help by topic, the help of a command, and the man page."""

from __future__ import annotations

import shutil
from argparse import Namespace

from textchat.commands.arguments import COMMANDS, parser_of
from textchat.commands.output.streams import Output
from textchat.core.errors import ConfigurationError
from textchat.core.text.sanitize import plain_name
from textchat.help.pages import BY_TOPIC, PAGES, HelpPage, ShownKeys, nearest_topic

WIDEST = 100
"""Cells: longer lines are hard to read."""


def run(arguments: Namespace) -> int:
    """Print a page or the list of them; returns the exit code.

    Raises ConfigurationError, OutputError and BrokenPipeError.
    """
    topic: str | None = arguments.topic
    output = Output()
    if arguments.man:
        from textchat.commands.manual.man_page import man_page

        output.put(man_page())
    elif topic is None:
        output.put(_overview())
    elif page := BY_TOPIC.get(topic):
        _put_page(page, output)
    elif topic in COMMANDS:
        output.put(parser_of(topic).format_help())
    else:
        raise ConfigurationError(_no_topic(topic))
    return 0


def _overview() -> str:
    pages = "".join(f"  {page.topic:<17}{page.summary}\n" for page in PAGES)
    return (
        f"textchat help TOPIC prints one of these pages; in the app, F1 shows them:\n{pages}\n"
        "textchat help COMMAND prints the options of a command, textchat --help lists the commands.\n"
    )


def _no_topic(topic: str) -> str:
    nearest = nearest_topic(topic, list(COMMANDS))
    hint = f"did you mean {nearest}?" if nearest else f"the topics are {', '.join(BY_TOPIC)}."
    return f"No help page “{plain_name(topic, 60)}”; {hint}"


def _put_page(page: HelpPage, output: Output) -> None:
    """Print a page: laid out on a terminal, elsewhere as Markdown."""
    text = page.text(_keys(), "`textchat help {}`".format)
    if not output.is_terminal:
        output.put(text)
        return
    from textchat.commands.output.markdown_lines import MarkdownLines

    lines = MarkdownLines(min(shutil.get_terminal_size().columns, WIDEST), has_colour=output.has_colour)
    output.put_styled(lines.feed(text) + lines.close())


def _keys() -> ShownKeys:
    """The keys of the user; what is wrong with the settings is told elsewhere."""
    from textchat.config.load import load_settings
    from textchat.ui.help_pages.shown_keys import KeymapKeys
    from textchat.ui.key_settings import keymap_from
    from textchat.ui.keymaps.sets import KEYMAPS

    settings = load_settings().settings
    keymap, _ = keymap_from(settings.keys, KEYMAPS[settings.ui.keymap])
    return KeymapKeys(keymap)
