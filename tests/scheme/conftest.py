"""A small scheme that stands, to be spoiled by the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SCHEME = """\
scheme: model/small
title: {zh: 小办法, en: Small scheme}
authority: {zh: 示范, en: Model}
status: complete
summary: {zh: 示范。, en: A model.}
in_force: {from: 2026-01-01}
rates: [enterprise]
period: {kind: calendar_year}
calendar: {month_end: last_day, term_ends: corresponding_day}
score: {start: 100, better: higher, step: 0.5, floor: 0}
grades:
  - {grade: green, words: {zh: 绿, en: Green}}
  - {grade: red, words: {zh: 红, en: Red}}
sources:
  measures: {title: {zh: 办法, en: Measures}, basis: model}
clauses:
  measures/1:
    {source: measures, article: 第一条, basis: model, checked_on: 2026-01-01, words: {zh: 罚款扣分, en: Fines cost points}}
"""
RULES = """\
fine:
  kind: deduct
  clause: measures/1
  words: {zh: 罚款, en: Fines}
  from: penalty
  when: categories has any {fine}
  counts: {from: decided_on, for: 12 months}
  points: {by: fine, bands: [{below: CNY 20_000, points: 2}, {points: 5}]}
  missing: {fine: refuse, categories: skip}
fines_in_a_year:
  kind: derive
  clause: measures/1
  words: {zh: 罚款次数, en: Number of fines}
  from: penalty
  counts: {from: decided_on, for: 12 months}
  value: count
plate:
  kind: grade
  clause: measures/1
  words: {zh: 等级, en: Grade}
  by: score
  bands: [{grade: green, from: 90}, {grade: red}]
"""
CASES = """\
- case: a fine of 15,000 yuan costs two points
  of: [fine]
  as_of: 2026-12-31
  records:
    - {id: a, kind: penalty, decided_on: 2026-03-10, categories: [fine], fine: CNY 15_000}
  expect:
    points: [{rule: fine, record: a, counted: -2}]
    derived: {fines_in_a_year: 1}
    score: 98
    grade: green
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the small scheme with some text replaced; ``extra`` adds files."""

    def written(*changes: tuple[str, str], **extra: str) -> Path:
        folder = tmp_path / "small" / "2026-01-01"
        files = {"scheme.yaml": SCHEME, "rules/fines.yaml": RULES, "cases/fines.yaml": CASES}
        for old, new in changes:
            assert any(old in text for text in files.values()), f"nothing to replace: {old}"
            files = {name: text.replace(old, new) for name, text in files.items()}
        files |= {name.replace("__", "/") + ".yaml": text for name, text in extra.items()}
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return folder

    return written
