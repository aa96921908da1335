// The page of a broadcast that is sent loads itself again in part, and the form loads its preview. When the answer is
// another page, such as the sign-in after the session has ended, the preview stays as it is, and the page of a broadcast
// is loaded as a whole.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (xhr.responseText.includes(`id="${target.id}"`)) return;
  event.detail.shouldSwap = false;
  if (target.id === "live") window.location.reload();
});
