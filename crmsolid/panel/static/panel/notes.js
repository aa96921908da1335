// Notes of a conversation: written in place of an answer and edited where they stand, without leaving the page. "@" offers
// the members. Loaded when somebody writes or edits a note; without it the forms are sent as they are.
const { outbox } = window;
const address = (parameters) => `${location.pathname}?${new URLSearchParams({ ...parameters, workspace: outbox.workspace })}`;
const newId = () => outbox.newId().replace("msg_", "not_");

let members = null;
async function membersNow() {
  const answer = await fetch(address({ part: "members" }), { headers: { Accept: "application/json" } });
  return (await answer.json()).members;
}
// The words of a name begin with what was typed, or the address does.
async function findMembers(typed) {
  members ??= membersNow().catch(() => (members = null));
  const words = typed.toLowerCase();
  const isMeant = ({ name, email }) => name.toLowerCase().startsWith(words) || name.toLowerCase().includes(` ${words}`) || email.startsWith(words);
  return ((await members) ?? []).filter(isMeant).slice(0, 8);
}
function offerMembers(text, suggest) {
  if (text.dataset.offers) return;
  text.dataset.offers = "members";
  suggest({
    text,
    label: "Members",
    typed: (before) => before.match(/(?:^|[^\w/.@=+-])@([^@\n]{0,40})$/)?.[1],
    find: findMembers,
    draw: ({ name, email }) => [["b", name], ["small", email]],
    choose: ({ name }, from, to) => text.setRangeText(`@${name} `, from - 1, to, "end"),
  });
}

export function begin(keep, suggest) {
  const form = document.querySelector("#note-new");
  const composer = document.querySelector("#composer");
  const messages = document.querySelector("#inbox-messages");
  const text = form.elements.text;

  // --- A new note, whose draft composer.js keeps ----------------------------------------------------------------
  offerMembers(text, suggest);

  function show(isNote) {
    if (composer) composer.hidden = isNote;
    form.hidden = !isNote && Boolean(composer);
    (isNote || !composer ? text : composer.elements.text).focus();
  }
  document.querySelector(".cs-thread-pane").addEventListener("click", (event) => {
    const tab = event.target.closest("[data-note-tab]");
    const edits = event.target.closest("[data-note-edit]");
    const cancels = event.target.closest("[data-note-cancel]");
    if (!(tab || edits || cancels) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (tab) show(tab.dataset.noteTab === "note");
    if (edits) edit(edits.dataset.noteEdit);
    if (cancels) close(cancels.closest(".cs-thread-note"));
  });

  async function send(target, action) {
    const words = target.querySelector("[data-note-error]");
    const button = target.querySelector("button[name=action]");
    const given = { action, note_id: target.elements.note_id.value, text: target.elements.text.value };
    button.disabled = true;
    const answer = await outbox.postOnce(location.pathname, given);
    const { state, errors } = (await answer?.json().catch(() => null)) ?? {};
    button.disabled = false;
    const isDone = state === "done";
    words.textContent = isDone ? "" : Object.values(errors ?? { "": "The server could not be reached. The note is kept; try again." }).join(" ");
    words.hidden = isDone;
    if (isDone) document.dispatchEvent(new Event("inbox:stale"));
    return isDone && given;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const given = await send(form, "note");
    if (!given) return;
    // What was typed meanwhile is another note.
    text.value = text.value === given.text ? "" : text.value;
    form.elements.note_id.value = newId();
    keep();
    if (!text.value) show(false);
    document.querySelector("#inbox-scroll").scrollTop = 0;
  }, true);

  // --- A note that is edited: messages.js sees to it that what comes in meanwhile leaves its form alone -------------
  async function edit(id) {
    const answer = await fetch(address({ part: "note", edit: id })).catch(() => null);
    const note = document.getElementById(`note-${id}`);
    if (!answer?.ok || !note) return location.assign(note?.querySelector("[data-note-edit]").href ?? location.href);
    note.outerHTML = await answer.text();
    begun(document.getElementById(`note-${id}`));
  }
  function begun(note) {
    const field = note?.querySelector("textarea");
    if (!field) return;
    offerMembers(field, suggest);
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }
  function close(note) {
    note.querySelector("form").remove(); // so that the note itself comes back
    document.dispatchEvent(new Event("inbox:stale"));
    document.querySelector("#inbox-scroll").focus();
  }
  messages.addEventListener("submit", async (event) => {
    const target = event.target.closest(".cs-thread-note [data-note-form]");
    if (!target) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await send(target, "edit_note_here")) close(target.closest(".cs-thread-note"));
  }, true);
  document.querySelector(".cs-thread-pane").addEventListener("keydown", (event) => {
    const target = event.target.closest("[data-note-form]");
    if (!target || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) target.requestSubmit();
    if (event.key !== "Escape") return;
    if (target === form) show(false);
    else close(target.closest(".cs-thread-note"));
  });
  begun(messages.querySelector(".cs-thread-note:has(form[data-note-form])"));
  return true;
}
