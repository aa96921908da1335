// The search field of the documentation and the tabs of its examples. Without it, search works and all tabs are shown.
"use strict";

const field = document.querySelector("#docs-search");
const found = document.querySelector("#docs-found");
const count = document.querySelector("#docs-found-count");

const close = () => {
  found.replaceChildren();
  count.textContent = "";
};

// "/" goes to the search; Escape closes what it found; the arrows go through it.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const links = [...found.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && links.length) {
    field.focus();
    close();
  } else if (event.key === "ArrowDown" && (at >= 0 || event.target === field) && links[at + 1]) {
    event.preventDefault();
    links[at + 1].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (links[at - 1] || field).focus();
  }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".docs-search")) close();
  else if (event.target.closest("#docs-found a")) close(); // it may lead to a heading of this page
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== found) return;
  const links = found.querySelectorAll("li").length;
  count.textContent = field.value.trim() ? `${links} ${links === 1 ? "result" : "results"}` : "";
});

// Examples in several languages: a row of tabs above each, and one choice for all pages.
const LANGUAGE = "docs-language";
const titlesOf = (example) => [...example.children].map((block) => block.dataset.tab);

const choose = (language) => {
  for (const example of document.querySelectorAll("[data-tabs]")) {
    const titles = titlesOf(example.lastElementChild);
    const shown = titles.includes(language) ? language : titles[0];
    for (const tab of example.firstElementChild.children) {
      tab.setAttribute("aria-selected", tab.textContent === shown);
      tab.tabIndex = tab.textContent === shown ? 0 : -1;
    }
    for (const block of example.lastElementChild.children) block.hidden = block.dataset.tab !== shown;
  }
};

document.querySelectorAll("[data-tabs]").forEach((example, number) => {
  const blocks = document.createElement("div");
  const tabs = document.createElement("div");
  blocks.append(...example.children);
  tabs.className = "docs-tabs";
  tabs.setAttribute("role", "tablist");
  tabs.setAttribute("aria-label", "Language");
  for (const block of blocks.children) {
    const tab = document.createElement("button");
    tab.type = "button";
    tab.textContent = block.dataset.tab;
    tab.setAttribute("role", "tab");
    block.id = `example-${number}-${tabs.children.length}`;
    tab.setAttribute("aria-controls", block.id);
    block.setAttribute("role", "tabpanel");
    block.setAttribute("aria-label", tab.textContent);
    tabs.append(tab);
  }
  example.append(tabs, blocks);
});
choose(localStorage.getItem(LANGUAGE));

const take = (tab) => {
  const before = tab.getBoundingClientRect().top;
  localStorage.setItem(LANGUAGE, tab.textContent);
  choose(tab.textContent);
  window.scrollBy(0, tab.getBoundingClientRect().top - before); // the examples above it may have become longer
  tab.focus();
};
document.addEventListener("click", (event) => {
  const tab = event.target.closest(".docs-tabs button");
  if (tab) take(tab);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest(".docs-tabs button");
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !by) return;
  const tabs = [...tab.parentElement.children];
  take(tabs[(tabs.indexOf(tab) + by + tabs.length) % tabs.length]);
});
