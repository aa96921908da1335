// What pages of the panel share. Everything works without it; it only saves clicks. A page's own script is beside it.
"use strict";

// <form data-once>: a second click sends nothing. <button data-busy-text="…"> says what goes on meanwhile.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button && button.dataset.busyText) {
    button.dataset.text = button.textContent;
    button.textContent = button.dataset.busyText;
  }
  if (button) button.setAttribute("aria-disabled", "true");
});
function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.text) button.textContent = button.dataset.text;
  }
}
// Going back shows the page as it was left.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// <button data-ready-in="SECONDS"> cannot be used before, and counts them down.
for (const button of document.querySelectorAll("button[data-ready-in]")) {
  const text = button.textContent;
  const ready = Date.now() + button.dataset.readyIn * 1000;
  const count = () => {
    const left = Math.ceil((ready - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? `${text} (in ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")})` : text;
    if (left <= 0) clearInterval(timer);
  };
  const timer = setInterval(count, 1000);
  count();
}

// <form data-logs-out="MEMBER">: whoever uses the browser next does not get what the member wrote (outbox.js), opened
// (palette.js) or was told (alerts.js).
const keysOf = (member) => Object.keys(localStorage).filter((key) => {
  const [kind, whose] = key.split(":");
  return ["draft", "outbox", "kept", "browser", "recent", "alerts"].includes(kind) && whose === member;
}).sort().reverse(); // "kept" before "draft" (composer.js)
document.addEventListener("submit", (event) => {
  const member = event.target.dataset.logsOut;
  if (!member) return;
  const isUnsent = keysOf(member).some((key) => key.startsWith("outbox:"));
  if (isUnsent && !confirm("Messages that are not sent yet will be lost. Log out?")) return event.preventDefault();
  sessionStorage.setItem("logs-out", member);
});
// Not before the next page says that nobody is logged in any more. The page that was left may have kept more until then.
const loggedOut = sessionStorage.getItem("logs-out");
if (loggedOut) {
  if (!document.querySelector("#outbox")) {
    for (const key of keysOf(loggedOut)) localStorage.removeItem(key);
    sessionStorage.clear(); // what was searched for
  }
  sessionStorage.removeItem("logs-out");
}

// <button data-copy="#id">: copies what the field says.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.querySelector(button.dataset.copy);
  if (field.select) field.select();
  else window.getSelection().selectAllChildren(field);
  const text = "value" in field ? field.value : field.textContent;
  let copied = true;
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copied = document.execCommand("copy"); // pages without TLS have no clipboard
  button.querySelector("span").textContent = copied ? "Copied" : "Press Ctrl C";
});

// <input data-enables> is the tick that <button data-needs-tick> of the same form waits for.
function followTicks(form) {
  const tick = form.querySelector("[data-enables]");
  for (const button of form.querySelectorAll("[data-needs-tick]")) button.disabled = tick && !tick.checked;
}
// <div data-shown-if="field:value"> and <div data-hidden-if="field:value"> follow a field of their form. What data-off
// hides before the script is there does not move the page.
function followFields(form) {
  for (const part of form.querySelectorAll("[data-shown-if], [data-hidden-if]")) {
    const [name, value] = (part.dataset.shownIf || part.dataset.hiddenIf).split(":");
    const holds = new FormData(form).get(name) === value;
    delete part.dataset.off;
    part.hidden = part.dataset.shownIf ? !holds : holds;
  }
}
document.addEventListener("change", (event) => {
  if (!event.target.form) return;
  followTicks(event.target.form);
  followFields(event.target.form);
});

// A toast goes after 8 seconds, of which none count while somebody points at one, has the focus in it, or looks at another
// tab. Where CSS cannot see scripts it is a strip on the page, and stays.
const toasts = document.querySelector("#toasts");
if (toasts && matchMedia("(scripting: enabled)").matches) {
  const isRead = () => !document.hidden && !toasts.matches(":hover, :focus-within");
  setInterval(() => {
    for (const toast of isRead() ? toasts.children : []) {
      toast.dataset.seconds = Number(toast.dataset.seconds || 0) + 1;
      if (toast.dataset.seconds > 8) toast.remove();
    }
  }, 1000);
}

// <details class="cs-menu"> closes on Escape and on a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.cs-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.cs-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The side of a long place shows the line of this page.
const side = document.querySelector("#side");
const showLine = () => side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
if (side) {
  showLine();
  side.addEventListener("toggle", showLine);
}

// <button data-rail-slim> hides the names of the rail's places, or shows them again; the server draws it as it was left.
const slim = document.querySelector("[data-rail-slim]");
if (slim) {
  const app = document.querySelector(".cs-app");
  const describe = () => slim.setAttribute("aria-pressed", app.dataset.rail === "slim");
  slim.hidden = false;
  describe();
  slim.addEventListener("click", () => {
    app.dataset.rail = app.dataset.rail === "slim" ? "" : "slim";
    document.cookie = `rail=${app.dataset.rail}; path=/panel/; max-age=31536000; samesite=lax`;
    describe();
  });
}

// <button data-dialog="#id"> opens a dialog; its <form method="dialog"> closes it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button) document.querySelector(button.dataset.dialog).showModal();
});

// <div data-drawer> is a list: in a wide window the page of the row that is chosen opens beside it, from the row's link.
const drawerList = document.querySelector("[data-drawer]");
if (drawerList) {
  const flush = drawerList.parentElement;
  const close = () => {
    const row = drawerList.querySelector("tr[aria-current]");
    row?.removeAttribute("aria-current");
    document.querySelector(".cs-drawer")?.remove();
    flush.parentElement.classList.remove("cs-with-drawer");
    row?.querySelector("th a")?.focus();
  };
  const open = async (link) => {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.querySelector("#content .cs-body");
    if (!answer.ok || !content) return (location.href = link.href);
    if (document.querySelector(".cs-drawer")) close();
    const drawer = document.createElement("aside");
    drawer.className = "cs-drawer";
    drawer.innerHTML = `<div class="cs-side-head"><h2 class="cs-cut" tabindex="-1"></h2><span class="cs-actions"><a class="cs-button is-plain is-small">Open</a><button type="button" class="cs-button is-plain is-small">Close</button></span></div>`;
    const heading = drawer.querySelector("h2");
    heading.textContent = page.querySelector("h1").textContent.trim();
    drawer.setAttribute("aria-label", heading.textContent);
    drawer.querySelector("a").href = link.href;
    drawer.querySelector("button").addEventListener("click", close);
    drawer.append(...content.children);
    link.closest("tr").setAttribute("aria-current", "true");
    flush.parentElement.classList.add("cs-with-drawer");
    flush.after(drawer);
    prepare(drawer);
    heading.focus();
  };
  drawerList.addEventListener("click", (event) => {
    const link = event.target.closest("tbody th a");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (!link || !isPlain || !matchMedia("(min-width: 1280px)").matches) return;
    event.preventDefault();
    open(link).catch(() => (location.href = link.href));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.querySelector(".cs-drawer") && !event.defaultPrevented) close();
  });
}

// What needs the script is hidden until it is there.
function prepare(root) {
  for (const button of root.querySelectorAll("[data-copy], [data-dialog]")) button.hidden = false;
  for (const form of root.querySelectorAll("form")) {
    followTicks(form);
    followFields(form);
  }
}
prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt));

// A form that was refused: the keyboard goes on at the first field to correct, else at what is said above the form. Parts
// that are replaced while somebody types, such as previews, leave the focus alone.
function focusRefused() {
  const isShown = (each) => each.getClientRects().length > 0 || each.closest("details:not([open])");
  const first = (selector) => [...document.querySelectorAll(selector)].find(isShown);
  const found =
    first("form [aria-invalid='true'], form .cs-has-error") ||
    first("form .cs-error") ||
    first("form [role='alert'].cs-alert, .cs-message-error");
  if (!found) return;
  const controls = "input:not([type='hidden']), select, textarea";
  const field = found.matches(controls) ? found : found.closest("fieldset, .cs-field, .cs-has-error")?.querySelector(controls);
  const target = field || found;
  if (!field) target.tabIndex = -1;
  focusIn(target);
}
// Closed parts in which it is are opened.
function focusIn(target) {
  for (let each = target; (each = each.parentElement.closest("details:not([open])")); ) each.open = true;
  target.focus();
}
focusRefused();

// <div data-scrolls>: what is wider than the page can be scrolled with the keyboard, too.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const name = target.localName === "pre" ? "Code" : "Table";
    for (const [attribute, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", name]]) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute(attribute, value);
      else target.removeAttribute(attribute);
    }
  }
});
for (const each of document.querySelectorAll("[data-scrolls]")) sizes.observe(each);
