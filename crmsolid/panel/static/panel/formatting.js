// Formats what is selected in a <textarea>: the menu [data-formats] and keys. The text is plain until one of them is used;
// then it is Markdown, and what stood in it before goes on meaning itself.
"use strict";

(() => {
  const MARKS = {
    markdown: { bold: ["**", "**"], italic: ["*", "*"], underline: ["__", "__"], strike: ["~~", "~~"], spoiler: ["||", "||"], code: ["`", "`"] },
    html: { bold: ["<b>", "</b>"], italic: ["<i>", "</i>"], underline: ["<u>", "</u>"], strike: ["<s>", "</s>"], spoiler: ["<tg-spoiler>", "</tg-spoiler>"], code: ["<code>", "</code>"], quote: ["<blockquote>", "</blockquote>"] },
  };
  // With Ctrl or Cmd, and with Shift.
  const KEYS = { KeyB: "bold", KeyI: "italic", KeyU: "underline" };
  const SHIFTED = { KeyX: "strike", KeyP: "spoiler", KeyM: "code", Digit9: "quote", KeyU: "link" };
  const ITEMS = [
    ["bold", "<b>B</b>", "Bold", "Ctrl B"],
    ["italic", "<i>I</i>", "Italic", "Ctrl I"],
    ["underline", "<u>U</u>", "Underline", "Ctrl U"],
    ["strike", "<s>S</s>", "Strike", "Ctrl Shift X"],
    ["spoiler", "▒", "Spoiler", "Ctrl Shift P"],
    ["code", "<code>&lt;&gt;</code>", "Code", "Ctrl Shift M"],
    ["quote", "&gt;", "Quote", "Ctrl Shift 9"],
    ["link", "↗", "Link", "Ctrl Shift U"],
  ];
  const SPECIAL = /[\\`*]|(?<!\w)_|_(?!\w)|~~|\|\||\[(?=[^\]\n]*\]\()|^>/gm;
  const escaped = (text) => text.replace(SPECIAL, (found) => [...found].map((each) => `\\${each}`).join(""));

  const placeOf = (target) => target.closest(".cs-editor, form");
  const fieldOf = (place) => place.querySelector("input[name$=format]");
  function show(place) {
    const off = place.querySelector("[data-format-off]");
    const { value } = fieldOf(place);
    off.hidden = value === "plain";
    off.firstChild.data = value === "html" ? "HTML " : "Markdown ";
  }
  function set(place, format) {
    const field = fieldOf(place);
    if (field.value === format) return;
    field.value = format;
    show(place);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // Of a plain text, becomes Markdown: the selection stays on the same words.
  function begin(place, text) {
    if (fieldOf(place).value !== "plain") return;
    const { selectionStart: start, selectionEnd: end, value } = text;
    const parts = [value.slice(0, start), value.slice(start, end), value.slice(end)].map(escaped);
    if (parts.join("") !== value) text.value = parts.join("");
    text.setSelectionRange(parts[0].length, parts[0].length + parts[1].length);
    set(place, "markdown");
  }
  function replace(text, words, from, to) {
    text.focus();
    // So that it can be undone.
    if (!document.execCommand("insertText", false, words)) text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    if (from !== undefined) text.setSelectionRange(from, to);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function wrap(text, [before, after]) {
    const chosen = text.value.slice(text.selectionStart, text.selectionEnd);
    const [, left, words, right] = chosen.match(/^(\s*)(.*?)(\s*)$/s); // marks stand at the words
    const from = text.selectionStart + left.length + before.length;
    replace(text, `${left}${before}${words}${after}${right}`, from, from + words.length);
  }
  function quote(text) {
    const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
    const end = text.selectionEnd;
    text.setSelectionRange(start, end);
    replace(text, text.value.slice(start, end).replace(/^/gm, "> "));
  }
  function link(text, isHtml) {
    const words = text.value.slice(text.selectionStart, text.selectionEnd) || "text";
    const at = text.selectionStart + (isHtml ? 9 : words.length + 3);
    replace(text, isHtml ? `<a href="https://">${words}</a>` : `[${words}](https://)`, at, at + 8);
  }
  function apply(place, kind) {
    const text = place.querySelector("textarea");
    begin(place, text);
    const isHtml = fieldOf(place).value === "html";
    if (kind === "link") link(text, isHtml);
    else if (kind === "quote" && !isHtml) quote(text);
    else wrap(text, MARKS[fieldOf(place).value][kind]);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-format], [data-format-off]");
    if (!button) return;
    const place = placeOf(button);
    if (button.matches("[data-format-off]")) {
      set(place, "plain");
      return place.querySelector("textarea").focus();
    }
    button.closest("details").open = false;
    apply(place, button.dataset.format);
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.localName !== "textarea") return;
    const place = placeOf(event.target);
    const kind = (event.shiftKey ? SHIFTED : KEYS)[event.code];
    if (!kind || !place?.querySelector("[data-formats]")) return;
    event.preventDefault();
    apply(place, kind);
  });
  // Another format came with a draft or a template.
  document.addEventListener("format", (event) => show(placeOf(event.target)));
  for (const menu of document.querySelectorAll("[data-formats]")) {
    menu.querySelector(".cs-pop").innerHTML = ITEMS.map(([kind, sign, name, keys]) => `<button type="button" class="cs-item" data-format="${kind}"><span class="cs-sign" aria-hidden="true">${sign}</span> ${name} <kbd>${keys}</kbd></button>`).join("");
    show(placeOf(menu));
  }
})();
