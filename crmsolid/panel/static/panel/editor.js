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
  // A template brings how it is written along, unless there is a text already.
  const writtenIn = item.closest(".cs-editor").querySelector(".cs-composer-tools > select");
  if (item.dataset.format && !text.value.trim()) writtenIn.value = item.dataset.format;
  text.setRangeText(item.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

// <form data-guards> asks before it is left with something in it that was not saved; data-guards="changed" shows such.
const guarded = document.querySelector("form[data-guards]");
let isChanged = guarded?.dataset.guards === "changed";
const change = (event) => {
  if (event.target.name !== "for") isChanged = true;
};
// Something new begins with its name.
const nameField = guarded?.querySelector(".cs-rules-name input");
if (nameField && !nameField.value && document.activeElement === document.body) nameField.focus();
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

// --- The preview that follows the typing ---
// The form stays open when the session has ended: leaving for the log-in page would lose what was written.
const LOGGED_OUT = "You are logged out. Save: you are asked to log in, and what you have written is kept.";
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { elt, xhr } = event.detail;
  if (!elt.closest("[data-guards]") || xhr.status !== 401) return;
  event.preventDefault(); // htmx would follow HX-Redirect
  document.querySelector("#preview [role=status]").textContent = LOGGED_OUT;
});
// When the answer is another page, the preview stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (["preview", "steps"].includes(target.id) && !xhr.responseText.includes(`id="${target.id}"`)) event.detail.shouldSwap = false;
});
