"""The request lane's pages: what people open."""

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
from ml_backend.store.tables import CampaignRow
from ml_backend.web.arguments import asked_word, choice, named

PAGE_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
PAGE_TIMEOUT = 0.1
"""Seconds that a page waits for annotations to be read before it shows how the campaign stood before."""


def add_pages(app: Flask, installation: Installation) -> None:
    """All pages, and what every answer to a person has."""
    _add_manners(app)
    _add_campaign(app, installation)
    _add_people(app, installation)


def _add_manners(app: Flask) -> None:
    @app.after_request
    def protect(response: Response) -> Response:
        """Nothing from other hosts, nothing inline, no page in a frame."""
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    @app.errorhandler(status.StillReadingError)
    def not_yet(_: status.StillReadingError) -> str:
        return render_template("reading.html", name=(request.view_args or {}).get("name"))

    @app.template_filter("iso")
    def iso(at: float) -> str:
        """Seconds since the epoch as a date and time in UTC."""
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @app.context_processor
    def relative() -> dict[str, Any]:
        """The way back to the root: addresses are relative, so that a proxy may put the pages under any path."""
        return {"root": "../" * (request.path.count("/") - 1)}


def _add_campaign(app: Flask, installation: Installation) -> None:
    @app.get("/")
    def index() -> str | AnyResponse:
        if g.user != OPERATOR:
            return redirect(f"campaigns/{g.user}")
        with installation.store.reading() as session:
            names = [row.name for row in all_campaigns(session)]
        return render_template("index.html", campaigns=names)

    @app.get("/campaigns/<name>")
    def campaign_page(name: str) -> str:
        row = named(installation, name)
        facts = status.campaign_status(installation, row, timeout=PAGE_TIMEOUT)
        return render_template(
            "campaign.html",
            **facts,
            measures=measured(facts["versions"]),
            curves={over: in_words(facts["versions"], over) for over in AXES},
            vec_bytes=vec_bytes(installation, row),
        )

    @app.get("/campaigns/<name>/status.json")
    def campaign_status(name: str) -> Response:
        return jsonify(status.campaign_status(installation, named(installation, name)))

    @app.get("/campaigns/<name>/neighborhood")
    def neighborhood_page(name: str) -> str:
        row = named(installation, name)
        asked, by = asked_word(), choice("by", get_args(Projection))
        found, problem = None, None
        try:
            found = neighborhood_of(installation, row, asked, by) if asked.form else None
        except ClimeError as error:
            problem = str(error)
        facts = status.campaign_status(installation, row, timeout=PAGE_TIMEOUT)
        return render_template("neighborhood.html", **facts, asked=asked, by=by, found=found, problem=problem)


def _add_people(app: Flask, installation: Installation) -> None:
    @app.get("/campaigns/<name>/annotators")
    def annotators(name: str) -> str | AnyResponse:
        return _chooser(installation, named(installation, name))

    @app.get("/campaigns/<name>/annotators/<annotator>")
    def annotator_page(name: str, annotator: str) -> str | AnyResponse:
        row = named(installation, name)
        facts = status.annotator_status(installation, row, annotator, PAGE_TIMEOUT)
        if annotator not in facts["annotators"]:
            return _chooser(installation, row, unknown=annotator)
        return render_template("annotator.html", **facts)


def _chooser(installation: Installation, row: CampaignRow, unknown: str | None = None) -> str | AnyResponse:
    """The page on which annotators find theirs; status 404 where somebody was asked for who is not among them."""
    names = status.annotators_of(installation, row, PAGE_TIMEOUT)
    page = render_template("annotators.html", name=row.name, annotators=names, unknown=unknown)
    return Response(page, 404) if unknown else page
