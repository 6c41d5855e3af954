"""A city of three units as files: what a run needs, small enough to be rated many times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from stories import prepared_of, write_scheme

from envcredit.rating.order import Order
from envcredit.rating.orders import Typed, order_of
from envcredit.rating.prepared import Prepared
from envcredit.rating.rate import rate
from envcredit.rating.run import Run
from envcredit.records import import_files
from envcredit.records.places import Store
from envcredit.records.units import read_units
from envcredit.scheme.library import locate

RULES = """
fined:
  kind: deduct
  from: penalty
  when: categories has any {fine}
  counts: {from: decided_on, for: 12 months}
  points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
  missing: {fine: refuse, categories: skip}
warned:
  kind: deduct
  from: penalty
  when: categories has only {warning}
  counts: {from: decided_on, for: 6 months}
  points: 1
  missing: {categories: skip}
repaired: {kind: repair, of: penalty, since: decided_on, waiting: 3 months}
praised: {kind: award, from: commendation, counts: {from: awarded_on, for: 24 months}, points: 3}
twice_red:
  kind: derive
  from: rating
  counts: {from: period_to, for: 36 months}
  value: streak(grade in {red, black})
  none: 0
barred: {kind: limit, when: twice_red >= 2, at_most: yellow}
"""
UNITS = """unit_id,name,former_names,uscc,unit_type,permit_class,status
U1,甲示例厂,旧甲示例厂,91350100M000100Y43,enterprise,key,operating
U2,乙示例厂,,,enterprise,simplified,operating
U3,丙示例厂,,,enterprise,simplified,operating
"""
HEAD = (
    "kind,unit_name,unit_code,decided_on,awarded_on,authority,document_number,"
    "categories,fine,about_authority,about_number,outcome"
)
ROWS = (
    "penalty,甲示例厂,91350100M000100Y43,2026-03-01,,示例局,示罚〔2026〕1号,fine,30000,,,",
    "penalty,乙示例厂,,2026-04-01,,示例局,示罚〔2026〕2号,warning,,,,",
    "penalty,旧甲示例厂,,2026-05-01,,示例局,示罚〔2026〕3号,fine,1000,,,",
    "commendation,丙示例厂,,,2026-06-01,示例局,示表〔2026〕1号,,,,,",
    "penalty,丁示例厂,91431000**********,2026-05-01,,示例局,示罚〔2026〕4号,fine,1000,,,",
    "repair,乙示例厂,,2026-08-01,,示例局,示修〔2026〕1号,,,示例局,示罚〔2026〕2号,accepted",
)
RECORDED_AT, KNOWN_AT = "2026-12-01T00:00:00Z", "2027-01-10T00:00:00Z"


def lay_out(folder: Path, rows: Sequence[str] = ROWS, units: str = UNITS) -> Path:
    """Writes the files of the city and takes its records in."""
    folder.mkdir(parents=True, exist_ok=True)
    write_scheme(folder / "scheme", RULES)
    (folder / "units.csv").write_text(units, "utf-8")
    take_in(folder, "records.csv", rows, RECORDED_AT)
    return folder


def take_in(folder: Path, name: str, rows: Sequence[str], recorded_at: str) -> None:
    """One more file of records."""
    (folder / name).write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    import_files([folder / name], "native", folder / "store", recorded_at)


def typed(folder: Path, out: str = "run", **more: object) -> Typed:
    """What an officer types."""
    given = {
        "scheme": str(folder / "scheme" / "2020-01-01"),
        "units": folder / "units.csv",
        "records": folder / "store",
        "as_of": date(2026, 12, 31),
        "known_at": KNOWN_AT,
        "out": folder / out,
    }
    return Typed(**{**given, **more})  # type: ignore[arg-type]


@cache
def plan_of_city() -> Prepared:
    """The plan of the city's scheme, built once for all tests."""
    return prepared_of(RULES)


def quick_run(folder: Path, known_at: str = KNOWN_AT) -> Run:
    """The same rating as :func:`run_of`, by a plan that is already built."""
    units, _notes = read_units(folder / "units.csv")
    scheme_folder = locate(folder / "scheme" / "2020-01-01")
    return rate(
        Order(plan_of_city(), scheme_folder, units, Store(folder / "store"), date(2026, 12, 31), known_at), folder / "run"
    )


def run_of(folder: Path, out: str = "run", **more: object) -> Run:
    """A rating of the city."""
    wanted = typed(folder, out, **more)
    order, _notes = order_of(wanted)
    return rate(order, wanted.out)


def stage_digests(run: Run) -> dict[str, str]:
    """The digest of the file of every stage."""
    return {name: str(stage["file_digest"]) for name, stage in run.manifest["stages"].items()}
