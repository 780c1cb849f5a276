"""What is taken for a secret, and what is not."""

from __future__ import annotations

import pytest

from textchat.core.text.secrets import MASK, is_secret_name, is_secret_value, masked_url


@pytest.mark.parametrize(
    "name",
    [
        *("Authorization", "Proxy-Authorization", "X-Api-Key", "x-goog-api-key", "api-key", "apiKey", "apikey"),
        *("Ocp-Apim-Subscription-Key", "Cookie", "Set-Cookie", "X-Auth-Token", "accessToken", "authtoken", "key"),
        *("client_secret", "X-Amz-Signature", "password", "X-Session"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("max_tokens", "max_completion_tokens", "x-ratelimit-remaining-tokens", "monkey", "X-Team", "author"),
        *("Content-Type", "x-request-id", "temperature", "tokenizer"),
    ],
)
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_values_that_look_like_a_key_by_themselves() -> None:
    assert all(map(is_secret_value, ("Bearer x", "basic eA==", "sk-proj0123456789", "AIza0123456789abcd")))
    assert all(map(is_secret_value, ("sk-proj-Ab0-Cd1_Ef2-Gh3", "sk-ant-api03-AbCdEfGh", "sk-or-v1-0123456789ab")))
    assert not any(
        map(is_secret_value, ("sk-learn-is-a-library", "blue", "sketch", "bearer", "token-free", "basically"))
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host:8080/v1?version=2&alt=sse", "https://host:8080/v1?version=2&alt=sse"),
        ("https://me:pass@host/v1", f"https://{MASK}@host/v1"),
        ("https://token@host/v1", f"https://{MASK}@host/v1"),
        ("https://host/?a=1&api%5Fkey=SECRET&b=2#SECRET", f"https://host/?a=1&api%5Fkey={MASK}&b=2"),
        ("https://host/?X=sk-proj0123456789ab", f"https://host/?X={MASK}"),
        ("https://host/?code=SECRET&sig=SECRET", f"https://host/?code={MASK}&sig={MASK}"),
        ("https://host/?key=", "https://host/?key="),
        ("https://[SECRET", MASK),
    ],
)
def test_an_address_keeps_what_is_no_secret(url: str, shown: str) -> None:
    assert masked_url(url) == shown
