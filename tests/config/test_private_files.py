"""Files that grow are made for their owner alone, and nobody else decides where they are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from textchat.config.private_files import open_to_append

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs modes, links and pipes")


def test_a_new_file_is_private_under_any_mask_and_an_old_one_grows(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        for line in (b"one\n", b"two\n"):
            with open_to_append(tmp_path / "results") as file:
                file.write(line)
    finally:
        os.umask(before)
    assert (tmp_path / "results").read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE((tmp_path / "results").stat().st_mode) == 0o600


def test_only_a_link_of_ones_own_that_leads_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    with open_to_append(tmp_path / "link") as file:
        file.write(b"x")
    assert (tmp_path / "mine").read_bytes() == b"x"
    (tmp_path / "dangling").symlink_to(tmp_path / "planted")
    with pytest.raises(OSError, match="leads nowhere"):
        open_to_append(tmp_path / "dangling")
    assert not (tmp_path / "planted").exists()


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match=r"not a regular file|Is a directory"):
            open_to_append(path)
