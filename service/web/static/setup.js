// The page Pemasangan: try a camera, draw a counter on its picture, see what is seen, save.
// What was typed and drawn lives here until it is saved; no answer of the server takes it away.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const say = (name, values = {}) =>
    words.setup[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const lang = document.documentElement.lang;
  const at = (id) => document.getElementById(id);
  const KINDS = ["staff", "desk", "visitor", "screen"];
  const LOOK_MS = 1500;
  const zoneName = (kind) => words.ZoneKind[kind.toUpperCase()];

  const form = at("work");
  let layout = null;
  let editing = null; // the counter's id, null for a new one
  let attempt = null; // the try that shows the camera
  let attemptIsNew = false; // its camera is not in the office's file
  let reference = null;
  let dirty = false;
  let timer = 0;
  let round = 0; // answers of an earlier try are not listened to
  let sure = ""; // what the next press of the same button does

  // --- server

  async function ask(method, path, body) {
    try {
      const answer = await fetch(`/api/v1${path}`, {
        method,
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const told = answer.status === 204 ? null : await answer.json();
      if (answer.ok) return { ok: true, told };
      if (answer.status === 401) bar(say("signed_out"));
      return { ok: false, status: answer.status, error: told.error };
    } catch {
      return { ok: false, status: 0, error: null };
    }
  }

  function problemsOf(answer) {
    if (answer.status === 0) return [{ where: "file", text: say("unreachable") }];
    if (answer.status === 401) return [{ where: "file", text: say("signed_out") }];
    if (answer.status === 429) return [{ where: "file", text: words.problem.slow_down }];
    const problems = answer.error?.detail?.problems;
    if (!Array.isArray(problems)) return [{ where: "file", text: say("refused") }];
    return problems.map(({ where, code, text }) => ({ where, code, text: text[lang] }));
  }

  // --- words on the page

  function bar(message, act = "", acts = null) {
    at("bar-words").textContent = message;
    at("bar").hidden = !message;
    at("bar-act").hidden = !act;
    at("bar-act").textContent = act;
    at("bar-act").onclick = acts;
  }

  function speak(message) {
    at("spoken").textContent = message;
  }

  function clearProblems() {
    for (const place of document.querySelectorAll("[data-problem]")) {
      place.hidden = true;
      place.textContent = "";
    }
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  // Beside its field; what belongs to none stands beside the button that was pressed.
  function showProblems(problems, fallback) {
    clearProblems();
    const texts = new Map();
    for (const { where, text } of problems) {
      const [place, words_] = fieldOf(where, text, fallback);
      texts.set(place, [...(texts.get(place) ?? []), words_]);
    }
    let first = null;
    for (const [name, lines] of texts) {
      const place = document.querySelector(`[data-problem="${name}"]`);
      place.textContent = lines.join(" ");
      place.hidden = false;
      const field = place.closest(".field")?.querySelector("input, select");
      field?.setAttribute("aria-invalid", "true");
      first ??= field ?? place;
    }
    first?.focus?.();
    first?.scrollIntoView({ block: "nearest" });
  }

  function fieldOf(where, text, fallback) {
    const zone = where.match(/\.zones\.(\w+)$/);
    if (zone) return ["zones", `${zoneName(zone[1])}: ${text}`];
    const last = where.split(".").at(-1);
    if (where === "camera") return ["camera", text];
    if (where === "attempt") return ["url", text];
    if (/^counters\..*\.(name|role)$/.test(where)) return [last, text];
    if (/^counters\..*\.camera$/.test(where)) return ["saved", text];
    if (/^cameras\..*\.(url|user|reference)$/.test(where)) return [last, text];
    if (["url", "user", "reference", "discover"].includes(where)) return [last, text];
    if (where.startsWith("cameras.")) return [source() === "push" ? "camera" : "url", text];
    return [fallback, text];
  }

  // --- the list of counters

  async function load() {
    const answer = await ask("GET", "/layout");
    if (!answer.ok) {
      bar(problemsOf(answer)[0].text, say("load_newest"), load);
      return false;
    }
    layout = answer.told;
    showList();
    bar("");
    if (layout.file_changed) bar(say("file_changed"), say("file_reload"), reload);
    return true;
  }

  async function reload() {
    const answer = await ask("POST", "/layout/reload", {});
    if (!answer.ok) {
      bar(problemsOf(answer)[0].text, say("file_reload"), reload);
      return;
    }
    layout = answer.told;
    bar("");
    showList();
  }

  function element(name, attributes = {}, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  }

  function showList() {
    at("nothing").hidden = layout.counters.length > 0;
    const cameras = new Map(layout.cameras.map((camera) => [camera.camera, camera]));
    at("counters").replaceChildren(
      ...layout.counters.map((counter) => {
        const camera = cameras.get(counter.camera);
        const missing = KINDS.filter((kind) => !counter.zones.some((zone) => zone.kind === kind));
        const notes = [camera?.camera, camera?.state_text?.[lang]];
        if (missing.length) notes.push(say("no_zone", { zones: missing.map(zoneName).join(", ") }));
        if (!counter.rostered) notes.push(say("off_roster"));
        const button = element("button", { type: "button", class: "button button-plain button-small" });
        button.textContent = say("edit_short");
        button.setAttribute("aria-label", say("edit", { name: counter.name }));
        button.addEventListener("click", () => open(counter));
        return element(
          "li",
          { class: "counter-row", "data-counter": counter.counter },
          element("span", { class: "counter-name" }, element("bdi", {}, counter.name)),
          element("span", { class: "counter-role" }, counter.role),
          element("span", { class: "counter-notes" }, notes.filter(Boolean).join(" · ")),
          button,
        );
      }),
    );
    fill(at("role"), layout.roles, at("role").value || "FO");
    fill(
      at("saved"),
      layout.cameras.map((camera) => camera.camera),
      at("saved").value,
    );
    form.querySelector('[value="saved"]').disabled = layout.cameras.length === 0;
    at("add").disabled = at("content").dataset.available !== "yes";
  }

  function fill(select, options, chosen) {
    select.replaceChildren(...options.map((one) => element("option", { value: one }, one)));
    if (options.includes(chosen)) select.value = chosen;
  }

  // --- one counter

  const editor = new Zones.Editor(at("drawing"), {
    kinds: KINDS,
    name: zoneName,
    changed: () => {
      if (attempt) dirty = true;
      showTools();
    },
    speak: ({ kind, corner, all, x, y }) =>
      speak(
        say(corner < 0 ? "cursor" : "corner", { zone: zoneName(kind), n: corner + 1, all, x, y }),
      ),
  });

  function open(counter) {
    letGo();
    clearProblems();
    editing = counter?.counter ?? null;
    reference = null;
    const zones = Object.fromEntries((counter?.zones ?? []).map((z) => [z.kind, z.points]));
    editor.enabled = false;
    editor.reset(zones);
    at("name").value = counter?.name ?? say("default_name", { n: layout.counters.length + 1 });
    at("role").value = counter?.role ?? (layout.roles.includes("FO") ? "FO" : layout.roles[0]);
    at("rostered").checked = counter?.rostered ?? true;
    for (const id of ["url", "user", "password", "push"]) at(id).value = "";
    at("remove").hidden = !counter;
    at("token").hidden = true;
    at("found").replaceChildren();
    for (const id of ["save-says", "propose-says", "reference-says", "minute-says", "busy"]) at(id).textContent = "";
    at("reference").hidden = true;
    showSource(counter ? "saved" : "url");
    if (counter) at("saved").value = counter.camera;
    form.hidden = false;
    at("overview").hidden = true;
    emptyPicture();
    dirty = false;
    showTools();
    if (counter) showPicture();
    else at("url").focus();
  }

  function close() {
    if (dirty && sure !== "close") {
      sure = "close";
      at("save-says").textContent = say("close_sure");
      return;
    }
    leave();
    load().then(() => at("add").focus());
  }

  // Back to the list of counters; `message` says what was done.
  function leave(message = "") {
    letGo();
    dirty = false;
    sure = "";
    form.hidden = true;
    at("overview").hidden = false;
    if (!message) return;
    showList();
    bar(message);
    speak(message);
    at("add").focus();
  }

  function source() {
    return form.elements.source.value;
  }

  function showSource(kind) {
    form.elements.source.value = kind;
    for (const name of ["url", "saved", "push"]) {
      for (const part of form.querySelectorAll(`.for-${name}`)) part.hidden = name !== kind;
    }
  }

  function emptyPicture() {
    at("canvas").classList.add("is-empty");
    at("still").hidden = true;
    at("still").removeAttribute("src");
    at("canvas-note").hidden = false;
    at("canvas-note").textContent = say("no_picture");
    at("camera-state").hidden = true;
    at("gives").hidden = true;
    at("camera-advice").replaceChildren();
    at("advice").replaceChildren();
    at("rules").replaceChildren();
    at("sees").hidden = true;
    at("sees-note").hidden = false;
  }

  // --- the camera

  function letGo() {
    clearTimeout(timer);
    round += 1;
    if (attempt) ask("DELETE", `/tries/${attempt}`);
    attempt = null;
  }

  async function showPicture() {
    clearProblems();
    letGo();
    const mine = round;
    const kind = source();
    const body =
      kind === "url"
        ? { url: at("url").value.trim(), user: at("user").value, password: at("password").value }
        : kind === "saved"
          ? { camera: at("saved").value }
          : { push: at("push").value.trim() };
    at("show").disabled = true;
    at("busy").textContent = say("asking");
    const answer = await ask("POST", "/cameras/try", body);
    at("show").disabled = false;
    at("busy").textContent = "";
    if (mine !== round) {
      if (answer.ok) ask("DELETE", `/tries/${answer.told.attempt}`);
      return;
    }
    if (!answer.ok) {
      showProblems(problemsOf(answer), kind === "saved" ? "saved" : kind === "push" ? "camera" : "url");
      return;
    }
    attempt = answer.told.attempt;
    attemptIsNew = kind !== "saved";
    reference = null;
    showGives(answer.told);
    if (kind === "push") await showToken(answer.told.camera);
    showKept();
    if (answer.told.still) showStill(answer.told);
    else at("canvas-note").textContent = say("waiting");
    showTools();
    look();
    if (answer.told.still && !Object.keys(editor.drawn()).length) propose();
  }

  async function showToken(camera) {
    const answer = await ask("POST", `/cameras/${encodeURIComponent(camera)}/token`, {});
    if (!answer.ok) {
      showProblems(problemsOf(answer), "camera");
      return;
    }
    const { token, path } = answer.told;
    at("token").textContent =
      `curl --data-binary @frame.jpg -H "Content-Type: image/jpeg" ` +
      `-H "Authorization: Bearer ${token}" ${location.origin}${path}`;
    at("token").hidden = false;
    at("busy").textContent = say("token_words");
  }

  function showKept() {
    const saved = source() === "saved" && layout.cameras.find((c) => c.camera === at("saved").value);
    at("reference").hidden = !saved?.has_reference;
    at("reference-says").textContent = saved?.has_reference ? say("reference_there") : "";
    if (saved?.has_reference) {
      at("reference").src = `/api/v1/cameras/${encodeURIComponent(saved.camera)}/reference`;
    }
  }

  function number(value, digits = 1) {
    return value.toLocaleString(lang, { maximumFractionDigits: digits });
  }

  function showGives({ size_wh: size, probed, advice }) {
    const rows = [];
    if (size) rows.push([say("size"), `${size[0]} × ${size[1]}`]);
    if (probed) {
      rows.push([say("format"), [probed.kind, probed.codec].filter(Boolean).join(" ")]);
      if (probed.rate) rows.push([say("rate"), say("rate_value", { n: number(probed.rate) })]);
      rows.push([say("first"), say("seconds", { n: number(probed.first_s) })]);
    }
    at("gives").replaceChildren(
      ...rows.map(([what, value]) =>
        element("div", {}, element("dt", {}, what), element("dd", {}, value)),
      ),
    );
    at("gives").hidden = rows.length === 0;
    list(at("camera-advice"), [...(probed?.advice ?? []).map((one) => one[lang])], advice?.[lang]);
  }

  function list(place, lines, more = null) {
    const all = more ? [...lines, more] : lines;
    place.replaceChildren(...all.map((line) => element("li", {}, line)));
  }

  function showStill({ still, size_wh: size, captured_at: captured }) {
    if (!still) return;
    const image = at("still");
    if (image.dataset.path === still) return;
    const next = new Image();
    const mine = round;
    next.onload = () => {
      if (mine !== round) return;
      image.src = next.src;
      image.dataset.path = still;
      image.hidden = false;
      image.alt = say("drawing");
      at("canvas").classList.remove("is-empty");
      at("canvas-note").hidden = true;
      if (size) {
        at("canvas").style.setProperty("--ratio", String(size[0] / size[1]));
        editor.show(size);
      }
      showTools();
    };
    next.src = still;
    image.dataset.at = captured ?? "";
  }

  function clockOf(instant) {
    const found = /T(\d\d):(\d\d)/.exec(instant ?? "");
    return found ? found[1] + words.date.separator + found[2] : "?";
  }

  function showState({ state, state_text: text, captured_at: captured, detail }) {
    const well = ["ok", "low_rate", "ended"].includes(state);
    const place = at("camera-state");
    const was = !place.hidden;
    if (well) {
      if (was) speak(say("alive"));
      place.hidden = true;
    } else if (captured) {
      place.textContent = say("dead", { state: text[lang], time: clockOf(captured) });
      place.title = detail;
      place.hidden = false;
    } else {
      at("canvas-note").textContent = say("waiting");
    }
  }

  // --- what is seen

  function draft() {
    const name = at("name").value;
    return {
      counter: editing ?? shortName(name),
      name,
      role: at("role").value,
      camera: cameraName(),
      rostered: at("rostered").checked,
      zones: editor.drawn(),
    };
  }

  // Zones that can be judged; the one that is being drawn may not be one yet.
  function soundDraft() {
    const told = draft();
    const sound = Object.entries(told.zones).filter(([kind]) => !editor.faultOf(kind));
    return { ...told, name: "-", zones: Object.fromEntries(sound) };
  }

  async function look() {
    clearTimeout(timer);
    if (!attempt) return;
    const mine = round;
    const counter = soundDraft();
    const counters = counter.zones.staff ? [counter] : [];
    const answer = document.hidden
      ? null
      : await ask("POST", "/layout/try", { attempt, counters });
    if (mine !== round) return;
    if (answer?.ok) {
      showStill(answer.told);
      showState(answer.told);
      showSeen(answer.told.counters[0]);
    } else if (answer?.status === 404) {
      attempt = null;
      showProblems(problemsOf(answer), "url");
      showTools();
      return;
    } else if (answer && answer.status !== 429 && answer.status !== 422) {
      at("camera-state").textContent = problemsOf(answer)[0].text;
      at("camera-state").hidden = false;
    }
    timer = setTimeout(look, LOOK_MS);
  }

  function showSeen(seen) {
    at("sees").hidden = !seen;
    at("sees-note").hidden = Boolean(seen);
    if (!seen) return;
    at("sees").tBodies[0].replaceChildren(
      ...seen.checks.map((check) => {
        const why = check.reason_text ? `: ${check.reason_text[lang]}` : "";
        const pixels = check.pixels.map((one) =>
          element(
            "li",
            { class: one.enough ? "is-enough" : "is-small" },
            say("pixel_row", {
              thing: one.thing[lang],
              got: number(one.px, 0),
              floor: number(one.floor_px, 0),
            }),
            " ",
            element("b", {}, say(one.enough ? "enough" : "small")),
          ),
        );
        return element(
          "tr",
          { "data-check": check.check, class: `outcome-${check.outcome}` },
          element("th", { scope: "row" }, check.check_text[lang]),
          element("td", { class: "sees-outcome" }, check.outcome_text[lang] + why),
          element("td", {}, element("ul", { class: "pixels" }, ...pixels)),
        );
      }),
    );
    const lines = seen.missing.map((one) => one[lang]);
    if (seen.hidden) lines.unshift(say("hidden", { reason: seen.hidden[lang] }));
    list(at("advice"), lines, seen.advice?.[lang]);
  }

  async function propose() {
    const mine = round;
    at("propose-says").textContent = say("proposing");
    at("propose").disabled = true;
    const answer = await ask("POST", "/layout/propose", { attempt });
    if (mine !== round) return;
    if (!answer.ok) {
      at("propose-says").textContent = "";
      showTools();
      showProblems(problemsOf(answer), "zones");
      return;
    }
    const zones = answer.told.zones;
    if (zones.length) editor.replace(Object.fromEntries(zones.map((z) => [z.kind, z.points])));
    showTools();
    const named = zones.map((z) => `${zoneName(z.kind)} (${z.why[lang]})`).join("; ");
    const message = zones.length ? say("proposed", { zones: named }) : say("proposed_none");
    at("propose-says").textContent = message;
    if (zones.length) look();
  }

  async function judgeMinute() {
    const mine = round;
    clearTimeout(timer);
    at("minute").disabled = true;
    at("minute-says").textContent = say("minute_busy");
    const answer = await ask("POST", "/layout/try", {
      attempt,
      counters: [soundDraft()],
      minute: true,
    });
    if (mine !== round) return;
    at("minute-says").textContent = "";
    showTools();
    timer = setTimeout(look, LOOK_MS);
    if (!answer.ok) {
      showProblems(problemsOf(answer), "file");
      return;
    }
    const seen = answer.told.counters[0];
    showSeen(seen);
    if (!seen) return;
    at("minute-says").textContent = say("minute_frames", { n: seen.frames });
    at("rules").replaceChildren(
      ...seen.rules.map((rule) => {
        const why = rule.reason_text ? `: ${rule.reason_text[lang]}` : "";
        return element(
          "li",
          { class: `outcome-${rule.outcome}` },
          element("span", { class: "rule-clause" }, rule.clause),
          element("span", { class: "rule-text" }, rule.text[lang]),
          element("b", {}, rule.outcome_text[lang] + why),
        );
      }),
    );
  }

  async function takeReference() {
    const mine = round;
    clearProblems();
    at("take").disabled = true;
    const answer = await ask("POST", "/layout/reference", { attempt, counters: [soundDraft()] });
    if (mine !== round) return;
    showTools();
    if (!answer.ok) {
      showProblems(problemsOf(answer), "reference");
      return;
    }
    reference = answer.told.reference;
    dirty = true;
    at("reference").src = `data:image/jpeg;base64,${answer.told.jpeg}`;
    at("reference").hidden = false;
    const things = answer.told.things.map((thing) => thing[lang]).join(", ");
    at("reference-says").textContent = things
      ? say("reference_things", { things })
      : say("reference_taken");
  }

  // --- tools beside the picture

  function showTools() {
    const drawing = editor.enabled;
    for (const button of document.querySelectorAll("[data-zone].tool")) {
      const kind = button.dataset.zone;
      button.disabled = !drawing;
      button.setAttribute("aria-pressed", String(kind === editor.active));
      const count = editor.zones[kind]?.length ?? 0;
      const bad = editor.faultOf(kind);
      button.querySelector(".tool-mark").textContent = count ? (bad ? "!" : "✓") : "";
    }
    at("propose").disabled = !drawing || !attempt;
    at("undo").disabled = !drawing || !editor.canUndo;
    at("clear").disabled = !drawing || !editor.corners.length;
    const sound = drawing && editor.corners !== null && editor.zones.staff && !editor.faultOf("staff");
    at("take").disabled = !attempt || !sound;
    at("minute").disabled = !attempt || !sound;
    at("save").disabled = !drawing;
    if (!drawing) {
      at("zone-says").textContent = "";
      return;
    }
    const kind = editor.active;
    const count = editor.corners.length;
    const why = editor.faultOf(kind);
    at("zone-says").classList.toggle("is-bad", Boolean(why) && count >= 3);
    at("zone-says").textContent = why
      ? `${zoneName(kind)}: ${words.problem[`zone_${why}`]}`
      : say(count ? "zone_done" : "zone_empty", { zone: zoneName(kind), n: count });
  }

  // --- saving

  function shortName(name) {
    const plain = name
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 32);
    return free(plain || "loket", [
      ...layout.counters.map((counter) => counter.counter),
    ]);
  }

  function free(wanted, taken) {
    const known = new Set(taken.map((name) => name.toLowerCase()));
    if (!known.has(wanted)) return wanted;
    let n = 2;
    while (known.has(`${wanted}-${n}`)) n += 1;
    return `${wanted}-${n}`;
  }

  function cameraName() {
    if (source() === "saved") return at("saved").value;
    if (source() === "push") return at("push").value.trim();
    const kept = layout.counters.find((counter) => counter.counter === editing);
    const shared = layout.counters.filter((counter) => counter.camera === kept?.camera).length > 1;
    if (kept && !shared) return kept.camera; // another address for the camera it has
    const wanted = editing ?? shortName(at("name").value);
    return free(
      wanted,
      layout.cameras.map((camera) => camera.camera),
    );
  }

  function whole(counters, cameraEntry) {
    const used = new Set(counters.map((counter) => counter.camera));
    const before = new Set(layout.counters.map((counter) => counter.camera));
    const cameras = layout.cameras
      .filter((camera) => used.has(camera.camera) || !before.has(camera.camera))
      .map((camera) => ({ camera: camera.camera }))
      .filter((camera) => camera.camera !== cameraEntry?.camera);
    if (cameraEntry) cameras.push(cameraEntry);
    return { version: layout.version, cameras, counters };
  }

  function kept(counter) {
    const zones = Object.fromEntries(counter.zones.map((zone) => [zone.kind, zone.points]));
    return { ...counter, zones };
  }

  async function save() {
    clearProblems();
    const counter = draft();
    const entry = { camera: counter.camera };
    if (attemptIsNew && attempt) entry.attempt = attempt;
    if (source() === "push") entry.push = true;
    if (reference) entry.reference = reference;
    const others = layout.counters.filter((one) => one.counter !== counter.counter).map(kept);
    const place = layout.counters.findIndex((one) => one.counter === counter.counter);
    others.splice(place < 0 ? others.length : place, 0, counter);
    const answer = await put(whole(others, entry));
    if (!answer) return;
    layout = answer;
    leave(say("saved_now", { name: counter.name }));
  }

  async function put(body) {
    at("save").disabled = true;
    at("save-says").textContent = say("saving");
    const answer = await ask("PUT", "/layout", body);
    at("save").disabled = false;
    at("save-says").textContent = "";
    if (answer.ok) return answer.told;
    if (answer.status === 409) {
      const message = problemsOf(answer)[0].text;
      showProblems([{ where: "file", text: message }], "file");
      bar(message, say("load_newest"), refresh);
      return null;
    }
    showProblems(problemsOf(answer), "file");
    return null;
  }

  // The newest layout under the same drawing.
  async function refresh() {
    let answer = await ask("GET", "/layout");
    if (answer.ok && answer.told.file_changed) answer = await ask("POST", "/layout/reload", {});
    if (!answer.ok) {
      bar(problemsOf(answer)[0].text, say("load_newest"), refresh);
      return;
    }
    const chosen = at("saved").value;
    layout = answer.told;
    showList();
    at("saved").value = chosen;
    clearProblems();
    bar("");
    at("save-says").textContent = say("loaded");
  }

  async function remove() {
    const counter = layout.counters.find((one) => one.counter === editing);
    if (!counter) return;
    if (sure !== "remove") {
      sure = "remove";
      at("save-says").textContent = say("remove_sure", { name: counter.name });
      return;
    }
    sure = "";
    const left = layout.counters.filter((one) => one.counter !== editing).map(kept);
    const answer = await put(whole(left, null));
    if (!answer) return;
    layout = answer;
    leave(say("removed_now", { name: counter.name }));
  }

  // --- the network

  async function discover() {
    const button = at("discover");
    button.disabled = true;
    button.textContent = say("discovering");
    const answer = await ask("POST", "/cameras/discover", {
      user: at("user").value,
      password: at("password").value,
    });
    button.disabled = false;
    button.textContent = say("discover");
    if (!answer.ok) {
      showProblems(problemsOf(answer), "discover");
      return;
    }
    const items = answer.told.items;
    const rows = items.map((one) => {
      const name = one.name || one.host;
      if (!one.url) return element("li", {}, `${name} (${one.host}): ${one.fault?.[lang] ?? ""}`);
      const use = element("button", { type: "button", class: "link" }, say("found_use", { name }));
      use.addEventListener("click", () => {
        at("url").value = one.url;
        at("url").focus();
      });
      return element("li", {}, use, ` ${one.host} ${one.size_wh?.join(" × ") ?? ""}`);
    });
    at("found").replaceChildren(...(rows.length ? rows : [element("li", {}, say("found_none"))]));
  }

  // --- buttons

  at("add").addEventListener("click", () => open(null));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    showPicture();
  });
  form.addEventListener("input", () => {
    dirty = true;
    sure = "";
  });
  for (const radio of form.querySelectorAll('[name="source"]')) {
    radio.addEventListener("change", () => showSource(radio.value));
  }
  for (const button of document.querySelectorAll("[data-zone].tool")) {
    button.addEventListener("click", () => editor.choose(button.dataset.zone));
  }
  at("propose").addEventListener("click", propose);
  at("undo").addEventListener("click", () => editor.undo());
  at("clear").addEventListener("click", () => editor.clear());
  at("take").addEventListener("click", takeReference);
  at("minute").addEventListener("click", judgeMinute);
  at("save").addEventListener("click", save);
  at("close").addEventListener("click", close);
  at("remove").addEventListener("click", remove);
  at("discover").addEventListener("click", discover);
  at("name").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter in the name saves; it does not ask the camera again
    if (!at("save").disabled) save();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && attempt) look();
  });
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (attempt) {
      fetch(`/api/v1/tries/${attempt}`, { method: "DELETE", keepalive: true }).catch(() => null);
    }
  });
  load();
})();
