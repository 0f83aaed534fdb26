// The live board: the office's clock, running countdowns, and only what changed is swapped.
//
// The server renders every word. This script asks for the fragment again after each `board` event,
// compares the parts by their `data-live` name and replaces those that differ. When the stream is
// down for 1.5 s, or nothing answers for 4 s, the page says so and shows how old its state is.
"use strict";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const ROOT = document.querySelector("[data-live-root]");
const LOST = document.getElementById("lost");
const SAID = document.getElementById("said");
const SIGNS = ["board", "beat"];
const TICK_MS = 250;
const REFRESH_EVERY_MS = 300;
const SILENT_MS = 2500;
const PROBE_MS = 1400;
const GRACE_MS = 1500;
const LOST_MS = 4000;
const RECONNECT_MS = 1000;

const now = () => performance.now();
const fill = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const two = (number) => String(number).padStart(2, "0");

// ------------------------------------------------------------ the office's clock

let clock = null;

function readClock() {
  const { now: at, speed, offset } = document.getElementById("clock").dataset;
  clock = { at: Date.parse(at), since: now(), speed: Number(speed), offset: Number(offset) };
}

const officeNow = () => clock.at + (now() - clock.since) * clock.speed;

function timeOfDay(at) {
  const local = new Date(at + clock.offset * 60000);
  const parts = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  return parts.map(two).join(WORDS.date.separator);
}

function span(milliseconds, units = WORDS.span) {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const cut = (large, small) => [Math.floor(total / large), Math.floor((total % large) / small)];
  let names = ["minutes", "seconds"];
  let [first, second] = cut(60, 1);
  if (total >= 86400) {
    names = ["days", "hours"];
    [first, second] = cut(86400, 3600);
  } else if (total >= 3600) {
    names = ["hours", "minutes"];
    [first, second] = cut(3600, 60);
  }
  const said = [[names[0], first], [names[1], second]].filter(([, n]) => n > 0);
  if (!said.length) return fill(units.seconds, { n: 0 });
  return said.map(([name, n]) => fill(units[name], { n })).join(" ");
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function tick() {
  const at = officeNow();
  for (const element of document.querySelectorAll("[data-clock]")) write(element, timeOfDay(at));
  for (const element of document.querySelectorAll("[data-until]")) {
    const units = element.dataset.form === "minutes_left" ? WORDS.short_span : WORDS.span;
    const left = span(Date.parse(element.dataset.until) - at, units);
    write(element, fill(WORDS.board[element.dataset.form], { span: left }));
  }
  watch();
}

// ------------------------------------------------------------ swapping what changed

function swapPicture(shown, fresh) {
  const wanted = fresh.dataset.picture;
  if (shown.dataset.wanted === wanted || (shown.dataset.wanted ?? shown.dataset.picture) === wanted) {
    return;
  }
  shown.dataset.wanted = wanted;
  const image = shown.querySelector("img");
  if (!image || !wanted) {
    shown.replaceChildren(...fresh.childNodes);
    shown.dataset.picture = wanted;
    return;
  }
  const alt = fresh.querySelector("img").alt;
  const caption = fresh.querySelector("figcaption").textContent;
  const loading = new Image();
  loading.src = wanted;
  loading.decode().then(() => {
    if (shown.dataset.wanted !== wanted) return;
    image.src = wanted;
    image.alt = alt;
    shown.querySelector("figcaption").textContent = caption;
    shown.dataset.picture = wanted;
  }, () => delete shown.dataset.wanted);
}

function swapTile(shown, fresh) {
  const freshPicture = fresh.querySelector(".tile-picture");
  const picture = shown.querySelector(".tile-picture");
  if (shown.dataset.live !== fresh.dataset.live) {
    const focused = shown.contains(document.activeElement) ? document.activeElement : null;
    const place = focused?.getAttribute("href");
    if (shown.dataset.words !== fresh.dataset.words) {
      fresh.classList.add("changed");
      announce(fresh);
    }
    freshPicture.replaceWith(picture);
    shown.replaceWith(fresh);
    if (place) [...fresh.querySelectorAll("a")].find((a) => a.getAttribute("href") === place)?.focus();
  }
  swapPicture(picture, freshPicture);
}

function announce(tile) {
  const line = document.createElement("span");
  line.textContent = `${fill(WORDS.board.changed, { name: tile.dataset.name, state: tile.dataset.words })}. `;
  if (SAID.childElementCount > 5) SAID.replaceChildren();
  SAID.append(line);
}

function swapTiles(shown, fresh) {
  const ids = (section) => [...section.children].map((child) => child.id).join(" ");
  if (ids(shown) !== ids(fresh)) {
    shown.replaceWith(fresh);
    return;
  }
  const pairs = [...shown.children].map((child, i) => [child, fresh.children[i]]);
  for (const [old, next] of pairs) if (old.dataset.live) swapTile(old, next);
}

function apply(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const released = (at) => at.getElementById("clock").dataset.release;
  if (released(page) !== released(document)) {
    // Siaga was updated, or the language was changed in another tab: begin anew.
    location.reload();
    return;
  }
  const part = (id) => [document.getElementById(id), document.adoptNode(page.getElementById(id))];
  for (const id of ["clock", "hero", "cameras"]) {
    const [shown, fresh] = part(id);
    if (shown.dataset.live !== fresh.dataset.live) shown.replaceWith(fresh);
    else Object.assign(shown.dataset, fresh.dataset);
  }
  swapTiles(...part("tiles"));
  readClock();
  tick();
}

let refreshing = false;
let again = false;

async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    const answer = await fetch(ROOT.dataset.fragment, { signal: AbortSignal.timeout(4000) });
    if (answer.status === 401) signedOut();
    else if (answer.ok) {
      apply(await answer.text());
      sign();
    }
  } catch {
    // The watch below notices that nothing answers, and says so.
  }
  setTimeout(() => {
    refreshing = false;
    if (again) {
      again = false;
      refresh();
    }
  }, REFRESH_EVERY_MS);
}

// ------------------------------------------------------------ the stream, and its absence

let source = null;
let downSince = now();
let signedAt = now();
let probing = false;
let ended = false;

const revision = () => document.getElementById("clock").dataset.revision;

function sign() {
  signedAt = now();
}

function connect() {
  if (ended) return;
  source = new EventSource("/api/v1/stream");
  source.onopen = () => {
    downSince = null;
    sign();
    refresh();
  };
  source.onerror = () => {
    source.close();
    downSince ??= now();
    if (!probing) probe();
    setTimeout(connect, RECONNECT_MS);
  };
  for (const name of SIGNS) source.addEventListener(name, sign);
  source.addEventListener("board", refresh);
}

async function probe() {
  probing = true;
  try {
    const answer = await fetch("/board/pulse", { signal: AbortSignal.timeout(PROBE_MS) });
    if (answer.status === 401) signedOut();
    else if (answer.ok) {
      sign();
      if ((await answer.text()) !== revision()) refresh();
    }
  } catch {
    // Silence is what the watch measures.
  }
  probing = false;
}

function signedOut() {
  ended = true;
  source?.close();
  say(WORDS.board.signed_out);
}

function say(words) {
  write(LOST, words);
  LOST.hidden = !words;
  document.documentElement.classList.toggle("is-lost", Boolean(words));
}

function watch() {
  if (ended) return;
  const silent = now() - signedAt;
  if (silent > SILENT_MS && !probing) probe();
  const down = downSince !== null && now() - downSince > GRACE_MS;
  if (!down && silent <= LOST_MS) {
    if (!LOST.hidden) {
      say("");
      SAID.textContent = WORDS.board.back;
    }
    return;
  }
  say(`${fill(WORDS.board.stale, { span: span(silent) })} ${WORDS.board.stale_hint}`);
}

// A picture that does not come is an empty frame, not a torn one.
function missing(event) {
  event.target.closest?.(".tile-picture")?.classList.toggle("is-missing", event.type === "error");
}
document.addEventListener("error", missing, true);
document.addEventListener("load", missing, true);

readClock();
tick();
setInterval(tick, TICK_MS);
connect();
document.addEventListener("visibilitychange", () => document.hidden || refresh());
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => event.persisted && connect());
