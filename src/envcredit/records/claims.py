"""Which statements are new, which were made before, and which contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.diagnostics import Place, problem
from envcredit.records.statements import Statement
from envcredit.records.store import Batch

_ORIGIN_COLUMNS = ("record_id", "identity", "source", "replaces", "file", "sheet", "line", "batch")


@dataclass(frozen=True, slots=True)
class Origin:
    """A record that is in the store or was just accepted."""

    record_id: str
    identity: str
    source: str
    place: Place


@dataclass(slots=True)
class Known:
    """The records that matter to an import. ``current``: those of an identity that no other record replaces."""

    records: dict[str, Origin] = field(default_factory=dict)
    by_identity: dict[str, list[Origin]] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)

    def add(self, origin: Origin, replaces: str) -> None:
        """Takes a record in."""
        self.records[origin.record_id] = origin
        self.by_identity.setdefault(origin.identity, []).append(origin)
        if replaces:
            self.replaced[replaces] = origin.record_id

    def current(self, identity: str) -> list[Origin]:
        """The records of an identity that still stand."""
        return [origin for origin in self.by_identity.get(identity, ()) if origin.record_id not in self.replaced]


@dataclass(slots=True)
class Settled:
    """Statements by what became of them; every statement is in exactly one list. ``duplicate`` names what repeats what."""

    accepted: list[Statement] = field(default_factory=list)
    duplicate: list[tuple[Statement, Place]] = field(default_factory=list)
    quarantined: list[Statement] = field(default_factory=list)


def known_records(stored: Iterable[Batch], statements: Sequence[Statement]) -> Known:
    """What the batches hold of the records that ``statements`` may repeat, contradict or replace, and of all replacements."""
    identities = pa.array(sorted({statement.identity for statement in statements}), pa.string())
    ids = sorted({name for statement in statements for name in (statement.record_id, statement.replaces)})
    known = Known()
    for batch in stored:
        for row in _concerned(batch.table(_ORIGIN_COLUMNS), identities, pa.array(ids, pa.string())).to_pylist():
            place = Place(f"{batch.id}/{row['file']}", row["line"], sheet=row["sheet"])
            known.add(Origin(row["record_id"], row["identity"], row["source"], place), row["replaces"])
    return known


def _concerned(table: pa.Table, identities: pa.Array, ids: pa.Array) -> pa.Table:
    by_identity = pc.is_in(table["identity"], value_set=identities)
    by_id = pc.is_in(table["record_id"], value_set=ids)
    return table.filter(pc.or_(pc.or_(by_identity, by_id), pc.not_equal(table["replaces"], "")))


def settled(statements: Sequence[Statement], known: Known) -> Settled:
    """Decides on every statement. The order of the rows has no say in what is accepted; ``known`` takes in what is.

    A statement made before, by this or another source, is a duplicate. Another statement of the same identity is a conflict:
    with a stored record the new one is quarantined, among new ones all are, unless one says which record it replaces.
    """
    result = Settled()
    distinct = _distinct(statements, known, result)
    plain = [statement for statement in distinct if not statement.replaces]
    _take_plain(plain, known, result)
    _take_corrections([statement for statement in distinct if statement.replaces], known, result)
    return result


def _distinct(statements: Sequence[Statement], known: Known, result: Settled) -> list[Statement]:
    """Statements that were not made before, each once."""
    first: dict[str, Statement] = {}
    for statement in statements:
        if statement.problems:
            result.quarantined.append(statement)
        elif (same := _made_before(statement, known)) is not None:
            result.duplicate.append((statement, same.place))
        elif statement.record_id in first:
            result.duplicate.append((statement, first[statement.record_id].place))
        else:
            first[statement.record_id] = statement
    return list(first.values())


def _made_before(statement: Statement, known: Known) -> Origin | None:
    if found := known.records.get(statement.record_id):
        return found
    others = [origin for origin in known.by_identity.get(statement.identity, ()) if origin.source != statement.source]
    return next((origin for origin in others if statement.record_id_under(origin.source) == origin.record_id), None)


def _take_plain(statements: list[Statement], known: Known, result: Settled) -> None:
    claims: dict[str, list[Statement]] = {}
    for statement in statements:
        claims.setdefault(statement.identity, []).append(statement)
    for identity, rivals in claims.items():
        standing = known.current(identity)
        if standing:
            for statement in rivals:
                _refuse(statement, "R232", [standing[0].place], result, record=standing[0].record_id)
        elif len(rivals) > 1:
            for statement in rivals:
                others = sorted(other.place for other in rivals if other is not statement)
                _refuse(statement, "R233", others[:3], result, count=len(others))
        else:
            _accept(rivals[0], known, result)


def _take_corrections(statements: list[Statement], known: Known, result: Settled) -> None:
    """In rounds, because a correction may replace a correction that arrives with it."""
    waiting = statements
    while ready := [statement for statement in waiting if statement.replaces in known.records]:
        waiting = [statement for statement in waiting if statement.replaces not in known.records]
        claims: dict[str, list[Statement]] = {}
        for statement in ready:
            claims.setdefault(statement.replaces, []).append(statement)
        for rivals in claims.values():
            _take_correction(rivals, known, result)
    for statement in waiting:
        _refuse(statement, "R235", [], result, record=statement.replaces)


def _take_correction(rivals: list[Statement], known: Known, result: Settled) -> None:
    target = rivals[0].replaces
    if target in known.replaced:
        for statement in rivals:
            _refuse(statement, "R234", [known.records[known.replaced[target]].place], result, record=known.replaced[target])
    elif len(rivals) > 1:
        for statement in rivals:
            others = sorted(other.place for other in rivals if other is not statement)
            _refuse(statement, "R233", others[:3], result, count=len(others))
    elif standing := [origin for origin in known.current(rivals[0].identity) if origin.record_id != target]:
        _refuse(rivals[0], "R232", [standing[0].place], result, record=standing[0].record_id)
    else:
        _accept(rivals[0], known, result)


def _accept(statement: Statement, known: Known, result: Settled) -> None:
    result.accepted.append(statement)
    known.add(Origin(statement.record_id, statement.identity, statement.source, statement.place), statement.replaces)


def _refuse(statement: Statement, code: str, places: list[Place], result: Settled, **values: object) -> None:
    statement.problems.append(problem(code, statement.place, *places, **values))
    result.quarantined.append(statement)
