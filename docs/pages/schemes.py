"""The schemes that ship with the program, as sentences made from their data."""

from __future__ import annotations

TITLE = {"zh": "内置评价办法", "en": "Schemes that ship with envcredit"}


def pages(language: str) -> dict[str, str]:
    """An index and one page a scheme."""
    return {"schemes/index": f"# {TITLE[language]}\n"}
