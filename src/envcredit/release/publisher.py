"""Publishes: results are signed, logged and written out, and nothing is said to be published before it lasts.

One version goes through four steps, each of which can be done again after a crash: the ledger takes it in (one transaction), the
guard moves on, the checkpoint is signed and co-signed, and the folder is written. Only then does the call return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from envcredit.base.diagnostics import Place, problem
from envcredit.errors import InputError
from envcredit.proof import layout
from envcredit.proof.encoding import base64url_of
from envcredit.proof.entries import (
    SALT_BYTES,
    Restated,
    key_entry,
    rating_entry,
    rules_entry,
    snapshot_entry,
    status_entry,
    status_list_entry,
)
from envcredit.proof.feed import DELTA, Line, changes_between, changes_of, digest_of_state, packed, sign_manifest
from envcredit.proof.merkle import consistency_proof
from envcredit.proof.note import Checkpoint, Note, note_of, sign_note, with_lines
from envcredit.proof.note import Line as Cosignature
from envcredit.proof.result import Result, StatusPlace, sign_result
from envcredit.proof.statuslist import SIZE, State, StatusList, StatusToken, sign_status_list
from envcredit.release.drafts import Draft, Pack
from envcredit.release.folder import Folder
from envcredit.release.guard import Guard
from envcredit.release.keys import KeyRing
from envcredit.release.ledger import SHOWN, Ledger, Row, Version
from envcredit.release.standing import Published, published_of

Random = Callable[[int], bytes]
Witnessing = Callable[[Note, Callable[[int], list[bytes]]], Sequence[Cosignature]]
"""Asks witnesses to co-sign a checkpoint; the function it is given proves that the log of an older size is its beginning."""
DAY_SECONDS, LIST_LASTS, LIST_TTL, DELTAS_KEPT = 86_400, 86_400, 3_600, 90 * 86_400


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of a call: the version that is now public, results that are new, and the checkpoint with its signatures."""

    version: int
    added: int
    restated: int
    checkpoint: Note


class Publisher:
    """One publication folder with its ledger. Only one may be open at a time; :func:`opened` sees to it."""

    def __init__(self, ledger: Ledger, guard: Guard, keys: KeyRing, out: Folder, witnessing: Witnessing | None = None) -> None:
        self._ledger, self._guard, self._keys, self._out = ledger, guard, keys, out
        self._witnessing: Witnessing = witnessing or (lambda _note, _proof: ())
        ledger.check(guard.read())
        self._looked = True
        self._finish()

    def publish(self, drafts: Iterable[Draft], packs: Iterable[Pack], moment: int, random: Random) -> Publication:
        """Publishes what is new in ``drafts``. ``moment``: seconds. ``random``: gives so many random bytes.

        A unit whose newest result says the same gets no other. A result that a newer one replaces is superseded; one that rests
        on a record which has since been repaired is repaired, and its text is forgotten. Raises ``InputError``: P112 the folder
        was altered, P114 ``moment`` is before the last version.
        """
        with self._version(moment, random) as work:
            for pack in packs:
                work.pack(pack)
            added = sum(work.add(draft) for draft in drafts)
            if not added and self._ledger.last() is not None:
                work.idle = True
        return self._said(added, work.restated)

    def restate(self, sub: str, state: State, decision: str, moment: int, random: Random) -> Publication:
        """Another state for a unit's newest result, by a decision. Raises ``InputError``: P115 no such unit, P116 impossible."""
        with self._version(moment, random) as work:
            row = work.current.get(sub)
            if row is None:
                raise InputError([problem("P115", found=sub)])
            if row.state not in SHOWN or state in (row.state, State.SUPERSEDED, State.TERM_OVER):
                raise InputError([problem("P116", found=sub, old=row.state, new=int(state))])
            work.restate(row, state, decision)
        return self._said(0, work.restated)

    def daily(self, moment: int, random: Random) -> Publication:
        """The daily cut: terms end, status lists are signed anew, deltas of more than 90 days go."""
        with self._version(moment, random) as work:
            today = datetime.fromtimestamp(moment, UTC).date().isoformat()
            for row in list(work.current.values()):
                if row.state in SHOWN and row.publish_until < today:
                    work.restate(row, State.TERM_OVER, "")
        return self._said(0, work.restated)

    def cosign(self, lines: Sequence[Cosignature]) -> Publication:
        """Adds signatures of witnesses to the newest checkpoint.

        Raises ``InputError`` (P120) for a witness that the settings do not name, ``ProofError`` (V102) for a line that is false.
        """
        last, known = self._last(), self._keys.trust().witnesses
        note = with_lines(self._note(last), lines)
        strangers = [line.name for line in lines if (line.name, line.id) not in {(key.name, key.id) for key in known}]
        if strangers:
            raise InputError([problem("P120", found=", ".join(strangers))])
        for witness in known:
            note.times_of(witness)
        with self._ledger.transaction():
            self._ledger.execute("UPDATE signed SET note = ?, written = 0 WHERE number = ?", str(note), last.number)
        self._finish()
        return self._said(0, 0)

    def rebuild(self) -> Publication:
        """Writes the whole folder again from the ledger, as after files of it were lost."""
        last = self._last()
        self._ledger.check(self._guard.read())
        self._write_out(last, everything=True)
        return self._said(0, 0)

    def published(self) -> Published:
        """What is public now."""
        last, packs = self._last(), dict(self._ledger.execute("SELECT rule, data FROM pack"))
        return published_of(last.number, last.moment, self._keys.issuer_name, self._ledger.lines(), packs)

    def _said(self, added: int, restated: int) -> Publication:
        last = self._last()
        return Publication(last.number, added, restated, self._note(last))

    def _last(self) -> Version:
        last = self._ledger.last()
        if last is None:
            raise InputError([problem("P117")])
        return last

    def _note(self, version: Version) -> Note:
        found = self._ledger.note(version.number)
        assert found is not None
        return note_of(found[0].encode())

    @contextmanager
    def _version(self, moment: int, random: Random) -> Iterator[_Work]:
        """One version: what is done inside goes into the ledger as a whole, and then out."""
        last = self._ledger.last()
        if last is not None and moment < last.moment:
            raise InputError([problem("P114", last=last.moment, moment=moment)])
        if not self._looked:
            self._ledger.check(self._guard.read())
        self._looked = False
        self._out.check(dict(self._ledger.execute("SELECT path, digest FROM file")))
        try:
            with self._ledger.transaction():
                work = _Work(self._ledger, self._keys, moment, random, last)
                yield work
                if work.idle:
                    raise _Idle
                work.close()
        except _Idle:
            return
        self._finish()

    def _finish(self) -> None:
        """Does what is left to do of the newest version: guard, signature, folder."""
        last = self._ledger.last()
        if last is None:
            return
        guarded = self._guard.read()
        if guarded != last.guarded():
            self._guard.swap(guarded, last.guarded())
        found = self._ledger.note(last.number)
        if found is None:
            note = self._sign(last)
            with self._ledger.transaction():
                self._ledger.execute("INSERT INTO signed VALUES (?, ?, 0)", last.number, str(note))
        elif found[1]:
            return
        self._write_out(last)

    def _write_out(self, last: Version, *, everything: bool = False) -> None:
        written = self._out.write(self._ledger, last, self._note(last), self._keys, everything=everything)
        with self._ledger.transaction():
            self._ledger.execute("DELETE FROM file")
            self._ledger.execute_many("INSERT INTO file VALUES (?, ?)", sorted(written.items()))
            self._ledger.execute("UPDATE signed SET written = 1 WHERE number = ?", last.number)
        self._ledger.forget()

    def _sign(self, version: Version) -> Note:
        trust = self._keys.trust()
        text = str(Checkpoint(trust.log.name, version.size, version.root))
        note = sign_note(text, trust.log.name, self._keys.log)
        return with_lines(note, self._witnessing(note, lambda old: consistency_proof(self._ledger.tree.read, old, version.size)))


class _Idle(Exception):
    """Nothing changed, so the transaction is given up."""


class _Work:
    """One version while it is made, inside a transaction of the ledger."""

    def __init__(self, ledger: Ledger, keys: KeyRing, moment: int, random: Random, last: Version | None) -> None:
        self._ledger, self._keys, self._moment, self._random = ledger, keys, moment, random
        self.number = last.number + 1 if last else 1
        self.current = ledger.current()
        self.before = {sub: row.line() for sub, row in self.current.items() if row.state in SHOWN}
        self.restated, self.idle = 0, False
        self._next = ledger.execute("SELECT coalesce(max(idx) + 1, 0) FROM result")[0][0]
        self._forgotten: set[str] = set()
        self._log_keys()

    def _log_keys(self) -> None:
        for event in self._keys.events():
            entry = key_entry(event.what, event.key, event.role, base64url_of(event.public), event.moment)
            self._note_once(f"key {event.key} {event.what}", entry)

    def _note_once(self, what: str, entry: bytes) -> None:
        if not self._ledger.execute("SELECT 1 FROM noted WHERE what = ?", what):
            self._ledger.execute("INSERT INTO noted VALUES (?, ?)", what, self._ledger.add(entry))

    def pack(self, pack: Pack) -> None:
        """A rule pack, once."""
        if not self._ledger.execute("SELECT 1 FROM pack WHERE rule = ?", pack.rule):
            self._ledger.execute("INSERT INTO pack VALUES (?, ?, ?)", pack.rule, pack.scheme, pack.data)
        self._note_once(f"rules {pack.rule}", rules_entry(pack.scheme, pack.rule, sha256(pack.data).hexdigest()))

    def add(self, draft: Draft) -> bool:
        """Publishes a draft, unless the unit's newest result says the same. Whether it did."""
        before = self.current.get(draft.sub)
        if before is not None and before.digest == draft.digest and before.state in SHOWN:
            return False
        self._replace(draft)
        result = self._result(draft, before)
        token = sign_result(result, self._keys.id_of("issuer"), self._keys.issuer)
        salt = self._random(SALT_BYTES)
        place = self._ledger.add(rating_entry(salt, token))
        index = result.status.status_list.idx + SIZE * (self._list_number(self._next) - 1)
        assert index == self._next
        row = Row(
            idx=index,
            jti=result.jti,
            sub=draft.sub,
            seq=result.seq,
            version=self.number,
            place=place,
            digest=draft.digest,
            state=State.IN_FORCE,
            publish_until=result.publish_until,
            token=token,
            salt=salt,
            records=" ".join(sorted(draft.records)),
        )
        self._ledger.keep(row)
        self.current[draft.sub] = row
        self._next += 1
        return True

    def _replace(self, draft: Draft) -> None:
        """What becomes of the unit's older results."""
        for row in list(self._ledger.rows("sub = ? AND token IS NOT NULL", draft.sub)):
            if draft.repaired & set((row.records or "").split()):
                self.restate(row, State.REPAIRED, "")
            elif row.state in SHOWN:
                self.restate(row, State.SUPERSEDED, "")

    def _result(self, draft: Draft, before: Row | None) -> Result:
        index = self._next % SIZE
        uri = layout.status_uri(self._keys.issuer_name, self._list_number(self._next))
        said = {
            "iss": self._keys.issuer_name,
            "jti": f"urn:envrating:{self._next}",
            "iat": self._moment,
            "exp": self._moment + self._keys.valid_days * DAY_SECONDS,
            "sub": draft.sub,
            "seq": before.seq + 1 if before else 1,
            "status": StatusPlace.model_validate({"status_list": {"idx": index, "uri": uri}}),
            **({"supersedes": before.jti} if before else {}),
        }
        return Result.model_validate({**draft.said, **said})

    @staticmethod
    def _list_number(index: int) -> int:
        return index // SIZE + 1

    def restate(self, row: Row, state: State, decision: str) -> None:
        """Another state for a result. One that was repaired loses its token and its salt."""
        salt = self._random(SALT_BYTES)
        change = Restated(row.jti, row.state, int(state), decision, self._moment)
        place = self._ledger.add(status_entry(salt, change))
        values = (place, row.jti, row.state, int(state), decision, self._moment, salt)
        self._ledger.execute("INSERT INTO restated VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
        gone = ", token = NULL, salt = NULL, records = NULL, digest = ''" if state == State.REPAIRED else ""
        self._ledger.execute(f"UPDATE result SET state = ?{gone} WHERE idx = ?", int(state), row.idx)  # noqa: S608
        if state == State.REPAIRED:
            self._forgotten.add(row.jti)
        if self.current.get(row.sub) == row:
            self.current[row.sub] = replace(row, state=int(state))
        self.restated += 1

    def close(self) -> None:
        """Signs lists and the delta, logs the state, and writes the version down."""
        after = self._ledger.lines()
        state = digest_of_state(after)
        self._delta(after, state)
        self._status_lists()
        self._ledger.add(snapshot_entry(self.number, state.removeprefix("sha256:"), len(after)))
        tree = self._ledger.tree
        values = (self.number, self._moment, tree.size, tree.root(), state, len(after))
        self._ledger.execute("INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, '')", *values)
        self._ledger.execute("UPDATE version SET ledger = ? WHERE number = ?", self._ledger.digest(), self.number)

    def _delta(self, after: Mapping[str, Line], state: str) -> None:
        changes = changes_between(self.before, after)
        data = packed(change.to_bytes() for change in changes)
        payload = {
            "iss": self._keys.issuer_name,
            "iat": self._moment,
            "from": self.number - 1,
            "to": self.number,
            "changes": len(changes),
            "state": state,
            "files": {layout.delta_file(self.number): sha256(data).hexdigest()},
        }
        token = sign_manifest(payload, DELTA, self._keys.id_of("publisher"), self._keys.publisher)
        self._ledger.execute("DELETE FROM delta WHERE moment < ?", self._moment - DELTAS_KEPT)
        self._drop_deltas()
        self._ledger.execute("INSERT INTO delta VALUES (?, ?, ?, ?)", self.number, self._moment, data, token)

    def _drop_deltas(self) -> None:
        """A delta that carries a forgotten text goes, and with it the older ones, which lead nowhere without it."""
        if not self._forgotten:
            return
        for version, data in self._ledger.execute("SELECT version, changes FROM delta ORDER BY version DESC"):
            if any(change.line and change.line.jti in self._forgotten for change in changes_of(data, "delta")):
                self._ledger.execute("DELETE FROM delta WHERE version <= ?", version)
                return

    def _status_lists(self) -> None:
        lists: dict[int, StatusList] = {}
        for index, state in self._ledger.execute("SELECT idx, state FROM result ORDER BY idx"):
            number = self._list_number(index)
            lists.setdefault(number, StatusList())[index % SIZE] = state
        for number, states in sorted(lists.items()):
            uri = layout.status_uri(self._keys.issuer_name, number)
            signed = StatusToken(uri, self._moment, self._moment + LIST_LASTS, states)
            token = sign_status_list(signed, LIST_TTL, self._keys.id_of("publisher"), self._keys.publisher)
            self._ledger.execute("INSERT OR REPLACE INTO status_list VALUES (?, ?, ?)", number, self._moment, token)
            self._ledger.add(status_list_entry(uri, sha256(token.encode()).hexdigest()))


@contextmanager
def opened(private: Path, guard: Guard, keys: KeyRing, out: Folder, witnessing: Witnessing | None = None) -> Iterator[Publisher]:
    """The publisher of a folder, alone at work: a second one is refused.

    Raises ``InputError``: P110 the ledger was set back, P112 something was altered, P118 another one is at work.
    """
    import fcntl

    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (private / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError([problem("P118", Place(str(private)))]) from error
        ledger = Ledger(private)
        try:
            yield Publisher(ledger, guard, keys, out, witnessing)
        finally:
            ledger.close()
