// The page of a broadcast that is sent and that of a QR code load themselves again in part, and the form of a broadcast
// loads its preview. When the answer is another page, the preview stays as it is, and the page is loaded as a whole, unless
// the server is in trouble. The form stays open when the session has ended: leaving for the log-in page would lose what was
// written.
"use strict";

const LOGGED_OUT =
  "You are logged out. Press “Save and see the preview”: you are asked to log in, and what you have written is kept.";

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { target, xhr } = event.detail;
  if (target.id !== "preview" || xhr.status !== 401) return;
  event.preventDefault(); // htmx would follow HX-Redirect
  target.querySelector("[role=status]").textContent = LOGGED_OUT;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (xhr.responseText.includes(`id="${target.id}"`)) return;
  event.detail.shouldSwap = false;
  if (target.id === "live" && xhr.status < 500) window.location.reload();
});
