"""What a bank's expected loss would be if its default probabilities followed the grade: Σ EAD · LGD · (PD with overlay - PD).

The overlay is an **assumption of the caller** and is named in the result. There is no default: no table of default
probabilities by environmental grade is established in China, so none ships here, and a grade that the overlay does not name
is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from envcredit.base.amounts import Rounding, rounded


@dataclass(frozen=True, slots=True)
class Exposed:
    """An exposure: grade of the borrower, fen at default, loss given default, and its notch on the bank's own scale from 0,
    the best."""

    grade: str
    ead_fen: int
    lgd: Fraction
    notch: int


@dataclass(frozen=True, slots=True)
class NotchShift:
    """So many notches worse (or better, when negative) on the bank's scale for each grade. ``assumption``: who assumes it, on
    what ground."""

    assumption: str
    notches: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OddsMultiplier:
    """The odds of default times this for each grade; a probability stays below 1. ``assumption``: who assumes it, on what
    ground."""

    assumption: str
    factors: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class LossAtGrade:
    """Expected losses of one grade in fen, each rounded once; ``held`` counts exposures that met an end of the scale."""

    grade: str
    exposures: int
    ead_fen: int
    base_fen: int
    overlay_fen: int
    held: int

    @property
    def shift_fen(self) -> int:
        """What the overlay adds."""
        return self.overlay_fen - self.base_fen


@dataclass(frozen=True, slots=True)
class LossShift:
    """The whole book: rows by grade in the order of the overlay, their sums, and the assumption that it all rests on."""

    assumption: str
    by_grade: tuple[LossAtGrade, ...]

    @property
    def base_fen(self) -> int:
        """Expected loss without the overlay."""
        return sum(row.base_fen for row in self.by_grade)

    @property
    def shift_fen(self) -> int:
        """What the overlay adds in all."""
        return sum(row.shift_fen for row in self.by_grade)


def loss_shift(
    book: Iterable[Exposed], scale: Sequence[Fraction], overlay: NotchShift | OddsMultiplier, rounding: Rounding = "half_even"
) -> LossShift:
    """The shift on ``scale``, the bank's default probabilities from its best notch to its worst. Exact up to one rounding a
    grade.

    Raises ``ValueError`` for an overlay without its assumption in words, a grade that it does not name, a probability or a
    loss outside 0 to 1, a scale that does not rise, a notch that is not on it, and a factor that is not above 0.
    """
    named = overlay.notches if isinstance(overlay, NotchShift) else overlay.factors
    _check(scale, overlay)
    held: dict[str, list[Exposed]] = {grade: [] for grade in named}
    for one in book:
        if one.grade not in held:
            raise ValueError(f"the overlay says nothing of the grade {one.grade!r}")
        if not 0 <= one.lgd <= 1 or one.ead_fen < 0 or not 0 <= one.notch < len(scale):
            raise ValueError(f"not an exposure: {one}")
        held[one.grade].append(one)
    return LossShift(overlay.assumption, tuple(_row(grade, ones, scale, overlay, rounding) for grade, ones in held.items()))


def overlaid(notch: int, grade: str, scale: Sequence[Fraction], overlay: NotchShift | OddsMultiplier) -> tuple[Fraction, bool]:
    """The default probability with the overlay, and whether the shift was cut at an end of the scale."""
    if isinstance(overlay, NotchShift):
        wanted = notch + overlay.notches[grade]
        reached = min(max(wanted, 0), len(scale) - 1)
        return scale[reached], reached != wanted
    chance, factor = scale[notch], overlay.factors[grade]
    return factor * chance / (1 - chance + factor * chance), False


def _row(
    grade: str, ones: Sequence[Exposed], scale: Sequence[Fraction], overlay: NotchShift | OddsMultiplier, rounding: Rounding
) -> LossAtGrade:
    base, shifted, held = Fraction(0), Fraction(0), 0
    for one in ones:
        chance, cut = overlaid(one.notch, grade, scale, overlay)
        base += one.ead_fen * one.lgd * scale[one.notch]
        shifted += one.ead_fen * one.lgd * chance
        held += cut
    return LossAtGrade(
        grade, len(ones), sum(one.ead_fen for one in ones), rounded(base, rounding), rounded(shifted, rounding), held
    )


def _check(scale: Sequence[Fraction], overlay: NotchShift | OddsMultiplier) -> None:
    if not overlay.assumption.strip():
        raise ValueError("an overlay says in words who assumes it and on what ground")
    if not scale or list(scale) != sorted(scale) or scale[0] < 0 or scale[-1] > 1:
        raise ValueError("a scale of default probabilities rises from its best notch to its worst, within 0 and 1")
    if isinstance(overlay, OddsMultiplier) and any(factor <= 0 for factor in overlay.factors.values()):
        raise ValueError("a factor of odds is above 0")
