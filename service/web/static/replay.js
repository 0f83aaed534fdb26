// Replay of a flag: its kept pictures in order, what each of them said, boxes and zones over it.
"use strict";

const WORDS = JSON.parse(document.getElementById("words").textContent);
const PAGE = document.getElementById("content").dataset;
const by = (id) => document.getElementById(id);
const fill = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const numberWords = (value, digits = 2) =>
  String(Number(value.toFixed(digits))).replace(".", WORDS.date.decimal);

// ------------------------------------------------------------ words

const outcomeWords = (outcome) => WORDS.Outcome[outcome.toUpperCase()] ?? outcome;
const reasonWords = (reason) => (reason ? WORDS.Reason[reason] ?? reason : "");
const labelWords = (label) => WORDS.Label[label.toUpperCase()] ?? label;
const zoneWords = (kind) => WORDS.ZoneKind[kind.toUpperCase()] ?? kind;
const checkWords = (check) => WORDS.check[check] ?? check.replaceAll("_", " ");
const boxWords = (found) => `${labelWords(found.label)} ${numberWords(found.confidence)}`;

function timeWords(at) {
  const local = new Date(at + Number(PAGE.offset) * 60000);
  return [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(WORDS.date.separator);
}

// ------------------------------------------------------------ what the API says, as this page needs it

function flagOf(body) {
  const frames = body.frames.map(({ sample, ...kept }) => ({
    at: Date.parse(sample.captured_at),
    url: kept.url,
    never: !kept.sha, // a sample of which no picture was kept
    size: kept.frame_wh,
    crop: kept.crop_xyxy ?? (kept.frame_wh && [0, 0, ...kept.frame_wh]),
    view: sample.view,
    observations: sample.observations,
  }));
  return { frames, zones: body.zones };
}

// ------------------------------------------------------------ state

let frames = [];
let zones = [];
let place = 0;
let timer = null;
const pictures = new Map();

const saidOf = (frame) => frame.observations.find((said) => said.check === PAGE.check);
const outcomeOf = (frame) => saidOf(frame)?.outcome ?? "none";
const meaningOf = (frame) => `${outcomeOf(frame)} ${saidOf(frame)?.reason ?? ""}`;

function changeFrom(start, step) {
  for (let i = start + step; i >= 0 && i < frames.length; i += step) {
    if (i > 0 && meaningOf(frames[i]) !== meaningOf(frames[i - 1])) return i;
  }
  return step > 0 ? frames.length - 1 : 0;
}

// ------------------------------------------------------------ drawing

function picture(index) {
  const frame = frames[index];
  if (!frame?.url) return null;
  if (!pictures.has(frame.url)) {
    const image = new Image();
    image.decoding = "sync";
    image.src = frame.url;
    image.className = "frame";
    image.addEventListener("load", () => {
      // A picture that is the whole frame tells the size of it.
      frame.size ??= [image.naturalWidth, image.naturalHeight];
      if (frame.crop) return;
      frame.crop = [0, 0, ...frame.size];
      if (place === index) show();
    });
    image.addEventListener("error", () => {
      image.dataset.failed = "1";
      if (place === index) show();
    });
    pictures.set(frame.url, image);
  }
  return pictures.get(frame.url);
}

function missingWords(frame) {
  if (frame.never) return WORDS.replay.not_kept;
  return WORDS.flag[frame.url ? "picture_failed" : "picture_gone"];
}

function showPicture(frame) {
  const wanted = picture(place);
  const note = by("picture-note");
  const failed = !wanted || wanted.dataset.failed;
  note.textContent = failed ? missingWords(frame) : "";
  note.hidden = !failed;
  const shown = by("picture").querySelector("img.frame");
  if (wanted && !failed) {
    wanted.alt = fill(WORDS.flag.picture_alt, {
      name: PAGE.counter,
      time: timeWords(frame.at),
      outcome: outcomeOf(frame) === "none" ? "" : outcomeWords(outcomeOf(frame)),
    });
    if (shown !== wanted) {
      if (shown) shown.replaceWith(wanted);
      else by("picture").prepend(wanted);
    }
  } else {
    shown?.remove();
  }
  by("picture").classList.toggle("is-empty", Boolean(failed || !frame.crop));
  by("overlay").toggleAttribute("hidden", !frame.crop);
  if (!frame.crop) return;
  const [x0, y0, x1, y1] = frame.crop;
  by("picture").style.setProperty("--ratio", String((x1 - x0) / (y1 - y0)));
  Overlay.draw(by("overlay"), frame, zones, PAGE.check, { zone: zoneWords, box: boxWords });
}

function cell(words, className = "") {
  const made = document.createElement("td");
  made.textContent = words;
  made.className = className;
  return made;
}

function shapeOf(outcome) {
  const shape = document.querySelector(`.legend .shape-${outcome}`);
  return shape ? shape.cloneNode(true) : "";
}

function row(said) {
  const made = document.createElement("tr");
  made.className = `tone-${TONES[said.outcome]}`;
  made.classList.toggle("is-this", said.check === PAGE.check);
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = capital(checkWords(said.check));
  const outcome = cell("", "said-outcome");
  outcome.append(shapeOf(said.outcome), outcomeWords(said.outcome));
  const things = said.boxes.map(boxWords).join(", ") || WORDS.flag.nothing;
  made.append(head, outcome, cell(reasonWords(said.reason)), cell(numberWords(said.score), "number"), cell(things));
  return made;
}

const TONES = { met: "green", not_met: "amber", cannot_tell: "grey" };

function viewWords(view) {
  if (!view) return "";
  const share = (name) => `${WORDS.flag[name]} ${numberWords(view[name] * 100, 0)}%`;
  const parts = [`${WORDS.flag.brightness} ${numberWords(view.brightness, 0)}`];
  parts.push(...["clipped", "sharpness", "shift", "blocked"].map(share));
  if (view.frozen) parts.push(WORDS.flag.frozen);
  return `${WORDS.flag.view}: ${parts.join(" · ")}`;
}

function show() {
  const frame = frames[place];
  showPicture(frame);
  const said = saidOf(frame);
  const says = by("says");
  says.hidden = !said;
  if (said) {
    says.className = `picture-says tone-${TONES[said.outcome]}`;
    const why = said.reason ? `: ${reasonWords(said.reason)}` : "";
    says.replaceChildren(shapeOf(said.outcome), `${outcomeWords(said.outcome)}${why}`);
  }
  const sorted = [...frame.observations].sort(
    (a, b) => Number(b.check === PAGE.check) - Number(a.check === PAGE.check),
  );
  by("said").replaceChildren(...sorted.map(row));
  by("view").textContent = viewWords(frame.view);
  const words = fill(WORDS.flag.position, { n: place + 1, all: frames.length, time: timeWords(frame.at) });
  by("position").textContent = words;
  const scrub = by("scrub");
  scrub.value = String(place);
  scrub.setAttribute("aria-valuetext", said ? `${words}, ${outcomeWords(said.outcome)}` : words);
  by("cursor")?.setAttribute("x", String(place));
  for (const near of [1, 2, 3, -1]) picture(place + near);
}

// One mark per picture: what was met is low and round, not met tall and pointed, cannot tell hollow.
function mark(outcome, i) {
  const shapes = {
    met: `M${i + 0.12} 10V7.2a.38 1.3 0 0 1 .76 0V10z`,
    not_met: `M${i + 0.12} 10V2.500L${i + 0.5} .3 ${i + 0.88} 2.500V10z`,
    cannot_tell: `M${i + 0.16} 9.800V4.800h.68v5z`,
    none: `M${i + 0.3} 9.700h.4`,
  };
  const path = Overlay.element("path", { d: shapes[outcome] ?? shapes.none, class: `mark-${outcome}` });
  path.dataset.outcome = outcome;
  return path;
}

function drawTimeline() {
  const timeline = by("timeline");
  timeline.setAttribute("viewBox", `0 0 ${frames.length} 10`);
  const cursor = Overlay.element("rect", { id: "cursor", x: 0, y: 0, width: 1, height: 10 });
  timeline.replaceChildren(cursor, ...frames.map((frame, i) => mark(outcomeOf(frame), i)));
}

// ------------------------------------------------------------ moving

function go(index) {
  place = Math.max(0, Math.min(frames.length - 1, index));
  show();
}

function pause() {
  clearInterval(timer);
  timer = null;
  by("play").classList.remove("is-playing");
  by("play-words").textContent = WORDS.flag.play;
}

function play() {
  if (place === frames.length - 1) go(0);
  by("play").classList.add("is-playing");
  by("play-words").textContent = WORDS.flag.pause;
  clearInterval(timer);
  timer = setInterval(() => {
    if (place + 1 >= frames.length) pause();
    else go(place + 1);
  }, 1000 / Number(by("pace").value));
}

const toggle = () => (timer === null ? play() : pause());
const moves = {
  "back-step": () => go(place - 1),
  "next-step": () => go(place + 1),
  "back-change": () => go(changeFrom(place, -1)),
  "next-change": () => go(changeFrom(place, 1)),
};

function flip(id) {
  const box = by(id);
  box.checked = !box.checked;
  layers();
}

function layers() {
  by("picture").classList.toggle("no-boxes", !by("boxes").checked);
  by("picture").classList.toggle("no-zones", !by("zones").checked);
}

function still(move) {
  pause();
  move();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at.matches("select, input:not([type=range]):not([type=checkbox]), textarea")) return;
  const onButton = at.closest("button, a, input[type=checkbox]");
  const keys = {
    " ": onButton ? null : toggle,
    ArrowLeft: () => still(moves[event.shiftKey ? "back-change" : "back-step"]),
    ArrowRight: () => still(moves[event.shiftKey ? "next-change" : "next-step"]),
    Home: () => still(() => go(0)),
    End: () => still(() => go(frames.length - 1)),
    b: () => flip("boxes"),
    z: () => flip("zones"),
  };
  const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// The last picture before an instant: what a verdict of that instant rests on.
function placeOf(instant) {
  if (!instant) return 0;
  return Math.max(0, frames.findLastIndex((frame) => frame.at < Date.parse(instant)));
}

function start(flag) {
  ({ frames, zones } = flag);
  if (!frames.length) {
    by("picture-note").textContent = WORDS.replay?.empty ?? WORDS.flag.no_frames;
    return;
  }
  const scrub = by("scrub");
  scrub.max = String(frames.length - 1);
  for (const control of document.querySelectorAll("#controls button, #controls select, #scrub")) {
    control.disabled = false;
  }
  drawTimeline();
  scrub.addEventListener("input", () => still(() => go(Number(scrub.value))));
  for (const [id, move] of Object.entries(moves)) by(id).addEventListener("click", () => still(move));
  by("play").addEventListener("click", toggle);
  by("pace").addEventListener("change", () => timer !== null && play());
  for (const id of ["boxes", "zones"]) by(id).addEventListener("change", layers);
  document.addEventListener("keydown", onKey);
  new ResizeObserver(() => showPicture(frames[place])).observe(by("picture"));
  go(placeOf(PAGE.start));
  frames.forEach((_, i) => picture(i));
}

async function load() {
  const answer = await fetch(PAGE.source);
  if (!answer.ok) throw new Error(String(answer.status));
  start(flagOf(await answer.json()));
}

load().catch(() => {
  by("picture-note").textContent = WORDS.flag.load_failed;
});
