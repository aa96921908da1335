// The messages of a conversation: their menu, reactions, quotes that are jumped to, pictures that open large, and the
// player of voice messages. What plays, or is open, is left as it is when the messages are brought up to date.
"use strict";

(() => {
  const messages = document.querySelector("#inbox-messages");
  const menu = document.querySelector("#message-menu");
  const composer = document.querySelector("#composer");
  if (!messages) return;
  const say = (words) => (document.querySelector("#inbox-live").textContent = words);
  const isBusy = (node) => node instanceof Element && node.matches("[data-playing], .cs-spoiler:has(:checked)");
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !isBusy(node);

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
    const dialog = document.querySelector("#message-delete");
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
  menu?.addEventListener("click", (event) => {
    const item = event.target.closest("button");
    const bubble = opener?.closest(".cs-bubble");
    if (!item || !bubble) return;
    menu.hidePopover();
    if (item.dataset.emoji) react(bubble, item.dataset.emoji);
    else ACTIONS[item.dataset.does](bubble);
  });
  menu?.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const all = items();
      all.at((all.indexOf(document.activeElement) + by) % all.length).focus();
    } else if (event.key.length === 1 && event.key !== " ") event.stopPropagation(); // it is no key of the page
  });
  menu?.addEventListener("toggle", (event) => event.newState === "closed" && menu.contains(document.activeElement) && opener?.focus());

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
    if (button?.matches("[data-play]")) play(button.closest("[data-player]"));
    if (button?.matches("[data-speed]")) speed(button);
    const link = target.closest("[data-jump], [data-view]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-jump]") ? jump(link) : view(link)) event.preventDefault();
  });
  // "edit" of the composer: the last message that may be.
  composer?.addEventListener("edit-last", () => {
    const last = [...messages.querySelectorAll("[data-message]")].findLast((bubble) => may(bubble, "edit"));
    if (last) edit(last);
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

  // --- Pictures, large ------------------------------------------------------------------------------------------
  const viewer = document.querySelector("#viewer");
  let album = [];
  function view(link) {
    album = [...link.closest("[data-album]").querySelectorAll("[data-view]")];
    show(album.indexOf(link));
    viewer.showModal();
    return true;
  }
  function show(at) {
    viewer.dataset.at = at;
    const link = album[at];
    const image = viewer.querySelector("img");
    image.src = link.href;
    image.alt = link.dataset.name;
    viewer.querySelector("[data-name]").textContent = link.dataset.name;
    viewer.querySelector("[data-of]").textContent = album.length > 1 ? `${at + 1} of ${album.length}` : "";
    viewer.querySelector("a[download]").href = link.dataset.download;
    for (const button of viewer.querySelectorAll("[data-step]")) button.hidden = album.length < 2;
  }
  const step = (by) => show((Number(viewer.dataset.at) + by + album.length) % album.length);
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (button) step(Number(button.dataset.step));
    else if (event.target === viewer || event.target.matches("figure, [data-close]")) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by && album.length > 1) step(by);
  });
  viewer.addEventListener("close", () => viewer.querySelector("img").removeAttribute("src"));

  // --- Voice messages -------------------------------------------------------------------------------------------
  const time = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  const RATES = [1, 1.5, 2];
  function play(player) {
    const media = player.querySelector("audio, video");
    prepare(player, media);
    if (media.paused) media.play().catch(() => say("It cannot be played here. Download it instead."));
    else media.pause();
  }
  const prepared = new WeakSet();
  function prepare(player, media) {
    media.controls = false;
    const wave = player.querySelector(".cs-wave");
    if (wave && !wave.querySelector("svg")) {
      const played = document.createElementNS(wave.namespaceURI, "svg");
      played.append(wave.querySelector("path").cloneNode());
      wave.append(played);
    }
    if (prepared.has(media)) return;
    prepared.add(media);
    const button = player.querySelector("[data-play]");
    const words = player.querySelector("[data-time]");
    const seek = player.querySelector("input");
    const follow = () => {
      if (seek && Number.isFinite(media.duration)) seek.value = Math.round((media.currentTime / media.duration) * 100);
      player.querySelector(".cs-wave svg")?.setAttribute("width", `${seek.value}%`);
      if (words) words.textContent = time(media.currentTime);
      seek?.setAttribute("aria-valuetext", time(media.currentTime));
    };
    const state = () => {
      player.toggleAttribute("data-playing", !media.paused);
      button.setAttribute("aria-label", `${media.paused ? "Play" : "Pause"} ${button.dataset.name}`);
    };
    media.addEventListener("timeupdate", follow);
    for (const name of ["play", "pause", "ended"]) media.addEventListener(name, state);
    seek?.addEventListener("input", () => {
      if (Number.isFinite(media.duration)) media.currentTime = (seek.value / 100) * media.duration;
    });
  }
  function speed(button) {
    const media = button.closest("[data-player]").querySelector("audio, video");
    const rate = RATES[(RATES.indexOf(media.playbackRate) + 1) % RATES.length];
    media.playbackRate = rate;
    button.textContent = `${rate}×`;
  }
  // One plays at a time.
  document.addEventListener("play", ({ target }) => {
    for (const other of messages.querySelectorAll("audio, video")) if (other !== target && !other.paused) other.pause();
  }, true);
})();
