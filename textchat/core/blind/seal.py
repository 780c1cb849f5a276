"""Puts values out of sight: what is sealed cannot be read by a look at a file, a table or a list of strings.

It is no secret. Whoever has this program can open it, and is meant to: after a crash, in another process, or at the
vote. It keeps a judge from reading by accident what he does not want to know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from typing import Any

MARK = "blind:"
"""What sealed texts begin with: neither JSON nor the name of a model does."""
_NONCE = 8
_STEP = 64
"""Bytes that lengths are multiples of, for the length of a name may tell it."""


def sealed(value: Any) -> str:
    """Plain data as a text that tells nothing; another one each time."""
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
    plain += b" " * (-len(plain) % _STEP)
    nonce = os.urandom(_NONCE)
    return MARK + base64.b64encode(nonce + _turned(plain, nonce)).decode()


def opened(text: str) -> Any:
    """The value that was sealed; raises ValueError for any other text."""
    if not is_sealed(text):
        raise ValueError("not sealed")
    try:
        data = base64.b64decode(text[len(MARK) :], validate=True)
        return json.loads(_turned(data[_NONCE:], data[:_NONCE]))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError("not sealed") from error


def is_sealed(text: str | None) -> bool:
    return text is not None and text.startswith(MARK)


def opened_text(text: str | None) -> str | None:
    """A text that may have been sealed as it was, any other one unchanged."""
    return str(opened(text)) if text is not None and is_sealed(text) else text


def sealed_model(conversation_id: str, model: str) -> str:
    """The name of a model for the journal of requests, which knows no conversations."""
    return sealed([conversation_id, model])


def model_of(text: str) -> tuple[str, str]:
    """The conversation and the model of `sealed_model`; raises ValueError for another text."""
    match opened(text):
        case [str(conversation_id), str(model)]:
            return conversation_id, model
    raise ValueError("not the name of a model")


def _turned(data: bytes, nonce: bytes) -> bytes:
    mask = hashlib.shake_256(b"textchat" + nonce).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, mask, strict=True))
