"""Every file is made for its owner alone, under any umask, and no link that others may have made is followed."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest

import textchat
from tests.modes import not_private, umask
from textchat.config.crash_report import write_report
from textchat.config.preferences import Preferences
from textchat.config.private_files import open_to_append, private_descriptor, private_folder, temporary_folder
from textchat.core.configuration import Protocol
from textchat.core.disk import is_device
from textchat.core.store_error import StoreError
from textchat.providers.recording import Recorder
from textchat.store.database import back_up, open_database
from textchat.store.log import start_log
from textchat.store.process_locks import ProcessLocks
from textchat.store.read_only.readable_file import ReadableFile
from textchat.store.transfer.new_file import new_file, write_new
from textchat.ui.clipboard import Clipboard

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs modes, links and pipes")


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before, level


def log(folder: Path) -> None:
    start_log({"XDG_STATE_HOME": str(folder)})
    for number in range(3):  # the second begins a new file
        cast("Any", logging.getLogger().handlers[0]).maxBytes = 1
        logging.getLogger("test").warning("line %d", number)
    logging.getLogger().handlers[0].close()


def record(folder: Path) -> str:
    recorder = Recorder(folder / "recording.jsonl", Protocol.OPENAI)
    for _ in range(2):
        recorder.responded(200, {})
        recorder.received(b"data")
    recorder.close(is_complete=True)
    return recorder.problem


def store(folder: Path) -> None:
    with closing(open_database(folder / "textchat" / "textchat.db")) as connection:
        connection.execute("CREATE TABLE more AS SELECT 1")
        back_up(connection, folder / "textchat" / "textchat.db", 3)
        locks = ProcessLocks(folder / "textchat" / "textchat.db")
        locks.claim()
        assert not not_private(folder), "with what SQLite writes beside it"
        locks.release()


def export(folder: Path, *, replaces: bool = False) -> None:
    with new_file(folder / "out.md", replaces=replaces) as write:
        write(b"text")


def append(folder: Path) -> None:
    for line in (b"one\n", b"two\n"):
        with open_to_append(folder / "results.jsonl") as file:
            file.write(line)


MAKERS: dict[str, Callable[[Path], object]] = {
    "textchat/textchat.log": log,
    "recording.jsonl": record,
    "textchat/textchat.db": store,
    "out.md": export,
    "results.jsonl": append,
    "preferences.toml": lambda folder: Preferences(folder / "preferences.toml").save({"a": 1}),
    ".preferences.toml.lock": lambda folder: Preferences(folder / "preferences.toml").save({"a": 1}),
    "textchat/crash.txt": lambda folder: write_report(ValueError(), {"XDG_STATE_HOME": str(folder)}),
    "copied": lambda folder: Clipboard(cast("Any", None), folder=folder / "copies")._save("text", "4"),
    "deep": lambda folder: private_folder(folder / "deep" / "er" / "still"),
}


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_under_any_umask_files_are_0600_and_folders_0700(mask: int, tmp_path: Path) -> None:
    for make in MAKERS.values():
        with umask(mask):
            make(tmp_path)
    assert not_private(tmp_path) == {}
    assert len(list(tmp_path.rglob("*"))) > len(MAKERS) + 4
    assert (tmp_path / "results.jsonl").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "recording.jsonl").read_text().count("recording") == 1, "of the second try alone"


def test_copies_of_a_database_are_private(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    shutil.copy(Path(__file__).parents[1] / "store" / "old" / "format-6.db", path)
    with umask(0):
        file = ReadableFile(path)
        copy = Path(file._copy.name) if file._copy else tmp_path
    assert copy != tmp_path and not_private(copy) == {} and copy.stat().st_mode & 0o777 == 0o700
    file.close()


PLANTED = sorted({*MAKERS} - {"textchat/crash.txt", "copied", "deep"})


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("is_there", [True, False])
def test_no_planted_link_is_followed(name: str, is_there: bool, tmp_path: Path) -> None:
    """In a folder that everybody can write to, as in /tmp, a link may be anybody's."""
    shared, victim = tmp_path / "shared", tmp_path / "victim"
    shared.mkdir()
    shared.chmod(0o1777)
    if "/" in name:
        (shared / "textchat").mkdir(mode=0o700)
    if is_there:
        victim.write_text("a = 'mine'")
        victim.chmod(0o644)
    (shared / name).symlink_to(victim)
    try:
        said = MAKERS[name](shared)
    except (OSError, StoreError) as error:
        said = str(error)
    assert victim.exists() == is_there
    if is_there and name != "textchat/textchat.db":  # inside a private folder, it is its user's
        assert victim.read_text() == "a = 'mine'" and victim.stat().st_mode & 0o777 == 0o644
    assert said or name == "textchat/textchat.log"


def test_of_results_neither_a_hard_link_nor_another_user_s_link_is_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    (tmp_path / "victim").write_text("mine")
    os.link(tmp_path / "victim", tmp_path / "results.jsonl")
    with pytest.raises(OSError, match="another user"):
        append(tmp_path)
    tmp_path.chmod(0o700)
    append(tmp_path)  # where nobody else can write, it is the user's own


def test_a_link_as_a_folder_is_followed_only_where_nobody_else_can_have_made_it(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to("target")
    export(tmp_path / "link")
    assert (tmp_path / "target" / "out.md").read_text() == "text"
    tmp_path.chmod(0o1777)
    for make in (export, append, lambda folder: private_folder(folder / "new"), store):
        with pytest.raises((OSError, StoreError), match=r"another user|not be reached|link"):
            make(tmp_path / "link")
        with pytest.raises((OSError, StoreError)):
            make(tmp_path / "target" / ".." / "link" / "deeper")
    assert [file.name for file in (tmp_path / "target").iterdir()] == ["out.md"]


def test_a_link_that_is_planted_after_the_check_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    opened = os.open

    def planting(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        if Path(path).name in ("results.jsonl", "out.md", "own"):
            Path(path).unlink(missing_ok=True)
            Path(path).symlink_to(victim)
        return opened(path, flags, mode, **more)

    for make in (append, export, lambda folder: private_descriptor(folder / "own")):
        with monkeypatch.context() as patched:
            patched.setattr(os, "open", planting)
            with pytest.raises(OSError):
                make(tmp_path)
    assert victim.read_text() == "mine"


def test_a_link_of_ones_own_is_followed_where_it_leads_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine").touch(mode=0o644)
    (tmp_path / "results.jsonl").symlink_to("mine")
    append(tmp_path)
    assert (tmp_path / "mine").read_bytes() == b"one\ntwo\n"
    (tmp_path / "mine").unlink()
    with pytest.raises(OSError, match="leads nowhere"):
        append(tmp_path)
    assert not (tmp_path / "mine").exists()


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"not a regular file|Is a directory"):
            open_to_append(path)
    with pytest.raises(OSError, match=r"not a regular file|No such device"):
        private_descriptor(tmp_path / "pipe")


def test_dev_stdout_is_no_file_wherever_it_leads() -> None:
    assert is_device(Path("/dev/stdout")) and is_device(Path("/dev/fd/1")) and not is_device(Path("/dev/shm/new"))


def test_a_temporary_folder_and_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with umask(0o777), temporary_folder() as folder:
        assert Path(folder).stat().st_mode & 0o777 == 0o700
    tmp_path.chmod(0o1777)
    (tmp_path / "textchat").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert "another user" in str(start_log({"XDG_STATE_HOME": str(tmp_path)}))


def test_nothing_else_makes_files_and_folders() -> None:
    package = Path(textchat.__file__).parent
    makes = re.compile(
        r"O_CREAT|\.mkdir\(|makedirs|mkstemp|mkdtemp|TemporaryDirectory\(|NamedTemporaryFile|\.write_(text|bytes)\("
        r"|copyfile\(|copy2?\(file|open\([^()]*[\"'][rb]*[wax]"
    )
    found = {file.relative_to(package).as_posix() for file in package.rglob("*.py") if makes.search(file.read_text())}
    assert found == {"config/private_files.py", "store/log.py"}, "the log is opened by what makes private files"


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of processes")
def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OSError):
            write_new(tmp_path / "half", b"x" * 20_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    write_new(tmp_path / "whole", b"x" * 20_000)
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "whole", b"")
    assert (tmp_path / "whole").stat().st_size == 20_000
