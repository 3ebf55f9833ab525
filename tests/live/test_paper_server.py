"""The paper server of the unit tests, held to the real one: the same checks, here on Label Studio."""

import zlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import requests

from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.store.campaigns import save_campaign
from tests.live.conftest import MakeStage
from tests.ml_backend.label_studio.server_checks import CHECKS, Bench


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_label_studio_does_what_the_paper_server_does(
    check: Callable[[Bench], None], make_stage: MakeStage, label_studio: LocalLabelStudio, annotator: AnnotatorClient
) -> None:
    """Each check, on the real server."""
    stage = make_stage()
    installation = stage.installation
    with installation.store.session() as session:
        save_campaign(session, stage.name, stage.campaign.model_dump(mode="json"))  # whose backend answers

    def submit(task: int, result: list[dict[str, Any]], seconds: float, skipped: bool) -> int:
        return int(annotator.submit(task, result, seconds, skipped=skipped)["id"])

    def change(annotation: int, result: list[dict[str, Any]], seconds: float) -> None:
        annotator.update(annotation, result, seconds)

    def served(project: int) -> int | None:
        task = annotator.next_task(project)
        return None if task is None else int(task["id"])

    def delete(task: int) -> None:
        headers = {"Authorization": f"Token {label_studio.token}"}
        assert requests.delete(f"{label_studio.url}/api/tasks/{task}/", headers=headers, timeout=60).ok

    name = f"{check.__name__} {zlib.crc32(str(installation.settings.data_dir).encode()):08x}"
    own, address = installation.keyring.credentials(stage.name), installation.settings.address
    with closing(Server(label_studio.url, label_studio.token)) as server:
        check(Bench(server, address, own, annotator.email, submit, change, served, delete, name))
