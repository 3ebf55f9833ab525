"""Answers to what Label Studio asks, from the live model version alone."""

from typing import Any

from clime_core.data.documents import Document
from clime_core.data.tokens import tokenize
from clime_core.errors import CampaignError
from ml_backend.exchange.label_configs import DocumentControl, check_label_config
from ml_backend.exchange.predictions import document_prediction, order_prediction
from ml_backend.exchange.tasks import LABEL_CONTROL
from ml_backend.ground.payloads import PredictPayload, SetupPayload, TaskPayload
from ml_backend.ground.store.campaigns import all_campaigns, projects_of
from ml_backend.ground.store.tables import CampaignRow, ProjectRow, Role
from ml_backend.ground.store.versions import versions_of
from ml_backend.work.models import LiveModel
from ml_backend.work.workshop import Workshop

TEMPLATE_CONTROL = DocumentControl(LABEL_CONTROL, "text", "doc[{{d}}].text")
"""Where the documents of our own label configs are."""


def version_name(number: int | None) -> str:
    """What a model version is called in Label Studio. Never the name of an order, which it would disturb."""
    return f"clime {number}" if number else "clime, not trained yet"


def version_names(workshop: Workshop, row: CampaignRow) -> list[str]:
    """All model versions, newest first."""
    with workshop.store.reading() as session:
        return [version_name(version.number) for version in reversed(versions_of(session, row.id))]


def campaign_of_project(workshop: Workshop, project: str | None) -> CampaignRow:
    """The campaign of a project "<id>.<creation time>". Raises CampaignError where no or several campaigns fit."""
    with workshop.store.reading() as session:
        found = [
            campaign
            for campaign in all_campaigns(session)
            for known in projects_of(session, campaign)
            if f"{known.project}.{known.created}" == project
        ]
    if len(found) != 1:
        raise CampaignError(
            f"project {project!r} belongs to {len(found)} campaigns; use the campaign's own credentials"
        )
    return found[0]


def setup(workshop: Workshop, row: CampaignRow, asked: SetupPayload) -> dict[str, str]:
    """Check the label config of the project. Raises CampaignError naming each tag that is wrong, and the mend."""
    project = _project(workshop, row, asked.project)
    if asked.label_config and project is not None:
        categories = workshop.campaign(row).task.categories
        name = project.control["from_name"] if project.control else None
        found = check_label_config(asked.label_config, Role(project.role).value, categories, name)
        if found.problems:
            raise CampaignError("the label config does not fit the campaign: " + "; ".join(found.problems))
    return {"model_version": version_name(row.live_version)}


def _project(workshop: Workshop, row: CampaignRow, key: str | None) -> ProjectRow | None:
    with workshop.store.reading() as session:
        return next((p for p in projects_of(session, row) if f"{p.project}.{p.created}" == key), None)


def predict(workshop: Workshop, row: CampaignRow, asked: PredictPayload) -> list[dict[str, Any]]:
    """One prediction a task, in order. Raises CampaignError while there is no model version."""
    if row.live_version is None:
        raise CampaignError(f"campaign {row.name} has no model version yet; its first round is still to come")
    campaign, project = workshop.campaign(row), _project(workshop, row, asked.project)
    if asked.project is not None and project is None:
        raise CampaignError(f"project {asked.project} is not one of campaign {row.name}; run `clime up` for it")
    model = workshop.models.get(campaign, workshop.folder(row), row.live_version)
    control = DocumentControl(**project.control) if project and project.control else TEMPLATE_CONTROL
    documents = [_document(task, control) for task in asked.tasks]
    probabilities = iter(_probabilities(model, [d for d in documents if d is not None]))
    version = version_name(model.number)
    return [
        order_prediction(0.0, version)
        if document is None
        else document_prediction(next(probabilities), campaign.task.categories, control, version)
        for document in documents
    ]


def _document(task: TaskPayload, control: DocumentControl) -> Document | None:
    """The document of a task; None for a task that shows none, such as a word task."""
    text = control.text(task.data)
    return None if text is None else Document(task.id or 0, tokenize(text), text=text)


def _probabilities(model: LiveModel, documents: list[Document]) -> list[list[float]]:
    if not documents:
        return []
    rows: list[list[float]] = model.predictor.predict_proba(model.embeddings, documents).tolist()
    return rows
