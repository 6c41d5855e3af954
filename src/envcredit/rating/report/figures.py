"""The numbers behind the report: distribution, areas, trend, rules that cost most, records without a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.rating.distribution import Distribution, Share, counted, percent, standings_of
from envcredit.rating.results import Results, name_of

WITHOUT = ("refused", "not_rated")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a stacked chart: an area or a run, the number of units in each grade (best first), and their sum."""

    label: str
    counts: tuple[int, ...]

    @property
    def rated(self) -> int:
        """All units of the row that have a grade."""
        return sum(self.counts)

    @property
    def shares(self) -> tuple[Share, ...]:
        """Each count with its percentage of the row."""
        return tuple(Share("", n, percent(n, self.rated)) for n in self.counts)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one rule took from all units together, in steps (0 when it acts on grades), and from how many units."""

    rule: str
    clause: str
    points: int
    units: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted. ``omitted`` runs have other grades than this one and are not in the trend."""

    distribution: Distribution
    without: Mapping[str, int]
    regions: tuple[Row, ...]
    parks: tuple[Row, ...]
    trend: tuple[Row, ...]
    omitted: int
    costs: tuple[Cost, ...]
    direct: tuple[Cost, ...]
    unattached: tuple[tuple[str, int], ...]


def figures(run: Results, others: Sequence[Results] = ()) -> Figures:
    """Counts one run, and the grades of ``others`` for the trend (sorted by day, then moment of knowledge)."""
    grades = [g.key for g in run.scheme.grades]
    standings = _tally(standings_of(run)["standing"])
    alike = [other for other in others if [g.key for g in other.scheme.grades] == grades]
    runs = sorted([*alike, run], key=lambda r: (name_of(r).as_of, name_of(r).known_at))
    lost, direct = _costs(run)
    return Figures(
        counted(standings, grades, "rated"),
        {key: standings.get(key, 0) for key in WITHOUT},
        _by_area(run, "region", grades),
        _by_area(run, "park", grades),
        tuple(_whole(each, grades) for each in runs) if len(runs) > 1 else (),
        len(others) - len(alike),
        lost,
        direct,
        tuple(sorted(_tally(run.stage("unattached")["reason"]).items(), key=lambda r: (-r[1], r[0]))),
    )


def _tally(values: pa.ChunkedArray) -> dict[str, int]:
    return {row["values"]: row["counts"] for row in pc.value_counts(values).to_pylist()}


def _whole(run: Results, grades: Sequence[str]) -> Row:
    found = _tally(standings_of(run)["standing"])
    return Row(name_of(run).as_of, tuple(found.get(g, 0) for g in grades))


def _by_area(run: Results, area: str, grades: Sequence[str]) -> tuple[Row, ...]:
    units = run.stage("unit").select(["unit_id", area])
    joined = units.join(standings_of(run), "unit_id")
    pairs = joined.group_by([area, "standing"]).aggregate([([], "count_all")]).to_pylist()
    found: dict[str, dict[str, int]] = {}
    for pair in pairs:
        found.setdefault(pair[area] or "", {})[pair["standing"]] = pair["count_all"]
    rows = [Row(name, tuple(counts.get(g, 0) for g in grades)) for name, counts in found.items()]
    if {row.label for row in rows} <= {""}:
        return ()
    return tuple(sorted((r for r in rows if r.rated), key=lambda r: (r.label == "", -r.rated, r.label)))


def _costs(run: Results) -> tuple[tuple[Cost, ...], tuple[Cost, ...]]:
    """Rules by points lost, and rules that act on grades by units, each the heaviest first."""
    point = run.stage("point")
    score = run.scheme.score
    if score is None or score.weighted:
        worse = pa.array([False] * point.num_rows, pa.bool_())
    else:
        worse = (pc.less if score.better == "higher" else pc.greater)(point["counted"], 0)
    on_grade = pc.is_in(point["effect"], pa.array(["veto", "limit", "shift", "row"]))
    lost = sorted(_summed(point.filter(worse)), key=lambda c: (-c.points, c.rule))
    direct = sorted(_summed(point.filter(on_grade)), key=lambda c: (-c.units, c.rule))
    return tuple(lost), tuple(direct)


def _summed(point: pa.Table) -> list[Cost]:
    rows = point.select(["rule", "clause", "counted", "unit_id"]).group_by(["rule", "clause"])
    totals = rows.aggregate([("counted", "sum"), ("unit_id", "count_distinct")]).to_pylist()
    return [Cost(r["rule"], r["clause"] or "", abs(r["counted_sum"] or 0), r["unit_id_count_distinct"]) for r in totals]
