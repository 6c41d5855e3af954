"""What a record and a unit can say: kinds, attributes, lists, states and unit columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from envcredit.base.vocabulary import Vocabulary, read_vocabulary
from pages.markdown import code, table

TEXT: Mapping[str, Mapping[str, str]] = {
    "title": {"zh": "词表", "en": "Vocabulary"},
    "introduction": {
        "zh": "记录和单位能说的一切。键用于评价办法和 CSV 表头；表头也可用中文名称。金额以分、比例和数值以百万分之一的整数计算。",
        "en": "Everything that a record and a unit can say. Keys are used in schemes and as column heads; the Chinese terms "
        "work as heads too. Money is kept in whole fen, shares and numbers in whole millionths.",
    },
    "kinds": {"zh": "记录种类", "en": "Kinds of record"},
    "attributes": {"zh": "属性", "en": "Attributes"},
    "states": {"zh": "状态：由其他记录得出", "en": "States: what other records say of a record"},
    "unit": {"zh": "单位表的列", "en": "Columns of the table of units"},
    "lists": {"zh": "代码表", "en": "Lists of codes"},
    "key": {"zh": "键", "en": "Key"},
    "word": {"zh": "名称", "en": "Name"},
    "other": {"zh": "英文", "en": "Chinese"},
    "type": {"zh": "类型", "en": "Type"},
    "list": {"zh": "代码表", "en": "List"},
    "date": {"zh": "日期属性", "en": "Its day"},
    "identity": {"zh": "判断同一记录的依据", "en": "What makes two the same"},
    "required": {"zh": "必填", "en": "Required"},
    "all": {"zh": "全部属性", "en": "All attributes"},
    "amends": {"zh": "所涉记录", "en": "Refers to"},
}


def pages(language: str) -> dict[str, str]:
    """One page with a heading for each kind."""
    words = read_vocabulary()
    say = {key: row[language] for key, row in TEXT.items()}
    parts = [f"# {say['title']}\n\n{say['introduction']}\n"]
    parts += [f"## {say['kinds']}\n", *(_kind(key, words, say, language) for key in words.kinds)]
    parts += [f"## {say['attributes']}\n", _attributes(words.attributes.items(), say, language)]
    parts += [f"## {say['states']}\n", _attributes(words.states.items(), say, language)]
    parts += [f"## {say['unit']}\n", _attributes(words.unit.items(), say, language)]
    parts += [f"## {say['lists']}\n", *(_list(key, words, say, language) for key in words.lists)]
    return {"vocabulary": "\n".join(parts)}


def _pair(words: Any, language: str) -> tuple[str, str]:
    return (words["zh"], words["en"]) if language == "zh" else (words["en"], words["zh"])


def _kind(key: str, words: Vocabulary, say: Mapping[str, str], language: str) -> str:
    kind = words.kinds[key]
    rows = [
        (say["date"], code(kind.date)),
        (say["identity"], _keys(kind.identity)),
        (say["required"], _keys(kind.required)),
        (say["all"], _keys(kind.attributes)),
        *([(say["amends"], _keys(kind.amends))] if kind.amends else []),
    ]
    first, second = _pair(kind.words, language)
    return f"### {code(key)} {first} ({second})\n\n" + table(["", ""], rows)


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(code(k) for k in keys)


def _attributes(items: Iterable[tuple[str, Any]], say: Mapping[str, str], language: str) -> str:
    rows = [(code(k), *_pair(a.words, language), a.type, code(a.list)) for k, a in items]
    return table([say["key"], say["word"], say["other"], say["type"], say["list"]], rows)


def _list(key: str, words: Vocabulary, say: Mapping[str, str], language: str) -> str:
    rows = [(code(k), *_pair(w, language)) for k, w in words.lists[key].items()]
    return f"### {code(key)}\n\n" + table([say["key"], say["word"], say["other"]], rows)
