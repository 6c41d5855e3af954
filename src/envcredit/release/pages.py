"""The files of a release that are for people: its page in both languages, and the page that verifies a result in the browser."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from envcredit.proof.feed import Line
from envcredit.proof.note import Note
from envcredit.release.folder import Pages
from envcredit.release.keys import KeyRing
from envcredit.release.ledger import Version
from envcredit.release.page import log_head, pages
from envcredit.release.standing import published_of

CHECKER = "verify.html"


def pages_of(ring: KeyRing) -> Pages:
    """The pages of a publisher."""

    def made(version: Version, note: Note, lines: Mapping[str, Line], packs: Mapping[str, bytes]) -> Mapping[str, bytes]:
        published = published_of(version.number, version.moment, ring.issuer_name, lines, packs)
        checker = files("envcredit.data").joinpath("release", CHECKER).read_bytes()
        return {CHECKER: checker, **pages(published, log_head(note, version.size, version.root), with_checker=True)}

    return made
