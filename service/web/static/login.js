// Sign-in: posts to the API and says in words what went wrong. Nothing typed is lost.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent).login;
const form = document.getElementById("login");
const error = document.getElementById("login-error");
const button = form.querySelector("button");

function say(message) {
  error.textContent = message;
  error.hidden = !message;
}

document.getElementById("show").addEventListener("change", (event) => {
  form.password.type = event.target.checked ? "text" : "password";
});

async function signIn() {
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: form.elements.name.value, password: form.password.value }),
  });
  if (answer.ok) return "";
  if (answer.status === 401 || answer.status === 422) return words.wrong;
  if (answer.status === 429) return words.slow_down;
  return words.failed;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const missing = [form.elements.name, form.password].find((field) => !field.value);
  if (missing) {
    say(words.empty);
    missing.focus();
    return;
  }
  say("");
  button.disabled = true;
  button.textContent = words.busy;
  const message = await signIn().catch(() => words.unreachable);
  if (!message) {
    location.assign(form.dataset.to);
    return;
  }
  button.disabled = false;
  button.textContent = words.submit;
  say(message);
  form.password.select();
});
