"""From a run to what is to be published of it: one draft a unit, and the rule pack that gave it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from envcredit.base.days import Term, add
from envcredit.base.digest import digest_of
from envcredit.proof.result import SOLE_TRADER
from envcredit.proof.rules import PackClause, PackGrade, PackRule, RulePack, Words
from envcredit.rating.notes import both, points_text, provision
from envcredit.rating.run import SCHEME_FOLDER, Run
from envcredit.release.drafts import Draft, Pack
from envcredit.scheme.model import Scheme

_RECORD = re.compile("[0-9a-f]{64}")
"""The id of a record, which is not published."""


def rule_pack(run: Run) -> Pack:
    """The rules of a run as they are published: their names, clauses and files."""
    scheme, folder = run.scheme, run.folder / SCHEME_FOLDER
    rule = f"sha256:{run.manifest['scheme']['rule_digest']}"
    texts = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}
    cited = {key: provision(scheme, key) for key in sorted(scheme.clauses)}
    pack = RulePack(
        scheme=scheme.identity,
        rule=rule,
        title=_words(both(scheme.title)),
        authority=_words(both(scheme.authority)),
        status=scheme.status,
        missing=tuple(_words(both(gap)) for gap in scheme.missing.values()),
        better=scheme.score.better if scheme.score else "",
        grades=tuple(PackGrade(grade=g.key, words=_words(both(g.words)), colour=g.colour or "") for g in scheme.grades),
        rules={
            key: PackRule(words=_words(both(r.words)), clause=r.clause, duty=_words(both(r.duty)) if r.duty else None)
            for key, r in sorted(scheme.rules.items())
        },
        clauses={
            key: PackClause(
                title=_words(note.title), number=note.number, article=note.article, words=_words(note.words), basis=note.basis
            )
            for key, note in cited.items()
            if note is not None
        },
        files={path: text for path, text in texts.items() if not path.startswith("cases/")},
    )
    return Pack(scheme.identity, rule, pack.to_bytes())


def drafts_of(run: Run, publish_months: int) -> Iterator[Draft]:
    """What a run says of each unit, in the order of ids. ``publish_months``: how long a result is shown after ``as_of``."""
    units = run.stage("unit")
    whole = _Whole(run, publish_months)
    codes = [code or "" for code in units.column("uscc").to_pylist()] if "uscc" in units.column_names else [""] * units.num_rows
    alone = _once(codes)
    stages = {name: _by_unit(run.stage(name)) for name in ("score", "grade", "digest", "point", "ignored")}
    for unit, code in zip(units.to_pylist(), codes, strict=True):
        rows = {name: found.get(unit["unit_id"], []) for name, found in stages.items()}
        yield whole.draft(unit, code if code in alone else unit["unit_id"], rows)


def _once(codes: Iterable[str]) -> set[str]:
    """Codes that one unit alone has: several sites may share their company's."""
    seen: set[str] = set()
    twice: set[str] = set()
    for code in codes:
        (twice if code in seen else seen).add(code)
    return seen - twice - {""}


def _by_unit(table: pa.Table) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.to_pylist():
        found[row["unit_id"]].append(row)
    return found


def _words(words: Mapping[Any, str]) -> Words:
    return Words(zh=words["zh"], en=words["en"])


@dataclass(frozen=True)
class _Whole:
    """What is said of every unit of a run alike."""

    run: Run
    publish_months: int

    def draft(self, unit: Mapping[str, Any], sub: str, rows: Mapping[str, list[dict[str, Any]]]) -> Draft:
        (score,), (grade,), (digest,) = (rows[name] for name in ("score", "grade", "digest"))
        said = {
            **self._same(),
            "unit": _subject(unit),
            "rated": grade["status"],
            "digest": f"sha256:{digest['digest']}",
        }
        if grade["final"]:
            said["grade"] = grade["final"]
        if score["score"] is not None and grade["status"] == "rated":
            said["score"] = points_text(score["score"], self._step)
        if score["reason"]:
            said["why"] = ":".join(part for part in score["reason"].partition("#")[0].split(":") if not _RECORD.fullmatch(part))
        if self.run.scheme.status != "complete":
            said["incomplete"] = True
        if reasons := list(_reasons(rows["point"], self.run.scheme, self._step)):
            said["reasons"] = reasons
        records = frozenset(row["record_id"] for row in rows["point"] if row["record_id"])
        repaired = frozenset(row["record_id"] for row in rows["ignored"] if row["reason"] == "repaired")
        return Draft(sub, said, records, repaired)

    @property
    def _step(self) -> Decimal:
        score = self.run.scheme.score
        return Decimal(score.step) if score else Decimal(1)

    def _same(self) -> dict[str, Any]:
        manifest = self.run.manifest
        as_of = date.fromisoformat(str(manifest["as_of"]))
        until = add(as_of, Term(self.publish_months, "month"), self.run.scheme.calendar.month_end)
        return {
            "scheme": self.run.scheme.identity,
            "rule": f"sha256:{manifest['scheme']['rule_digest']}",
            "inputs": f"sha256:{_inputs_digest(manifest['inputs'])}",
            "run": f"sha256:{manifest['result_digest']}",
            "as_of": as_of.isoformat(),
            "known_at": manifest["known_at"],
            "publish_until": until.isoformat(),
        }


def _inputs_digest(inputs: Mapping[str, Any]) -> str:
    """Of what a run rested on: batches, links and earlier runs by their digests, not where they lay."""
    named = {
        "batches": [batch["digest"] for batch in inputs["batches"]],
        "links": [list(link) for link in inputs["links"]],
        "history": [one["result_digest"] for one in inputs["history"]],
        "members": inputs["members"]["result_digest"] if inputs["members"] else "",
    }
    return digest_of(named)


def _subject(unit: Mapping[str, Any]) -> dict[str, Any]:
    """The unit as it is published. A sole trader's name is a person's, and so is left out."""
    code = unit.get("uscc") or ""
    former = [name.strip() for name in (unit.get("former_names") or "").split("|") if name.strip()]
    names = {} if code.startswith(SOLE_TRADER) else {"name": unit["name"], "former_names": former}
    named = {key: unit.get(key) for key in ("unit_type", "region", "industry", "park")}
    return {"id": unit["unit_id"], **{key: value for key, value in {"code": code, **names, **named}.items() if value}}


def _reasons(points: Iterable[Mapping[str, Any]], scheme: Scheme, step: Decimal) -> Iterator[dict[str, Any]]:
    """All facts that one rule counted under one clause, as one reason, in the order of rules."""
    together: dict[tuple[str, str, str, str, int], list[Mapping[str, Any]]] = defaultdict(list)
    for row in points:
        together[row["rule"], row["clause"], row["effect"], row["grade"], row["steps"]].append(row)
    place = {key: number for number, key in enumerate(scheme.rules)}
    for rule, clause, effect, grade, steps in sorted(together, key=lambda key: (place[key[0]], key)):
        rows = together[rule, clause, effect, grade, steps]
        said: dict[str, Any] = {"rule": rule, "clause": clause, "effect": effect, "facts": len(rows)}
        if points := sum(row["counted"] for row in rows):
            said["points"] = points_text(points, step)
        ends = [row["counts_to"] for row in rows]
        if all(ends) and max(ends) < date.max:
            said["until"] = max(ends).isoformat()
        if grade:
            said["grade"] = grade
        if steps:
            said["steps"] = steps
        yield said
