// The messages of a conversation: their menu, reactions, and quotes that are jumped to. Pictures and sounds are those of
// media.js. Loaded by inbox.js.
"use strict";

(() => {
  const messages = document.querySelector("#inbox-messages");
  const composer = document.querySelector("#composer");
  // All emoji are among those that Telegram takes from everybody.
  const EMOJI = [..."👍❤🔥👏😁🤔😢🙏"];
  const icons = document.querySelector("svg use").getAttribute("href").split("#")[0];
  const icon = (name) => `<svg class="cs-icon" aria-hidden="true"><use href="${icons}#${name}"></use></svg>`;
  const menu = Object.assign(document.createElement("div"), { id: "message-menu", className: "cs-pop cs-message-pop", popover: "auto", role: "group", ariaLabel: "Message" });
  menu.innerHTML = `<div class="cs-reaction-row" data-does="react">${EMOJI.map((each) => `<button type="button" data-emoji="${each}" aria-label="React with ${each}">${each}</button>`).join("")}</div>
    <button type="button" class="cs-item" data-does="quote">${icon("reply")} Reply <kbd>R</kbd></button>
    <button type="button" class="cs-item" data-does="edit">${icon("pencil")} Change</button>
    <button type="button" class="cs-item" data-does="delete">${icon("trash-2")} Delete…</button>`;
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "message-delete-title");
  dialog.innerHTML = `<form method="dialog"><h2 id="message-delete-title">Delete this message for both sides?</h2><p class="cs-kept cs-muted" data-words dir="auto"></p>
    <div class="cs-actions"><button class="cs-button cs-danger" value="delete">${icon("trash-2")} Delete it</button><button class="cs-button" value="">Keep it</button></div></form>`;
  messages.closest("#inbox").append(menu, dialog);
  const say = (words) => (document.querySelector("#inbox-live").textContent = words);

  const withMedia = (act) => import(messages.dataset.media).then(act).catch(() => say("It could not be opened. Try again."));

  // --- What is done with a message ------------------------------------------------------------------------------
  async function post(fields) {
    const answer = await window.outbox.postOnce(location.pathname, fields);
    const { state, errors = {} } = (await answer?.json().catch(() => null)) ?? {};
    if (state === "done") document.dispatchEvent(new Event("inbox:stale"));
    else say(Object.values(errors).join(" ") || "The server could not be reached. Try again.");
    return state === "done";
  }
  const may = (bubble, what) => Boolean(bubble?.dataset.may?.split(" ").includes(what));
  const textOf = (bubble) => bubble.querySelector(".cs-kept")?.textContent.trim() ?? "";
  function quote(bubble) {
    const selection = getSelection();
    const chosen = selection.rangeCount && bubble.contains(selection.anchorNode) && bubble.contains(selection.focusNode) ? selection.toString().trim() : "";
    composer?.dispatchEvent(new CustomEvent("quote", { detail: { id: bubble.dataset.message, quote: textOf(bubble).includes(chosen) ? chosen : "" } }));
  }
  const edit = (bubble) => composer?.dispatchEvent(new CustomEvent("edit", { detail: bubble.dataset.message }));
  function remove(bubble) {
    dialog.querySelector("[data-words]").textContent = textOf(bubble) || bubble.querySelector(".cs-named, img, bdi")?.textContent || "";
    dialog.onclose = () => dialog.returnValue === "delete" && post({ action: "delete", message: bubble.dataset.message });
    dialog.returnValue = "";
    dialog.showModal();
  }
  function react(bubble, emoji) {
    const ours = bubble.querySelector(`[data-react="${CSS.escape(emoji)}"][aria-pressed="true"]`);
    post({ action: "react", message: bubble.dataset.message, emoji: ours ? "" : emoji });
  }
  const ACTIONS = { quote, edit, delete: remove };

  // --- The menu, one for all messages ---------------------------------------------------------------------------
  let opener = null;
  function openMenu(button) {
    opener = button;
    const bubble = button.closest(".cs-bubble");
    for (const item of menu.querySelectorAll("[data-does]")) item.hidden = !may(bubble, item.dataset.does);
    menu.showPopover();
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    menu.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
    menu.querySelector("button:not([hidden])").focus();
  }
  const items = () => [...menu.querySelectorAll("button")].filter((each) => each.getClientRects().length);
  menu.addEventListener("click", (event) => {
    const item = event.target.closest("button");
    const bubble = opener?.closest(".cs-bubble");
    if (!item || !bubble) return;
    menu.hidePopover();
    if (item.dataset.emoji) react(bubble, item.dataset.emoji);
    else ACTIONS[item.dataset.does](bubble);
  });
  menu.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const all = items();
      all.at((all.indexOf(document.activeElement) + by) % all.length).focus();
    } else if (event.key.length === 1 && event.key !== " ") event.stopPropagation(); // it is no key of the page
  });
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.contains(document.activeElement) && opener?.focus());

  // One button of all messages is in the order of Tab; the arrows go from one to the next.
  const buttons = () => [...messages.querySelectorAll("[data-message-menu]")];
  function rove() {
    const all = buttons();
    const now = all.includes(document.activeElement) ? document.activeElement : all.at(-1);
    for (const each of all) each.tabIndex = each === now ? 0 : -1;
  }
  rove();
  messages.addEventListener("htmx:afterSwap", rove);
  messages.addEventListener("focusin", (event) => event.target.matches("[data-message-menu]") && rove());
  messages.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const bubble = event.target.closest("[data-message]");
    if (event.key === "r" && may(bubble, "quote")) {
      event.preventDefault();
      return quote(bubble);
    }
    const by = event.target.matches("[data-message-menu]") ? { ArrowDown: 1, ArrowUp: -1 }[event.key] : 0;
    if (!by) return;
    event.preventDefault();
    const all = buttons();
    all[Math.min(Math.max(all.indexOf(event.target) + by, 0), all.length - 1)].focus();
  });

  messages.addEventListener("click", (event) => {
    const { target } = event;
    const bubble = target.closest("[data-message]");
    const button = target.closest("[data-message-menu], [data-react], [data-play], [data-speed]");
    if (button?.matches("[data-message-menu]")) openMenu(button);
    if (button?.matches("[data-react]")) react(bubble, button.dataset.react);
    if (button?.matches("[data-play]")) withMedia((media) => media.play(button.closest("[data-player]"), say));
    if (button?.matches("[data-speed]")) withMedia((media) => media.speed(button));
    const link = target.closest("[data-jump], [data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-view]")) withMedia((media) => media.view(link));
    if (link.matches("[data-view]") || jump(link)) event.preventDefault();
  });
  // "edit" of the composer: our last message. While it is on its way it cannot be, and no older one in its place.
  composer?.addEventListener("edit-last", () => {
    const last = [...document.querySelectorAll("#inbox-scroll .is-out article:not(.is-deleted)")].at(-1);
    if (may(last, "edit")) edit(last);
  });

  function jump(link) {
    const bubble = document.getElementById(link.hash.slice(1));
    if (!bubble) return false; // the link leads to the page that has it
    bubble.scrollIntoView({ block: "center" });
    bubble.classList.add("is-found");
    setTimeout(() => bubble.classList.remove("is-found"), 2000);
    (bubble.querySelector("[data-message-menu]") ?? bubble).focus({ preventScroll: true });
    return true;
  }

  // One plays at a time.
  document.addEventListener("play", ({ target }) => {
    for (const other of messages.querySelectorAll("audio, video")) if (other !== target && !other.paused) other.pause();
  }, true);
})();
