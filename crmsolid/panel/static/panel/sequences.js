// Drags a step of a sequence by its grip, with a mouse, a pen or a finger. It sends the form with the move, as the
// buttons with arrows do.
"use strict";

const list = document.querySelector("[data-steps]");
if (list) {
  const EDGE = 80; // px from the edge of the window in which it scrolls
  let dragged = null;
  const others = () => [...list.children].filter((step) => step !== dragged);
  const unmark = () => others().forEach((step) => step.classList.remove("cs-drop-before", "cs-drop-after"));
  // The index among the other steps: behind those whose middle is above the pointer.
  const indexAt = (event) =>
    others().filter((step) => {
      const box = step.getBoundingClientRect();
      return box.top + box.height / 2 < event.clientY;
    }).length;
  const end = () => {
    if (!dragged) return;
    unmark();
    dragged.classList.remove("cs-dragged");
    dragged = null;
  };

  list.classList.add("cs-can-drag");
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    dragged = handle.closest(".cs-flow-step");
    dragged.classList.add("cs-dragged");
  });
  list.addEventListener("pointermove", (event) => {
    if (!dragged) return;
    const to = indexAt(event);
    unmark();
    if (to < others().length) others()[to].classList.add("cs-drop-before");
    else others().at(-1)?.classList.add("cs-drop-after");
    if (event.clientY < EDGE) window.scrollBy(0, -12);
    else if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, 12);
  });
  list.addEventListener("pointerup", (event) => {
    if (!dragged) return;
    const from = [...list.children].indexOf(dragged);
    const to = indexAt(event);
    end();
    if (to === from) return;
    const button = document.querySelector("#drag");
    button.value = `move-${from}-${to}`;
    button.formAction = `#step-${to + 1}`;
    button.click();
  });
  list.addEventListener("pointercancel", end);
}
