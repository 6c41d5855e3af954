"""The native form as a workbook: one sheet a record kind, with drop-downs, notes and Chinese terms. It imports back as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from envcredit.base.diagnostics import Place, problem
from envcredit.base.labels import Language, word
from envcredit.base.vocabulary import Attribute, Kind, Vocabulary, read_vocabulary
from envcredit.errors import RecordsError

LISTS = "_lists"
_ROWS = 5000
_UNIT_HEADS: Mapping[Language, tuple[str, str]] = {
    "zh": ("单位名称", "统一社会信用代码"),
    "en": ("unit_name", "unit_code"),
}
_REPLACES: Mapping[Language, str] = {"zh": "更正记录", "en": "replaces"}


@dataclass(frozen=True, slots=True)
class _Form:
    """What all sheets of one workbook share."""

    book: Any
    vocabulary: Vocabulary
    language: Language
    lists: Mapping[str, str]
    required: Any
    optional: Any
    text: Any


def write_template(path: Path, kinds: Sequence[str] = (), language: Language = "zh") -> list[str]:
    """Writes the workbook and returns the kinds in it: those named, or all that can be imported.

    Required columns carry a star. Cells are text, so that codes keep their digits and days stay as typed. Raises
    ``RecordsError`` (``R306``) for a kind that is none.
    """
    vocabulary = read_vocabulary()
    importable = [name for name, kind in vocabulary.kinds.items() if not kind.derived]
    wrong = [name for name in kinds if name not in importable]
    if wrong:
        expected = ", ".join(importable)
        raise RecordsError([problem("R306", Place(path.name), found=name, expected=expected) for name in wrong])
    chosen = [name for name in importable if not kinds or name in kinds]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        # A fixed day of making keeps two workbooks of the same content equal.
        book.set_properties({"created": _made()})
        form = _form(book, vocabulary, language, chosen)
        for name in chosen:
            _kind_sheet(form, vocabulary.kinds[name])
        _list_sheet(form, chosen)
    return chosen


def _made() -> Any:
    from datetime import datetime

    return datetime(2026, 1, 1)  # noqa: DTZ001  a workbook knows no time zone


def _form(book: Any, vocabulary: Vocabulary, language: Language, chosen: Sequence[str]) -> _Form:
    head = {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "num_format": "@"}
    form = _Form(
        book=book,
        vocabulary=vocabulary,
        language=language,
        lists=_list_places(vocabulary, chosen),
        required=book.add_format({**head, "bg_color": "#1F4E79", "font_color": "#FFFFFF"}),
        optional=book.add_format({**head, "bg_color": "#DDEBF7"}),
        text=book.add_format({"num_format": "@"}),
    )
    _note_sheet(form)
    return form


def _note_sheet(form: _Form) -> None:
    sheet = form.book.add_worksheet(word("records.template.notes", form.language))
    sheet.set_column(0, 0, 110, form.book.add_format({"text_wrap": True, "valign": "top"}))
    for row, key in enumerate(("title", "star", "days", "money", "words", "codes", "corrections", "unknown")):
        sheet.write_string(row, 0, word(f"records.template.{key}", form.language))


def _kind_sheet(form: _Form, kind: Kind) -> None:
    sheet = form.book.add_worksheet(kind.words[form.language][:31])
    name, code = _UNIT_HEADS[form.language]
    replaces = _REPLACES[form.language]
    fixed = [(name, True, "records.template.cell.name"), (code, False, "records.template.cell.code")]
    column = 0
    for head, required, key in [*fixed, (replaces, False, "records.template.cell.replaces")]:
        if head == replaces:
            column = 2 + len(kind.attributes)
        _head(form, sheet, column, f"{head}*" if required else head, word(key, form.language), required=required)
        column += 1
    for column, attribute in enumerate((form.vocabulary.attributes[each] for each in kind.attributes), start=2):
        _attribute_column(form, sheet, column, attribute, attribute.name in kind.required)
    sheet.freeze_panes(1, 1)


def _head(form: _Form, sheet: Any, column: int, text: str, note: str, *, required: bool) -> None:
    sheet.set_column(column, column, max(14, 2 * len(text)), form.text)
    sheet.write_string(0, column, text, form.required if required else form.optional)
    sheet.write_comment(0, column, note, {"x_scale": 2})


def _attribute_column(form: _Form, sheet: Any, column: int, attribute: Attribute, required: bool) -> None:
    label = attribute.words[form.language] if form.language == "zh" else attribute.name
    described = "code_list" if attribute.type == "code" else attribute.type
    note = word(f"records.template.cell.{described}", form.language)
    _head(form, sheet, column, f"{label}*" if required else label, f"{attribute.name}\n{note}", required=required)
    source = form.lists.get(attribute.list) or (form.lists["yes_no"] if attribute.type == "yes_no" else "")
    if source:
        # Several words may stand in one cell, so there the list only offers and does not refuse.
        refuse = attribute.type != "codes"
        rule = {"validate": "list", "source": source, "ignore_blank": True, "show_error": refuse}
        sheet.data_validation(1, column, _ROWS, column, rule)


def _used_lists(vocabulary: Vocabulary, chosen: Sequence[str]) -> list[str]:
    attributes = [vocabulary.attributes[name] for kind in chosen for name in vocabulary.kinds[kind].attributes]
    return list(dict.fromkeys(attribute.list for attribute in attributes if attribute.list))


def _list_places(vocabulary: Vocabulary, chosen: Sequence[str]) -> dict[str, str]:
    """Where the words of each list stand on the hidden sheet, as the reference of a drop-down."""
    names = ["yes_no", *_used_lists(vocabulary, chosen)]
    letters = [xlsxwriter.utility.xl_col_to_name(column) for column in range(len(names))]
    lengths = [len(vocabulary.lists[name]) if name != "yes_no" else 2 for name in names]
    places = zip(names, letters, lengths, strict=True)
    return {name: f"={LISTS}!${letter}$1:${letter}${length}" for name, letter, length in places}


def _list_sheet(form: _Form, chosen: Sequence[str]) -> None:
    sheet = form.book.add_worksheet(LISTS)
    sheet.hide()
    sheet.write_column(0, 0, [word(f"records.template.{key}", form.language) for key in ("yes", "no")], form.text)
    for column, name in enumerate(_used_lists(form.vocabulary, chosen), start=1):
        codes = form.vocabulary.lists[name].values()
        sheet.write_column(0, column, [words[form.language] for words in codes], form.text)
