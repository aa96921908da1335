// What editors of texts share: menus that put a field or a template into the text, Ctrl S, and a question before what was
// written is lost.
"use strict";

// <details class="cs-menu" data-insertions="#template"> is filled when it is opened for the first time.
document.addEventListener(
  "toggle",
  (event) => {
    const source = event.target.dataset?.insertions;
    const list = event.target.querySelector?.(".cs-pop");
    if (source && list && !list.children.length) list.append(document.querySelector(source).content.cloneNode(true));
  },
  true,
);
document.addEventListener("click", (event) => {
  const item = event.target.closest("[data-insertions] [data-insert]");
  if (!item) return;
  const text = item.closest(".cs-editor").querySelector("textarea");
  item.closest("details").open = false;
  text.setRangeText(item.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// <form data-guards> asks before it is left with something in it that was not saved.
const guarded = document.querySelector("form[data-guards]");
let isChanged = Boolean(guarded?.querySelector(".cs-alert"));
const change = (event) => {
  if (event.target.name !== "for") isChanged = true;
};
guarded?.addEventListener("input", change);
guarded?.addEventListener("steps", () => (isChanged = true));
guarded?.addEventListener("submit", () => (isChanged = false));
window.addEventListener("beforeunload", (event) => isChanged && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const save = document.querySelector("[data-saves]");
  if (!save) return;
  event.preventDefault();
  save.click();
});
