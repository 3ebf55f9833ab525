"""What may go wrong with Label Studio.

ExchangeError
├── UnreachableError  it does not answer: waiting may help
├── RefusedError      it does not accept the token
└── NotFoundError     what was asked for does not exist
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from label_studio_sdk.core.api_error import ApiError

from clime_core.errors import ExchangeError

MAX_DETAIL_LENGTH = 500
"""Characters of Label Studio's own message that go into ours."""

_STARTING_UP = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)


class UnreachableError(ExchangeError):
    """Label Studio does not answer. Waiting may help."""


class RefusedError(ExchangeError):
    """Label Studio does not accept the token."""


class NotFoundError(ExchangeError):
    """What was asked for does not exist."""


@contextmanager
def explained(url: str, action: str) -> Iterator[None]:
    """Turn the SDK's errors into ours, which name the server and the action: "reading project 3"."""
    try:
        yield
    except ApiError as error:
        raise _answered(url, action, error) from error
    except httpx.TimeoutException as error:
        raise UnreachableError(f"{url}: no answer while {action}; is the server overloaded?") from error
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"{url}: cannot be reached while {action} ({error}); is Label Studio running there?"
        ) from error


def _answered(url: str, action: str, error: ApiError) -> ExchangeError:
    """The error for an answer with that status."""
    if error.status_code == httpx.codes.FORBIDDEN:
        return RefusedError(f"{url}: not allowed while {action}: {_detail(error.body)}")
    if error.status_code == httpx.codes.UNAUTHORIZED:
        return RefusedError(
            f"{url}: the token was refused while {action}; take a fresh one from Account & Settings"
            " (a legacy token must be enabled for the organisation; a personal token may have expired)"
        )
    if error.status_code == httpx.codes.NOT_FOUND:
        return NotFoundError(f"{url}: not found while {action}")
    if error.status_code in _STARTING_UP:
        return UnreachableError(f"{url}: answered {error.status_code} while {action}; is it starting up?")
    return ExchangeError(f"{url}: answered {error.status_code} while {action}: {_detail(error.body)}")


def _detail(body: Any) -> str:
    """Label Studio's own message, in short."""
    message = (body.get("validation_errors") or body.get("detail") or body) if isinstance(body, dict) else str(body)
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    return text[:MAX_DETAIL_LENGTH]
