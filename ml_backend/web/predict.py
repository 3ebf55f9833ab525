"""Answers to what Label Studio asks, from the live model version alone."""

from typing import Any

from clime_core.data.documents import Document
from clime_core.data.tokens import tokenize
from clime_core.errors import CampaignError
from ml_backend.campaign_data import CampaignData, campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.label_configs import DocumentTag, check_project_config
from ml_backend.label_studio.predictions import document_prediction, order_prediction
from ml_backend.label_studio.task_data import LABEL_TAG
from ml_backend.rounds.live_models import LiveModel, live_model, live_number
from ml_backend.store.campaigns import all_campaigns, projects_of
from ml_backend.store.tables import CampaignRow, ProjectRow
from ml_backend.store.versions import versions_of
from ml_backend.web.payloads import PredictPayload, SetupPayload, TaskPayload

TEMPLATE_TAG = DocumentTag(LABEL_TAG, "text", "doc[{{d}}].text")
"""Where the documents of our own label configs are."""


def version_name(number: int | None) -> str:
    """The name of a model version in Label Studio. It is never that of an order, which it would disturb."""
    return f"clime {number}" if number else "clime, not trained yet"


def version_names(installation: Installation, row: CampaignRow) -> list[str]:
    """All model versions, newest first."""
    with installation.store.reading() as session:
        return [version_name(version.number) for version in reversed(versions_of(session, row.id))]


def campaign_of_project(installation: Installation, project: str | None) -> CampaignRow:
    """The campaign of a project "<id>.<creation time>". Raises CampaignError where no or several campaigns fit."""
    with installation.store.reading() as session:
        campaigns = [
            campaign
            for campaign in all_campaigns(session)
            for row in projects_of(session, campaign)
            if _project_key(row) == project
        ]
    if len(campaigns) != 1:
        raise CampaignError(
            f"project {project!r} belongs to {len(campaigns)} campaigns; use the campaign's own credentials"
        )
    return campaigns[0]


def check_setup(installation: Installation, row: CampaignRow, payload: SetupPayload) -> dict[str, str]:
    """Check the label config of the project. Raises CampaignError naming each tag that is wrong, and the fix."""
    project = _project(installation, row, payload.project)
    if payload.label_config and project is not None:
        check = check_project_config(payload.label_config, installation.campaign(row), project)
        if check.problems:
            raise CampaignError("the label config does not fit the campaign: " + "; ".join(check.problems))
    return {"model_version": version_name(row.live_version)}


def _project(installation: Installation, row: CampaignRow, key: str | None) -> ProjectRow | None:
    with installation.store.reading() as session:
        return next((project for project in projects_of(session, row) if _project_key(project) == key), None)


def _project_key(project: ProjectRow) -> str:
    """The name of a project in Label Studio's requests: its id and its creation time."""
    return f"{project.project}.{project.created}"


def predictions_of(installation: Installation, row: CampaignRow, payload: PredictPayload) -> list[dict[str, Any]]:
    """One prediction a task, in order. Raises CampaignError while there is no model version."""
    live_number(row)  # before anything is loaded
    campaign, project = installation.campaign(row), _project(installation, row, payload.project)
    if payload.project is not None and project is None:
        raise CampaignError(f"project {payload.project} is not one of campaign {row.name}; run `clime up` for it")
    model = live_model(installation, row)
    tag = DocumentTag(**project.tag) if project and project.tag else TEMPLATE_TAG
    documents = [_document(task, tag) for task in payload.tasks]
    shown = [document for document in documents if document is not None]
    if campaign.base.kind == "encoder":
        shown = _campaign_data(installation, row, campaign).as_seen(shown)
    probabilities = iter(_probabilities(model, shown))
    version = version_name(model.number)
    return [
        order_prediction(0.0, version)
        if document is None
        else document_prediction(next(probabilities), campaign.task.categories, tag, version)
        for document in documents
    ]


def _document(task: TaskPayload, tag: DocumentTag) -> Document | None:
    """The document of a task; None for a task that shows none, such as a word task."""
    text = tag.text(task.data)
    return None if text is None else Document(task.id or 0, tokenize(text), text=text)


def _campaign_data(installation: Installation, row: CampaignRow, campaign: Campaign) -> CampaignData:
    with installation.store.reading() as session:
        projects = projects_of(session, row)
    return campaign_data_of(installation, campaign, projects)


def _probabilities(model: LiveModel, documents: list[Document]) -> list[list[float]]:
    if not documents:
        return []
    rows: list[list[float]] = model.predictor.predict_proba(model.embeddings, documents).tolist()
    return rows
