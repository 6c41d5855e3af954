"""Why a unit has no grade, and which row of a table a point came from, in words."""

from __future__ import annotations

from collections.abc import Mapping

from envcredit.base.labels import LANGUAGES, word
from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from envcredit.rating.explanation import Both, RecordNote
from envcredit.rating.notes import both
from envcredit.rating.scores import NOT_ESTABLISHED
from envcredit.scheme.model import Band, GradeRule, MeasureRule, PointRule, PointsTable, Rule, Scheme, ScopeRule, TierRule

_ENDS = (("at_least", "from"), ("above", "above"), ("at_most", "to"), ("below", "below"))


def bands_of(rule: Rule, band: int) -> Both | None:
    """The row of the band table, code table, tier list or worst-of list with index ``band``; none for -1."""
    if band < 0:
        return None
    if isinstance(rule, PointRule) and isinstance(rule.points, PointsTable):
        if rule.points.table is not None:
            return _code(rule.points.by, list(rule.points.table)[band])
        return _band(rule.points.bands[band]) if rule.points.bands else None
    if isinstance(rule, MeasureRule):
        return _band(rule.bands[band])
    if isinstance(rule, TierRule):
        words = rule.tiers[band].words
        return both(words) if words else {lang: word("reason.tier", lang, number=band + 1) for lang in LANGUAGES}
    if isinstance(rule, GradeRule) and rule.rows[band].words:
        row = rule.rows[band].words
        return both(row) if row else None
    return None


def _code(name: str, code: str) -> Both:
    """A row of a code table in the words of its list; a table by anything else shows its key."""
    vocabulary = read_vocabulary()
    attribute = vocabulary.unit.get(name.removeprefix("unit.")) if name.startswith("unit.") else vocabulary.attributes.get(name)
    words = vocabulary.lists[attribute.list].get(code) if attribute and attribute.list else None
    return words or dict.fromkeys(LANGUAGES, code)


def _band(band: Band) -> Both:
    if band.words:
        return both(band.words)
    ends = [(key, getattr(band, name)) for name, key in _ENDS if getattr(band, name) is not None]
    if not ends:
        return {lang: word("reason.band.rest", lang) for lang in LANGUAGES}
    return {lang: " ".join(word(f"reason.band.{key}", lang, end=end) for key, end in ends) for lang in LANGUAGES}


def reason_of(reason: str, scheme: Scheme, vocabulary: Vocabulary, records: Mapping[str, RecordNote]) -> Both:
    """The reason column of the score stage in words: out of scope by which rule, or which value of which record is missing."""
    if reason.startswith(NOT_ESTABLISHED):
        return {lang: word(f"reason.{reason.replace('#', '.')}", lang) for lang in LANGUAGES}
    if reason in ("unit_type", "no_weight"):
        return {lang: word(f"reason.{reason}", lang) for lang in LANGUAGES}
    key, mark, index = reason.partition("#")
    rule = scheme.rules.get(key)
    if isinstance(rule, ScopeRule):
        if not mark:
            return {lang: word("reason.out_of_scope", lang) for lang in LANGUAGES}
        return both(rule.not_rated[int(index)].words)
    rule_key, _, rest = reason.partition(":")
    missing, _, record_id = rest.partition(":")
    words = both(scheme.rules[rule_key].words) if rule_key in scheme.rules else dict.fromkeys(LANGUAGES, rule_key)
    term = _attribute(missing, vocabulary) if record_id else _term(missing, scheme, vocabulary)
    if record_id in records:
        numbers = {lang: records[record_id].number or records[record_id].words[lang] for lang in LANGUAGES}
        return {
            lang: word("reason.missing_in", lang, rule=words[lang], missing=term[lang], record=numbers[lang])
            for lang in LANGUAGES
        }
    return {lang: word("reason.missing", lang, rule=words[lang], missing=term[lang]) for lang in LANGUAGES}


def _term(name: str, scheme: Scheme, vocabulary: Vocabulary) -> Both:
    if name == "officer_entry":
        return {lang: word("reason.officer_entry", lang) for lang in LANGUAGES}
    if name in scheme.rules:
        return both(scheme.rules[name].words)
    if name.startswith("unit."):
        return vocabulary.unit[name.removeprefix("unit.")].words
    return _attribute(name, vocabulary)


def _attribute(name: str, vocabulary: Vocabulary) -> Both:
    """What a record states; a rule may have the same key."""
    known = {**vocabulary.attributes, **vocabulary.states}
    return known[name].words if name in known else dict.fromkeys(LANGUAGES, name)
