"""What the first paint may cost: the heavy libraries come with the first use of what they are for."""

from __future__ import annotations

import re
import sys

from tests.flow.terminal import Terminal

HEAVY = {"httpx", "httpcore", "tiktoken", "genai_prices", "pydantic", "pygments", "markdown_it"}
PAINTED = b"demo/fast"
"""The model in the heading of its pane: it is in the output once the screen has been drawn."""


def test_the_first_paint_imports_no_heavy_library(environment: dict[str, str]) -> None:
    with Terminal((sys.executable, "-X", "importtime", "-m", "textchat"), environment) as terminal:
        terminal.wait_until(lambda _: PAINTED in terminal.output)
        before = bytes(terminal.output).partition(PAINTED)[0]
    imported = set(re.findall(r"import time: +\d+ \| +\d+ \| +([\w.]+)", before.decode(errors="replace")))
    assert {"textual.app", "textchat.app", "sqlite3"} <= imported, "the list is complete up to the first paint"
    assert not {name for name in imported if name.partition(".")[0] in HEAVY}
