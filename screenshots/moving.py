"""Makes `compare-moving.svg`: two demo models answer one prompt in the real app, at their real speed, as one picture.

Usage: python -m screenshots.moving. The words are the same each time, the figures and the pace are those of the run.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from screenshots.make import CAREFUL, FAST, FOLDER, self_contained
from tests.flow.screen import open_app, shown, wait_for
from tests.flow.terminal import isolated_environment
from tests.servers.waiting import wait_until

SIZE = (132, 36)
PROMPT = "Write a prime sieve in Python"
BETWEEN_FRAMES_S = 0.15
BETWEEN_KEYS_S = 0.02
PAUSE_S = 3.0
"""How long the last frame stands before the picture begins again."""

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Frame:
    """What the screen showed from `at_s` on, in seconds from the start of the picture, as Textual's own SVG."""

    at_s: float
    svg: str


@dataclass(frozen=True)
class Cells:
    """The pieces of one frame, each the markup of one element: the same words in the same place are the same piece."""

    backs: tuple[str, ...]
    texts: tuple[str, ...]


Run = tuple[int, int]
"""The frames in which a piece stands: the first, and the first without it."""


def joined(frames: Sequence[Frame], pause_s: float = PAUSE_S) -> str:
    """All frames, of one size, as one SVG that moves by CSS alone; the last stands for `pause_s` seconds.

    Where nothing moves (no animation, or the reader wants less motion) the last frame is what is seen. Every piece is
    drawn once for each run of frames in which it stays, so the size grows with what changes, not with the frames.
    """
    styles: dict[str, str] = {}
    cells = [read_cells(frame.svg, styles) for frame in frames]
    layers = [runs([cell.backs for cell in cells]), runs([cell.texts for cell in cells])]
    moving = sorted({run for layer in layers for run in layer if run != (0, len(frames))})
    names = {run: f"m{number}" for number, run in enumerate(moving)}
    head, chrome, opened = scenery(frames[0].svg)
    drawn = "\n".join(group(layer[run], run, names, len(frames)) for layer in layers for run in sorted(layer))
    times = [frame.at_s for frame in frames] + [frames[-1].at_s + pause_s]
    css = "\n".join([*(f".{name} {{{style}}}" for style, name in styles.items()), *motion(names, times)])
    return head.replace("</style>", f"{css}\n</style>", 1) + chrome + opened + drawn + "\n</g></g>\n</svg>\n"


def read_cells(svg: str, styles: dict[str, str]) -> Cells:
    """The coloured pieces of one frame; `styles` gives every style one short name for the whole picture, and grows."""
    css = dict(re.findall(r"\.([\w-]+-r\d+) \{ *(.*?) *\}", svg))
    terminal = ElementTree.fromstring(svg).findall(f"{SVG}g")[-1]
    texts = []
    for text in terminal.iter(f"{SVG}text"):
        words = text.text or ""
        if words.strip("\n"):
            name = styles.setdefault(css[text.attrib["class"]], f"s{len(styles)}")
            places = "".join(f" {key}={quoteattr(text.attrib[key])}" for key in ("x", "y", "textLength"))
            texts.append(f'<text class="{name}"{places}>{escape(words)}</text>')
    return Cells(tuple(backs_of(terminal)), tuple(texts))


def backs_of(terminal: ElementTree.Element) -> Iterator[str]:
    """The backgrounds of one frame, neighbours of one colour as one."""
    merged: list[tuple[str, float, float, str]] = []
    for rect in terminal.findall(f"{SVG}rect"):
        y, fill = rect.attrib["y"], rect.attrib["fill"]
        start, end = float(rect.attrib["x"]), float(rect.attrib["x"]) + float(rect.attrib["width"])
        if merged and merged[-1][0] == y and merged[-1][3] == fill and abs(merged[-1][2] - start) < 0.1:
            start = merged.pop()[1]
        merged.append((y, start, end, fill))
    for y, start, end, fill in merged:
        place = f'x="{start:g}" y="{y}" width="{end - start:g}" height="24.65"'
        yield f'<rect fill="{fill}" {place} shape-rendering="crispEdges"/>'


def runs(frames: Sequence[Sequence[str]]) -> dict[Run, list[str]]:
    """The pieces by the frames in which they stand; one that comes back has several runs."""
    found: dict[Run, list[str]] = defaultdict(list)
    since: dict[str, int] = {}
    for number, pieces in enumerate([*frames, ()]):
        now = dict.fromkeys(pieces)
        for piece in [piece for piece in since if piece not in now]:
            found[since.pop(piece), number].append(piece)
        for piece in now:
            since.setdefault(piece, number)
    return found


def group(pieces: Sequence[str], run: Run, names: dict[Run, str], frame_count: int) -> str:
    """What stands for one run; the class `z` is for what is there in the last frame."""
    if run not in names:
        return f"<g>{''.join(pieces)}</g>"
    last = " z" if run[1] == frame_count else ""
    return f'<g class="m {names[run]}{last}">{"".join(pieces)}</g>'


def motion(names: dict[Run, str], times: Sequence[float]) -> Iterator[str]:
    """The style sheet that shows each run in its time; `times` has when each frame begins, and the end."""
    if not names:
        return
    whole = times[-1]
    yield ".m {visibility: hidden} .z {visibility: visible}"
    yield "@media (prefers-reduced-motion: no-preference) {"
    yield f".m {{animation: {whole:.2f}s step-end infinite}}"
    yield from (f".{name} {{animation-name: {name}}}" for name in names.values())
    yield "}"
    for (first, end), name in names.items():
        steps = [(0.0, "hidden")] if first else []
        steps += [(100 * times[first] / whole, "visible"), (100 * times[end] / whole, "hidden")]
        yield f"@keyframes {name} {{{' '.join(f'{at:.3f}% {{visibility: {how}}}' for at, how in steps)}}}"


def scenery(svg: str) -> tuple[str, str, str]:
    """What all frames share: the opening with its styles, the window, and the start of the terminal within it."""
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"^ *\.terminal-r\d+ \{.*?\}\n", "", svg, flags=re.MULTILINE)
    svg = re.sub(r'<clipPath id="terminal-line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    head, defs_end, rest = svg.partition("</defs>")
    before, _, _ = rest.rpartition('<g class="terminal-matrix">')
    chrome, terminal, _ = before.rpartition("<g transform=")
    place = re.match(r'"translate\([^"]*"', before[len(chrome) + len(terminal) :])
    assert place, "the picture has no terminal in it"
    opened = f'<g transform={place[0]} clip-path="url(#terminal-clip-terminal)"><g class="terminal-matrix">\n'
    return head + defs_end, chrome, opened


async def record(home: Path) -> list[Frame]:
    """A person types the prompt, and both models answer to the end; the frames have the real times."""
    frames: list[Frame] = []
    environ = isolated_environment(home)
    async with open_app(environ, models=(FAST, CAREFUL), size=SIZE) as (app, pilot):
        await wait_for(app, FAST, CAREFUL)
        start = time.monotonic()

        async def film() -> None:
            while True:
                frames.append(Frame(time.monotonic() - start, self_contained(app.export_screenshot(title="textchat"))))
                await asyncio.sleep(BETWEEN_FRAMES_S)

        camera = asyncio.create_task(film())
        for key in PROMPT:
            await pilot.press("space" if key == " " else key)
            await asyncio.sleep(BETWEEN_KEYS_S)
        await pilot.press("enter")
        await wait_until(
            lambda: any(line.count("✓ done") == 2 for line in shown(app).splitlines()), "both models have answered"
        )
        await asyncio.sleep(2 * BETWEEN_FRAMES_S)
        camera.cancel()
    return frames


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        frames = asyncio.run(record(Path(home)))
    file = FOLDER / "compare-moving.svg"
    file.write_text(joined(frames), encoding="utf-8")
    print(f"{file.name}: {len(frames)} frames, {frames[-1].at_s:.1f} s, {file.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
