"""What a source mapping says: which column of a foreign file is which attribute, and in which unit and words it is written.

The language is closed. A mapping names columns, units, word tables and constants; it computes nothing but the comparison of
a measured value with its limit.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from envcredit.base.amounts import Rounding
from envcredit.base.labels import Language
from envcredit.records.cleaning.days import DayStyle


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, strict=True)


class Otherwise(_Closed):
    """Where a value is taken from when the columns of the field are empty, and what is said of that in the record."""

    columns: list[str]
    note: str = ""
    note_in: str = ""


class Cell(_Closed):
    """One value of a record.

    Exactly one of ``columns`` (the first of them that holds something; two that disagree quarantine the row), ``value`` (the
    same for every row, written as in a cell), ``join`` (texts of several columns) and ``template`` (``{column}`` holes; no
    value when one of them is empty) says where it comes from. ``else`` is a second choice for empty cells, ``in`` the unit of
    a bare figure, ``words`` other spellings of codes ('' for a word that names none), ``contains`` codes by what stands in the
    text (parts joined by +, first row that fits), ``stated`` the code that any text means, ``unmatched`` what becomes of other
    words, ``styles`` orders of day and month, ``round`` how to round, ``kinds`` the record kinds it is for (all when empty).
    """

    columns: list[str] = []
    value: str = ""
    join: list[str] = []
    between: str = "；"
    template: str = ""
    otherwise: Annotated[Otherwise | None, Field(alias="else")] = None
    unit: Annotated[Literal["元", "千元", "万元", "亿元", "percent", ""], Field(alias="in")] = ""
    words: dict[str, str] = {}
    contains: dict[str, str] = {}
    stated: str = ""
    unmatched: Literal["quarantine", "unknown"] = "quarantine"
    styles: list[DayStyle] = []
    rounding: Annotated[Rounding | None, Field(alias="round")] = None
    kinds: list[str] = []

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        if sum(map(bool, (self.columns, self.value, self.join, self.template))) != 1:
            raise ValueError("exactly one of columns, value, join and template must be given")
        return self


class KindOf(_Closed):
    """Which kind of record a row is: one for all rows, a column, or the name of the worksheet (a filled column goes first)."""

    value: str = ""
    columns: list[str] = []
    words: dict[str, str] = {}
    sheet: bool = False


class Party(_Closed):
    """The unit as the source writes it."""

    name: Cell | None = None
    code: Cell | None = None
    org_code: Cell | None = None


class Measurement(_Closed):
    """A measured value beside its limit. Fills value, value_text, qualifier, limit, measured_in, exceedance and compliant.

    ``limit_side``: its words say ``upper`` or ``lower``; without it a limit is an upper one unless it is written as ``≥6`` or
    ``6~9``. When value and limit state different units nothing is compared.
    """

    value: Cell
    qualifier: Cell | None = None
    nothing: Cell | None = None
    unit: Cell | None = None
    limit: Cell | None = None
    limit_side: Cell | None = None
    limit_unit: Cell | None = None
    rounding: Annotated[Rounding, Field(alias="round")] = "half_up"

    def cells(self) -> dict[str, Cell]:
        """Those that are given, by their names."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: cell for name, cell in named.items() if isinstance(cell, Cell)}


class Source(_Closed):
    """One mapping file. ``vocabulary_columns``: every attribute is also read from the columns named by its key and terms."""

    source: str
    title: dict[Language, str]
    about: dict[Language, str]
    basis: Literal["official", "reported", "deployed", "ours"]
    kind: KindOf
    unit: Party
    attributes: dict[str, Cell] = {}
    measurement: Measurement | None = None
    vocabulary_columns: bool = False
    ignored: list[str] = []
    absent: list[str] = []
    skip_sheets: list[str] = []
    replaces: list[str] = ["replaces", "更正记录"]

    def columns(self) -> set[str]:
        """Every column name the mapping knows, as written."""
        cells = [*self.attributes.values(), *(self.measurement.cells().values() if self.measurement else ())]
        cells += [cell for cell in (self.unit.name, self.unit.code, self.unit.org_code) if cell]
        named = {name for cell in cells for name in columns_of(cell)}
        return named | set(self.kind.columns) | set(self.ignored) | set(self.replaces)


def columns_of(cell: Cell) -> list[str]:
    """Every column a value may come from."""
    holes = [part.partition("}")[0] for part in cell.template.split("{")[1:]]
    return [*cell.columns, *cell.join, *holes, *(cell.otherwise.columns if cell.otherwise else ())]
