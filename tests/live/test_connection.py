"""How a project is connected: passwords on every route, the order, who sees what."""

import requests

from ml_backend.auth import OPERATOR
from ml_backend.label_studio.annotator_client import AnnotatorClient
from tests.live.conftest import MakeStage
from tests.live.stage import TIMEOUT_SECONDS, Stage


def test_webhook_carries_the_password(stage: Stage) -> None:
    """The registered webhook sends the campaign's credentials, and sends its payload."""
    (hook,) = stage.ask("GET", f"/api/webhooks/?project={stage.project_row().project}")
    own = stage.installation.keyring.credentials(stage.name)
    assert hook["headers"]["Authorization"] == own.header
    assert (hook["is_active"], hook["send_payload"]) == (True, True)


def test_every_route_refuses_strangers(stage: Stage) -> None:
    """Without credentials, and with wrong ones, every route answers 401 and stores nothing."""
    address = stage.installation.settings.address
    routes = [("GET", "/health"), ("POST", "/setup"), ("POST", "/predict"), ("POST", "/webhook"), ("GET", "/")]
    routes += [("GET", "/metrics"), ("GET", "/versions"), ("GET", f"/campaigns/{stage.name}/status.json")]
    before = len(stage.rounds)
    for method, route in routes:
        for auth in (None, (stage.name, "a guess")):
            answer = requests.request(method, address + route, json={"action": "X"}, auth=auth, timeout=TIMEOUT_SECONDS)
            assert answer.status_code == requests.codes.unauthorized, route
    assert len(stage.rounds) == before


def test_an_unpublished_order_is_not_the_title(stage: Stage) -> None:
    """Connecting leaves the published order in place, not the title of the backend, which would mean random order."""
    project = stage.project()
    assert project.model_version == stage.project_row().order_version
    assert project.model_version in {version for by in stage.scores().values() for version in by}


def test_the_queue_is_served_by_score_and_shows_no_prediction(stage: Stage) -> None:
    """Label Studio serves by uncertainty and fills in nothing."""
    project = stage.project()
    assert project.sampling == "Uncertainty sampling"
    assert project.show_collab_predictions is False
    assert project.maximum_annotations == 1


def test_overlap_reaches_label_studio(make_stage: MakeStage) -> None:
    """With overlap 2 Label Studio serves each task to two annotators."""
    stage = make_stage({"work": {"overlap": 2, "annotators": 2}})
    stage.up()
    assert stage.project().maximum_annotations == 2


def test_a_campaign_sees_only_itself(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """One campaign's password opens neither another's page nor its status; the operator's opens both."""
    one = make_stage(name="north")
    one.up()
    other = make_stage(name="south", port=one.installation.settings.port)
    other.up()
    for path in (f"/campaigns/{other.name}", f"/campaigns/{other.name}/status.json", "/metrics"):
        assert one.get(path).status_code == requests.codes.forbidden
        assert one.get(path, OPERATOR).status_code == requests.codes.ok
    other.answer(annotator, other.take(annotator))
    assert [r.state for r in other.rounds].count("queued") == 1
    assert [r.state for r in one.rounds].count("queued") == 0


def test_a_page_of_its_own(stage: Stage) -> None:
    """The campaign's user is led from the root to its page, which names the project and the live version."""
    page = stage.get("/")
    assert page.url.endswith(f"/campaigns/{stage.name}")
    assert f"{stage.label_studio.url}/projects/{stage.project_row().project}/data" in page.text
    assert "1 (live)" in page.text
