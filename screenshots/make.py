"""Makes the pictures in this folder from real runs of the app with the demo models.

Usage: python -m screenshots.make. The words are the same each time, the figures are those of the run.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.flow.screen import open_app, wait_for
from tests.flow.terminal import isolated_environment

FOLDER = Path(__file__).parent
FAST, CAREFUL = "demo/fast", "demo/careful"


@dataclass(frozen=True)
class Picture:
    """One picture: what is opened and asked, and what stands on the screen when it is taken."""

    name: str
    size: tuple[int, int]
    models: tuple[str, ...]
    turns: tuple[tuple[str, str], ...]
    """Prompts, each with the text that is waited for after it."""
    theme: str = "textchat-dark"


COMPARE = "How do I compare two models?"
PICTURES = (
    Picture(
        "compare",
        (132, 36),
        (FAST, CAREFUL),
        ((COMPARE, "fastest: 1"), ("Write a prime sieve in Python", "One byte per number")),
    ),
    Picture(
        "light", (120, 36), (FAST, CAREFUL), (("Write a prime sieve in Python", "struck_by: dict"),), "textchat-light"
    ),
    Picture("four", (200, 60), (FAST, CAREFUL, FAST, CAREFUL), (("How do I add a server?", "3. Choose the protocol"),)),
    Picture("small", (80, 24), (FAST,), (("Hello", "✓ done"), ("Where are my files?", "✓ done"))),
)


async def take(picture: Picture, home: Path) -> str:
    environ = isolated_environment(home)
    config = home / "config.toml"
    config.write_text(f'[ui]\ntheme = "{picture.theme}"\n', encoding="utf-8")
    environ["TEXTCHAT_CONFIG"] = str(config)
    async with open_app(environ, models=picture.models, size=picture.size) as (app, pilot):
        await wait_for(app, *picture.models)
        for prompt, text in picture.turns:
            await pilot.press(*prompt, "enter")
            await wait_for(app, prompt)
            await wait_for(app, text)
        return self_contained(app.export_screenshot(title="textchat"))


def self_contained(svg: str) -> str:
    """The picture with nothing to fetch: the reader's own fixed-width font does as well, and every space counts."""
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("font-family: Fira Code", "font-family: monospace")


def main() -> None:
    for picture in PICTURES:
        with tempfile.TemporaryDirectory() as home:
            svg = asyncio.run(take(picture, Path(home)))
        (FOLDER / f"{picture.name}.svg").write_text(svg, encoding="utf-8")
        print(f"{picture.name}.svg")


if __name__ == "__main__":
    main()
