"use strict";
// Runs in a copy of the page: the page's own functions over vectors and cases, then the page itself as a person would use it.
// What it finds is left in the document as base64. The document counts as loading until then, so that the browser waits.
const GIVEN = JSON.parse(at("given").textContent);
const toBytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const toText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const unhex = (text) => new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
const violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));

// What a check comes to: its value, or the code of its refusal. Anything else that is thrown is a defect of the page.
async function cameTo(work) {
  try { return await work(); } catch (error) { return error instanceof Refusal ? error.code : `broken: ${error.stack}`; }
}
const all = (list, work) => Promise.all((list ?? []).map((each) => cameTo(() => work(each))));
const holds = async (work) => { await work(); return true; };

async function judge({ bundle, trust, moment, states }) {
  const policy = await trustOf(toBytes(trust));
  const { checks, notes, shown } = await verifyBundle(toBytes(bundle), policy, moment, states === null ? null : toBytes(states), true);
  return { checks: checks.map(({ name, failure }) => [name, failure && failure.code]), notes, shown: shown && {
    ...shown, witnesses: Object.fromEntries(shown.witnesses.map(([name, seen]) => [name, String(seen)])) } };
}

const proved = ({ root, leafHash, leafIdx, treeSize, proof }) =>
  holds(() => checkInclusion(leafIdx, treeSize, toBytes(leafHash), (proof ?? []).map(toBytes), toBytes(root)));
const grown = ({ size1, size2, root1, root2, proof }) =>
  holds(() => checkConsistency(size1, size2, toBytes(root1), toBytes(root2), (proof ?? []).map(toBytes)));
const parsed = (text) => {
  const { index, path, extra, note } = proofOf(textOf(utf8(text), "proof"));
  return { index, hashes: path.map(toText), extra: extra && toText(extra), checkpoint: note };
};
const unfolded = async ({ lst, bits, size }) => {
  const bytes = await unpacked(lst, bits), found = [];
  for (let index = 0; index < size; index += 1) if (stateIn(bytes, bits, index)) found.push([index, stateIn(bytes, bits, index)]);
  return { found, length: bytes.length * 8 / bits };
};

// ---- A person: chooses files, drops one, changes the language, chooses a damaged one, clears ----
const pause = (milliseconds) => new Promise((after) => { setTimeout(after, milliseconds); });
const read = () => ({ ...Object.fromEntries(["banner", "notes", "checks", "content", "waiting"].map((id) => [id, at(id).checkVisibility() ? at(id).innerText.trim() : ""])),
  files: KINDS.map((kind) => at(`file-${kind}`).innerText).join(" "), kind: at("banner").className, title: document.title,
  lang: document.documentElement.lang, labels: document.querySelector("form").innerText, focus: [...document.querySelectorAll("form input, button")]
    .filter((each) => { each.focus(); return document.activeElement === each; }).length });

async function settled() {
  for (let turns = 0; turns < 100 && (await pause(5), !last && chosen.bundle && chosen.trust); turns += 1);
  return read();
}

function transfer(...files) {
  const carried = new DataTransfer();
  files.forEach(([name, content]) => carried.items.add(new File([toBytes(content)], name)));
  return carried;
}

function choose(kind, name, content) {
  at(`pick-${kind}`).files = transfer([name, content]).files;
  at(`pick-${kind}`).dispatchEvent(new Event("change"));
  return settled();
}

function drop(...files) {
  dispatchEvent(new DragEvent("drop", { dataTransfer: transfer(...files), cancelable: true }));
  return pause(30).then(settled);
}

function tick(id, property, value) {
  at(id)[property] = value;
  at(id).dispatchEvent(new Event("change"));
  return settled();
}

const local = (seconds) => new Date((seconds - new Date(seconds * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 19);

async function person({ bundle, trust, list, repaired, damaged, hostile, now, later }) {
  const seen = { start: read() };
  await tick("moment", "value", local(now));
  seen.one = await choose("bundle", "示例.txt", bundle);
  seen.own = await choose("trust", "trust.json", trust);
  seen.unknown = await tick("handed", "checked", true);
  seen.good = await drop(["1.jwt", list]);
  at("language").click();
  seen.english = await settled();
  seen.repaired = await drop(["1.jwt", repaired]);
  seen.expired = await tick("moment", "value", local(later));
  await tick("moment", "value", "");
  seen.away_from_now = Math.abs(last.moment - Date.now() / 1000);
  await tick("moment", "value", local(now));
  seen.damaged = await drop(["x.txt", damaged]);
  at("language").click();
  seen.damaged_zh = await settled();
  seen.hostile = await drop(["h.txt", hostile], ["1.jwt", list], ["trust.json", trust]);
  seen.markup = document.querySelectorAll("#content img, #content script").length;
  seen.no_trust = await choose("trust", "trust.json", bundle);
  at("form").reset();
  seen.cleared = await pause(30).then(settled);
  return seen;
}

// Whatever the page tried: the policy lets nothing out.
async function leaks(address) {
  const quiet = violations.length;
  const fetched = await fetch(address).then(() => "sent", () => "blocked");
  const picture = new Image();
  picture.src = `${address}picture`;
  try { navigator.sendBeacon(`${address}beacon`, "x"); } catch { /* refused at once */ }
  try { new WebSocket(address.replace("http", "ws")); } catch { /* refused at once */ }
  const script = document.createElement("script");
  script.src = `${address}script.js`;
  document.body.append(script);
  const frame = document.createElement("iframe");
  frame.src = `${address}frame`;
  document.body.append(frame);
  await pause(100);
  frame.remove();
  return { quiet, fetched, violations: [...new Set(violations)].sort() };
}

async function trial() {
  const found = {
    inclusion: await all(GIVEN.inclusion, proved), consistency: await all(GIVEN.consistency, grown), proofs: await all(GIVEN.proofs, parsed),
    lists: await all(GIVEN.lists, unfolded), jcs: await all(GIVEN.jcs, (text) => canonical(JSON.parse(text))),
    ed25519: await all(GIVEN.ed25519, ({ key, msg, sig }) => isSigned(unhex(key), unhex(sig), unhex(msg))),
    tokens: await all(GIVEN.tokens, (token) => holds(() => readToken(token, "envrating+jwt"))), cases: await all(GIVEN.cases, judge),
    person: GIVEN.person && await cameTo(() => person(GIVEN.person)), leaks: GIVEN.address && await cameTo(() => leaks(GIVEN.address)),
  };
  at("found").textContent = toText(utf8(JSON.stringify(found)));
}

const waiting = document.body.appendChild(document.createElement("iframe"));
waiting.hidden = true;
waiting.contentDocument.open();
pause(50).then(trial).catch((error) => { at("found").textContent = toText(utf8(JSON.stringify({ broken: error.stack })));
}).finally(() => { waiting.contentDocument.close(); waiting.remove(); });
