// The inbox: it stays up to date by itself, and has keys. Everything works without it, after a reload.
"use strict";

(() => {
  const inbox = document.querySelector("#inbox");
  if (!inbox) return;
  const list = document.querySelector("#inbox-list");
  const head = document.querySelector("#inbox-head");
  const messages = document.querySelector("#inbox-messages");
  const live = document.querySelector("#inbox-live");
  const say = (words) => { if (live.textContent !== words) live.textContent = words; };

  // --- Live -----------------------------------------------------------------------------------------------------
  let source = null;
  let timer = null;
  const changed = new Set();
  let ended = false;
  const refreshSoon = (thread, milliseconds = 300) => {
    changed.add(thread);
    timer ??= setTimeout(refresh, milliseconds);
  };
  function refresh() {
    timer = null;
    const ours = changed.has(inbox.dataset.thread) || changed.has("all");
    changed.clear();
    htmx.trigger(list, "inbox:changed");
    if (!messages || !ours) return;
    refreshHead();
    if (!messages.dataset.latest) htmx.trigger(messages, "inbox:changed");
  }
  // A menu that is open would close, with what is typed in it.
  function refreshHead() {
    if (head && !head.querySelector("details[open]")) htmx.trigger(head, "inbox:changed");
  }
  // No event says that another member has assigned, snoozed or closed something, so the page looks for it.
  setInterval(() => {
    if (ended || document.hidden) return;
    htmx.trigger(list, "inbox:changed");
    refreshHead();
  }, 10000);
  const LOST = ["Connecting again…", "Not live any more. Reload the page to see what is new."];
  function open() {
    if (source || ended || document.hidden) return;
    source = new EventSource(inbox.dataset.stream);
    source.onopen = () => {
      if (LOST.includes(live.textContent)) say("");
      if (open.before) refreshSoon("all"); // what happened while there was no stream
      open.before = true;
      open.refused = false;
    };
    source.onmessage = (event) => refreshSoon(JSON.parse(event.data).thread);
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return say(LOST[0]);
      source = null;
      // The answer was a refusal. It may have been the restart of the server, so one more try after a while.
      say(LOST[1]);
      if (!open.refused) setTimeout(open, 10000);
      open.refused = true;
    };
  }
  // A browser opens few connections to one server, so a tab that nobody sees lets go of its own.
  function close() {
    if (source) source.close();
    source = null;
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);

  // Nothing more is shown on this page after these answers. After others, as of a server that restarts, it asks again.
  const ENDINGS = {
    401: "You are logged out. Reload the page to log in.",
    403: "You may no longer see this. Reload the page.",
    404: "This conversation was deleted.",
    409: "You have switched to another workspace. Reload the page.",
  };
  // The contact was erased: nothing of the conversation stays on the page.
  function showDeleted() {
    const deleted = document.querySelector("#inbox-deleted").content;
    document.querySelector(".ib-thread").replaceChildren(deleted.cloneNode(true));
    document.querySelector(".ib-card")?.remove();
    document.getElementById(`row-${inbox.dataset.thread}`)?.remove();
    window.outbox?.forget(inbox.dataset.thread);
  }
  const AGAIN = "This page could not be brought up to date. It tries again every 10 seconds.";
  function askAgain() {
    if (ended || document.hidden) return; // a tab that is seen again loads all of it
    say(AGAIN);
    refreshSoon("all", 10000);
  }
  async function end(status) {
    if (ended) return;
    // Somebody else may have answered so, as a proxy does while the server restarts.
    if (status === 404 && !(await window.outbox?.forgetErased(inbox.dataset.address, inbox.dataset.thread))) return askAgain();
    if (status === 404) showDeleted();
    ended = true;
    say(ENDINGS[status]);
    close();
  }
  // The page stays, with what is being written, where htmx would lead to the log-in.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status !== 401) return;
    event.preventDefault();
    end(401);
    window.outbox?.setTrouble("logged out");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if (ENDINGS[status]) end(status);
    else askAgain();
  });
  document.addEventListener("htmx:sendError", askAgain);
  list.addEventListener("htmx:afterSwap", () => { if (live.textContent === AGAIN) say(""); });

  window.outbox?.forgetErased(inbox.dataset.address);

  // --- The conversation -----------------------------------------------------------------------------------------
  // On a phone the page itself is scrolled.
  const scroller = () => (getComputedStyle(inbox).display === "block" ? document.scrollingElement : document.querySelector("#inbox-scroll"));
  const fromTheEnd = () => scroller().scrollHeight - scroller().scrollTop;
  const toEnd = (distance = 0) => { scroller().scrollTop = scroller().scrollHeight - distance; };
  const atEnd = () => fromTheEnd() - scroller().clientHeight < 80;
  if (messages) {
    if (!messages.dataset.latest && !location.hash) toEnd();
    let follow = true;
    let fromEnd = 0;
    let again = null;
    // While older messages are loaded, and then come in above, what is being read stays where it is.
    const loading = () => messages.querySelector("#inbox-history[data-again]");
    const lookAgain = () => {
      clearTimeout(again);
      if (loading()) again = setTimeout(() => htmx.trigger(messages, "inbox:changed"), Number(loading().dataset.again));
    };
    lookAgain();
    messages.addEventListener("htmx:beforeSwap", () => {
      fromEnd = loading() ? fromTheEnd() : 0;
      follow = !fromEnd && atEnd();
    });
    messages.addEventListener("htmx:afterSwap", () => {
      if (follow) toEnd();
      if (fromEnd) toEnd(fromEnd);
      lookAgain();
      if (!document.hidden && document.querySelector("#composer") && messages.querySelector("#inbox-unread")) {
        window.outbox?.postOnce(location.pathname, { action: "read" });
      }
    });
  }

  // What was sent is in view, and what became of it is said (composer.js has the rest).
  document.addEventListener("inbox:sent", () => toEnd());
  document.addEventListener("outbox", ({ detail: { what, entry, answer } }) => {
    if (entry?.place !== inbox.dataset.thread) return;
    if (what === "gone") return end(404);
    if (what !== "stored") return;
    say(answer.said);
    document.querySelector("#composer-left")?.replaceChildren(answer.left);
    if (messages.dataset.latest) location.assign(messages.dataset.latest);
    else refreshSoon(entry.place, 0);
  });

  // --- Keys -----------------------------------------------------------------------------------------------------
  const keysOn = document.querySelector("#inbox-keys-on");
  keysOn.checked = localStorage.getItem("inbox-keys") !== "off";
  keysOn.addEventListener("change", () => localStorage.setItem("inbox-keys", keysOn.checked ? "on" : "off"));
  function step(by) {
    const rows = [...list.querySelectorAll(".ib-row")];
    const focused = rows.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
    const row = rows[Math.min(Math.max(from + by, 0), rows.length - 1)];
    if (row) row.focus();
  }
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    r: () => document.querySelector("#composer-text")?.focus(),
    n: () => document.querySelector("#inbox-next")?.click(),
    e: () => document.querySelector("#inbox-close")?.click(),
    "?": () => document.querySelector("#inbox-keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog, [contenteditable]");
    if (event.defaultPrevented || typing || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
