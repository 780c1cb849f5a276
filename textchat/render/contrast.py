"""Contrast of colours as WCAG 2 defines it, and colours that are moved until they can be read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from textual.color import Color

TEXT = 4.5
"""The least contrast of text to its ground."""
MARK = 3.0
"""The least contrast of lines and bars that carry meaning."""
_STEPS = 24
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)


@lru_cache(4096)
def luminance(color: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: Color, other: Color) -> float:
    """From 1 (the same) to 21 (black and white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def least_contrast(color: Color, grounds: Iterable[Color]) -> float:
    return min(contrast(color, ground) for ground in grounds)


@lru_cache(2048)
def readable(color: Color, grounds: tuple[Color, ...], least: float = TEXT) -> Color:
    """`color`, mixed with white or black as far as it takes to have the `least` contrast to all `grounds`.

    Where nothing has it, the better of white and black.
    """
    if least_contrast(color, grounds) >= least:
        return color
    end = best_on(grounds)
    for step in range(1, _STEPS):
        mixed = color.blend(end, step / _STEPS)
        if least_contrast(mixed, grounds) >= least:
            return mixed
    return end


def best_on(grounds: tuple[Color, ...]) -> Color:
    """White or black, whichever is easier to read there."""
    return max(_WHITE, _BLACK, key=lambda end: least_contrast(end, grounds))


@lru_cache(512)
def ground_for(text: Color, background: Color, tint: Color, share: float, least: float = TEXT) -> Color:
    """`background` with up to this share of `tint`: as much as lets `text` be read on it."""
    for step in range(_STEPS, 0, -1):
        ground = background.blend(tint, share * step / _STEPS)
        if contrast(text, ground) >= least:
            return ground
    return background
