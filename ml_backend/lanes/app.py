"""The request lane: every route, a few lines each. Nothing here trains, and nothing here asks Label Studio."""

import logging
import time
from typing import Any

from flask import Flask, Response, abort, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from clime_core.errors import ClimeError
from ml_backend.ground import payloads
from ml_backend.ground.auth import OPERATOR
from ml_backend.ground.store.campaigns import get_campaign
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.lanes.downloads import add_downloads
from ml_backend.lanes.pages import add_pages
from ml_backend.lanes.plots import add_plots
from ml_backend.work import intake, serve
from ml_backend.work.workshop import Workshop

log = logging.getLogger(__name__)


def create_app(workshop: Workshop) -> Flask:
    """The web application. Every request needs basic auth: the user is a campaign, or the operator `clime`."""
    app = Flask(
        __name__, template_folder="../work/page", static_folder="../work/page/static", static_url_path="/static"
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    _add_guards(app, workshop)
    _add_protocol(app, workshop)
    add_pages(app, workshop)
    add_plots(app, workshop)
    add_downloads(app, workshop)
    return app


def _add_protocol(app: Flask, workshop: Workshop) -> None:
    """What Label Studio calls."""

    @app.get("/health")
    def health() -> Any:
        return {"status": "UP", "model_class": "clime"}

    @app.post("/setup")
    def setup() -> Any:
        asked = payloads.parse(payloads.SetupPayload, request.get_json(silent=True))
        return serve.setup(workshop, _campaign(workshop, asked.project), asked)

    @app.post("/predict")
    def predict() -> Any:
        asked = payloads.parse(payloads.PredictPayload, request.get_json(silent=True))
        results = serve.predict(workshop, _campaign(workshop, asked.project), asked)
        workshop.metrics.predictions.inc(len(results))
        return {"results": results}

    @app.post("/webhook")
    def webhook() -> Any:
        event = payloads.parse(payloads.EventPayload, request.get_json(silent=True))
        if intake.receive(workshop.store, _campaign(workshop).id, event):
            workshop.bell.set()
        workshop.metrics.events.labels(event.action).inc()
        return {"stored": True}

    @app.get("/versions")
    def versions() -> Any:
        return {"versions": serve.version_names(workshop, _campaign(workshop))}

    @app.get("/metrics")
    def metrics() -> Any:
        _operator_only()
        return Response(workshop.metrics.exposition(), mimetype="text/plain; version=0.0.4")


def _add_guards(app: Flask, workshop: Workshop) -> None:
    """Authentication before, timing after, errors for people."""

    @app.before_request
    def authenticate() -> Response | None:
        g.start = time.perf_counter()
        given = request.authorization
        if given and given.username and workshop.keyring.admits(given.username, given.password or ""):
            g.user = given.username
            return None
        return Response("a user name and password are needed\n", 401, {"WWW-Authenticate": 'Basic realm="clime"'})

    @app.after_request
    def measure(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        workshop.metrics.requests.labels(route).observe(time.perf_counter() - g.start)
        return response

    @app.errorhandler(ClimeError)
    def mendable(error: ClimeError) -> Response | tuple[str, int]:
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return render_template("error.html", message=str(error)), 400
        answer = jsonify(error=str(error))
        answer.status = f"400 {_reason(str(error))}"
        return answer

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> AnyResponse | tuple[Response, int]:
        if isinstance(error, HTTPException):
            return error.get_response()
        log.exception("%s %s failed", request.method, request.path)
        return jsonify(error="an error inside clime; its log says more"), 500


def _reason(message: str) -> str:
    """The message as the status line's reason, the one part of an answer that Label Studio shows to people."""
    return " ".join(message.encode("ascii", "replace").decode().split())[:500]


def _campaign(workshop: Workshop, project: str | None = None) -> CampaignRow:
    """The campaign that the credentials stand for; the operator's requests are found by their project."""
    with workshop.store.reading() as session:
        if g.user != OPERATOR:
            return get_campaign(session, g.user)
    return serve.campaign_of_project(workshop, project)


def _operator_only() -> None:
    if g.user != OPERATOR:
        abort(403)
