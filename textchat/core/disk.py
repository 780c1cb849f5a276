"""Asks the system what is wrong with a disk or a path, where SQLite does not pass on the reason."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from textchat.core.text.sanitize import escaped

_OPEN_FILES = ("/proc/", "/dev/fd")
"""Where the system keeps links to what a process has open."""
_MOST_STEPS = 1_000
"""Parts of a path and of the targets of its links: links in a circle have no end."""


def real_path(path: Path) -> Path:
    """The path without links; unlike `Path.resolve`, also where they lead in a circle."""
    return Path(os.path.realpath(path))


def is_folder(path: Path) -> bool:
    """Whether a folder is there; unlike `Path.is_dir`, also where the system does not let one look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_device(path: Path) -> bool:
    """Whether it names neither a file nor a folder: a terminal, a pipe, /dev/null, /dev/stdout wherever that leads."""
    try:
        mode = path.stat().st_mode
        names = (path, path.parent / path.readlink()) if path.is_symlink() else (path,)
    except OSError:
        return False
    is_other = not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
    return is_other or any(real_path(name.parent).as_posix().startswith(_OPEN_FILES) for name in names)


def is_for_all(folder: Path) -> bool:
    """Whether every user of this machine can write there, as in /tmp."""
    return os.name == "posix" and folder.stat().st_mode & stat.S_IWOTH != 0


def planted_link(path: Path) -> Path | None:
    """The first link on the way to `path`, itself included, that another user may have made; None if there is none.

    A link is trusted that belongs to this user, to root or to the owner of its folder, where not everybody can write.
    """
    if os.name != "posix":
        return None
    here, ahead = Path("/"), list(reversed(path.absolute().parts[1:]))
    for _ in range(_MOST_STEPS):
        if not ahead:
            return None
        step = here / ahead.pop()
        try:
            target = step.readlink() if step.is_symlink() else None
            if target is not None and not _is_trusted(step, here):
                return step
        except OSError:  # it cannot be looked at, so whoever opens it is told why
            return None
        if target is None:
            here = here.parent if step.name == ".." else step
        else:
            ahead += reversed(target.parts)
    return None


def _is_trusted(link: Path, folder: Path) -> bool:
    around = folder.lstat()
    return not around.st_mode & stat.S_IWOTH and link.lstat().st_uid in (0, os.geteuid(), around.st_uid)


def is_disk_read_only(folder: Path) -> bool:
    """Whether the disk of `folder`, which need not be there yet, is mounted to be read alone."""
    try:
        folder = next((step for step in (folder, *folder.parents) if step.is_dir()), folder)
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # Windows has no statvfs
        return False


def refusal_of(folder: Path) -> OSError | None:
    """Why no file can be made in `folder`; None where it can, and it is gone at once."""
    import tempfile

    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return error
    return None


def locks_files(folder: Path) -> bool:
    """Whether a file in `folder` can be locked; true where that cannot be tried."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
    return True


def obstacle_at(path: Path) -> str:
    """What stands in the place of the file or of a folder above it, and what to do; empty if nothing does."""
    try:
        for place in (path, *path.parents):
            if place.is_symlink() and not place.exists():
                link = f"{escaped(place)} links to {escaped(place.readlink())}"
                return f"{link}, which cannot be reached. Mount or create it, or remove the link."
        if path.is_dir():
            return f"{escaped(path)} is a folder. Move it away."
        for folder in path.parents:
            if folder.exists() and not folder.is_dir():
                return f"{escaped(folder)} is a file, and a folder is needed there. Move it away."
    except OSError:  # what may not be looked at is told by its own error
        pass
    return ""


def limits_files() -> bool:
    """Whether the system limits how large files of this program may be."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    return resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
