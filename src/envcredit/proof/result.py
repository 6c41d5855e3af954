"""A published result: what is said of one unit, signed by the issuer (typ ``envrating+jwt``).

Scores and points are texts, since JSON knows no exact decimal. Nobody is named but the unit; of a sole trader, whose name is a
person's, the unit's name is left out as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from envcredit.proof import jws
from envcredit.proof.refusal import refused
from envcredit.proof.signers import Signer

RESULT = "envrating+jwt"
SOLE_TRADER = "92"
"""The beginning of a unified code that belongs to a sole trader (个体工商户)."""

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Instant = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Decimal = Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,8})?$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_./:-]{1,200}$")]
Whole = Annotated[int, Field(ge=0, le=1 << 53)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Subject(_Part):
    """The unit as the bureau lists it. Names are not given for a sole trader. ``code``: its unified code."""

    id: Text
    code: Text | None = None
    name: Text | None = None
    former_names: Annotated[tuple[Text, ...] | None, Field(max_length=20, strict=False)] = None
    unit_type: Text | None = None
    region: Text | None = None
    industry: Text | None = None
    park: Text | None = None


class Reason(_Part):
    """All facts that one rule counted. ``points``: what they add to the score. ``until``: the last day on which one counts.

    ``grade`` belongs to a veto or a limit, ``steps`` to a shift of the grade (more is worse).
    """

    rule: Name
    clause: Name
    effect: Name
    facts: Whole
    points: Decimal | None = None
    until: Day | None = None
    grade: Name | None = None
    steps: int | None = None


class _ListPlace(_Part):
    idx: Whole
    uri: Text


class StatusPlace(_Part):
    """Where the result's present state stands (Token Status List, section 6)."""

    status_list: _ListPlace


class Result(_Part):
    """The payload. ``seq`` counts the results of a unit from 1 without gaps; ``sub`` is its unified code, or its id without one.

    ``run`` and ``digest`` name the run and what it says of the unit, for who replays it; ``inputs`` what the run rested on.
    ``why`` says why there is no grade. ``incomplete``: the scheme was applied although it is not complete.
    """

    iss: Text
    jti: Name
    iat: Whole
    exp: Whole
    sub: Text
    unit: Subject
    seq: Annotated[int, Field(ge=1, le=1 << 31)]
    scheme: Name
    rule: Digest
    inputs: Digest
    run: Digest
    digest: Digest
    as_of: Day
    known_at: Instant
    rated: Literal["rated", "refused", "not_rated"]
    grade: Name | None = None
    score: Decimal | None = None
    why: Text | None = None
    incomplete: Literal[True] | None = None
    reasons: Annotated[tuple[Reason, ...], Field(max_length=1000, strict=False)] = ()
    supersedes: Name | None = None
    status: StatusPlace
    publish_until: Day

    def payload(self) -> dict[str, Any]:
        """As JSON values; what is not stated is left out."""
        return self.model_dump(exclude_none=True, mode="json")


def sign_result(result: Result, key: str, signer: Signer) -> str:
    """The result as a compact JWS."""
    return jws.sign(result.payload(), RESULT, key, signer)


def result_of(payload: Mapping[str, Any]) -> Result:
    """A payload as a result. Raises ``ProofError`` (V101) naming the first field that is not as it must be."""
    try:
        return Result.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise refused("V101", what=RESULT, why=".".join(map(str, first["loc"]))[:80]) from error


def check_result(token: str, keys: Mapping[str, bytes]) -> Result:
    """A result, signed by one of these keys. Raises ``ProofError`` (V101 to V103, V115)."""
    return result_of(jws.check(token, RESULT, keys).payload)
