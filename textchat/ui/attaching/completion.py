"""Offers files for the `@path` that is being typed, and writes the one that is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from textchat.core.limits import ATTACHED_AT_ONCE, FILES_LOOKED_AT
from textchat.core.parts.size_words import size_words
from textchat.ui.attaching.at_word import AtWord, at_word, written
from textchat.ui.attaching.file_list import FileList, FileRow
from textchat.ui.attaching.files.file_search import below, is_pattern, ranked_entries
from textchat.ui.attaching.files.file_tree import FileTree
from textchat.ui.attaching.files.reading import FileReader, Located, NotAttachedError, TooManyFilesError

if TYPE_CHECKING:
    from textchat.ui.attaching.files.file_tree import Entry
    from textchat.ui.input.plain_editor import PlainEditor

LOOK_AGAIN_S = 0.05
"""How often the list is renewed while files are still being read."""
TAKES = frozenset({"tab", "enter"})
MOVES = {"up": -1, "down": 1, "shift+tab": -1}


@dataclass(frozen=True, slots=True)
class _Look:
    """What is looked for: a path, split where its last folder ends."""

    folder: str
    rest: str


class Completion:
    """Belongs to one editor. `run_latest` runs work in place of the one before; `take` attaches what was written."""

    def __init__(
        self,
        editor: PlainEditor,
        reader: FileReader,
        rows: Callable[[], FileList],
        *,
        run_latest: Callable[[Callable[[], Coroutine[Any, Any, None]]], None],
        take: Callable[[str], None],
    ) -> None:
        """`rows` mounts the list at its first use."""
        self._editor = editor
        self._reader = reader
        self._rows = rows
        self._run_latest = run_latest
        self._take = take
        self._list: FileList | None = None
        self._word: AtWord | None = None
        self._shown_for: AtWord | None = None
        """The word that the offers on the screen are for."""
        self._wants_first = False
        """Tab was pressed before the offers were there: the first one is taken when it is."""
        self._left_alone: tuple[int, int] | None = None
        """Row and column of an `@` whose list was closed."""
        self._tree: FileTree | None = None
        self._reading: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._list is not None and self._list.chosen is not None

    def typed(self) -> None:
        """Look at the cursor, after text or cursor have moved; cheap where no `@` stands before it."""
        row, column = self._editor.cursor_location
        word = at_word(self._editor.document.lines, row, column) if self._editor.selection.is_empty else None
        if word is None:
            self._left_alone = None
            if self._word is not None:
                self.close()
        elif (row, word.start) != self._left_alone and word != self._word:
            self._word, self._wants_first = word, False
            self._run_latest(partial(self._look, word))

    def close(self) -> None:
        """Take the list away, and stop reading."""
        self._word = self._shown_for = None
        if self._tree is not None:
            self._tree.stop()
            self._tree = None
        if self._list is not None:
            self._list.show(())

    def key(self, key: str) -> bool:
        """Take a key that is for the list, open or about to be; False for all others."""
        if key in TAKES:
            self.typed()  # of the last letter it may not have heard yet
        row = self._list.chosen if self._list is not None else None
        if key in TAKES and self._word is not None and self._shown_for != self._word:
            self._wants_first = row is not None or key == "tab"
            return self._wants_first
        if self._list is None or row is None:
            return False
        if key == "escape":
            self.leave_alone()
        elif key in MOVES:
            self._list.move(MOVES[key])
        elif key in TAKES:
            self.take(row, goes_in=key == "tab")
        else:
            return False
        return True

    def take(self, row: FileRow, *, goes_in: bool = False) -> None:
        """Write an offer in place of what is typed; a folder is attached as a whole, or gone into."""
        word = self._word
        if word is None:
            return
        line = self._editor.cursor_location[0]
        if goes_in and row.is_folder:
            text = written(row.path)
            text = text[:-1] if text.endswith('"') else text
            self._editor.replace(text, (line, word.start), (line, word.end), maintain_selection_offset=False)
            return
        text = written(row.path)
        rest = self._editor.document[line][word.end :]
        self._editor.history.checkpoint()
        self._editor.replace(
            text if rest[:1].isspace() else f"{text} ",
            (line, word.start),
            (line, word.end),
            maintain_selection_offset=False,
        )
        self._editor.move_cursor((line, word.start + len(text) + 1))
        self._editor.history.checkpoint()
        self.leave_alone()
        self._take(row.path)

    def leave_alone(self) -> None:
        """Offer nothing for the `@path` at the cursor, as long as it stands there."""
        row, column = self._editor.cursor_location
        word = at_word(self._editor.document.lines, row, column)
        self._left_alone = (row, word.start) if word is not None else None
        self.close()

    # -- looking for files -------------------------------------------------------------------------------------------

    async def _look(self, word: AtWord) -> None:
        look = await asyncio.to_thread(self._split, word.path)
        if is_pattern(word.path):
            self._show(word, await asyncio.to_thread(self._pattern_rows, word.path))
            return
        tree = self._tree_of(look)
        while word == self._word:
            is_read = tree.is_read
            self._show(word, await asyncio.to_thread(self._found, tree, look, self._most), _note(tree))
            if is_read or self._reading is None:
                return
            await asyncio.wait([self._reading], timeout=LOOK_AGAIN_S)

    @property
    def _most(self) -> int:
        if self._list is None:
            self._list = self._rows()
        return self._list.most

    def _show(self, word: AtWord, rows: Sequence[FileRow], note: str = "") -> None:
        if word != self._word:
            return
        if rows and self._list is None:
            self._list = self._rows()
        if self._list is not None:
            self._list.show(rows, note if rows else "")
        self._shown_for = word
        if self._wants_first and rows:
            self._wants_first = False
            self.take(rows[0], goes_in=True)

    def _split(self, path: str) -> _Look:
        """Where to look, and for what: in the folder that is written, else for all of it below the working folder."""
        folder, slash, rest = path.rpartition("/")
        if path in ("~", "..", "."):
            return _Look(f"{path}/", "")
        folder += slash
        if folder and self._reader.names_files((folder,)) and self._reader.resolve(folder).is_dir():
            return _Look(folder, rest)
        return _Look("", path)

    def _tree_of(self, look: _Look) -> FileTree:
        """The tree that is being read already, or another one."""
        base = self._reader.resolve(look.folder or ".")
        shows_hidden = look.rest.startswith(".")
        tree = self._tree
        if tree is None or (tree.base, tree.shows_hidden) != (base, shows_hidden):
            if tree is not None:
                tree.stop()
            tree = self._tree = FileTree(base, shows_hidden=shows_hidden)
            self._reading = asyncio.ensure_future(asyncio.to_thread(tree.read))
        return tree

    def _found(self, tree: FileTree, look: _Look, most: int) -> list[FileRow]:
        entries = list(tree.entries)
        row = _Row(self._reader, tree, entries, look.folder)
        best = ranked_entries(look.rest, entries, most, prefers_own=bool(look.folder))
        rows = [row.of(entry) for entry in best]
        return [row.whole(), *rows[: most - 1]] if look.folder and not look.rest and entries else rows

    def _pattern_rows(self, path: str) -> list[FileRow]:
        try:
            located = self._reader.locate(path)
        except TooManyFilesError as error:
            return [FileRow(path, str(error))]
        except NotAttachedError:
            return []
        return [FileRow(path, _count(len(located.files), self._reader.size_of(located)))]


@dataclass(frozen=True, slots=True)
class _Row:
    """Makes offers of entries: with their size, and the number of the files in a folder."""

    reader: FileReader
    tree: FileTree
    entries: Sequence[Entry]
    folder: str

    def of(self, entry: Entry) -> FileRow:
        path = f"{self.folder}{entry.path}"
        if entry.is_folder:
            return FileRow(f"{path}/", self._size(f"{entry.path}/"), is_folder=True)
        place = self.tree.base / entry.path
        return FileRow(path, size_words(self.reader.size_of(Located("", (place,)))))

    def whole(self) -> FileRow:
        """The folder that is looked into, with all of its files."""
        return FileRow(self.folder, f"all of it · {self._size('')}")

    def _size(self, folder: str) -> str:
        files = [self.tree.base / entry.path for entry in below(folder, self.entries)]
        if len(files) > ATTACHED_AT_ONCE.most:
            return f"{len(files):,} files, too many"
        return _count(len(files), self.reader.size_of(Located("", tuple(files))))


def _count(files: int, size: int) -> str:
    return f"{files:,} {'file' if files == 1 else 'files'} · {size_words(size)}"


def _note(tree: FileTree) -> str:
    if tree.is_read and not tree.is_whole:
        return f"Only the nearest {min(len(tree.entries), FILES_LOOKED_AT.most):,} files were searched"
    return ""
