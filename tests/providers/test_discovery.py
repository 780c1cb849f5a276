"""Servers of this machine are recognised by what they say, asked once, and never under a second name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings, Settings
from textchat.core.errors import ConfigurationError
from textchat.providers.catalog import Catalog
from textchat.providers.discovery.looking import local_ports
from textchat.providers.discovery.usual_servers import USUAL_PORTS, UsualPort, read_listed

PLACES = "textchat.providers.discovery.looking.USUAL_PORTS"


def listed(owner: str, *names: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": name, "object": "model", "owned_by": owner} for name in names]}


class SomeServer(LoopbackServer):
    """Answers paths as it is told: a document with status 200, a bare status, or bytes."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__()
        self.answers = answers

    async def answer(self, exchange: Exchange) -> None:
        match self.answers.get(exchange.request.path, 404):
            case int(status):
                await exchange.reply_json(status, {"error": "no"})
            case bytes(body):
                await exchange.reply(200, body, {"Content-Type": "text/html"})
            case document:
                await exchange.reply_json(200, document)


USUAL = {usual.name: usual for usual in USUAL_PORTS}
CASES: tuple[tuple[str, Mapping[str, Any], tuple[str, int, bool] | None], ...] = (
    ("ollama", {"/v1/models": listed("library", "a", "b")}, ("ollama", 2, False)),
    ("ollama", {"/v1/models": {"object": "list", "data": None}}, ("ollama", 0, False)),
    ("ollama", {"/api/version": {"version": "0.1.14"}}, ("ollama", 0, False)),
    ("ollama", {"/v1/models": listed("llamacpp", "a")}, ("llamacpp", 1, False)),
    ("lmstudio", {"/v1/models": listed("organization_owner", "a")}, ("lmstudio", 1, False)),
    ("llamacpp", {"/v1/models": listed("llamacpp", "a.gguf")}, ("llamacpp", 1, False)),
    ("llamacpp", {"/v1/models": listed("me", "a")}, ("local-PORT", 1, False)),
    ("llamacpp", {"/v1/models": b"<html>Jenkins</html>"}, None),
    ("llamacpp", {"/v1/models": {"data": [{"title": "a blog"}]}}, None),
    ("llamacpp", {"/v1/models": {"status": "ok"}}, None),
    ("llamacpp", {"/v1/models": [1, 2]}, None),
    ("llamacpp", {"/v1/models": b'{"data":' * 5000}, None),
    ("llamacpp", {"/v1/models": 401}, None),
    ("vllm", {"/v1/models": listed("vllm", "a")}, ("vllm", 1, False)),
    ("vllm", {"/v1/models": 401, "/version": {"version": "0.11.0"}}, ("vllm", 0, True)),
    ("vllm", {"/v1/models": 401, "/version": b"1.0"}, None),
    ("litellm", {"/v1/models": listed("openai", "a")}, ("litellm", 1, False)),
    ("litellm", {"/v1/models": 401, "/health/liveliness": "I'm alive!"}, ("litellm", 0, True)),
    ("litellm", {"/v1/models": 401, "/health/liveliness": {"status": "up"}}, None),
)


async def test_each_is_known_by_what_it_says_and_no_other_web_server_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as running:
        servers = [running.enter_context(SomeServer(answers)) for _, answers, _ in CASES]
        for (usual, answers, expected), server in zip(CASES, servers, strict=True):
            place = USUAL[usual]
            here = UsualPort(server.port, place.name, place.is_shared, place.sign_path, place.sign)
            monkeypatch.setattr(PLACES, (here,))
            catalog = Catalog(Settings(), environ={})
            found = await catalog.look_for_servers()
            seen = [(each.name.replace(str(server.port), "PORT"), each.models, each.needs_key) for each in found]
            assert seen == ([expected] if expected else []), (usual, answers)
            assert all("authorization" not in request.headers for request in server.requests)
            if found:
                assert found[0].name in catalog.names
                assert catalog.effective(found[0].name).base_url.startswith(server.url)
            await catalog.aclose()


async def test_a_server_that_is_configured_is_not_asked_and_a_name_is_given_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SomeServer({"/v1/models": listed("library", "a")}) as one, SomeServer(one.answers) as two:
        monkeypatch.setattr(PLACES, (UsualPort(one.port, "ollama"), UsualPort(two.port, "lmstudio")))
        catalog = Catalog(Settings(), environ={"OLLAMA_HOST": f"localhost:{one.port}"})
        assert [server.name for server in await catalog.look_for_servers()] == [f"ollama-{two.port}"]
        assert not one.requests
        await catalog.aclose()
        both = Catalog(Settings(), environ={})
        assert [server.name for server in await both.look_for_servers()] == ["ollama", f"ollama-{two.port}"]
        two.stop()
        assert [server.name for server in await both.look_for_servers()] == ["ollama"]
        assert f"ollama-{two.port}" not in both.names and both.provider(f"ollama-{two.port}"), (
            "a pane may still have it"
        )
        await both.aclose()


async def test_a_server_is_used_where_it_answers_now(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(Settings(), environ={})
    asked_early = catalog.provider("vllm")  # before it was looked for
    for _ in range(2):
        with SomeServer({"/v1/models": listed("vllm", "a")}) as server:
            monkeypatch.setattr(PLACES, (UsualPort(server.port, "vllm"),))
            await catalog.look_for_servers()
            assert catalog.provider("vllm") is not asked_early
            assert [model.id for model in await catalog.list_models("vllm")] == ["a"]
    await catalog.aclose()


def test_ports_of_this_machine() -> None:
    addresses = (
        "http://LOCALHOST:1234/v1",
        "http://[::1]:8080",
        "http://127.1:99",
        "https://x.localhost",
        "http://a.de:7",
    )
    providers = [
        ProviderSettings("x", Protocol.OPENAI, address) for address in (*addresses, "", "http://[", "http://[::1]:x")
    ]
    assert local_ports(providers) == {1234, 8080, 99, 443}


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"data": 1}, {"data": [1]}, {"object": "page", "data": []}])
def test_what_is_no_list(document: object) -> None:
    listed = read_listed(json.loads(json.dumps(document)))
    assert listed is None or listed.models == 0


async def test_the_usual_servers_can_be_used_by_name_without_any_settings() -> None:
    catalog = Catalog(Settings(), environ={})
    for name in ("lmstudio", "llamacpp", "vllm", "litellm"):
        assert catalog.effective(name).base_url == f"http://127.0.0.1:{USUAL[name].port}/v1"
    assert catalog.effective("ollama").base_url == "http://127.0.0.1:11434"
    with pytest.raises(ConfigurationError):
        catalog.settings("nobody")
    await catalog.aclose()
