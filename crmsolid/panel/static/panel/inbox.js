// The inbox: it stays up to date by itself. Everything works without it, after a reload.
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
  // htmx is loaded once something of the page has changed.
  const scripts = {};
  function addScript(src) {
    return (scripts[src] ??= new Promise((done, fail) => {
      const failed = () => {
        delete scripts[src];
        fail();
      };
      document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed }));
    }));
  }
  // What plays, or is open, is left as it is.
  const isBusy = (node) => node instanceof Element && node.matches("[data-playing], .cs-spoiler:has(:checked), .cs-replan[open], .cs-thread-note:has(form[data-note-form])");
  // It begins at once if the page is complete.
  const isComplete = new Promise((done) => (document.readyState === "complete" ? done() : window.addEventListener("load", done)));
  async function ask(part) {
    try {
      await isComplete;
      await addScript(inbox.dataset.htmx);
      await addScript(inbox.dataset.morph);
      Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !isBusy(node);
    } catch {
      return askAgain();
    }
    htmx.trigger(part, "inbox:changed");
  }
  let source = null;
  let ended = false;
  // A part that is to be asked for anew, by when that is done.
  const due = new Map();
  const ALL = ["list", "head", "messages"];
  function refreshSoon(parts, milliseconds = 0) {
    const at = performance.now() + milliseconds;
    for (const part of parts) {
      if (due.get(part)?.at <= at) continue;
      clearTimeout(due.get(part)?.timer);
      due.set(part, { at, timer: setTimeout(refresh, milliseconds, part) });
    }
  }
  let listAt = -Infinity;
  function refresh(part) {
    due.delete(part);
    if (part === "list") {
      listAt = performance.now();
      ask(list);
    } else if (part === "head") {
      // A menu that is open would close, with what is typed in it.
      if (head?.querySelector("details[open]")) refreshSoon(["head"], 2000);
      else if (head) ask(head);
    } else if (messages && !messages.dataset.latest) ask(messages);
  }
  // It may have been opened since the head was asked for.
  head?.addEventListener("htmx:beforeSwap", (event) => {
    if (!head.querySelector("details[open]")) return;
    event.detail.shouldSwap = false;
    refreshSoon(["head"], 2000);
  });
  // The list is asked for at most every 3 s, however much happens; every 10 s for what changes little in it.
  const LIST_EVERY = { "message.received": 3000, "message.failed": 3000, changed: 3000, read: 3000, "message.read": Infinity };
  function follow({ thread, event }) {
    const every = LIST_EVERY[event] ?? 10000;
    if (every < Infinity) refreshSoon(["list"], Math.max(200, listAt + every - performance.now()));
    if (thread !== inbox.dataset.thread || event === "read") return;
    refreshSoon(["messages"], event === "message.received" ? 20 : 250);
    if (event in LIST_EVERY) refreshSoon(["head"], 200);
  }
  window.addEventListener("online", () => refreshSoon(ALL));
  // A notice may get lost, and nothing tells that a snooze has ended or how long somebody has waited by now.
  setInterval(() => ended || document.hidden || refreshSoon(["list", "head"]), 60000);
  // The others see that somebody has the conversation open for as long as the page says so. Viewers say nothing.
  const visit = crypto.getRandomValues(new Uint32Array(4)).join("-");
  if (document.querySelector("#composer-writing")) {
    setInterval(() => source?.readyState === EventSource.OPEN && window.outbox?.postOnce(location.pathname, { action: "present", visit }), 8000);
  }
  const LOST = ["Connecting again…", "Not live any more. Reload the page to see what is new."];
  function open() {
    if (source || ended || document.hidden) return;
    source = new EventSource(`${inbox.dataset.stream}&visit=${visit}`);
    source.onopen = () => {
      if (LOST.includes(live.textContent)) say("");
      if (open.before) refreshSoon(ALL); // what happened while there was no stream
      open.before = true;
      open.refused = false;
    };
    source.onmessage = ({ data }) => {
      const told = JSON.parse(data);
      if (told.event === "message.received") stopTyping(told.thread, false);
      if (told.event === "changed") stopTyping(told.thread, true); // somebody has answered
      follow(told);
    };
    source.addEventListener("draft", ({ data }) => {
      const { thread, revision } = JSON.parse(data);
      if (thread !== inbox.dataset.thread) return refreshSoon(["list"], 2000);
      document.dispatchEvent(new CustomEvent("draft-changed", { detail: revision }));
    });
    source.addEventListener("present", ({ data }) => JSON.parse(data).thread === inbox.dataset.thread && refreshSoon(["head"], 500)); // who leaves may come back at once
    source.addEventListener("typing", (event) => showTyping(JSON.parse(event.data)));
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return say(LOST[0]);
      source = null;
      // The answer was a refusal. It may have been the restart of the server, so one more try after a while.
      say(LOST[1]);
      if (!open.refused) setTimeout(open, 10000);
      open.refused = true;
    };
  }
  // --- Who is typing, for six seconds: the contact in the head, members at the composer, all of them in the list -----
  const typing = new Map();
  function drawTyping() {
    for (const each of document.querySelectorAll("[data-typing]")) each.removeAttribute("data-typing");
    const here = [];
    for (const { thread, words, member } of typing.values()) {
      const isHere = thread === inbox.dataset.thread;
      const places = [document.querySelector(`#row-${CSS.escape(thread)} .cs-snip`), isHere && !member && head.querySelector(".cs-thread-name p")];
      for (const each of places) if (each) each.dataset.typing = words;
      if (isHere && member) here.push(words);
    }
    const writing = document.querySelector("#composer-writing");
    if (writing && writing.textContent !== here.join(" ")) writing.textContent = here.join(" ");
  }
  function stopTyping(thread, isMember) {
    for (const [key, each] of typing) {
      if (each.thread !== thread || each.member !== isMember) continue;
      clearTimeout(each.timer);
      typing.delete(key);
    }
    drawTyping();
  }
  function showTyping({ thread, who, member = false }) {
    const key = `${thread} ${member} ${who}`;
    clearTimeout(typing.get(key)?.timer);
    const end = () => {
      typing.delete(key);
      drawTyping();
    };
    typing.set(key, { thread, member, words: member ? `${who} is writing…` : "typing…", timer: setTimeout(end, 6000) });
    drawTyping();
  }
  for (const { dataset } of document.querySelectorAll("#inbox-present [data-writing]")) showTyping({ thread: inbox.dataset.thread, who: dataset.writing, member: true });
  document.addEventListener("htmx:afterSwap", drawTyping);

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
    document.querySelector(".cs-thread-pane").replaceChildren(deleted.cloneNode(true));
    document.querySelector("#inbox-details")?.remove();
    document.getElementById(`row-${inbox.dataset.thread}`)?.remove();
    window.outbox?.forget(inbox.dataset.thread);
  }
  const AGAIN = "This page could not be brought up to date. It tries again every 10 seconds.";
  function askAgain() {
    if (ended || document.hidden) return; // a tab that is seen again loads all of it
    say(AGAIN);
    refreshSoon(ALL, 10000);
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
  // Its scroller counts from the end (column-reverse), so the end stays in view, and so does what is read while older
  // messages come in above.
  const scroller = document.querySelector("#inbox-scroll");
  const toEnd = () => { scroller.scrollTop = 0; };
  if (messages) {
    let again = null;
    const loading = () => messages.querySelector("#inbox-history[data-again]");
    const lookAgain = () => {
      clearTimeout(again);
      if (loading()) again = setTimeout(ask, Number(loading().dataset.again), messages);
    };
    lookAgain();
    messages.addEventListener("htmx:afterSwap", () => {
      lookAgain();
      if (!document.hidden && document.querySelector("#composer") && messages.querySelector("#inbox-unread")) {
        window.outbox?.postOnce(location.pathname, { action: "read" });
      }
    });
  }

  // What is done with a message has a script of its own (messages.js), which is loaded when the pointer or the focus comes
  // to the conversation. A click that came before it is made again.
  let hasActions = false;
  const wantActions = () => import(messages.dataset.actions).then(() => (hasActions = true)).catch(() => false); // no connection
  if (messages) {
    for (const name of ["pointerover", "focusin"]) document.querySelector(".cs-thread-pane").addEventListener(name, () => hasActions || wantActions());
    messages.addEventListener("click", (event) => {
      const target = event.target.closest("[data-message-menu], [data-react], [data-play], [data-speed], [data-jump], [data-view]");
      if (!target || hasActions) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      wantActions().then((isThere) => (isThere ? target.click() : say("The server could not be reached. Try again.")));
    });
  }

  // <form data-stays>: what it does to the conversation is done without leaving the page, and said as on the next page.
  async function submitHere(form, button) {
    const body = new URLSearchParams(new FormData(form, button));
    const response = await fetch(form.getAttribute("action"), { method: "POST", body }).catch(() => null);
    if (!response) {
      release(form);
      return say("The server could not be reached. Try again.");
    }
    if (response.status === 422) return form.submit(); // the whole page says what was refused
    const page = new DOMParser().parseFromString(response.ok ? await response.text() : "", "text/html");
    if (!page.querySelector("#inbox")) return location.reload(); // logged out, or no member any more
    const toasts = document.querySelector("#toasts");
    const hadFocus = toasts.contains(document.activeElement);
    toasts.replaceChildren(...page.querySelector("#toasts").children);
    document.querySelector(".cs-messages")?.remove();
    inbox.before(...page.querySelectorAll(".cs-messages"));
    document.dispatchEvent(new CustomEvent("saved-elsewhere", { detail: page }));
    const menu = (button ?? form).closest("details[open]"); // a button may stand in another one than its form
    if (menu && !document.querySelector(".cs-messages .cs-message-error")) menu.open = false; // what was refused stays
    // A button of a message or a note may be gone afterwards.
    if (menu || hadFocus || messages.contains(button)) (menu?.querySelector("summary") ?? scroller).focus();
    refreshSoon(ALL);
  }
  document.addEventListener("submit", (event) => {
    const { target, submitter } = event;
    const isUndo = target.closest("#toasts") && new URL(target.getAttribute("action"), location.href).pathname === location.pathname;
    if ((!target.matches("[data-stays]") && !isUndo) || event.defaultPrevented) return;
    // The next conversation follows, or on a phone the list.
    if (submitter?.hasAttribute("data-leaves")) return;
    event.preventDefault();
    submitHere(target, submitter);
  });

  // --- Details, where they open over the conversation -----------------------------------------------------------
  const details = document.querySelector("#inbox-details");
  const isWide = matchMedia("(min-width: 1280px)");
  const isClosed = () => details && !isWide.matches && !details.matches(":popover-open");
  details?.addEventListener("beforetoggle", (event) => { if (isWide.matches && event.newState === "open") event.preventDefault(); });
  isWide.addEventListener("change", () => details?.matches(":popover-open") && details.hidePopover());
  if (isClosed() && inbox.dataset.pane === "contact") {
    inbox.dataset.pane = "conversation";
    details.showPopover();
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-details-close]") || !details.matches(":popover-open")) return;
    event.preventDefault();
    details.hidePopover();
  });

  // --- The list stays where it was when another conversation is opened -------------------------------------------
  const kept = JSON.parse(sessionStorage.getItem("inbox-list") || "null");
  if (kept?.filter === list.dataset.filter) list.scrollTop = kept.top;
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  window.addEventListener("pagehide", () => sessionStorage.setItem("inbox-list", JSON.stringify({ filter: list.dataset.filter, top: list.scrollTop })));
  // How many wait stands in the title of the page, too.
  list.addEventListener("htmx:afterSettle", () => {
    const count = document.querySelector("#waiting")?.firstChild?.data.trim();
    document.title = document.title.replace(/^(\[TEST\] )?(\(\S+\) )?/, (_, test = "") => test + (count ? `(${count}) ` : ""));
  });

  // What is written to somebody and not sent yet, or not stored yet: then nobody waits any more.
  function showWritten() {
    const sent = new Map(window.outbox?.entries().map((entry) => [entry.place, entry]));
    for (const row of list.querySelectorAll("li")) {
      const place = row.id.slice(4);
      const entry = sent.get(place);
      const isOnTheWay = entry && !entry.refused && !entry.crossed;
      const written = isOnTheWay ? entry : place !== inbox.dataset.thread && window.outbox?.draftOf(place);
      const words = written && (written.fields.text.trim() || written.files?.[0]?.name);
      if (!words) continue;
      const before = Object.assign(document.createElement(isOnTheWay ? "span" : "b"), { dir: "ltr", textContent: isOnTheWay ? "You:" : "Draft:" });
      row.querySelector(".cs-snip .cs-cut").replaceChildren(before, ` ${words.slice(0, 140)}`);
      if (isOnTheWay && !entry.fields.send_at) row.querySelector(".cs-wait").replaceWith(Object.assign(document.createElement("span"), { className: "cs-wait", textContent: "now" }));
    }
  }
  showWritten();
  list.addEventListener("htmx:afterSwap", showWritten);

  document.addEventListener("inbox:stale", () => refreshSoon(["messages"]));
  // What was sent is in view, and what became of it is said (composer.js has the rest).
  document.addEventListener("inbox:sent", () => toEnd());
  document.addEventListener("outbox", ({ detail: { what, entry, answer } }) => {
    if (what === "changed") showWritten();
    if (what === "refused" || what === "crossed") refreshSoon(["list"]);
    if (entry?.place !== inbox.dataset.thread) return;
    if (what === "gone") return end(404);
    if (what !== "stored") return;
    say(answer.said);
    setTimeout(() => live.textContent === answer.said && say(""), 4000);
    document.querySelector("#composer-left")?.replaceChildren(answer.left);
    // The next conversation opens, unless something else is being written here by now.
    if (answer.next && !window.outbox.hasContent(window.outbox.draftOf(entry.place))) location.assign(answer.next);
    else if (messages.dataset.latest) location.assign(messages.dataset.latest);
    else refreshSoon(["list", "head"]);
  });

})();
