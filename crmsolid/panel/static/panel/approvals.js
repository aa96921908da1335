// Approvals: several of one kind at once, and the page follows what others decide. Everything else works without it.
"use strict";

(() => {
  const page = document.querySelector("#approvals");
  const live = document.querySelector("#approvals-live");
  const KEPT = `approvals:${location.pathname.split("/")[2]}`;
  const boxes = () => [...page.querySelectorAll("input[name='ids']")];
  const chosen = () => boxes().filter((each) => each.checked);

  // --- Several at once: of one kind, by one asker ------------------------------------------------------------------
  function draw() {
    const form = page.querySelector("#chosen");
    const some = chosen();
    sessionStorage.setItem(KEPT, JSON.stringify(some.map((each) => each.value)));
    for (const each of boxes()) each.disabled = some.length > 0 && each.dataset.kind !== some[0].dataset.kind;
    if (!form) return;
    form.querySelector("[data-chosen]").textContent = `${some.length} chosen`;
    // While some are chosen, the keys are about them.
    for (const each of form.querySelectorAll("[data-together]")) {
      if (some.length) each.dataset.key = each.dataset.together;
      else delete each.dataset.key;
    }
  }
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
    for (const each of boxes()) each.checked = kept.includes(each.value);
    draw();
  }
  page.addEventListener("change", (event) => event.target.name === "ids" && draw());
  page.addEventListener("click", (event) => {
    if (!event.target.closest("[data-choose-kind]")) return;
    const all = boxes();
    const open = all.find((each) => each.dataset.key === "x") ?? all[0];
    const alike = all.filter((each) => each.dataset.kind === (chosen()[0] ?? open).dataset.kind);
    const isAll = alike.every((each) => each.checked);
    for (const each of alike) each.checked = !isAll;
    draw();
  });

  // --- A key never decides about what is going out of sight ---------------------------------------------------------
  function leave() {
    page.inert = true;
  }
  page.addEventListener("submit", (event) => event.defaultPrevented || setTimeout(leave));
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (link && !link.download && !link.target && !event.ctrlKey && !event.metaKey && !event.shiftKey) leave();
  });
  window.addEventListener("pageshow", () => {
    page.inert = false;
    page.querySelector(".cs-row[aria-current]")?.scrollIntoView({ block: "nearest" });
  });
  page.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea") && event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit(event.target.form.querySelector("button"));
    const menu = event.key === "Escape" && event.target.closest("details[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  page.addEventListener("toggle", ({ target }) => target.open && target.querySelector("textarea, input[name='note']")?.focus(), true);

  // --- What others do ------------------------------------------------------------------------------------------------
  let again = 0;
  async function refresh() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response?.ok || page.inert) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#approvals");
    if (!fresh || page.inert) return;
    page.dataset.version = fresh.dataset.version;
    for (const place of ["#approvals-list", ".cs-list-pane > .cs-pane-head"]) {
      const old = page.querySelector(place);
      if (!old.querySelector("details[open]") && !old.contains(document.activeElement)) old.replaceChildren(...fresh.querySelector(place).childNodes);
    }
    const pane = page.querySelector("#approval");
    const now = fresh.querySelector("#approval");
    if (pane.dataset.state !== now.dataset.state) {
      live.textContent = "This was decided meanwhile.";
      if (!pane.querySelector("details[open]")) pane.replaceWith(now);
    }
    restore();
  }
  document.addEventListener("alerts-told", ({ detail }) => {
    if (String(detail.approvals_version) === page.dataset.version) return;
    clearTimeout(again);
    again = setTimeout(refresh, 300);
  });
  restore();
})();
