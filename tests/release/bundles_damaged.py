"""Bundles to verify: some as they should be, most damaged or wrong, in every way that we could think of."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bundles_made import (
    DAY,
    GOOD,
    INDEX,
    ISSUES,
    LOG,
    NOW,
    OLD,
    PAYLOAD,
    PUBLISHES,
    SALT,
    URI,
    WITNESSES,
    Case,
    Key,
    bundle_of_token,
    checkpoint_note,
    json_of,
    list_token,
    token_of,
)
from lists_and_policies import other_lists, other_policies

from envcredit.proof.encoding import base64url_of, canonical
from envcredit.proof.note import Line, Note, cosign
from envcredit.proof.statuslist import State


def cases() -> Iterator[Case]:
    """All of them; the first ones hold."""
    yield Case("as it should be", GOOD)
    for size, index in ((1, 0), (2, 0), (2, 1), (3, 2), (7, 3), (8, 7), (100, 99), (257, 256)):
        yield Case(f"entry {index} of {size}", bundle_of_token(token_of(), size, index))
    for state in State:
        yield Case(f"state {state.name}", GOOD, states=list_token({INDEX: state}))
    random_bytes = random.Random(20261124)
    yield from _flipped(random_bytes)
    yield from _rearranged(random_bytes)
    yield from _respelled()
    yield from _other_payloads()
    yield from _other_tokens()
    yield from _other_notes()
    yield from other_lists()
    yield from other_policies()
    for moment in (0, NOW - DAY - 1, NOW - DAY, NOW + 365 * DAY - 1, NOW + 365 * DAY, NOW + 24 * 3600):
        yield Case(f"asked at {moment}", GOOD, moment=moment, states=list_token())


def _flipped(chance: random.Random) -> Iterator[Case]:
    for _ in range(110):
        place, bit = chance.randrange(len(GOOD)), chance.randrange(8)
        yield Case(f"bit {bit} of byte {place}", GOOD[:place] + bytes([GOOD[place] ^ 1 << bit]) + GOOD[place + 1 :])
    for _ in range(20):
        place = chance.randrange(len(GOOD))
        yield Case(f"cut off at {place}", GOOD[:place])
        yield Case(f"byte {place} missing", GOOD[:place] + GOOD[place + 1 :])
    extra = GOOD.split(b"\n")[1].removeprefix(b"extra ")
    data = base64.b64decode(extra)
    for _ in range(30):
        place, bit = chance.randrange(len(data)), chance.randrange(8)
        damaged = base64.b64encode(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
        yield Case(f"bit {bit} of byte {place} under base64", GOOD.replace(extra, damaged))


def _rearranged(chance: random.Random) -> Iterator[Case]:
    rows = GOOD.split(b"\n")
    for first in range(len(rows) - 1):
        yield Case(f"line {first} twice", b"\n".join([*rows[:first], rows[first], *rows[first:]]))
        yield Case(f"line {first} missing", b"\n".join([*rows[:first], *rows[first + 1 :]]))
        second = chance.randrange(len(rows) - 1)
        swapped = [rows[{first: second, second: first}.get(place, place)] for place in range(len(rows))]
        yield Case(f"lines {first} and {second} swapped", b"\n".join(swapped))
        for end, name in (
            (b"\r", "CR"),
            (b" ", "space"),
            (b"\t", "tab"),
            (b"=", "="),
            (b"\x7f", "DEL"),
            ("\u00a0".encode(), "NBSP"),
        ):
            yield Case(f"{name} after line {first}", b"\n".join([*rows[:first], rows[first] + end, *rows[first + 1 :]]))
    for text, name in (
        (b"", "nothing"),
        (b"\n", "a line feed"),
        (b"\xef\xbb\xbf" + GOOD, "a mark before it"),
        (GOOD + b"\n", "an empty line"),
        (GOOD + GOOD, "two of them"),
        (GOOD.replace(b"\n", b"\r\n"), "Windows"),
        (GOOD + b"x" * (1 << 20), "too long"),
        (GOOD.decode().encode("utf-16"), "UTF-16"),
        (GOOD.replace(b"@v1", b"@v2"), "v2"),
    ):
        yield Case(name, text)


def _respelled() -> Iterator[Case]:
    rows = GOOD.split(b"\n")
    places = [place for place, row in enumerate(rows) if place not in (0, 2) and len(row) > 20]
    for place in places:
        head, _, code = rows[place].rpartition(b" ")
        for name, other in _spellings(code):
            yield Case(
                f"line {place}: {name}", b"\n".join([*rows[:place], head + (b" " if head else b"") + other, *rows[place + 1 :]])
            )
    for index in (
        b"06",
        b"+6",
        b"-6",
        b"6.0",
        b"6e0",
        b" 6",
        "６".encode(),
        b"",
        b"0x6",
        b"9007199254740992",
        b"9007199254740993",
        b"7",
        b"10",
        b"11",
    ):
        yield Case(f"index {index!r}", GOOD.replace(b"index 6", b"index " + index))


def _spellings(code: bytes) -> Iterator[tuple[str, bytes]]:
    bare = code.rstrip(b"=")
    yield "no padding", bare
    yield "more padding", code + b"="
    yield "alphabet of addresses", code.replace(b"+", b"-").replace(b"/", b"_")
    yield "a space inside", code[:8] + b" " + code[8:]
    yield "padding inside", code[:8] + b"=" + code[8:]
    if bare != code:
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        yield "unused bits", bare[:-1] + bytes([alphabet[alphabet.index(bare[-1]) | 1]]) + b"=" * (len(code) - len(bare))


def _other_payloads() -> Iterator[Case]:
    """Payloads that the issuer signed and logged, though it should not have: the form alone has to notice."""
    for name, values in VALUES.items():
        for value in values:
            yield Case(f"{name} is {value!r:.40}", bundle_of_token(token_of(PAYLOAD | {name: value})))
        yield Case(f"{name} is missing", bundle_of_token(token_of({k: v for k, v in PAYLOAD.items() if k != name})))
    for name, values in REASON_VALUES.items():
        for value in values:
            reasons = [PAYLOAD["reasons"][0] | {name: value}]
            yield Case(f"{name} of a reason is {value!r:.40}", bundle_of_token(token_of(PAYLOAD | {"reasons": reasons})))
    for number in (800, 1000, 1001):
        yield Case(f"{number} reasons", bundle_of_token(token_of(PAYLOAD | {"reasons": [PAYLOAD["reasons"][0]] * number})))
    plain, ordered = json_of(PAYLOAD), canonical(PAYLOAD)
    for name, body in {
        "spaces": json.dumps(PAYLOAD, sort_keys=True, ensure_ascii=False).encode(),
        "escapes": json.dumps(PAYLOAD, sort_keys=True, separators=(",", ":")).encode(),
        "another order": json.dumps(PAYLOAD, separators=(",", ":"), ensure_ascii=False).encode(),
        "a name twice": b'{"as_of":"2026-01-01",' + ordered[1:],
        "__proto__": b'{"__proto__":{"sub":"x"},' + ordered[1:],
        "fraction": plain.replace(b'"seq":7', b'"seq":7.0'),
        "power": plain.replace(b'"seq":7', b'"seq":7e0'),
        "minus": plain.replace(b'"seq":7', b'"seq":-0'),
        "NaN": plain.replace(b'"seq":7', b'"seq":NaN'),
        "2^53": plain.replace(b'"seq":7', b'"seq":9007199254740992'),
        "2^53+1": plain.replace(b'"seq":7', b'"seq":9007199254740993'),
        "2^70": plain.replace(b'"seq":7', b'"seq":1180591620717411303424'),
        "mark": b"\xef\xbb\xbf" + plain,
        "line feed": plain + b"\n",
        "list": b"[" + plain + b"]",
        "UTF-16": plain.decode().encode("utf-16-le"),
        "Latin": plain.decode().encode("gbk"),
        "lone surrogate": json_of(PAYLOAD | {"why": "x\ud800"}),
        "escaped surrogate": plain.replace(b'"rated":', b'"q":"\\ud800","rated":'),
        "deep": json_of(PAYLOAD | {"why": _deep(40)}),
        "deeper": b'{"a":' * 60_000 + b"1" + b"}" * 60_000,
        "null": b"null",
        "nothing": b"",
        "text": b'"x"',
    }.items():
        yield Case(f"payload: {name}", bundle_of_token(token_of(body)))


VALUES: dict[str, list[Any]] = {
    "iss": [1, None, "https://other.example.com", ""],
    "jti": ["", "a b", "x" * 200, "x" * 201, "结果", "a\n"],
    "iat": [True, "1", -1, NOW + 366 * DAY, NOW + 10 * DAY, NOW - 100 * DAY, 0],
    "exp": [NOW - DAY, NOW - DAY + 1, NOW - 2 * DAY, 2**53 - 1, False],
    "sub": ["", "x" * 500, "x" * 501, "\U0001f600" * 500, "\U0001f600" * 501, 7],
    "unit": [{}, [], "x", {"id": "u"}, {"id": "u", "name": None}, {"id": "u", "owner": "x"}, {"id": ""}, {"id": "u", "name": 5}],
    "seq": [0, 1, -1, 2**31, 2**31 + 1, "7", True],
    "scheme": ["a/b:c.d-e_f", "a b", None, "a\u0661"],
    "rule": ["sha256:" + "A" * 64, "sha256:" + "a" * 63, "sha512:" + "a" * 64, "sha256:" + "a" * 64 + "\n"],
    "as_of": ["2026-1-1", "2026-99-99", "2026-01-01T00:00:00Z", "\u0662026-01-01", "2026-01-01\n"],
    "known_at": ["2026-11-22T16:00:00+08:00", "2026-11-22T16:00:00.0Z", "2026-11-22t16:00:00z"],
    "rated": ["refused", "not_rated", "Rated", "", None],
    "grade": [None, "green", "", "黄"],
    "score": [None, 58, "58", "-0", "-1.50", "058", "1e3", ".5", "5.", "1.123456789", "9" * 15, "9" * 16, "+5", "٥"],
    "why": [None, "x", "", "x" * 501],
    "incomplete": [True, None, False, 1, "true"],
    "reasons": [[], {}, None, "x", [1], [{}], [[]]],
    "supersedes": [None, "a b", 1],
    "status": [
        {},
        {"status_list": {}},
        {"status_list": {"idx": -1, "uri": URI}},
        {"status_list": {"idx": 1, "uri": URI, "x": 1}},
        {"status_list": {"idx": 1, "uri": URI}, "x": 1},
        {"status_list": {"idx": True, "uri": URI}},
        [],
        None,
    ],
    "publish_until": ["", "x", None],
    "more": [1, None],
}
REASON_VALUES: dict[str, list[Any]] = {
    "facts": [-1, 0, True, "2", 2**53 - 1],
    "points": [None, "-20.5", "-0", "--1", 20],
    "until": [None, "x", 5],
    "steps": [None, 0, -3, True, "1"],
    "effect": ["", "x y", "anything"],
    "name": ["x"],
    "rule": [None],
    "grade": [None, "red", 1],
}


def _deep(depth: int) -> Any:
    return 1 if depth == 0 else {"a": _deep(depth - 1)}


def _other_tokens() -> Iterator[Case]:
    """Tokens whose header or signature is not as it must be; each is logged."""
    token = token_of()
    head, body, signature = token.split(".")
    order = 2**252 + 27742317777372353535851937790883648493
    data = base64.urlsafe_b64decode(signature + "==")
    longer = data[:32] + (int.from_bytes(data[32:], "little") + order).to_bytes(32, "little")
    for name, other in {
        "alg EdDSA": token_of(alg="EdDSA"),
        "alg none": token_of(alg="none"),
        "no signature": f"{head}.{body}.",
        "alg in capitals": token_of(alg="ED25519"),
        "another type": token_of(typ="JWT"),
        "kid is a number": token_of(kid=7),  # type: ignore[arg-type]
        "unknown kid": token_of(kid="env-2027-1"),
        "publisher's kid": token_of(kid="pub-2026-1", key=PUBLISHES),
        "crit": token_of(crit=["b64"]),
        "b64": token_of(b64=False),
        "jwk": token_of(jwk={"kty": "OKP"}),
        "old key": token_of(kid="env-2025-1", key=OLD),
        "old key in its time": token_of(PAYLOAD | {"iat": NOW - 200 * DAY}, kid="env-2025-1", key=OLD),
        "on its last second": token_of(PAYLOAD | {"iat": NOW - 90 * DAY}, kid="env-2025-1", key=OLD),
        "another's key": token_of(key=LOG),
        "S and the order": f"{head}.{body}.{base64url_of(longer)}",
        "signature of zeros": f"{head}.{body}.{base64url_of(bytes(64))}",
        "padding": f"{head}.{body}.{signature}==",
        "unused bits": f"{head}.{body}.{signature[:-1]}{'h' if signature[-1] == 'g' else chr(ord(signature[-1]) + 1)}",
        "four parts": f"{token}.x",
        "two parts": f"{head}.{body}",
        "line feed": f"{token}\n",
        "space": f" {token}",
        "JSON": json.dumps({"payload": body}),
        "shorter signature": f"{head}.{body}.{signature[:-2]}",
        "header in another order": _signed_raw(b'{"kid":"env-2026-1","alg":"Ed25519","typ":"envrating+jwt"}'),
        "header with spaces": _signed_raw(b'{"alg": "Ed25519","kid":"env-2026-1","typ":"envrating+jwt"}'),
        "header is a list": _signed_raw(b"[]"),
        "DEL": f"{token}\x7f",
    }.items():
        yield Case(f"token: {name}", bundle_of_token(other))
    yield Case("another salt", bundle_of_token(token).replace(base64.b64encode(SALT)[:20], base64.b64encode(SALT[::-1])[:20]))
    yield Case("salt alone", _with_extra(SALT))
    yield Case("no salt", _with_extra(b""))
    yield Case("token beyond ASCII", _with_extra(SALT + "é".encode()))
    yield Case("token that is no text", _with_extra(SALT + b"\xff\xfe"))


def _signed_raw(head: bytes) -> str:
    message = f"{base64url_of(head)}.{base64url_of(json_of(PAYLOAD))}"
    return f"{message}.{base64url_of(ISSUES.sign(message.encode()))}"


def _with_extra(extra: bytes) -> bytes:
    rows = GOOD.split(b"\n")
    return b"\n".join([rows[0], b"extra " + base64.b64encode(extra), *rows[2:]])


def _other_notes() -> Iterator[Case]:
    """Checkpoints with other signatures, or of another form, around a proof that holds."""
    two = dict(list(WITNESSES.items())[:2])
    for name, make in {
        "two witnesses": lambda text: checkpoint_note(text, two),
        "one witness": lambda text: checkpoint_note(text, dict(list(two.items())[:1])),
        "none": lambda text: checkpoint_note(text, {}),
        "one twice": lambda text: _with(
            checkpoint_note(text, {}), *[cosign(text, "bank.example.com", WITNESSES["bank.example.com"], t) for t in (NOW, 5)]
        ),
        "one of an unknown": lambda text: _with(checkpoint_note(text), cosign(text, "x.example", Key("x"), NOW)),
        "wrong key of a known name": lambda text: _with(checkpoint_note(text), cosign(text, "bank.example.com", Key("x"), NOW)),
        "a known line that does not hold": lambda text: _with(
            checkpoint_note(text), replace(checkpoint_note(text).lines[1], blob=bytes(72))
        ),
        "a known line that is short": lambda text: _with(
            checkpoint_note(text), replace(checkpoint_note(text).lines[1], blob=b"x")
        ),
        "a known line with a byte more": lambda text: _with(
            checkpoint_note(text), replace(checkpoint_note(text).lines[0], blob=bytes(65))
        ),
        "year 1": lambda text: _with(checkpoint_note(text, {}), *(cosign(text, name, key, 0) for name, key in WITNESSES.items())),
        "latest time": lambda text: _with(
            checkpoint_note(text, {}), *(cosign(text, name, key, 2**64 - 1) for name, key in WITNESSES.items())
        ),
        "another log": lambda text: checkpoint_note(text, origin="other.example/log"),
        "another log's key": lambda text: checkpoint_note(text, log=Key("x")),
        "witnesses alone": lambda text: replace(checkpoint_note(text), lines=checkpoint_note(text).lines[1:]),
        "64 lines": lambda text: _with(checkpoint_note(text), *[Line(f"n{n}", b"abcd", b"x") for n in range(60)]),
        "65 lines": lambda text: _with(checkpoint_note(text), *[Line(f"n{n}", b"abcd", b"x") for n in range(61)]),
        "too long": lambda text: _with(checkpoint_note(text), Line("n", b"abcd", bytes(50_000))),
        **{
            f"name {each!r}": _named(each)
            for each in ("a+b", "", "a\u00a0b", "a\u0085b", "a\ufeffb", "a\u200bb", "a\u3000b", "名", "a\u2028b", "a\x7fb")
        },
        **{f"text {each!r:.40}": _signed_text(each) for each in CHECKPOINTS},
    }.items():
        yield Case(f"note: {name}", bundle_of_token(token_of(), note=make))


CHECKPOINTS = (
    "{0}\n{1}\n{2}\nmore\n",
    "{0}\n{1}\n{2}",
    "\n{1}\n{2}\n",
    "{0}\n0{1}\n{2}\n",
    "{0}\n+{1}\n{2}\n",
    "{0}\n{1}\n{2}=\n",
    "{0}\n{1}\n\n",
    "{0}\n0\n{2}\n",
    "{0}\n6\n{2}\n",
    "{0}\n7\n{2}\n",
    "{0}\n12\n{2}\n",
    "{0}\n9007199254740992\n{2}\n",
    "{0}\n9007199254740993\n{2}\n",
    "{0}\n{1}\nAAAA\n",
    "{0}\n\n{1}\n{2}\n",
    "{0} \n{1}\n{2}\n",
    "\ufeff{0}\n{1}\n{2}\n",
)


def _with(note: Note, *lines: Line) -> Note:
    return replace(note, lines=(*note.lines, *lines))


def _named(name: str) -> Any:
    return lambda text: _with(checkpoint_note(text), Line(name, b"abcd", b"efgh"))


def _signed_text(pattern: str) -> Any:
    def made(text: str) -> Note:
        other = pattern.format(*text.split("\n"))
        return checkpoint_note(other if other.endswith("\n") else other + "\n")

    return made
