// The page of a broadcast that is sent and that of a QR code load themselves again in part. When the answer is another page,
// it is loaded as a whole, unless the server is in trouble.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (xhr.responseText.includes(`id="${target.id}"`)) return;
  event.detail.shouldSwap = false;
  if (target.id === "live" && xhr.status < 500) window.location.reload();
});
