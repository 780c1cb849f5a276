"""Finds secrets of the settings that others could read: in the file, in a git repository, on the network."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from textchat.config.toml_file import TomlFile
from textchat.core.configuration import ProviderSettings
from textchat.core.text.sanitize import escaped
from textchat.core.text.secrets import MASK, is_secret_name, is_secret_value, masked_url


def exposures(files: tuple[TomlFile, ...], providers: Mapping[str, ProviderSettings]) -> Iterator[str]:
    """A sentence for each way in which a secret is within the reach of others."""
    for file in files:
        if _holds_secret(file.tables):
            yield from _in_file(file.path)
    for provider in providers.values():
        if _sends_secret(provider) and _is_open(provider.base_url):
            from textchat.core.text.addresses import host_of

            yield (
                f"The key of {escaped(provider.name)} travels unencrypted to {host_of(provider.base_url)}. "
                "Use https, or a tunnel to this machine."
            )


def _in_file(path: Path) -> Iterator[str]:
    name = escaped(path)
    if _is_readable_by_others(path):
        yield f"{name} holds a secret that other users of this machine can read. Run: chmod 600 {name}"
    if repository := _repository_of(path):
        yield (
            f"{name} holds a secret and lies in the git repository {escaped(repository)}. "
            "Move the secret to a variable (api_key_env) or a command (api_key_command)."
        )


def _holds_secret(value: object, name: str = "") -> bool:
    match value:
        case Mapping():
            return any(_holds_secret(inner, key) for key, inner in value.items())
        case list() | tuple():
            return any(_holds_secret(inner) for inner in value)
        case str():
            named = is_secret_name(name) and not name.startswith("api_key_")  # those say where the secret is
            return bool(value.strip()) and (named or _is_secret(value))
        case _:
            return False


def _is_secret(value: str) -> bool:
    """Whether one of the words of a value looks like a key, or an address holds a password."""
    if any(map(is_secret_value, value.split())):
        return True
    return "://" in value and MASK in masked_url(value)


def _is_readable_by_others(path: Path) -> bool:
    """Whether the mode lets others in, and no folder above keeps them out."""
    if os.name != "posix":
        return False
    try:
        real = path.resolve()
        is_open = real.stat().st_mode & 0o044 != 0
        return is_open and all(folder.stat().st_mode & 0o011 for folder in real.parents)
    except OSError:
        return False


def _repository_of(path: Path) -> Path | None:
    """The git work tree that holds the file, if any."""
    return next((folder for folder in path.resolve().parents if (folder / ".git").exists()), None)


def _sends_secret(provider: ProviderSettings) -> bool:
    has_key = provider.api_key_env or provider.api_key_command or provider.api_key_keyring
    return bool(has_key) or _holds_secret(dict(provider.headers))


def _is_open(address: str) -> bool:
    """Whether what is sent to this address crosses a network in clear."""
    if not address.lower().startswith("http://"):
        return False  # the usual case, which a start need not import anything for
    from textchat.core.text.addresses import host_of, is_loopback

    return not is_loopback(host_of(address))
