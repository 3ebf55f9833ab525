"""The request lane's files to save."""

from pathlib import Path

from flask import Flask, Response, send_file

from ml_backend.campaigns.downloads import download
from ml_backend.installation import Installation
from ml_backend.web.arguments import named


def add_downloads(app: Flask, installation: Installation) -> None:
    """One route for all of them."""

    @app.get("/campaigns/<name>/downloads/<what>")
    def downloads(name: str, what: str) -> Response:
        row = named(installation, name)
        made = download(installation, row, what)
        if made.large and not installation.download_slots.acquire(blocking=False):
            return Response("other vectors are being sent; try again in a minute\n", 503, {"Retry-After": "60"})
        if isinstance(made.body, Path):
            return send_file(made.body, made.mimetype, as_attachment=True, download_name=made.name)
        response = Response(made.body, mimetype=made.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=made.name)
        if made.large:
            response.call_on_close(installation.download_slots.release)
        return response
