"""The report: one page, complete, escaped, offline, the same for the same run."""

from __future__ import annotations

import html.parser
import json
import re
import shutil
import subprocess
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envcredit.base.labels import LANGUAGES
from envcredit.rating.report import html as page_of
from envcredit.rating.report import write_report
from envcredit.rating.report.charts import Bar, Segment, fitted, ink_on, lengths, pixels, stacks, tones
from envcredit.rating.report.figures import figures
from envcredit.rating.report.page import as_script_data
from envcredit.rating.report.units import EFFECTS, effect_key, unit_data

HOSTILE = "</script><img src=x onerror=alert(1)>&\"'\u2028\u202e示例厂"
FINE = {
    "unit_id": "u1", "rule": "fined", "record_id": "r1", "clause": "m/1", "raw": -9, "counted": -5, "why_less": "cap",
    "counts_from": date(2026, 3, 1), "counts_to": date(2028, 3, 1),
}  # fmt: skip
VETO = {"unit_id": "u2", "rule": "crime", "record_id": "r2", "effect": "veto", "grade": "black", "clause": "m/3"}
PENALTIES = [
    {"unit_id": "u1", "record_id": "r1", "decided_on": date(2026, 3, 1), "document_number": "示环罚〔2026〕3号"},
    {"unit_id": "u2", "record_id": "r2", "decided_on": date(2026, 4, 1), "document_number": HOSTILE},
]


@pytest.fixture(scope="module")
def run(make_run):
    units = [
        {"unit_id": "u1", "name": "示例化工厂", "grade": "blue", "score": 95, "park": "示例产业园", "region": "431003"},
        {"unit_id": "u2", "name": HOSTILE, "grade": "black", "score": 100, "region": "431002", "park": HOSTILE},
        {"unit_id": "u3", "name": "甲厂", "result": "refused", "reason": "fined:fine:r1", "region": "431002"},
        {"unit_id": "u4", "name": "乙厂", "result": "not_rated", "reason": "unit_type"},
    ]
    return make_run(units, facts=PENALTIES, points=[FINE, VETO])


@pytest.fixture(scope="module")
def earlier(make_run):
    return make_run([{"unit_id": "u1", "name": "示例化工厂", "grade": "green", "score": 100}], as_of="2025-12-31")


class Elements(html.parser.HTMLParser):
    """What a browser would build: names with attributes, and the text of the data element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._inside = tag == "script" and dict(attrs).get("id") == "data"

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        self.data += data if self._inside else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_loads_nothing_and_says_so(run, earlier, language):
    elements = Elements(page_of(run, language, [earlier]))
    assert dict(elements.found)["html"] == {"lang": {"zh": "zh-CN", "en": "en"}[language]}
    policy = next(a["content"] for t, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for tag, attributes in elements.found:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not {"src", "style", "onclick", "onload"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")


def test_hostile_text_stays_text(run):
    page = page_of(run, "zh")
    elements = Elements(page)
    assert "onerror" in page
    assert [t for t, _ in elements.found].count("script") == 2
    assert json.loads(elements.data)["units"][1][1] == HOSTILE
    assert "\u2028" not in elements.data


def test_ids_are_given_once_and_links_lead_somewhere(run, earlier):
    found = Elements(page_of(run, "zh", [earlier])).found
    ids = [a["id"] for _, a in found if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for t, a in found if t == "a"} <= set(ids)
    assert {a["aria-labelledby"] for _, a in found if "aria-labelledby" in a} <= set(ids)


def test_the_same_run_gives_the_same_bytes(run, earlier, tmp_path):
    sizes = [write_report(run, tmp_path / name, "zh", [earlier]) for name in ("a.html", "b.html")]
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sizes[0] == (tmp_path / "a.html").stat().st_size


def test_figures(run, earlier):
    found = figures(run, [earlier])
    assert [s.count for s in found.distribution.shares] == [0, 1, 0, 0, 1]
    assert found.without == {"refused": 1, "not_rated": 1}
    assert [(r.label, r.rated) for r in found.regions] == [("431002", 1), ("431003", 1)]
    assert [(r.label, r.counts) for r in found.trend] == [("2025-12-31", (1, 0, 0, 0, 0)), ("2026-12-31", (0, 1, 0, 0, 1))]
    assert [(c.rule, c.points, c.units) for c in found.costs] == [("fined", 5, 1)]
    assert [(c.rule, c.units) for c in found.direct] == [("crime", 1)]


def test_a_run_without_points_or_score_has_a_page(make_run, make_scheme):
    categorical = make_scheme().model_copy(update={"score": None})
    run = make_run([{"unit_id": "u1", "name": "甲厂", "grade": "green"}], scheme=categorical)
    assert "没有计入的扣分" in page_of(run, "zh")


def test_a_run_with_other_grades_is_left_out_of_the_trend_and_counted(run, earlier):
    other = type(earlier)(
        earlier.scheme.model_copy(update={"grades": earlier.scheme.grades[:3]}), earlier.manifest, earlier.tables
    )
    found = figures(run, [earlier, other])
    assert (len(found.trend), found.omitted) == (2, 1)


def test_a_unit_carries_its_points_with_clause_record_and_last_day(run, earlier):
    data = unit_data(run, "zh", [earlier])
    (point,) = data["units"][0][9]
    texts = data["texts"]
    assert texts[point[0]] == "受到罚款"
    assert "第1条" in texts[point[1]]
    assert (EFFECTS[point[2]], point[3], point[4]) == ("minus", -5, -9)
    assert texts[point[9]] == "示环罚〔2026〕3号"
    assert [texts[point[12]], texts[point[13]]] == ["2026-03-01", "2028-03-01"]
    assert data["units"][0][10] == [0]
    assert "示环罚〔2026〕3号" in texts[data["units"][2][8]]


@pytest.mark.parametrize(
    ("effect", "counted", "steps", "better", "key"),
    [
        ("deduct", -5, 0, "higher", "minus"),
        ("award", 5, 0, "higher", "plus"),
        ("demerit", 5, 0, "lower", "demerit"),
        ("award", -5, 0, "lower", "relief"),
        ("deduct", 0, 0, "higher", "zero"),
        ("shift", 0, 2, "higher", "down"),
        ("shift", 0, -1, "higher", "up"),
        ("shift", 0, 0, "higher", "zero"),
        ("row", 0, 0, "", "row"),
        ("tier", 80, 0, "higher", "tier"),
    ],
)
def test_effects(effect, counted, steps, better, key):
    assert effect_key({"effect": effect, "counted": counted, "steps": steps}, better) == key


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_script_data_reads_back_and_cannot_end_its_element(value):
    text = str(as_script_data(value))
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


@settings(max_examples=5)
@given(st.text(max_size=40))
def test_charts_are_well_formed_whatever_the_label(label):
    from xml.dom.minidom import parseString

    drawing = stacks([Bar(label, (Segment(3, "#1a7f37"), Segment(0, "#0969da"), Segment(900, "#bf8700")), "903")])
    for svg in (drawing.wide, drawing.narrow):
        parseString(svg)
        assert "style=" not in svg
        assert not re.search(r'\bid="', svg)


def test_the_layout_of_a_chart_is_fixed():
    drawing = lengths([Bar("绿", (Segment(5, "#1a7f37"),), "5"), Bar("蓝", (Segment(10, "#0969da"),), "10")])
    assert 'viewBox="0 0 620 60"' in drawing.wide
    assert 'viewBox="0 0 340 60"' in drawing.narrow
    with_nothing = lengths([Bar("绿", (Segment(0, "#1a7f37"),), "0")])
    assert "NaN" not in with_nothing.wide


def test_labels_are_cut_to_their_room():
    assert fitted("短", 100, 12) == "短"
    cut = fitted("湖南郴州经济开发区有色金属产业园", 100, 12)
    assert cut.endswith("…")
    assert pixels(cut, 12) <= 100


def test_text_on_a_colour_is_readable():
    assert [ink_on(c) for c in ("#24292f", "#ffffff", "#d4a72c", "#0969da")] == ["#ffffff", "#1b2a30", "#1b2a30", "#ffffff"]


def test_missing_colours_are_taken_from_one_scale():
    assert tones(["#000001", "#000002"]) == ("#000001", "#000002")
    assert len(set(tones(["", "#000002", ""]))) == 3
    assert len(tones([""] * 9)) == 9


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        pytest.skip("no Chromium on this machine to open the report in")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_a_real_browser_builds_the_list_without_a_complaint(run, earlier, tmp_path, chromium, language, width):
    write_report(run, tmp_path / "r.html", language, [earlier])
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--window-size={width},900",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", f"{(tmp_path / 'r.html').as_uri()}#unit=u1",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
    assert '<tr class="unit" data-unit="0">' in done.stdout
    assert '<tr class="detail">' in done.stdout
    assert "示环罚〔2026〕3号" in done.stdout.split('id="data"')[0]
    assert done.stdout.count("<script") == 2
