"""The page `verify.html` as it must stand: words shared with the command line, and a policy that names its own script.

After a change of the page, or of the words that it shares: ``python tests/release/verify_page.py``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from pathlib import Path

from envcredit.base.diagnostics import code_table
from envcredit.base.labels import read_table

PAGE = Path(str(resources.files("envcredit.data") / "release" / "verify.html"))
CODES = ("V101", "V102", "V103", "V104", "V105", "V106", "V107", "V108", "V110", "V115", "V116", "V120")
CHECKS = ("form", "result", "inclusion", "log", "witnesses", "expiry", "status", "in_force")
NOTES = ("no_status", "no_witnesses", "own_keys")
STATES = (0, 1, 2, 3, 12, 13)


def shared_words() -> dict[str, dict[str, str]]:
    """What the page says in the words of the command line, by language."""
    words, codes = read_table("words"), code_table()
    keys = [f"verify.check.{name}" for name in CHECKS] + [f"verify.note.{name}" for name in NOTES]
    keys += [f"verify.state.{state}" for state in STATES] + [f"status.{each}" for each in ("rated", "refused", "not_rated")]
    found: dict[str, dict[str, str]] = {"zh": {}, "en": {}}
    for language, texts in found.items():
        texts.update({key.removeprefix("verify."): str(words[key][language]) for key in keys})
        for code in CODES:
            texts |= {code: codes[code].message[language], f"{code}.hint": codes[code].hint[language]}  # type: ignore[index]
    return found


def digest_of(content: str) -> str:
    """A source of a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def with_policy(page: str) -> str:
    """The page with a policy that allows its own styles and scripts, and nothing else."""
    styles = " ".join(map(digest_of, re.findall(r"<style>(.*?)</style>", page, re.DOTALL)))
    scripts = " ".join(map(digest_of, re.findall(r"<script>(.*?)</script>", page, re.DOTALL)))
    policy = f"default-src 'none'; img-src data:; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"
    return re.sub(r'(Content-Security-Policy" content=")[^"]*', lambda found: found[1] + policy, page, count=1)


def refreshed(page: str) -> str:
    """The page with the words of today and the policy that fits it."""
    words = json.dumps(shared_words(), ensure_ascii=False, indent=1)
    return with_policy(
        re.sub(r'(id="shared-words">\n).*?(\n</script>)', lambda m: m[1] + words + m[2], page, count=1, flags=re.DOTALL)
    )


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
