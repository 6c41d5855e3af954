"""Which unit a record speaks of: by unified code, then organisation code, then exact name, then former name. Never by guess.

A link that a person has signed comes first. A record that states a whole valid code is never joined by its name, and a
masked code that shows other characters than the unit's own keeps the name from joining, as does another organisation code.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

import ibis
import ibis.expr.types as ir
from ibis import _

from envcredit.engine import Keeper

PARTY = ("unit_name", "unit_name_key", "unit_code", "unit_code_raw", "unit_org_code")
_FULL_WIDTH = "".join(chr(0xFEE0 + code) for code in range(ord("!"), ord("~") + 1))
_HALF_WIDTH = "".join(chr(code) for code in range(ord("!"), ord("~") + 1))
_SMALL, _LARGE = _FULL_WIDTH + ascii_lowercase, _HALF_WIDTH.upper() + ascii_uppercase
_SPACES = "\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode Z and the controls that end a line
_FORMATS = (  # Unicode Cf
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
)
_DASHES = (  # Unicode Pd and the minus sign
    "\u058a\u05be\u1400\u1806\u2010-\u2015\u2212\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0"
    "\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)
# Written out, because engines do not share a name for these classes.
_NO_SIGN = f"[-{_SPACES}{_FORMATS}{_DASHES}]"
_MASK = r"X{4}|[*×●■□…]|##|\.\."
_HIDDEN = r"X{4,}|[^0-9A-Z]+"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Units as they are looked up: ``unit`` (unit_id, uscc) and ``name`` (unit_id, name_key, former)."""

    unit: ir.Table
    name: ir.Table


def attached(keeper: Keeper, record: ir.Table, subjects: Subjects, link: ir.Table) -> ir.Table:
    """One row a distinct party as written: PARTY columns, ``unit_id`` (null when joined to none), ``attached_by``, ``reason``."""
    party = keeper.keep("party", _shown(record.select(*PARTY).distinct()))
    found = party.left_join(_linked(link), ["unit_name", "unit_code_raw"]).select(party, "by_link")
    found = _looked_up(found, _by_code(subjects.unit), "unit_code", "code")
    found = _looked_up(found, _by_organisation(subjects.unit), "unit_org_code", "organisation")
    found = _looked_up(found, _by_name(subjects, former=False), "unit_name_key", "name")
    found = _looked_up(found, _by_name(subjects, former=True), "unit_name_key", "former")
    return keeper.keep("party_attached", _decided(found))


def _shown(party: ir.Table) -> ir.Table:
    """Adds ``shown``: for a masked code the pattern of the characters that it shows, else null.

    A choice and not a conjunction, so that patterns are looked for only where some code is stated that is not whole.
    """
    written = party.unit_code_raw.translate(_SMALL, _LARGE).re_replace(_NO_SIGN, "")
    pattern = ibis.literal("^") + written.re_replace(_HIDDEN, ".*") + ibis.literal("$")
    whole = (party.unit_code != "") | (party.unit_code_raw == "")
    return party.mutate(shown=ibis.cases((whole, ibis.null("string")), (written.re_search(_MASK), pattern)))


def _linked(link: ir.Table) -> ir.Table:
    return (
        link.group_by("unit_name", "unit_code_raw").agg(by_link=_.unit_id.max(), links=_.unit_id.nunique()).filter(_.links == 1)
    )


def _by_code(unit: ir.Table) -> ir.Table:
    return _unique(unit.filter(_.uscc != "").select(key="uscc", unit_id="unit_id", uscc="uscc"))


def _by_organisation(unit: ir.Table) -> ir.Table:
    return _unique(unit.filter(_.uscc.length() == 18).select(key=_.uscc.substr(8, 9), unit_id="unit_id", uscc="uscc"))


def _by_name(subjects: Subjects, *, former: bool) -> ir.Table:
    named = subjects.name.filter(_.former == former).join(subjects.unit, "unit_id")
    return _unique(named.select(key="name_key", unit_id="unit_id", uscc="uscc").filter(_.key != ""))


def _unique(keyed: ir.Table) -> ir.Table:
    """One row a key: the only unit that has it, or how many there are."""
    return keyed.group_by("key").agg(one=_.unit_id.max(), uscc=_.uscc.max(), units=_.unit_id.nunique())


def _looked_up(found: ir.Table, keyed: ir.Table, column: str, how: str) -> ir.Table:
    renamed = keyed.rename({f"{how}_key": "key", f"{how}_unit": "one", f"{how}_uscc": "uscc", f"{how}_units": "units"})
    joined = found.left_join(renamed, (found[column] == renamed[f"{how}_key"]) & (found[column] != ""))
    return joined.drop(f"{how}_key")


def _decided(found: ir.Table) -> ir.Table:
    """The first way that leads to exactly one unit, or the reason why none does."""
    masked = found.shown.notnull()
    stated, nameless = found.unit_code != "", found.unit_name_key == ""

    def fits(uscc: str) -> ir.BooleanValue:
        agrees = (found.unit_org_code == "") | (found[uscc].substr(8, 9) == found.unit_org_code)
        return (agrees & ibis.cases((masked, found[uscc].re_search(found.shown)), else_=True)) | (found[uscc] == "")

    ways = [
        (found.by_link.notnull(), found.by_link, "link"),
        (found.code_units == 1, found.code_unit, "uscc"),
        (~stated & (found.organisation_units == 1), found.organisation_unit, "org_code"),
        (~stated & (found.name_units == 1) & fits("name_uscc"), found.name_unit, "name"),
        (~stated & found.name_units.isnull() & (found.former_units == 1) & fits("former_uscc"), found.former_unit, "former_name"),
    ]
    reason = ibis.cases(
        ((found.code_units > 1) | (~stated & (found.organisation_units > 1)), "code_ambiguous"),
        (
            stated | ((found.unit_org_code != "") & (nameless | (ibis.coalesce(found.name_units, found.former_units) == 1))),
            "no_such_code",
        ),
        ((found.name_units > 1) | (found.former_units > 1), "name_ambiguous"),
        (masked, "masked_code"),
        (~nameless, "no_such_name"),
        else_="no_identifier",
    )
    decided = found.mutate(
        unit_id=ibis.cases(*((held, unit) for held, unit, _how in ways)),
        attached_by=ibis.cases(*((held, how) for held, _unit, how in ways), else_=""),
    )
    return decided.mutate(reason=ibis.cases((_.unit_id.notnull(), ""), else_=reason)).select(
        *PARTY, "unit_id", "attached_by", "reason"
    )
