"""Every value of the proxy variables: requests go where curl would send them, or one sentence names the variable."""

from __future__ import annotations

import asyncio
import base64
import string
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.servers.http import Exchange, LoopbackServer
from textchat.core.configuration import Protocol, ProviderSettings, Timeouts
from textchat.core.errors import ChatError, NetworkError
from textchat.providers.http.client import HttpProvider
from textchat.providers.http.proxies import is_exempt, proxy_for
from textchat.providers.protocols.by_name import chat_protocol

VARIABLES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
NO_PROXY_VALUES = (
    "localhost,127.0.0.1,fd07:b51a:cc66:f0::/64",
    "[::1]",
    "fe80::/10",
    "::1",
    "[fd07::1]:8080",
    "[::1",
    "::1]",
    "[",
    "http://[::1",
    "10.0.0.0/8",
    "10.0.0.0/99",
    "fd07::/x",
    "*.lan",
    ".",
    "..",
    ":8080",
    "a:99999",
    "bücher.example",
    " , ,\r",
    "\udce4",
)


class Lists(LoopbackServer):
    """A server that lists one model, whoever asks; a proxy, too, that answers for others."""

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply_json(200, {"data": [{"id": "a-model"}]})


@pytest.fixture(scope="module")
def lists() -> Iterator[Lists]:
    with Lists() as server:
        yield server


async def listed(base_url: str) -> list[str]:
    made = ProviderSettings("local", Protocol.OPENAI, base_url, timeout=Timeouts(connect=5))
    asking = HttpProvider(chat_protocol(made), environ={})
    try:
        return [model.id for model in await asking.list_models()]
    finally:
        await asking.aclose()


# -- what is named as a proxy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "http://127.0.0.1:{}",
        "HTTP://127.0.0.1:{}/",
        "127.0.0.1:{}",
        "localhost:{}",
        " http://127.0.0.1:{} ",
        "http://127.0.0.1:{}\r",
        "http://127.0.0.1:{}/path?query",
        "http://:@127.0.0.1:{}",
    ],
)
async def test_every_spelling_of_a_proxy_is_used(lists: Lists, spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", spelling.format(lists.port))
    assert await listed("http://models.invalid/v1") == ["a-model"]
    assert lists.requests[-1].path == "http://models.invalid/v1/models"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("name:word", "name:word"),
        ("na%20me:w%40r%3Ad", "na me:w@r:d"),
        ("name:w@rd", "name:w@rd"),
        ("n%C3%A4:ü", "nä:ü"),
    ],
)
async def test_name_and_password_of_a_proxy_are_sent_as_they_are_meant(
    lists: Lists, written: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{written}@127.0.0.1:{lists.port}")
    assert await listed("http://models.invalid/v1") == ["a-model"]
    sent = lists.requests[-1].headers["proxy-authorization"].removeprefix("Basic ")
    assert base64.b64decode(sent).decode() == meant


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    "value",
    [
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1:eighty",
        "http://secret:secret/@127.0.0.1:1",
        "http://",
        "http://:3128",
        "//127.0.0.1:3128",
        "http://a b:1",
        "http://a\x01b:1",
        "http://\udce4:1",
        "http://x:\udce4@127.0.0.1:1",
        "http://x:%ff@127.0.0.1:1",
        "::1",
        "http=a:1;https=b:2",
        f"socks5h://x:{'secret' * 50}@127.0.0.1:1",
        "ftp://127.0.0.1:1",
        "socks4://127.0.0.1:1",
        "direct://",
    ],
)
async def test_a_proxy_that_cannot_be_is_one_sentence_that_names_the_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    scheme = "https" if "HTTPS" in variable.upper() else "http"
    with pytest.raises(NetworkError, match=f"^{variable} ") as raised:
        await listed(f"{scheme}://models.invalid/v1")
    assert "\n" not in str(raised.value) and "secret" not in str(raised.value)
    assert raised.value.may_pass is False


@pytest.mark.parametrize("value", ["", " ", "\r\n"])
async def test_an_empty_proxy_is_none(lists: Lists, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)
    monkeypatch.setenv("ALL_PROXY", lists.url)
    assert await listed("http://models.invalid/v1") == ["a-model"]
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(ChatError, match="base_url of local"):
        await listed("http://models.invalid/v1")


async def test_the_spelling_in_lower_case_wins_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:2")
    with pytest.raises(NetworkError, match="Check https_proxy"):
        await listed("https://models.invalid/v1")


class Refusing(LoopbackServer):
    """A proxy that wants a password."""

    async def answer(self, exchange: Exchange) -> None:
        await exchange.reply(407, b"")


async def test_a_proxy_that_refuses_is_said_to_with_its_status(monkeypatch: pytest.MonkeyPatch) -> None:
    with Refusing() as refusing:
        monkeypatch.setenv("HTTPS_PROXY", refusing.url)
        with pytest.raises(NetworkError, match=r"proxy .* refused the connection \(HTTP 407\)\. Check HTTPS_PROXY"):
            await listed("https://models.invalid/v1")


async def test_a_socks_proxy_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("socksio", reason="needs httpx[socks]")

    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(NetworkError, match="ALL_PROXY is no SOCKS proxy"):
            await listed("http://models.invalid/v1")


# -- what is exempt ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("no_proxy", "address", "expected"),
    [
        ("*", "http://a.example", True),
        ("b.example, *", "http://a.example", True),
        ("a.example", "http://A.Example.", True),
        ("a.example", "http://b.a.example", True),
        (".a.example", "http://a.example", True),
        ("*.a.example", "http://b.a.example", True),
        ("a.example.", "http://a.example", True),
        ("a.example", "http://aa.example", False),
        ("b.a.example", "http://a.example", False),
        ("x y a.example", "http://a.example", True),
        ("x,\ta.example\r\n", "http://a.example", True),
        ("a.example:8080", "http://a.example:8080", True),
        ("a.example:8080", "http://a.example:8081", False),
        ("a.example:443", "https://a.example", True),
        ("http://a.example", "http://a.example", True),
        ("https://a.example", "http://a.example", False),
        ("bücher.example", "http://xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "http://bücher.example", True),
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.9.9.9/8", "http://10.1.2.3", True),
        ("10.0.0.0/8", "http://11.0.0.1", False),
        ("10.0.0.0/8", "http://10.example", False),
        ("10.1.2.3", "http://10.1.2.3", True),
        ("3", "http://10.1.2.3", False),
        ("10.1.2.3:80", "http://10.1.2.3", True),
        ("10.0.0.0/8", "http://[::ffff:10.1.2.3]", True),
        ("fd07::/64", "http://[fd07::5]", True),
        ("fd07::/64", "http://[fd08::5]", False),
        ("[fd07::5]", "http://[fd07:0::5]", True),
        ("fd07::5", "http://[FD07::5]", True),
        ("[fd07::/64]", "http://[fd07::5]", False),
        ("[fd07::5]:80", "http://[fd07::5]", True),
        ("[fd07::5]:81", "http://[fd07::5]", False),
        ("fe80::/10", "http://[fe80::1]", True),
        ("", "http://a.example", False),
        (", ,.,:,[,]", "http://a.example", False),
    ],
)
def test_no_proxy_is_read_as_curl_reads_it(no_proxy: str, address: str, expected: bool) -> None:
    url = httpx.URL(address)
    port = url.port or (443 if url.scheme == "https" else 80)
    assert is_exempt(no_proxy, url.scheme, url.host, port) is expected


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.parametrize("value", [value for value in NO_PROXY_VALUES if "\udce4" not in value])
async def test_whatever_no_proxy_holds_servers_are_reached(
    lists: Lists, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert await listed(f"{lists.url}/v1") == ["a-model"]
    monkeypatch.setenv("HTTP_PROXY", lists.url)
    assert await listed("http://models.invalid/v1") == ["a-model"]


# -- anything ----------------------------------------------------------------------------------------------------------

SIGNS = [*"@[]%,*.#?:/ ü\\\r\x01\udce4"]
WORDS = ["http", "https", "socks5h", "ftp", "://", "::1", "127.0.0.1", "%25", "99999", "80", "a.example", "/64", "xn--"]
PIECES = st.sampled_from([*SIGNS, *WORDS, "a" * 70])
VALUES = st.lists(PIECES, max_size=8).map("".join) | st.text(st.sampled_from(string.printable + "ü٣。"), max_size=12)


@settings(max_examples=examples(600), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES, no_proxy=VALUES, scheme=st.sampled_from(["http", "https"]))
@example(value="http://127.0.0.1:1", no_proxy="[::1]", scheme="http")
@example(value="http://127.0.0.1:99999", no_proxy="", scheme="https")
def test_any_value_is_a_proxy_or_none_or_one_sentence(
    value: str, no_proxy: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    for host in ("127.0.0.1", "::1", "x.localhost"):
        assert proxy_for(scheme, host, 8080) is None
    try:
        proxy = proxy_for(scheme, "models.invalid", 8080)
    except NetworkError as error:
        assert str(error).startswith("ALL_PROXY ") and len(str(error).splitlines()) == 1
    else:
        assert proxy is None or (proxy.host and 0 < proxy.port < 65536)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES, no_proxy=VALUES)
async def test_whatever_the_variables_hold_a_request_ends_in_an_answer_or_a_sentence(
    lists: Lists, value: str, no_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert await listed(f"{lists.url}/v1") == ["a-model"]
    made = ProviderSettings("far", Protocol.OPENAI, "https://models.invalid/v1")
    asking = HttpProvider(chat_protocol(made), environ={})
    with suppress(ChatError):
        await asking.prepare()  # sets up the network and sends nothing
    await asking.aclose()
