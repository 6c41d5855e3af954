"""Pages of a publication: a template with every text escaped, one style inside, no script, nothing loaded from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from envcredit.base.labels import Language, word
from envcredit.proof.rules import RulePack
from envcredit.rating.letter import harmless

TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}
NO_COLOUR = "#8a8f98"


class _Counted(Protocol):
    @property
    def percent(self) -> str: ...


class _Graded(Protocol):
    @property
    def pack(self) -> RulePack: ...
    @property
    def groups(self) -> Sequence[_Counted]: ...


def data_file(*path: str) -> bytes:
    """A file of ours below ``data/``."""
    return files("envcredit.data").joinpath(*path).read_bytes()


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: data_file("release", name).decode()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: harmless(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )


def colours(found: Sequence[_Graded]) -> str:
    """A colour and a width for the bar of every grade. The policy of a page allows no style attributes."""
    rules = []
    for at, section in enumerate(found):
        for place, (grade, group) in enumerate(zip(section.pack.grades, section.groups, strict=True)):
            rules.append(f".bar-{at}-{place}{{width:{group.percent or 0}%}}")
            rules.append(f".tone-{at}-{place}{{background:{grade.colour or NO_COLOUR}}}")
    return "\n".join(rules)


def render(template: str, language: Language, more_style: str = "", base: str = "page.css", **values: object) -> bytes:
    """A page. ``say(key)`` in a template gives a text of ``publication.*`` in the language of the page.

    ``more_style`` and ``base`` (``page.css``: the report's, ``notice.css``: a letter's) are ours and not escaped.
    """
    first = data_file("report", "page.css") if base == "page.css" else b""
    style = "\n".join([first.decode(), data_file("release", base).decode(), more_style])
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = _environment().get_template(template).render(
        say=lambda key, **holes: word(f"publication.{key}", language, **holes),
        tag=TAGS[language],
        language=language,
        policy=policy,
        style=Markup(style),  # noqa: S704  our own files, and colours that the rule pack's type has checked
        **values,
    )  # fmt: skip
    return page.encode()
