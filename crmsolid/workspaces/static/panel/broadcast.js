// The page of a broadcast that is sent loads itself again in part. When the answer is another page, such as the sign-in
// after the session has ended, the whole page is loaded.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.responseText.includes('id="live"')) return;
  event.detail.shouldSwap = false;
  window.location.reload();
});
