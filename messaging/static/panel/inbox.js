// The inbox: it stays up to date by itself, keeps drafts, and has keys. Everything works without it, after a reload.
"use strict";

(() => {
  const inbox = document.querySelector("#inbox");
  if (!inbox) return;
  const list = document.querySelector("#inbox-list");
  const head = document.querySelector("#inbox-head");
  const messages = document.querySelector("#inbox-messages");
  const text = document.querySelector("#composer-text");
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
    if (!("isOlder" in messages.dataset)) htmx.trigger(messages, "inbox:changed");
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
  function open() {
    if (source || ended || document.hidden) return;
    source = new EventSource(inbox.dataset.stream);
    source.onopen = () => {
      say("");
      if (open.before) refreshSoon("all"); // what happened while there was no stream
      open.before = true;
      open.refused = false;
    };
    source.onmessage = (event) => refreshSoon(JSON.parse(event.data).thread);
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return say("Connecting again…");
      source = null;
      // The answer was a refusal. It may have been the restart of the server, so one more try after a while.
      say("Not live any more. Reload the page to see what is new.");
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
    sessionStorage.removeItem(`inbox-draft-${inbox.dataset.thread}`);
  }
  const AGAIN = "This page could not be brought up to date. It tries again every 10 seconds.";
  function askAgain() {
    if (ended || document.hidden) return; // a tab that is seen again loads all of it
    say(AGAIN);
    refreshSoon("all", 10000);
  }
  document.addEventListener("htmx:responseError", (event) => {
    const words = ENDINGS[event.detail.xhr.status];
    if (!words) return askAgain();
    if (event.detail.xhr.status === 404 && !ended) showDeleted();
    ended = true;
    say(words);
    close();
  });
  document.addEventListener("htmx:sendError", askAgain);
  list.addEventListener("htmx:afterSwap", () => { if (live.textContent === AGAIN) say(""); });

  // --- The conversation -----------------------------------------------------------------------------------------
  const atEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < 80;
  const toEnd = () => { messages.scrollTop = messages.scrollHeight; };
  if (messages) {
    if (!("isOlder" in messages.dataset) && !location.hash) toEnd();
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
      fromEnd = loading() ? messages.scrollHeight - messages.scrollTop : 0;
      follow = !fromEnd && atEnd();
    });
    messages.addEventListener("htmx:afterSwap", () => {
      if (follow) toEnd();
      if (fromEnd) messages.scrollTop = messages.scrollHeight - fromEnd;
      lookAgain();
      if (!document.hidden && text && messages.querySelector("#inbox-unread")) {
        const token = document.querySelector("#composer [name=csrfmiddlewaretoken]").value;
        htmx.ajax("POST", location.href, { source: live, swap: "none", values: { action: "read", csrfmiddlewaretoken: token } });
      }
    });
  }

  // --- The composer ---------------------------------------------------------------------------------------------
  if (text) {
    const key = `inbox-draft-${inbox.dataset.thread}`;
    const composer = text.form;
    if (text.value) sessionStorage.setItem(key, text.value);
    else text.value = sessionStorage.getItem(key) || "";
    text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
    composer.addEventListener("submit", (event) => {
      if (event.submitter && event.submitter.value === "send") sessionStorage.removeItem(key);
    });
    composer.addEventListener("click", (event) => {
      const button = event.target.closest("[data-insert]");
      if (!button) return;
      text.setRangeText(`{${button.dataset.insert}}`, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input"));
      button.closest("details").open = false;
      text.focus();
    });
    // A time that was chosen stays visible when its menu is closed, and the button says that nothing is sent now.
    const sendAt = document.querySelector("#composer-send-at");
    const followSendAt = () => {
      const [year, , day] = sendAt.value.split(/[-T]/);
      const month = new Date(sendAt.value).toLocaleString("en-US", { month: "short" });
      document.querySelector("#composer-planned").hidden = !sendAt.value;
      document.querySelector("#composer-planned-at").textContent = sendAt.value && `${Number(day)} ${month} ${year} ${sendAt.value.slice(11, 16)}`;
      document.querySelector("#composer-send").textContent = sendAt.value ? "Send later" : "Send";
    };
    const sendNow = document.querySelector("#composer-send-now");
    sendNow.hidden = false;
    sendNow.addEventListener("click", () => {
      sendAt.value = "";
      followSendAt();
      text.focus();
    });
    sendAt.addEventListener("input", followSendAt);
    window.addEventListener("pageshow", followSendAt); // the browser may have put the time back
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit(composer.querySelector("[value=send]"));
    });
  }

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
    r: () => text && text.focus(),
    e: () => document.querySelector("#inbox-close")?.click(),
    "?": () => document.querySelector("#inbox-keys").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog, [contenteditable]");
    if (typing || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
