"""Reads JSON objects strictly: a missing key, or a value of another type than the format defines, is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from textchat.store.transfer.importers.found import NotReadable

T = TypeVar("T")
Read = Callable[[object, str], T]


class StrictObject:
    """One JSON object, read key by key; every method raises NotReadable, naming the key."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise NotReadable(f"expected an object, found {type(value).__name__}")
        self.values: Mapping[str, Any] = value

    def text(self, key: str) -> str:
        return text_in(self.values.get(key), key)

    def filled(self, key: str) -> str:
        if text := self.text(key):
            return text
        raise NotReadable(f"{key} is empty")

    def number(self, key: str) -> float:
        return number_in(self.values.get(key), key)

    def whole(self, key: str) -> int:
        return whole_in(self.values.get(key), key)

    def switch(self, key: str) -> bool:
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise NotReadable(f"{key} is neither true nor false")
        return value

    def list(self, key: str) -> list[Any]:
        value = self.values.get(key)
        if not isinstance(value, list):
            raise NotReadable(f"{key} is not a list")
        return value

    def table(self, key: str) -> Mapping[str, Any]:
        return StrictObject(self.values.get(key)).values

    def one_of(self, key: str, kind: Callable[[str], T]) -> T:
        text = self.text(key)
        try:
            return kind(text)
        except ValueError as error:
            raise NotReadable(f"{key} has the unknown value {text!r}") from error

    def optional(self, key: str, read: Read[T]) -> T | None:
        value = self.values.get(key)
        return None if value is None else read(value, key)


def text_in(value: object, key: str) -> str:
    """`value`, found at `key`, as a string; raises NotReadable."""
    if not isinstance(value, str):
        raise NotReadable(f"{key} is not a string")
    return value


def number_in(value: object, key: str) -> float:
    """`value`, found at `key`, as a number; raises NotReadable."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotReadable(f"{key} is not a number")
    return value


def whole_in(value: object, key: str) -> int:
    """`value`, found at `key`, as a whole number; raises NotReadable."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotReadable(f"{key} is not a whole number")
    return value
