"""Paths of textchat's folders and files on every system.

The variables are those of the XDG Base Directory Specification (https://specifications.freedesktop.org/basedir-spec/);
as it says, a variable that is empty or not absolute counts as unset. Nothing here changes the disk.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from textchat.core.errors import ConfigurationError

NAME = "textchat"

_Purpose = Literal["config", "data", "state"]
_VARIABLES: Mapping[_Purpose, str] = {"config": "XDG_CONFIG_HOME", "data": "XDG_DATA_HOME", "state": "XDG_STATE_HOME"}
_DEFAULTS: Mapping[_Purpose, str] = {"config": ".config", "data": ".local/share", "state": ".local/state"}


def _folder(purpose: _Purpose, environ: Mapping[str, str]) -> Path:
    chosen = environ.get(_VARIABLES[purpose], "")
    if Path(chosen).is_absolute():
        return Path(chosen) / NAME
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        dirs = platformdirs.PlatformDirs(NAME, appauthor=False)
        return {"config": dirs.user_config_path, "data": dirs.user_data_path, "state": dirs.user_state_path}[purpose]
    # Elsewhere platformdirs would answer the same, but from the real environment instead of the one given here.
    return _home(environ) / _DEFAULTS[purpose] / NAME


def _home(environ: Mapping[str, str]) -> Path:
    """The home folder; raises ConfigurationError for a user without one, as in a container."""
    if home := environ.get("HOME"):
        return Path(home)
    try:
        return Path.home()
    except RuntimeError as error:
        *first, last = _VARIABLES.values()
        raise ConfigurationError(f"No home folder. Set HOME, or {', '.join(first)} and {last}.") from error


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """`config.toml`, or the file that `TEXTCHAT_CONFIG` names."""
    if named := environ.get("TEXTCHAT_CONFIG"):
        return Path(named).expanduser()
    return _folder("config", environ) / "config.toml"


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of `config_file`, with the preferences and themes beside it."""
    file = config_file(environ)
    with suppress(OSError):  # a folder that may not be looked into: who reads the file will say so
        if file.exists() and not file.is_file():  # TEXTCHAT_CONFIG=/dev/null: nothing can lie beside that
            return _folder("config", environ)
    return file.parent


def preferences_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The file of what the app itself saves."""
    return config_folder(environ) / "preferences.toml"


def themes_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's own themes."""
    return config_folder(environ) / "themes"


def personas_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's personas."""
    return config_folder(environ) / "personas"


def prompts_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the user's prompts."""
    return config_folder(environ) / "prompts"


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the database."""
    return _folder("data", environ)


def database(environ: Mapping[str, str] = os.environ) -> Path:
    """The file of the conversations."""
    return data_folder(environ) / "textchat.db"


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the log."""
    return _folder("state", environ)


def log_file(environ: Mapping[str, str] = os.environ) -> Path:
    return state_folder(environ) / "textchat.log"
