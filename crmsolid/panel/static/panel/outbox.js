// Drafts of forms, and the outbox: forms that were sent and stay until the server has confirmed them. Both are in the
// storage of the browser, so all tabs have the same ones and they outlive the browser's end. Every page of a workspace
// sends what is in the outbox of its member and its workspace. A form may arrive many times: the id that it has from its
// first letter on makes one message of it.
"use strict";

window.outbox = (() => {
  const notice = document.querySelector("#outbox");
  if (!notice) return null;
  const { member, workspace } = notice.dataset;
  const DRAFT = `draft:${member}:${workspace}:`;
  const KEPT = `kept:${member}:${workspace}:`;
  const BROWSER = `browser:${member}:`;
  const SENT = `outbox:${member}:${workspace}:`;
  const TIMEOUT = 15000;

  // --- Storage --------------------------------------------------------------------------------------------------
  const read = (key) => JSON.parse(localStorage.getItem(key));
  const keysOf = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  function write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; // it is full
    }
  }
  const entries = () => keysOf(SENT).map(read).filter(Boolean).sort((one, other) => one.order - other.order);
  // Not for a person to decide: neither refused, nor crossed by the answer of somebody else.
  const mayGo = (entry) => !entry.refused && !entry.crossed;
  const waiting = () => entries().filter(mayGo);
  // Of two texts of a draft, the one with the higher number is newer, in whatever tab. The revision is the browser and
  // that number, or that of another device.
  function draftOf(place) {
    const found = read(DRAFT + place);
    return found?.id ? found : null; // what was dropped has none
  }
  const hasContent = (draft) => Boolean(draft && (draft.fields.text.trim() || draft.fields.attachments));
  let named = null;
  function browser() {
    const known = read(BROWSER);
    if (known) return known;
    named ??= newId().slice(4);
    write(BROWSER, named);
    return named;
  }
  function stamped(place, draft) {
    const now = Date.now() * 1000 + Math.floor(Math.random() * 1000); // two tabs never have the same one
    const number = Math.max(now, (draft.number ?? 0) + 1, Number(keptOf(place).revision.split(":")[1] ?? 0) + 1);
    return { ...draft, number, revision: `${browser()}:${number}` };
  }
  const isOwn = (revision) => revision.startsWith(`${browser()}:`);
  // Whether one is the other, or a newer one of the same browser.
  function covers(one, other) {
    const [[at, number], [from, older]] = [one.split(":"), other.split(":")];
    return one === other || (at === from && Number(number) > Number(older));
  }
  // What the server is known to have of a draft: its revision, and the id that its message gets; none if it is empty.
  // Apart from the draft, as another tab may type at the moment of the answer.
  const keptOf = (place) => read(KEPT + place) ?? { revision: "", id: "" };
  const saveKept = (place, kept) => write(KEPT + place, kept);
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  // An id of the server's form (crmsolid/core/ids.py): the time, and 80 random bits.
  const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  function newId() {
    let time = Date.now();
    let id = "";
    for (let digit = 0; digit < 10; digit++, time = Math.floor(time / 32)) id = DIGITS[time % 32] + id;
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) id += DIGITS[byte % 32];
    return `msg_${id}`;
  }

  function saveDraft(place, draft, isWritten) {
    if (isWritten) return write(DRAFT + place, draft);
    return drop(place, draft.number);
  }
  // The other tabs are told which text is gone: one that was typed since stays.
  function drop(place, number) {
    if (number) write(DRAFT + place, { number: number + 1 });
    localStorage.removeItem(DRAFT + place);
    return true;
  }
  // Put a form into the outbox: {id, place, url, title, fields, answer_seen}, and the files to show with it, in place of the draft with this number. False if there is no room for it.
  function add(entry, number) {
    const order = Math.max(Date.now(), ...entries().map((each) => each.order + 1));
    const other = read(SENT + entry.id);
    const id = other && !isSame(other.fields, entry.fields) ? newId() : entry.id;
    if (!write(SENT + id, { ...entry, id, order, workspace: notice.dataset.title })) return false;
    drop(entry.place, number);
    changed();
    send();
    return true;
  }
  function remove(entry) {
    localStorage.removeItem(SENT + entry.id);
    changed();
  }
  // Somebody else has answered meanwhile, and it is sent all the same.
  function sendAnyway({ crossed, ...entry }) {
    if (!write(SENT + entry.id, { ...entry, answer_seen: crossed.id })) return;
    changed();
    send();
  }
  // The contact was erased: nothing that was written to them stays.
  function forget(place) {
    localStorage.removeItem(KEPT + place);
    localStorage.removeItem(DRAFT + place);
    for (const entry of entries()) if (entry.place === place) remove(entry);
  }
  // The same for all conversations of which something is kept. Says whether ``shown`` is one of the erased.
  async function forgetErased(address, shown = "") {
    const places = [...keysOf(DRAFT).map((key) => key.slice(DRAFT.length)), ...entries().map((entry) => entry.place)];
    if (shown) places.unshift(shown);
    if (!places.length) return false;
    const query = new URLSearchParams([["part", "erased"], ["workspace", workspace], ...places.map((place) => ["place", place])]);
    const response = await fetch(`${address}?${query}`, { headers: headers(), redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) }).catch(() => null);
    const { erased } = response?.ok ? await response.json() : { erased: [] };
    erased.forEach(forget);
    return erased.includes(shown);
  }

  // --- Sending --------------------------------------------------------------------------------------------------
  // Why nothing can be sent at the moment; empty if it can.
  let trouble = navigator.onLine ? "" : "offline";
  const WORDS = {
    "": "Sending…",
    offline: "You are offline. It is sent when the connection is back.",
    unreachable: "The server does not answer. It is sent as soon as it does.",
    "logged out": "You are logged out. It is sent when you have logged in again.",
    elsewhere: "Another workspace or member is open here by now. It is sent when this one is open again.",
  };
  function setTrouble(now) {
    if (trouble === now) return;
    trouble = now;
    changed();
  }
  // The cookie has the token of now, also when another tab has logged in since this page was made.
  const token = () => document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]*)/)?.[1] || "";
  const headers = () => ({ Accept: "application/json", "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token() });

  function fetchPost(url, fields, options) {
    const body = new URLSearchParams({ ...fields, member, workspace });
    return fetch(url, { method: "POST", body, headers: headers(), redirect: "manual", signal: AbortSignal.timeout(TIMEOUT), ...options });
  }
  // What may get lost: it is not kept.
  const postOnce = (url, fields, options) => fetchPost(url, fields, options).catch(() => null);

  async function post(entry, isSecond = false) {
    let response, answer;
    try {
      const seen = "answer_seen" in entry ? { answer_seen: entry.answer_seen } : {};
      response = await fetchPost(entry.url, { ...entry.fields, ...seen, action: "send", message_id: entry.id });
      answer = await response.json().catch(() => ({}));
    } catch {
      return { state: navigator.onLine ? "unreachable" : "offline" };
    }
    if (["stored", "crossed", "refused", "gone", "elsewhere"].includes(answer?.state)) return answer;
    const { status, type } = response;
    if (status === 401 || type === "opaqueredirect") return { state: "logged out" };
    if (status === 403 && !isSecond) {
      // The token may be missing; any page brings one. If the session has ended, the next answer says so.
      await fetch(location.href, { headers: headers(), redirect: "manual", signal: AbortSignal.timeout(TIMEOUT) }).catch(() => null);
      return post(entry, true);
    }
    const isRefusal = [400, 403, 413].includes(status);
    return isRefusal ? { state: "refused", errors: { "": "You may not send this at the moment." } } : { state: "unreachable" };
  }

  function settle(entry, answer) {
    if (answer.state === "gone") forget(entry.place);
    if (answer.state === "stored") settleStored(entry);
    if (answer.state === "crossed" && isSame(read(SENT + entry.id)?.fields, entry.fields)) write(SENT + entry.id, { ...entry, crossed: answer.answer });
    if (answer.state === "refused" && isSame(read(SENT + entry.id)?.fields, entry.fields)) {
      // Nothing was stored of it. It has another id if something else is stored under its own.
      const refused = { ...entry, id: answer.message_id || entry.id, refused: answer.errors };
      if (write(SENT + refused.id, refused) && refused.id !== entry.id) localStorage.removeItem(SENT + entry.id);
    }
    tell(answer.state, entry, answer);
    changed();
  }
  // Somebody may have taken it back meanwhile, and have changed it: that is another message then, which is not sent
  // before they have read that.
  function settleStored(entry) {
    const said = { text: `“${entry.fields.text || "A file"}” was sent before. What stands here is a new message.` };
    const now = read(SENT + entry.id);
    if (now && !isSame(now.fields, entry.fields)) {
      const id = newId();
      write(SENT + id, { ...now, id, refused: said });
    }
    localStorage.removeItem(SENT + entry.id);
    const draft = draftOf(entry.place);
    if (draft?.id !== entry.id) return;
    const isUnchanged = isSame(draft.fields, entry.fields);
    saveDraft(entry.place, stamped(entry.place, { ...draft, id: newId(), wasSent: false }), !isUnchanged);
    tell("draft", entry, { errors: isUnchanged ? {} : said });
  }

  // One attempt for each form, in the order in which they were sent; none for what follows one that must wait.
  async function deliver() {
    const held = new Set();
    const next = () => waiting().find((entry) => !held.has(entry.place));
    for (let entry = next(); entry; entry = next()) {
      const answer = await post(entry);
      if (["stored", "crossed", "refused", "gone"].includes(answer.state)) {
        setTrouble("");
        settle(entry, answer);
      } else {
        setTrouble(answer.state);
        held.add(entry.place);
        if (answer.state !== "unreachable") return;
      }
    }
  }
  let timer = null;
  let pause = 0;
  let isSending = false;
  let isAsked = false;
  async function send() {
    clearTimeout(timer);
    isAsked = true;
    if (isSending) return;
    isSending = true;
    try {
      while (isAsked) {
        isAsked = false;
        // Of several tabs one sends, where the browser has locks. Without them the server sees to it that one counts.
        await (navigator.locks ? navigator.locks.request(SENT, deliver) : deliver());
      }
    } finally {
      isSending = false;
      sendLater();
    }
  }
  function sendLater() {
    const hasSession = trouble !== "logged out" && trouble !== "elsewhere";
    pause = waiting().length ? Math.min(pause * 2 || 500, hasSession ? 4000 : 15000) : 0;
    if (pause) timer = setTimeout(send, pause * (0.75 + Math.random() / 2));
  }
  function sendNow() {
    pause = 0;
    send();
  }

  // --- What is said of it ---------------------------------------------------------------------------------------
  const tell = (what, entry, answer) => document.dispatchEvent(new CustomEvent("outbox", { detail: { what, entry, answer } }));
  const count = (number) => (number === 1 ? "1 message is" : `${number} messages are`);
  function lines() {
    const number = waiting().length;
    const back = `${notice.dataset.logIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
    const said = {
      offline: number ? `You are offline. ${count(number)} sent when the connection is back.` : "You are offline. What you send is kept, and goes out when the connection is back.",
      unreachable: number && `The server does not answer. ${count(number)} sent as soon as it does.`,
      "logged out": number ? `You are logged out. ${count(number)} sent when you have logged in again.` : "You are logged out.",
      elsewhere: number && `Another workspace or member is open here by now. ${count(number)} sent when ${notice.dataset.title} is open again.`,
    }[trouble];
    const found = said ? [[said, trouble === "logged out" && back, "Log in"]] : [];
    for (const { url, title, crossed } of entries().filter((entry) => !mayGo(entry) && entry.place !== api.shownPlace)) {
      found.push([crossed ? `A message to ${title} was not sent: ${crossed.said}.` : `A message to ${title} was refused.`, url, "Look at it"]);
    }
    const others = keysOf(`outbox:${member}:`).filter((key) => !key.startsWith(SENT)).map(read).filter((entry) => entry && mayGo(entry));
    for (const name of new Set(others.map((entry) => entry.workspace))) {
      found.push([`${count(others.filter((entry) => entry.workspace === name).length)} sent when you open ${name} again.`]);
    }
    return found;
  }
  function changed() {
    const parts = lines().map(([words, link, title]) => {
      const line = document.createElement("span");
      line.textContent = words;
      if (link) line.append(" ", Object.assign(document.createElement("a"), { href: link, textContent: title }));
      return line;
    });
    // What stays the same is not announced again.
    if (parts.map((part) => part.textContent).join() !== [...notice.children].map((part) => part.textContent).join()) notice.replaceChildren(...parts);
    tell("changed");
  }

  window.addEventListener("offline", () => setTrouble("offline"));
  window.addEventListener("online", () => {
    setTrouble("");
    sendNow();
  });
  window.addEventListener("pageshow", () => {
    changed();
    sendNow();
  });
  document.addEventListener("visibilitychange", () => document.hidden || sendNow());
  window.addEventListener("storage", (event) => {
    if (event.key !== null && !event.key.startsWith("outbox:")) return;
    changed();
    sendNow();
  });

  const api = { member, workspace, headers, newId, draftOf, saveDraft, draftKey: (place) => DRAFT + place, hasContent, stamped, isOwn, covers, keptOf, saveKept, isForgotten: (place) => !read(KEPT + place), entries, add, remove, sendAnyway, forget, forgetErased, postOnce, setTrouble, words: () => WORDS[trouble], hasTrouble: () => Boolean(trouble), changed, shownPlace: "" };
  return api;
})();
