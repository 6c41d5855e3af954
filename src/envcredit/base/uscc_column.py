"""Unified social credit codes by the column: the two checks of :mod:`envcredit.base.uscc` on hundreds of thousands at once."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from envcredit.base.uscc import ALPHABET, ORGANISATION_CHECKS, ORGANISATION_WEIGHTS, WEIGHTS

_LENGTH = 18
_STRANGE = 10_000
"""Stands for a character without a value: a sum with one of them in it is past every sum without, which end at 9180."""


def _values_of(places: dict[str, int]) -> pa.Array:
    return pa.array([places.get(chr(byte), _STRANGE) for byte in range(256)], pa.int32())


_IN_CODE = _values_of({character: value for value, character in enumerate(ALPHABET)})
_IN_BODY = _values_of({character: int(character, 36) for character in ALPHABET})
_AT_CHECK = _values_of({character: value for value, character in enumerate(ORGANISATION_CHECKS)})


def are_valid(codes: pa.Array) -> Any:
    """Whether each text is a valid code that needs no cleaning: ``uscc.verdict(text).code == text``; null for null."""
    fitting = pc.equal(pc.binary_length(codes), _LENGTH)
    signs = _signs(codes.filter(fitting))
    whole = _sum(_IN_CODE, signs, (*WEIGHTS, 1))
    organisation = _sum(_IN_BODY, signs[8:16], ORGANISATION_WEIGHTS)
    organisation = pc.add(organisation, _AT_CHECK.take(signs[16]))
    hold = pc.and_(_divides(31, whole), _divides(11, organisation))
    return pc.replace_with_mask(fitting, fitting, hold)


def _signs(codes: pa.Array) -> list[Any]:
    """The bytes at each of the places of texts that have as many bytes."""
    fixed = codes.cast(pa.binary()).cast(pa.binary(_LENGTH))
    start, count = fixed.offset * _LENGTH, len(fixed) * _LENGTH
    run = pa.Array.from_buffers(pa.uint8(), count, [None, fixed.buffers()[1]], offset=start)
    firsts = pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(_LENGTH, pa.int64()), len(fixed))), _LENGTH)
    return [run[place:].take(firsts) for place in range(_LENGTH)]


def _sum(values: pa.Array, signs: list[Any], weights: tuple[int, ...]) -> Any:
    total = pa.repeat(pa.scalar(0, pa.int32()), len(signs[0]))
    for sign, weight in zip(signs, weights, strict=True):
        total = pc.add(total, pc.multiply(values.take(sign), pa.scalar(weight, pa.int32())))
    return total


def _divides(divisor: int, sums: Any) -> Any:
    """Whether the sums are multiples of the divisor and of known characters alone."""
    multiple = pc.equal(pc.multiply(pc.divide(sums, divisor), divisor), sums)
    return pc.and_(multiple, pc.less(sums, _STRANGE))
