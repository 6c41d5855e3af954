"""Values as they are written in schemes and cases, and their canonical spelling."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from envcredit.base.amounts import exact, scaled, unscaled
from envcredit.base.vocabulary import scale
from envcredit.scheme.conditions.problems import ConditionProblem, DidYouMean, WordOf, nearest
from envcredit.scheme.conditions.tree import Scalar, Type, Value

CURRENCY = "CNY"
SAMPLES = {
    "day": "2025-01-31",
    "text": "'text'",
    "code": "fine",
    "codes": "{fine, warning}",
    "yes_no": "yes",
    "integer": "3",
    "amount": "CNY 20_000",
    "share": "90%",
    "number": "2.5",
    "points": "2.5",
    "broken": "?",
}
_WRITTEN_AS = {
    "day": "day",
    "text": "text",
    "yes_no": "yes_no",
    "integer": "number",
    "amount": "money",
    "share": "percent",
    "number": "number",
    "points": "number",
}


def value_of(value: Scalar, type_: Type) -> Value:
    """A value with its canonical spelling; ``value`` is already scaled."""
    return Value(value, type_, spelled(value, type_))


def spelled(value: Scalar, type_: Type) -> str:
    """How a value is written in the language: ``CNY 20_000``, ``90%``, ``yes``, ``'text'``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'" if type_.name == "text" else value
    if type_.name == "points":
        return _grouped(Decimal(value) * (type_.step or Decimal(1)))
    if type_.name == "share":
        return _grouped(unscaled(value, scale("share") - 2)) + "%"
    text = _grouped(unscaled(value, scale(type_.name)))
    return f"{CURRENCY} {text}" if type_.name == "amount" else text


def read_literal(form: str, text: str, type_: Type, column: int) -> Value:
    """The value that a literal of a lexical ``form`` (money, percent, number, day, text, yes_no, length) has in a type.

    Raises ``ConditionProblem``: S108 wrong form, S110 too many places, S111 too large, S114 no such day, S118 a length of
    time, S122 another currency.
    """
    if form == "length":
        raise ConditionProblem("S118", column, {"found": text})
    if _WRITTEN_AS.get(type_.name) != form:
        raise wrong_form(text, type_, column)
    if form == "day":
        return value_of(read_day(text, column), type_)
    if form == "text":
        return value_of(text[1:-1].replace("''", "'"), type_)
    if form == "yes_no":
        return value_of(text == "yes", type_)
    return value_of(_quantity(text, type_, column), type_)


def wrong_form(text: str, type_: Type, column: int) -> ConditionProblem:
    """S108: what stands there is no value of the type."""
    values = {"found": text, "expected": WordOf(f"condition.type.{type_.name}"), "sample": SAMPLES[type_.name]}
    return ConditionProblem("S108", column, values)


def unknown_code(text: str, type_: Type, column: int, codes: tuple[str, ...]) -> ConditionProblem:
    """S105: the list has no such code."""
    values = {"found": text, "list": type_.list, "near": DidYouMean(nearest(text, codes)), "codes": ", ".join(codes)}
    return ConditionProblem("S105", column, values)


def read_day(text: str, column: int) -> date:
    """A day written ``2025-01-31``, nothing else. Raises S114 when the calendar has no such day."""
    try:
        if len(text) != 10:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise ConditionProblem("S114", column, {"found": text}) from None


def _quantity(text: str, type_: Type, column: int) -> int:
    number = text.strip()
    if type_.name == "amount":
        currency, number = number.split(maxsplit=1)
        if currency != CURRENCY:
            raise ConditionProblem("S122", column, {"found": currency, "expected": CURRENCY})
    value = Fraction(exact(number.removesuffix("%")))
    try:
        if type_.name == "points":
            return scaled(value / Fraction(type_.step or 1), 0)
        return scaled(value / 100 if type_.name == "share" else value, scale(type_.name))
    except OverflowError:
        raise ConditionProblem("S111", column, {"found": text}) from None
    except ValueError:
        raise _too_precise(text, type_, column) from None


def _too_precise(text: str, type_: Type, column: int) -> ConditionProblem:
    if type_.name == "points":
        return ConditionProblem("S140", column, {"found": text, "step": f"{type_.step:f}"})
    places = scale(type_.name) - (2 if type_.name == "share" else 0)
    type_word = WordOf(f"condition.type.{type_.name}")
    return ConditionProblem("S110", column, {"found": text, "places": places, "type": type_word})


def _grouped(value: Decimal) -> str:
    text = f"{value:f}"
    head, _, tail = text.partition(".")
    sign = "-" if head.startswith("-") else ""
    tail = tail.rstrip("0")
    whole = f"{int(head.lstrip('-')):_}"
    return f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}"
