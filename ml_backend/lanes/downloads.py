"""The request lane's files to save."""

from pathlib import Path

from flask import Flask, Response, send_file

from ml_backend.lanes.asked import named
from ml_backend.work.downloads import download
from ml_backend.work.workshop import Workshop


def add_downloads(app: Flask, workshop: Workshop) -> None:
    """One route for all of them."""

    @app.get("/campaigns/<name>/downloads/<what>")
    def downloads(name: str, what: str) -> Response:
        row = named(workshop, name)
        made = download(workshop, row, what)
        if made.large and not workshop.streams.acquire(blocking=False):
            return Response("other vectors are being sent; try again in a minute\n", 503, {"Retry-After": "60"})
        if isinstance(made.body, Path):
            return send_file(made.body, made.mimetype, as_attachment=True, download_name=made.name)
        response = Response(made.body, mimetype=made.mimetype)
        response.headers.set("Content-Disposition", "attachment", filename=made.name)
        if made.large:
            response.call_on_close(workshop.streams.release)
        return response
