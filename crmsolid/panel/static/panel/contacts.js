// The list of contacts: how many are ticked, a range of ticks with Shift, and the order without a button.
"use strict";

document.documentElement.classList.add("cs-js");

for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const form of document.querySelectorAll("form[data-chooses]")) {
  const boxes = [...form.querySelectorAll('input[name="id"]')];
  const shown = form.querySelector("[data-chosen]");
  if (!shown) continue;
  let last = null;
  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    shown.textContent = number ? `(${number})` : "";
  };
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    count();
  });
  count();
}
