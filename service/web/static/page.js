// What every signed-in page has: the way out. Shut until it can work: no click is swallowed.
"use strict";

for (const button of document.querySelectorAll("[data-logout]")) {
  button.addEventListener("click", async () => {
    await fetch("/api/v1/session", { method: "DELETE" }).catch(() => null);
    location.assign("/login");
  });
  button.disabled = false;
}
