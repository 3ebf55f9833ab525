"""What the base of a campaign is, what a text costs, and whether texts leave this machine: for `up` and doctor."""

from collections.abc import Iterator
from time import perf_counter

from ml_backend.campaign_data import CampaignData
from ml_backend.campaign_file import Campaign


def base_report(campaign: Campaign, data: CampaignData) -> Iterator[str]:
    """A line for each of the three. Encodes one text of the pool to time it.

    Raises ClimeError where the encoder cannot be had.
    """
    if campaign.base.kind == "encoder":
        yield from _encoder_report(campaign, data)
    elif campaign.base.kind == "transformer":
        yield f"transformer {campaign.base.model}, fine-tuned on the labelled documents; texts stay on this machine"
    elif campaign.base.kind == "given":
        yield from _given_report(campaign)
    else:
        yield f"word vectors, read by {campaign.round.classifier.kind!r}, {campaign.round.runs} times with other seeds"


def _given_report(campaign: Campaign) -> Iterator[str]:
    base = campaign.base
    yield f"predictions of {base.predictions or f'model version {base.model_version!r}'}; another text has none"
    if campaign.data.target_vectors is None:
        yield "no word tasks: they need word vectors"
    elif campaign.data.train is None and not campaign.one_language:
        yield (
            "no word tasks: without data.train nothing tells what source words speak for; name labelled source "
            "documents, or leave languages.source out, where the labels of the pool tell it"
        )


def _encoder_report(campaign: Campaign, data: CampaignData) -> Iterator[str]:
    base, vector = campaign.base, data.pool[0].vector
    dim = 0 if vector is None else len(vector)
    if data.encoder is None:
        yield f"vectors of documents from {base.vectors}, {dim} dimensions; another text has none"
        return
    where = f"texts are sent to {base.host}" if base.host else "texts stay on this machine"
    yield f"sentence encoder {base.model}, {dim} dimensions; {where}"
    data.encoder.in_passing(data.pool[:1])  # loads the model
    started = perf_counter()
    data.encoder.in_passing(data.pool[:1])
    milliseconds = 1000 * (perf_counter() - started)
    yield f"all documents are encoded; a text from elsewhere takes about {milliseconds:.0f} ms when it is asked about"
    source, target = len(data.embeddings.source), len(data.embeddings.target)
    of_source = "" if data.one_language else f"{source} words of the source and "
    yield f"{of_source}{target} words of the target have a vector"
