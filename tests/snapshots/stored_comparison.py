"""A comparison with fixed figures: written to the store, so that what the app shows of it never changes by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.flow.terminal import isolated_environment
from textchat.config import paths
from textchat.core.conversation import Conversation, Message, Pane, Role, Source, Status, Timing, Usage
from textchat.core.errors import ErrorKind, ErrorReport
from textchat.core.parameters import Parameters
from textchat.store.history import History

ID = "c0ffee"
PROMPT = "How do I count the words of a text in Python?"
FIRST = """\
Split the text at its blanks and **count the pieces**:

```python
def count_words(text: str) -> int:
    return len(text.split())
```

- `split()` takes any run of blanks as one.
- Punctuation stays with its word.
"""
SECOND = """\
Split the text at its blanks and **count what you get**:

```python
import re

def count_words(text: str) -> int:
    return len(re.findall(r"\\w+", text))
```

- `\\w+` takes letters, digits and the underscore.
- Punctuation stays with its word.

For 漢字 and other scripts without blanks you need a segmenter.
"""


def _answer(number: int, text: str) -> Message:
    return Message(
        id=f"a{number}",
        parent_id="q",
        role=Role.ASSISTANT,
        text=text,
        model=f"{'local' if number % 2 else 'cloud'}/model-{number}",
        parameters=Parameters(temperature=0.2 * number) if number % 3 == 0 else Parameters(),
        finish_reason="stop",
        usage=Usage(18, 60 + 7 * number, source=Source.REPORTED if number % 2 else Source.ESTIMATED),
        timing=Timing(0.2 + 0.11 * number, 1.5 + 0.4 * number, 90.0 - 5 * number),
        cost_usd=0.0004 * number if number % 2 else None,
        created_at=1_760_000_001.0,
    )


def answers(count: int) -> list[Message]:
    """Of every kind: whole, failed, cancelled, with reasoning, empty."""
    made = [_answer(number, FIRST if number % 2 else SECOND) for number in range(1, count + 1)]
    if count > 2:
        made[2] = replace(
            made[2],
            text="",
            status=Status.FAILED,
            error=ErrorReport(
                ErrorKind.RATE_LIMIT, "Too many requests; the server asks to wait 30 seconds.", 429, 30.0
            ),
            finish_reason=None,
            usage=None,
            timing=None,
            cost_usd=None,
        )
    if count > 3:
        made[3] = replace(made[3], reasoning="The user wants words, not letters. " * 3)
    if count > 5:
        made[5] = replace(made[5], text="Split the text at its bl", status=Status.CANCELLED, finish_reason=None)
    return made


async def write_comparison(home: Path, count: int) -> dict[str, str]:
    """The environment of an app whose store holds a comparison in `count` panes, as `ID`."""
    environ = isolated_environment(home)
    made = answers(count)
    prompt = Message("q", None, Role.USER, PROMPT, created_at=1_760_000_000.0)
    panes = tuple(
        Pane(f"p{number}", each.model or "", each.parameters or Parameters(), each.id)
        for number, each in enumerate(made, start=1)
    )
    conversation = Conversation(
        ID, "Counting words", 1_760_000_000.0, {each.id: each for each in (prompt, *made)}, panes
    )
    history = History.open(paths.database(environ))
    await history.save(conversation, tuple(conversation.messages.values()))
    await history.aclose()
    return environ
