"""The upload to a local credit platform (信用郴州 and its like): one row a unit, in the columns of the platform's template."""

from __future__ import annotations

from envcredit.release.exports.mapping import FieldMapping, laid_out, shipped
from envcredit.release.exports.stated import NOTHING, Stated
from envcredit.release.exports.table import Table
from envcredit.release.exports.values import filled
from envcredit.release.standing import Published


def credit_platform(published: Published, stated: Stated = NOTHING, mapping: FieldMapping | None = None) -> Table:
    """Every unit with its state. A result that was withdrawn, repaired or shown for its whole term has its row without a grade.

    ``mapping``: the columns of the office's own template; without one, those of ``data/exports/credit_platform.yaml``.
    """
    return laid_out(mapping or shipped("credit_platform"), filled(published, stated))
