// The composer of a conversation, and the form of a new message: the draft in it, what was sent and is not confirmed
// yet, and the time for which an answer is planned. Without the script the forms are sent as they are.
"use strict";

(() => {
  const { outbox } = window;
  const form = document.querySelector("#composer");
  const pending = document.querySelector("#inbox-pending"); // none in the form of a new message
  const place = form?.dataset.place || pending?.dataset.place;
  if (!place || !outbox) return;
  outbox.shownPlace = place;
  const log = document.querySelector("#inbox-messages");
  const LATE = 2000; // after so many milliseconds a bubble says that it is not sent yet

  // --- What was sent and is not confirmed -----------------------------------------------------------------------
  const ofPlace = () => outbox.entries().filter((entry) => entry.place === place);
  // A bubble looks as it will when it is stored, and stands where it will: the one run of them goes on with the last run
  // of the conversation if that is of the same member.
  function bubbleOf(entry) {
    const found = document.getElementById(`pending-${entry.id}`);
    if (found) return found;
    const run = document.querySelector("#inbox-pending-bubble").content.firstElementChild.cloneNode(true);
    const bubble = run.querySelector("article");
    bubble.id = `pending-${entry.id}`;
    const time = { timeZone: pending.dataset.zone, hour: "2-digit", minute: "2-digit" };
    bubble.querySelector("[data-time]").textContent = new Date(entry.order).toLocaleTimeString("en-GB", time);
    setTimeout(showPending, LATE);
    bubble.querySelector("[data-text]").textContent = [...(entry.files ?? []).map(({ name }) => name), entry.fields.text].filter(Boolean).join("\n");
    bubble.querySelector("[data-take-back]").addEventListener("click", () => form.dispatchEvent(new CustomEvent("take-back", { detail: entry.id })));
    bubble.querySelector("[data-discard]").addEventListener("click", () => {
      outbox.remove(entry);
      document.querySelector("#composer-text, #inbox-scroll").focus();
    });
    const stack = pending.querySelector(".cs-stack");
    if (stack) stack.append(bubble);
    else pending.append(run);
    return bubble;
  }
  function showEntry(entry) {
    const bubble = bubbleOf(entry);
    const why = entry.crossed ? `${entry.crossed.said}.` : entry.refused && Object.values(entry.refused).join(" ");
    const isWaiting = why || outbox.hasTrouble() || Date.now() - entry.order >= LATE;
    bubble.classList.toggle("is-failed", Boolean(why));
    bubble.classList.toggle("is-sending", Boolean(isWaiting) && !why);
    bubble.querySelector(".cs-state").hidden = !isWaiting;
    bubble.querySelector("[data-state]").textContent = why ? `Not sent. ${why}` : outbox.words();
    bubble.querySelector("[data-take-back]").hidden = !form || !(why || outbox.hasTrouble());
    bubble.querySelector("[data-discard]").hidden = !why;
  }
  function showPending() {
    const all = ofPlace();
    const state = document.querySelector("#composer-state");
    if (state) state.textContent = all.some((entry) => !entry.refused && !entry.crossed) ? outbox.words() : "";
    showCrossing(all.find((entry) => entry.crossed));
    if (!pending) return;
    // The page may show what is stored before it is answered that it is.
    const unshown = all.filter(({ id }) => outbox.hasTrouble() || !document.getElementById(`m-${id}`));
    const ids = unshown.map(({ id }) => `pending-${id}`);
    for (const bubble of pending.querySelectorAll("article")) if (!ids.includes(bubble.id)) bubble.remove();
    unshown.forEach(showEntry);
    if (!unshown.length) pending.replaceChildren();
    goOn();
  }
  const lastRun = () => [...log.querySelectorAll(":scope > :is(.cs-msg, .cs-event, .cs-thread-note)")].at(-1);
  function goOn() {
    for (const run of log.querySelectorAll(".is-going-on")) run.classList.remove("is-going-on");
    const last = lastRun();
    if (pending.firstElementChild && last?.matches("[data-own]")) last.classList.add("is-going-on");
  }
  // Somebody else has answered what this page had not shown when the answer was sent. It is asked what to do then.
  const crossing = document.querySelector("#composer-crossing"); // none in the form of a new message
  let crossed = null;
  function showCrossing(entry) {
    if (!crossing || (!entry && !crossed)) return; // what the server has put there stays
    crossed = entry ?? null;
    crossing.hidden = !crossed;
    if (!crossed) return;
    const { said, text: words } = crossed.crossed;
    for (const [name, value] of [["said", said], ["text", words]]) {
      const element = crossing.querySelector(`[data-${name}]`);
      if (element.textContent !== value) element.textContent = value;
    }
  }
  // The stored message takes the place of its bubble, as the next answer of the server will have it.
  function showStored(id, html) {
    if ("latest" in log.dataset || document.getElementById(`m-${id}`)) return;
    if (log.classList.contains("htmx-request")) { // what was asked for before does not have it
      htmx.trigger(log, "htmx:abort");
      document.dispatchEvent(new Event("inbox:stale"));
    }
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const [day, run] = ["h3", ".cs-msg"].map((selector) => holder.content.querySelector(selector));
    const last = lastRun();
    const isSameDay = day.textContent === [...log.querySelectorAll(".cs-day")].at(-1)?.textContent;
    if (isSameDay && last.matches("[data-own]")) return last.querySelector(".cs-stack").append(...run.querySelector(".cs-stack").children);
    const parts = isSameDay ? [run] : [day, run];
    if (last) last.after(...parts);
    else log.querySelector(".cs-empty").replaceWith(...parts);
  }
  log?.addEventListener("htmx:afterSwap", showPending);
  document.addEventListener("outbox", ({ detail: { what, entry, answer } }) => {
    if (what === "changed") return showPending();
    if (entry.place !== place) return;
    if (what === "crossed") document.dispatchEvent(new Event("inbox:stale"));
    if (what !== "stored") return;
    if (pending) showStored(entry.id, answer.html);
    else location.assign(answer.url);
  });
  showPending();

  // Notes have a script of their own, which is loaded when somebody writes or edits one. What was pressed before it was
  // there is pressed again.
  const writing = document.querySelector("#inbox-writing");
  const noteForm = document.querySelector("#note-new");
  const note = noteForm?.elements;
  const notePlace = `note ${place}`;
  const keepNote = () => outbox.saveDraft(notePlace, { id: note.note_id.value, fields: { text: note.text.value } }, Boolean(note.text.value.trim()));
  const keptNote = noteForm && outbox.draftOf(notePlace);
  // Something may have been typed before this script was there.
  if (keptNote && note.text.value !== keptNote.fields.text) [note.note_id.value, note.text.value] = [keptNote.id, [keptNote.fields.text, note.text.value].filter(Boolean).join("\n")];
  if (note?.text.value) keepNote();
  noteForm?.addEventListener("input", keepNote);
  const modules = (...names) => Promise.all(names.map((name) => import(writing.dataset[name])));
  let notes = null;
  let hasNotes = false;
  const wantNotes = () => (notes ??= modules("notes", "suggest").then(([found, { suggest }]) => (hasNotes = found.begin(keepNote, suggest))).catch(() => (notes = null)));
  writing?.parentElement.addEventListener("click", async (event) => {
    const target = event.target.closest("[data-note-tab], [data-note-edit]");
    if (!target || hasNotes || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (target.dataset.noteTab && noteForm) {
      // At once: what is typed next belongs there.
      noteForm.hidden = target.dataset.noteTab !== "note";
      if (form) form.hidden = !noteForm.hidden;
      (noteForm.hidden ? form : noteForm).elements.text.focus();
      return wantNotes();
    }
    if (await wantNotes()) target.click();
    else location.assign(target.href);
  });
  writing?.parentElement.addEventListener("keydown", async (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!event.target.closest("#note-new") || !isSend || hasNotes) return;
    event.preventDefault();
    await wantNotes();
    noteForm.requestSubmit(noteForm.querySelector("[name=action]"));
  }, true);
  if (document.querySelector("[data-note-form]:not([hidden])")) wantNotes();

  if (!form) return; // nothing can be sent to a contact who has opted out

  // --- The draft ------------------------------------------------------------------------------------------------
  const text = document.querySelector("#composer-text");
  const errors = document.querySelector("#composer-errors");
  const sendAt = form.elements.send_at;
  // Files and formats have scripts of their own, which are loaded when the composer is first used.
  let attachments = null;
  let tools = null;
  const list = form.querySelector("[data-files]");
  function wantTools() {
    tools ??= Promise.all(form.dataset.tools.split(" ").map((address) => import(address))).then(() => {
      attachments = window.attachments.of(form);
      if (draft?.files?.length && !list.children.length) attachments.set(draft.files);
      return attachments;
    });
    tools.catch(() => (tools = null)); // without a connection; it is asked for again
    return tools;
  }
  const wantToolsSoon = () => wantTools().catch(() => null);
  const filesOf = () => attachments?.describe() ?? draft?.files ?? [];
  const pane = form.closest(".cs-thread-pane") || form;
  for (const name of ["focusin", "dragenter", "change"]) pane.addEventListener(name, wantToolsSoon);
  // What comes before they are there.
  const take = (event, { files, types }) => {
    const chosen = [...files];
    if (attachments || !chosen.length || types.includes("text/plain")) return;
    event.preventDefault();
    wantTools().then((found) => found.add(chosen, event.type === "paste"), () => showErrors({ attachments: "Without a connection no file can be added. Try again." }));
  };
  form.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  pane.addEventListener("drop", (event) => take(event, event.dataTransfer));
  const FIELDS = ["text", "send_at", "account", "to", "format", "attachments", "send_as", "no_link_preview", "reply_to", "quote", "templates"].filter((name) => form.elements[name]);
  const ofDraft = { text: "", send_at: "", format: "plain", attachments: "", send_as: "", no_link_preview: "", reply_to: "", quote: "", templates: "" };
  const isBox = (field) => field.type === "checkbox";
  const valueOf = (field) => (isBox(field) && !field.checked ? "" : field.value);
  const defaultOf = (field) => (isBox(field) ? (field.defaultChecked ? field.value : "") : (field.defaultValue ?? field.value));
  const shown = () => Object.fromEntries(FIELDS.map((name) => [name, valueOf(form.elements[name])]));
  const given = Object.fromEntries(FIELDS.map((name) => [name, defaultOf(form.elements[name])]));
  const hasGivenFiles = list.children.length > 0;
  // ``number`` and ``revision``: see outbox.js. One that was not begun has no revision.
  const kept = () => outbox.keptOf(place);
  const fresh = () => ({ id: outbox.newId(), fields: { ...given, ...ofDraft }, files: [], number: draft?.number ?? 0, revision: "" });
  const isWritten = () => Boolean(text.value.trim() || form.elements.attachments.value);
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const joined = (...texts) => texts.filter((each) => each.trim()).join("\n\n");
  form.dataset.answerSeen = form.elements.answer_seen?.value ?? ""; // the latest answer by somebody else
  let draft = null;
  let seen = 0; // the number of the latest text of another tab that was shown
  let editing = null; // the message whose text is in the composer in place of the draft

  function show(next) {
    draft = next;
    form.elements.message_id.value = draft.id;
    for (const name of FIELDS) {
      const field = form.elements[name];
      const value = draft.fields[name] ?? ofDraft[name];
      if (isBox(field)) field.checked = Boolean(value);
      else if (field.value !== value) field.value = value;
    }
    if (attachments) attachments.set(draft.files ?? []);
    else if (draft.files?.length) wantToolsSoon();
    form.elements.format?.dispatchEvent(new Event("format", { bubbles: true }));
    showQuoting();
    followSendAt();
  }
  function keep() {
    const [fields, files] = [shown(), filesOf()];
    if (editing || (isSame(fields, draft.fields) && files.length === draft.files?.length)) return true;
    draft = outbox.stamped(place, { ...draft, fields, files });
    keepThereSoon();
    return saveHere();
  }
  // What this page has made of the draft.
  function put(next) {
    show(outbox.stamped(place, next));
    keepThereSoon();
    return saveHere();
  }
  const putAsAnother = () => put({ ...draft, id: outbox.newId() });
  const hasContent = (one) => outbox.hasContent(one) || (one.fields.to ?? "") !== (given.to ?? "");
  // One that was emptied is remembered until the server knows.
  const saveHere = () => outbox.saveDraft(place, draft, hasContent(draft) || Boolean(pending && !isKept()));
  function emptied() {
    show(fresh());
    saveHere();
  }
  function storedHere() {
    const stored = outbox.draftOf(place);
    return stored && (stored.number ? stored : outbox.stamped(place, stored));
  }
  function showStoredHere() {
    const stored = storedHere();
    if (stored) seen = stored.number;
    show(stored ?? fresh());
  }
  // ``theirs`` and what stands here do not know of each other: both stay, unless one has the other.
  function join(theirs) {
    const has = (one, other) => one.fields.text.includes(other.fields.text) && (other.files ?? []).every(({ id }) => one.fields.attachments.includes(id));
    if (!hasContent(theirs) || isOnItsWay(theirs) || has(draft, theirs)) return;
    if (has(theirs, draft) && !draft.wasSent) return outbox.isOwn(theirs.revision) ? put({ ...theirs, number: draft.number }) : adopt(theirs);
    const files = [...(theirs.files ?? []), ...filesOf().filter(({ id }) => !theirs.fields.attachments.includes(id))].slice(0, 10);
    const fields = { ...draft.fields, text: joined(theirs.fields.text, draft.fields.text), attachments: files.map(({ id }) => id).join(" ") };
    put({ ...draft, id: draft.wasSent ? draft.id : theirs.id, fields, files });
  }
  function adopt(theirs) {
    const { number } = outbox.stamped(place, draft);
    show({ ...theirs, number });
    saveHere();
  }
  const isOnItsWay = ({ id }) => outbox.entries().some((entry) => entry.id === id);

  // --- The tabs of this browser: each shows what was typed last, in whichever of them ------------------------------
  let unseen = null;
  window.addEventListener("storage", ({ key, newValue }) => {
    if (key !== outbox.draftKey(place) || editing) return;
    const told = JSON.parse(newValue);
    // What is gone was said before, unless all is: the contact is erased, or somebody has logged out.
    if (!told) return hasContent(draft) && (outbox.isForgotten(place) ? show(fresh()) : saveHere());
    clearTimeout(unseen);
    if (told.number > draft.number) {
      seen = told.number;
      show(told.id ? told : { ...fresh(), number: told.number });
      if (!isKept()) keepThereLast();
    } else if (told.number < draft.number && told.number > seen) {
      // It was typed in both at the same moment. What was sent there has another id.
      if (told.id) unseen = setTimeout(() => editing || join(told), 500);
      if (told.id || draft.wasSent) saveHere();
      else putAsAnother();
    }
  });

  // --- The server, for the other devices of the member: kept a second after a change, and when the page is left --------
  const isKept = () => !draft.revision || outbox.covers(kept().revision, draft.revision);
  let timer = null;
  let posted = "";
  function keepThereSoon(milliseconds = 1000) {
    if (pending) timer ??= setTimeout(keepThere, milliseconds);
  }
  // Another tab has typed it and keeps it, unless it was closed.
  function keepThereLast() {
    clearTimeout(timer);
    timer = null;
    keepThereSoon(3000);
  }
  async function keepThere() {
    clearTimeout(timer);
    timer = null;
    if (!pending || editing || isKept() || posted === draft.revision) return;
    const { id, fields, revision } = draft;
    posted = revision;
    const response = await outbox.postOnce(location.pathname, { ...fields, action: "keep", message_id: id, revision, base: kept().revision }, { keepalive: true });
    const answer = await response?.json().catch(() => null);
    if (posted === revision) posted = "";
    if (answer?.state === "kept" || answer?.state === "conflict") meet(ofServer(answer.draft));
    else if (answer?.state === "sent") settleSent(id, answer.text);
    else if (!response || response.status >= 500) keepThereSoon(10000);
  }
  // On another device. A changed text is another answer.
  function settleSent(id, words) {
    if (editing || draft.id !== id || draft.wasSent) return;
    if (words === draft.fields.text) emptied();
    else putAsAnother();
  }
  function learn(theirs) {
    const revision = theirs?.revision ?? "";
    if (!outbox.covers(kept().revision, revision)) outbox.saveKept(place, { revision, id: theirs && hasContent(theirs) && !isOnItsWay(theirs) ? theirs.id : "" });
  }
  // The server has ``theirs`` by now, null for nothing. What another tab has written there is here already.
  function meet(theirs) {
    if (editing) return;
    if (storedHere()?.number > draft.number) showStoredHere();
    const [revision, hadAll] = [theirs?.revision ?? "", isKept() && !draft.wasSent];
    const isOfOther = revision !== kept().revision && !outbox.isOwn(revision);
    learn(theirs);
    if (isOfOther && !hadAll) theirs && join(theirs);
    else if (isOfOther && theirs && hasContent(theirs)) isOnItsWay(theirs) || adopt(theirs);
    else if (isOfOther) emptied();
    if (!isKept()) keepThereSoon();
    else if (!hasContent(draft) && storedHere()) saveHere();
  }
  async function lookThere() {
    if (!pending || editing || document.hidden) return;
    const { revision } = kept();
    const query = new URLSearchParams({ part: "draft", workspace: outbox.workspace });
    const answer = await fetch(`${location.pathname}?${query}`, { headers: outbox.headers() }).catch(() => null);
    const found = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!found) return;
    if (kept().revision === revision) meet(ofServer(found.draft));
    else lookThere(); // it may have been answered before
  }
  const ofServer = (theirs) => theirs && { ...theirs, fields: Object.fromEntries(FIELDS.map((name) => [name, theirs.fields[name] ?? ""])) };
  for (const [target, name] of [[text, "blur"], [window, "pagehide"], [window, "online"]]) target.addEventListener(name, keepThere);
  document.addEventListener("visibilitychange", () => (document.hidden ? keepThere() : lookThere()));
  document.addEventListener("draft-changed", ({ detail }) => {
    const isKnown = detail ? outbox.isOwn(detail) || detail === kept().revision : !hasContent(draft) && isKept();
    if (!isKnown) lookThere();
  });
  function showErrors(found) {
    const lines = Object.values(found).map((words) => Object.assign(document.createElement("p"), { className: "cs-error", role: "alert", textContent: words }));
    errors.replaceChildren(...lines);
    for (const name of FIELDS) {
      if (name in found) form.elements[name].setAttribute("aria-invalid", "true");
      else form.elements[name].removeAttribute("aria-invalid");
    }
  }
  // What the server has put into the text (a template, the text of a message that is written again) comes before a draft
  // that it does not know, once.
  function begin() {
    const theirs = ofServer(JSON.parse(form.dataset.kept || "null"));
    const { revision } = kept();
    const isNews = theirs && hasContent(theirs) && !isOnItsWay(theirs) && (theirs.revision === revision || !outbox.covers(revision, theirs.revision));
    const stored = storedHere();
    showStoredHere();
    if (!stored && isNews) {
      learn(theirs);
      adopt(theirs);
    }
    if (!text.defaultValue && !hasGivenFiles) {
      if (!isKept()) keepThereSoon();
      else if (stored && (theirs?.revision ?? "") !== revision) lookThere();
      return;
    }
    const id = form.elements.message_id.defaultValue;
    const isKnown = !hasContent(draft) || draft.id === id;
    if (hasGivenFiles) wantToolsSoon().then(keep);
    put({ ...draft, id, fields: isKnown ? given : { ...draft.fields, text: joined(given.text, draft.fields.text) }, files: isKnown ? [] : draft.files });
    const address = new URL(location.href);
    address.searchParams.delete("text_of");
    history.replaceState(history.state, "", address);
  }
  // What was typed before this script was there, together with the draft. On a page that is shown again the browser has
  // put back what was in the fields when it was left, and the draft knows better.
  const isFirstShown = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  const typed = isFirstShown ? Object.entries(shown()).filter(([name, value]) => value !== given[name]) : [];
  function takeTyped() {
    if (!typed.length) return;
    const fields = { ...draft.fields, ...Object.fromEntries(typed) };
    if (!fields.text.includes(draft.fields.text)) fields.text = joined(draft.fields.text, fields.text);
    put({ ...draft, fields });
  }
  form.addEventListener("input", keep);
  // The browser may have put back what was in the fields when the page was left.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return show(draft);
    showStoredHere();
    lookThere();
  });

  // --- The message that is quoted, or changed -------------------------------------------------------------------
  const quoting = document.querySelector("#composer-quoting"); // none in the form of a new message
  function showQuoting() {
    if (!quoting) return;
    const id = editing || form.elements.reply_to.value;
    quoting.hidden = !id;
    if (!id) return;
    const bubble = document.getElementById(`m-${id}`);
    const words = (!editing && form.elements.quote.value) || bubble?.querySelector(".cs-kept, .cs-named, bdi, img")?.textContent.trim() || "";
    quoting.querySelector("[data-title]").textContent = editing ? "Change the message" : `Reply to ${bubble?.ariaLabel ?? "a message"}`;
    quoting.querySelector("[data-words]").textContent = words;
  }
  function quote({ id, quote: words }) {
    if (editing) endEditing();
    form.elements.reply_to.value = id;
    form.elements.quote.value = words;
    keep();
    showQuoting();
    text.focus();
  }
  async function edit(id) {
    const query = new URLSearchParams({ part: "source", workspace: outbox.workspace, message: id });
    const answer = await fetch(`${location.pathname}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return showErrors({ "": "The message could not be read. Try again." });
    const source = await answer.json();
    if (!editing) keep();
    editing = id;
    text.value = source.text;
    form.elements.format.value = source.format;
    form.elements.format.dispatchEvent(new Event("format", { bubbles: true }));
    form.classList.add("is-editing");
    showErrors({});
    showQuoting();
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }
  function endEditing() {
    editing = null;
    form.classList.remove("is-editing");
    showStoredHere();
    lookThere();
    showErrors({});
  }
  async function saveEdit() {
    const message = editing;
    const { text: words, format } = shown();
    const answer = await outbox.postOnce(location.pathname, { action: "edit", message, text: words, format });
    const { state, errors } = (await answer?.json().catch(() => null)) ?? {};
    if (state === "done") {
      if (editing === message) endEditing();
      return document.dispatchEvent(new Event("inbox:stale"));
    }
    showErrors(errors ?? { "": "The server could not be reached. Try again." });
  }
  function endQuoting() {
    if (editing) endEditing();
    else quote({ id: "", quote: "" });
    text.focus();
  }
  quoting?.querySelector("[data-quoting-ends]").addEventListener("click", endQuoting);
  form.addEventListener("quote", (event) => quote(event.detail));
  form.addEventListener("edit", (event) => edit(event.detail));

  // --- Sending --------------------------------------------------------------------------------------------------
  function closeMenus() {
    for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  }
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "preview" || event.submitter?.hasAttribute("formaction")) return;
    if (editing) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return saveEdit();
    }
    if (waitsFor || attachments?.isOpen()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return waitForFiles(event.submitter);
    }
    if (attachments?.hasFailed()) {
      event.preventDefault();
      return showErrors({ attachments: "A file was not uploaded. Remove it, or try it again." });
    }
    if (!isWritten()) {
      event.preventDefault();
      return text.focus();
    }
    closeMenus();
    const fields = shown();
    // It is closed once it is stored, unless the contact has written something that is not on this page.
    if (event.submitter?.value === "send_close") Object.assign(fields, { close: "yes", seen: form.elements.seen.value });
    // With the view and the filter, whose next conversation may open.
    const filter = document.querySelector("#inbox-list")?.dataset.filter;
    const url = location.pathname + (pending ? (filter ? `?${filter}` : "") : location.search);
    // Without room for it, the browser sends the form itself.
    const seen = pending ? { answer_seen: form.dataset.answerSeen } : {};
    const { id, number } = draft;
    if (!outbox.add({ id, place, url, title: fields.to || form.dataset.title, fields, files: filesOf(), ...seen }, number)) return;
    event.preventDefault();
    show({ ...fresh(), number: number + 1 });
    const before = kept();
    if (before.id === id) outbox.saveKept(place, { ...before, id: "" });
    else if (before.id) put(draft); // an older text, which does not go with this message
    showErrors({});
    text.focus();
    document.dispatchEvent(new Event("inbox:sent"));
  });
  // Sent once all files are uploaded; another press takes that back.
  let waitsFor = null;
  function waitForFiles(submitter) {
    const wasWaiting = waitsFor;
    waitsFor = wasWaiting ? null : submitter;
    text.readOnly = Boolean(waitsFor);
    document.querySelector("#composer-send").textContent = waitsFor ? "Waits for the files" : sendAt.value ? "Send later" : "Send";
  }
  form.addEventListener("attachments", () => {
    if (!waitsFor || attachments.isOpen()) return;
    const submitter = waitsFor;
    waitForFiles();
    form.requestSubmit(submitter);
  });
  // Into the composer, before what stands there already.
  function takeBack(entry) {
    const now = isWritten() ? shown() : entry.fields;
    const files = [...(entry.files ?? []), ...(isWritten() ? filesOf() : [])].slice(0, 10);
    const ids = files.map(({ id }) => id).join(" ");
    if (entry.crossed) form.dataset.answerSeen = entry.crossed.id;
    const fields = { ...now, text: joined(entry.fields.text, text.value), attachments: ids };
    if (put({ id: entry.id, wasSent: true, number: draft.number, fields, files })) outbox.remove(entry);
    showErrors(entry.refused || {});
  }
  crossing?.addEventListener("click", (event) => {
    const what = event.target.closest("[data-crossing]")?.dataset.crossing;
    if (what && crossed) event.preventDefault();
    if (what === "send" && crossed) outbox.sendAnyway(crossed);
    if (what === "edit") crossed ? takeBack(crossed) : (crossing.hidden = true);
    if (what && (crossed || what === "edit")) text.focus();
  });
  // What comes is seen once it has been on the page for a second.
  function followAnswers() {
    const shownNow = form.elements.answer_seen?.value ?? "";
    setTimeout(() => { if (!document.hidden) form.dataset.answerSeen = shownNow; }, 1000);
  }
  document.querySelector("#inbox-messages")?.addEventListener("htmx:afterSwap", followAnswers);
  document.addEventListener("visibilitychange", followAnswers);
  form.addEventListener("take-back", (event) => {
    const entry = ofPlace().find((each) => each.id === event.detail);
    if (entry) takeBack(entry);
    text.focus();
  });
  // A newer text stays alone in the composer, where the refused one can be shown beside it.
  function takeRefused() {
    const refused = ofPlace().find((entry) => entry.refused);
    if (!refused || isWritten()) return;
    takeBack(refused);
    if (form.contains(document.activeElement)) focusIn(form.querySelector("[aria-invalid]") || text);
  }
  document.addEventListener("outbox", ({ detail: { what, entry, answer } }) => {
    if (what === "changed" && !pending) return takeRefused(); // another tab may have heard of it
    if (entry?.place !== place) return;
    if (what === "refused") takeRefused();
    if (what !== "draft") return;
    showStoredHere();
    if (!isKept()) keepThereSoon();
    showErrors(answer.errors);
  });

  // --- The time, variables and keys -----------------------------------------------------------------------------
  // A time that was chosen stays visible when its menu is closed, and the button says that nothing is sent now.
  function followSendAt() {
    const planned = document.querySelector("#composer-planned");
    if (!planned) return;
    const [year, , day] = sendAt.value.split(/[-T]/);
    const month = new Date(sendAt.value).toLocaleString("en-US", { month: "short" });
    planned.hidden = !sendAt.value;
    document.querySelector("#composer-planned-at").textContent = sendAt.value && `${Number(day)} ${month} ${year} ${sendAt.value.slice(11, 16)}`;
    document.querySelector("#composer-send").textContent = sendAt.value ? "Send later" : "Send";
  }
  sendAt.addEventListener("input", followSendAt);
  const sendNow = document.querySelector("#composer-send-now");
  if (sendNow) sendNow.hidden = false;
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], #composer-send-now");
    if (!button) return;
    if (button === sendNow) sendAt.value = "";
    else insert(`{${button.dataset.insert}}`, "{");
    keep();
    followSendAt();
    text.focus();
  });
  // At the cursor, in place of the key that has opened the menu.
  function insert(words, opener) {
    const start = text.selectionStart - (text.value.slice(0, text.selectionStart).endsWith(opener) ? opener.length : 0);
    text.setRangeText(words, start, text.selectionEnd, "end");
    closeMenus();
  }
  // "/" at the beginning of a word, and the button, offer the templates (templates.js).
  let templates = null;
  const putIn = { keep, showErrors, withTools: wantTools, isEditing: () => Boolean(editing) };
  const wantTemplates = () => (templates ??= modules("templates", "suggest").then(([found, { suggest }]) => found.begin(form, suggest, putIn)).catch(() => (templates = null)));
  text.addEventListener("input", function isAsked(event) {
    if (!pending || event.data !== "/") return;
    text.removeEventListener("input", isAsked);
    wantTemplates();
  });
  document.querySelector("#composer-templates summary")?.addEventListener("click", async (event) => {
    if (!pending) return;
    event.preventDefault();
    (await wantTemplates())?.open();
  });
  // "{" opens the fields. Whoever goes on typing goes on in the text.
  function openMenu(id) {
    const menu = document.querySelector(id);
    if (!menu) return;
    menu.open = true;
    menu.querySelector(".cs-pop button")?.focus();
  }
  text.addEventListener("input", (event) => {
    if (event.data === "{") openMenu("#composer-fields");
  });
  form.addEventListener("keydown", (event) => {
    const items = [...(event.target.closest(".cs-pop")?.querySelectorAll("button") ?? [])];
    const at = items.indexOf(event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length === 1) event.stopPropagation(); // it is no key of the page
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      items.at((at + by) % items.length).focus();
    } else if (event.key === "Backspace" || (event.key.length === 1 && event.key !== " ")) {
      event.target.closest("details").open = false;
      text.focus(); // before the key arrives
    }
  });
  text.addEventListener("keydown", (event) => {
    const send = (value) => form.requestSubmit(form.querySelector(`[value="${value}"]`) || form.querySelector(".cs-primary"));
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event.shiftKey ? "send_close" : "send");
    if (event.key === "Escape" && !event.defaultPrevented) quoting && !quoting.hidden ? endQuoting() : document.querySelector("#inbox-scroll")?.focus();
    if (event.key === "ArrowUp" && !isWritten() && !editing && !event.shiftKey && pending) {
      event.preventDefault();
      form.dispatchEvent(new Event("edit-last"));
    }
  });

  // --- Emoji: a list that is loaded when it is first wanted -----------------------------------------------------
  const emoji = document.querySelector("#composer-emoji");
  const wantEmoji = () => import(form.dataset.emoji).then((list) => list.begin({ text, menu: emoji, changed: keep })).catch(() => null);
  emoji?.addEventListener("toggle", () => wantEmoji(), { once: true });
  text.addEventListener("input", function isAsked(event) {
    if (!emoji || event.data !== ":") return;
    text.removeEventListener("input", isAsked);
    wantEmoji();
  });

  // --- The contact sees that somebody types ---------------------------------------------------------------------
  let toldAt = 0;
  text.addEventListener("input", () => {
    if (!pending || editing || !text.value.trim() || Date.now() - toldAt < 5000) return;
    toldAt = Date.now();
    outbox.postOnce(location.pathname, { action: "typing" });
  });

  begin();
  takeTyped();
  takeRefused();
})();
