"""The publisher's keys and settings: one folder, each role a key of its own, every event of a key written down for the log.

``publisher.yaml`` is for people to read and change; private keys are PEM files for their owner alone. A log keeps its key for
life: another log key is another log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml import YAMLError

from envcredit.base.diagnostics import Place, problem
from envcredit.base.own_yaml import own_yaml
from envcredit.errors import InputError, ProofError
from envcredit.proof.encoding import base64url_of, bytes_of_base64url
from envcredit.proof.note import ED25519, NoteKey, note_key
from envcredit.proof.signers import Signer, create_key_file, read_key_file
from envcredit.proof.sm2 import SM2Key, create_sm2_key, public_pem, read_sm2_key
from envcredit.proof.trust import ROLES, Role, Trust, TrustedKey

SETTINGS, KEYS, LOG_FILE = "publisher.yaml", "keys.json", "log.pem"
SM2_FILE, SM2_PUBLIC = "sm2.key", "sm2.pem"
FOREVER = 1 << 53
What = Literal["created", "retired"]


class Settings(BaseModel):
    """``publisher.yaml``. ``valid_days``: how long a result's signature counts. ``publish_months``: how long it is shown.

    Both are the publisher's own choice; no law is meant by their defaults.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern=r"^https://[a-z0-9.-]+(/[A-Za-z0-9._/-]*[A-Za-z0-9])?$")
    valid_days: int = Field(default=550, ge=1, le=3660)
    publish_months: int = Field(default=12, ge=1, le=120)
    fresh_hours: int = Field(default=48, ge=1)
    quorum: int = Field(default=0, ge=0)
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a key, and when (seconds)."""

    what: What
    key: str
    role: str
    public: bytes
    moment: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the ring. ``last``: the second from which what it signs no longer counts; ``FOREVER`` while it is in use."""

    id: str
    role: Role
    public: bytes
    first: int
    last: int = FOREVER


@dataclass(frozen=True)
class KeyRing:
    """All keys, and a signer for each role in use. ``signers``: the private side of ``issuer``, ``publisher`` and ``log``.

    ``sm2``: the key for second signatures, if there is one.
    """

    settings: Settings
    keys: tuple[Key, ...]
    log_public: bytes
    log_since: int
    signers: Mapping[str, Signer]
    sm2: SM2Key | None = None

    @property
    def issuer_name(self) -> str:
        """The issuer's address."""
        return self.settings.issuer

    @property
    def valid_days(self) -> int:
        """See :class:`Settings`."""
        return self.settings.valid_days

    @property
    def issuer(self) -> Signer:
        """Signs results."""
        return self.signers["issuer"]

    @property
    def publisher(self) -> Signer:
        """Signs status lists, manifests and deltas."""
        return self.signers["publisher"]

    @property
    def log(self) -> Signer:
        """Signs checkpoints."""
        return self.signers["log"]

    @property
    def log_name(self) -> str:
        """The origin of the log: the issuer's address without its scheme."""
        return f"{self.settings.issuer.removeprefix('https://')}/log"

    def id_of(self, role: Role) -> str:
        """The key of a role that is in use."""
        return _in_use(self.keys, role).id

    def trust(self) -> Trust:
        """The policy that goes out with a release. Raises ``ProofError`` (V101) for a witness that is no key."""
        return Trust(
            self.settings.issuer,
            tuple(TrustedKey(k.id, k.role, k.public, k.first, k.last) for k in self.keys),
            NoteKey(self.log_name, ED25519, self.log_public),
            tuple(map(note_key, self.settings.witnesses)),
            self.settings.quorum,
            self.settings.fresh_hours,
        )

    def events(self) -> list[Event]:
        """Everything that ever happened to a key, in order."""
        found = [Event("created", "log", "log", self.log_public, self.log_since)]
        found += [Event("created", k.id, k.role, k.public, k.first) for k in self.keys]
        found += [Event("retired", k.id, k.role, k.public, k.last) for k in self.keys if k.last != FOREVER]
        return sorted(found, key=lambda event: (event.moment, event.key, event.what))


def create_keys(folder: Path, issuer: str, moment: int, seed: Sequence[bytes]) -> KeyRing:
    """A new folder with a key for each role and for the log. ``seed``: 32 random bytes for each of the three.

    Raises ``InputError``: P101 something is there already, P104 no address of an issuer.
    """
    settings = _settings({"issuer": issuer}, SETTINGS)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise InputError([problem("P101", Place(str(folder)))])
    log = create_key_file(folder / LOG_FILE, seed[0])
    keys = [_made(folder, role, 1, moment, each) for role, each in zip(ROLES, seed[1:], strict=True)]
    (folder / SETTINGS).write_text(_settings_text(settings), "utf-8")
    _write(folder, keys, log.public, moment)
    return read_keys(folder)


def rotate_key(folder: Path, role: Role, moment: int, seed: bytes) -> KeyRing:
    """A new key for a role; the old one no longer counts from ``moment`` on, and its private file goes."""
    ring = read_keys(folder)
    old = _in_use(ring.keys, role)
    number = sum(key.role == role for key in ring.keys) + 1
    new = _made(folder, role, number, moment, seed)
    kept = [Key(k.id, k.role, k.public, k.first, moment if k == old else k.last) for k in ring.keys]
    _write(folder, [*kept, new], ring.log_public, ring.log_since)
    (folder / f"{old.id}.pem").unlink()
    return read_keys(folder)


def retire_key(folder: Path, key_id: str, moment: int) -> tuple[Key, ...]:
    """A key that counts no more, as after a theft; its role has none until :func:`rotate_key` makes one. Raises P105."""
    settings, keys, log, since = _plain(folder)
    del settings
    if key_id not in {key.id for key in keys}:
        raise InputError([problem("P105", found=key_id, known=", ".join(key.id for key in keys))])
    kept = tuple(Key(k.id, k.role, k.public, k.first, moment if k.id == key_id else k.last) for k in keys)
    _write(folder, kept, log, since)
    (folder / f"{key_id}.pem").unlink(missing_ok=True)
    return kept


def add_sm2_key(folder: Path, seed: bytes) -> KeyRing:
    """A key for second signatures from 48 random bytes; its public half lies beside it as OpenSSL reads it."""
    read_keys(folder)
    key = create_sm2_key(folder / SM2_FILE, seed)
    (folder / SM2_PUBLIC).write_bytes(public_pem(key.public))
    return read_keys(folder)


def trust_witness(folder: Path, witness: str, quorum: int | None = None) -> KeyRing:
    """Adds a witness (``name+id+key``) to the settings, and how many must have signed from now on (as before unless given).

    Raises ``InputError`` (P104) for a quorum that cannot be met, and ``ProofError`` (V101) for a witness that is no key.
    """
    ring = read_keys(folder)
    known = [*ring.settings.witnesses, *([] if witness in ring.settings.witnesses else [str(note_key(witness))])]
    asked = ring.settings.quorum if quorum is None else quorum
    if asked > len(known):
        raise InputError([problem("P104", Place(str(folder / SETTINGS)), found=f"quorum: {asked}")])
    settings = ring.settings.model_copy(update={"witnesses": tuple(known), "quorum": asked})
    (folder / SETTINGS).write_text(_settings_text(settings), "utf-8")
    return read_keys(folder)


def read_keys(folder: Path) -> KeyRing:
    """The ring of a folder. Raises ``InputError``: P102, P103 private keys, P104 settings, P106 the list, P107 none in use."""
    settings, keys, log_public, since = _plain(folder)
    signers: dict[str, Signer] = {"log": read_key_file(folder / LOG_FILE)}
    for role in ROLES:
        key = _in_use(keys, role)
        signers[role] = read_key_file(folder / f"{key.id}.pem")
        if signers[role].public != key.public:
            raise InputError([problem("P106", Place(str(folder / KEYS)), why=key.id)])
    if signers["log"].public != log_public:
        raise InputError([problem("P106", Place(str(folder / KEYS)), why="log")])
    second = folder / SM2_FILE
    return KeyRing(settings, keys, log_public, since, signers, read_sm2_key(second) if second.is_file() else None)


def _in_use(keys: Sequence[Key], role: Role) -> Key:
    found = [key for key in keys if key.role == role and key.last == FOREVER]
    if not found:
        raise InputError([problem("P107", role=role)])
    return found[-1]


def _made(folder: Path, role: Role, number: int, moment: int, seed: bytes) -> Key:
    name = f"{role}-{number}"
    return Key(name, role, create_key_file(folder / f"{name}.pem", seed).public, moment)


def _write(folder: Path, keys: Sequence[Key], log: bytes, since: int) -> None:
    plain = {
        "log": {"x": base64url_of(log), "nbf": since},
        "keys": [{"kid": k.id, "role": k.role, "x": base64url_of(k.public), "nbf": k.first, "exp": k.last} for k in keys],
    }
    (folder / KEYS).write_text(json.dumps(plain, indent=1) + "\n", "utf-8")


def _plain(folder: Path) -> tuple[Settings, tuple[Key, ...], bytes, int]:
    try:
        settings = _settings(own_yaml((folder / SETTINGS).read_text("utf-8")), str(folder / SETTINGS))
        plain: Any = json.loads((folder / KEYS).read_text("utf-8"))
        keys = [_key(row) for row in plain["keys"]]
        return settings, tuple(keys), bytes_of_base64url(plain["log"]["x"], KEYS), int(plain["log"]["nbf"])
    except (ValueError, KeyError, TypeError, ProofError, YAMLError) as error:
        raise InputError([problem("P106", Place(str(folder / KEYS)), why=str(error)[:80])]) from error


def _key(row: Mapping[str, Any]) -> Key:
    if row["role"] not in ROLES:
        raise ValueError(row["role"])
    return Key(str(row["kid"]), cast("Role", row["role"]), bytes_of_base64url(row["x"], KEYS), int(row["nbf"]), int(row["exp"]))


def _settings(plain: Any, place: str) -> Settings:
    try:
        return Settings.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        found = f"{'.'.join(map(str, first['loc']))}: {first['input']!s:.60}"
        raise InputError([problem("P104", Place(place), found=found)]) from error


def _settings_text(settings: Settings) -> str:
    return f"""# 发布方设置 / settings of the publisher
issuer: {settings.issuer}
valid_days: {settings.valid_days}      # 签名有效天数 / how long a signature counts
publish_months: {settings.publish_months}   # 公示月数（本机构自定）/ months a result is shown, the publisher's own choice
fresh_hours: {settings.fresh_hours}
quorum: {settings.quorum}            # 至少几个见证签名 / how many witnesses must have signed
# 名称+标识+公钥 / name+id+key of each witness
witnesses: [{", ".join(f'"{witness}"' for witness in settings.witnesses)}]
"""
