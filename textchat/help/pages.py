"""The pages of help: short Markdown files, with tables and keys put in when a page is shown.

A page can be read as it is. `[Ctrl+T](key:pane.add)` is the default key of an action, and gives way to the user's own;
`<!-- limits -->` alone on a line is where a table goes; `[compare](compare.md)` leads to another page.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

from textchat.core.limits import markdown_table
from textchat.help.exit_codes import exit_code_table

_KEY = re.compile(r"\[([^\]\n]+)\]\(key:([\w.]+)\)")
_TABLE = re.compile(r"^<!-- ([\w ]+) -->\n", re.MULTILINE)
_LINK = re.compile(r"\[([a-z]+)\]\(\1\.md\)")
LONGEST_TOPIC = 60
"""Characters of a topic that are compared with the names of the pages."""


class ShownKeys(Protocol):
    """The keys of the actions, as they are now."""

    def key(self, action_id: str) -> str:
        """The first key of an action as people write it; empty if it has none."""
        ...

    def table(self) -> str:
        """All actions with their keys, as Markdown."""
        ...


@dataclass(frozen=True)
class HelpPage:
    """One page, named by its topic."""

    topic: str
    title: str
    summary: str
    """What it tells, in a few words."""

    def source(self) -> str:
        """Its Markdown as it is written."""
        return resources.files("textchat.help").joinpath("pages", f"{self.topic}.md").read_text(encoding="utf-8")

    def text(self, keys: ShownKeys, link: Callable[[str], str]) -> str:
        """Its Markdown as it is shown; `link` writes a link to the page of a topic."""
        tables = {"limits": markdown_table, "exit codes": exit_code_table, "keys": keys.table}
        shown = _TABLE.sub(lambda mark: tables[mark[1]](), self.source())
        shown = _LINK.sub(lambda found: link(found[1]), shown)
        return _KEY.sub(lambda found: keys.key(found[2]) or "no key", shown)


PAGES: Sequence[HelpPage] = (
    HelpPage("connect", "Connect a model", "providers, keys and servers of your own"),
    HelpPage("compare", "Compare models", "panes, figures, differences and votes"),
    HelpPage("choose", "Choose a model", "blind votes, ratings and merged replies"),
    HelpPage("sweep", "Sweep a parameter", "one model with several values, and how its replies spread"),
    HelpPage("evaluate", "Evaluate models", "many prompts, checks and what the figures say"),
    HelpPage("judges", "Judges and changes", "models that judge replies, and what changed between runs"),
    HelpPage("keys", "Keys", "what they do, and how to change them"),
    HelpPage("scripts", "Scripts", "textchat in pipes, JSON and exit codes"),
    HelpPage("data", "Data", "where everything is, search, export and backup"),
    HelpPage("privacy", "Privacy", "what is sent, stored and logged"),
    HelpPage("troubleshooting", "Troubleshooting", "symptoms and what to do"),
    HelpPage("limits", "Limits", "the most of everything, and how to change it"),
)
"""In the order in which one needs them."""
BY_TOPIC: Mapping[str, HelpPage] = {page.topic: page for page in PAGES}


def nearest_topic(word: str, others: Sequence[str] = ()) -> str | None:
    """The topic, or one of `others`, that was probably meant."""
    word = word[:LONGEST_TOPIC].lower()
    names = [*BY_TOPIC, *others]
    begun = [name for name in names if word and name.startswith(word)]
    return next(iter(begun or difflib.get_close_matches(word, names, n=1)), None)
