"""The rule pack of a release: what grades, rules and clauses are called, and the scheme's own files. The log has its digest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from envcredit.proof.encoding import canonical, object_of
from envcredit.proof.refusal import refused
from envcredit.proof.result import Digest, Name

_WHAT = "rule pack"
MOST_PACK = 1 << 23


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(_Part):
    """One text in both languages."""

    zh: str
    en: str

    def __getitem__(self, language: Literal["zh", "en"]) -> str:
        return self.zh if language == "zh" else self.en


class PackGrade(_Part):
    """A grade; they lie from best to worst. ``colour``: ``#rrggbb``, or nothing."""

    grade: Name
    words: Words
    colour: Annotated[str, Field(pattern=r"^(#[0-9a-f]{6})?$")] = ""


class PackRule(_Part):
    """What a rule is called, and the clause that it rests on."""

    words: Words
    clause: Name
    duty: Words | None = None


class PackClause(_Part):
    """A clause as it is cited."""

    title: Words
    number: str
    article: str
    words: Words
    basis: Literal["official", "reported", "inferred", "model"]


class RulePack(_Part):
    """``rule``: the digest that results name. ``files``: the scheme's texts by path, for a replay. ``missing``: its gaps."""

    scheme: Name
    rule: Digest
    title: Words
    authority: Words
    status: Literal["complete", "partial", "skeleton"]
    missing: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    better: Literal["higher", "lower", ""] = ""
    grades: Annotated[tuple[PackGrade, ...], Field(strict=False)]
    rules: Mapping[str, PackRule]
    clauses: Mapping[str, PackClause]
    files: Mapping[str, str]

    def grade(self, key: str) -> PackGrade | None:
        """A grade by its key."""
        return next((grade for grade in self.grades if grade.grade == key), None)

    def rank(self, key: str) -> int:
        """1 for the best grade. Raises ``KeyError`` for none of this pack."""
        for place, grade in enumerate(self.grades, 1):
            if grade.grade == key:
                return place
        raise KeyError(key)

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        plain: dict[str, Any] = self.model_dump(mode="json", exclude_none=True)
        return canonical(plain)


def rule_pack_of(data: bytes) -> RulePack:
    """A rule pack as it was written. Raises ``ProofError`` (V101, V115)."""
    try:
        return RulePack.model_validate(object_of(data, _WHAT, MOST_PACK))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise refused("V101", what=_WHAT, why=".".join(map(str, first["loc"]))[:80]) from error
