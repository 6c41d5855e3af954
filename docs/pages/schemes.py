"""The schemes that ship with the program, as documents made from their data."""

from __future__ import annotations

from envcredit.base.labels import Language
from envcredit.scheme.library import names
from envcredit.scheme.prose import prose
from envcredit.scheme.reader import read_scheme

TITLE = {"zh": "内置评价办法", "en": "Schemes that ship with envcredit"}
INTRODUCTION = {
    "zh": "以下各页由评价办法的数据自动成文，与 `envcredit scheme prose` 的输出相同。"
    "名称以 `model/` 开头的由本项目自拟，不是任何机关的办法。",
    "en": "These pages are made from the schemes' data and equal what `envcredit scheme prose` prints. "
    "Those whose name starts with `model/` are ours and not the measures of any authority.",
}


def pages(language: Language) -> dict[str, str]:
    """An index and one page a scheme."""
    files = {name.replace("/", "-"): prose(read_scheme(name), language) for name in names()}
    listing = "\n".join(files)
    index = f"# {TITLE[language]}\n\n{INTRODUCTION[language]}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listing}\n```\n"
    return {"schemes/index": index} | {f"schemes/{name}": text for name, text in files.items()}
