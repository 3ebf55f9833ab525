"""Label Studio's errors in words for people."""

import httpx
import pytest
from label_studio_sdk.core.api_error import ApiError

from clime_core.errors import ExchangeError
from ml_backend.label_studio.errors import NotFoundError, RefusedError, UnreachableError, explained

URL = "https://ls.example"


def raised(error: Exception) -> ExchangeError:
    """What becomes of an error while a project is read."""
    with pytest.raises(ExchangeError) as caught, explained(URL, "reading project 3"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "part"),
    [
        (401, RefusedError, "the token was refused while reading project 3; take a fresh one"),
        (403, RefusedError, "not allowed while reading project 3: no rights"),
        (404, NotFoundError, "not found while reading project 3"),
        (502, UnreachableError, "answered 502 while reading project 3; is it starting up?"),
        (503, UnreachableError, "answered 503"),
        (504, UnreachableError, "answered 504"),
        (400, ExchangeError, "answered 400 while reading project 3: no rights"),
        (500, ExchangeError, "answered 500"),
    ],
)
def test_each_status_says_what_happened(status: int, kind: type[ExchangeError], part: str) -> None:
    """Only where waiting may help is the server unreachable."""
    error = raised(ApiError(status_code=status, body={"detail": "no rights"}))
    assert type(error) is kind
    assert f"{URL}: {part}" in str(error)


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (httpx.ReadTimeout("slow"), "no answer while reading project 3"),
        (httpx.ConnectError("refused"), "cannot be reached while reading project 3 (refused)"),
    ],
)
def test_a_server_that_is_away_is_unreachable(error: Exception, part: str) -> None:
    """The round then waits instead of failing."""
    reported = raised(error)
    assert isinstance(reported, UnreachableError)
    assert part in str(reported)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"detail": "d", "validation_errors": {"title": ["too long"]}}, '{"title": ["too long"]}'),
        ({"detail": "wrong"}, "wrong"),
        ({"other": "ä"}, '{"other": "ä"}'),
        ("<html>", "<html>"),
        ("x" * 900, "x" * 500),
    ],
)
def test_the_message_has_label_studios_own_words_in_short(body: object, detail: str) -> None:
    """The most telling field of its answer, of bounded length."""
    assert str(raised(ApiError(status_code=400, body=body))).split("project 3: ")[1] == detail


def test_an_error_of_our_own_is_left_as_it_is() -> None:
    """Only errors of the SDK are turned into ours."""
    error = ExchangeError("sent 3 tasks, 2 were imported")
    assert raised(error) is error
