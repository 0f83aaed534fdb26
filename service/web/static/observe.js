// Observations at the counter: each tap is kept on this device first, then sent until it arrived.
// One entry of localStorage per tap, so that two open pages never write over each other.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent).observe;
const main = document.getElementById("content");
const { user, day } = main.dataset;
const SHELF = `siaga.observe.${user}.`;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60000;

function say(message, values) {
  return message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// ---------------------------------------------------------------- what is not yet sent

const memory = new Map();
let stores = true;

function shelf() {
  const found = new Map(memory);
  try {
    for (let i = 0; i < localStorage.length; i += 1) {
      const name = localStorage.key(i);
      if (name.startsWith(SHELF)) found.set(name, JSON.parse(localStorage.getItem(name)));
    }
  } catch {
    stores = false;
  }
  return [...found.values()].sort((a, b) => a.tapped - b.tapped || (a.key < b.key ? -1 : 1));
}

function put(tap) {
  try {
    localStorage.setItem(SHELF + tap.key, JSON.stringify(tap));
  } catch {
    stores = false;
    memory.set(SHELF + tap.key, tap);
  }
}

function drop(tap) {
  memory.delete(SHELF + tap.key);
  try {
    localStorage.removeItem(SHELF + tap.key);
  } catch {
    stores = false;
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---------------------------------------------------------------- what stands

const stands = new Map(); // "counter|clause|occasion" -> {outcome, note, at, state, why}

function placeOf(counter, clause, occasion) {
  return `${counter ?? ""}|${clause}|${occasion}`;
}

function setStands(entry, state, why) {
  const place = placeOf(entry.counter, entry.clause, entry.occasion);
  if (entry.outcome === "withdrawn" && state !== "refused") stands.set(place, { outcome: null, note: "", state });
  else stands.set(place, { outcome: entry.outcome, note: entry.note, at: entry.at, state, why });
}

function samePlace(a, b) {
  return a.day === b.day && placeOf(a.counter, a.clause, a.occasion) === placeOf(b.counter, b.clause, b.occasion);
}

async function load() {
  const answer = await fetch(`/api/v1/observations?day=${day}`).catch(() => null);
  if (answer?.ok) {
    const told = await answer.json();
    for (const item of told.items) if (item.by === user) setStands(item, "kept");
  }
  for (const tap of shelf()) if (tap.body.day === day) setStands({ ...tap.body, at: null }, tap.why ? "refused" : "waiting", tap.why);
  const last = {};
  for (const place of stands.keys()) {
    const [counter, , occasion] = place.split("|");
    last[counter] = Math.max(last[counter] ?? 1, Number(occasion));
  }
  Object.assign(occasions, last);
  draw();
}

// ---------------------------------------------------------------- the page

const occasions = {};
const rows = [...document.querySelectorAll(".look")];
const radios = [...document.querySelectorAll("input[name=place]")];
const sending = document.getElementById("sending");
const sendingWords = document.getElementById("sending-words");
const sendNow = document.getElementById("send-now");
const signIn = document.getElementById("sign-in");

function chosen() {
  return radios.find((radio) => radio.checked);
}

function occasionOf(row, counter) {
  return "perService" in row.dataset ? occasions[counter] ?? 1 : 1;
}

function timeOf(at) {
  return at ? at.slice(11, 16).replace(":", document.documentElement.lang === "id" ? "." : ":") : "";
}

function drawRow(row) {
  const counter = chosen().value;
  const occasion = occasionOf(row, counter);
  const now = stands.get(placeOf(counter, row.dataset.clause, occasion));
  const outcome = now?.outcome ?? null;
  for (const tap of row.querySelectorAll(".tap")) tap.setAttribute("aria-pressed", String(tap.dataset.say === outcome));
  const after = row.querySelector(".look-after");
  after.hidden = !now || (outcome === null && now.state === "kept");
  row.dataset.state = now?.state ?? "";
  const state = row.querySelector(".look-state");
  if (!now) state.textContent = "";
  else if (now.state === "refused") state.textContent = say(words.refused, { why: now.why });
  else if (now.state === "waiting") state.textContent = words.waiting;
  else state.textContent = outcome === null ? "" : say(words.kept, { time: timeOf(now.at) });
  if (now?.note) state.textContent += ` · “${now.note}”`;
  for (const button of row.querySelectorAll("[data-undo], [data-note]")) button.hidden = outcome === null;
  row.querySelector(".look-counts").textContent = "perService" in row.dataset ? countsOf(counter, row.dataset.clause) : "";
}

function countsOf(counter, clause) {
  let met = 0;
  let notMet = 0;
  for (const [place, now] of stands) {
    if (!place.startsWith(`${counter}|${clause}|`)) continue;
    if (now.outcome === "met") met += 1;
    if (now.outcome === "not_met") notMet += 1;
  }
  return met + notMet > 1 ? say(words.counts, { met, not_met: notMet }) : "";
}

function drawSending() {
  const all = shelf();
  const waiting = all.filter((tap) => !tap.why);
  sending.dataset.state = signedOut ? "out" : waiting.length ? "waiting" : "kept";
  signIn.hidden = !signedOut;
  sendNow.hidden = signedOut || !waiting.length || !failed;
  if (signedOut) sendingWords.textContent = say(words.signed_out, { n: waiting.length });
  else if (waiting.length) sendingWords.textContent = say(words.pending, { n: waiting.length });
  else sendingWords.textContent = stands.size ? words.all_sent : "";
  for (const tap of all.filter((one) => one.why && one.body.day !== day)) {
    sendingWords.textContent += ` ${tap.body.day} ${tap.body.clause} ${say(words.refused, { why: tap.why })}`;
  }
  if (!stores && waiting.length) sendingWords.textContent += ` ${words.not_kept}`;
}

function draw() {
  const place = chosen();
  for (const group of document.querySelectorAll(".group")) group.hidden = group.dataset.role !== place.dataset.role;
  document.getElementById("occasion").textContent = say(words.occasion, { n: occasions[place.value] ?? 1 });
  rows.forEach(drawRow);
  drawSending();
}

// ---------------------------------------------------------------- taps

function tapped(row, outcome, note) {
  const counter = chosen().value;
  const body = {
    day,
    clause: row.dataset.clause,
    counter: "office" in row.dataset ? null : counter,
    occasion: occasionOf(row, counter),
    outcome,
    note,
  };
  const tap = { key: newKey(), tapped: Date.now(), body };
  for (const old of shelf()) if (old.why && samePlace(old.body, body)) drop(old);
  put(tap);
  setStands(body, "waiting");
  draw();
  send();
}

function standing(row) {
  const counter = chosen().value;
  return stands.get(placeOf(counter, row.dataset.clause, occasionOf(row, counter)));
}

for (const row of rows) {
  const form = row.querySelector(".look-note");
  for (const button of row.querySelectorAll(".tap")) {
    button.addEventListener("click", () => {
      const now = standing(row);
      if (now?.outcome === button.dataset.say && now.state !== "refused") return;
      tapped(row, button.dataset.say, "");
    });
  }
  row.querySelector("[data-undo]").addEventListener("click", () => {
    form.hidden = true;
    tapped(row, "withdrawn", "");
    row.querySelector(".tap").focus({ preventScroll: true });
  });
  row.querySelector("[data-note]").addEventListener("click", () => {
    form.hidden = !form.hidden;
    form.elements.note.value = standing(row)?.note ?? "";
    if (!form.hidden) form.elements.note.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidden = true;
    tapped(row, standing(row).outcome, form.elements.note.value);
    row.querySelector("[data-note]").focus();
  });
}

for (const radio of radios) {
  radio.addEventListener("change", () => {
    for (const form of document.querySelectorAll(".look-note")) form.hidden = true;
    draw();
  });
}
document.getElementById("next-occasion")?.addEventListener("click", () => {
  const counter = chosen().value;
  occasions[counter] = (occasions[counter] ?? 1) + 1;
  draw();
});

// ---------------------------------------------------------------- sending, in the order of the taps

let busy = false;
let failed = false;
let signedOut = false;
let wait = FIRST_WAIT_MS;
let timer = 0;

async function sendOne(tap) {
  const answer = await fetch("/api/v1/observations", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ key: tap.key, ...tap.body }),
  });
  if (answer.ok) {
    drop(tap);
    const kept = await answer.json();
    const later = shelf().some((one) => samePlace(one.body, kept));
    if (!later && kept.day === day) setStands(kept, "kept");
    return true;
  }
  if (answer.status === 401) {
    signedOut = true;
    return false;
  }
  if (answer.status >= 500 || answer.status === 429) return false;
  const told = await answer.json().catch(() => null);
  // Refused for good: it stays on this device with the reason, until it is tapped anew.
  const why = told?.error?.message ?? String(answer.status);
  put({ ...tap, why });
  if (tap.body.day === day) setStands({ ...tap.body, at: null }, "refused", why);
  return true;
}

async function send() {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  let next = shelf().find((tap) => !tap.why);
  while (next) {
    const gone = await sendOne(next).catch(() => false);
    draw();
    if (!gone) break;
    failed = false;
    wait = FIRST_WAIT_MS;
    next = shelf().find((tap) => !tap.why);
  }
  busy = false;
  failed = Boolean(next);
  drawSending();
  if (next && !signedOut) {
    timer = setTimeout(send, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

function sendAgain() {
  wait = FIRST_WAIT_MS;
  send();
}

if (radios.length) {
  sendNow.addEventListener("click", sendAgain);
  window.addEventListener("online", sendAgain);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) sendAgain();
  });
  draw();
  load().then(send);
}
