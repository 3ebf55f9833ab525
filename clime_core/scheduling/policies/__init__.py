"""Policies: the rules that choose the next activity. All have one interface, `choose(state, rng) -> Decision`."""

from collections.abc import Mapping
from typing import Any

from clime_core.errors import CampaignError
from clime_core.scheduling.policies.adaptive import Roi, Thompson
from clime_core.scheduling.policies.fixed import Alternate, OnlyDocuments, OnlyReview, OnlyWords, Share, WordsFirst
from clime_core.scheduling.policies.policy import Policy

__all__ = ["POLICIES", "Policy", "Share", "policy_of"]

POLICIES: dict[str, type[Policy]] = {
    policy.name: policy
    for policy in (Share, Alternate, OnlyDocuments, OnlyWords, OnlyReview, WordsFirst, Roi, Thompson)
}
"""By name; the first is the default."""


def policy_of(fields: Mapping[str, Any]) -> Policy:
    """The policy from its name and values, as `Policy.as_json` gives them; values left out are the defaults.

    Raises CampaignError for an unknown name or value.
    """
    values = dict(fields)
    name = values.pop("name", None)
    if not isinstance(name, str) or name not in POLICIES:
        raise CampaignError(f"a policy is one of {', '.join(POLICIES)}, got {name!r}")
    try:
        return POLICIES[name](**values)
    except TypeError as error:
        raise CampaignError(f"policy {name}: {error}") from None
