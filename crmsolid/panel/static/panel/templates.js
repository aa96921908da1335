// Templates in the composer: "/" at the beginning of a word offers them, found by their name and their text while one types,
// what is used most first. The server fills one in for the contact. Loaded when it is first wanted.
const { outbox } = window;

// Both texts as they are compared.
const folded = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// How well a word fits: in the name, at the beginning of a word of it, in the text, with a letter wrong, or not at all.
function fit(word, { name, words, text }) {
  if (name.startsWith(word)) return 5;
  if (words.some((each) => each.startsWith(word))) return 4;
  if (name.includes(word)) return 3;
  if (text.includes(word)) return 2;
  return word.length > 3 && words.some((each) => isNear(word, each.slice(0, word.length + 1))) ? 1 : 0;
}
// Whether one letter more, less, other or exchanged makes this word the beginning of the other.
function isNear(word, other) {
  let at = 0;
  while (at < word.length && word[at] === other[at]) at++;
  const [rest, others] = [word.slice(at), other.slice(at)];
  const begins = (one, whole) => whole.startsWith(one);
  return begins(rest.slice(1), others.slice(1)) || begins(rest.slice(1), others) || begins(rest, others.slice(1)) || (rest[0] === others[1] && rest[1] === others[0] && begins(rest.slice(2), others.slice(2)));
}

export function begin(form, suggest, { keep, showErrors, withTools, isEditing }) {
  const text = form.elements.text;
  const used = form.elements.templates;
  let all = null;
  async function read() {
    const query = new URLSearchParams({ part: "templates", workspace: outbox.workspace });
    const answer = await fetch(`${location.pathname}?${query}`, { headers: { Accept: "application/json" } });
    return (await answer.json()).templates.map((each) => ({ ...each, key: { name: folded(each.name), words: folded(`${each.name} ${each.text}`).match(/[\p{L}\p{N}]+/gu) ?? [], text: folded(each.text) } }));
  }
  async function find(typed) {
    const found = await (all ??= read().catch(() => (all = null)));
    if (!found) return [];
    const words = folded(typed).split(/\s+/).filter(Boolean);
    const fitting = found.map((each) => ({ ...each, fits: words.map((word) => fit(word, each.key)) }));
    const score = ({ fits }) => fits.reduce((sum, one) => sum + one, 0);
    return fitting.filter(({ fits }) => fits.every(Boolean)).sort((one, other) => score(other) - score(one)).slice(0, 20);
  }
  const filesOf = (count) => (count === 1 ? "1 file" : `${count} files`);

  async function putIn({ id }, from, to) {
    let start = from - 1; // the "/"
    const before = text.value.slice(0, start);
    const after = text.value.slice(to);
    const was = text.value;
    text.readOnly = true;
    const response = await outbox.postOnce(location.pathname, { action: "fill", template: id, before, after, format: form.elements.format.value });
    const answer = await response?.json().catch(() => null);
    text.readOnly = false;
    if (answer?.state !== "done") return showErrors({ template: answer?.said ?? "The template could not be read. Try again." });
    if (text.value !== was) return undefined; // another draft came in between
    text.value = answer.text;
    form.elements.format.value = answer.format;
    form.elements.format.dispatchEvent(new Event("format", { bubbles: true }));
    used.value = [...new Set([...used.value.split(" ").filter(Boolean), String(id)])].slice(-2).join(" ");
    if (answer.files.length) (await withTools()).take(answer.files);
    keep();
    point(answer);
  }
  // The cursor stands behind the template, or what is missing is selected.
  function point({ from, to, missing }) {
    const first = missing.map((name) => `{${name}}`).map((name) => [text.value.indexOf(name, from), name.length]).filter(([at]) => at >= from && at < to).sort(([one], [other]) => one - other)[0];
    text.focus();
    text.setSelectionRange(...(first ? [first[0], first[0] + first[1]] : [to, to]));
    const names = missing.map((name) => `{${name}}`).join(", ");
    showErrors(missing.length ? { text: `${form.dataset.title} has no value for ${names}. Write it in its place.` } : {});
  }

  let isByButton = false;
  const list = suggest({
    text,
    label: "Templates",
    typed: (before) => (isEditing() ? undefined : before.match(/(?:^|\s)\/([^\n/]{0,40})$/)?.[1]),
    find,
    draw: ({ name, own, files, text: words }) => [["b", name], ["small", [own && "Yours", files && filesOf(files)].filter(Boolean).join(" · ")], ["q", words]],
    choose: (item, from, to) => {
      isByButton = false;
      putIn(item, from, to);
    },
    // Whoever has written more means no template.
    none: (typed) => (/\s|.{16}/.test(typed) ? "" : typed ? `No template has “${typed}”.` : "No templates yet. Keep what you have written as one: the menu beside Send."),
    // What the button has put there goes with the list.
    closed() {
      if (isByButton && text.value[text.selectionStart - 1] === "/") text.setRangeText("", text.selectionStart - 1, text.selectionStart, "end");
      isByButton = false;
      keep();
    },
  });
  text.addEventListener("input", () => {
    if (!text.value.trim()) used.value = "";
  });
  // As if "/" had been typed.
  function open() {
    text.focus();
    const at = text.selectionStart;
    text.setRangeText(/(^|\s)$/.test(text.value.slice(0, at)) ? "/" : " /", at, text.selectionEnd, "end");
    isByButton = true;
    list.offer();
  }
  return { open };
}
