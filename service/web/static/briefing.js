// The sheet of the briefing: print it, tick what was told, choose the motivation.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent).briefing;
const day = document.getElementById("content").dataset.day;
const said = document.getElementById("tick-said");

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The same key is sent again until it arrived, so that a lost answer enters nothing twice.
async function keep(item, value) {
  const key = newKey();
  for (let again = 0; again < 3; again += 1) {
    const answer = await fetch(`/api/v1/briefings/${day}/ticks`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key, item, value }),
    }).catch(() => null);
    if (answer?.ok) {
      said.textContent = words.saved;
      return true;
    }
    if (answer && answer.status < 500) {
      const told = await answer.json().catch(() => null);
      said.textContent = told?.error?.message ?? words.not_saved;
      return false;
    }
    await new Promise((wake) => setTimeout(wake, 400 * (again + 1)));
  }
  said.textContent = words.not_saved;
  return false;
}

function drawBox(name, on) {
  document.querySelector(`[data-box="${name}"]`)?.classList.toggle("is-on", on);
}

document.getElementById("print")?.addEventListener("click", () => print());

for (const box of document.querySelectorAll("[data-item]")) {
  box.addEventListener("change", async () => {
    const on = box.checked;
    if (await keep(box.dataset.item, on ? "yes" : "")) drawBox(box.dataset.item, on);
    else box.checked = !on;
  });
}

for (const radio of document.querySelectorAll("input[name=led_by]")) {
  radio.addEventListener("change", async () => {
    if (!(await keep("led_by", radio.value))) return;
    for (const one of document.querySelectorAll("input[name=led_by]")) drawBox(`led_by.${one.value}`, one === radio);
  });
}

const form = document.getElementById("thought-form");
if (form) {
  const choice = document.getElementById("thought");
  const own = document.getElementById("thought-own");
  const show = () => {
    own.hidden = choice.value !== "";
  };
  choice.addEventListener("change", show);
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const value = choice.value || own.value.trim();
    if (!value || !(await keep("thought", value))) return;
    document.getElementById("motivation").textContent = choice.value ? choice.selectedOptions[0].textContent : value;
  });
}
