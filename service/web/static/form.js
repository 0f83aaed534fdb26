// A form that posts JSON to the API: faults beside their fields, nothing typed is lost.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent).form;
const form = document.querySelector("form[data-post]");
const DRAFT = `siaga.form.${form.dataset.draft}`;
const button = form.querySelector("button[type=submit]");
const label = button.textContent;
const named = [...form.elements].filter((field) => field.name);

function say(place, message) {
  const fault = form.querySelector(`[data-fault="${place}"]`) ?? form.querySelector('[data-fault=""]');
  fault.textContent = message;
  fault.hidden = !message;
}

function clear() {
  for (const fault of form.querySelectorAll("[data-fault]")) fault.hidden = true;
}

// ---------------------------------------------------------------- drafts

const fields = () => [...form.querySelectorAll("input, textarea")];

function keep() {
  try {
    const typed = fields().map((field) => [field.id, field.value]);
    sessionStorage.setItem(DRAFT, JSON.stringify(typed));
  } catch {
    // a browser that keeps nothing: the page itself still holds it
  }
}

function restore() {
  try {
    for (const [id, value] of JSON.parse(sessionStorage.getItem(DRAFT)) ?? []) {
      const field = document.getElementById(id);
      if (field && !field.dataset.moment) field.value = value;
    }
  } catch {
    // nothing was kept
  }
}

// ---------------------------------------------------------------- clauses of the counter's role

const roles = form.querySelector("[data-roles]");

function fit() {
  if (!roles) return;
  const role = form.elements.counter.selectedOptions[0]?.dataset.role;
  for (const option of roles.options) option.hidden = option.disabled = option.dataset.role !== role;
  if (roles.selectedOptions[0]?.disabled) {
    roles.value = [...roles.options].find((option) => !option.disabled)?.value ?? "";
  }
}

// ---------------------------------------------------------------- sending

function body() {
  const told = Object.fromEntries(named.map((field) => [field.name, field.value.trim()]));
  const day = form.querySelector("[data-moment=day]");
  const time = form.querySelector("[data-moment=time]");
  if (day) told.at = `${day.value}T${time.value}:00${form.dataset.offset}`;
  return form.dataset.nest ? { [form.dataset.nest]: told } : told;
}

function missing() {
  for (const field of form.querySelectorAll("[required]")) {
    const place = field.dataset.moment ? "at" : field.name;
    if (!field.value.trim()) return [field, place, words.empty];
    if (field.matches("textarea") && field.value.trim().length < 3) return [field, place, words.short];
  }
  return null;
}

async function refused(answer) {
  if (answer.status === 401) return say("", words.not_signed_in);
  const error = (await answer.json().catch(() => ({}))).error;
  if (form.dataset.gone && [404, 409].includes(answer.status)) return say("", form.dataset.gone);
  if (error?.code === "future") return say("at", words.future);
  if (error?.code === "case_closed") return say("", words.case_closed);
  if (answer.status === 403) return say("", words.not_allowed);
  if (answer.status === 422 && error?.detail?.length) {
    for (const fault of error.detail) say(fault.where.split(".").pop(), fault.message);
    return undefined;
  }
  return say("", words.failed);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clear();
  const wanting = missing();
  if (wanting) {
    const [field, place, message] = wanting;
    say(place, message);
    field.focus();
    return;
  }
  button.disabled = true;
  button.textContent = words.sending;
  try {
    const answer = await fetch(form.dataset.post, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body()),
    });
    if (answer.ok) {
      sessionStorage.removeItem(DRAFT);
      location.assign(form.dataset.then);
      return;
    }
    await refused(answer);
  } catch {
    say("", words.failed);
  }
  button.disabled = false;
  button.textContent = label;
});

form.addEventListener("input", keep);
form.elements.counter?.addEventListener("change", fit);
restore();
fit();
