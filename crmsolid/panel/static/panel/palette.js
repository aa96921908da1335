// The command palette: Ctrl K and "/" open the search (crmsolid/panel/pages/search.py) over the page that is open. What it
// lists are the links and forms of the page of the search; here they are options that the arrows choose.
"use strict";

(() => {
  const dialog = document.querySelector("#palette");
  if (!dialog) return;
  const input = dialog.querySelector("[role='combobox']");
  const list = dialog.querySelector("[role='listbox']");
  const { address, member, workspace } = dialog.dataset;

  // --- What was opened before: addresses alone, without names, the latest first (panel.js deletes them at log-out) ----
  const RECENT = `recent:${member}:${workspace}`;
  const KEPT = 20;
  const here = location.pathname.split("/").slice(3).join("/");
  function readRecent() {
    try {
      return JSON.parse(localStorage.getItem(RECENT)) || [];
    } catch {
      return [];
    }
  }
  const others = readRecent().filter((path) => path !== here);
  if (here && location.pathname.startsWith(address.replace(/search\/$/, "")) && location.pathname !== address) {
    try {
      localStorage.setItem(RECENT, JSON.stringify([here, ...others].slice(0, KEPT)));
    } catch {
      // It is full: what was opened before stays as it is.
    }
  }

  // --- Results --------------------------------------------------------------------------------------------------
  let step = ""; // the query of the choices that are shown, after an action that needs one
  let request = null;
  let isCurrent = false; // whether the list is that of what stands in the field
  let chooseWhenThere = null; // Enter came before the list did
  const options = () => [...list.querySelectorAll("[role='option']")];
  const selected = () => list.querySelector("[aria-selected='true']");

  function select(option) {
    selected()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    dialog.querySelector("footer [data-does]").textContent = option ? option.dataset.does : "";
  }
  function show(html) {
    list.innerHTML = html;
    const number = options().length;
    input.setAttribute("aria-expanded", String(number > 0));
    dialog.querySelector("[role='status']").textContent = number === 1 ? "1 result" : `${number} results`;
    select(options()[0]);
  }
  async function load() {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    isCurrent = false;
    const query = new URLSearchParams(step || [["at", location.pathname + location.search], ...others.map((path) => ["recent", path])]);
    query.set("q", input.value);
    query.set("part", "list");
    try {
      const response = await fetch(`${address}?${query}`, { signal, headers: { "HX-Request": "true" } });
      if (response.status === 401) return location.reload(); // logged out: to the log-in, and back
      if (!response.ok) throw new Error(response.status);
      show(await response.text());
      isCurrent = true;
      const wanted = chooseWhenThere;
      chooseWhenThere = null; // before anything else is loaded
      if (wanted) choose(selected(), wanted.inNewTab);
    } catch (error) {
      if (error.name === "AbortError") return;
      chooseWhenThere = null;
      list.replaceChildren(Object.assign(document.createElement("p"), { className: "cs-empty", textContent: "The server does not answer. Type on to try it again." }));
    }
  }

  // --- Choosing -------------------------------------------------------------------------------------------------
  function choose(option, inNewTab) {
    if (!isCurrent) chooseWhenThere = { inNewTab };
    else if (option?.dataset.step !== undefined) openStep(option);
    else if (option?.form) option.form.requestSubmit(option);
    else if (option && inNewTab) window.open(option.href, "_blank", "noopener");
    else if (option) location.assign(option.href);
  }
  function openStep(option) {
    step = new URL(option.href).search;
    input.value = "";
    input.placeholder = option.textContent.trim().replace(/\s+/g, " ").replace(/….*/, "…");
    load();
  }
  function leaveStep() {
    step = "";
    input.value = "";
    input.placeholder = input.ariaLabel;
    load();
  }
  function open() {
    if (dialog.open) return;
    document.querySelector("dialog[open]")?.close();
    dialog.showModal();
    leaveStep();
    input.focus();
  }

  input.addEventListener("input", () => {
    chooseWhenThere = null;
    load();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const at = all.indexOf(selected());
    const move = (to) => {
      event.preventDefault();
      select(all[(to + all.length) % all.length]);
    };
    if (event.key === "ArrowDown" && all.length) move(at + 1);
    else if (event.key === "ArrowUp" && all.length) move(at - 1);
    else if (event.key === "Enter") {
      event.preventDefault();
      choose(selected(), event.ctrlKey || event.metaKey);
    } else if (step && (event.key === "Escape" || (event.key === "Backspace" && !input.value))) {
      event.preventDefault();
      leaveStep();
    }
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role='option']");
    if (option && option !== selected()) select(option);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-step]");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    openStep(option);
    input.focus();
  });
  // A click beside it closes it, and so does the button.
  dialog.addEventListener("click", (event) => (event.target === dialog || event.target.closest("[data-closes]")) && dialog.close());
  dialog.addEventListener("close", () => request?.abort());
  // A form that was posted leads to another page; going back shows this one without the palette.
  window.addEventListener("pageshow", () => dialog.close());

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key?.toLowerCase() !== "k" && event.code !== "KeyK") return;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
})();
