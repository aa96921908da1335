// The builder of a sequence. A step is dragged by its grip, with a mouse, a pen or a finger, which does what the buttons
// do; the preview shows which step is written at the moment. Without the script everything works with the buttons.
"use strict";

const builder = document.querySelector("#builder");
const steps = () => [...document.querySelectorAll("[data-steps] > li")];

// --- After a button has changed the steps ---
let goesOnAt = ""; // the answer names another step on the button
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  goesOnAt = elt.dataset.focus || goesOnAt;
  // What is typed or pressed meanwhile, the answer would undo.
  if (target.id === "steps") target.inert = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, target } = event.detail;
  if (target?.id !== "steps") return;
  document.querySelector("#steps").inert = false;
  if (document.activeElement === document.body && elt.isConnected) elt.focus(); // the answer has moved it unless it failed
});
document.addEventListener("htmx:afterSettle", (event) => {
  const { target } = event.detail;
  if (target?.id === "preview") showWritten();
  if (target?.id !== "steps") return;
  const step = document.querySelector(goesOnAt);
  (step?.querySelector("section details[open] textarea") || step?.querySelector("section summary, button"))?.focus();
  step?.scrollIntoView({ block: "nearest" });
  builder.dispatchEvent(new Event("steps"));
});

// The bubble of the step whose fields have the focus.
function showWritten() {
  const step = document.activeElement?.closest?.("[data-steps] > li");
  for (const bubble of document.querySelectorAll(".cs-phone .cs-bubble")) {
    bubble.classList.toggle("is-lit", Boolean(step) && bubble.parentElement.id === step.id.replace("step-", "gets-"));
  }
}
builder?.addEventListener("focusin", showWritten);

// --- Dragging ---
const EDGE = 80; // px from the edge of the window in which it scrolls
let dragged = null;
const others = () => steps().filter((step) => step !== dragged);
const unmark = () => others().forEach((step) => step.classList.remove("cs-drop-before", "cs-drop-after"));
// The index among the other steps: behind those whose cards have their middle above the pointer.
const indexAt = (event) =>
  others().filter((step) => {
    const box = step.querySelector("section").getBoundingClientRect();
    return box.top + box.height / 2 < event.clientY;
  }).length;
const end = () => {
  if (!dragged) return;
  unmark();
  dragged.classList.remove("cs-dragged");
  dragged = null;
};

builder?.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  dragged = handle.closest("li");
  dragged.classList.add("cs-dragged");
});
builder?.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const to = indexAt(event);
  unmark();
  if (to < others().length) others()[to].classList.add("cs-drop-before");
  else others().at(-1)?.classList.add("cs-drop-after");
  const pane = window.innerWidth > 760 ? builder.querySelector("[role=region]") : builder;
  if (event.clientY < EDGE) pane.scrollBy(0, -12);
  else if (event.clientY > window.innerHeight - EDGE) pane.scrollBy(0, 12);
});
builder?.addEventListener("pointerup", (event) => {
  if (!dragged) return;
  const from = steps().indexOf(dragged);
  const to = indexAt(event);
  end();
  if (to === from) return;
  const button = document.querySelector("#drag");
  button.value = `move-${from}-${to}`;
  button.dataset.focus = `#step-${to + 1}`;
  button.click();
});
builder?.addEventListener("pointercancel", end);
