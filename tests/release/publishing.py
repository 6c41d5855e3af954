"""A small publisher for tests: invented units, keys from fixed seeds, salts from a counter, time as whole days."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from envcredit.proof.folders import folder
from envcredit.proof.rules import PackClause, PackGrade, PackRule, RulePack, Words
from envcredit.proof.trust import Trust
from envcredit.release.drafts import Draft, Pack
from envcredit.release.folder import Folder
from envcredit.release.guard import GuardFile
from envcredit.release.keys import create_keys, read_keys
from envcredit.release.publisher import Publisher, Witnessing, opened

ISSUER = "https://rating.example.gov.cn"
DAY, FIRST = 86_400, 1_800_000_000
RULE = f"sha256:{'1' * 64}"
GRADES = {"green": ("绿", "Green"), "blue": ("蓝", "Blue"), "red": ("红", "Red")}


def named(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


PACK = RulePack(
    scheme="invented/small/2026-01-01",
    rule=RULE,
    title=named("示例办法", "Invented scheme"),
    authority=named("示例市生态环境局", "Invented bureau"),
    status="complete",
    better="higher",
    grades=tuple(PackGrade(grade=key, words=named(*words)) for key, words in GRADES.items()),
    rules={"fined": PackRule(words=named("罚款", "fined"), clause="law/1")},
    clauses={
        "law/1": PackClause(
            title=named("示例办法", "Measures"), number="", article="1", words=named("处罚", "fines"), basis="model"
        )
    },
    files={"scheme.yaml": "scheme: invented/small\n"},
)
PACKS = [Pack(PACK.scheme, PACK.rule, PACK.to_bytes())]


def draft(
    sub: str, grade: str = "green", *, year: int = 2026, records: Iterable[str] = (), repaired: Iterable[str] = (), **more: Any
) -> Draft:
    """What a run says of a unit. Units with records have a reason."""
    against = frozenset(records)
    said: dict[str, Any] = {
        "scheme": PACK.scheme,
        "rule": RULE,
        "inputs": f"sha256:{'2' * 64}",
        "run": f"sha256:{'3' * 64}",
        "digest": f"sha256:{sha256(f'{sub}{grade}{year}{sorted(against)}'.encode()).hexdigest()}",
        "as_of": f"{year}-12-31",
        "known_at": f"{year + 1}-01-15T00:00:00Z",
        "rated": "rated",
        "grade": grade,
        "score": "98.5",
        "unit": {"id": sub, "name": f"示例{sub}厂"},
        "publish_until": f"{year + 1}-12-31",
        **more,
    }
    if against:
        said["reasons"] = [{"rule": "fined", "clause": "law/1", "effect": "deduct", "facts": len(against), "points": "-5"}]
    return Draft(sub, said, against, frozenset(repaired))


def salts() -> Callable[[int], bytes]:
    """Random bytes that are the same in every test."""
    count = iter(range(1 << 30))
    return lambda length: sha256(f"salt {next(count)}".encode()).digest()[:length]


@dataclass
class Office:
    """A folder with keys, a ledger, a guard and a release."""

    folder: Path
    random: Callable[[int], bytes] = field(default_factory=salts)

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def out(self) -> Path:
        return self.folder / "release"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger"

    @property
    def guard(self) -> Path:
        return self.folder / "guard" / "last-signed.json"

    def set_up(self) -> Office:
        create_keys(self.keys, ISSUER, FIRST, [sha256(name).digest() for name in (b"log", b"issuer", b"publisher")])
        return self

    @contextmanager
    def publisher(self, witnessing: Witnessing | None = None) -> Iterator[Publisher]:
        with opened(self.ledger, GuardFile(self.guard), read_keys(self.keys), Folder(self.out), witnessing) as found:
            yield found

    def publish(self, *drafts: Draft, day: int = 0) -> Any:
        with self.publisher() as publisher:
            return publisher.publish(drafts, PACKS, FIRST + day * DAY, self.random)

    def trust(self) -> Trust:
        return read_keys(self.keys).trust()

    @property
    def fetch(self) -> Callable[[str], bytes]:
        return folder(self.out)


def texts(folder: Path) -> bytes:
    """Everything that lies in a folder, unpacked where it is packed."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)
