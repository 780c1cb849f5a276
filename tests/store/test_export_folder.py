"""A folder of exported conversations: renewed in place, never beyond what textchat wrote, never outside of it."""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.modes import umask
from tests.store.test_export import texts
from textchat.config.private_files import replacing
from textchat.core.conversation import Conversation, Message, Role
from textchat.core.parts.part import Part
from textchat.store.record import ConversationRecord
from textchat.store.transfer.export_folder import ExportFolder, FileLeft
from textchat.store.transfer.export_forms import ExportForm
from textchat.store.transfer.importers import read_file

HOSTILE_IDS = (
    *("abc/evil", "t/../../p", "../../../p", "a\x00b", "a\nb", "a" * 300, "CON", "trailing...", "-", "", " ", "C:\\x"),
    *("~", "a/b", "a-b", "a\\b", "A-B", ".", "..", "\u202ex", "a" * 293 + "-aaaaaa", "é", "ＣＯＮ"),
)
BROKEN = ("one `fence`\r\n```\nopen", "checksum: x\n---\n", "</head>\n\n]}\n", '{"id":"x"}')
FORMS = pytest.mark.parametrize("form", list(ExportForm))


def record(id_: str = "0199abcd12345678", title: str = "Moon", text: str = "far") -> ConversationRecord:
    message = Message("m", None, Role.USER, text)
    return ConversationRecord(Conversation(id_, title, 0.0, {"m": message}), 0.0)


def without_marks(name: str) -> str:
    return "".join(sign for sign in name if not unicodedata.category(sign).startswith("M"))


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="files that are open cannot be replaced")
def test_what_killed_exports_left_is_removed_and_nothing_that_is_in_use(tmp_path: Path) -> None:
    left, new, other = (tmp_path / f".textchat-{name}" for name in ("0" * 16, "1" * 16, "notes"))
    (tmp_path / f".textchat-{'2' * 16}").symlink_to(other)
    for file in (left, new, other):
        file.write_text("half")
    os.utime(left, (0, 0))
    os.utime(other, (0, 0))
    with replacing(tmp_path / "all.md") as running:
        (used,) = {*names(tmp_path)} - {left.name, new.name, other.name, f".textchat-{'2' * 16}"}
        os.utime(tmp_path / used, (0, 0))
        ExportFolder(tmp_path, ExportForm.MARKDOWN)
        running.write(b"whole")
    assert names(tmp_path) == [new.name, f".textchat-{'2' * 16}", other.name, "all.md"]
    assert (tmp_path / "all.md").read_bytes() == b"whole"


@FORMS
def test_a_later_export_renews_in_place_what_has_changed(form: ExportForm, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for text in ("far", *BROKEN):
        ExportFolder(folder, form, replaces=True).put(record(text=text))
        assert ExportFolder(folder, form).put(record(text=text)) == "unchanged"
        assert ExportFolder(folder, form).put(record(text=f"{text} and farther")) == "updated"
    assert names(folder) == [f"Moon-12345678{form.ending}"]
    assert ExportFolder(folder, form).put(record(title="Sun")) == "updated"
    assert names(folder) == [f"Moon-12345678{form.ending}"], "who links to it finds it"
    assert b"Sun" in (folder / f"Moon-12345678{form.ending}").read_bytes()


@FORMS
@pytest.mark.parametrize("change", [lambda text: text + " mine", lambda text: text.replace("far", "near"), str.strip])
def test_what_was_changed_by_hand_is_left(form: ExportForm, change: type[str], tmp_path: Path) -> None:
    ExportFolder(tmp_path, form).put(record())
    file = tmp_path / f"Moon-12345678{form.ending}"
    mine = change(file.read_text())
    assert mine != file.read_text()
    file.write_text(mine)
    for now in (record(), record(title="Sun"), record(text="new")):
        with pytest.raises(FileLeft, match=re.escape(f"{file}: changed since its export")):
            ExportFolder(tmp_path, form).put(now)
    assert file.read_text() == mine
    assert ExportFolder(tmp_path, form, replaces=True).put(record()) == "updated"
    assert ExportFolder(tmp_path, form).put(record()) == "unchanged"


@FORMS
def test_what_somebody_else_wrote_is_left(form: ExportForm, tmp_path: Path) -> None:
    file = tmp_path / f"Moon-12345678{form.ending}"
    for content in ("mine", "---\nid: 7\n---\n", '---\nid: "\\x"\n---\n', '{"format":"textchat","version":1}'):
        file.write_text(content)
        with pytest.raises(FileLeft, match="not an export of this conversation"):
            ExportFolder(tmp_path, form).put(record())
        assert file.read_text() == content
    file.write_text("")  # a place that was reserved by an export that was killed
    assert ExportFolder(tmp_path, form).put(record()) == "written"


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "notes"
    folder.mkdir()
    file = folder / "Moon-12345678.md"
    for target in (outside, folder / "loop"):
        file.symlink_to(target)
        with pytest.raises(FileLeft):
            ExportFolder(folder, ExportForm.MARKDOWN).put(record())
        assert not outside.exists()
        assert ExportFolder(folder, ExportForm.MARKDOWN, replaces=True).put(record()) == "updated"
        assert not file.is_symlink() and not outside.exists()
        file.unlink()
    os.mkfifo(file)  # neither waited for
    with pytest.raises(FileLeft):
        ExportFolder(folder, ExportForm.MARKDOWN).put(record())
    outside.write_bytes(b"")
    file.unlink()
    file.symlink_to(outside)
    with pytest.raises(FileLeft):
        ExportFolder(folder, ExportForm.MARKDOWN).put(record())


@pytest.mark.parametrize("mask", [0, 0o277, 0o777])
def test_files_and_folders_are_their_owners_alone(mask: int, tmp_path: Path) -> None:
    with umask(mask):
        ExportFolder(tmp_path / "new" / "notes", ExportForm.JSON).put(record())
    for path, mode in (("new", 0o700), ("new/notes", 0o700), ("new/notes/Moon-12345678.json", 0o600)):
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == mode, path


stored_texts = texts.map(lambda text: text.encode("utf-8", "replace").decode())


@given(
    st.lists(
        st.tuples(st.sampled_from(HOSTILE_IDS) | stored_texts, texts | st.sampled_from(["x" * 300, "𝐀" * 90, "CON"]))
    )
)
@settings(max_examples=examples(24), deadline=None)
def test_every_conversation_has_a_file_of_its_own_within_the_folder(talks: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "a" / "notes"
        once = dict(talks).items()
        for form in ExportForm:
            for outcome in ("written", "unchanged"):
                export = ExportFolder(folder, form)
                assert [export.put(record(id_, title)) for id_, title in once] == [outcome] * len(once)
        written = names(folder)
        assert len({name.lower() for name in written}) == len(written) == len(once) * len(ExportForm)
        assert all(re.fullmatch(r"[\w-]+-[\w-]*\.(md|json|html)", without_marks(name)) for name in written)
        assert names(Path(temporary)) == ["a"] and names(Path(temporary) / "a") == ["notes"]


@given(st.sets(st.sampled_from(["aB/x", "ab/x", "12345678", "x12345678", "X12345678", "y-5678", "z-5678", "5678"])))
@settings(max_examples=examples(40), deadline=None)
def test_the_same_title_and_end_of_the_id_are_told_apart(ids: set[str]) -> None:
    with TemporaryDirectory() as folder:
        for text, outcome in (("far", "written"), ("far", "unchanged"), ("near", "updated"), ("near", "unchanged")):
            export = ExportFolder(Path(folder), ExportForm.HTML)
            assert {export.put(record(id_, text=text)) for id_ in sorted(ids)} <= {outcome}
        assert len({name.lower() for name in names(Path(folder))}) == len(ids)


def test_a_file_that_another_conversation_has_is_never_its_own(tmp_path: Path) -> None:
    ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record("x12345678"))
    with suppress(FileLeft):
        ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record("y12345678"))
    assert 'id: "x12345678"' in (tmp_path / "Moon-12345678.md").read_text()


def test_a_copy_with_another_name_is_not_taken_for_the_file(tmp_path: Path) -> None:
    ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record())
    file, copy = tmp_path / "Moon-12345678.md", tmp_path / "Copy of Moon-12345678.md"
    copy.write_text(file.read_text() + "mine")
    assert ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record(text="near")) == "updated"
    assert "near" in file.read_text() and "mine" in copy.read_text()
    assert ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record(title="Sun", text="nearer")) == "updated"
    assert "nearer" in file.read_text() and "mine" in copy.read_text()


def test_of_two_exports_at_once_one_writes_and_the_other_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = ExportFolder(tmp_path, ExportForm.MARKDOWN), ExportFolder(tmp_path, ExportForm.MARKDOWN)
    lexists = os.path.lexists

    def just_before(path: Path) -> bool:
        """Whether the file is there, just before the other export has written it."""
        is_there = lexists(path)
        monkeypatch.undo()
        assert other.put(record()) == "written"
        return is_there

    monkeypatch.setattr(os.path, "lexists", just_before)
    assert one.put(record()) == "unchanged"
    assert names(tmp_path) == ["Moon-12345678.md"]


@pytest.mark.parametrize("title", ["नमस्ते", "ภาษาไทย", "பூமி", "e\u0301te\u0301"])
def test_a_name_keeps_the_vowels_and_accents_of_its_title(title: str, tmp_path: Path) -> None:
    ExportFolder(tmp_path, ExportForm.MARKDOWN).put(record(title=f"{title} & {title}"))
    assert names(tmp_path) == [f"{title}-{title}-12345678.md"]


def test_a_marked_file_is_json_that_can_be_imported(tmp_path: Path) -> None:
    written = [record(), record("abc/evil")]
    for each in written:
        ExportFolder(tmp_path, ExportForm.JSON).put(each)
    files = [tmp_path / name for name in names(tmp_path)]
    assert all(json.loads(file.read_text())["version"] == 1 for file in files)
    for source in (files, [tmp_path]):  # each by itself, and the folder as it is
        read = [each for file in source for each in read_file(file, lambda share: None)]
        assert len(read) == len(written)
        assert all(each in read for each in written)


def test_files_of_a_conversation_lie_in_a_folder_beside_and_are_written_once(tmp_path: Path) -> None:
    files = (Part("../a b.png", "image/png", b"one"), Part("../a b.png", "image/png", b"two"), Part("x", "", b"three"))
    written = record()
    message = replace(written.conversation.messages["m"], parts=(*files, replace(files[0], offset=3)))
    written = replace(written, conversation=written.conversation.with_message(message))
    for outcome in ("written", "unchanged"):
        assert ExportFolder(tmp_path, ExportForm.MARKDOWN).put(written) == outcome
    (file,) = tmp_path.glob("*.md")
    links = re.findall(r"!?\[[^\n]*\]\(<([^>]*)>\)", file.read_text())
    assert len(links) == 4 and links[0] == links[3]
    assert [(tmp_path / link).read_bytes() for link in links[:3]] == [b"one", b"two", b"three"]
    assert names(tmp_path) == sorted([file.name, f"{file.stem}-files"])
    assert len(names(tmp_path / f"{file.stem}-files")) == 3
    (tmp_path / links[0]).unlink()
    assert ExportFolder(tmp_path, ExportForm.MARKDOWN).put(written) == "unchanged"
    assert (tmp_path / links[0]).read_bytes() == b"one"
