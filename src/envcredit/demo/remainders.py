"""What a rating leaves over: units without a grade, and records that belong to nobody, counted by reason."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc

from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import read_vocabulary
from envcredit.rating.reasons import reason_of
from envcredit.rating.run import Run


def without_grade(run: Run, status: str, language: Language) -> Counter[str]:
    """Why units are ``not_rated`` or ``refused``, in words."""
    score = run.stage("score")
    reasons = Counter(score.filter(pc.equal(score["status"], status))["reason"].to_pylist())
    counted: Counter[str] = Counter()
    for reason, count in reasons.items():
        counted[reason_of(reason, run.scheme, read_vocabulary(), {})[language]] += count
    return counted


def unjoined(units: Run, parks: Run, language: Language) -> Counter[str]:
    """Why records belong to no unit and to no park either, in words."""
    lost, of_parks = units.stage("unattached"), parks.stage("unattached")
    both = lost.filter(pc.is_in(lost["record_id"], value_set=of_parks["record_id"]))
    return Counter(word(f"unattached.{reason}", language) for reason in both["reason"].to_pylist())
