// Drags a step of a sequence by its grip. It sends the form with the move, as the buttons with arrows do.
"use strict";

const list = document.querySelector("[data-steps]");
if (list) {
  let dragged = null;
  const steps = () => [...list.children];
  const unmark = () => steps().forEach((step) => step.classList.remove("cs-drop-before", "cs-drop-after"));
  const isAfter = (step, event) => {
    const box = step.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };

  list.classList.add("cs-can-drag");
  for (const handle of list.querySelectorAll("[data-handle]")) handle.draggable = true;

  list.addEventListener("dragstart", (event) => {
    if (!event.target.matches("[data-handle]")) return;
    dragged = event.target.closest(".cs-flow-step");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 0, 0);
    dragged.classList.add("cs-dragged");
  });
  list.addEventListener("dragover", (event) => {
    const step = event.target.closest(".cs-flow-step");
    if (!dragged || !step) return;
    event.preventDefault();
    unmark();
    if (step !== dragged) step.classList.add(isAfter(step, event) ? "cs-drop-after" : "cs-drop-before");
  });
  list.addEventListener("drop", (event) => {
    const step = event.target.closest(".cs-flow-step");
    if (!dragged || !step) return;
    event.preventDefault();
    const from = steps().indexOf(dragged);
    let to = steps().indexOf(step) + (isAfter(step, event) ? 1 : 0);
    if (to > from) to -= 1; // the place among the others
    if (to === from) return;
    const button = document.querySelector("#drag");
    button.value = `move-${from}-${to}`;
    button.formAction = `#step-${to + 1}`;
    button.click();
  });
  list.addEventListener("dragend", () => {
    if (dragged) dragged.classList.remove("cs-dragged");
    dragged = null;
    unmark();
  });
}
