"""The decision records, taken over as they are."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "decisions"
TITLE = {"zh": "设计决定记录", "en": "Decision records"}
INTRODUCTION = {
    "zh": "每项决定一页：背景、决定、否决的方案、后果。供开发者查阅，以英文书写。",
    "en": "One page a decision: context, decision, rejected, consequences.",
}


def pages(language: str) -> dict[str, str]:
    """An index and the records."""
    files = sorted(FOLDER.glob("[0-9]*.md"))
    listing = "\n".join(file.stem for file in files)
    index = f"# {TITLE[language]}\n\n{INTRODUCTION[language]}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listing}\n```\n"
    return {"decisions/index": index} | {f"decisions/{file.stem}": file.read_text("utf-8") for file in files}
