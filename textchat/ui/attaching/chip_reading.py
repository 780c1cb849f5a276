"""Reads what chips stand for, in threads, and puts it into the prompt that it is for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textchat.core.parts.part import MediaKind
from textchat.ui.attaching.files.clipboard_picture import ClipboardPictures, NoPictureError
from textchat.ui.attaching.files.pasted_paths import readings
from textchat.ui.attaching.files.reading import FileReader, Found, NotAttachedError, part_of

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.ui.attaching.attached import Chip
    from textchat.ui.attaching.surroundings import Surroundings
    from textchat.ui.attaching.writing import Writing

Readings = tuple[tuple[str, ...], ...]
"""Lists of paths that a paste may be."""


class ChipReading:
    """Each method begins to read at once, and keeps its prompt from being sent until it is done.

    `renew` is called when chips have changed; `came` with those that came at the end of some reading, and whether they
    stand where a text was.
    """

    def __init__(
        self,
        around: Surroundings,
        reader: FileReader,
        pictures: ClipboardPictures,
        *,
        renew: Callable[[], None],
        came: Callable[[Sequence[Chip], bool], None],
    ) -> None:
        self._around = around
        self._reader = reader
        self._pictures = pictures
        self._renew = renew
        self._came = came
        self._taken = 0
        """Pictures that came from the clipboard so far."""

    def read(self, writing: Writing, path: str, place: int) -> Chip:
        """Attach what a path names."""
        chip = writing.add(path, place)
        self._around.run(self._read(writing, chip, path))
        self._renew()
        return chip

    async def _read(self, writing: Writing, chip: Chip, path: str) -> None:
        with writing.reading():
            try:
                found = await asyncio.to_thread(self._reader.read, path, writing.room)
            except NotAttachedError as error:
                self._failed(writing, chip, str(error))
                return
            self._fill(chip, found)
        await self.measure(writing)

    async def read_named(self, writing: Writing, paths: Iterable[tuple[str, int]]) -> None:
        """Attach those of the paths in a text, each with its place, that are files."""
        for path, place in paths:
            if await asyncio.to_thread(self._reader.names_files, (path,), takes_folders=False):
                await self._read(writing, writing.add(path, place), path)

    def read_picture(self, writing: Writing) -> None:
        """Attach the picture in the clipboard, or the files that a file manager has copied there."""
        self._around.run(self._read_picture(writing, writing.place))

    async def _read_picture(self, writing: Writing, place: int) -> None:
        chip = writing.add("picture", place)
        self._renew()
        with writing.reading():
            try:
                taken = await self._pictures.take()
            except NoPictureError as error:
                self._failed(writing, chip, str(error))
                return
            if taken.paths:
                writing.attached.remove(chip)
                paths = next(readings(taken.paths), ())
                self._came([self.read(writing, path, place) for path in paths], False)
            else:
                self._taken += 1
                part = await asyncio.to_thread(part_of, f"picture-{self._taken}", taken.data)
                part = replace(part, name=f"{part.name}.{part.media_type.rpartition('/')[2]}")
                self._fill(chip, Found(part.name, (part,)))
                self._came([chip], False)
        await self.measure(writing)

    def guess(self, writing: Writing, pasted: str, place: int, found: Readings) -> None:
        """Attach what a paste names, which stands in the text, in place of it; if it names no files it stays."""
        chip = writing.add(pasted, place, is_guess=True)
        self._around.run(self._read_guess(writing, chip, found))

    async def _read_guess(self, writing: Writing, guess: Chip, found: Readings) -> None:
        with writing.reading():
            results: list[Found] = []
            try:
                for path in await asyncio.to_thread(self._files_of, found):
                    taken = sum(part.size for result in results for part in result.parts)
                    results.append(await asyncio.to_thread(self._reader.read, path, writing.room - taken))
            except NotAttachedError as error:
                self._around.say(f"{error} It stays as text.")
                results = []
            self._replace(writing, guess, results)
        await self.measure(writing)

    def _files_of(self, found: Readings) -> tuple[str, ...]:
        for paths in found:
            # A word with a slash may be any text: only a file makes it a path.
            is_path = all(path[:1] in ("/", "~", ".", "\\") or path[1:2] == ":" for path in paths)
            if self._reader.names_files(paths, takes_folders=is_path):
                return paths
        return ()

    def _replace(self, writing: Writing, guess: Chip, results: Sequence[Found]) -> None:
        writing.attached.follow(writing.text)
        writing.attached.remove(guess)
        if results and writing.cut(guess.name, guess.place):
            chips = [writing.add(result.name, guess.place) for result in results]
            for chip, result in zip(chips, results, strict=True):
                self._fill(chip, result)
            self._came(chips, True)

    def _fill(self, chip: Chip, found: Found) -> None:
        chip.name, chip.parts = found.name, found.parts
        if found.note:
            self._around.say(found.note)

    def _failed(self, writing: Writing, chip: Chip, sentence: str) -> None:
        writing.attached.remove(chip)
        writing.has_failed = True
        self._renew()
        self._around.say(sentence)

    async def measure(self, writing: Writing) -> None:
        """Show the chips, and then what they take."""
        self._renew()
        for chip in writing.attached:
            if chip.tokens is None and chip.parts:
                chip.tokens = await asyncio.to_thread(_estimated_tokens, chip.parts)
        self._renew()


def _estimated_tokens(parts: Sequence[Part]) -> int | None:
    """About how many tokens files take together, None where no model takes one of them; slow for long texts."""
    from textchat.core.figures.media.part_tokens import part_tokens  # behind the first attachment

    if any(part.kind is MediaKind.OTHER for part in parts):
        return None
    return sum(part_tokens(part, "") for part in parts)
