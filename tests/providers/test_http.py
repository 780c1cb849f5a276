"""What all protocols share: keys that stay with their host, a prompt close, connections, proxies, certificates."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.providers.transcripts import answered, request_of
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.openai import OpenAIServer
from tests.servers.waiting import Gate, wait_until
from textchat.core.configuration import Protocol, ProviderSettings, Timeouts
from textchat.core.errors import (
    AuthenticationError,
    ChatError,
    NetworkError,
    ProtocolError,
    RateLimitError,
    TimeLimitError,
)
from textchat.core.events import TextDelta
from textchat.core.trace import Trace
from textchat.providers.http import connections
from textchat.providers.http.client import HttpProvider
from textchat.providers.protocols.by_name import chat_protocol

KEY = "sk-secret-123456"


class NoNetwork(httpx.AsyncBaseTransport):
    """A test that gets here has sent what it must not."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"sent to {request.url}")


def provider(base_url: str, *, environ: Mapping[str, str] | None = None, **settings: Any) -> HttpProvider:
    made = ProviderSettings("local", Protocol.OPENAI, base_url, **settings)
    return HttpProvider(chat_protocol(made), environ=environ or {})


async def asked(asking: HttpProvider, tap: Trace | None = None) -> str:
    try:
        events = [event async for event in asking.stream(request_of(), tap)]
    finally:
        await asking.aclose()
    return "".join(event.text for event in events if isinstance(event, TextDelta))


@pytest.fixture
def server(openai_server: OpenAIServer) -> OpenAIServer:
    openai_server.say("a-model", "yes")
    return openai_server


def key_sent(server: LoopbackServer) -> str | None:
    return server.requests[-1].headers.get("authorization")


# -- keys --------------------------------------------------------------------------------------------------------------


async def test_a_configured_server_is_sent_no_key_that_nobody_named(server: OpenAIServer) -> None:
    environ = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY}
    assert await asked(provider(server.base_url, environ=environ)) == "yes"
    assert key_sent(server) is None
    assert KEY not in str(server.requests[-1].headers)


async def test_the_usual_key_goes_where_the_usual_variable_points(server: OpenAIServer) -> None:
    environ = {"OPENAI_API_KEY": f" {KEY}\n", "OPENAI_BASE_URL": server.base_url}
    assert await asked(provider("", environ=environ)) == "yes"
    assert key_sent(server) == f"Bearer {KEY}"


async def test_a_named_variable_is_read_when_it_is_needed(server: OpenAIServer) -> None:
    environ = {"LOCAL_KEY": KEY, "OPENAI_API_KEY": "other"}
    assert await asked(provider(server.base_url, environ=environ, api_key_env="LOCAL_KEY")) == "yes"
    assert key_sent(server) == f"Bearer {KEY}"
    assert await asked(provider(server.base_url, api_key_env="LOCAL_KEY")) == "yes"
    assert key_sent(server) is None


async def test_a_refused_key_names_the_variable_to_mend(server: OpenAIServer) -> None:
    server.key = "another"
    with pytest.raises(AuthenticationError, match="Check the key in LOCAL_KEY"):
        await asked(provider(server.base_url, environ={"LOCAL_KEY": KEY}, api_key_env="LOCAL_KEY"))
    with pytest.raises(AuthenticationError, match="Set LOCAL_KEY"):
        await asked(provider(server.base_url, api_key_env="LOCAL_KEY"))
    with pytest.raises(AuthenticationError, match="api_key_env"):
        await asked(provider(server.base_url))


@pytest.mark.parametrize(
    ("base_url", "variable"),
    [("", "OPENAI_API_KEY"), ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY")],
)
async def test_a_public_server_is_not_asked_without_a_key(base_url: str, variable: str) -> None:
    made = ProviderSettings("public", Protocol.OPENAI, base_url)
    with pytest.raises(AuthenticationError, match=f"Set {variable}"):
        await asked(HttpProvider(chat_protocol(made), transport=NoNetwork(), environ={}))


@pytest.mark.parametrize("url", ["http://api.openai.com/v1", "https://api.openai.com.evil.example/v1"])
async def test_a_usual_key_goes_to_its_own_host_only_and_never_in_the_open(url: str) -> None:
    sent: list[httpx.Request] = []

    class Listening(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            sent.append(request)
            return httpx.Response(500)

    for address in (url, "https://api.openai.com/v1"):
        made = ProviderSettings("x", Protocol.OPENAI, address)
        with pytest.raises(ChatError):
            await asked(HttpProvider(chat_protocol(made), transport=Listening(), environ={"OPENAI_API_KEY": KEY}))
    assert "authorization" not in sent[0].headers
    assert sent[1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_command_is_run_once_and_again_after_a_refusal(server: OpenAIServer, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    command = f"echo run >> '{runs}'; echo {KEY}"
    asking = provider(server.base_url, api_key_command=command)
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(all_events(asking))
    assert key_sent(server) == f"Bearer {KEY}"
    assert runs.read_text().count("run") == 1
    server.key = "another"
    with pytest.raises(AuthenticationError, match="api_key_command"):
        await all_events(asking)
    server.key = KEY
    await all_events(asking)
    assert runs.read_text().count("run") == 2
    await asking.aclose()


async def all_events(asking: HttpProvider) -> list[object]:
    return [*await answered(asking.stream(request_of()))]


@pytest.mark.parametrize(
    ("command", "how"),
    [
        (f"echo {KEY}; exit 3", "exit code 3"),
        ("true", "printed nothing"),
        ("no-such-program-anywhere", "exit code 127"),
        ("printf 'two words'", "contains invalid characters"),
        (f"echo {KEY}; echo {KEY}", "more than one line"),
        (f"head -c 10000000 /dev/zero | tr '\\0' a; echo {KEY}", "more than 64 KiB"),
        (("no-such-program-anywhere",), "could not be run: No such file"),
        (("sh", "-c", "kill -9 $$"), "exit code -9"),
    ],
)
async def test_a_command_that_fails_says_how_and_not_what(
    server: OpenAIServer, command: str | tuple[str, ...], how: str
) -> None:
    with pytest.raises(AuthenticationError, match=how) as raised:
        await asked(provider(server.base_url, api_key_command=command))
    assert KEY not in raised.value.message
    assert server.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
async def test_a_command_ends_with_what_it_left_in_the_background(server: OpenAIServer, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    asking = provider(server.base_url, api_key_command=f"sleep 600 & echo $! > '{pid}'; echo {KEY}")
    async with asyncio.timeout(20):
        await all_events(asking)
    assert key_sent(server) == f"Bearer {KEY}"
    await wait_until(lambda: not is_running(int(pid.read_text())), "the process in the background ends")
    await asking.aclose()


async def test_a_list_is_run_without_a_shell(server: OpenAIServer) -> None:
    asking = provider(server.base_url, api_key_command=("printf", "%s", "$HOME;`x`"))
    await all_events(asking)
    assert key_sent(server) == "Bearer $HOME;`x`"
    await asking.aclose()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such pipes")
@pytest.mark.parametrize("steps", range(8))
async def test_cancelling_while_a_command_starts_waits_for_nothing_it_leaves_behind(tmp_path: Path, steps: int) -> None:
    fifo = tmp_path / "waits"
    os.mkfifo(fifo)
    asking = asyncio.create_task(all_events(provider("http://127.0.0.1:9/v1", api_key_command=f"cat '{fifo}'; echo x")))
    for _ in range(steps):
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(20):
            await asking
    writing = os.open(fifo, os.O_RDWR)  # what was left behind ends: it reads to the end, or finds no such file
    fifo.unlink()
    os.close(writing)


async def test_cancelling_ends_the_command(server: OpenAIServer, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    task = asyncio.create_task(
        all_events(provider(server.base_url, api_key_command=f"sleep 600 & echo $! > '{pid}'; wait"))
    )
    async with asyncio.timeout(10):
        while not (pid.exists() and pid.read_text().strip()):
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await wait_until(lambda: not is_running(int(pid.read_text())), "the command ends")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# -- where a request goes ----------------------------------------------------------------------------------------------


class Redirecting(LoopbackServer):
    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply(307, b"", {"Location": f"{self.target}/chat/completions"})


async def test_a_redirect_is_not_followed(server: OpenAIServer) -> None:
    with Redirecting(server.base_url) as other, pytest.raises(ProtocolError, match="redirects to http://127") as raised:
        await asked(provider(other.url, environ={"K": KEY}, api_key_env="K"))
    assert raised.value.status == 307
    assert server.requests == []


async def test_headers_of_the_settings_go_along_and_a_query_stays(server: OpenAIServer) -> None:
    with pytest.raises(ChatError):
        await asked(provider(f"{server.base_url}?api-version=7", headers={"X-Team": "blue", "User-Agent": "mine"}))
    request = server.requests[-1]
    assert request.path == "/v1/chat/completions?api-version=7"
    assert (request.headers["x-team"], request.headers["user-agent"]) == ("blue", "mine")
    assert request.headers["accept-encoding"] == "identity"


async def test_a_proxy_of_the_environment_is_used(server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    with pytest.raises(ChatError):
        await asked(provider("http://models.invalid/v1"))
    assert server.requests[-1].path == "http://models.invalid/v1/chat/completions"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert await asked(provider(server.base_url)) == "yes"
    assert server.requests[-1].path == "/v1/chat/completions"


class Proxy(LoopbackServer):
    """A proxy that takes every request and forwards none."""

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply(502, b"")


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as listening:
        yield listening


PROXY_VARIABLES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


@pytest.mark.parametrize("variable", PROXY_VARIABLES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST.", "127.8.9.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
async def test_a_server_on_this_machine_is_never_asked_through_a_proxy(
    server: OpenAIServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    monkeypatch.setenv("NO_PROXY", "elsewhere.example")
    with contextlib.suppress(NetworkError):  # not every machine can reach every one of these
        await asked(provider(f"http://{host}:{server.port}/v1", environ={"K": KEY}, api_key_env="K"))
    assert proxy.connections == 0
    if host in ("127.0.0.1", "localhost"):
        assert key_sent(server) == f"Bearer {KEY}"


@pytest.mark.parametrize("protocol", [Protocol.OPENAI, Protocol.ANTHROPIC, Protocol.GEMINI, Protocol.OLLAMA])
@pytest.mark.parametrize("base", ["http://{}", "https://{}"])
async def test_no_protocol_tells_a_proxy_what_is_for_this_machine(
    server: OpenAIServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, protocol: Protocol, base: str
) -> None:
    for variable in PROXY_VARIABLES:
        monkeypatch.setenv(variable, proxy.url)
    for host in (f"127.0.0.1:{server.port}", f"x.localhost:{server.port}", f"[::1]:{server.port}"):
        made = ProviderSettings("local", protocol, base.format(host), api_key_env="K")
        asking = HttpProvider(chat_protocol(made), environ={"K": KEY})
        with pytest.raises(ChatError):
            await asking.list_models()
        with pytest.raises(ChatError):
            await asked(asking)
    assert proxy.connections == 0


async def test_a_server_on_this_machine_without_encryption_needs_no_certificates(
    server: OpenAIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    assert await asked(provider(server.base_url)) == "yes"


async def test_a_proxy_that_cannot_be_used_is_nothing_to_a_server_on_this_machine(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1")
    assert await asked(provider(server.base_url)) == "yes"


@pytest.mark.parametrize(
    "host", ["localhost.example", "127.0.0.1.example", "notlocalhost", "10.0.0.1", "[2001:db8::1]"]
)
async def test_every_other_server_is_asked_through_the_proxy(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with pytest.raises(ChatError):
        await asked(provider(f"http://{host}/v1"))
    assert host.strip("[]") in proxy.requests[-1].path


@pytest.mark.parametrize("address", ["http://models.invalid/v1", "https://models.invalid/v1"])
async def test_a_proxy_that_does_not_answer_is_named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://name:pass@127.0.0.1:1")
    with pytest.raises(NetworkError, match=r"No response from the proxy for https?://models.invalid") as raised:
        await asked(provider(address))
    assert "pass" not in str(raised.value)
    monkeypatch.setenv("NO_PROXY", "models.invalid")
    with pytest.raises(NetworkError, match="base_url of local"):
        await asked(provider(address))


async def test_the_variable_that_holds_the_address_is_named() -> None:
    with pytest.raises(NetworkError, match=r"No response from http://127.0.0.1:1.* correct OPENAI_BASE_URL"):
        await asked(provider("", environ={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}))


@pytest.mark.parametrize("variable", [{"ALL_PROXY": "socks5://127.0.0.1:1"}, {"HTTP_PROXY": "gopher://127.0.0.1"}])
async def test_a_proxy_that_cannot_be_used_is_a_failure_like_any_other(
    variable: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NetworkError, match=r"PROXY|SOCKS"):
        await asked(provider("http://models.invalid/v1"))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
async def test_certificates_are_checked_against_those_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    line = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout {key} -out {certificate}"
    command = [*line.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with OpenAIServer(tls=context) as server:
        server.say("a-model", "yes")
        with pytest.raises(NetworkError, match="SSL_CERT_FILE") as raised:
            await asked(provider(server.base_url))
        assert raised.value.may_pass is False
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await asked(provider(server.base_url)) == "yes"
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(NetworkError, match="SSL_CERT_FILE"):
        await asked(provider("https://127.0.0.1:1/v1"))


# -- connections -------------------------------------------------------------------------------------------------------


async def test_a_connection_is_used_again(server: OpenAIServer) -> None:
    asking = provider(server.base_url)
    for _ in range(3):
        await all_events(asking)
    await asking.list_models()
    await asking.aclose()
    assert len(server.requests) == 4
    assert server.connections == 1


async def test_an_idle_connection_is_closed_also_while_another_is_used(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_S", 0.02)
    asking, gate = provider(server.base_url), Gate()
    await all_events(asking)
    await wait_until(lambda: server.closed_connections == 1, "the idle connection is closed")
    server.script("a-model", "first", gate, "last", once=True)
    async with aclosing(asking.stream(request_of())) as events:
        assert await anext(event async for event in events if isinstance(event, TextDelta)) == TextDelta("first")
        await all_events(asking)
        await wait_until(lambda: server.closed_connections == 2, "the one that has become idle is closed")
        gate.open()
        assert TextDelta("last") in [event async for event in events], "the one that is used is not"
    await asking.aclose()
    assert server.connections == 3


async def test_a_reply_that_is_cancelled_at_its_end_leaves_no_connection_open(
    server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each of the turns of the loop that its end takes, which closes the response."""
    monkeypatch.setattr(connections, "IDLE_S", 0.02)
    asking = provider(server.base_url)
    was_cancelled = True
    turns = 0
    while was_cancelled:
        has_all = asyncio.Event()
        reading = asyncio.create_task(_read(asking, has_all))
        await has_all.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading})
        was_cancelled = reading.cancelled()
        turns += 1
    assert turns > 3
    await wait_until(lambda: server.closed_connections == server.connections, "all connections are closed")
    await asking.aclose()


async def _read(asking: HttpProvider, has_all: asyncio.Event) -> None:
    """Read an answer, and tell when its text has come."""
    async with aclosing(asking.stream(request_of())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                has_all.set()


async def test_whoever_is_cancelled_while_closing_leaves_no_connection_open(server: OpenAIServer) -> None:
    gate = Gate()
    server.script("a-model", "a", gate, "b")
    asking = provider(server.base_url)
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(all_events(asking))
        await gate.until_reached(3)
        gate.open()
    closing = asyncio.create_task(asking.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    await wait_until(lambda: server.closed_connections == server.connections == 3, "all connections are closed")


async def test_several_are_asked_at_once(server: OpenAIServer) -> None:
    gate = Gate()
    server.script("a-model", "a", gate, "b")
    asking = provider(server.base_url)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(all_events(asking)) for _ in range(5)]
        await gate.until_reached(5)
        gate.open()
    assert all(task.result() == tasks[0].result() for task in tasks)
    await asking.aclose()


async def test_closing_the_generator_closes_the_response_at_once(server: OpenAIServer) -> None:
    gate = Gate()
    server.script("a-model", "first", gate, "never")
    asking = provider(server.base_url)
    async with aclosing(asking.stream(request_of())) as events:
        assert await anext(event async for event in events if isinstance(event, TextDelta)) == TextDelta("first")
    await server.requests[0].until_disconnected()
    await asking.aclose()


async def test_a_list_that_does_not_come_is_limited() -> None:
    class Silent(LoopbackServer):
        async def answer(self, exchange: Exchange) -> None:
            await asyncio.Event().wait()

    with Silent() as silent:
        asking = provider(silent.url, timeout=Timeouts(first_token=0.5))
        with pytest.raises(TimeLimitError, match="list its models"):
            await asking.list_models()
        await silent.requests[0].until_disconnected()
        await asking.aclose()


# -- what may be seen --------------------------------------------------------------------------------------------------


async def test_a_tap_sees_everything_but_secrets(server: OpenAIServer) -> None:
    trace = Trace()
    with_password = server.base_url.replace("http://", "http://me:pass-word@")
    address = f"{with_password}?token=tok-123456&plain=1"
    asking = provider(
        address, environ={"K": KEY}, api_key_env="K", headers={"X-Api-Key": "header-secret", "X-Team": "blue"}
    )
    with pytest.raises(ChatError) as raised:  # the query makes it another path for this server
        await asked(asking, trace)
    seen = repr(
        [
            (e.method, e.url, dict(e.headers), e.body, e.status, dict(e.response_headers), e.chunks)
            for e in trace.exchanges
        ]
    )
    for secret in (KEY, "pass-word", "tok-123456", "header-secret"):
        assert secret not in seen
        assert secret not in raised.value.message
    exchange = trace.exchanges[0]
    assert exchange.status == 404
    assert exchange.headers["x-team"] == "blue"
    assert "plain=1" in exchange.url
    assert b'"model":"a-model"' in exchange.body
    assert b"Invalid URL" in b"".join(chunk.data for chunk in exchange.chunks)


async def test_the_wait_that_a_server_asks_for_is_told(server: OpenAIServer) -> None:
    server.refuse("a-model", 429, "Slow down", headers={"Retry-After": "90"})
    with pytest.raises(RateLimitError, match=r"Slow down.*90 seconds") as raised:
        await asked(provider(server.base_url))
    assert (raised.value.status, raised.value.retry_after_s) == (429, 90.0)


# -- imports -----------------------------------------------------------------------------------------------------------


def test_a_model_is_opened_without_httpx() -> None:
    program = (
        "import sys; from textchat.core.configuration import Settings; from textchat.providers.catalog import Catalog\n"
        "catalog = Catalog(Settings())\n"
        "for name in ('demo/fast', 'openai/x', 'anthropic/x', 'gemini/x', 'ollama/x', 'groq/a/b'): catalog.open(name)\n"
        "loaded = {'httpx', 'textual', 'tiktoken', 'anyio'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
