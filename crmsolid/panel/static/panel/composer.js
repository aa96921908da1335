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

  // --- What was sent and is not confirmed -----------------------------------------------------------------------
  const ofPlace = () => outbox.entries().filter((entry) => entry.place === place);
  function bubbleOf(entry) {
    const found = document.getElementById(`pending-${entry.id}`);
    if (found) return found;
    const bubble = document.querySelector("#inbox-pending-bubble").content.firstElementChild.cloneNode(true);
    bubble.id = `pending-${entry.id}`;
    bubble.querySelector("[data-text]").textContent = entry.fields.text;
    bubble.querySelector("[data-take-back]").addEventListener("click", () => form.dispatchEvent(new CustomEvent("take-back", { detail: entry.id })));
    bubble.querySelector("[data-discard]").addEventListener("click", () => {
      outbox.remove(entry);
      document.querySelector("#composer-text, #inbox-scroll").focus();
    });
    pending.append(bubble);
    return bubble;
  }
  function showEntry(entry) {
    const bubble = bubbleOf(entry);
    bubble.firstElementChild.firstElementChild.classList.toggle("is-failed", Boolean(entry.refused));
    bubble.querySelector("[data-state]").textContent = entry.refused ? `Not sent. ${Object.values(entry.refused).join(" ")}` : outbox.words();
    bubble.querySelector("[data-take-back]").hidden = !form || !(entry.refused || outbox.hasTrouble());
    bubble.querySelector("[data-discard]").hidden = !entry.refused;
  }
  function showPending() {
    const all = ofPlace();
    const state = document.querySelector("#composer-state");
    if (state) state.textContent = all.some((entry) => !entry.refused) ? outbox.words() : "";
    if (!pending) return;
    const ids = all.map((entry) => `pending-${entry.id}`);
    // What was stored stays until the message itself is there.
    for (const bubble of [...pending.children]) if (!ids.includes(bubble.id) && !("isStored" in bubble.dataset)) bubble.remove();
    all.forEach(showEntry);
  }
  function showStored(id) {
    const bubble = document.getElementById(`pending-${id}`);
    if (!bubble) return;
    bubble.dataset.isStored = "";
    bubble.querySelector("[data-state]").textContent = "Sent";
  }
  document.querySelector("#inbox-messages")?.addEventListener("htmx:afterSwap", () => {
    for (const bubble of pending.querySelectorAll("[data-is-stored]")) bubble.remove();
  });
  document.addEventListener("outbox", ({ detail: { what, entry, answer } }) => {
    if (what === "changed") return showPending();
    if (what !== "stored" || entry.place !== place) return;
    if (pending) showStored(entry.id);
    else location.assign(answer.url);
  });
  showPending();
  if (!form) return; // nothing can be sent to a contact who has opted out

  // --- The draft ------------------------------------------------------------------------------------------------
  const text = document.querySelector("#composer-text");
  const errors = document.querySelector("#composer-errors");
  const sendAt = form.elements.send_at;
  const FIELDS = ["text", "send_at", "account", "to"].filter((name) => form.elements[name]);
  const shown = () => Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));
  const given = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].defaultValue ?? form.elements[name].value]));
  const fresh = () => ({ id: outbox.newId(), fields: { ...given, text: "", send_at: "" } });
  const isWritten = () => Boolean(text.value.trim());
  const join = (...texts) => texts.filter((each) => each.trim()).join("\n\n");
  let draft = null;
  let isOfOtherTab = false;

  function show(next, isOther = false) {
    draft = next;
    isOfOtherTab = isOther;
    form.elements.message_id.value = draft.id;
    for (const name of FIELDS) if (form.elements[name].value !== draft.fields[name]) form.elements[name].value = draft.fields[name];
    followSendAt();
  }
  function keep() {
    draft.fields = shown();
    return outbox.saveDraft(place, draft, isWritten() || draft.fields.to !== given.to);
  }
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
    const stored = outbox.draftOf(place);
    if (!text.defaultValue) return show(stored || fresh());
    const id = form.elements.message_id.defaultValue;
    const isKnown = !stored || stored.id === id;
    show({ id, fields: isKnown ? given : { ...stored.fields, text: join(given.text, stored.fields.text) } });
    keep();
    const address = new URL(location.href);
    address.searchParams.delete("text_of");
    history.replaceState(history.state, "", address);
  }
  function keepAsAnother() {
    show({ id: outbox.newId(), fields: shown() });
    keep();
  }
  // The other tab may send its text under its id before this tab hears of it, so what is changed here is another draft;
  // not if it was sent before, when only one of the texts may be stored.
  form.addEventListener("input", () => (isOfOtherTab && !draft.wasSent ? keepAsAnother() : keep()));
  // Another tab has written, sent or confirmed it. What it has not seen of this one stays.
  window.addEventListener("storage", (event) => {
    if (event.key !== outbox.draftKey(place)) return;
    if (event.newValue !== localStorage.getItem(event.key)) return; // it has changed again, and that is told next
    const before = event.oldValue ? JSON.parse(event.oldValue).fields.text : "";
    const isUnseen = isWritten() && !isOfOtherTab && text.value !== before;
    if (isUnseen && (!event.newValue || document.hasFocus())) keepAsAnother();
    else if (event.newValue) show(outbox.draftOf(place), true);
    else show(fresh());
  });
  // The browser may have put back what was in the fields when the page was left.
  window.addEventListener("pageshow", (event) => show(event.persisted ? outbox.draftOf(place) || fresh() : draft));

  // --- Sending --------------------------------------------------------------------------------------------------
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "preview") return;
    if (event.submitter?.name === "template") return insertTemplate(event);
    if (!isWritten()) {
      event.preventDefault();
      return text.focus();
    }
    const fields = shown();
    // It is closed once it is stored, unless the contact has written something that is not on this page.
    if (event.submitter?.value === "send_close") Object.assign(fields, { close: "yes", seen: form.elements.seen.value });
    const url = location.pathname + (pending ? "" : location.search);
    // Without room for it, the browser sends the form itself.
    if (!outbox.add({ id: draft.id, place, url, title: fields.to || form.dataset.title, fields })) return;
    event.preventDefault();
    show(fresh());
    showErrors({});
    text.focus();
    document.dispatchEvent(new Event("inbox:sent"));
  });
  // Into the composer, before what stands there already.
  function takeBack(entry) {
    const now = isWritten() ? shown() : entry.fields;
    show({ id: entry.id, wasSent: true, fields: { ...now, text: join(entry.fields.text, text.value) } });
    if (keep()) outbox.remove(entry);
    showErrors(entry.refused || {});
  }
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
    show(outbox.draftOf(place) || fresh());
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
    for (const menu of form.querySelectorAll("details[open]")) menu.open = false;
  }
  // The server puts the template into the text, as it does without this script.
  async function insertTemplate(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (text.value === "/") text.value = "";
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const response = await fetch(form.getAttribute("action"), { method: "POST", body }).catch(() => null);
    const page = new DOMParser().parseFromString(response?.ok ? await response.text() : "", "text/html");
    const found = page.querySelector("#composer-text");
    if (!found) return showErrors({ "": "The template could not be read. Try again." });
    text.value = found.value;
    insert("", "");
    keep();
    text.focus();
  }
  // "/" in an empty text opens the templates, "{" the fields. Whoever goes on typing goes on in the text.
  function openMenu(id) {
    const menu = document.querySelector(id);
    if (!menu) return;
    menu.open = true;
    menu.querySelector(".cs-pop button")?.focus();
  }
  text.addEventListener("input", (event) => {
    if (event.data === "/" && text.value === "/") openMenu("#composer-templates");
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
    if (event.key === "Escape") document.querySelector("#inbox-scroll")?.focus();
  });

  begin();
  takeRefused();
})();
