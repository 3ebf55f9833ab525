"""The web application: who may use it, and the routes for Label Studio. It never trains and never asks Label Studio."""

import logging
import time
from typing import Any

from flask import Flask, Response, abort, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from clime_core.errors import ClimeError
from ml_backend.auth import OPERATOR
from ml_backend.installation import Installation
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import CampaignRow
from ml_backend.web import payloads
from ml_backend.web.downloads import add_downloads
from ml_backend.web.pages import add_pages
from ml_backend.web.plots import add_plots
from ml_backend.web.predict import campaign_of_project, check_setup, predictions_of, version_names
from ml_backend.web.webhook import receive_event

log = logging.getLogger(__name__)

REFRESH_SECONDS = 5.0
"""How often a page refreshes by itself."""

READING_SECONDS = 1.0
"""How often it does while the annotations are being read."""


def create_app(installation: Installation) -> Flask:
    """The web application. Every request needs basic auth: the user is a campaign, or the operator `clime`."""
    app = Flask(__name__)
    _ = installation.metrics  # made before there are threads that could each make their own
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.config.update(REFRESH_SECONDS=REFRESH_SECONDS, READING_SECONDS=READING_SECONDS)
    _add_guards(app, installation)
    _add_label_studio_routes(app, installation)
    add_pages(app, installation)
    add_plots(app, installation)
    add_downloads(app, installation)
    return app


def _add_label_studio_routes(app: Flask, installation: Installation) -> None:
    """What Label Studio calls."""

    @app.get("/health")
    def health() -> Any:
        return {"status": "UP", "model_class": "clime"}

    @app.post("/setup")
    def setup() -> Any:
        payload = payloads.parse(payloads.SetupPayload, request.get_json(silent=True))
        return check_setup(installation, _campaign(installation, payload.project), payload)

    @app.post("/predict")
    def predict() -> Any:
        payload = payloads.parse(payloads.PredictPayload, request.get_json(silent=True))
        results = predictions_of(installation, _campaign(installation, payload.project), payload)
        installation.metrics.predictions.inc(len(results))
        return {"results": results}

    @app.post("/webhook")
    def webhook() -> Any:
        event = payloads.parse(payloads.EventPayload, request.get_json(silent=True))
        if receive_event(installation.store, _campaign(installation).id, event):
            installation.new_event.set()
        installation.metrics.events.labels(event.action).inc()
        return {"stored": True}

    @app.get("/versions")
    def versions() -> Any:
        return {"versions": version_names(installation, _campaign(installation))}

    @app.get("/metrics")
    def metrics() -> Any:
        _operator_only()
        return Response(installation.metrics.exposition(), mimetype="text/plain; version=0.0.4")


def _add_guards(app: Flask, installation: Installation) -> None:
    """Authentication before each request, its time after it, and errors for people."""

    @app.before_request
    def authenticate() -> Response | None:
        g.start = time.perf_counter()
        login = request.authorization
        if login and login.username and installation.keyring.admits(login.username, login.password or ""):
            g.user = login.username
            return None
        return Response("a user name and password are needed\n", 401, {"WWW-Authenticate": 'Basic realm="clime"'})

    @app.after_request
    def measure(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        installation.metrics.requests.labels(route).observe(time.perf_counter() - g.start)
        return response

    @app.errorhandler(ClimeError)
    def answer_clime_error(error: ClimeError) -> Response | tuple[str, int]:
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return render_template("error.html", message=str(error)), 400
        answer = jsonify(error=str(error))
        answer.status = f"400 {_reason_phrase(str(error))}"
        return answer

    @app.errorhandler(Exception)
    def answer_unexpected_error(error: Exception) -> AnyResponse | tuple[Response, int]:
        if isinstance(error, HTTPException):
            return error.get_response()
        log.exception("%s %s failed", request.method, request.path)
        return jsonify(error="an error inside clime; its log says more"), 500


def _reason_phrase(message: str) -> str:
    """The message for the status line, the only part of an error that Label Studio shows to people."""
    return " ".join(message.encode("ascii", "replace").decode().split())[:500]


def _campaign(installation: Installation, project: str | None = None) -> CampaignRow:
    """The campaign of the credentials; for the operator, the campaign of the project."""
    with installation.store.reading() as session:
        if g.user != OPERATOR:
            return get_campaign(session, g.user)
    return campaign_of_project(installation, project)


def _operator_only() -> None:
    if g.user != OPERATOR:
        abort(403)
