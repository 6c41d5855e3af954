"""Two digests of a policy, as of a scheme: of what can change a decision, and of what people read."""

from __future__ import annotations

from envcredit.base.digest import digest_of
from envcredit.lending.policy.model import Policy
from envcredit.scheme.digests import part_of


def policy_rule_digest(policy: Policy) -> str:
    """Hex SHA-256 of everything that can change a decision."""
    return digest_of(part_of(policy, "rule") | {"order": list(policy.rules)})  # type: ignore[operator]  # a policy is a mapping


def policy_text_digest(policy: Policy) -> str:
    """Hex SHA-256 of labels, sources and clauses."""
    return digest_of(part_of(policy, "text"))
