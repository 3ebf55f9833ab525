"""What tests of the status read of a filled store."""

from ml_backend.installation import Installation
from ml_backend.status import CampaignStatus, campaign_status
from ml_backend.store.annotations import AnnotationState, current_annotations, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import AnnotationRow, CampaignRow, ProjectRow

SELAM, DAWIT = "selam@example.org", "dawit@example.org"


def row_of(installation: Installation, name: str) -> CampaignRow:
    """The campaign's row as it is now."""
    with installation.store.reading() as session:
        return get_campaign(session, name)


def projects(installation: Installation, name: str) -> list[ProjectRow]:
    """The campaign's projects."""
    with installation.store.reading() as session:
        return projects_of(session, get_campaign(session, name))


def status_of(installation: Installation, name: str) -> CampaignStatus:
    """The campaign's status as it is now."""
    return campaign_status(installation, row_of(installation, name))


def annotations(installation: Installation, name: str) -> list[AnnotationRow]:
    """The annotations in the store."""
    with installation.store.reading() as session:
        rows = projects_of(session, get_campaign(session, name))
        return [annotation for project in rows for annotation in current_annotations(session, project.id)]


def annotate(installation: Installation, name: str, annotator: str, seconds: float) -> None:
    """Somebody does task 10 of the campaign's only project, after all other annotations."""
    with installation.store.session() as session:
        (project,) = projects_of(session, get_campaign(session, name))
        rows = current_annotations(session, project.id)
        names = AnnotationState.__dataclass_fields__
        states = [AnnotationState(**{name: getattr(row, name) for name in names}) for row in rows]
        at = max(state.created for state in states) + 100
        states.append(AnnotationState(999, 10, annotator, [], False, seconds, at, at))
        reconcile(session, project.id, states)
