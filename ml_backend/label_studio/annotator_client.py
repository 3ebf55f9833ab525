"""An annotator as a client: an ordinary Label Studio user, who logs in by the form, takes the next task and submits.

For rehearsals and tests. Asking for the next task locks it for the user, as it does for a person.
"""

from dataclasses import dataclass
from typing import Any

import requests

from clime_core.errors import ExchangeError
from ml_backend.http_clients import requests_session

MAX_DETAIL_LENGTH = 300
"""Characters of Label Studio's answer that go into an error."""


@dataclass(frozen=True)
class Login:
    """An e-mail address and a password."""

    email: str
    password: str


class AnnotatorClient:
    """A logged-in user of a Label Studio server."""

    def __init__(self, url: str, login: Login) -> None:
        self.url = url.rstrip("/")
        self.email = login.email
        self._session = requests_session()
        submit_form(self._session, self.url, "/user/login/", login)
        if self._session.get(f"{self.url}/api/current-user/whoami").status_code != 200:
            raise ExchangeError(f"{self.url}: {login.email} cannot log in; check the address and the password")

    def next_task(self, project: int) -> dict[str, Any] | None:
        """The task that Label Studio serves this user now, None where the queue is empty."""
        answer = self._session.get(f"{self.url}/api/projects/{project}/next")
        if answer.status_code == requests.codes.not_found:
            return None
        self._check(answer, "asking for the next task")
        task: dict[str, Any] = answer.json()
        return task

    def submit(
        self, task: int, result: list[dict[str, Any]], seconds: float, *, skipped: bool = False
    ) -> dict[str, Any]:
        """Submit an annotation (or a skip) that took so many seconds."""
        body = {"result": result, "lead_time": seconds, "was_cancelled": skipped}
        return self._send("POST", f"/api/tasks/{task}/annotations/", body)

    def update(self, annotation: int, result: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
        """Change an annotation."""
        return self._send("PATCH", f"/api/annotations/{annotation}/", {"result": result, "lead_time": seconds})

    def _send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-CSRFToken": self._session.cookies.get("csrftoken", ""), "Referer": self.url}
        answer = self._session.request(method, self.url + path, json=body, headers=headers)
        self._check(answer, f"{method} {path}")
        annotation: dict[str, Any] = answer.json()
        return annotation

    def _check(self, answer: requests.Response, action: str) -> None:
        if not answer.ok:
            detail = answer.text[:MAX_DETAIL_LENGTH]
            raise ExchangeError(f"{self.url}: answered {answer.status_code} while {action}: {detail}")


def submit_form(session: requests.Session, url: str, path: str, login: Login) -> requests.Response:
    """Fill in the log-in or sign-up form at `path`."""
    session.get(url + path)
    fields = {"email": login.email, "password": login.password, "persist_session": "on"}
    fields["csrfmiddlewaretoken"] = session.cookies.get("csrftoken") or ""
    return session.post(url + path, data=fields, headers={"Referer": url + path})


def join(url: str, owner: Login, newcomer: Login) -> AnnotatorClient:
    """Sign the newcomer up by the owner's invitation link, unless they have joined before, and log in."""
    url = url.rstrip("/")
    try:
        return AnnotatorClient(url, newcomer)
    except ExchangeError:
        pass
    inviter = AnnotatorClient(url, owner)
    link = inviter._session.get(f"{url}/api/invite").json()["invite_url"]
    path = "/" + link.split("://", 1)[-1].split("/", 1)[-1] if "://" in link else link
    submit_form(requests_session(), url, path, newcomer)
    return AnnotatorClient(url, newcomer)
