// The search field of the documentation, which works without it, too.
"use strict";

const field = document.querySelector("#docs-search");
const found = document.querySelector("#docs-found");
const count = document.querySelector("#docs-found-count");

const close = () => {
  found.replaceChildren();
  count.textContent = "";
};

// "/" goes to the search; Escape closes what it found; the arrows go through it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...found.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && links.length) {
    field.focus();
    close();
  } else if (event.key === "ArrowDown" && (at >= 0 || event.target === field) && links[at + 1]) {
    event.preventDefault();
    links[at + 1].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (links[at - 1] || field).focus();
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".docs-search")) close();
  else if (event.target.closest("#docs-found a")) close(); // it may lead to a heading of this page
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== found) return;
  const links = found.querySelectorAll("li").length;
  count.textContent = field.value.trim() ? `${links} ${links === 1 ? "result" : "results"}` : "";
});
