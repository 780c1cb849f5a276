"""A file of a message opens in the viewer of the system if it is harmless, and is saved over nothing of the user's."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest

from tests.ui.transcript.listing import answer, growing
from textchat.core.conversation import Message
from textchat.core.events import PartReceived
from textchat.core.parts.part import Part
from textchat.ui.conversation.current import CurrentConversation
from textchat.ui.conversation.notices import Notices
from textchat.ui.files import viewer
from textchat.ui.files.file_actions import FileActions
from textchat.ui.files.file_types import saved_name
from textchat.ui.files.viewer import open_in_viewer

PICTURE = Part("photo.png", "image/png", b"\x89PNG")


class Store:
    """What the store has: the content of one digest."""

    async def with_loaded(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(part.with_data(b"\x89PNG") if part.digest == PICTURE.digest else part for part in parts)


@dataclass
class Desk:
    """File actions in a folder, with answers to what they ask; what they said is kept."""

    folder: Path
    answers: list[str | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    growing: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        live = SimpleNamespace(history=Store(), replies=self.growing)
        current = cast(CurrentConversation, SimpleNamespace(live=live))
        current.content = partial(CurrentConversation.content, current)  # type: ignore[method-assign]
        notices = Notices(self.say, lambda _: None)
        self.actions = FileActions(current, self.ask, notices, lambda _: "W", folder=lambda: self.folder)

    def say(
        self,
        message: str,
        *,
        severity: Literal["information", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        assert not markup
        self.said.append(message)

    async def ask(self, title: str, text: str) -> str | None:
        self.asked.append(text)
        return self.answers.pop(0) if self.answers else None


def with_parts(*parts: Part) -> Message:
    return answer("a", "", parts=parts)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that a viewer was started for, on a machine at which the user sits."""
    paths: list[Path] = []

    async def open_it(path: Path) -> bool:
        paths.append(path)
        return True

    monkeypatch.setattr(viewer, "open_in_viewer", open_it)
    monkeypatch.setattr(viewer, "is_remote", lambda: False)
    return paths


async def test_a_viewer_gets_a_private_copy_with_the_ending_of_its_kind(tmp_path: Path, opened: list[Path]) -> None:
    desk = Desk(tmp_path)
    hostile = Part("../../run me.png.desktop", "image/png", b"\x89PNG")
    for part in (PICTURE.without_data(), hostile, hostile):
        await desk.actions.open(with_parts(part), 0)
    assert [path.suffix for path in opened] == [".png"] * 3 and opened[1] == opened[2]
    assert len({path.parent for path in opened}) == 1 and opened[0].read_bytes() == b"\x89PNG"
    assert stat.S_IMODE(opened[0].stat().st_mode) == 0o600 and stat.S_IMODE(opened[0].parent.stat().st_mode) == 0o700
    desk.actions.close()
    assert not opened[0].parent.exists(), "it goes with the app"


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Part("a.html", "text/html", b"x"), "a.html is not opened: it could run something."),
        (Part("a.svg", "image/svg+xml", b"x"), "a.svg is not opened"),
        (Part("a.sh", "application/x-sh", b"x"), "a.sh is not opened"),
        (Part("a.png", "image/png", reference="file_1"), "This file is only at the server: file_1"),
        (Part("a.png", "image/png", digest="0" * 64, size=3), "The content of a.png cannot be read."),
    ],
    ids=["html", "svg", "script", "reference", "lost"],
)
async def test_what_is_not_opened_says_why(tmp_path: Path, opened: list[Path], part: Part, sentence: str) -> None:
    desk = Desk(tmp_path)
    await desk.actions.open(with_parts(part), 0)
    assert not opened and desk.said[0].startswith(sentence)


async def test_over_ssh_it_says_to_save(tmp_path: Path, opened: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer, "is_remote", lambda: True)
    desk = Desk(tmp_path)
    await desk.actions.open(with_parts(PICTURE), 0)
    assert not opened and desk.said == ["No viewer over SSH for photo.png. Press W in the messages to save it."]
    monkeypatch.undo()
    assert viewer.is_remote({"SSH_TTY": "/dev/pts/1"})
    assert not viewer.is_remote({"SSH_TTY": "/dev/pts/1", "DISPLAY": ":10"}) and not viewer.is_remote({})


async def test_a_file_is_saved_under_a_free_name_and_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_text("mine")
    desk = Desk(tmp_path, answers=["photo.png", "photo-2.png"])
    await desk.actions.save(with_parts(PAPER, PICTURE), 1)
    assert desk.asked == [str(tmp_path / "photo-2.png")] * 2
    assert (tmp_path / "photo.png").read_text() == "mine" and (tmp_path / "photo-2.png").read_bytes() == b"\x89PNG"
    assert desk.said == [
        f"{tmp_path}/photo.png exists already. Choose another name.",
        f"Saved to {tmp_path}/photo-2.png",
    ]
    desk = Desk(tmp_path, answers=["no/such/folder/x.png", None])
    await desk.actions.save(with_parts(PICTURE), 0)
    assert "Cannot write" in desk.said[0] and len(os.listdir(tmp_path)) == 2  # noqa: PTH208
    (tmp_path / "folder").mkdir()
    desk = Desk(tmp_path, answers=["folder"])
    await desk.actions.save(with_parts(PICTURE), 0)
    assert (tmp_path / "folder/photo.png").read_bytes() == b"\x89PNG"


PAPER = Part("paper.pdf", "application/pdf", b"%PDF")


async def test_a_file_of_a_reply_that_still_grows_is_saved(tmp_path: Path) -> None:
    reply = growing()
    reply.feed(PartReceived(PICTURE))
    desk = Desk(tmp_path, answers=["now.png"], growing={"p1": reply})
    await desk.actions.save(Message(reply.id, None, reply.freeze().role, ""), 0)
    assert (tmp_path / "now.png").read_bytes() == b"\x89PNG"


@pytest.mark.parametrize(
    ("name", "media_type", "saved"),
    [
        ("../../etc/passwd", "text/plain", "etc-passwd.txt"),
        (".bashrc", "text/plain", "bashrc.txt"),
        ("C:\\temp\\a.png", "image/png", "C-temp-a.png"),
        ("", "image/jpeg", "file.jpg"),
        ("a\u202egnp.exe", "image/png", "a\ufffdgnp.exe"),
        ("con.txt", "text/plain", "con-file.txt"),
        ("image.png", "image/png", "image.png"),
        ("x" * 400 + ".pdf", "application/pdf", "x" * 100 + ".pdf"),
        ("a\nb\x1b[31m.csv", "text/csv", "a b␛[31m.csv"),
    ],
)
def test_a_name_stays_in_its_folder(name: str, media_type: str, saved: str) -> None:
    assert "".join(saved_name(Part(name, media_type, b""))) == saved


@pytest.mark.parametrize(("platform", "name"), [("linux", "xdg-open"), ("darwin", "open")])
async def test_the_viewer_of_the_system_is_started_without_a_terminal(tmp_path: Path, platform: str, name: str) -> None:
    program = tmp_path / name
    program.write_text(f'#!/bin/sh\nprintf "%s|%s" "$1" "$TERM" > {tmp_path}/got\nexit "${{CODE:-0}}"\n')
    program.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:/bin:/usr/bin", "TERM": "xterm"}
    assert await open_in_viewer(tmp_path / "a b.png", environ=environ, platform=platform)
    assert (tmp_path / "got").read_text() == f"{tmp_path}/a b.png|"
    assert not await open_in_viewer(tmp_path / "a.png", environ={**environ, "CODE": "3"}, platform=platform)
    assert not await open_in_viewer(tmp_path / "a.png", environ={"PATH": "/nowhere"}, platform=platform)
