"""Tree to canonical text; ``parse(print(tree)) == tree``."""

from __future__ import annotations

from envcredit.scheme.conditions.tree import (
    Aggregate,
    Among,
    And,
    Compare,
    Condition,
    Grouped,
    Holds,
    Known,
    Measure,
    Name,
    Not,
    Or,
    Quotient,
    Shifted,
    Since,
    Truth,
    Value,
)

_SINCE = {"day": "days_since", "month": "full_months_since", "year": "full_years_since"}


def printed(condition: Condition) -> str:
    """The canonical text of a condition."""
    match condition:
        case Or(parts=parts):
            return " or ".join(printed(part) for part in parts)
        case And(parts=parts):
            return " and ".join(_closed(part, Or) for part in parts)
        case Not(part=part):
            return f"not {_closed(part, Or, And)}"
        case Compare(op=op, left=left, right=right):
            return f"{side(left)} {op} {side(right)}"
        case Among(left=name, options=options, negated=negated):
            return f"{name.written} {'not in' if negated else 'in'} {_set(options)}"
        case Holds(left=name, quantifier=quantifier, options=options):
            return f"{name.written} has {quantifier} {_set(options)}"
        case Known(name=name, negated=negated):
            return f"{name.written} is {'unknown' if negated else 'known'}"
        case Truth(name=name):
            return name.written


def printed_measure(measure: Measure | Name) -> str:
    """The canonical text of a measure or an operand."""
    match measure:
        case Name():
            return measure.written
        case Aggregate():
            return _aggregate(measure)
        case Grouped(function=function, inner=inner, by=by):
            return f"{function} {_aggregate(inner)} by {by.written}"
        case Since(unit=unit, inner=inner):
            return f"{_SINCE[unit]} {_aggregate(inner)}"
        case Quotient(over=over, under=under):
            return f"{printed_measure(over)} / {printed_measure(under)}"


def side(part: Name | Shifted | Value) -> str:
    """One side of a comparison."""
    match part:
        case Name():
            return part.written
        case Value(text=text):
            return text
        case Shifted(day=day, length=length, sign=sign):
            return f"{day.written} {'+' if sign == 1 else '-'} {length}"


def _aggregate(part: Aggregate) -> str:
    if part.condition is not None:
        return f"{part.function}({printed(part.condition)})"
    function = part.function.replace("_", " ")
    return f"{function} {part.name.written}" if part.name else function


def _closed(part: Condition, *wider: type[Or] | type[And]) -> str:
    text = printed(part)
    return f"({text})" if isinstance(part, wider) else text


def _set(options: tuple[Value, ...]) -> str:
    return "{" + ", ".join(option.text for option in options) + "}"
