"""A publication of invented companies, as exports, notices and pages see one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from envcredit.base.uscc import check_character, organisation_check
from envcredit.proof.result import result_of
from envcredit.proof.rules import RulePack
from envcredit.proof.statuslist import State
from envcredit.release.standing import Published, Standing

ISSUER, MOMENT = "https://rating.example.gov.cn", 1_795_000_000
RULE = "sha256:" + "a1" * 32


def code(number: int, kind: str = "91") -> str:
    """A valid unified code of nobody."""
    organisation = f"MB{number:06d}"
    body = f"{kind}431003{organisation}{organisation_check(organisation)}"
    return body + check_character(body)


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


@pytest.fixture(scope="session")
def pack() -> RulePack:
    """A scheme of made-up law: three grades, a fine and a crime."""
    grades = [("green", "绿牌（环保诚信）", "Green", "#1a7f37"), ("blue", "蓝牌（环保合格）", "Blue", "#0969da")]
    grades += [("red", "红牌（环保不良）", "Red", "#cf222e")]
    measures = {"title": words("示例市环境信用评价办法", "Measures of Example City"), "number": "示环规〔2026〕1号"}
    clause = {**measures, "basis": "model"}
    return RulePack.model_validate(
        {
            "scheme": "cn/example/enterprise",
            "rule": RULE,
            "title": measures["title"],
            "authority": words("示例市生态环境局", "Bureau of Example City"),
            "status": "complete",
            "better": "higher",
            "grades": [{"grade": g, "words": words(zh, en), "colour": colour} for g, zh, en, colour in grades],
            "rules": {
                "fined": {"words": words("受到罚款处罚", "Fined"), "clause": "m/12"},
                "crime": {"words": words("构成环境犯罪", "Environmental crime"), "clause": "m/15"},
            },
            "clauses": {
                "m/12": {
                    **clause,
                    "article": "第十二条",
                    "words": words("受到罚款处罚的，每次扣5分。", "5 points for each fine."),
                },
                "m/15": {**clause, "article": "第十五条", "words": words("构成犯罪的，直接定为红牌。", "Crime leads to red.")},
            },
            "files": {"scheme.yaml": "scheme: cn/example/enterprise\nperiod: {kind: calendar_year}\n"},
        }
    )


@pytest.fixture(scope="session")
def standing(pack: RulePack) -> Callable[..., Standing]:
    """One unit: ``standing(1, "示例化工有限公司", grade="blue", state=State.SUSPENDED, unit={…}, …)``."""

    def make(number: int, name: str | None, state: State = State.IN_FORCE, kind: str = "91", **said: Any) -> Standing:
        rules, sub = said.pop("pack", pack), said.pop("sub", code(number, kind))
        unit = {"id": said.pop("id", sub), "unit_type": "enterprise", "region": "431003", **said.pop("unit", {})}
        payload: dict[str, Any] = {
            "iss": ISSUER, "jti": f"urn:envrating:{number}", "iat": MOMENT, "exp": MOMENT + 31_000_000, "sub": sub,
            "unit": unit | ({"name": name} if name else {}), "seq": 1, "scheme": "cn/example/enterprise", "rule": RULE,
            "inputs": RULE, "run": RULE, "digest": RULE, "as_of": "2026-06-30", "known_at": "2026-07-01T00:00:00Z",
            "rated": "rated" if "grade" in said else "not_rated",
            "status": {"status_list": {"idx": number, "uri": f"{ISSUER}/status/1"}}, "publish_until": "2027-06-30",
        }  # fmt: skip
        return Standing(result_of(payload | said), state, rules)

    return make


@pytest.fixture(scope="session")
def publish(pack: RulePack) -> Callable[..., Published]:
    """A release of these standings."""

    def make(*standings: Standing) -> Published:
        ordered = tuple(sorted(standings, key=lambda s: s.result.sub))
        return Published(7, MOMENT, ISSUER, ordered, {pack.rule: pack})

    return make


@pytest.fixture(scope="session")
def published(standing: Callable[..., Standing], publish: Callable[..., Published]) -> Published:
    """Every state there is, a sole trader, a unit without a code, and units without a grade."""
    fine = {"rule": "fined", "clause": "m/12", "effect": "deduct", "facts": 2, "points": "-10", "until": "2028-03-01"}
    crime = {"rule": "crime", "clause": "m/15", "effect": "veto", "facts": 1, "grade": "red"}
    return publish(
        standing(1, "示例化工有限公司", grade="blue", score="90", reasons=[fine]),
        standing(2, "示例水务有限公司", grade="green", score="100"),
        standing(3, "示例冶炼有限公司", State.SUSPENDED, grade="red", score="95", reasons=[crime]),
        standing(4, "示例修复有限公司", State.REPAIRED, grade="red", score="40"),
        standing(5, "示例撤回有限公司", State.WITHDRAWN, grade="green", score="100"),
        standing(6, "示例到期有限公司", State.TERM_OVER, grade="green", score="100"),
        standing(7, None, kind="92", grade="green", score="100"),
        standing(8, "示例监测站", sub="站-8", why="unit_type"),
        standing(9, "示例铸造有限公司", rated="refused", why="fined:fine:r-77"),
    )
