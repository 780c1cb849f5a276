"""The process that decodes one picture: bytes from standard input, colours to standard output.

A process of its own, because decoders of pictures are written in C and what they read comes from strangers: what a
picture does to it, it does to nothing else. Also, textual-image asks the terminal what it can when it is imported;
here no terminal is there to be asked.
"""

from __future__ import annotations

import io
import json
import struct
import sys
from typing import TYPE_CHECKING

from textchat.core.limits import PICTURE, PICTURE_PIXELS, PICTURE_S

if TYPE_CHECKING:
    from PIL import Image

MEMORY = 1024 * 1024 * 1024
"""Bytes that decoding may take, of which the pixels at the limit take some 400 MB."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
"""Others are not decoded: some of them start other programs, or can hold them."""
UNREADABLE = "The file is damaged or of another kind."


def main() -> None:
    """Decode a picture for so many columns and rows, on the ground that is behind it: `COLUMNS ROWS #RRGGBB`.

    The first line of the output is JSON: the sizes, or a `problem`. The colours follow, two rows of pixels a line.
    """
    columns, rows, ground = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _limit_this_process()
    answer, colours = decoded(sys.stdin.buffer.read(PICTURE.most + 1), columns, rows, ground)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + colours)
    sys.stdout.buffer.flush()


def decoded(data: bytes, columns: int, rows: int, ground: str) -> tuple[dict[str, int | str], bytes]:
    """The sizes of a picture and its colours, or a `problem` and nothing."""
    try:
        return _decoded(data, columns, rows, ground)
    except MemoryError:
        return {"problem": "Too large to draw."}, b""
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, TypeError, struct.error):
        # What Pillow's decoders raise for data that is none of theirs.
        return {"problem": UNREADABLE}, b""


def _limit_this_process() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has none; the parent waits no longer than it would anyway
    resource.setrlimit(resource.RLIMIT_CPU, (PICTURE_S.most, PICTURE_S.most))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _decoded(data: bytes, columns: int, rows: int, ground: str) -> tuple[dict[str, int | str], bytes]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # its own limit has two levels, and the lower one only warns
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > PICTURE_PIXELS.most:
            return {"problem": f"Too large to draw: {width:,} × {height:,} pixels."}, b""
        picture.draft("RGB", (columns * 8, rows * 16))
        picture.thumbnail((columns * 8, rows * 16))  # what follows works on less
        upright = ImageOps.exif_transpose(picture)
        is_turned = (upright.width > upright.height) != (width > height) and width != height
        columns, rows = fitting(*((height, width) if is_turned else (width, height)), columns, rows)
        colours = _half_cells(_on_ground(upright, ground), columns, rows)
    return {"width": width, "height": height, "columns": columns, "rows": rows}, colours


def fitting(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The columns and rows for a picture, of those there are; none is drawn larger than its pixels need."""
    scale = min(columns / width, 2 * rows / height, 1.0)
    return max(1, min(columns, round(width * scale))), max(1, min(rows, round(height * scale / 2)))


def _on_ground(picture: Image.Image, ground: str) -> Image.Image:
    from PIL import Image

    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture.convert("RGB")
    behind = Image.new("RGBA", picture.size, ground)
    return Image.alpha_composite(behind, picture.convert("RGBA")).convert("RGB")


def _half_cells(picture: Image.Image, columns: int, rows: int) -> bytes:
    """The colours of the upper and lower halves of all cells, RGB each."""
    from rich.console import Console
    from textual_image.renderable import HalfcellImage

    console = Console(width=columns, height=rows, file=io.StringIO(), color_system="truecolor")
    colours = bytearray()
    for segment in console.render(HalfcellImage(picture, columns, rows), console.options):
        for colour in () if segment.style is None else (segment.style.color, segment.style.bgcolor):
            if colour is not None and colour.triplet is not None:
                colours += bytes(colour.triplet)
    return bytes(colours)
