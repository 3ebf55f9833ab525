"""The pages that people open."""

from datetime import UTC, datetime
from typing import Any, get_args

from flask import Flask, Response, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from clime_core.errors import ClimeError
from clime_core.model.words.neighborhood import Projection
from ml_backend import status
from ml_backend.auth import OPERATOR
from ml_backend.campaigns.downloads import vec_bytes
from ml_backend.campaigns.neighborhoods import neighborhood_of
from ml_backend.installation import Installation
from ml_backend.status.plots.series import AXES, in_words, measured
from ml_backend.store.campaigns import all_campaigns
from ml_backend.web.arguments import choice, permitted_campaign, requested_word

PAGE_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
PAGE_TIMEOUT = 0.1
"""Seconds that a page waits for annotations to be read before it shows the previous snapshot."""


def add_pages(app: Flask, installation: Installation) -> None:
    """All pages, and the headers and filters that they share."""
    _add_headers_and_filters(app)
    _add_campaign_pages(app, installation)
    _add_annotator_pages(app, installation)


def _add_headers_and_filters(app: Flask) -> None:
    @app.after_request
    def protect(response: Response) -> Response:
        """Nothing from other hosts, nothing inline, no page in a frame."""
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @app.errorhandler(status.StillReadingError)
    def still_reading(_: status.StillReadingError) -> str:
        return render_template("reading.html", name=(request.view_args or {}).get("name"))

    @app.template_filter("iso")
    def iso(at: float) -> str:
        """Seconds since the epoch as a date and time in UTC."""
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @app.context_processor
    def root() -> dict[str, Any]:
        """The relative way to the root, so that a proxy may put the pages under any path."""
        return {"root": "../" * (request.path.count("/") - 1)}


def _add_campaign_pages(app: Flask, installation: Installation) -> None:
    @app.get("/")
    def index() -> str | AnyResponse:
        if g.user != OPERATOR:
            return redirect(f"campaigns/{g.user}")
        with installation.store.reading() as session:
            names = [row.name for row in all_campaigns(session)]
        return render_template("index.html", campaigns=names)

    @app.get("/campaigns/<name>")
    def campaign_page(name: str) -> str:
        row = permitted_campaign(installation, name)
        campaign = status.campaign_status(installation, row, timeout=PAGE_TIMEOUT)
        return render_template(
            "campaign.html",
            **vars(campaign),
            measures=measured(campaign.versions),
            curves={over: in_words(campaign.versions, over) for over in AXES},
            vec_bytes=vec_bytes(installation, row),
        )

    @app.get("/campaigns/<name>/status.json")
    def status_for_programs(name: str) -> Response:
        campaign = status.campaign_status(installation, permitted_campaign(installation, name))
        return jsonify(status.status_json(campaign))

    @app.get("/campaigns/<name>/neighborhood")
    def neighborhood_page(name: str) -> str:
        row = permitted_campaign(installation, name)
        names = installation.campaign(row).languages.names
        word, by = requested_word(names), choice("by", get_args(Projection))
        neighborhood, problem = None, None
        try:
            neighborhood = neighborhood_of(installation, row, word, by) if word.form else None
        except ClimeError as error:
            problem = str(error)
        campaign = status.campaign_status(installation, row, timeout=PAGE_TIMEOUT)
        shown = {"word": word, "by": by, "neighborhood": neighborhood, "problem": problem, "names": names}
        return render_template("neighborhood.html", **vars(campaign), **shown)


def _add_annotator_pages(app: Flask, installation: Installation) -> None:
    @app.get("/campaigns/<name>/annotators")
    def annotators(name: str) -> str:
        row = permitted_campaign(installation, name)
        snapshot = status.snapshot_of(installation, row, PAGE_TIMEOUT)
        return render_template("annotators.html", name=name, annotators=snapshot.annotators)

    @app.get("/campaigns/<name>/annotators/<annotator>")
    def annotator_page(name: str, annotator: str) -> str | Response:
        row = permitted_campaign(installation, name)
        own = status.annotator_status(installation, row, annotator, PAGE_TIMEOUT)
        if annotator not in own.annotators:
            page = render_template("annotators.html", name=name, annotators=own.annotators, unknown=annotator)
            return Response(page, 404)
        return render_template("annotator.html", **vars(own))
