"""A measured value beside its limit, row by row: the bound, the exceedance and whether the limit is kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from envcredit.base.amounts import NUMBER_PLACES, SHARE_PLACES, Rounding, scaled
from envcredit.base.diagnostics import Diagnostic, problem
from envcredit.base.text import plain
from envcredit.records.cleaning import measured as reading
from envcredit.records.cleaning.measured import Measured
from envcredit.records.cleaning.words import word_key
from envcredit.records.columns import Cleaner, Texts, texts
from envcredit.records.headers import Table
from envcredit.records.source import Measurement
from envcredit.records.statements import Scalar

_QUALIFIERS: dict[str, tuple[reading.Qualifier, bool]] = {
    "=": ("equal", False),
    "<": ("below", False),
    "<=": ("below", True),
    "≤": ("below", True),
    ">": ("above", False),
    ">=": ("above", True),
    "≥": ("above", True),
    **{name: (name, False) for name in ("equal", "below", "above", "no_discharge", "not_measured", "unreadable")},
}


@dataclass(slots=True)
class Measurements:
    """The texts of a measurement's cells, by their names in the mapping."""

    mapping: Measurement
    columns: dict[str, Texts]

    def of(self, row: int) -> tuple[dict[str, Scalar], list[Diagnostic]]:
        """The values of a row; problems: ``R224`` an unknown qualifier; warnings: ``R243`` unreadable, ``R244`` units differ."""
        found: list[Diagnostic] = []
        value = self._value(row, found)
        lower, upper = self._limit(row, found)
        values: dict[str, Scalar] = {}
        if text := self._text("value", row):
            values["value_text"] = text
        if unit := self._text("unit", row):
            values["measured_in"] = unit
        if value is None:
            return values, found
        values["qualifier"] = value.qualifier
        one_sided = lower if upper is None else upper if lower is None else None
        exceedance, compliant = None, None
        if not self._units_differ(row, found):
            exceedance, compliant = reading.exceedance(value, upper), reading.compliance(value, lower, upper)
        rounding = self.mapping.rounding
        quantities: dict[str, int | None] = {
            "value": _fits(value.value, NUMBER_PLACES, rounding, found),
            "limit": _fits(one_sided, NUMBER_PLACES, rounding, found),
            "exceedance": _fits(exceedance, SHARE_PLACES, rounding, found),
            "compliant": compliant,
        }
        return values | {name: quantity for name, quantity in quantities.items() if quantity is not None}, found

    def _text(self, name: str, row: int) -> str:
        column = self.columns.get(name)
        return column.of[row] if column else ""

    def _value(self, row: int, found: list[Diagnostic]) -> Measured | None:
        """``None`` when nothing is stated at all."""
        text, sign, nothing = (self._text(name, row) for name in ("value", "qualifier", "nothing"))
        value = reading.measured(text) if text else None
        if nothing and self.mapping.nothing:
            word = self.mapping.nothing.words.get(nothing, nothing)
            return self._under(value or Measured("equal"), word, found)
        if value is None:
            return None
        if sign:
            value = self._under(value, self.mapping.qualifier.words.get(sign, sign) if self.mapping.qualifier else sign, found)
        if value.qualifier == "unreadable":
            found.append(problem("R243", found=text))
        return value

    def _under(self, value: Measured, sign: str, found: list[Diagnostic]) -> Measured:
        known = _QUALIFIERS.get(plain(sign))
        if known is None:
            found.append(problem("R224", found=sign, expected=", ".join(_QUALIFIERS)))
            return value
        return reading.qualified(value, *known)

    def _limit(self, row: int, found: list[Diagnostic]) -> tuple[Decimal | None, Decimal | None]:
        text, side = self._text("limit", row), self._text("limit_side", row)
        if not text:
            return None, None
        lower, upper = reading.limit_bounds(text)
        if lower is None and upper is None:
            found.append(problem("R245", found=text))
        if side and self.mapping.limit_side:
            word = self.mapping.limit_side.words.get(side, side)
            if word not in ("upper", "lower"):
                found.append(problem("R224", found=side, expected="upper, lower"))
            if word == "lower" and lower is None:
                return upper, None
        return lower, upper

    def _units_differ(self, row: int, found: list[Diagnostic]) -> bool:
        """µg/L beside mg/L, a count per litre beside one per 100 mL: figures that must not be compared."""
        first, second = self._text("unit", row), self._text("limit_unit", row)
        if not first or not second or word_key(first) == word_key(second):
            return False
        found.append(problem("R244", first=first, second=second))
        return True


def measurements(mapping: Measurement, table: Table, cleaned: Cleaner) -> Measurements:
    """The columns of a measurement in a table."""
    given = {name: texts(cell, table, cleaned) for name, cell in mapping.cells().items()}
    return Measurements(mapping, {name: column for name, column in given.items() if column})


def _fits(value: Decimal | Fraction | None, places: int, rounding: Rounding, found: list[Diagnostic]) -> int | None:
    try:
        return None if value is None else scaled(value, places, rounding)
    except OverflowError:
        found.append(problem("R207", found=str(value)))
        return None
