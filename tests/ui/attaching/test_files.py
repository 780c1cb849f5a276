"""Which files are offered and read: not hidden nor ignored ones, within bounds, and nothing that has no end."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from textchat.core import limits
from textchat.core.parts.part import MediaKind
from textchat.ui.attaching.files import reading
from textchat.ui.attaching.files.file_search import matching, ranked_entries
from textchat.ui.attaching.files.file_tree import Entry, FileTree
from textchat.ui.attaching.files.reading import FileReader, NotAttachedError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        ".git/config": "",
        ".gitignore": "*.log\n/build/\n",
        ".env": "SECRET",
        "README.md": "read me",
        "a.log": "log",
        "build/out.txt": "built",
        "docs/my notes.md": "notes",
        "src/.gitignore": "!kept.log\ngenerated.py\n",
        "src/main.py": "main",
        "src/kept.log": "kept",
        "src/generated.py": "generated",
        "src/deep/main_test.py": "test",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "src" / "loop").symlink_to(tmp_path, target_is_directory=True)
    return tmp_path


def paths(tree: FileTree) -> list[str]:
    tree.read()
    return [entry.path for entry in tree.entries]


def test_hidden_and_ignored_files_are_left_out(folder: Path) -> None:
    assert paths(FileTree(folder)) == [
        "docs",
        "README.md",
        "src",
        "docs/my notes.md",
        "src/deep",
        "src/kept.log",
        "src/loop",
        "src/main.py",
        "src/deep/main_test.py",
    ]
    assert ".env" in paths(FileTree(folder, shows_hidden=True))
    assert paths(FileTree(folder / "src" / "deep")) == ["main_test.py"]


def test_rules_of_the_folders_above_count_but_for_a_folder_that_they_leave_out(folder: Path) -> None:
    (folder / "src" / "deep" / "x.log").write_text("")
    assert "x.log" not in paths(FileTree(folder / "src" / "deep"))
    assert paths(FileTree(folder / "build")) == ["out.txt"]


def test_a_huge_tree_is_read_within_bounds(folder: Path) -> None:
    tree = FileTree(folder, most=4)
    assert len(paths(tree)) == 4 and tree.is_read and not tree.is_whole
    clock = iter(range(1000))
    slow = FileTree(folder, clock=lambda: next(clock) / 10)
    assert len(paths(slow)) < 5 and slow.is_read and not slow.is_whole


def test_the_best_match_comes_first() -> None:
    entries = [
        Entry(path, path.endswith("s"))
        for path in ("tests", "src/main.py", "src/domain.py", "src/mail/box.py", "docs", "Makefile", "m/a/i/n.txt")
    ]

    def best(query: str) -> list[str]:
        return [entry.path for entry in ranked_entries(query, entries, 3)]

    assert best("main") == ["src/main.py", "src/domain.py", "m/a/i/n.txt"]
    assert best("MAIN.PY")[0] == "src/main.py"
    assert best("smb") == ["src/mail/box.py"]
    assert best("") == ["docs", "tests", "Makefile"]
    assert best("zz") == []
    own = ranked_entries("m", entries, 2, prefers_own=True)
    assert [entry.path for entry in own] == ["Makefile", "src/main.py"], (
        "in a folder that is written out, as in a shell"
    )


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ["a.py"]),
        ("**/*.py", ["a.py", "x/b.py", "x/y/c.py"]),
        ("x/*", ["x/b.py"]),
        ("[ab].?y", ["a.py"]),
        ("[!a]*", ["n.md"]),
        ("[", []),
    ],
)
def test_patterns(pattern: str, found: list[str]) -> None:
    entries = [Entry(path, False) for path in ("a.py", "n.md", "x/b.py", "x/y/c.py")]
    assert [entry.path for entry in matching(pattern, entries)] == found


def test_files_folders_and_patterns_are_read(folder: Path) -> None:
    (folder / "docs" / "blob").write_bytes(b"\0\xff")
    (folder / "docs" / "wide.txt").write_bytes("wide ä".encode("utf-16"))
    reader = FileReader(folder)
    found = reader.read("docs", 10_000)
    assert [(part.name, part.kind, part.data) for part in found.parts] == [
        ("docs/my notes.md", MediaKind.TEXT, b"notes"),
        ("docs/wide.txt", MediaKind.TEXT, "wide ä".encode()),
    ]
    assert (found.name, found.note) == ("docs/", "Left out of docs/: 1 of unknown kind.")
    assert [part.name for part in reader.read("src/*.py", 100).parts] == ["main.py"]
    assert reader.read("docs/blob", 100).parts[0].kind is MediaKind.OTHER, "named itself, it is attached"


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing.txt", "No file missing.txt."),
        ("*.none", "No file *.none."),
        ("pipe", "Cannot read pipe: not a regular file."),
        ("/dev/null", "Cannot read null: not a regular file."),
        ("/dev/zero", "Cannot read zero: not a regular file."),
        ("x\0y", "Cannot read x␀y: not a file name."),
        ("big", "big is larger than 10 bytes. Raise attachment_bytes under [limits] of config.toml."),
        ("many", "many has 5 files. At most 4 are attached at once."),
    ],
)
def test_what_cannot_be_attached_says_why(
    folder: Path, path: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ATTACHED_AT_ONCE", limits.Limit(4, "files", "", ""))
    (folder / "big").write_text("x" * 11)
    (folder / "many").mkdir()
    for number in range(5):
        (folder / "many" / str(number)).write_text("")
    with pytest.raises(NotAttachedError, match=f"^{re.escape(sentence)}$"):
        FileReader(folder, most_bytes=10).read(path, 1000)


def test_all_files_of_a_prompt_have_a_bound(folder: Path) -> None:
    reader = FileReader(folder)
    with pytest.raises(NotAttachedError, match=r"^No room for README.md: at most 64 MiB go with one prompt"):
        reader.read("README.md", 3)
    with pytest.raises(NotAttachedError, match=r"^src/ has 12 B. At most 64 MiB go with one prompt: attach fewer"):
        reader.read("src", 3)


def test_windows_paths_lead_to_their_files_in_wsl(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSL_DISTRO_NAME", "Ubuntu")
    assert FileReader(folder).resolve("C:\\Users\\me\\a b.txt") == Path("/mnt/c/Users/me/a b.txt")
