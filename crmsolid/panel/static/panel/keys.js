// Keys of the panel. A page needs no script of its own for them; what a key presses says so:
//   <button data-key="e">, <a data-key="g i">       pressed by E, and by G and then I; of a field: it gets the focus
//   <input data-key="t" data-key-or="#">             both keys do
//   <ol data-key-list="j k" data-key-opens="o">      J and K go through its [data-key-item], O opens it
//   <textarea data-key-shown="Ctrl Enter" …>         listed only: a script of the page has the key
// The list of keys (?) names each by data-key-says, or else by its own name. Keys of letters work on every keyboard
// layout, never in a field, and not at all where the user has switched them off (WCAG 2.1.4).
"use strict";

(() => {
  const dialog = document.querySelector("#keys");
  const isOff = document.documentElement.hasAttribute("data-no-single-keys");
  // After a dialog has closed, keys still go to what was in it until the browser paints again.
  const FIELDS = "input:not([type='checkbox']), textarea, select, dialog[open], [contenteditable]";
  const SECOND_KEY = 1500; // milliseconds in which the second key of two must follow

  // "ф" on a Russian keyboard is the key A.
  function keyOf(event) {
    const letter = event.code?.match(/^Key([A-Z])$/);
    if (letter && !/^[a-z]$/i.test(event.key)) return letter[1].toLowerCase();
    return event.key.length === 1 ? event.key.toLowerCase() : "";
  }
  const isUsable = (target) => !target.disabled && !target.closest("[hidden], [inert]");
  const find = (keys) => [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"], [data-key-or="${CSS.escape(keys)}"]`)].find(isUsable);
  const hasSecond = (key) => document.querySelector(`[data-key^="${CSS.escape(key)} "]`);

  function press(target) {
    if (target.matches("input:not([type='checkbox']), textarea, select")) {
      if (!target.getClientRects().length) target.closest("[popover]")?.showPopover();
      return target.focus();
    }
    target.click();
    // A menu that opened gets the focus. What Tab passes over is the button that Enter presses in a field of it.
    if (target.localName === "summary" && target.parentElement.open) target.parentElement.querySelector(":scope > :not(summary) :is(a, button, input:not([type='hidden'])):not([tabindex='-1'])")?.focus();
  }
  // The row before or after the one that has the focus, or else is open; or the row itself is opened.
  function step(keys) {
    const list = [...document.querySelectorAll("[data-key-list]")].find(({ dataset }) => [...dataset.keyList.split(" "), dataset.keyOpens].includes(keys));
    if (!list) return false;
    const { keyList, keyOpens } = list.dataset;
    const rows = [...list.querySelectorAll("[data-key-item]")];
    const at = rows.findIndex((row) => row === document.activeElement || row.closest("tr")?.contains(document.activeElement));
    if (keys === keyOpens) {
      rows[Math.max(at, 0)]?.click();
      return true;
    }
    const by = keyList.startsWith(keys) ? 1 : -1;
    const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.min(Math.max(from + by, 0), rows.length - 1)]?.focus();
    return true;
  }
  function act(keys, isHeld) {
    const target = find(keys);
    if (!target) return step(keys);
    if (isHeld) return true; // a key that is held down presses once
    press(target);
    return true;
  }

  let first = "";
  let firstAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || isOff) return;
    const key = keyOf(event);
    if (!key || (event.shiftKey && key !== event.key)) return; // Shift with a letter is another key
    const isSecond = first && Date.now() - firstAt < SECOND_KEY && find(`${first} ${key}`);
    // The first key may have opened a menu with a field.
    if (!isSecond && event.target.closest(FIELDS)) return;
    const keys = isSecond ? `${first} ${key}` : key;
    first = isSecond || !hasSecond(key) ? "" : key;
    firstAt = Date.now();
    if (act(keys, event.repeat) || first) event.preventDefault();
  });

  // --- The list of keys -----------------------------------------------------------------------------------------
  if (!dialog) return;
  function nameOf(target) {
    if (target.dataset.keySays) return target.dataset.keySays;
    if (target.ariaLabel) return target.ariaLabel;
    const copy = target.cloneNode(true);
    copy.querySelectorAll("kbd, svg").forEach((each) => each.remove());
    return (copy.textContent.trim() || target.labels?.[0]?.textContent || target.title).replace(/\s+/g, " ").trim();
  }
  function row(keys, says) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    for (const key of keys.split(" ")) term.append(Object.assign(document.createElement("kbd"), { textContent: key.length === 1 ? key.toUpperCase() : key }), " ");
    line.append(term, Object.assign(document.createElement("dd"), { textContent: says }));
    return line;
  }
  // Those of this page; the dialog itself has those that every page has.
  function showKeys() {
    const rows = new Map();
    for (const target of document.querySelectorAll("[data-key], [data-key-list], [data-key-shown]")) {
      const { key, keyOr, keyList, keyOpens, keyShown } = target.dataset;
      const keys = key || keyList || keyShown;
      if (target.closest("#keys, [hidden]") || rows.has(keys)) continue;
      rows.set(keys, row(keyOr ? `${keys} ${keyOr}` : keys, nameOf(target)));
      if (keyOpens) rows.set(keyOpens, row(`${keyOpens} Enter`, "Open it"));
    }
    const own = dialog.querySelector("#keys-here");
    own.querySelector("dl").replaceChildren(...rows.values());
    own.hidden = !rows.size;
    if (!dialog.open) dialog.showModal();
  }
  document.addEventListener("click", (event) => event.target.closest("[data-shows-keys]") && showKeys());
})();
