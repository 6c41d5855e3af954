"""The schemes that ship with the program, as documents made from their data: prose, coverage and cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from envcredit.base.labels import Language
from envcredit.scheme.coverage import coverage_tables
from envcredit.scheme.prose import prose
from envcredit.scheme.prose.stories import stories
from envcredit.scheme.prose.voice import Voice
from pages.library import Shown, library
from pages.markdown import table

TEXT = {
    "title": {"zh": "内置评价办法", "en": "Schemes that ship with envcredit"},
    "introduction": {
        "zh": "以下各页由评价办法的数据自动成文，与 `envcredit scheme prose`、`envcredit scheme coverage` 的输出相同，"
        "各办法的对照见[](../gallery.md)。名称以 `model/` 开头的由本项目自拟，不是任何机关的办法。",
        "en": "These pages are made from the schemes' data and equal what `envcredit scheme prose` and `envcredit scheme "
        "coverage` print; [](../gallery.md) sets the schemes side by side. Those whose name starts with `model/` are ours and "
        "not the measures of any authority.",
    },
    "coverage": {"zh": "条款覆盖情况", "en": "Coverage"},
    "cases": {"zh": "算例", "en": "Cases"},
    "cases_introduction": {
        "zh": "共 {count} 个，可用 `envcredit scheme cases {identity}` 运行。"
        "企业和记录均为虚构；注明出处的，为该文件公布的算例。",
        "en": "{count} in all; `envcredit scheme cases {identity}` runs them. Units and records are invented; where a document "
        "is named, it publishes the example.",
    },
    "partial": {
        "zh": "本办法的内容只有**部分**得到确认，缺少的列在“尚待核实的内容”。未经 `--accept-partial` 明示接受，不据此定级。",
        "en": "Only **part** of this scheme is established; what is missing is listed under “What is not established”. No "
        "grade is given unless `--accept-partial` names it.",
    },
    "skeleton": {
        "zh": "本办法只有**框架**：等级和条款名目已知，规则未见。缺少的列在“尚待核实的内容”。不据此定级。",
        "en": "This is a **skeleton**: its grades and clauses are known by name, its rules are not. What is missing is listed "
        "under “What is not established”. It gives no grades.",
    },
    "model": {
        "zh": "本办法由本项目自拟，供示范和检验使用，不是任何机关的办法。",
        "en": "These measures are ours, for demonstration and tests; no authority has issued them.",
    },
}


def pages(language: Language) -> dict[str, str]:
    """An index and one page a scheme."""
    listing = "\n".join(f"{_entry(shown, language)} <{shown.page}>" for shown in library())
    toctree = f"```{{toctree}}\n:maxdepth: 1\n\n{listing}\n```\n"
    index = f"# {TEXT['title'][language]}\n\n{TEXT['introduction'][language]}\n\n{toctree}"
    return {"schemes/index": index} | {f"schemes/{shown.page}": _page(shown, language) for shown in library()}


def _entry(shown: Shown, language: Language) -> str:
    """Versions of one scheme often share its title; the first day tells them apart."""
    return f"{Voice(shown.scheme, language).of(shown.scheme.title)} {shown.scheme.in_force.first.isoformat()}"


def _page(shown: Shown, language: Language) -> str:
    title, _, rest = prose(shown.scheme, language).partition("\n")
    body = [*_coverage(shown, language), *_cases(shown, language)]
    return "\n".join([title, "", *_banners(shown, language), rest.strip(), "", *body]) + "\n"


def _banners(shown: Shown, language: Language) -> Iterator[str]:
    about = {"warning": shown.scheme.status, "note": shown.scheme.scheme.partition("/")[0]}
    for banner, key in about.items():
        if key in TEXT:
            yield f":::{{{banner}}}\n{TEXT[key][language]}\n:::\n"


def _coverage(shown: Shown, language: Language) -> Iterator[str]:
    yield f"## {TEXT['coverage'][language]}\n"
    yield from (table(head, rows) for head, rows in coverage_tables(shown.coverage, language))


def _cases(shown: Shown, language: Language) -> Iterable[str]:
    if not shown.cases:
        return []
    identity = shown.scheme.identity
    introduction = TEXT["cases_introduction"][language].format(count=len(shown.cases), identity=identity)
    return [f"## {TEXT['cases'][language]}\n", f"{introduction}\n", *stories(Voice(shown.scheme, language), shown.cases)]
