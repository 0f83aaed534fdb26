// Answering a flag: S, T and R, a number for the ground, Enter. Nothing typed is lost on error.
"use strict";

(() => {
  const form = document.getElementById("answer");
  const words = JSON.parse(document.getElementById("words").textContent);
  const by = (id) => document.getElementById(id);
  const fill = (message, values) => message.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // ---------------------------------------------------------------- a clock that runs

  const clock = document.querySelector("[data-left]");
  if (clock) {
    const began = performance.now();
    const span = (seconds) => {
      const all = Math.floor(Math.abs(seconds));
      const units =
        all >= 86400
          ? [["days", Math.floor(all / 86400)], ["hours", Math.floor((all % 86400) / 3600)]]
          : all >= 3600
            ? [["hours", Math.floor(all / 3600)], ["minutes", Math.floor((all % 3600) / 60)]]
            : [["minutes", Math.floor(all / 60)], ["seconds", all % 60]];
      return units.filter(([, n]) => n).map(([unit, n]) => fill(words.span[unit], { n })).join(" ");
    };
    setInterval(() => {
      const left = Number(clock.dataset.left) - (performance.now() - began) / 1000;
      const told = fill(words.review[left < 0 ? "late" : "left"], { span: span(left) });
      clock.classList.toggle("is-late", left < 0);
      clock.querySelector("[data-clock]").textContent = told;
    }, 1000);
  }

  // ---------------------------------------------------------------- other items

  const lead = { ArrowUp: "before", ArrowDown: "after" };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!(event.key in lead) || event.target.matches("input, select, textarea, .table-wrap")) return;
    const link = by(lead[event.key]);
    if (!link) return;
    event.preventDefault();
    location.assign(link.href);
  });

  if (!form) return;

  // ---------------------------------------------------------------- what is chosen and typed

  const DRAFT = `siaga.review.${form.dataset.flag}`;
  const acts = [...form.querySelectorAll("[data-act]")];
  const note = by("note");
  let chosen = "";
  let sending = false;

  const grounds = () => form.querySelector(`.grounds[data-for="${chosen}"]`);
  const ground = () => grounds()?.querySelector("input:checked")?.value ?? null;

  function say(message, reloads = false) {
    const fault = by("answer-fault");
    fault.textContent = message;
    fault.hidden = !message;
    if (!reloads) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = words.review.reload;
    button.addEventListener("click", () => location.reload());
    fault.append(" ", button);
  }

  function keep() {
    try {
      sessionStorage.setItem(DRAFT, JSON.stringify({ chosen, ground: ground(), note: note.value }));
    } catch {
      // a browser that keeps nothing: the page itself still holds it
    }
  }

  function forget() {
    try {
      sessionStorage.removeItem(DRAFT);
    } catch {
      // nothing was kept
    }
  }

  function choose(act) {
    chosen = act;
    say("");
    for (const button of acts) {
      const mine = button.dataset.act === act;
      button.classList.toggle("is-chosen", mine);
      if (button.hasAttribute("aria-expanded")) button.setAttribute("aria-expanded", String(mine));
    }
    for (const list of form.querySelectorAll(".grounds")) list.hidden = list.dataset.for !== act;
    const asks = Boolean(grounds());
    by("note-field").hidden = !asks;
    by("send-row").hidden = !asks;
    if (asks) (grounds().querySelector("input:checked") ?? grounds().querySelector("input")).focus();
    keep();
  }

  function press(act) {
    if (sending) return;
    choose(act);
    if (!grounds()) send();
  }

  function cancel() {
    const button = acts.find((one) => one.dataset.act === chosen);
    choose("");
    note.value = "";
    for (const input of form.querySelectorAll(".grounds input")) input.checked = false;
    forget();
    button?.focus();
  }

  // ---------------------------------------------------------------- sending

  function missing() {
    if (!grounds()) return "";
    if (!ground()) return words.review.choose;
    if (ground() === "other" && !note.value.trim()) return words.review.needs_note;
    return "";
  }

  function changedWords(detail) {
    if (detail.contested) return words.review.changed_contest;
    if (detail.verdict_changed || !detail.by) return words.review.changed_verdict;
    if (!detail.review) return fill(words.review.changed_blind, { by: detail.by });
    const answer = words.Act[detail.review.act.toUpperCase()];
    return fill(words.review.changed, { by: detail.by, answer });
  }

  async function refused(answer) {
    if (answer.status === 401) return say(words.review.not_signed_in);
    const error = (await answer.json().catch(() => ({}))).error;
    if (error?.code === "changed") return say(changedWords(error.detail), true);
    if (error?.code === "case_closed") return say(words.review.case_closed, true);
    if (answer.status === 422) {
      const what = error?.detail?.[0]?.message ?? error?.message ?? "";
      return say(fill(words.review.invalid, { message: what }));
    }
    return say(words.review.failed);
  }

  async function post() {
    const body = { version: form.dataset.version, act: chosen };
    if (grounds()) Object.assign(body, { ground: ground(), note: note.value.trim() });
    const answer = await fetch(form.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) return refused(answer);
    forget();
    const next = by("after") ?? by("before");
    const address = new URL(next ? next.href : by("back").href);
    address.searchParams.set("done", form.dataset.flag);
    location.assign(address);
    return undefined;
  }

  function busy(on) {
    sending = on;
    by("send").disabled = on;
    by("send").textContent = words.review[on ? "sending" : "send"];
    for (const button of acts) button.disabled = on;
  }

  async function send() {
    if (sending) return;
    const wanting = missing();
    if (wanting) {
      say(wanting);
      (ground() ? note : grounds().querySelector("input")).focus();
      return;
    }
    say("");
    busy(true);
    await post().catch(() => say(words.review.failed));
    busy(false);
  }

  // ---------------------------------------------------------------- keys

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target === note;
    if (event.key === "Escape" && chosen) {
      event.preventDefault();
      cancel();
      return;
    }
    if (typing || event.target.matches("select, textarea")) return;
    const act = acts.find((one) => one.dataset.key === event.key.toUpperCase());
    if (act) {
      event.preventDefault();
      press(act.dataset.act);
      return;
    }
    const number = Number(event.key);
    const inputs = [...(grounds()?.querySelectorAll("input") ?? [])];
    if (Number.isInteger(number) && inputs[number - 1]) {
      event.preventDefault();
      inputs[number - 1].checked = true;
      keep();
      if (inputs[number - 1].value === "other") note.focus();
      else inputs[number - 1].focus();
      return;
    }
    if (event.key === "Enter" && event.target.matches(".grounds input")) {
      event.preventDefault();
      send();
    }
  }

  document.addEventListener("keydown", onKey);
  for (const button of acts) button.addEventListener("click", () => press(button.dataset.act));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("input", keep);
  by("cancel").addEventListener("click", cancel);

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(DRAFT));
    } catch {
      return;
    }
    const button = kept && acts.find((one) => one.dataset.act === kept.chosen);
    if (!button?.hasAttribute("aria-expanded")) return;
    note.value = kept.note;
    choose(kept.chosen);
    const input = [...grounds().querySelectorAll("input")].find((one) => one.value === kept.ground);
    if (input) {
      input.checked = true;
      input.focus();
    }
    keep();
  }

  restore();
})();
