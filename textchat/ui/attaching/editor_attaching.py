"""Attaches files, pastes and pictures to the text of one editor: the input bar, or the dialog that edits a prompt."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textchat.core.parts.draft import Draft, joined
from textchat.ui.attaching.at_word import at_words
from textchat.ui.attaching.attached import Chip, apart
from textchat.ui.attaching.chip_reading import ChipReading
from textchat.ui.attaching.chip_row import ChipRow
from textchat.ui.attaching.completion import Completion
from textchat.ui.attaching.file_list import FileList
from textchat.ui.attaching.files.pasted_paths import readings
from textchat.ui.attaching.late_attaching import is_long
from textchat.ui.attaching.writing import Writing
from textchat.ui.input.plain_editor import LONGEST_EDITED
from textchat.ui.workers import run_latest

if TYPE_CHECKING:
    from textchat.core.parts.part import Part
    from textchat.ui.attaching.files.clipboard_picture import ClipboardPictures
    from textchat.ui.attaching.files.reading import FileReader
    from textchat.ui.attaching.surroundings import Surroundings
    from textchat.ui.input.plain_editor import PromptEditor

MOST_UNDOABLE = 20
CURSOR_KEYS = frozenset(
    {"left", "right", "home", "end", "ctrl+a", "ctrl+e", "ctrl+left", "ctrl+right", "alt+b", "alt+f"}
)


@dataclass(frozen=True, slots=True)
class _Came:
    """Chips that came together."""

    text: str
    """The editor's, right after they came."""
    chips: Sequence[Chip]
    is_edit: bool
    """Whether the text was edited as they came: then the editor undoes its part."""


class EditorAttaching:
    """What is attached to one editor, and what its keys and pastes do about it."""

    def __init__(
        self,
        editor: PromptEditor,
        around: Surroundings,
        reader: FileReader,
        pictures: ClipboardPictures,
        *,
        fold_lines: int,
    ) -> None:
        """A paste of more than `fold_lines` lines is folded; 0 folds none."""
        self._editor = editor
        self._around = around
        self.fold_lines = fold_lines
        self._writing = Writing(editor)
        self._chips: ChipRow | None = None
        self._leaving: list[Writing] = []
        """Prompts that are sent as soon as their files are read."""
        self._undoable: list[_Came] = []
        """What came last is last: an undo removes it, where no text was edited since."""
        self.reader = reader
        self._reading = ChipReading(around, reader, pictures, renew=self.renew, came=self._remember)
        self._completion = Completion(
            editor,
            reader,
            self._mounted_list,
            run_latest=lambda work: run_latest(editor.screen, work, "files"),
            take=self._mention,
        )

    @property
    def draft(self) -> Draft:
        """The prompt as it would be sent now, behind those that wait for their files."""
        if not self._leaving:
            return self._writing.draft
        return joined(writing.draft for writing in (*self._leaving, self._writing))

    @property
    def chips(self) -> Sequence[Chip]:
        return self._writing.attached.shown

    # -- what the editor passes on -----------------------------------------------------------------------------------

    def typed(self) -> None:
        """Take note that the text has changed; cheap where there is neither an `@` nor a chip."""
        self._completion.typed()
        if len(self._writing.attached):
            self._writing.attached.follow(self._editor.text)

    def takes_key(self, key: str) -> bool:
        """Take a key before the editor does; False for those that are the editor's."""
        if self._completion.key(key):
            return True
        if key in CURSOR_KEYS and self._completion.is_open:
            self._editor.call_later(self._completion.typed)
        if key == "backspace" and self._editor.document.is_empty and (chips := self.chips):
            self.remove(chips[-1].id)
            return True
        return False

    def takes_paste(self, text: str) -> bool:
        """Take a paste that is long, or names files; False for text that is simply inserted."""
        if is_long(text, self.fold_lines):
            self._delete_selection()
            self.fold(text.replace("\r\n", "\n").replace("\r", "\n"), self._writing.place)
            return True
        if not (found := tuple(readings(text))):
            return False
        self._delete_selection()
        before = self._writing.place
        self._editor.history.checkpoint()
        self._editor.type_text(text)
        self._editor.history.checkpoint()
        inserted = self._editor.text[before : self._writing.place]
        self._reading.guess(self._writing, inserted, before, found)
        return True

    def takes_undo(self) -> bool:
        """Undo the chips that came last, if nothing was typed since; False where the text has to be undone as well."""
        while self._undoable and self._undoable[-1].text == self._editor.text:
            came = self._undoable.pop()
            chips = [chip for chip in came.chips if self._writing.attached.get(chip.id) is chip]
            if chips:
                self._undo(chips)
            if chips or came.is_edit:
                return not came.is_edit
        return False

    def _undo(self, chips: Sequence[Chip]) -> None:
        for chip in chips:
            self._writing.attached.remove(chip)
            self._writing.unmention(chip)
            if chip.text and len(chip.text) + len(self._editor.text) <= LONGEST_EDITED:
                self._writing.insert(chip.text, chip.place)
        self.renew()

    def clear(self) -> None:
        """Forget what is attached: the editor shows another text."""
        self._writing = Writing(self._editor)
        self._undoable = []
        self._completion.close()
        self.renew()

    def forget(self) -> None:
        """As `clear`; prompts that wait for their files are not sent either: another conversation is shown."""
        self._leaving.clear()
        self.clear()

    def show(self, draft: Draft, typed: str = "") -> None:
        """Attach the files of a draft, whose text was put before what was `typed`."""
        self._writing.attached.go_behind(typed, self._editor.text)
        for part in draft.parts:
            self._writing.add(part.name, part.offset).parts = (part,)
        self._completion.leave_alone()
        if draft.parts:
            self._writing.mentioned.update(dict.fromkeys(at_words(draft.text)))
            self._around.run(self._reading.measure(self._writing))
        self.renew()

    def send(self) -> None:
        """Hand text and files over; where files are still to be read, as soon as they are."""
        writing, paths, reads_first = self._writing, self._unread(), self.reads_first
        draft = writing.draft
        if draft.is_empty and not reads_first:
            return
        writing.has_failed = False
        writing.leave()
        self._editor.clear()
        self.clear()
        if reads_first:
            self._leaving.append(writing)
            places = [(path, _behind(draft.text, path)) for path in dict.fromkeys(paths)]
            self._around.run_first(self._send_later(writing, places))
        else:
            self._around.submit(draft)

    @property
    def reads_first(self) -> bool:
        """Whether files have to be read before the prompt can be sent."""
        return self._writing.is_reading or bool(self._unread())

    def _unread(self) -> list[str]:
        """Paths behind `@` that were not chosen from the list, and may be files of the working folder.

        No others: a text that was copied from somewhere must not take a key along.
        """
        text, known = self._editor.text, self._writing.mentioned
        return [path for path in at_words(text) if path not in known and _is_near(path)] if "@" in text else []

    async def _send_later(self, writing: Writing, paths: Sequence[tuple[str, int]]) -> None:
        await asyncio.gather(self._reading.read_named(writing, paths), writing.quiet())
        await writing.quiet()
        if writing not in self._leaving:
            return
        self._leaving.remove(writing)
        if writing.has_failed:
            self._around.returned(writing.draft)
        else:
            self._around.submit(writing.draft)

    # -- ways to attach ----------------------------------------------------------------------------------------------

    def begin_path(self) -> None:
        """Type the `@` for the user, which offers files."""
        row, column = self._editor.cursor_location
        before = self._editor.document[row][:column]
        self._editor.focus()
        self._editor.type_text(" @" if before and not before[-1].isspace() else "@")

    def attach_parts(self, parts: Iterable[Part]) -> None:
        """Attach files that have been read."""
        self.show(Draft("", tuple(part.at(self._writing.place) for part in parts)), self._editor.text)

    def attach_path(self, path: str) -> None:
        """Attach what a path names at the cursor; once, if it was attached by its `@` already."""
        if self._writing.mentioned.get(path) not in self.chips:
            self._remember([self._reading.read(self._writing, path, self._writing.place)], is_edit=False)

    def attach_picture(self) -> None:
        """Attach the picture in the clipboard, or the files that were copied there."""
        self._reading.read_picture(self._writing)

    def _mention(self, path: str) -> None:
        """Attach what was chosen behind `@`: the files stand right behind their name."""
        chip = self._reading.read(self._writing, path, max(0, self._writing.place - 1))
        self._writing.mentioned[path] = chip
        self._remember([chip], is_edit=True)

    def fold(self, text: str, place: int) -> None:
        """Keep a long text as a chip at a place of the typed text."""
        count = text.count("\n") + (not text.endswith("\n"))
        what = f"{count:,} lines" if count > 1 else f"{len(text):,} characters"
        chip = self._writing.add(f"Pasted text · {what}", place)
        chip.text = text
        self._remember([chip], is_edit=False)
        self.renew()

    def unfold(self) -> None:
        """Put folded texts where they would be sent, unless there would be more than can be edited."""
        folded = [chip for chip in self.chips if chip.text]
        if sum(len(chip.text) for chip in folded) + len(self._editor.text) > LONGEST_EDITED:
            return
        self._writing.attached.follow(self._editor.text)
        for chip in reversed(folded):  # the places of those before stay what they are
            self._writing.attached.remove(chip)
            before = self._editor.text[: chip.place]
            self._writing.insert(apart(before, chip.text)[len(before) :], chip.place)
        if folded:
            self._writing.attached.follow(self._editor.text)
            self.renew()

    # -- chips -------------------------------------------------------------------------------------------------------

    def remove(self, chip_id: int) -> None:
        """Remove a chip, as the user asks for."""
        attached = self._writing.attached
        if (chip := attached.get(chip_id)) is None:
            return
        attached.follow(self._editor.text)
        attached.remove(chip)
        self._leave_chips()
        self.renew()
        self._around.removed(chip)

    def bring_back(self, chip: Chip) -> None:
        """Put a chip back that was removed."""
        self._writing.attached.put_back(chip, self._editor.text)
        self.renew()

    def discard(self, parts: Iterable[Part]) -> None:
        """Remove the chips of these files, which are elsewhere now."""
        attached = self._writing.attached
        for part in parts:
            if chip := next((chip for chip in attached if [p.digest for p in chip.parts] == [part.digest]), None):
                attached.remove(chip)
        self.renew()

    def open(self, chip_id: int) -> None:
        """Put a folded paste into the text at its place; of files, say what they are."""
        attached = self._writing.attached
        if (chip := attached.get(chip_id)) is None:
            return
        if not chip.text:
            face = self._around.face(chip)
            self._around.say(" · ".join(filter(None, [face.name, *face.details, face.warning])))
        elif len(chip.text) + len(self._editor.text) > LONGEST_EDITED:
            self._around.say(f"Too long to edit here: {len(chip.text):,} characters. They are sent as they are.")
        else:
            attached.follow(self._editor.text)
            attached.remove(chip)
            self._writing.insert(chip.text, chip.place)
            self._editor.focus()
            self.renew()

    def focus_chips(self) -> bool:
        """Give the chips the focus; False where there are none."""
        if self._chips is None or not self.chips:
            return False
        self._chips.focus()
        return True

    def renew(self) -> None:
        """Draw the chips as they are now."""
        chips = self.chips
        if chips and self._chips is None:
            self._chips = ChipRow(self.open, self.remove, self._editor.focus)
            self._around.put_above(self._chips)
        if self._chips is not None:
            self._chips.show([self._around.face(chip) for chip in chips])
            self._around.changed()

    def _leave_chips(self) -> None:
        if self._chips is not None and self._chips.has_focus and not self.chips:
            self._editor.focus()

    def _remember(self, chips: Sequence[Chip], is_edit: bool) -> None:
        self._undoable = [*self._undoable, _Came(self._editor.text, chips, is_edit)][-MOST_UNDOABLE:]

    def _delete_selection(self) -> None:
        if not self._editor.selection.is_empty:
            self._editor.type_text("")

    def _mounted_list(self) -> FileList:
        found = FileList(self._completion.take)
        self._around.put_above(found)
        return found


def _is_near(path: str) -> bool:
    """Whether a path leads into the working folder, and to nothing hidden."""
    return re.match(r"[~/\\]|[A-Za-z]:", path) is None and not any(
        name.startswith(".") and name != "." for name in re.split(r"[/\\]", path)
    )


def _behind(text: str, path: str) -> int:
    """The place behind the `@path` in a text."""
    for written in (f'@"{path}"', f"@{path}"):
        if (at := text.find(written)) >= 0:
            return at + len(written)
    return len(text)
