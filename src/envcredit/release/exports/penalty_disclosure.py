"""Results in those fields of the penalty disclosure (双公示) that a result can fill. A result is not a penalty."""

from __future__ import annotations

from envcredit.release.exports.mapping import FieldMapping, laid_out, shipped
from envcredit.release.exports.stated import NOTHING, Stated
from envcredit.release.exports.table import Table
from envcredit.release.exports.values import filled
from envcredit.release.standing import Published


def penalty_disclosure(published: Published, stated: Stated = NOTHING, mapping: FieldMapping | None = None) -> Table:
    """Every unit that has a grade in force or suspended. What cannot be filled is left out with its column.

    ``mapping``: without one, ``data/exports/penalty_disclosure.yaml``, which says why each other field is left out.
    """
    rows = [row for row in filled(published, stated) if row["grade"][0]]
    return laid_out(mapping or shipped("penalty_disclosure"), rows)
