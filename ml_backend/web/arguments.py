"""What an address asks for, and whether the user may have it."""

from collections.abc import Iterable
from typing import Any

from flask import abort, g, request

from clime_core.data.language import Language, Word
from ml_backend.auth import OPERATOR
from ml_backend.installation import Installation
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import CampaignRow


def permitted_campaign(installation: Installation, name: str) -> CampaignRow:
    """The campaign of that name, if the user may see it; else the request ends with status 403."""
    if g.user not in (name, OPERATOR):
        abort(403)
    with installation.store.reading() as session:
        return get_campaign(session, name)


def requested_word(languages: Iterable[Language]) -> Word:
    """The word of the address, in one of these languages; its form is empty where there is none."""
    return Word(Language(choice("language", languages)), request.args.get("word", "").strip())


def choice(field: str, values: Iterable[str]) -> Any:
    """The value of a field, one of these; the first of them where the address has none or an unknown one."""
    known = [str(value) for value in values]
    given = request.args.get(field, "")
    return given if given in known else known[0]
