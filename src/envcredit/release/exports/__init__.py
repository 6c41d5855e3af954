"""Exports of a release, one file each, as bytes that the same release always gives again."""

from __future__ import annotations

from collections.abc import Mapping

from envcredit.base.diagnostics import problem
from envcredit.base.labels import Language, word
from envcredit.errors import InputError
from envcredit.release.exports.credit_platform import credit_platform
from envcredit.release.exports.mapping import FieldMapping, read_mapping, shipped
from envcredit.release.exports.penalty_disclosure import penalty_disclosure
from envcredit.release.exports.public_list import public_list, public_list_html, public_list_sheets
from envcredit.release.exports.stated import NOTHING, Ended, Stated
from envcredit.release.exports.table import Table, as_csv, as_xlsx
from envcredit.release.standing import Published

__all__ = ["FORMATS", "Ended", "Stated", "export", "read_mapping"]

FORMATS: Mapping[str, tuple[str, ...]] = {
    "credit-platform": ("csv", "xlsx"),
    "penalty-disclosure": ("csv", "xlsx"),
    "public-list": ("csv", "xlsx", "html"),
}
"""The exports by name, with the formats that each has."""
_TABLES = {"credit-platform": credit_platform, "penalty-disclosure": penalty_disclosure}


def export(
    published: Published,
    name: str,
    file_format: str,
    stated: Stated = NOTHING,
    *,
    mapping: FieldMapping | None = None,
    language: Language = "zh",
) -> bytes:
    """An export as the bytes of a file. ``mapping`` (columns) is for the first two, ``language`` for the public list.

    Raises ``InputError`` (P203) for an export or a format that there is none of.
    """
    if file_format not in FORMATS.get(name, ()):
        known = "; ".join(f"{each}: {', '.join(formats)}" for each, formats in FORMATS.items())
        raise InputError([problem("P203", found=f"{name} {file_format}", known=known)])
    if name == "public-list":
        return _public_list(published, file_format, stated, language)
    table = _TABLES[name](published, stated, mapping)
    if file_format == "csv":
        return as_csv(table)
    return as_xlsx([table, explained(mapping or shipped(name.replace("-", "_")))], published.moment)


def _public_list(published: Published, file_format: str, stated: Stated, language: Language) -> bytes:
    if file_format == "html":
        return public_list_html(published, stated, language)
    if file_format == "csv":
        return as_csv(public_list(published, language))
    return as_xlsx(public_list_sheets(published, language), published.moment)


def explained(mapping: FieldMapping, language: Language = "zh") -> Table:
    """What each column is and rests on, and which official fields are left out and why."""
    names = ("column", "field", "basis", "note")
    rows = [(c.header, c.field, word(f"publication.basis.{c.basis}", language), _said(c.note, language)) for c in mapping.columns]
    rows += [
        (w.words[language], " ".join(w.fields), word("publication.basis.left_out", language), w.why[language])
        for w in mapping.left_out
    ]
    rows.append((word("publication.explained.about", language), "", "", mapping.about[language]))
    head = tuple(word(f"publication.explained.{each}", language) for each in names)
    return Table(word("publication.explained.sheet", language), head, tuple(rows))


def _said(note: object, language: Language) -> str:
    return str(getattr(note, language)) if note else ""
