"""Defines the errors of a request to a model: each has a kind for scripts and a sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """The closed set of failures that scripts may rely on; the values are part of the `--json` format."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    NOT_FOUND = "not_found"
    RATE_LIMIT = "rate_limit"
    CONTEXT_LENGTH = "context_length"
    CONTENT_FILTER = "content_filter"
    BAD_REQUEST = "bad_request"
    OVERLOADED = "overloaded"
    SERVER = "server"
    NETWORK = "network"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    REPETITION = "repetition"


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """A failure as data: the part of a `ChatError` that is kept in the message it ended."""

    kind: ErrorKind
    message: str
    """One sentence that says what happened and what to do next; never holds a key."""
    status: int | None = None
    """The HTTP status, where a server answered with one."""
    retry_after_s: float | None = None
    """How long the server asked to wait, in seconds."""


class ChatError(Exception):
    """Base class of every failure of a reply; raised by providers, recorded in the reply by `run_reply`."""

    kind: ClassVar[ErrorKind]

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        may_pass: bool | None = None,
        words: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after_s = retry_after_s
        self.may_pass = may_pass
        """Whether the same request may succeed a little later; None where the status and the kind say enough."""
        self.words = words
        """All that the server said, where it refused the request: the message quotes only the beginning."""

    def report(self) -> ErrorReport:
        return ErrorReport(self.kind, self.message, self.status, self.retry_after_s)


class AuthenticationError(ChatError):
    kind = ErrorKind.AUTHENTICATION


class PermissionDeniedError(ChatError):
    kind = ErrorKind.PERMISSION


class NotFoundError(ChatError):
    kind = ErrorKind.NOT_FOUND


class RateLimitError(ChatError):
    kind = ErrorKind.RATE_LIMIT


class ContextLengthError(ChatError):
    kind = ErrorKind.CONTEXT_LENGTH


class ContentFilterError(ChatError):
    kind = ErrorKind.CONTENT_FILTER


class BadRequestError(ChatError):
    kind = ErrorKind.BAD_REQUEST


class OverloadedError(ChatError):
    kind = ErrorKind.OVERLOADED


class ServerError(ChatError):
    kind = ErrorKind.SERVER


class NetworkError(ChatError):
    kind = ErrorKind.NETWORK


class TimeLimitError(ChatError):
    kind = ErrorKind.TIMEOUT


class ProtocolError(ChatError):
    kind = ErrorKind.PROTOCOL


class RepetitionError(ChatError):
    kind = ErrorKind.REPETITION


class ConfigurationError(Exception):
    """A settings file, a theme or an argument cannot be used; the message names the place and the remedy."""
