"""Pictures of the screen as text, compared with those that somebody has looked at and accepted.

TEXTCHAT_ACCEPT=1 pytest tests/snapshots        # takes what is shown now; look at every change before committing
TEXTCHAT_PICTURES=FOLDER pytest tests/snapshots # also writes each as SVG, with its colours, to be looked at
"""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import App

ACCEPTED = Path(__file__).parent / "accepted"
# Read before the tests begin: those run without the variables of whoever starts them.
ACCEPTS = bool(os.environ.get("TEXTCHAT_ACCEPT"))
PICTURES = os.environ.get("TEXTCHAT_PICTURES")


def check_text(name: str, text: str) -> None:
    """Fails with both where `text` is not what was accepted under `name`."""
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    file = ACCEPTED / f"{name}.txt"
    if ACCEPTS:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"Nothing was accepted as {name} yet; it shows:\n{text}"
    accepted = file.read_text(encoding="utf-8")
    assert text == accepted, f"{name} has changed. It was accepted as:\n{accepted}\nand now shows:\n{text}"


def check_screen(name: str, app: App[None], text: str, *, variant: str = "") -> None:
    """`check_text` for the text on the screen of `app`; its colours go into a picture where those are wanted.

    What differs in its colours alone has the same text, and a picture of its own as `variant`.
    """
    if PICTURES:
        path = Path(PICTURES) / f"{name}{variant}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(app.export_screenshot(), encoding="utf-8")
    check_text(name, text)
