"""What a user types to connect a provider is mended, tried out and written down, or explained with nothing written."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import keyring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.providers.test_discovery import SomeServer
from tests.providers.test_keyring import MemoryKeyring
from tests.servers.openai import OpenAIServer
from textchat.core.configuration import Protocol, is_http_address
from textchat.live.connecting.connecting import (
    Connecting,
    KeyCommand,
    KeyInKeyring,
    KeyPlace,
    KeyVariable,
    NoKey,
    NotConnected,
    WantedProvider,
)
from textchat.live.connecting.known_providers import keyless_providers, known_providers, ready_providers
from textchat.live.connecting.typed_address import AddressProblem, addresses_to_try, usual_name
from textchat.live.workspace import Workspace
from textchat.providers.http.keys import TypedKey

KEY = "sk-secret-of-the-test"
PASTED = "sk-ant-api03-Ab0-Cd1_Ef2-Gh3"
"""A key where none belongs."""


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    openai_server.say("fast", "hi")
    openai_server.say("slow", "hi")
    return openai_server


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Workspace]:
    folders = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    workspace = Workspace({**folders, "HERE_KEY": KEY})
    yield workspace
    await workspace.aclose()


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before, own = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def connecting(workspace: Workspace) -> Connecting:
    return Connecting(workspace.catalog, workspace.changes, workspace.environ)


def wanted(address: str, key: KeyPlace | None = None, name: str = "here", **more: Any) -> WantedProvider:
    return WantedProvider(name, more.pop("protocol", Protocol.OPENAI), address, key or NoKey(), **more)


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def written(folder: Path) -> dict[str, Any]:
    file = folder / "textchat" / "preferences.toml"
    return tomllib.loads(file.read_text()).get("providers", {}) if file.exists() else {}


async def test_wrong_addresses_are_mended(server: OpenAIServer, here: Workspace, tmp_path: Path) -> None:
    port = server.port
    for number, typed in enumerate(
        (
            f"127.0.0.1:{port}",
            f" http://127.0.0.1:{port}/ ",
            f'"http://127.0.0.1:{port}/v1/chat/completions"',
            f"https://127.0.0.1:{port}/v1/models",
            f"http:/0.0.0.0:{port}/v1/",
            f"localhost:{port}/chat/completions",
        )
    ):
        name = f"p{number}"
        connected = await connecting(here).connect(wanted(typed, name=name))
        assert [model.id for model in connected.models] == ["fast", "slow"], typed
        assert written(tmp_path)[name]["base_url"] in (f"{server.url}/v1", f"http://localhost:{port}/v1"), typed
        assert here.catalog.open(f"{name}/fast").settings.base_url.endswith("/v1")


async def test_what_cannot_be_used_is_explained_and_nothing_is_written(
    server: OpenAIServer, here: Workspace, tmp_path: Path, memory: MemoryKeyring
) -> None:
    server.key = KEY
    for request, sentence in (
        (wanted("", NoKey()), "No address"),
        (wanted("ftp://here"), "neither http:// nor https://"),
        (wanted("http://me:pass@here/v1"), "out of the address"),
        (wanted(f"{server.url}/{PASTED}"), "out of the address"),
        (wanted(PASTED), "out of the address"),
        (wanted(server.url, KeyCommand(f"echo {PASTED}")), "Leave the key itself out of the command"),
        (wanted(server.url, name=PASTED), "Leave the key out of the name"),
        (wanted(server.url, name="a/b"), "one word"),
        (wanted(server.url), "here asks for a key. Choose where it is."),
        (wanted(server.url, KeyVariable("")), "Type the name of the variable that holds the key."),
        (wanted(server.url, KeyVariable(KEY)), "not the key itself"),
        (wanted(server.url, KeyVariable("gsk_abcdefghijklmnop")), "not the key itself"),
        (wanted(server.url, KeyVariable("aB3" * 10)), "not the key itself"),
        (wanted(server.url, KeyVariable("NOT_SET")), "NOT_SET is not set"),
        (wanted(server.url, KeyCommand("echo sk-abcdefghijklmnop")), "Leave the key itself out of the command"),
        (wanted(server.url, name="groq", is_new=True), "Another provider is called groq."),
        (wanted(server.url, KeyCommand(" ")), "Type the command"),
        (wanted(server.url, KeyCommand("exit 3")), "exit code 3"),
        (wanted(server.url, KeyInKeyring()), "No key. Type or paste it."),
        (wanted(server.url, KeyInKeyring(TypedKey("two words"))), "invalid characters"),
        (wanted(server.url, KeyInKeyring(TypedKey("sk-wrong"))), "here refused the key"),
        (wanted("http://127.0.0.1:1/v1"), "Start the server, or correct the address"),
        (wanted(server.url, KeyVariable("HERE_KEY"), protocol=Protocol.ANTHROPIC), "here"),
    ):
        with pytest.raises(NotConnected) as problem:
            await connecting(here).connect(request)
        assert sentence in str(problem.value), (request, str(problem.value))
        assert "base_url" not in str(problem.value) and KEY not in str(problem.value)
        assert PASTED not in str(problem.value)
        assert "sk-wrong" not in str(problem.value) + repr(request)
    assert written(tmp_path) == {} and not memory.keys


async def test_the_key_is_where_the_user_wants_it_and_in_no_file(
    server: OpenAIServer, here: Workspace, tmp_path: Path, memory: MemoryKeyring
) -> None:
    server.key = KEY
    for place, table in (
        (KeyVariable("HERE_KEY"), {"api_key_env": "HERE_KEY"}),
        (KeyCommand("printf %s $HERE_KEY_SHELL"), {"api_key_command": "printf %s $HERE_KEY_SHELL"}),
        (KeyInKeyring(TypedKey(KEY)), {"api_key_keyring": True}),
        (KeyInKeyring(), {"api_key_keyring": True}),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HERE_KEY_SHELL", KEY)
            await connecting(here).connect(wanted(server.url, place))
        # What was there before is gone: only one place counts.
        assert written(tmp_path)["here"] == {"protocol": "openai", "base_url": server.base_url, **table}
    assert memory.keys == {("textchat", "here"): KEY}
    assert [model.id for model in await here.catalog.list_models("here")] == ["fast", "slow"]
    assert not [file for file in files_below(tmp_path) if KEY.encode() in file.read_bytes()]
    (known,) = (each for each in known_providers(here.catalog, here.environ) if each.name == "here")
    assert known.settings.api_key_keyring


async def test_the_keyring_is_as_it_was_where_the_provider_cannot_be_written(
    server: OpenAIServer, here: Workspace, tmp_path: Path, memory: MemoryKeyring
) -> None:
    (tmp_path / "textchat" / "preferences.toml" / "in the way").mkdir(parents=True)
    server.key = KEY
    for before in ({}, {("textchat", "here"): "sk-earlier"}):
        memory.keys = dict(before)
        with pytest.raises(NotConnected, match=r"preferences\.toml"):
            await connecting(here).connect(wanted(server.url, KeyInKeyring(TypedKey(KEY))))
        assert memory.keys == before


async def test_a_server_without_a_list_takes_the_names_that_are_typed(here: Workspace, tmp_path: Path) -> None:
    with SomeServer({"/v1/models": b"<html>Jenkins</html>", "/models": b"<html>"}) as web:
        with pytest.raises(NotConnected, match="web page") as problem:
            await connecting(here).connect(wanted(web.url))
        assert "base_url" not in str(problem.value)
    with SomeServer({}) as bare:
        with pytest.raises(NotConnected, match="type the name of a model below"):
            await connecting(here).connect(wanted(bare.url))
        connected = await connecting(here).connect(wanted(bare.url, models=("own",)))
    assert [model.id for model in connected.models] == ["own"] and written(tmp_path)["here"]["models"] == ["own"]


async def test_what_config_toml_says_of_it_is_told(server: OpenAIServer, tmp_path: Path) -> None:
    file = tmp_path / "textchat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[providers.here]\nprotocol = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n')
    workspace = Workspace({"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")})
    before = file.read_bytes()
    connected = await connecting(workspace).connect(wanted(server.url))
    assert any("sets providers.here.base_url" in remark for remark in connected.remarks)
    assert file.read_bytes() == before
    await workspace.aclose()


async def test_the_server_is_asked_with_the_headers_of_config_toml(server: OpenAIServer, tmp_path: Path) -> None:
    file = tmp_path / "textchat" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'[providers.here]\nprotocol = "openai"\nbase_url = "{server.url}"\nheaders = {{ "X-Team" = "blue" }}\n'
    )
    workspace = Workspace({"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")})
    await connecting(workspace).connect(wanted(server.url))
    assert server.requests[-1].headers["x-team"] == "blue"
    await workspace.aclose()


async def test_a_new_server_is_named_by_its_address_and_takes_no_other_place(
    server: OpenAIServer, here: Workspace, tmp_path: Path
) -> None:
    with OpenAIServer() as second:
        second.say("fast", "hi")
        for url in (server.url, second.url):
            await connecting(here).connect(wanted(url, name="", is_new=True))
    assert list(written(tmp_path)) == ["local", "local-2"]
    assert [usual_name(f"https://{host}/v1") for host in ("api.x.ai", "llm.team.de", "gpu", "10.0.0.1", "[::1]:1")] == [
        "x", "team", "gpu", "local", "local",
    ]  # fmt: skip
    assert await connecting(here).use_first(["local/fast"]) and here.settings.default_models == ("local/fast",)
    assert not await connecting(here).use_first(["local/slow"]), "the first choice stays"


async def test_another_server_at_a_known_address_is_the_one_that_is_known(
    server: OpenAIServer, here: Workspace, tmp_path: Path
) -> None:
    await connecting(here).connect(wanted(f"localhost:{server.port}/v1", name="mine"))
    again = wanted(f"http://127.0.0.1:{server.port}/v1/chat/completions", KeyVariable("HERE_KEY"), "", is_new=True)
    assert (await connecting(here).connect(again)).name == "mine"
    assert list(written(tmp_path)) == ["mine"] and written(tmp_path)["mine"]["api_key_env"] == "HERE_KEY"
    other = wanted(server.url, name="second-account", is_new=True)
    assert (await connecting(here).connect(other)).name == "second-account", "who names it means another one"
    openai = wanted("api.openai.com/v1", KeyVariable("NOT_SET"), "", is_new=True)
    with pytest.raises(NotConnected, match="NOT_SET is not set"):
        await connecting(here).connect(openai)


async def test_which_providers_are_ready_and_which_lack_a_key(tmp_path: Path) -> None:
    folders = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    workspace = Workspace({**folders, "GROQ_API_KEY": KEY, "XAI_API_KEY": KEY})
    keyless = [known.name for known in keyless_providers(workspace.catalog, workspace.environ)]
    assert keyless == ["openai", "anthropic", "gemini", "openrouter", "mistral", "deepseek"]
    assert ready_providers(workspace.catalog, workspace.environ) == ("groq",)
    has_key = [known.name for known in known_providers(workspace.catalog, workspace.environ) if known.has_key]
    assert has_key == ["groq", "xai"]
    await workspace.aclose()


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from([*"ax01:/.@[]%?&= -", "http", "https://", "localhost", "/v1", "/chat/completions"]), max_size=9
    ).map("".join),
    st.sampled_from([Protocol.OPENAI, Protocol.ANTHROPIC]),
)
def test_any_text_is_addresses_without_secrets_or_a_sentence(typed: str, protocol: Protocol) -> None:
    try:
        found = addresses_to_try(typed, protocol)
    except AddressProblem as problem:
        assert str(problem).endswith(".")
    else:
        assert found and all(is_http_address(address) and "@" not in urlsplit(address).netloc for address in found)
        assert found[0] in addresses_to_try(found[0], protocol), "what is mended stays as it is"
