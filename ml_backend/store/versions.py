"""Model versions: immutable folders, and the pointer to the live one.

A version becomes visible in two atomic steps: its folder is renamed into place, then the pointer moves. A crash in
between leaves a folder that the next version of that number replaces.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clime_core.errors import CampaignError
from ml_backend.store.tables import CampaignRow, VersionRow
from ml_backend.store.version_folder import VersionFolder


def next_number(session: Session, campaign_id: int) -> int:
    """The number of the next model version, from 1."""
    return (session.scalar(select(func.max(VersionRow.number)).where(VersionRow.campaign_id == campaign_id)) or 0) + 1


def write_version(campaign_folder: Path, number: int, write: Callable[[VersionFolder], None]) -> VersionFolder:
    """Have `write` fill a folder, then rename it into place."""
    version = VersionFolder.of(campaign_folder, number)
    final = version.path
    draft = final.with_suffix(".draft")
    for leftover in (draft, final):
        if leftover.exists():
            shutil.rmtree(leftover)
    draft.mkdir(parents=True)
    write(VersionFolder(draft))
    draft.rename(final)
    return version


def publish_version(
    session: Session, campaign: CampaignRow, number: int, metrics: dict[str, Any], made_from: dict[str, Any]
) -> None:
    """Record the version and point to it."""
    session.add(VersionRow(campaign_id=campaign.id, number=number, metrics=metrics, made_from=made_from))
    session.flush()
    campaign.live_version = number
    session.add(campaign)


def versions_of(session: Session, campaign_id: int) -> list[VersionRow]:
    """All model versions, oldest first."""
    return list(
        session.scalars(select(VersionRow).where(VersionRow.campaign_id == campaign_id).order_by(VersionRow.number))
    )


def newest_folder(session: Session, campaign_id: int, campaign_folder: Path) -> VersionFolder | None:
    """Where the newest version lies, live or not; None before the first."""
    versions = versions_of(session, campaign_id)
    return VersionFolder.of(campaign_folder, versions[-1].number) if versions else None


def roll_back(session: Session, campaign: CampaignRow, campaign_folder: Path, number: int) -> None:
    """Point to an earlier version. Raises CampaignError where its files are not there any more."""
    numbers = [row.number for row in versions_of(session, campaign.id)]
    if number not in numbers or not VersionFolder.of(campaign_folder, number).exists:
        kept = [n for n in numbers if VersionFolder.of(campaign_folder, n).exists]
        raise CampaignError(f"campaign {campaign.name}: no model version {number}; kept are {kept}")
    campaign.live_version = number
    session.add(campaign)


def prune_versions(session: Session, campaign: CampaignRow, campaign_folder: Path, keep: int) -> int:
    """Remove the files of all but the newest `keep` versions and the live one; how many were removed."""
    numbers = [row.number for row in versions_of(session, campaign.id)]
    old = [VersionFolder.of(campaign_folder, n) for n in numbers[:-keep] if n != campaign.live_version]
    there = [folder for folder in old if folder.exists]
    for folder in there:
        shutil.rmtree(folder.path)
    return len(there)
