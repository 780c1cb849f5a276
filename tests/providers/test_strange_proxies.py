"""Proxy variables with any value: loopback is asked directly, and all else is one sentence and an `end` line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.contract import check_reply
from tests.commands.program import Program, Ran
from tests.flow.terminal import isolated_environment
from tests.servers.http import Exchange, LoopbackServer
from tests.servers.strange.wire import GOOD

KEY = "sk-a-key-that-stays-at-home"
ELSEWHERE = "http://192.0.2.1/v1"
"""An address of TEST-NET-1, that no request of a test may reach: the proxy is refused or answers first."""
# httpx#3574, kimi-cli#1959, orbstack#2456 (put into every container), basic-memory#1541
EXCEPTIONS = (
    "localhost,127.0.0.1,fd07:b51a:cc66:f0::/64",
    "[::1]",
    "fe80::/10",
    "::1",
    "10.0.0.0/8",
    "*",
    ".example.com, localhost:8080 ,",
    "http://[::1",
    "::1%lo",
    "bücher.example",
    "999.1.1.1/99",
)
PROXIES = (
    "http://127.0.0.1:3128\r",
    "http://[::1",
    "http://127.0.0.1:99999",
    "http://127.0.0.1:port",
    "ftp://proxy.example",
    "socks://proxy.example:1080",
    "socks5h://proxy.example:1080",
    "proxy.example",
    "http://",
    "://",
    "http://user:p@ss:w/rd@127.0.0.1:9",
    " ",
)
BROKEN = ("http://[::1", "http://127.0.0.1:99999", "ftp://proxy.example", "http://127.0.0.1:port")
VARIABLES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


class AnyServer(LoopbackServer):
    """Gives the good answer to every request, as a server and as a proxy."""

    async def answer(self, exchange: Exchange) -> None:
        await exchange.head(200, GOOD.headers)
        for step in GOOD.steps:
            assert isinstance(step, bytes)
            await exchange.send(step)
        await exchange.end()


@pytest.fixture(scope="module")
def server() -> Iterator[AnyServer]:
    with AnyServer() as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[AnyServer]:
    with AnyServer() as proxy:
        yield proxy


def ask(home: Path, base_url: str, **variables: str) -> Ran:
    program = Program(isolated_environment(home, HOME_KEY=KEY, **variables))
    program.configure(
        f'[providers.home]\nprotocol = "openai"\nbase_url = "{base_url}"\napi_key_env = "HOME_KEY"\nretries = 0\n'
        "timeout = { connect = 2, first_token = 5 }\n"
    )
    return program.run("ask", "--json", "-m", "home/any", "Hello?", code=None)


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("value", EXCEPTIONS)
def test_every_value_of_no_proxy_lets_loopback_through(
    server: AnyServer, tmp_path: Path, name: str, value: str
) -> None:
    end = check_reply(ask(tmp_path, f"{server.url}/v1", **{name: value}).lines)
    assert (end["status"], end["text"]) == ("complete", "Hello"), end


@pytest.mark.parametrize("value", PROXIES)
def test_every_value_of_a_proxy_lets_loopback_through(server: AnyServer, tmp_path: Path, value: str) -> None:
    variables = dict.fromkeys((*VARIABLES, "HTTPS_PROXY"), value)
    end = check_reply(ask(tmp_path, f"{server.url}/v1", **variables).lines)
    assert (end["status"], end["text"]) == ("complete", "Hello"), end


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.1"])
@pytest.mark.parametrize("variable", VARIABLES)
def test_a_key_for_loopback_never_goes_to_a_proxy(
    server: AnyServer, proxy: AnyServer, tmp_path: Path, variable: str, host: str
) -> None:
    ran = ask(tmp_path, f"http://{host}:{server.port}/v1", **{variable: proxy.url})
    assert proxy.requests == [], "the proxy was asked"
    check_reply(ran.lines)


@pytest.mark.parametrize("variable", VARIABLES)
def test_all_else_goes_to_the_proxy(proxy: AnyServer, tmp_path: Path, variable: str) -> None:
    end = check_reply(ask(tmp_path, ELSEWHERE, **{variable: proxy.url}).lines)
    assert (end["text"], proxy.requests[0].path) == ("Hello", f"{ELSEWHERE}/chat/completions")


@pytest.mark.parametrize("value", BROKEN)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "all_proxy"])
def test_a_proxy_that_cannot_be_is_one_sentence(tmp_path: Path, variable: str, value: str) -> None:
    ran = ask(tmp_path, ELSEWHERE, **{variable: value})
    end = check_reply(ran.lines)
    assert (ran.code, end["error"]["kind"]) == (1, "network"), end
    assert variable in end["error"]["message"], "it names the variable"
    assert len(ran.error) < 500 and KEY not in ran.out + ran.errors
