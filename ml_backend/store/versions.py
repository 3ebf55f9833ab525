"""Model versions: immutable folders, and the pointer to the live one.

A version becomes visible in two atomic steps: its folder is renamed into place, then the pointer moves. A crash in
between leaves a folder that the next version of that number replaces.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from clime_core.errors import CampaignError
from ml_backend.store.tables import CampaignRow, VersionRow
from ml_backend.store.version_folder import VersionFolder


def next_number(session: Session, campaign_id: int) -> int:
    """The number of the next model version, from 1."""
    newest = newest_version(session, campaign_id)
    return 1 if newest is None else newest.number + 1


def write_version(campaign_folder: Path, number: int, write: Callable[[VersionFolder], None]) -> VersionFolder:
    """Let `write` fill a folder, then rename it into place. Returns the folder."""
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
    versions = select(VersionRow).where(VersionRow.campaign_id == campaign_id)
    return list(session.scalars(versions.order_by(VersionRow.number)))


def newest_version(session: Session, campaign_id: int) -> VersionRow | None:
    """The newest model version, live or not; None before the first."""
    versions = select(VersionRow).where(VersionRow.campaign_id == campaign_id)
    return session.scalars(versions.order_by(VersionRow.number.desc()).limit(1)).first()


def roll_back(session: Session, campaign: CampaignRow, campaign_folder: Path, number: int) -> None:
    """Point to an earlier version. Raises CampaignError where its files were removed."""
    kept = [n for n in _numbers(session, campaign.id) if VersionFolder.of(campaign_folder, n).exists]
    if number not in kept:
        raise CampaignError(f"campaign {campaign.name}: no model version {number}; kept are {kept}")
    campaign.live_version = number
    session.add(campaign)


def prune_versions(session: Session, campaign: CampaignRow, campaign_folder: Path, keep: int) -> int:
    """Remove the files of all versions but the newest `keep` and the live one. Returns how many were removed."""
    old = [number for number in _numbers(session, campaign.id)[:-keep] if number != campaign.live_version]
    folders = [folder for number in old if (folder := VersionFolder.of(campaign_folder, number)).exists]
    for folder in folders:
        shutil.rmtree(folder.path)
    return len(folders)


def _numbers(session: Session, campaign_id: int) -> list[int]:
    return [row.number for row in versions_of(session, campaign_id)]
