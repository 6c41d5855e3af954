"""Which records any rule might take up, told from the record alone, before it is joined to anything.

Most records of a year are none: a measurement within its limits, a permit, a document that only amends another. They need not
be carried through the stages. What is asked here is always weaker than the rule's own condition: the parts of its ``when``
that speak of the record, and of nothing that is only known later (states, the unit, derived values, the rated row's clocks).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce

import ibis.expr.types as ir

from envcredit.base.vocabulary import Vocabulary
from envcredit.rating.picks import Reading
from envcredit.rating.program import FactProgram
from envcredit.scheme.conditions.tree import And, Condition, Scalar, names_in

Asked = tuple[Condition, Mapping[str, Scalar]]


def wanted(row: ir.Table, programs: Sequence[FactProgram], reading: Reading) -> ir.BooleanValue:
    """Whether some of these rules looks at records of this kind and does not surely pass this one over."""
    kinds = {kind: [p for p in programs if kind in p.kinds] for kind in sorted({kind for p in programs for kind in p.kinds})}
    asked = {kind: _asked(found, reading.vocabulary) for kind, found in kinds.items()}
    whole = [kind for kind, conditions in asked.items() if not conditions]
    parts: list[ir.BooleanValue] = [row.kind.isin(whole)]
    for kind, conditions in asked.items():
        if kind not in whole:
            held = [reading.asked(row, condition, assumed).fill_null(True) for condition, assumed in conditions]
            parts.append((row.kind == kind) & reduce(operator.or_, held))
    return reduce(operator.or_, parts)


def _asked(programs: Iterable[FactProgram], vocabulary: Vocabulary) -> list[Asked]:
    """What the rules of one kind ask of its records; () where one of them asks nothing."""
    found: list[Asked] = []
    for program in programs:
        parts = tuple(_of_the_record(program.when, vocabulary))
        if not parts:
            return []
        one = (And(parts) if len(parts) > 1 else parts[0], program.assumed)
        found += [one] if one not in found else []
    return found


def _of_the_record(condition: Condition | None, vocabulary: Vocabulary) -> Iterator[Condition]:
    for part in condition.parts if isinstance(condition, And) else [condition] if condition else []:
        if all(name.where == "fact" and name.name in vocabulary.attributes for name in names_in(part)):
            yield part
