"""The two digests of a scheme: every field is in exactly one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from envcredit.scheme import model
from envcredit.scheme.digests import digest_of_field, part_of, rule_digest, text_digest
from envcredit.scheme.library import names
from envcredit.scheme.reader import read_scheme

CLASSES = sorted((c for c in vars(model).values() if isinstance(c, type) and issubclass(c, model.Part)), key=lambda c: c.__name__)

Write = Callable[..., Path]


@pytest.mark.parametrize("part", CLASSES, ids=lambda c: c.__name__)
def test_every_field_of_every_part_is_in_exactly_one_digest(part: type[BaseModel]) -> None:
    assert {name: digest_of_field(field) for name, field in part.model_fields.items()}.keys() == part.model_fields.keys()


def test_an_unmarked_field_is_refused() -> None:
    class Unmarked(BaseModel):
        points: int = 0

    with pytest.raises(ValueError, match="RULE or TEXT"):
        digest_of_field(Unmarked.model_fields["points"])


def digests(folder: Path) -> tuple[str, str]:
    scheme = read_scheme(folder)
    return rule_digest(scheme), text_digest(scheme)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("start: 100", "start: 99"),
        ("points: 5}", "points: 4.5}"),
        ("for: 12 months}\n  points", "for: 13 months}\n  points"),
        ("has any {fine}", "has any {warning}"),
        ("from: 90", "from: 80"),
        ("term_ends: corresponding_day", "term_ends: day_before"),
        ("  missing: {fine: refuse, categories: skip}", "  missing: {fine: refuse, categories: skip}\n  cap: {points: 10}"),
    ],
)
def test_what_changes_a_number_changes_the_rule_digest_alone(write: Write, old: str, new: str) -> None:
    (rule, text), (new_rule, new_text) = digests(write()), digests(write((old, new)))
    assert rule != new_rule
    assert text == new_text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("zh: 小办法", "zh: 大办法"),
        ("words: {zh: 罚款, en: Fines}", "words: {zh: 处罚款, en: Fines}"),
        ("article: 第一条", "article: 第二条"),
        ("{grade: green, words: {zh: 绿", "{grade: green, words: {zh: 绿牌"),
        ("words: {zh: 等级, en: Grade}", "words: {zh: 等级, en: Grade}\n  note: {zh: 注, en: Note}"),
    ],
)
def test_what_is_only_read_changes_the_text_digest_alone(write: Write, old: str, new: str) -> None:
    (rule, text), (new_rule, new_text) = digests(write()), digests(write((old, new)))
    assert rule == new_rule
    assert text != new_text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("start: 100", "start: 100.0"),
        ("for: 12 months}\n  points", "for: 1 year}\n  points"),
        ("  from: penalty\n  when", "  from: [penalty]\n  when"),
        ("floor: 0}", "floor: 0, rounding: half_up}"),
    ],
)
def test_another_way_to_write_the_same_changes_nothing(write: Write, old: str, new: str) -> None:
    assert digests(write()) == digests(write((old, new)))


def test_the_order_of_rules_says_nothing_and_the_order_of_grades_does(write: Write) -> None:
    scheme = read_scheme(write())
    turned = scheme.model_copy(update={"rules": dict(reversed(scheme.rules.items()))})
    assert rule_digest(turned) == rule_digest(scheme)
    assert rule_digest(scheme.model_copy(update={"grades": scheme.grades[::-1]})) != rule_digest(scheme)


def leaves(plain: object) -> Iterator[object]:
    if isinstance(plain, dict):
        for one in plain.values():
            yield from leaves(one)
    elif isinstance(plain, list):
        for one in plain:
            yield from leaves(one)
    else:
        yield plain


@pytest.mark.parametrize("name", names())
def test_both_parts_together_hold_the_whole_scheme(name: str) -> None:
    scheme = read_scheme(name)
    whole = list(leaves(scheme.model_dump(by_alias=True, mode="json", exclude_none=True)))
    parts = [*leaves(part_of(scheme, "rule")), *leaves(part_of(scheme, "text"))]
    assert Counter(map(str, parts)) == Counter(map(str, whole))
