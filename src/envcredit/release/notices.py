"""The notice to a rated unit (评价结果告知书) and the public notice (公示), as HTML and as PDF, from one small document.

All text goes to both templates as data, never as a part of them. PDF is set in the font of an installed package alone, so that
the same notice has the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from envcredit.base.diagnostics import problem
from envcredit.base.labels import Language, word
from envcredit.base.own_yaml import own_yaml
from envcredit.errors import InputError
from envcredit.proof.layout import bundle_file
from envcredit.proof.result import Reason
from envcredit.proof.statuslist import State
from envcredit.rating.letter import harmless
from envcredit.rating.notes import titled
from envcredit.release.exports.markup import TAGS, data_file, render
from envcredit.release.exports.public_list import Group, Section, sections, unit_cells
from envcredit.release.exports.spoken import (
    SHOWN,
    china_day,
    clause_words,
    day_text,
    effect_words,
    moment_text,
    state_words,
    unit_code,
    unit_name,
    why_words,
)
from envcredit.release.exports.stated import NOTHING, Stated
from envcredit.release.standing import Published, Standing
from envcredit.scheme.conditions.problems import WordOf

FORMATS = ("html", "pdf")
FONT = "Noto Sans CJK SC"


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: ``heading``, ``paragraph``, ``remark``, ``warning``, ``entry``, ``label`` (of a table) or ``table``.

    ``widths``: shares of the width, in whole parts, one a column of the table.
    """

    kind: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What both templates set: title, number, whom it is to, the blocks, and who signed it when."""

    title: str
    number: str
    to: str
    blocks: tuple[Block, ...]
    signed: tuple[str, ...]
    foot: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class Term:
    """How long one may object: so many days, or working days."""

    days: int
    working: bool = False


def unit_notice(
    published: Published,
    unit: str,
    file_format: str,
    stated: Stated = NOTHING,
    *,
    objection: Term | None = None,
    language: Language = "zh",
) -> bytes:
    """The notice to one unit: its result, each rule that counted with its clause, and what it may do. It is dated by the release.

    ``unit``: unified code, id or exact name. ``objection``: the term, if the office has one; none is ever assumed.
    Raises ``InputError``: P115 (no such unit), P204 (its result may not be shown), P205 (no PDF here), P206 (no such format).
    """
    standing = published.find(unit)
    if standing.state not in SHOWN:
        state = WordOf(f"publication.state.{standing.state.name.lower()}")
        raise InputError([problem("P204", unit=unit, state=state)])
    letter = _Letter(published, standing, stated, objection, language)
    return _written(letter.document(), file_format, language, published.moment)


def public_notice(
    published: Published,
    file_format: str,
    stated: Stated = NOTHING,
    *,
    days: tuple[date, date] | None = None,
    language: Language = "zh",
) -> bytes:
    """The public notice: counts by grade, then every unit by grade, then those without one, with the reason.

    ``days``: the first and the last day of the notice, if the office states them. Raises ``InputError`` (P205, P206).
    """
    return _written(_public(published, stated, days, language), file_format, language, published.moment)


class _Letter:
    def __init__(
        self, published: Published, standing: Standing, stated: Stated, objection: Term | None, language: Language
    ) -> None:
        self.published, self.standing, self.stated, self.objection = published, standing, stated, objection
        self.result, self.pack = standing.result, standing.pack
        self.language: Language = language
        self.title = titled(self.pack.title[language], language)

    def say(self, key: str, **values: object) -> str:
        return word(f"publication.notice.unit.{key}", self.language, **values)

    def document(self) -> Document:
        name = unit_name(self.result, self.language)
        to = self.say("to", name=name, code=unit_code(self.result) or self.result.unit.id)
        blocks = (*self.opening(), *self.points(), *self.rights())
        foot = (
            self.say("until", day=day_text(self.result.publish_until, self.language)),
            self.say("check", result=self.result.jti, file=bundle_file(self.result.sub)),
        )
        return _document(self.say("title"), self.published, self.stated, self.language, to=to, blocks=blocks, foot=foot)

    def opening(self) -> Iterator[Block]:
        as_of = day_text(self.result.as_of, self.language)
        yield Block(
            "paragraph",
            self.say("opening", title=self.title, as_of=as_of, known_at=moment_text(self.result.known_at, self.language)),
        )
        if self.pack.status != "complete":
            gaps = word("publication.gap", self.language).join(gap[self.language].rstrip("。.") for gap in self.pack.missing)
            yield Block("warning", self.say("partial", missing=gaps or "—"))
        yield Block("heading", self.say("result"))
        yield Block("paragraph", self.outcome())
        if self.standing.state == State.SUSPENDED:
            yield Block("warning", self.say("suspended"))

    def outcome(self) -> str:
        grade = self.standing.grade
        if grade is None:
            return self.say("ungraded", why=why_words(self.standing, self.language).rstrip("。."))
        values = {
            "grade": grade.words[self.language],
            "of": len(self.pack.grades),
            "rank": self.pack.rank(grade.grade),
            "score": self.result.score,
        }
        return self.say("scored" if self.result.score else "graded", **values)

    def points(self) -> Iterator[Block]:
        yield Block("heading", self.say("points"))
        if not self.result.reasons:
            yield Block("paragraph", self.say("no_points"))
            return
        head = tuple(
            word(f"publication.column.{c}", self.language) for c in ("number", "rule", "clause", "facts", "effect", "until")
        )
        rows = tuple(self.point(number, reason) for number, reason in enumerate(self.result.reasons, 1))
        yield Block("table", head=head, rows=rows, widths=(2, 8, 5, 3, 5, 5))
        yield Block("remark", self.say("clauses"))
        for key in dict.fromkeys(reason.clause for reason in self.result.reasons):
            if key in self.pack.clauses:
                clause = self.pack.clauses[key]
                basis, cited = word(f"basis.{clause.basis}", self.language), clause_words(clause, self.language)
                yield Block("entry", self.say("clause", cited=cited, words=clause.words[self.language], basis=basis))

    def point(self, number: int, reason: Reason) -> tuple[str, ...]:
        rule, clause = self.pack.rules.get(reason.rule), self.pack.clauses.get(reason.clause)
        return (
            str(number),
            rule.words[self.language] if rule else reason.rule,
            clause.article if clause else reason.clause,
            str(reason.facts),
            effect_words(reason, self.pack, self.language),
            reason.until or self.say("no_last_day"),
        )

    def rights(self) -> Iterator[Block]:
        yield Block("heading", self.say("rights"))
        yield Block("paragraph", self.may_object() + self.correction_space() + self.say("correction"))
        country = self.result.scheme.partition("/")[0]
        repair = [self.say("repair"), *repair_rights(country, china_day(self.published.moment), self.language)]
        repair.append(self.say("repair_scheme", title=self.title))
        yield Block("paragraph", self.correction_space().join(repair))

    def may_object(self) -> str:
        if self.objection is None:
            return self.say("objection")
        unit = word("publication.notice.working_days" if self.objection.working else "publication.notice.days", self.language)
        return self.say("objection_days", days=self.objection.days, unit=unit)

    def correction_space(self) -> str:
        return "" if self.language == "zh" else " "


def repair_rights(country: str, day: str, language: Language) -> list[str]:
    """What the law of a country says of repair on a day (ISO), a sentence each; nothing where no source is at hand."""
    return [row[language] for row in _rights() if row["country"] == country and row["from"] <= day <= row.get("to", "9999")]


@cache
def _rights() -> list[dict[str, str]]:
    found: list[dict[str, str]] = own_yaml(data_file("release", "rights.yaml").decode())
    return found


def _public(published: Published, stated: Stated, days: tuple[date, date] | None, language: Language) -> Document:
    found = sections(published, language)
    titles = word("publication.and", language).join(dict.fromkeys(titled(s.pack.title[language], language) for s in found))

    def say(key: str, **values: object) -> str:
        return word(f"publication.notice.public.{key}", language, **values)

    count = sum(section.graded + section.ungraded for section in found)
    blocks = [
        Block(
            "paragraph", say("opening", titles=titles or "—", count=count) if found else word("publication.list.empty", language)
        )
    ]
    blocks += [Block("warning", word("publication.list.partial", language))] * any(s.pack.status != "complete" for s in found)
    if days:
        first, last = (day_text(day.isoformat(), language) for day in days)
        blocks.append(Block("paragraph", say("term", first=first, last=last)))
    blocks.append(Block("paragraph", say("objection_term" if days else "objection")))
    blocks += [Block("heading", say("sums"))] + [block for section in found for block in _sums(section, len(found), language)]
    blocks += [Block("heading", say("units"))] + [block for section in found for block in _units(section, language)]
    foot = (say("check", version=published.version, issuer=published.issuer),)
    title = say("title", period=stated.period).strip()
    return _document(title, published, stated, language, to="", blocks=tuple(blocks), foot=foot)


def _sums(section: Section, of: int, language: Language) -> Iterator[Block]:
    if of > 1:
        yield Block("remark", titled(section.pack.title[language], language))
    head = tuple(word(f"publication.column.{c}", language) for c in ("grade", "count", "percent"))
    rows = [(group.words, str(group.count), group.percent or "—") for group in section.groups]
    none = word("publication.list.no_grade", language)
    rows += [(f"{none}：{g.words}" if language == "zh" else f"{none}: {g.words}", str(g.count), "—") for g in section.without]
    yield Block("table", head=head, rows=tuple(rows), widths=(6, 2, 2))
    if section.graded:
        yield Block("remark", word("publication.list.base", language, graded=section.graded))
    if section.suspended:
        yield Block("remark", word("publication.list.suspended", language, count=section.suspended))


def _units(section: Section, language: Language) -> Iterator[Block]:
    for group in section.groups:
        if group.units:
            yield Block("label", word("publication.list.of_grade", language, grade=group.words, count=group.count))
            yield _listed(group, language)
    if section.without:
        yield Block("label", word("publication.list.without", language, count=section.ungraded))
        yield Block("remark", word("publication.list.without_note", language))
        for group in section.without:
            yield Block("label", word("publication.list.of_grade", language, grade=group.words, count=group.count))
            yield _listed(group, language)


def _listed(group: Group, language: Language) -> Block:
    """Numbered units; the column of states only where one is not simply in force."""
    states = any(unit.state != State.IN_FORCE for unit in group.units)
    names = ("number", "name", "code", "region", *(("state",) if states else ()))
    rows = []
    for number, unit in enumerate(group.units, 1):
        cells = unit_cells(unit, language)
        rows.append((str(number), *cells[:3], *((state_words(unit.state, language),) if states else ())))
    head = tuple(word(f"publication.column.{c}", language) for c in names)
    return Block("table", head=head, rows=tuple(rows), widths=(2, 9, 8, 5, 4)[: len(head)])


def _document(
    title: str, published: Published, stated: Stated, language: Language, *, to: str, blocks: Sequence[Block], foot: Sequence[str]
) -> Document:
    contact = [word("publication.notice.contact", language, contact=stated.contact)] if stated.contact else []
    signed = (
        stated.authority or published.issuer,
        word("publication.notice.seal", language),
        day_text(china_day(published.moment), language),
    )
    page = word("publication.notice.page", language, page="{page}", pages="{pages}")
    return Document(title, stated.number, to, tuple(blocks), signed, (*contact, *foot), page)


def _written(document: Document, file_format: str, language: Language, moment: int) -> bytes:
    if file_format == "html":
        return render("notice.html.j2", language, base="notice.css", document=document)
    if file_format == "pdf":
        return _pdf(document, language, moment)
    raise InputError([problem("P206", found=file_format, known=", ".join(FORMATS))])


def _pdf(document: Document, language: Language, moment: int) -> bytes:
    try:
        import typst

        fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(files("manimgx_fonts_cjk"))])
    except ImportError as absent:
        raise InputError([problem("P205", missing=absent.name)]) from None
    data = json.dumps(_harmless(asdict(document)) | {"lang": TAGS[language][:2], "font": FONT}, ensure_ascii=False)
    made: bytes = typst.compile(
        data_file("release", "notice.typ"),
        font_paths=fonts,
        format="pdf",
        sys_inputs={"document": data},
        timestamp=moment,
    )
    return made


def _harmless(value: Any) -> Any:
    """Every text of a document without control and direction-changing characters, as in the pages."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, dict):
        return {key: _harmless(each) for key, each in value.items()}
    return [_harmless(each) for each in value] if isinstance(value, list | tuple) else value
