"""The page on which a person verifies a bundle: a second implementation that must agree with this one, in a real browser."""

from __future__ import annotations

import base64
import html.parser
import json
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bundles_damaged import cases
from bundles_made import GOOD, INDEX, NOW, PAYLOAD, TRUST, Case, bundle_of_token, list_token, token_of
from verify_page import PAGE, refreshed, with_policy

from envcredit.errors import ProofError
from envcredit.proof import jws
from envcredit.proof.encoding import object_of
from envcredit.proof.merkle import check_consistency, check_inclusion
from envcredit.proof.result import RESULT
from envcredit.proof.signers import is_signed
from envcredit.proof.statuslist import State, unpacked
from envcredit.proof.trust import trust_of
from envcredit.proof.verify import Fetch, verify_bundle

HOSTILE = "</script><img src=x onerror=alert(1)><script>alert(2)</script>"
MAY_DIFFER = {
    "incomplete is 1": "pydantic's Literal[True] takes the number 1 as well; the page does not",
    "1000 reasons": "joserfc refuses a payload of more than 128,000 characters; the page takes as many as a result may have",
    "1001 reasons": "both refuse it: joserfc for its length, the page for its form",
}
"""Cases in which the two need not say the same, and why; none of them is of an unknown signer."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def plain(case: Case) -> dict[str, Any]:
    states = None if case.states is None else b64(case.states)
    return {"bundle": b64(case.bundle), "trust": b64(case.trust), "moment": case.moment, "states": states}


def judged(case: Case) -> Any:
    """What the Python side says: the code that the policy is refused with, or every check with its code, and what is shown."""
    try:
        trust = trust_of(case.trust)
    except ProofError as error:
        return error.diagnostics[0].code
    verdict, shown = verify_bundle(case.bundle, trust, case.moment, None if case.states is None else folder_of(case.states))
    checks = [[check.name, check.failure and check.failure.code] for check in verdict.checks]
    found = shown and {
        "result": bare(shown.result.payload()),
        "state": shown.state,
        "index": shown.index,
        "witnesses": {name: str(time) for name, time in shown.witnesses.items()},
    }
    return {"checks": checks, "notes": verdict.notes, "shown": found}


def folder_of(states: bytes) -> Fetch:
    """A release that has this status list and none of an earlier time, which is what a person has who chose one file."""
    return lambda path: states if path.endswith(".jwt") else b'{"issued":[]}'


def bare(value: Any) -> Any:
    """Without what is null or an empty list of reasons: that says the same as leaving it out."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if v is not None and (k, v) not in (("reasons", []), ("reasons", ()))}
    return [bare(each) for each in value] if isinstance(value, list | tuple) else value


def with_bare_result(page: Any) -> Any:
    shown = page["shown"] if isinstance(page, dict) else None
    return page if shown is None else {**page, "shown": {**shown, "result": bare(shown["result"])}}


class Elements(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or pytest.skip("no Chromium on this machine to open the page in")


@pytest.fixture(scope="module")
def made() -> list[Case]:
    return list(cases())


@pytest.fixture(scope="module")
def by_python(made) -> list[Any]:
    return [judged(case) for case in made]


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> dict[str, Any]:
    folder = shared_data / "sharing"
    read = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json") if "jcs" not in path.parts}
    parsing = read["tlog-proof-parse"]
    return {
        "inclusion": read["inclusion"],
        "consistency": read["consistency"],
        "proofs": [
            row["text"] + (row["then_repeat"][0] * row["then_repeat"][1] + row["then"] if "then_repeat" in row else "")
            for row in [*parsing["valid"], *parsing["invalid"]]
        ],
        "parsed": parsing["valid"],
        "lists": read["vectors"],
        "jcs": [path.read_text("utf-8") for path in sorted((folder / "jcs/input").iterdir())],
        "canonical": [path.read_text("utf-8") for path in sorted((folder / "jcs/output").iterdir())],
        "ed25519": [
            {
                "tcId": test["tcId"],
                "key": group["publicKey"]["pk"],
                "msg": test["msg"],
                "sig": test["sig"],
                "result": test["result"],
            }
            for group in read["ed25519_test"]["testGroups"]
            for test in group["tests"]
        ],
        "tokens": [
            test["jws"]
            for group in read["json_web_signature_test"]["testGroups"]
            for test in group["tests"]
            if isinstance(test["jws"], str)
        ],
    }


@pytest.fixture(scope="module")
def tried(chromium, made, vectors, tmp_path_factory) -> dict[str, Any]:
    """What the page found, in one start of the browser. ``sent``: what reached the address that it was asked to tell."""
    folder = tmp_path_factory.mktemp("page")
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        address = f"http://127.0.0.1:{door.getsockname()[1]}/"
        given = {**vectors, "cases": [plain(case) for case in made], "person": PERSON, "address": address}
        (folder / "trial.html").write_text(trial_page(given), "utf-8")
        command = [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900", "--enable-logging=stderr",
            f"--user-data-dir={folder / 'profile'}", "--dump-dom", (folder / "trial.html").as_uri(),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        sent = heard(door)
    answer = re.search(r'<pre id="found" hidden="">([^<]*)</pre>', done.stdout)
    assert answer, done.stderr[-2000:]
    found = json.loads(base64.b64decode(answer[1]))
    assert "broken" not in found, found
    return {**found, "sent": sent}


def heard(door: socket.socket) -> bytes:
    """All that was sent to a door. Before it asks the policy, a browser opens a connection for a frame; it sends nothing."""
    found = b""
    while True:
        try:
            caller, _ = door.accept()
        except BlockingIOError:
            return found
        with caller:
            found += caller.recv(1 << 16)


def trial_page(given: dict[str, Any]) -> str:
    """The page with the trial's script behind its own. The policy stays, but for one more script."""
    data = json.dumps(given).replace("<", "\\u003c")
    script = Path(__file__).with_name("verify_page_trial.js").read_text("utf-8")
    added = (
        f'<pre id="found" hidden></pre><script type="application/json" id="given">{data}</script><script>{script}</script></body>'
    )
    return with_policy(PAGE.read_text("utf-8").replace("</body>", added))


PERSON = {
    "bundle": b64(GOOD),
    "trust": b64(TRUST.to_bytes()),
    "list": b64(list_token()),
    "repaired": b64(list_token({INDEX: State.REPAIRED})),
    "damaged": b64(GOOD.replace(b"index 6", b"index 7")),
    "hostile": b64(bundle_of_token(token_of(PAYLOAD | {"unit": {"id": HOSTILE, "name": HOSTILE}, "sub": HOSTILE}))),
    "now": NOW,
    "later": NOW + 400 * 86_400,
}


def test_the_page_stands_as_it_must():
    page = PAGE.read_text("utf-8")
    assert refreshed(page) == page, "run: python tests/release/verify_page.py"
    assert len(page.encode()) < 64 * 1024


def test_the_page_can_load_nothing():
    found = Elements(PAGE.read_text("utf-8")).found
    (policy,) = [a["content"] for _, a in found if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert set(rules) == {"default-src", "img-src", "style-src", "script-src", "base-uri", "form-action"}
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    for tag, attributes in found:
        assert tag not in ("img", "iframe", "object", "base", "a")
        assert not {"src", "action", "style", "onclick", "onload"} & set(attributes)
        assert attributes.get("href", "data:,") == "data:,"


def test_every_field_has_a_label_and_ids_are_given_once():
    found = Elements(PAGE.read_text("utf-8")).found
    ids = [a["id"] for _, a in found if "id" in a]
    assert len(ids) == len(set(ids))
    labelled = {a["for"] for tag, a in found if tag == "label" and "for" in a} | {"handed"}
    assert {a["id"] for tag, a in found if tag == "input"} == labelled
    named = " ".join(a[key] or "" for _, a in found for key in ("aria-labelledby", "aria-describedby") if key in a)
    assert set(named.split()) <= set(ids)


def test_the_page_speaks_both_languages():
    words = json.loads(re.search(r'id="words">(.*?)</script>', PAGE.read_text("utf-8"), re.DOTALL)[1])
    holes = {lang: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()} for lang, texts in words.items()}
    assert holes["zh"] == holes["en"]
    assert all(text.strip() for texts in words.values() for text in texts.values())
    assert not [key for key, text in words["en"].items() if re.search("[\u4e00-\u9fff]", text) and key != "language"]


def test_both_agree_on_every_case(tried, made, by_python):
    """Also on the reason: each check has the same code, and what is shown is the same."""
    pages = tried["cases"]
    assert len(pages) == len(made)
    assert not [(case.name, page) for case, page in zip(made, pages, strict=True) if str(page).startswith("broken")]
    both = {
        case.name: pair for case, *pair in zip(made, by_python, map(with_bare_result, pages), strict=True) if pair[0] != pair[1]
    }
    assert {name: pair for name, pair in both.items() if name not in MAY_DIFFER} == {}


def test_the_cases_are_neither_all_good_nor_all_bad(by_python):
    verdicts = by_python
    held = [v for v in verdicts if isinstance(v, dict) and not any(code for _, code in v["checks"])]
    codes = {code for v in verdicts if isinstance(v, dict) for _, code in v["checks"] if code}
    assert len(verdicts) > 700
    assert len(held) > 80
    assert codes == {"V101", "V102", "V103", "V104", "V106", "V107", "V108", "V110", "V115"}
    assert {v for v in verdicts if isinstance(v, str)} == {"V101", "V115", "V116"}


def test_merkle_vectors(tried, vectors):
    wanted = [True if not row["wantErr"] else "V104" for row in vectors["inclusion"]]
    assert tried["inclusion"] == wanted == [python_says(included, row) for row in vectors["inclusion"]]
    wanted = [True if not row["wantErr"] else "V105" for row in vectors["consistency"]]
    assert tried["consistency"] == wanted == [python_says(consistent, row) for row in vectors["consistency"]]


def python_says(check, *values: Any) -> Any:
    try:
        check(*values)
    except ProofError as error:
        return error.diagnostics[0].code
    return True


def included(row: dict[str, Any]) -> None:
    leaf, root = base64.b64decode(row["leafHash"]), base64.b64decode(row["root"])
    check_inclusion(row["leafIdx"], row["treeSize"], leaf, list(map(base64.b64decode, row["proof"] or [])), root)


def consistent(row: dict[str, Any]) -> None:
    old, new = base64.b64decode(row["root1"]), base64.b64decode(row["root2"])
    check_consistency(row["size1"], row["size2"], old, new, list(map(base64.b64decode, row["proof"] or [])))


def test_proof_vectors(tried, vectors):
    good = [{key: row[key] for key in ("index", "hashes", "extra", "checkpoint")} for row in vectors["parsed"]]
    assert tried["proofs"] == good + ["V101"] * (len(vectors["proofs"]) - len(good))


def test_status_list_vectors(tried, vectors):
    for row, page in zip(vectors["lists"], tried["lists"], strict=True):
        python = unpacked(row["lst"], row["bits"])
        assert page == {"found": sorted(each for each in row["status"] if each[1]), "length": row["size"]}
        assert all(python[index] == value for index, value in row["status"])


def test_canonical_json_vectors(tried, vectors):
    assert tried["jcs"] == vectors["canonical"]
    assert all(object_of(text.encode(), "vector") == json.loads(text) for text in vectors["canonical"] if text.startswith("{"))


def test_ed25519_vectors(tried, vectors):
    """The browser's WebCrypto and the library of the Python side both agree with every label of the file."""
    rows = vectors["ed25519"]
    wanted = [row["result"] == "valid" for row in rows]
    python = [is_signed(bytes.fromhex(row["key"]), bytes.fromhex(row["sig"]), bytes.fromhex(row["msg"])) for row in rows]
    assert python == wanted
    assert [row["tcId"] for row, page, want in zip(rows, tried["ed25519"], wanted, strict=True) if page != want] == []


def test_tokens_of_every_other_kind_are_refused(tried, vectors):
    """The published cases have no key for Ed25519; valid or not, none of their tokens is in the form of a result."""
    assert len(vectors["tokens"]) > 150
    assert tried["tokens"] == ["V101"] * len(vectors["tokens"])
    assert [python_says(jws.read, token, RESULT) for token in vectors["tokens"]] == tried["tokens"]


def test_nothing_leaves_the_page(tried):
    leaks = tried["leaks"]
    assert tried["sent"] == b""
    assert leaks["quiet"] == 0, "the page itself tried to load something"
    assert leaks["fetched"] == "blocked"
    assert {"connect-src", "frame-src", "img-src", "script-src-elem"} <= set(leaks["violations"])


def test_a_person_is_led_to_an_answer(tried):
    seen = tried["person"]
    assert isinstance(seen, dict), seen
    assert (seen["start"]["lang"], seen["start"]["focus"]) == ("zh-CN", 7)
    for step in ("start", "one", "cleared"):
        assert seen[step]["waiting"].startswith("请选择证明文件和信任文件")
        assert seen[step]["banner"] == seen[step]["checks"] == seen[step]["content"] == ""
    assert "示例.txt" in seen["one"]["files"]
    assert seen["cleared"]["files"].strip() == ""
    assert (seen["own"]["kind"], "尚未确认由谁发布" in seen["own"]["banner"]) == ("banner warn", True)
    assert "密钥取自发布目录自身" in seen["own"]["notes"]
    assert (seen["unknown"]["kind"], "不知道该结果是否仍然有效" in seen["unknown"]["banner"]) == ("banner warn", True)
    assert (seen["good"]["kind"], seen["good"]["banner"], seen["good"]["notes"]) == ("banner good", "核验通过，该结果有效。", "")
    for text in (
        "示例冶炼有限公司",
        "黄",
        "58.0",
        "有效",
        "得分影响 −20 分",
        "等级限于“黄”",
        "下调 1 级",
        "依据 measures/12.1",
        "计至 2027-03-01",
    ):
        assert text in seen["good"]["content"]
    assert seen["good"]["checks"].count("✓") == 8
    assert "检查点的见证签名" in seen["good"]["checks"]


def test_and_in_english(tried):
    seen = tried["person"]
    english = seen["english"]
    assert (english["lang"], english["title"]) == ("en", "Verify an environmental credit rating")
    assert english["banner"] == "Verified, and the result is in force."
    for text in ("Grade", "yellow", "−20 points", "grade limited to “yellow”", "1 grade(s) down", "counts until 2027-03-01"):
        assert text in english["content"]
    ours = english["labels"].replace("示例.txt", "") + english["checks"] + english["banner"] + english["title"]
    assert not re.search("[\u4e00-\u9fff]", ours), ours
    assert (seen["repaired"]["kind"], "repaired: stop use" in seen["repaired"]["banner"]) == ("banner bad", True)
    assert "had expired" in seen["expired"]["checks"]
    assert seen["expired"]["kind"] == "banner bad"
    assert seen["away_from_now"] < 60


def test_what_is_not_verified_is_said_to_be_so(tried):
    seen = tried["person"]
    assert seen["damaged"]["content"].startswith("What the file claims (not verified")
    assert seen["damaged_zh"]["content"].startswith("文件所称的评价结果（核验不通过，不得采信）")
    assert "第7号条目的证明不能推出日志的根" in seen["damaged_zh"]["checks"]
    assert seen["damaged_zh"]["banner"] == "核验不通过，不得采信。"
    assert (seen["markup"], HOSTILE in seen["hostile"]["content"]) == (0, True)
    assert seen["no_trust"]["banner"].startswith("信任文件无法使用")
    assert (seen["no_trust"]["checks"], seen["no_trust"]["content"]) == ("", "")
