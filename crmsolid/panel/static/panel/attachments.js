// Files that a text is sent with: chosen, dropped or pasted, uploaded at once, and kept as ids in the field "attachments"
// of what has data-attaches="ADDRESS", a form or an editor. An upload that was cut off begins again by itself. Without the script, one file is
// sent with the form.
"use strict";

window.attachments = (() => {
  const MOST = 10;
  const RETRY = [1000, 2000, 4000];
  const WORDS = { wait: "No connection. It is uploaded when it is back.", out: "You are logged out. It is uploaded when you have logged in again." };

  function of(form) {
    const field = form.querySelector("input[name$=attachments]");
    const list = form.querySelector("[data-files]");
    const more = form.querySelector("[data-files-more]");
    const status = form.querySelector("[data-files-say]");
    const input = form.querySelector("input[type=file]");
    const open = new Map(); // chips whose file is not stored yet: what ends the upload
    const chips = () => [...list.children];
    const ids = () => chips().map((chip) => chip.dataset.file).filter(Boolean);

    function show() {
      field.value = ids().join(" ");
      if (more) more.hidden = !chips().some((chip) => ["photo", "video", "animation", "audio"].includes(chip.dataset.kind));
    }
    function changed() {
      show();
      form.dispatchEvent(new Event("attachments"));
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    function state(chip, words, { percent = null, isFailed = false } = {}) {
      chip.querySelector("[data-state]").textContent = words;
      chip.classList.toggle("is-failed", isFailed);
      chip.querySelector("[data-file-again]").hidden = !isFailed;
      const bar = chip.querySelector("progress");
      bar.hidden = percent === null;
      bar.value = percent ?? 0;
    }
    function chipFor({ id = "", kind = "", name, state: words = "", thumbnail = "" }) {
      const chip = form.querySelector("[data-file-chip]").content.firstElementChild.cloneNode(true);
      Object.assign(chip.dataset, { file: id, kind });
      for (const each of chip.querySelectorAll("[data-name], [data-name-again]")) each.textContent = name;
      chip.querySelector("[data-state]").textContent = words;
      if (thumbnail) chip.querySelector("[data-mark]").replaceChildren(Object.assign(new Image(40, 40), { src: thumbnail, alt: "" }));
      list.append(chip);
      return chip;
    }
    async function draw(chip, file) {
      if (!file.type.startsWith("image/")) return;
      const picture = await createImageBitmap(file).catch(() => null);
      if (!picture) return;
      const side = Math.min(picture.width, picture.height);
      const canvas = Object.assign(document.createElement("canvas"), { width: 80, height: 80 });
      canvas.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 80, 80);
      chip.querySelector("[data-mark]").replaceChildren(canvas);
    }

    function upload(chip, file, attempt = 0) {
      const request = new XMLHttpRequest();
      const { member, workspace, headers } = window.outbox;
      request.open("POST", `${form.dataset.attaches}?${new URLSearchParams({ member, workspace })}`);
      for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
      request.responseType = "json";
      const percentOf = (event) => (event.lengthComputable ? Math.floor((event.loaded / event.total) * 100) : 0);
      request.upload.addEventListener("progress", (event) => state(chip, `${percentOf(event)} %`, { percent: percentOf(event) }));
      request.addEventListener("loadend", () => (open.has(chip) ? ended(chip, file, attempt, request) : null));
      open.set(chip, () => request.abort());
      state(chip, "0 %", { percent: 0 });
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
      request.send(file);
    }
    function ended(chip, file, attempt, { status: code, response }) {
      if (code === 201) return stored(chip, response);
      const mayPass = !code || code === 401 || (code >= 500 && code !== 507) || response?.state === "elsewhere";
      if (!mayPass) {
        open.delete(chip);
        const words = response?.error || (code === 413 ? "It is too large." : "You may not upload files at the moment.");
        state(chip, words, { isFailed: true });
        chip.querySelector("[data-file-again]").onclick = () => upload(chip, file);
        say(`${file.name}: ${words}`);
        return changed();
      }
      // Cut off, or a server that restarts.
      state(chip, code === 401 ? WORDS.out : WORDS.wait, { percent: 0 });
      const again = () => {
        clearTimeout(timer);
        window.removeEventListener("online", again);
        if (open.has(chip)) upload(chip, file, attempt + 1);
      };
      const timer = setTimeout(again, RETRY[Math.min(attempt, RETRY.length - 1)]);
      window.addEventListener("online", again);
      open.set(chip, () => clearTimeout(timer));
    }
    function stored(chip, answer) {
      open.delete(chip);
      Object.assign(chip.dataset, { file: answer.id, kind: answer.kind });
      chip.dataset.thumbnail = answer.thumbnail || "";
      state(chip, sizeText(answer.size));
      say(`${answer.name} is uploaded.`);
      changed();
    }
    const say = (words) => (status.textContent = words);

    function add(files, arePasted = false) {
      for (const file of arePasted ? files.map(named) : files) {
        if (list.children.length >= MOST) {
          say(`A message has at most ${MOST} files.`);
          window.alert(`A message has at most ${MOST} files. “${file.name}” and what follows were left out.`);
          break;
        }
        const chip = chipFor({ name: file.name });
        draw(chip, file);
        upload(chip, file);
      }
      changed();
    }
    // What the files of an editor are called.
    async function recall(value) {
      const query = new URLSearchParams(value.split(" ").map((id) => ["id", id]));
      const answer = await fetch(`${form.dataset.attaches}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
      const { files } = answer?.ok ? await answer.json() : { files: value.split(" ").map((id) => ({ id, name: "A file", size: 0 })) };
      for (const file of files) chipFor({ ...file, state: sizeText(file.size) });
    }
    function remove(chip) {
      const next = chip.nextElementSibling || chip.previousElementSibling;
      open.get(chip)?.();
      open.delete(chip);
      chip.remove();
      (next?.querySelector("[data-file-off]") || input).focus();
      changed();
    }
    list.addEventListener("click", (event) => event.target.closest("[data-file-off]") && remove(event.target.closest("li")));
    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = ""; // the form does not send them again
    });
    form.addEventListener("paste", (event) => {
      const { files, types } = event.clipboardData;
      // What the composer has taken while this was loaded is not added twice. Programs add a picture of the text.
      if (event.defaultPrevented || !files.length || types.includes("text/plain")) return;
      event.preventDefault();
      add([...files], true);
    });
    dropInto(form.closest(".cs-thread-pane") || form, add);
    if (input.files.length) input.dispatchEvent(new Event("change")); // chosen before this script was there
    if (field.value && !list.children.length && field.form !== form) recall(field.value);
    else show();

    return {
      add,
      isOpen: () => open.size > 0,
      hasFailed: () => chips().some((chip) => chip.classList.contains("is-failed")),
      count: () => list.children.length,
      // What was uploaded, so that it can be shown again.
      describe: () => chips().filter((chip) => chip.dataset.file).map((chip) => ({
        id: chip.dataset.file,
        kind: chip.dataset.kind,
        name: chip.querySelector("[data-name]").textContent,
        state: chip.querySelector("[data-state]").textContent,
        thumbnail: chip.dataset.thumbnail || chip.querySelector("img")?.getAttribute("src") || "",
      })),
      // Those of a template.
      take(files) {
        const known = ids();
        for (const file of files) if (!known.includes(file.id)) chipFor({ ...file, state: sizeText(file.size) });
        changed();
      },
      // Uploads that go on stay.
      set(files) {
        for (const chip of chips()) if (chip.dataset.file || chip.classList.contains("is-failed")) chip.remove();
        list.prepend(...files.map(chipFor));
        show();
      },
    };
  }

  // A screenshot has no name of its own.
  function named(file) {
    if (file.name !== "image.png") return file;
    const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString();
    return new File([file], `Screenshot ${now.slice(0, 10)} ${now.slice(11, 19).replaceAll(":", ".")}.png`, { type: file.type });
  }
  function sizeText(bytes) {
    const units = ["bytes", "KB", "MB", "GB"];
    const unit = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 3);
    return `${(bytes / 1024 ** unit).toFixed(unit ? 1 : 0)} ${units[unit]}`;
  }
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  function dropInto(zone, add) {
    zone.addEventListener("dragover", (event) => hasFiles(event) && zone.classList.add("is-drop"));
    zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || zone.classList.remove("is-drop"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("is-drop");
      if (!event.defaultPrevented && hasFiles(event)) add([...event.dataTransfer.files]);
    });
  }
  // A file that is dropped beside it would be opened in place of the page.
  for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => hasFiles(event) && event.preventDefault());

  const known = new WeakMap();
  return { of: (form) => known.get(form) ?? known.set(form, of(form)).get(form) };
})();

for (const form of document.querySelectorAll("[data-attaches]")) window.attachments.of(form);
document.addEventListener("htmx:load", ({ detail }) => {
  for (const form of detail.elt.querySelectorAll("[data-attaches]")) window.attachments.of(form);
});
