"""The process that decodes one picture: bytes from standard input, what is drawn to standard output.

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
from textchat.render.pictures.canvas import BLOCKS, Canvas, PictureForm

if TYPE_CHECKING:
    from PIL import Image

MEMORY = 1024 * 1024 * 1024
"""Bytes that decoding may take, of which the pixels at the limit take some 400 MB."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
"""Others are not decoded: some of them start other programs, or can hold them."""
UNREADABLE = "The file is damaged or of another kind."
SENT_PIXELS = 600_000
"""Pixels of a picture that is sent to the terminal: about a megabyte, which must not hold up what else is written."""


def main() -> None:
    """Decode a picture: `COLUMNS ROWS #RRGGBB FORM WIDTH HEIGHT`, the last two those of a cell in pixels.

    The colour is the ground behind it. The first line of the output is JSON: the sizes, or a `problem`. It is followed
    by the colours of half blocks, two rows of pixels a line (not for kitty), and what the terminal is sent: PNG for
    kitty, a sixel string, nothing for half blocks.
    """
    columns, rows, ground = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    canvas = Canvas(PictureForm(sys.argv[4]), (int(sys.argv[5]), int(sys.argv[6])))
    _limit_this_process()
    answer, drawn = decoded(sys.stdin.buffer.read(PICTURE.most + 1), columns, rows, ground, canvas)
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + drawn)
    sys.stdout.buffer.flush()


def decoded(
    data: bytes, columns: int, rows: int, ground: str, canvas: Canvas = BLOCKS
) -> tuple[dict[str, int | str], bytes]:
    """The sizes of a picture and what is drawn, or a `problem` and nothing."""
    try:
        return _decoded(data, columns, rows, ground, canvas)
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


def _decoded(data: bytes, columns: int, rows: int, ground: str, canvas: Canvas) -> tuple[dict[str, int | str], bytes]:
    from PIL import Image, ImageOps

    wide, high = (8, 16) if canvas.form is PictureForm.BLOCKS else canvas.cell  # of a half block, more than is seen
    Image.MAX_IMAGE_PIXELS = None  # its own limit has two levels, and the lower one only warns
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > PICTURE_PIXELS.most:
            return {"problem": f"Too large to draw: {width:,} × {height:,} pixels."}, b""
        picture.draft("RGB", (columns * wide, rows * high))
        picture.thumbnail((columns * wide, rows * high))  # what follows works on less
        upright = ImageOps.exif_transpose(picture)
        is_turned = (upright.width > upright.height) != (width > height) and width != height
        columns, rows = canvas.fitting(*((height, width) if is_turned else (width, height)), columns, rows)
        plain = _on_ground(upright, ground)
    drawn = b"" if canvas.form is PictureForm.KITTY else _half_cells(plain, columns, rows)
    return {"width": width, "height": height, "columns": columns, "rows": rows}, drawn + _sent(
        plain, (columns, rows), canvas
    )


def _sent(picture: Image.Image, cells: tuple[int, int], canvas: Canvas) -> bytes:
    """What the terminal is sent for a picture in so many columns and rows."""
    (columns, rows), (wide, high) = cells, canvas.cell
    match canvas.form:
        case PictureForm.BLOCKS:
            return b""
        case PictureForm.KITTY:  # the terminal scales it to its cells
            share = min(1.0, (SENT_PIXELS / (picture.width * picture.height)) ** 0.5)
            size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
            png = io.BytesIO()
            (picture if share == 1 else picture.resize(size)).save(png, "PNG")
            return png.getvalue()
        case PictureForm.SIXEL:
            from textual_image._sixel import image_to_sixels

            return image_to_sixels(picture.resize((columns * wide, rows * high))).encode("ascii")


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
