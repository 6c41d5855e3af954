"""The page of a release: counts that add up, what is no longer shown is not on it, nothing loaded, true statements of limits."""

from __future__ import annotations

import html.parser
import re
import shutil
import subprocess

import pytest

from envcredit.proof.layout import bundle_file
from envcredit.proof.note import Line, Note
from envcredit.release import page
from envcredit.release.exports import Stated
from envcredit.release.page import LogHead, log_head, pages

LOG = LogHead("rating.example.gov.cn/log", 1234, "ab" * 32, ("bank.example/witness",))
BUREAU = Stated(authority="示例市生态环境局", period="2026年度")


class Elements(html.parser.HTMLParser):
    """What a browser would build: names with attributes, and the text."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(data.decode())

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += f"{data} "

    def links(self) -> list[str]:
        return [str(a["href"]) for tag, a in self.found if tag == "a"]


@pytest.fixture(scope="module")
def made(published):
    return pages(published, LOG, BUREAU, with_checker=True)


def test_a_page_for_each_language_that_leads_to_the_other(made):
    assert sorted(made) == ["index.en.html", "index.html"]
    assert "index.en.html" in Elements(made["index.html"]).links()
    assert "index.html" in Elements(made["index.en.html"]).links()


@pytest.mark.parametrize("path", ["index.html", "index.en.html"])
def test_the_page_loads_nothing_and_runs_nothing(made, path):
    elements = Elements(made[path])
    policy = next(str(a["content"]) for _, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    for tag, attributes in elements.found:
        assert tag not in ("script", "link", "img", "iframe", "object", "base")
        assert not {"src", "style", "onclick", "onload"} & set(attributes)
    assert not any(re.match(r"[a-z]+:|//|/|#", link) for link in elements.links())


def test_what_is_no_longer_shown_is_not_on_the_page(made):
    text = Elements(made["index.html"]).text
    assert not any(gone in text for gone in ("示例修复", "示例撤回", "示例到期", "r-77"))
    assert "示例化工有限公司" in text


def test_counts_log_and_witnesses(made):
    text = " ".join(Elements(made["index.html"]).text.split())
    assert re.search(r"公布单位 6 有评价等级 4 未评级 2", text)
    assert "绿牌（环保诚信） 2 50.0 蓝牌（环保合格） 1 25.0 红牌（环保不良） 1 25.0" in text
    for said in ("第7版", "2026-11-18T11:06:40Z", "1,234", "ab" * 32, "bank.example/witness", "envcredit verify"):
        assert said in text


def test_the_limits_of_what_can_be_shown_are_stated(made, published):
    english = " ".join(Elements(made["index.en.html"]).text.split())
    assert "Comparing checkpoints detects such a split view; nothing prevents it." in english
    assert "A bank that kept an old file can still prove that the result existed." in english
    alone = pages(published, LogHead("log", 1, "00" * 32))["index.html"]
    assert "尚无见证方签署" in Elements(alone).text
    assert "verify.html" not in Elements(alone).links()


def test_a_unit_leads_to_its_bundle_and_files_to_where_they_lie(made, published):
    links = Elements(made["index.html"]).links()
    sub = published.find("示例化工有限公司").result.sub
    assert {bundle_file(sub), "release.jwt", "full/7.ndjson.gz", "full/7.parquet", "checkpoint", "trust.json"} <= set(links)
    assert f"rules/{'a1' * 32}.json" in links
    gone = published.find("示例修复有限公司").result.sub
    assert bundle_file(gone) not in links


def test_of_many_units_there_are_counts_only(published, monkeypatch):
    monkeypatch.setattr(page, "MOST_LISTED", 5)
    text = Elements(pages(published, LOG)["index.html"]).text
    assert "示例化工有限公司" not in text
    assert "单位超过5家" in text


def test_hostile_names_stay_text(standing, publish):
    found = pages(publish(standing(1, "</td><script>alert(1)</script>\u202e厂", grade="blue")), LOG)["index.html"]
    assert b"<script" not in found
    assert "\u202e" not in found.decode()


def test_the_same_release_gives_the_same_pages(made, published):
    assert pages(published, LOG, BUREAU, with_checker=True) == made


def test_witnesses_are_the_names_beside_the_log():
    lines = tuple(Line(name, b"\0" * 4, b"\0" * 64) for name in ("log.example", "a.example", "b.example", "a.example"))
    head = log_head(Note("log.example\n7\nAAAA\n", lines), 7, b"\xab" * 32)
    assert head == LogHead("log.example", 7, "ab" * 32, ("a.example", "b.example"))


@pytest.mark.parametrize("path", ["index.html", "index.en.html"])
def test_a_real_browser_has_no_complaint(made, tmp_path, path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine to open the page in")
    (tmp_path / path).write_bytes(made[path])
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", (tmp_path / path).as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
    assert "ab" * 32 in done.stdout
