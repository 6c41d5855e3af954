"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { units, texts, standings, words, effects } = data;
  const ID = 0, NAME = 1, REGION = 2, PARK = 4, STANDING = 5, SCORE = 6, PREVIOUS = 7, REASON = 8, POINTS = 9, OVER_TIME = 10;
  const EFFECTS = Object.keys(effects);
  const at = (id) => document.getElementById(id);
  const text = (place) => (place < 0 ? "" : texts[place]);
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

  // Points are whole steps; a step is step[0] / 10^step[1], so no binary fraction is ever formed.
  const points = (steps) => {
    const whole = String(Math.abs(steps * data.step[0])).padStart(data.step[1] + 1, "0");
    const cut = whole.length - data.step[1];
    const tail = whole.slice(cut).replace(/0+$/, "");
    return (steps < 0 ? "−" : "") + whole.slice(0, cut) + (tail ? "." + tail : "");
  };

  const make = (name, className, content) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    for (const part of [].concat(content ?? [])) made.append(part);
    return made;
  };

  const chip = (standing) => {
    if (standing < 0) return "";
    return make("span", "chip", [make("i", `swatch tone-${standing}`), standings[standing]]);
  };

  const searched = units.map((unit) =>
    [unit[ID], unit[NAME], text(unit[PARK]), ...unit[POINTS].map((p) => text(p[9]))].join("\n").toLowerCase());

  const state = { order: "standing", down: true, page: 0, size: 25, open: new Set() };
  const keys = {
    name: (u) => u[NAME], region: (u) => text(u[REGION]), park: (u) => text(u[PARK]), standing: (u) => u[STANDING],
    score: (u) => u[SCORE] ?? (data.better === "lower" ? Infinity : -Infinity), entries: (u) => u[POINTS].length,
  };
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // Units without a grade come after the worst grade when the worst is wanted first.
  const graded = (standing) => (standing < 0 || standing >= data.grades.length ? -1 : standing);
  const compare = (a, b) => {
    const [x, y] = [keys[state.order](units[a]), keys[state.order](units[b])];
    let found = typeof x === "string" ? collator.compare(x, y) : state.order === "standing" ? graded(x) - graded(y) : x === y ? 0 : x - y;
    if (state.down) found = -found;
    return found || (units[a][ID] < units[b][ID] ? -1 : 1);
  };

  const chosen = () => {
    const wanted = at("search").value.trim().toLowerCase();
    const standing = at("filter-standing").value, region = at("filter-region").value;
    return units.map((_, i) => i).filter((i) =>
      (!wanted || searched[i].includes(wanted)) &&
      (standing === "" || units[i][STANDING] === Number(standing)) &&
      (region === "" || units[i][REGION] === Number(region))).sort(compare);
  };

  const effect = (point) => {
    const key = EFFECTS[point[2]];
    return fill(effects[key], { points: points(Math.abs(point[3])), grade: standings[point[6]], steps: Math.abs(point[7]) });
  };

  const record = (point) => {
    const parts = [point[8], point[9], point[10], point[11], point[14]].map(text).filter(Boolean);
    return parts.length ? parts.join(" · ") : words.value;
  };

  const term = (point) => {
    const [first, last] = [text(point[12]), text(point[13])];
    if (!first && !last) return "";
    return last ? fill(words.until, { first, last }) : fill(words.open_end, { first });
  };

  const line = (label, value) => (value ? [make("dt", "", label), make("dd", "", value)] : []);

  const pointItem = (point) => {
    const less = point[5] < 0 ? "" : "（" + fill(words.less, { raw: points(Math.abs(point[4])), why: text(point[5]) }) + "）";
    const head = make("strong", "", fill(data.effect, { words: text(point[0]), effect: effect(point) }));
    const rows = [...line(words.clause, text(point[1])), ...line(words.record, record(point)), ...line(words.term, term(point))];
    return make("li", "", [head, less, make("dl", "", rows)]);
  };

  const detail = (unit) => {
    const parts = [];
    if (unit[REASON] >= 0) parts.push(make("p", "", fill(words.reason, { reason: text(unit[REASON]) })));
    if (unit[OVER_TIME].some((s) => s >= 0)) {
      const past = [...unit[OVER_TIME], unit[STANDING]];
      const grades = data.runs.map((day, i) => `${day} ${standings[past[i]] ?? "—"}`).join(" → ");
      parts.push(make("p", "", fill(words.over_time, { grades })));
    } else if (unit[PREVIOUS] >= 0) {
      parts.push(make("p", "", fill(words.before, { grade: standings[unit[PREVIOUS]] })));
    }
    parts.push(unit[POINTS].length ? make("ul", "points", unit[POINTS].map(pointItem)) : make("p", "", words.no_points));
    const cell = make("td", "", parts);
    cell.colSpan = 6;
    return make("tr", "detail", cell);
  };

  const labels = Object.fromEntries([...document.querySelectorAll("#list thead th")].map((th) => [th.className, th.textContent.trim()]));
  const cell = (name, content) => {
    const made = make("td", name, content);
    if (name === "c-score" || name === "c-entries") made.dataset.label = labels[name];
    return made;
  };

  const rowsOf = (i) => {
    const unit = units[i], opened = state.open.has(i);
    const button = make("button", "open", unit[NAME]);
    button.type = "button";
    button.setAttribute("aria-expanded", String(opened));
    button.addEventListener("click", () => {
      opened ? state.open.delete(i) : state.open.add(i);
      show();
      at("list").querySelector(`[data-unit="${i}"] button`).focus();
    });
    const score = unit[SCORE] === null ? "" : points(unit[SCORE]);
    const row = make("tr", "unit", [
      cell("c-name", [button, make("span", "id", unit[ID])]), cell("c-standing", chip(unit[STANDING])), cell("c-score", score),
      cell("c-entries", unit[POINTS].length ? String(unit[POINTS].length) : ""), cell("c-region", text(unit[REGION])),
      cell("c-park", text(unit[PARK])),
    ]);
    row.dataset.unit = i;
    return opened ? [row, detail(unit)] : [row];
  };

  const show = () => {
    const found = chosen();
    const size = state.size || found.length || 1;
    state.page = Math.max(0, Math.min(state.page, Math.ceil(found.length / size) - 1));
    const from = state.page * size, here = found.slice(from, from + size);
    at("list").querySelector("tbody").replaceChildren(...here.flatMap(rowsOf));
    at("status").textContent = found.length ? fill(words.shown, { from: from + 1, to: from + here.length, total: found.length }) : words.nothing;
    at("previous").disabled = from === 0;
    at("next").disabled = from + size >= found.length;
    for (const button of document.querySelectorAll("[data-sort]")) {
      const mine = button.dataset.sort === state.order;
      button.closest("th").setAttribute("aria-sort", mine ? (state.down ? "descending" : "ascending") : "none");
    }
  };

  const options = (id, pairs) => {
    for (const [value, label] of [["", words["filter.all"]], ...pairs]) at(id).append(new Option(label, value));
  };
  const used = (column) => [...new Set(units.map((u) => u[column]))].filter((p) => p >= 0);
  options("filter-standing", used(STANDING).sort((a, b) => a - b).map((s) => [s, standings[s]]));
  options("filter-region", used(REGION).sort((a, b) => collator.compare(texts[a], texts[b])).map((r) => [r, texts[r]]));

  const again = () => { state.page = 0; show(); };
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("search").addEventListener("input", again);
  at("filter-standing").addEventListener("change", again);
  at("filter-region").addEventListener("change", again);
  at("size").addEventListener("change", () => { state.size = Number(at("size").value); again(); });
  at("previous").addEventListener("click", () => { state.page -= 1; show(); });
  at("next").addEventListener("click", () => { state.page += 1; show(); });
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      const name = button.dataset.sort;
      state.down = state.order === name ? !state.down : ["standing", "entries"].includes(name);
      state.order = name;
      again();
    });
  }
  for (const id of ["controls", "list", "pager"]) at(id).hidden = false;

  // …#unit=ID opens that unit, so that a letter can point to its place in the page.
  const follow = () => {
    const asked = /^#unit=(.+)$/.exec(location.hash);
    if (!asked) return show();
    let id = asked[1];
    try { id = decodeURIComponent(id); } catch { /* not an encoded text: taken as written */ }
    const i = units.findIndex((unit) => unit[ID] === id);
    if (i >= 0) state.open.add(i);
    at("search").value = id;
    again();
    at("units").scrollIntoView();
  };
  window.addEventListener("hashchange", follow);
  follow();
})();
