"""An annotator's seat, at a small server that answers as Label Studio's forms do; tests/live has the real one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest

from clime_core.errors import ExchangeError
from ml_backend.label_studio.annotator_client import AnnotatorClient, Login, join

OWNER, ADA = Login("owner@example.com", "owner-password"), Login("ada@example.com", "ada-password")
TOKEN = "the-csrf-token"


@dataclass
class Forms:
    """Users, who is logged in by the session cookie, and what was sent. A form needs the token and the Referer."""

    users: dict[str, str] = field(default_factory=lambda: {OWNER.email: OWNER.password})
    queue: list[int] = field(default_factory=list)
    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    status: int = 201
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Answers as the forms do."""

    forms: Forms

    def do_GET(self) -> None:
        """Pages, and what programs ask."""
        if self.path == "/api/current-user/whoami":
            self.answer(200 if self.user() else 401, {"email": self.user()})
        elif self.path == "/api/invite":
            self.answer(200, {"invite_url": f"{self.forms.url}/user/signup/?token=invited"})
        elif self.path == "/api/projects/3/next":
            self.answer(200, {"id": self.forms.queue[0]}) if self.forms.queue else self.answer(404, {})
        elif self.path.startswith("/user/"):
            self.answer(200, {})
        else:
            self.answer(500, {"detail": "broken"})

    def do_POST(self) -> None:
        """Forms, and annotations."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.startswith("/user/"):
            self.form({name: values[0] for name, values in parse_qs(body).items()})
        else:
            self.json(json.loads(body))

    def do_PATCH(self) -> None:
        """A changed annotation."""
        self.json(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def form(self, fields: dict[str, str]) -> None:
        """Sign up or log in; with the form's token alone."""
        allowed = fields.get("csrfmiddlewaretoken") == TOKEN and self.headers["Referer"] == self.forms.url + self.path
        if allowed and self.path == "/user/signup/?token=invited":
            self.forms.users[fields["email"]] = fields["password"]
        good = allowed and self.forms.users.get(fields["email"]) == fields["password"]
        self.answer(200, {}, f"sessionid={fields['email']}; Path=/" if good else None)

    def json(self, body: Any) -> None:
        """An annotation of somebody who is logged in."""
        self.forms.sent.append((self.command, self.path, body))
        known = self.headers["X-CSRFToken"] == TOKEN and self.user()
        self.answer(self.forms.status if known else 403, {"id": 11})

    def user(self) -> str:
        """Who the session cookie says it is."""
        cookies = SimpleCookie(self.headers["Cookie"] or "")
        return cookies["sessionid"].value if "sessionid" in cookies else ""

    def answer(self, status: int, body: Any, cookie: str | None = None) -> None:
        """Send it."""
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Set-Cookie", f"csrftoken={TOKEN}; Path=/")
        if cookie is not None:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its own name
        """Nothing."""


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forms]:
    """A server in a thread."""
    forms = Forms()
    monkeypatch.setattr(Handler, "forms", forms, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forms.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield forms
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_user_logs_in_by_the_form(there: Forms) -> None:
    """With the form's own token; an address with a slash at its end is the same."""
    client = AnnotatorClient(f"{there.url}/", OWNER)
    assert (client.url, client.email) == (there.url, OWNER.email)


def test_a_wrong_password_is_named(there: Forms) -> None:
    """Label Studio answers 200 and shows the form again, so that only asking who we are tells."""
    with pytest.raises(ExchangeError, match=r"owner@example\.com cannot log in; check the address and the password"):
        AnnotatorClient(there.url, Login(OWNER.email, "a guess"))


def test_the_next_task_is_the_one_that_is_served(there: Forms) -> None:
    """None where the queue is empty; any other answer is an error."""
    client = AnnotatorClient(there.url, OWNER)
    assert client.next_task(3) is None
    there.queue.append(7)
    assert client.next_task(3) == {"id": 7}
    with pytest.raises(ExchangeError, match=r"answered 500 while asking for the next task: .*broken"):
        client.next_task(4)


def test_answers_go_with_their_seconds(there: Forms) -> None:
    """A submission, a skip, and a change; each with the token."""
    client = AnnotatorClient(there.url, OWNER)
    assert client.submit(7, [{"a": 1}], 20.5) == {"id": 11}
    client.submit(8, [], 3.0, skipped=True)
    client.update(11, [{"a": 2}], 30.0)
    assert there.sent == [
        ("POST", "/api/tasks/7/annotations/", {"result": [{"a": 1}], "lead_time": 20.5, "was_cancelled": False}),
        ("POST", "/api/tasks/8/annotations/", {"result": [], "lead_time": 3.0, "was_cancelled": True}),
        ("PATCH", "/api/annotations/11/", {"result": [{"a": 2}], "lead_time": 30.0}),
    ]


def test_an_answer_that_is_refused_is_an_error(there: Forms) -> None:
    """It names what was sent where."""
    client = AnnotatorClient(there.url, OWNER)
    there.status = 400
    with pytest.raises(ExchangeError, match="answered 400 while POST /api/tasks/7/annotations/"):
        client.submit(7, [], 1.0)


def test_a_newcomer_joins_by_invitation_and_once(there: Forms) -> None:
    """Whoever has joined before just logs in; a wrong owner invites nobody."""
    assert join(f"{there.url}/", OWNER, ADA).email == ADA.email
    assert there.users == {OWNER.email: OWNER.password, ADA.email: ADA.password}
    assert join(there.url, Login(OWNER.email, "not needed"), ADA).email == ADA.email
    with pytest.raises(ExchangeError, match=r"owner@example\.com cannot log in"):
        join(there.url, Login(OWNER.email, "a guess"), Login("ben@example.com", "ben-password"))
