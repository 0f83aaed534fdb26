// The page Pengaturan: forms whose fields are sent to the API and whose faults come back beside them.
// What was typed stays on the page until it was saved; no answer of the server takes it away.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const say = (name, values = {}) =>
    words.settings[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const lang = document.documentElement.lang;
  const SAID = "siaga.settings.said";
  let added = 1000; // ids of new rows

  async function ask(method, path, body) {
    try {
      const answer = await fetch(path, {
        method,
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const told = answer.status === 204 ? null : await answer.json();
      return { ok: answer.ok, status: answer.status, told, error: told?.error };
    } catch {
      return { ok: false, status: 0, told: null, error: null };
    }
  }

  function bar(message, newest = false) {
    document.getElementById("bar-words").textContent = message;
    document.getElementById("bar-newest").hidden = !newest;
    document.getElementById("bar").hidden = !message;
  }

  // Say it after the page was loaded again, with what is in force now.
  function reloadSaying(message) {
    sessionStorage.setItem(SAID, message);
    location.reload();
  }

  // ---------------------------------------------------------------- what was typed, as the API takes it

  const own = (scope, selector) =>
    [...scope.querySelectorAll(selector)].filter(
      (one) => one.closest("[data-item]") === (scope.matches("[data-item]") ? scope : null),
    );

  function read(scope) {
    const told = {};
    for (const one of own(scope, "[name]")) {
      if (one.dataset.many !== undefined) {
        told[one.name] = [...(told[one.name] ?? []), ...(one.checked ? [one.value] : [])];
      } else if (one.type === "checkbox") told[one.name] = one.checked;
      else if (one.type === "file") continue;
      else if (one.dataset.split !== undefined) told[one.name] = one.value.split(/[\s,]+/).filter(Boolean);
      else if (one.dataset.lines !== undefined) told[one.name] = one.value.split("\n").filter((line) => line.trim());
      else told[one.name] = one.value;
    }
    for (const pair of own(scope, "[data-pair]")) {
      const times = [...pair.querySelectorAll("input:not([type=checkbox])")].map((one) => one.value.trim());
      const none = pair.querySelector("[data-none]");
      if (times.some(Boolean)) told[pair.dataset.pair] = times;
      else told[pair.dataset.pair] = none && !none.checked ? null : [];
    }
    for (const part of scope.querySelectorAll("[data-part]")) told[part.dataset.part] = read(part);
    for (const list of scope.querySelectorAll("[data-list]")) {
      const items = [...list.querySelectorAll("[data-item]")];
      told[list.dataset.list] =
        list.dataset.map !== undefined
          ? Object.fromEntries(items.map((one) => [one.dataset.item, plain(read(one), one)]))
          : items.map((one) => ({ row: one.dataset.row ? Number(one.dataset.row) : null, ...read(one) }));
    }
    return told;
  }

  // A list of true and false alone is sent as such: {"FO-1": true}.
  const plain = (told, item) => (item.dataset.value === undefined ? told : told[item.dataset.value]);

  // ---------------------------------------------------------------- problems beside their fields

  function clear(form) {
    for (const place of form.querySelectorAll("[data-problem]")) {
      place.hidden = true;
      place.textContent = "";
    }
    for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  }

  function placeOf(form, where) {
    const parts = where.split(".");
    if (parts[0] === form.dataset.section) parts.shift();
    let scope = form;
    const part = form.querySelector(`[data-part="${CSS.escape(parts[0] ?? "")}"]`);
    if (part) {
      scope = part;
      parts.shift();
    }
    const list = form.querySelector(`[data-list="${CSS.escape(parts[0] ?? "")}"]`);
    if (list && parts.length > 1) {
      const items = [...list.querySelectorAll("[data-item]")];
      scope = items.find((one) => one.dataset.item === parts[1]) ?? items[Number(parts[1])] ?? form;
      parts.splice(0, 2);
    }
    const found = [...scope.querySelectorAll(`[data-problem="${CSS.escape(parts[0] ?? "")}"]`)];
    return (
      found.find((one) => scope !== form || !one.closest("[data-item]")) ??
      (scope === form ? null : scope.querySelector("[data-problem]")) ??
      form.querySelector('[data-problem="file"]')
    );
  }

  function show(form, problems) {
    const texts = new Map();
    for (const { where, text } of problems) {
      const place = placeOf(form, where);
      texts.set(place, [...(texts.get(place) ?? []), text]);
    }
    let first = null;
    for (const [place, lines] of texts) {
      place.textContent = [...new Set(lines)].join(" ");
      place.hidden = false;
      for (let fold = place.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
      const holder = place.closest(".field, .weekdays");
      for (const one of holder?.querySelectorAll("input:not([type=checkbox]), select, textarea") ?? []) {
        one.setAttribute("aria-invalid", "true");
      }
      const target = holder?.querySelector("input, select, textarea") ?? form.querySelector("[type=submit]");
      if (!first || target.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = target;
    }
    first?.focus();
    first?.scrollIntoView({ block: "center" });
  }

  function problemsOf(answer) {
    if (answer.status === 0) return [{ where: "file", text: say("unreachable") }];
    if (answer.status === 401) return [{ where: "file", text: say("signed_out") }];
    if (answer.status === 429) return [{ where: "file", text: words.problem.slow_down }];
    const detail = answer.error?.detail;
    if (answer.status === 422 && Array.isArray(detail)) {
      return detail.map(({ where }) => ({ where: where.replace(/^body\./, ""), text: say("too_much") }));
    }
    const problems = detail?.problems;
    if (!Array.isArray(problems) || !problems.length) return [{ where: "file", text: say("failed") }];
    return problems.map(({ where, text }) => ({ where, text: text[lang] }));
  }

  // ---------------------------------------------------------------- sending

  for (const form of document.querySelectorAll("form[data-put], form[data-post]")) {
    const button = form.querySelector("[type=submit]");
    const says = form.querySelector(".save-says");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      clear(form);
      bar("");
      button.disabled = true;
      says.textContent = say("saving");
      const method = form.dataset.put ? "PUT" : "POST";
      const body = read(form);
      for (const one of form.querySelectorAll("[type=file]")) {
        if (one.files[0]) body[one.name] = await one.files[0].text();
      }
      if (form.dataset.version) body.version = form.dataset.version;
      const answer = await ask(method, form.dataset.put ?? form.dataset.post, body);
      button.disabled = false;
      says.textContent = "";
      if (answer.ok) {
        if (form.dataset.secret !== undefined) showSecret(form, answer.told);
        else reloadSaying(say(form.dataset.said ?? "saved"));
        return;
      }
      says.textContent = say("refused");
      show(form, problemsOf(answer));
      if (answer.status === 409) bar(words.problem.changed_meanwhile, true);
    });
  }

  function showSecret(form, told) {
    const box = document.getElementById("secret");
    document.getElementById("secret-value").textContent = told.secret;
    document.getElementById("secret-words").textContent = say(form.dataset.secret, { name: told.name });
    box.hidden = false;
    form.reset();
    box.querySelector("h2").focus();
  }

  // One press asks, the second does it: a row of the office's memory that ends. Both words lie in
  // the button from the start, one of them unseen, so that it neither moves nor grows between the two.
  for (const act of document.querySelectorAll("[data-act]")) {
    const asks = act.dataset.ask !== undefined;
    const name = act.getAttribute("aria-label");
    const sure = asks ? say("act_of", { act: say(act.dataset.ask), name: act.dataset.name }) : "";
    let busy = false;
    let asked = !asks;
    const faces = [act.textContent, asks ? say(act.dataset.ask) : ""].map((face) => {
      const made = document.createElement("span");
      made.textContent = face;
      return made;
    });

    function arm(yes) {
      asked = yes || !asks;
      const shows = asks && yes;
      faces[0].classList.toggle("is-unseen", shows);
      faces[1].classList.toggle("is-unseen", !shows);
      act.setAttribute("aria-label", shows ? sure : name);
      document.getElementById("act-says").textContent = shows ? sure : "";
    }

    act.replaceChildren(...faces);
    act.classList.add("act");
    arm(false);
    // Who goes elsewhere has not meant it; until then there is no hurry.
    act.addEventListener("blur", () => arm(false));
    act.addEventListener("keydown", (event) => {
      if (event.key === "Escape") arm(false);
    });
    act.addEventListener("click", async () => {
      if (busy) return;
      if (!asked) {
        arm(true);
        act.focus();
        return;
      }
      busy = true; // not `disabled`: that would take the focus away
      act.setAttribute("aria-disabled", "true");
      const answer = await ask(act.dataset.act, act.dataset.path, act.dataset.act === "POST" ? {} : undefined);
      busy = false;
      act.removeAttribute("aria-disabled");
      arm(false);
      if (!answer.ok) {
        bar(problemsOf(answer)[0].text);
        return;
      }
      if (act.dataset.secret !== undefined) showSecret({ dataset: act.dataset, reset() {} }, answer.told);
      else reloadSaying(say(act.dataset.said));
    });
  }

  // A trial message goes as it is saved; what became of it stands beside the button.
  for (const trial of document.querySelectorAll("[data-trial]")) {
    const says = trial.parentElement.querySelector(".trial-says");
    let busy = false;
    trial.addEventListener("click", async () => {
      if (busy) return;
      busy = true;
      trial.setAttribute("aria-disabled", "true");
      says.className = "trial-says";
      says.textContent = say("trial_sending");
      const answer = await ask("POST", "/api/v1/settings/messages/trial", JSON.parse(trial.dataset.trial));
      busy = false;
      trial.removeAttribute("aria-disabled");
      const result = answer.ok ? answer.told.results[0] : null;
      says.classList.add(result?.sent ? "is-sent" : "is-unsent");
      if (!result) says.textContent = problemsOf(answer)[0].text;
      else says.textContent = result.sent ? say("trial_sent") : say("trial_failed", { why: result.trouble_text[lang] });
    });
  }

  // ---------------------------------------------------------------- rows

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    if (add) {
      const list = add.closest("[data-list]");
      const made = document.createElement("template");
      added += 1;
      made.innerHTML = list.querySelector("template").innerHTML.replaceAll("__n__", added);
      list.querySelector("[data-items]").append(made.content);
      list.querySelector("[data-items] > :last-child").querySelector("input, select").focus();
      return;
    }
    const remove = event.target.closest("[data-remove]");
    if (remove) {
      const list = remove.closest("[data-list]");
      remove.closest("[data-item]").remove();
      list.querySelector("[data-add]").focus();
    }
  });

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-split]");
    const swatches = field?.parentElement.querySelector("[data-swatches]");
    if (!swatches) return;
    const colours = field.value.split(/[\s,]+/).filter((one) => /^#[0-9a-f]{6}$/i.test(one));
    swatches.replaceChildren(
      ...colours.slice(0, 8).map((colour, index) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        for (const [key, value] of Object.entries({ x: index * 11, y: 0, width: 10, height: 10, fill: colour })) {
          made.setAttribute(key, value);
        }
        return made;
      }),
    );
  });

  for (const again of document.querySelectorAll("[data-reload]")) again.addEventListener("click", () => location.reload());

  for (const print of document.querySelectorAll("[data-print]")) print.addEventListener("click", () => window.print());

  const said = sessionStorage.getItem(SAID);
  if (said) {
    sessionStorage.removeItem(SAID);
    bar(said);
    document.getElementById("bar").focus(); // it is read, it is seen, and Tab goes on from here
  }
})();
