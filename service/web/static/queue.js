// The queue by keyboard: up and down choose an item, Enter opens it as a link does.
"use strict";

const links = [...document.querySelectorAll("#queue .flag-what a")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !links.length) return;
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  const next = event.key === "ArrowDown" ? at + 1 : Math.max(0, at - 1);
  links[Math.min(next, links.length - 1)].focus();
});
