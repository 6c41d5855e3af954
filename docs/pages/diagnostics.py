"""Every diagnostic code with its message and what to do."""

from __future__ import annotations

import re

from envcredit.base.diagnostics import CodeEntry, code_table

TITLES = {"zh": "诊断代码", "en": "Diagnostic codes"}
INTRODUCTION = {
    "zh": "程序发现的每个问题都有代码。`错误`使命令停下（退出码 2，或检查类命令的退出码 1）；`警告`和`提示`不影响运行。"
    "尖括号中的文字由程序填入。",
    "en": "Every problem the program finds has a code. An `error` stops the work (exit code 2, or 1 for commands that check "
    "something); a `warning` and a `note` do not. What stands in angle brackets is filled in by the program.",
}
ROOMS = {
    "B": {"zh": "B 基础：标识、日期、数量", "en": "B Base: identifiers, days, amounts"},
    "R": {"zh": "R 记录：读取、清洗、入库", "en": "R Records: reading, cleaning, arrival"},
    "S": {"zh": "S 评价办法：读取与检查", "en": "S Scheme: reading and checks"},
    "T": {"zh": "T 评价：运行、说明、比较、复算", "en": "T Rating: run, explain, compare, replay"},
    "V": {"zh": "V 证明：签名、日志、状态、增量", "en": "V Proof: signatures, log, states, deltas"},
    "P": {"zh": "P 发布：密钥、台账、导出、告知书", "en": "P Release: keys, ledger, exports, notices"},
    "L": {"zh": "L 贷款：贷款名单、匹配、政策", "en": "L Lending: loan book, match, policy"},
    "C": {"zh": "C 命令行", "en": "C Command line"},
}
SEVERITY = {
    "error": {"zh": "错误", "en": "error"},
    "warning": {"zh": "警告", "en": "warning"},
    "note": {"zh": "提示", "en": "note"},
}
WHAT_TO_DO = {"zh": "怎么办", "en": "What to do"}


def pages(language: str) -> dict[str, str]:
    """One page; each code is a heading and can be linked to as ``diagnostics.html#s101``."""
    parts = [f"# {TITLES[language]}\n\n{INTRODUCTION[language]}\n"]
    for letter, title in ROOMS.items():
        entries = [e for c, e in code_table().items() if c.startswith(letter)]
        if entries:
            parts += [f"## {title[language]}\n", *(_section(e, language) for e in entries)]
    return {"diagnostics": "\n".join(parts)}


def _section(entry: CodeEntry, language: str) -> str:
    message, hint = _shown(entry.message[language]), _shown(entry.hint[language])  # type: ignore[index]
    return (
        f"({entry.code.lower()})=\n### {entry.code} {entry.name}\n\n"
        f"*{SEVERITY[entry.severity][language]}*: {message}\n\n{WHAT_TO_DO[language]}: {hint}\n"
    )


def _shown(text: str) -> str:
    filled = re.sub(r"\{(\w+)[^}]*\}", r"⟨\1⟩", text)
    return re.sub(r"([*_`\[\]<>#|])", r"\\\1", filled)
