"""The route of the files to save."""

from pathlib import Path

from flask import Flask, Response, send_file

from ml_backend.campaigns.downloads import download
from ml_backend.installation import Installation
from ml_backend.web.arguments import permitted_campaign


def add_downloads(app: Flask, installation: Installation) -> None:
    """One route for all of them."""

    @app.get("/campaigns/<name>/downloads/<what>")
    def downloads(name: str, what: str) -> Response:
        row = permitted_campaign(installation, name)
        file = download(installation, row, what)
        if file.large and not installation.download_slots.acquire(blocking=False):
            return Response("other vectors are being sent; try again in a minute\n", 503, {"Retry-After": "60"})
        if isinstance(file.body, Path):
            return send_file(file.body, file.mimetype, as_attachment=True, download_name=file.name)
        response = Response(file.body, mimetype=file.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=file.name)
        if file.large:
            response.call_on_close(installation.download_slots.release)
        return response
