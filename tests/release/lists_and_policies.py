"""Status lists and trust files to verify a bundle with that is as it should be; most of them are wrong."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator

from bundles_made import (
    DAY,
    GOOD,
    INDEX,
    ISSUER,
    ISSUES,
    NOW,
    PAYLOAD,
    TRUST,
    URI,
    WITNESSES,
    Case,
    Key,
    bundle_of_token,
    list_token,
    token_of,
)

from envcredit.proof.encoding import base64url_of
from envcredit.proof.note import COSIGNATURE, ED25519, NoteKey

PACKED = zlib.compress(bytes(4096), 9)


def other_lists() -> Iterator[Case]:
    """Status lists; the bundle is as it should be."""
    yield from _other_tokens()
    yield from _other_packings()
    yield from _other_places()


def _other_tokens() -> Iterator[Case]:
    for name, made in {
        "value 4": list_token({INDEX: 4}),
        "value 15": list_token({INDEX: 15}),
        "neighbours": list_token({INDEX - 1: 12, INDEX + 1: 1}),
        "of the issuer": list_token(key=ISSUES, kid="env-2026-1"),
        "unknown key": list_token(kid="x"),
        "of another list": list_token(sub=f"{ISSUER}/status/2"),
        "over": list_token(exp=NOW - 1),
        "until now": list_token(exp=NOW),
        "from now": list_token(iat=NOW),
        "later": list_token(iat=NOW + 1),
        "before its key": list_token(iat=NOW - 91 * DAY),
        "true": list_token(iat=True),
        "no ttl": list_token(ttl=None),
        "more": list_token(more=1),
        "no list": list_token(status_list=None),
        "list is a text": list_token(status_list="x"),
        "a line feed": list_token() + b"\n",
        "nothing": b"",
        "text": "状态".encode(),
        "not UTF-8": b"\xff" + list_token()[1:],
        "a bundle": GOOD,
        "cut off": list_token()[:-1],
        "result": token_of().encode(),
        "negative ttl": list_token(ttl=-1),
        "ends before it begins": list_token(exp=0),
    }.items():
        yield Case(f"list: {name}", GOOD, states=made)


def _other_packings() -> Iterator[Case]:
    for bits in (1, 2, 8, 0, 3, 16, -4, "4", True, 4.0, None):
        yield Case(f"list: bits {bits!r}", GOOD, states=list_token(status_list={"bits": bits, "lst": base64url_of(PACKED)}))
    for name, data in {
        "short": zlib.compress(bytes(2501), 9),
        "just long enough": zlib.compress(bytes(2502), 9),
        "nothing": b"",
        "packed nothing": zlib.compress(b""),
        "not zlib": b"abc",
        "gzip": _as(31),
        "raw": _as(-15),
        "cut off": PACKED[:-5],
        "no checksum": PACKED[:-4],
        "more after it": PACKED + b"x",
        "two": PACKED + PACKED,
        "wrong checksum": PACKED[:-1] + bytes([PACKED[-1] ^ 1]),
        "stored": zlib.compress(bytes(4096), 0),
        "1 MiB": zlib.compress(bytes(1 << 20), 9),
        "1 MiB and a byte": zlib.compress(bytes((1 << 20) + 1), 9),
        "a bomb": zlib.compress(bytes(1 << 26), 9),
        "dictionary": b"\x78\xbb" + PACKED[2:],
    }.items():
        yield Case(f"list: {name}", GOOD, states=list_token(status_list={"bits": 4, "lst": base64url_of(data)}))
    for name, lst in {
        "padded": base64url_of(PACKED) + "=",
        "standard": base64.b64encode(PACKED).decode(),
        "number": 5,
        "none": None,
    }.items():
        yield Case(f"list: lst {name}", GOOD, states=list_token(status_list={"bits": 4, "lst": lst}))
    yield Case(
        "list: with more", GOOD, states=list_token(status_list={"bits": 4, "lst": base64url_of(PACKED), "aggregation_uri": "x"})
    )


def _other_places() -> Iterator[Case]:
    for uri in (
        "status/1",
        f"{ISSUER}/status/0",
        f"{ISSUER}/status/../1",
        f"{ISSUER}/status/1/",
        f"{ISSUER}x/status/1",
        f"{ISSUER}/status/12345678",
    ):
        result = PAYLOAD | {"status": {"status_list": {"idx": INDEX, "uri": uri}}}
        yield Case(f"list at {uri}", bundle_of_token(token_of(result)), states=list_token(sub=uri))
    for index in (8191, 8192, 2**53 - 1):
        result = PAYLOAD | {"status": {"status_list": {"idx": index, "uri": URI}}}
        yield Case(f"place {index} of the list", bundle_of_token(token_of(result)), states=list_token())


def _as(wbits: int) -> bytes:
    packing = zlib.compressobj(wbits=wbits)
    return packing.compress(bytes(4096)) + packing.flush()


def other_policies() -> Iterator[Case]:
    """Trust files; bundle and list are as they should be."""
    yield from _changed_policies()
    yield from _policies_written_otherwise()


def _changed_policies() -> Iterator[Case]:
    plain = json.loads(TRUST.to_bytes())
    key, log, witnesses = plain["keys"][0], plain["log"], plain["witnesses"]
    name, mark, encoded = log.split("+", 2)
    for title, changes in {
        "another issuer": {"issuer": "https://other.example"},
        "issuer is none": {"issuer": None},
        "keys are none": {"keys": None},
        "no keys": {"keys": []},
        "the same key twice": {"keys": plain["keys"] * 2},
        "a role that is none": {"keys": [key | {"role": "log"}]},
        "role is a list": {"keys": [key | {"role": []}]},
        "short key": {"keys": [key | {"x": key["x"][:-2]}]},
        "key padded": {"keys": [key | {"x": key["x"] + "="}]},
        "key of zeros": {"keys": [key | {"x": "A" * 43}]},
        "unused bits": {"keys": [key | {"x": key["x"][:-1] + ("h" if key["x"][-1] == "g" else chr(ord(key["x"][-1]) + 1))}]},
        "nbf is a text": {"keys": [key | {"nbf": "0"}]},
        "nbf is true": {"keys": [key | {"nbf": True}]},
        "nbf is a fraction": {"keys": [key | {"nbf": 0.5}]},
        "nbf is 0.0": {"keys": [key | {"nbf": 0.0}]},
        "nbf below zero": {"keys": [key | {"nbf": -5}]},
        "exp is far": {"keys": [key | {"exp": 2**60}]},
        "a member more": {"keys": [key | {"use": "sig"}]},
        "a member less": {"keys": [{k: v for k, v in key.items() if k != "exp"}]},
        "key is a text": {"keys": ["x"]},
        "log is none": {"log": None},
        "log's id": {"log": f"{name}+00000000+{encoded}"},
        "log's id in capitals": {"log": f"{name}+{mark.upper()}+{encoded}"},
        "log is a witness": {"log": witnesses[0]},
        "log without a name": {"log": f"+{mark}+{encoded}"},
        "log's key cut": {"log": log[:-4]},
        "log is a word": {"log": "x"},
        "log with a space": {"log": f"a b+{mark}+{encoded}"},
        "log is a list": {"log": [log]},
        "another log": {"log": str(NoteKey("o", ED25519, Key("o").public))},
        "witness of the log's kind": {"witnesses": [log]},
        "a witness twice": {"witnesses": [*witnesses, witnesses[0]]},
        "witnesses is a text": {"witnesses": "x"},
        "witness is a number": {"witnesses": [1]},
        "no witnesses": {"witnesses": []},
        "no witnesses asked for": {"witnesses": [], "quorum": 0},
        "all": {"quorum": 3},
        "never fresh": {"fresh_hours": 0},
        "fresh is a fraction": {"fresh_hours": 1.5},
        "more": {"more": 1},
        "one key under two names": {
            "witnesses": [witnesses[0], str(NoteKey("b", COSIGNATURE, WITNESSES["bank.example.com"].public))]
        },
        "two keys under one name": {
            "witnesses": [witnesses[0], str(NoteKey("bank.example.com", COSIGNATURE, Key("b").public))],
            "quorum": 1,
        },
    }.items():
        yield Case(f"trust: {title}", GOOD, json.dumps(plain | changes).encode(), states=list_token())


def _policies_written_otherwise() -> Iterator[Case]:
    plain = json.loads(TRUST.to_bytes())
    for quorum in (0, 4, -1, 2.0, "2", True, None):
        yield Case(f"trust: quorum {quorum!r}", GOOD, json.dumps(plain | {"quorum": quorum}).encode(), states=list_token())
    for left in plain:
        yield Case(f"trust without {left}", GOOD, json.dumps({k: v for k, v in plain.items() if k != left}).encode())
    text = TRUST.to_bytes()
    for title, data in {
        "Windows": text.replace(b"\n", b"\r\n"),
        "tabs": text.replace(b" ", b"\t"),
        "mark": b"\xef\xbb\xbf" + text,
        "list": b"[]",
        "nothing": b"",
        "null": b"null",
        "quorum twice": text.replace(b'"quorum": 2', b'"quorum": 9, "quorum": 2'),
        "power": text.replace(b'"quorum": 2', b'"quorum": 2e0'),
        "UTF-16": text.decode().encode("utf-16"),
        "NaN": text.replace(b'"quorum": 2', b'"quorum": NaN'),
        "comma": text.replace(b'"quorum": 2', b'"quorum": 2,,'),
        "comment": text + b"// x",
        "deep": b"[" * 2000,
        "surrogate": text.replace(b"env-2025-1", b"env-\\ud800"),
        "pair": text.replace(b"env-2025-1", b"env-\\ud83d\\ude00"),
        "names in a string": text.replace(b"env-2025-1", b'\\"a\\": 1.5'),
        "names twice below": text.replace(b'"role": ', b'"role": "issuer", "role": '),
        "digits in a name": text.replace(b"env-2025-1", b"env-2025.e1"),
        "too long": text + b" " * (1 << 20),
        "control character": text.replace(b"env-2025-1", b"env\x01"),
    }.items():
        yield Case(f"trust file: {title}", GOOD, data, states=list_token())
