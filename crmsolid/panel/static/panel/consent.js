// The consent page says what the assistant could do at worst with what is chosen now.
const form = document.querySelector("#allow"), sentence = form.querySelector("[data-at-worst]");
let asked = 0;
form.addEventListener("change", async () => {
  const number = ++asked, body = new FormData(form);
  body.append("preview", "yes");
  try {
    const answer = await fetch(location.href, { method: "POST", body });
    if (answer.ok && number === asked) sentence.textContent = await answer.text();
  } catch { /* Offline: the answer to the form says so. */ }
});
