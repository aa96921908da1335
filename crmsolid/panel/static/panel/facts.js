// Forms that save themselves, such as the facts of a contact: <form data-saves id="…">. A change of a field is sent, and what
// the page says then is taken over, with errors at their fields. Enter saves, Esc puts back what stood there before.
{
  const saved = new WeakMap(); // of forms: what the server has, as it would be sent
  const before = new WeakMap(); // of fields: the value when they got the focus
  const text = (form) => new URLSearchParams(new FormData(form)).toString();

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

  // What somebody has typed since the form was sent stays.
  function take(form, shown, sent) {
    for (const each of shown.elements) {
      const own = each.name && each.name !== "csrfmiddlewaretoken" && form.elements[each.name];
      if (!own || !("value" in own) || own.value !== (sent.get(each.name) ?? own.value)) continue;
      own.value = each.value;
      own.dispatchEvent(new Event("combobox:show"));
    }
    sayErrors(form, shown);
  }

  function follow(page) {
    for (const part of document.querySelectorAll("[data-follows]")) {
      const now = page.getElementById(part.id);
      if (now) part.replaceChildren(...now.childNodes);
    }
    const toasts = document.querySelector("#toasts");
    toasts.prepend(...page.querySelector("#toasts").children);
    toasts.popover = null;
    if (!document.querySelector(":popover-open")) return;
    toasts.popover = "manual"; // above the part that is open over the page
    toasts.showPopover();
  }

  async function save(form) {
    if (form.dataset.saving) return;
    const sent = text(form);
    if (sent === saved.get(form)) return;
    form.dataset.saving = "yes";
    const address = form.getAttribute("action") || location.href;
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(sent), keepalive: true }).catch(() => null);
    // Somebody who was logged out, or who came from another page to correct a field.
    if (answer?.redirected && new URL(answer.url).pathname !== location.pathname) return location.assign(answer.url);
    const page = answer && (answer.ok || answer.status === 422) ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    const shown = page?.getElementById(form.id);
    delete form.dataset.saving;
    if (!shown) {
      const error = document.createElement("p");
      error.className = "cs-error";
      error.setAttribute("role", "alert");
      error.textContent = "Not saved. Try again.";
      form.querySelector("[data-errors]")?.replaceChildren(error);
      return;
    }
    const isLate = text(form) !== sent; // there is more to save by now
    take(form, shown, new URLSearchParams(sent));
    if (answer.ok) {
      follow(page);
      if (!isLate) saved.set(form, text(form));
    }
    if (isLate) save(form);
  }

  // What a form beside them has changed, such as Undo. What somebody is typing stays.
  document.addEventListener("saved-elsewhere", ({ detail: page }) => {
    for (const form of document.querySelectorAll("form[data-saves]")) {
      const shown = page.getElementById(form.id);
      if (!shown) continue;
      const known = saved.get(form) ?? text(form);
      const isTyped = text(form) !== known;
      take(form, shown, new URLSearchParams(known));
      if (!isTyped) saved.set(form, text(form));
    }
  });

  const formOf = (target) => target.form?.matches("form[data-saves]") && target.form;
  document.addEventListener("focusin", ({ target }) => {
    const form = formOf(target);
    if (!form) return;
    if (!saved.has(form)) saved.set(form, text(form));
    before.set(target, target.value);
  });
  document.addEventListener("change", ({ target }) => formOf(target) && save(target.form));
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
        before.set(target, target.value);
      } else if (key === "Escape" && before.has(target)) {
        target.value = before.get(target);
      }
    }
  });
}
