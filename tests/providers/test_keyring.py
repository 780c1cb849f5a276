"""A key in the system's keyring: read when it is needed, and every way it can fail is one sentence without the key."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoBackend

from tests.servers.openai import OpenAIServer
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.errors import AuthenticationError
from textchat.providers import system_keyring
from textchat.providers.catalog import Catalog
from textchat.providers.http.keys import TypedKey
from textchat.providers.system_keyring import KeyringProblem, keeps_secrets, store_key, stored_key

KEY = "sk-secret-of-the-test"


class MemoryKeyring(KeyringBackend):
    """A keyring of the desktop, as far as the library knows."""

    priority = 5
    viable = False
    """The library chooses none of its own accord for which this is so."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.keys: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.keys.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.keys[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.keys[service, username]


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before, own = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


async def test_the_key_goes_with_the_request_and_is_asked_for_again_once_it_is_refused(
    openai_server: OpenAIServer, memory: MemoryKeyring
) -> None:
    openai_server.key = KEY
    openai_server.say("fast", "hi")
    settings = ProviderSettings("here", Protocol.OPENAI, openai_server.base_url, api_key_keyring=True)
    catalog = Catalog(Settings(providers={"here": settings}), environ={})
    with pytest.raises(AuthenticationError, match="No key for here in the system's keyring"):
        await catalog.list_models("here")
    assert not openai_server.requests
    memory.keys["textchat", "here"] = "sk-an-old-one"
    with pytest.raises(AuthenticationError) as refused:
        await catalog.list_models("here")
    assert "sk-an-old-one" not in str(refused.value)
    await store_key("here", KEY)
    assert [model.id for model in await catalog.list_models("here")] == ["fast"]
    await catalog.aclose()


def _raises() -> str:
    raise OSError(KEY)


@pytest.mark.parametrize(
    ("get", "sentence"),
    [
        (_raises, r"keyring failed \(OSError\)"),
        (lambda: None, "No key for here"),
        (lambda: threading.Event().wait(1) and "", "did not respond within 0.05 seconds"),
    ],
    ids=["fails", "empty", "hangs"],
)
async def test_each_failure_is_a_sentence(
    memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, get: Callable[[], str | None], sentence: str
) -> None:
    monkeypatch.setattr(memory, "get_password", lambda service, name: get())
    with pytest.raises(KeyringProblem, match=sentence) as problem:
        await stored_key("here", 0.05 if "respond" in sentence else 20)
    assert KEY not in str(problem.value)


async def test_without_the_library_or_a_safe_keyring(memory: MemoryKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await keeps_secrets()
    for unsafe in (NoBackend, type("PlainFile", (MemoryKeyring,), {"priority": 0.5})):
        keyring.set_keyring(unsafe())
        assert not await keeps_secrets()
        with pytest.raises(KeyringProblem, match="No safe keyring"):
            await store_key("here", KEY)

    def without(name: str) -> ModuleSpec | None:
        return None if name == "keyring" else find_spec(name)

    monkeypatch.setattr(system_keyring, "find_spec", without)
    assert not await keeps_secrets()
    with pytest.raises(KeyringProblem, match=r"textchat-llm\[keyring\]"):
        await stored_key("here")


def test_a_typed_key_has_no_repr() -> None:
    assert KEY not in repr(TypedKey(KEY))
