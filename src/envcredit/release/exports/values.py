"""What one published result has to put into the columns of an export."""

from __future__ import annotations

from pathlib import PurePosixPath

import yaml

from envcredit.base import uscc
from envcredit.base.labels import Language, word
from envcredit.base.own_yaml import own_yaml
from envcredit.base.regions import built_in
from envcredit.base.vocabulary import read_vocabulary
from envcredit.proof.rules import RulePack
from envcredit.proof.statuslist import State
from envcredit.rating.notes import titled
from envcredit.release.exports.mapping import VALUES, Filled
from envcredit.release.exports.spoken import SHOWN, china_day, is_sole_trader, state_words, unit_code, why_words
from envcredit.release.exports.stated import Ended, Stated
from envcredit.release.standing import Published, Standing

WITHHELD = frozenset({"grade", "score", "previous_grade", "why", "remark"})
"""What is said of a unit: not of one whose result was withdrawn, repaired or shown for its whole term."""


def filled(published: Published, stated: Stated, language: Language = "zh") -> list[Filled]:
    """A row for every unit in the order of the release, then for those that left it.

    A result that may not be shown any longer has its row without what it said, so that whoever has the old one stops using it.
    """
    calendar = {rule: _by_calendar_year(pack) for rule, pack in published.packs.items()}
    rows = [_row(each, published, stated, calendar.get(each.pack.rule, False), language) for each in published.standings]
    return rows + [_ended(each, published, stated, language) for each in stated.ended]


def _ended(ended: Ended, published: Published, stated: Stated, language: Language) -> Filled:
    """The row of a result of which only its end is known."""
    valid = uscc.verdict(ended.sub).status == "valid"
    row = dict.fromkeys(VALUES, ("", "")) | _office(published, stated)
    row |= {"result": (ended.result, ended.result), "state": _state(ended.state, language)}
    return row | {"code" if valid else "unit_id": (ended.sub, ended.sub)}


def _state(state: State, language: Language) -> tuple[str, str]:
    return state.name.lower(), state_words(state, language)


def _office(published: Published, stated: Stated) -> dict[str, tuple[str, str]]:
    texts = {
        "published_on": china_day(published.moment),
        "authority": stated.authority or published.issuer,
        "authority_code": stated.authority_code,
        "issuer": published.issuer,
    }
    return {name: (text, text) for name, text in texts.items()}


def _row(standing: Standing, published: Published, stated: Stated, calendar: bool, language: Language) -> Filled:
    result, shown = standing.result, standing.state in SHOWN
    texts = {
        **_unit(standing),
        "period": stated.period or (result.as_of[:4] if calendar else ""),
        "as_of": result.as_of,
        "known_at": result.known_at,
        "scheme": result.scheme,
        "scheme_title": standing.pack.title[language],
        "rule": result.rule,
        "score": result.score or "",
        "previous_grade": stated.previous.get(result.sub, ""),
        "why": "" if result.grade else why_words(standing, language),
        "remark": _remark(standing, language),
        "issued_on": china_day(result.iat),
        "publish_until": result.publish_until,
        "result": result.jti,
        "sequence": str(result.seq),
    }
    row = {name: (text, text) for name, text in texts.items()}
    row |= _office(published, stated) | _coded(standing, language)
    if not shown:
        row |= dict.fromkeys(WITHHELD, ("", ""))
    assert row.keys() == set(VALUES)
    return row


def _unit(standing: Standing) -> dict[str, str]:
    result, unit = standing.result, standing.result.unit
    region = built_in().find(unit.region) if unit.region else None
    return {
        "name": unit.name or "",
        "code": unit_code(result),
        "unit_id": unit.id,
        "region": unit.region or "",
        "region_name": region.zh if region else "",
        "industry": unit.industry or "",
        "park": unit.park or "",
    }


def _coded(standing: Standing, language: Language) -> dict[str, tuple[str, str]]:
    """Values that have a key of their own, which a template may write in its own way."""
    result, grade = standing.result, standing.grade
    kinds = read_vocabulary().lists["unit_type"]
    kind = result.unit.unit_type or ""
    party = ("sole_trader" if is_sole_trader(result) else "body") if unit_code(result) else ""
    return {
        "unit_type": (kind, kinds[kind][language] if kind in kinds else kind),
        "party_class": (party, word(f"publication.party.{party}", language) if party else ""),
        "grade": (result.grade or "", grade.words[language] if grade else ""),
        "state": _state(standing.state, language),
    }


def _remark(standing: Standing, language: Language) -> str:
    grade, result = standing.grade, standing.result
    said = grade.words[language] if grade else why_words(standing, language)
    title = titled(standing.pack.title[language], language)
    return word("publication.remark", language, grade=said, title=title, as_of=result.as_of, result=result.jti)


def _by_calendar_year(pack: RulePack) -> bool:
    """Whether a scheme rates calendar years; then the year of the day that results are as of is the year rated."""
    for path, text in pack.files.items():
        if PurePosixPath(path).name == "scheme.yaml":
            try:
                tree = own_yaml(text)
            except yaml.YAMLError:
                return False
            period = tree.get("period") if isinstance(tree, dict) else None
            return isinstance(period, dict) and period.get("kind") == "calendar_year"
    return False
