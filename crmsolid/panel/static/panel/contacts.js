// The list of contacts: who is chosen, cells that are edited in place, the order of the columns, keys. Without it boxes,
// menus and forms work, and a contact is edited on its own page.
"use strict";

// --- Who is chosen ---
const boxes = () => [...document.querySelectorAll('#results input[name="id"]')];
let lastBox = null;

function countChosen() {
  const all = boxes();
  const number = all.filter((box) => box.checked).length;
  const shown = document.querySelector("[data-chosen]");
  const whole = document.querySelector("[data-choose-all]");
  if (shown) shown.textContent = number;
  if (whole) {
    whole.checked = number > 0 && number === all.length;
    whole.indeterminate = number > 0 && number < all.length;
  }
}
document.addEventListener("click", (event) => {
  const all = boxes();
  const at = all.indexOf(event.target);
  if (at < 0) return;
  // With Shift all between this box and the one before.
  const from = all.indexOf(lastBox);
  if (event.shiftKey && from >= 0) {
    for (const box of all.slice(Math.min(at, from), Math.max(at, from) + 1)) box.checked = event.target.checked;
  }
  lastBox = event.target;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose-all]")) for (const box of boxes()) box.checked = event.target.checked;
  countChosen();
});
document.addEventListener("reset", () => setTimeout(countChosen));
document.addEventListener("htmx:afterSettle", countChosen);
countChosen();

// --- Cells ---
let edited = null; // the cell that is a field now, what it shows else, what was sent, and the answer that is awaited
let wanted = null; // the cell that somebody asked for last

async function edit(cell) {
  wanted = cell;
  if (edited?.cell === cell) return;
  await leave();
  if (edited) return; // it has to be corrected first
  const page = cell.closest("tr").querySelector("th a").pathname;
  const address = `${page}cell/?column=${encodeURIComponent(cell.dataset.edit)}`;
  const answer = await fetch(address).catch(() => null);
  const html = await answer?.text();
  if (!answer || edited || wanted !== cell) return;
  if (!answer.ok || answer.redirected) return location.assign(`${page}?edit=${encodeURIComponent(cell.dataset.edit)}`);
  edited = { cell, address };
  show(cell, html);
}
function show(cell, html) {
  const around = cell.closest(".cs-table-wrap");
  around.classList.toggle("is-open", around.scrollWidth <= around.clientWidth); // suggestions may reach out of it
  cell.innerHTML = html;
  cell.classList.add("is-edited");
  htmx.trigger(cell, "htmx:load", { elt: cell });
  const field = [...cell.querySelectorAll("input, select, textarea")].find((each) => each.getClientRects().length);
  field?.focus();
  field?.select?.();
  edited.sent = sentBy(cell);
  edited.stored = cell.querySelector("template").innerHTML;
  edited.isKeyed = false;
}
const sentBy = (cell) => new URLSearchParams(new FormData(cell.querySelector("form"))).toString();

function close(html) {
  const { cell } = edited;
  edited = null;
  cell.classList.remove("is-edited");
  cell.closest(".cs-table-wrap").classList.remove("is-open");
  cell.innerHTML = html;
  return cell;
}
// Somebody goes elsewhere: what was changed is saved, a field that nobody touched is a text again.
async function leave() {
  if (edited) await (!edited.saving && sentBy(edited.cell) === edited.sent ? close(edited.stored) : save());
}
function save() {
  edited.saving ??= send(edited.cell, edited.address);
  return edited.saving;
}
async function send(cell, address) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(sentBy(cell)) }).catch(() => null);
  const html = await answer?.text().catch(() => null);
  edited.saving = null;
  if (html && answer.ok && !answer.redirected) return close(html);
  if (html && answer.status === 422) return show(cell, html);
  cell.querySelector("form > .cs-error")?.remove();
  cell.querySelector("form").insertAdjacentHTML("beforeend", '<p class="cs-error" role="alert">Not saved. Try again.</p>');
}
document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-cells] td[data-edit]");
  if (cell && !event.target.closest("a") && !getSelection().toString()) edit(cell);
});
document.addEventListener("submit", async (event) => {
  if (!edited?.cell.contains(event.target)) return;
  event.preventDefault();
  await save();
});
document.addEventListener("change", (event) => {
  // A choice is made at once, as there is nothing more to type. Keys pass others on their way, so Enter takes it.
  const cell = event.target.matches("select, [data-combo=date]") && event.target.closest("td.is-edited");
  if (cell && !edited.isKeyed) save().then(() => edited || focusCell(cell));
});
document.addEventListener("focusout", (event) => {
  if (edited?.cell.contains(event.target) && event.relatedTarget && !edited.cell.contains(event.relatedTarget)) leave();
});
document.addEventListener("pointerdown", (event) => {
  if (!edited) return;
  edited.isKeyed = false;
  if (!edited.cell.contains(event.target)) leave();
});

// --- Keys ---
// Arrows go from cell to cell, as in every table that is edited, Enter and F2 edit, X chooses the row. J and K are in
// keys.js.
function focusCell(cell) {
  const target = cell?.closest?.("th, td");
  if (!target) return;
  const inner = target.querySelector("a, input");
  if (!inner) target.tabIndex = -1;
  (inner || target).focus();
}
function move(cell, rows, columns) {
  const row = cell.parentElement;
  const body = [...row.parentElement.rows];
  const next = body[body.indexOf(row) + rows]?.cells[cell.cellIndex + columns];
  if (next) focusCell(next);
}
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const cell = event.target.closest?.("[data-cells] tbody :is(th, td)");
  if (edited?.cell.contains(event.target)) return keyInField(event);
  if (event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea")) return;
  if (cell && event.key in ARROWS) {
    move(cell, ...ARROWS[event.key]);
  } else if (cell?.dataset.edit && (event.key === "F2" || (event.key === "Enter" && event.target === cell))) {
    edit(cell);
  } else if (event.key === "Escape" && !event.target.closest(".cs-menu") && boxes().some((box) => box.checked)) {
    document.querySelector("#chosen").reset();
  } else if (event.code === "KeyX" && event.target.closest("#results tr") && !document.documentElement.hasAttribute("data-no-single-keys")) {
    event.target.closest("tr").querySelector('input[name="id"]')?.click();
  } else {
    return;
  }
  event.preventDefault();
});
function keyInField(event) {
  const cell = edited.cell;
  if (event.defaultPrevented) return; // its suggestions have the key
  if (event.key === "Escape" && !edited.saving) close(edited.stored);
  else if (event.key === "Enter" && !event.shiftKey) return event.preventDefault(), save().then(() => edited || focusCell(cell));
  else {
    edited.isKeyed = event.target.localName === "select" && event.key !== "Tab";
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  focusCell(cell);
}

// --- The order of the columns: by its buttons, or drawn by its grip ---
for (const form of document.querySelectorAll("[data-columns]")) {
  form.classList.add("is-live");
  for (const button of form.querySelectorAll("[name='move']")) {
    button.type = "button"; // which htmx does not send
    button.dataset.move = button.value;
    button.removeAttribute("name");
  }
  const moved = () => form.dispatchEvent(new Event("moved"));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const line = button.closest("li");
    const other = button.dataset.move.startsWith("up:") ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (button.dataset.move.startsWith("up:")) other.before(line);
    else other.after(line);
    button.focus();
    moved();
  });
  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("li > .cs-icon");
    if (!grip) return;
    event.preventDefault();
    const line = grip.closest("li");
    line.classList.add("is-held");
    const follow = ({ clientY }) => {
      const over = [...line.parentElement.children].find((each) => clientY < each.getBoundingClientRect().bottom);
      if (!over || over === line) return;
      if (over.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_FOLLOWING) over.before(line);
      else over.after(line);
    };
    const drop = () => {
      line.classList.remove("is-held");
      removeEventListener("pointermove", follow);
      moved();
    };
    addEventListener("pointermove", follow);
    addEventListener("pointerup", drop, { once: true });
  });
}

// What is typed in the search goes along, wherever the bar leads, even before the list has followed it.
const BAR = ":is(#filters, #results thead)";
const typedSearch = () => document.querySelector("#searchbar")?.value.trim() || "";
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.closest("#filters")) return;
  detail.parameters.q = typedSearch();
  if (detail.elt.localName === "form") asked.set(detail.elt, contentOf(detail.elt));
});
// An answer about what a chip said before is left out: the next one is on its way.
const asked = new WeakMap();
const contentOf = (form) => new URLSearchParams(new FormData(form)).toString();
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt } = detail.requestConfig;
  if (elt.closest(".cs-chip") && asked.has(elt) && asked.get(elt) !== contentOf(elt)) detail.shouldSwap = false;
});
document.addEventListener("click", ({ target }) => {
  const link = target.closest?.(`${BAR} a[href^="?"]`);
  if (!link) return;
  const query = new URLSearchParams(link.search);
  if (typedSearch()) query.set("q", typedSearch());
  else query.delete("q");
  link.setAttribute("href", `?${query}`);
});
document.addEventListener("submit", ({ target }) => {
  if (!target.closest("#filters")) return;
  let field = target.elements.q;
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "q" });
    target.append(field);
  }
  field.value = typedSearch();
  field.disabled = !field.value;
});

// What somebody types goes on while an answer about what they had typed before arrives.
Idiomorph.defaults.ignoreActiveValue = true;

// Nor is a menu taken away that somebody has opened meanwhile.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector("details[open]")) event.detail.shouldSwap = false;
});

// An answer without the list, such as one that refuses the columns, is shown as the page that it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target.id !== "results" || !event.detail.shouldSwap || xhr.responseText.includes('id="results"')) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
});

// A filter that was just added is filled in at once.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "new-chip") return;
  for (const menu of document.querySelectorAll("details.cs-menu[open]")) menu.open = event.detail.target.contains(menu);
  event.detail.target.querySelector("select, input:not([type=hidden])")?.focus();
});
