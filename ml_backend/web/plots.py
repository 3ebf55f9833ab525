"""The routes of the plots: drawn when a browser asks. matplotlib is imported then, too: that takes a second."""

from typing import get_args

from flask import Flask, Response, request
from werkzeug.wrappers import Response as AnyResponse

from clime_core.data.language import Language
from clime_core.model.words.neighborhood import Projection
from clime_core.plot_style import Theme
from ml_backend import status
from ml_backend.campaigns.neighborhoods import neighborhood_of
from ml_backend.installation import Installation
from ml_backend.status.plots.series import Over, Size
from ml_backend.web.arguments import choice, permitted_campaign, requested_word

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""For a plot that is opened by itself: it holds its style and no script."""

MONTH_SECONDS = 30 * 24 * 3600


def add_plots(app: Flask, installation: Installation) -> None:
    """All plots; each is cached by what it is drawn from."""

    @app.get("/campaigns/<name>/plots/curve.svg")
    def curve(name: str) -> AnyResponse:
        from ml_backend.status.plots.curve import learning_curve

        row = permitted_campaign(installation, name)
        over, (theme, size) = choice("over", get_args(Over)), _theme_and_size()
        versions = status.snapshot_of(installation, row).facts.versions
        newest = versions[-1].number if versions else 0
        key = ("curve", row.id, newest, over, theme, size)
        return _plot(installation.pages.get(key, lambda: learning_curve(versions, over, theme, size)), newest)

    @app.get("/campaigns/<name>/plots/neighborhood.svg")
    def map_of_neighborhood(name: str) -> AnyResponse:
        from ml_backend.status.plots.map import neighborhood_map

        row = permitted_campaign(installation, name)
        names = installation.campaign(row).languages.names
        word, by, (theme, size) = requested_word(names), choice("by", get_args(Projection)), _theme_and_size()
        source = names.get(Language.SOURCE)

        def draw() -> bytes:
            return neighborhood_map(neighborhood_of(installation, row, word, by), source, theme, size)

        key = ("map", row.id, row.live_version, word, by, theme, size)
        return _plot(installation.pages.get(key, draw), row.live_version)


def _theme_and_size() -> tuple[Theme, Size]:
    return choice("theme", get_args(Theme)), choice("size", get_args(Size))


def _plot(svg: bytes, version: int | None) -> AnyResponse:
    """The answer. Where the address names this version, a browser may keep the plot for a month."""
    response = Response(svg, mimetype="image/svg+xml", headers={"Content-Security-Policy": POLICY})
    response.cache_control.private = True
    if request.args.get("v") == str(version):
        response.cache_control.max_age, response.cache_control.immutable = MONTH_SECONDS, True
    else:
        response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)
