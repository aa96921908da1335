// Forms that save themselves, such as the facts of a contact: <form data-saves id="…">. A change of a field is sent, and what
// the page says then is taken over, with errors at their fields. Enter saves, Esc puts back what is stored.
{
  const saved = new WeakMap(); // of forms: what the server has, as it would be sent
  const OWN = ["csrfmiddlewaretoken", "_shown", "before"]; // what is sent besides the values
  const read = (form) => new URLSearchParams(new FormData(form));
  const values = (data) => new URLSearchParams([...data].filter(([name]) => !OWN.includes(name))).toString();
  const isChanged = (form) => !saved.has(form) || values(read(form)) !== values(saved.get(form));

  function sayErrors(form, shown) {
    for (const place of form.querySelectorAll("[data-errors]")) {
      const said = shown.querySelector(`[data-errors="${CSS.escape(place.dataset.errors)}"]`);
      place.replaceChildren(...(said ? said.cloneNode(true).childNodes : []));
      place.closest("dd")?.classList.toggle("cs-has-error", Boolean(place.querySelector(".cs-error")));
    }
    for (const each of shown.querySelectorAll("[id]")) {
      const own = form.querySelector(`#${CSS.escape(each.id)}`);
      if (!own?.matches("input, select, textarea")) continue;
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (each.hasAttribute(name)) own.setAttribute(name, each.getAttribute(name));
        else own.removeAttribute(name);
      }
    }
  }

  function clearErrors(form) {
    for (const error of form.querySelectorAll("[data-errors] :is(.cs-error, .cs-alert)")) error.remove();
    for (const place of form.querySelectorAll(".cs-has-error")) place.classList.remove("cs-has-error");
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  // Change the digests of what the form shows of each field, by their names.
  function digests(form, change) {
    const field = form.elements._shown;
    if (!field) return;
    const known = JSON.parse(field.value);
    change(known);
    field.value = JSON.stringify(known);
  }

  // What somebody has typed since the form was sent stays. It is still compared with what they saw when they began, so that
  // it does not replace what somebody else has stored by now, which the answer shows.
  function take(form, shown, sent) {
    const was = saved.get(form);
    const late = [];
    for (const each of shown.elements) {
      const own = each.name && each.name !== "csrfmiddlewaretoken" && form.elements[each.name];
      if (!own || !("value" in own)) continue;
      if (OWN.includes(each.name) || own.value === (sent.get(each.name) ?? own.value)) {
        own.value = each.value;
        own.dispatchEvent(new Event("combobox:show"));
      } else late.push(each.name);
    }
    digests(form, (known) => {
      const before = JSON.parse(sent.get("_shown"));
      for (const name of late) if (was?.get(name) === sent.get(name)) known[name] = before[name];
    });
    if (form.elements.before && late.includes("tags")) form.elements.before.value = sent.get("tags");
    sayErrors(form, shown);
  }

  // Other pages of the timeline stay, and so does what has the focus.
  function follow(page) {
    for (const part of document.querySelectorAll("[data-follows]")) {
      const now = page.getElementById(part.id);
      const isLeft = part.contains(document.activeElement) || (part.id === "timeline" && /[?&](show|older)=/.test(location.search));
      if (now && !isLeft) part.replaceChildren(...now.childNodes);
    }
    const toasts = document.querySelector("#toasts");
    toasts.prepend(...page.querySelector("#toasts").children);
    toasts.popover = null;
    if (!document.querySelector(":popover-open")) return;
    toasts.popover = "manual"; // above the part that is open over the page
    toasts.showPopover();
  }

  async function save(form) {
    if (form.dataset.saving || !isChanged(form)) return;
    const sent = read(form);
    form.dataset.saving = "yes";
    const address = form.getAttribute("action") || location.href;
    const answer = await fetch(address, { method: "POST", body: sent, keepalive: true }).catch(() => null);
    // Somebody who was logged out, or who came from another page to correct a field.
    if (answer?.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
    const html = answer && (answer.ok || answer.status === 422) ? await answer.text().catch(() => "") : "";
    const page = new DOMParser().parseFromString(html, "text/html");
    const shown = page.getElementById(form.id);
    delete form.dataset.saving;
    if (!shown) {
      const error = document.createElement("p");
      error.className = "cs-error";
      error.setAttribute("role", "alert");
      error.textContent = "Not saved. Try again.";
      form.querySelector("[data-errors]")?.replaceChildren(error);
      return;
    }
    const isLate = values(read(form)) !== values(sent); // there is more to save by now
    const stored = read(shown); // before its parts are moved from it
    take(form, shown, sent);
    if (answer.ok) {
      saved.set(form, stored);
      follow(page);
    }
    if (isLate) save(form);
  }

  // What a form beside them has changed, such as Undo. What somebody is typing stays.
  document.addEventListener("saved-elsewhere", ({ detail: page }) => {
    for (const form of document.querySelectorAll("form[data-saves]")) {
      const shown = page.getElementById(form.id);
      if (!shown) continue;
      const stored = read(shown);
      if (!saved.has(form)) saved.set(form, read(form));
      take(form, shown, saved.get(form));
      saved.set(form, stored);
    }
  });

  // The value that is stored, and the digest that goes with it, so that nothing is sent of this field.
  function restore(field) {
    const { form, name } = field;
    const stored = saved.get(form);
    if (!name || !stored) return;
    field.value = stored.get(name) ?? "";
    digests(form, (known) => {
      known[name] = JSON.parse(stored.get("_shown"))[name];
    });
    if (isChanged(form)) save(form);
    else clearErrors(form);
  }

  const formOf = (target) => target.form?.matches("form[data-saves]") && target.form;
  let keyed = null; // a list in which keys choose, which pass others on the way: it is saved once somebody goes on
  document.addEventListener("focusin", ({ target }) => {
    const form = formOf(target);
    if (form && !saved.has(form)) saved.set(form, read(form));
  });
  document.addEventListener("change", ({ target }) => formOf(target) && target !== keyed && save(target.form));
  document.addEventListener("focusout", ({ target }) => {
    keyed = null;
    if (target.localName === "select" && formOf(target)) save(target.form);
  });
  document.addEventListener("pointerdown", () => (keyed = null));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-saves]")) return;
    event.preventDefault();
    save(event.target);
  });
  document.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (event.isComposing || event.defaultPrevented) return;
    const isEnter = key === "Enter" && !event.shiftKey;
    if (isEnter && target.matches("[data-enter-sends]")) {
      event.preventDefault();
      target.form.requestSubmit();
    } else if (formOf(target) && target.getAttribute("role") !== "combobox") {
      if (isEnter) {
        event.preventDefault();
        save(target.form);
      } else if (key === "Escape") {
        keyed = null;
        restore(target);
      } else if (target.localName === "select" && key !== "Tab") {
        keyed = target;
      }
    }
  });
}
