"""The one source of widths: how many cells a text takes in this terminal, where it may be cut, and its rows."""

from textchat.render.cells.clusters import count_like, graphemes, is_simple, width_of
from textchat.render.cells.cutting import cut_end, cut_middle, fitted, offset_at, slice_of
from textchat.render.cells.rows import wrap
from textchat.render.cells.samples import STANDARD, Sample

__all__ = [
    "STANDARD",
    "Sample",
    "count_like",
    "cut_end",
    "cut_middle",
    "fitted",
    "graphemes",
    "is_simple",
    "offset_at",
    "slice_of",
    "width_of",
    "wrap",
]
