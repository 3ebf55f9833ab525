"""A rehearsal: a simulated annotator works through a campaign over Label Studio's own API, as an ordinary user."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.errors import CampaignError
from clime_core.progress import Progress, silent
from clime_core.simulation.annotator import SimulatedAnnotator
from label_config import UNSURE_CHOICE
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.http_clients import requests_session
from ml_backend.installation import Installation
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.answers import document_result, review_result, word_result
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import ProjectRow

MAX_ROUND_SECONDS = 300.0
"""How long a round may take before the rehearsal stops with an error."""


@dataclass(frozen=True)
class Rehearsal:
    """A simulated annotator at work in a campaign."""

    installation: Installation
    campaign: Campaign
    client: AnnotatorClient
    annotator: SimulatedAnnotator

    def run(self, progress: Progress = silent) -> None:
        """Work until the queue stays empty. Seconds are drawn, not waited for."""
        with self.installation.store.reading() as session:
            projects = projects_of(session, get_campaign(session, self.campaign.name))
        documents = self._documents(projects)
        while True:
            status = self.idle_status()
            progress("minutes", int(status["time"]["spent"] // 60), int(status["time"]["budget"] // 60))
            task = self._next(status, projects)
            if task is None:
                return
            self.answer(task, documents)

    def answer(self, task: Mapping[str, Any], documents: Mapping[TaskKey, DocumentId]) -> None:
        """Do one task."""
        data = task["data"]
        if data.get("word"):
            result, seconds, skipped = self._judge(data)
        elif data.get("review"):
            result, seconds, skipped = self._review(data, documents)
        else:
            answer = self.annotator.label(documents[data["key"]])
            categories = self.campaign.task.categories
            result = [] if answer.label is None else document_result(categories[answer.label])
            seconds, skipped = answer.seconds, answer.skipped
        self.client.submit(task["id"], result, round(seconds, 2), skipped=skipped)

    def idle_status(self) -> dict[str, Any]:
        """The campaign's status once no round is waiting or running."""
        name, address = self.campaign.name, self.installation.settings.address
        login = self.installation.keyring.credentials(name)
        page, auth = f"{address}/campaigns/{name}", (login.user, login.password)
        deadline, session = time.monotonic() + MAX_ROUND_SECONDS, requests_session()
        while time.monotonic() < deadline:
            answer = session.get(f"{page}/status.json", auth=auth)
            status: dict[str, Any] = answer.json()
            if status["state"]["failed"]:
                raise CampaignError(f"a round failed: {status['state']['failed']}")
            if not status["state"]["running"] and not status["state"]["waiting"]:
                return status
            time.sleep(0.2)
        raise CampaignError(f"a round takes more than {MAX_ROUND_SECONDS:.0f} s; see {page}")

    def _next(self, status: Mapping[str, Any], projects: list[ProjectRow]) -> dict[str, Any] | None:
        """The next task where the campaign page sends the annotator, else wherever there is one."""
        next_page = status["next"]["url"] or ""
        for project in sorted(projects, key=lambda project: f"/projects/{project.project}/" not in next_page):
            task = self.client.next_task(project.project)
            if task is not None:
                return task
        return None

    def _documents(self, projects: list[ProjectRow]) -> dict[TaskKey, DocumentId]:
        return campaign_data_of(self.installation, self.campaign, projects).by_key

    def _review(
        self, data: Mapping[str, Any], documents: Mapping[TaskKey, DocumentId]
    ) -> tuple[list[dict[str, Any]], float, bool]:
        (entry,) = data["review"]
        categories = self.campaign.task.categories
        texts = {documents[document_key(text["id"])]: bool(text["rest"]) for text in entry["texts"]}
        answer = self.annotator.review(texts, categories.index(entry["predicted"]))
        choices = {
            place: UNSURE_CHOICE if (label := answer.labels[document]) is None else categories[label]
            for place, document in enumerate(texts)
            if document in answer.labels and document not in answer.left
        }
        return review_result(choices), answer.seconds, answer.skipped

    def _judge(self, data: Mapping[str, Any]) -> tuple[list[dict[str, Any]], float, bool]:
        (entry,) = data["word"]
        keyword = Word(Language(entry["language"]), entry["keyword"])
        shown = [Word(language, item["word"]) for language in Language for item in entry[language.value]]
        answer = self.annotator.judge(keyword, shown)
        marks = {word: similar for word, similar in answer.marks.items() if similar is not None}
        added = dict.fromkeys(answer.added, True)
        return word_result(data, marks, added), answer.seconds, answer.skipped
