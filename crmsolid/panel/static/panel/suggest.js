// A list of what can be put in place of what is typed in a <textarea>: members behind "@", templates behind "/". The focus
// stays in the text; arrows, Enter, Tab and Escape go to the list while it is shown.
//   typed(before)            what was typed of it at the end of this text, undefined if the list is not asked for
//   find(typed)              what is offered, the best first; may take time
//   draw(item)               the lines of an item, as [element, text]
//   choose(item, from, to)   puts it in the place of what was typed, which stands there in the text
//   none(typed)              what the list says if nothing is found; without it, or where it says nothing, the list closes
let number = 0;

export function suggest({ text, label, typed, find, draw, choose, none, closed }) {
  const id = `suggest-${++number}`;
  const list = Object.assign(document.createElement("ul"), { id, className: "cs-suggest", hidden: true, ariaLabel: label });
  list.setAttribute("role", "listbox");
  text.after(list);
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-controls", id);
  let items = [];
  let at = 0;
  let asked = 0; // the latest question; answers to earlier ones are late
  let isWaiting = false;
  let chooses = false; // Enter came before the answer
  let dismissed; // what Escape has closed stays closed until it is another word

  const before = () => text.value.slice(0, text.selectionStart);
  const wanted = () => (text.selectionStart === text.selectionEnd ? typed(before()) : undefined);
  function close() {
    asked++;
    isWaiting = chooses = false;
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }
  function point(next) {
    at = (next + items.length) % items.length;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", index === at));
    list.children[at].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function take(index) {
    const end = text.selectionStart;
    const item = items[index];
    const start = end - (wanted()?.length ?? 0);
    close();
    choose(item, start, end);
    dismissed = wanted(); // nothing is offered for what stands there now, or until the server has put it in
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function row(item, index) {
    const each = Object.assign(document.createElement("li"), { id: `${id}-${index}`, className: "cs-item" });
    each.setAttribute("role", "option");
    each.append(...draw(item).map(([name, words]) => Object.assign(document.createElement(name), { textContent: words, dir: "auto" })));
    each.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(index);
    });
    return each;
  }
  async function offer() {
    const word = wanted();
    if (word === undefined || word === dismissed) {
      if (word === undefined) dismissed = undefined;
      return list.hidden && !isWaiting ? undefined : close();
    }
    dismissed = undefined;
    const question = ++asked;
    isWaiting = true;
    const found = await find(word);
    if (question !== asked) return;
    isWaiting = false;
    items = found;
    const nothing = items.length ? "" : none?.(word);
    if (!items.length && !nothing) return close();
    list.replaceChildren(...(items.length ? items.map(row) : [Object.assign(document.createElement("li"), { className: "cs-menu-text", role: "option", ariaDisabled: "true", textContent: nothing })]));
    list.hidden = false;
    if (items.length) point(0);
    if (chooses && items.length) take(0);
    chooses = false;
  }
  text.addEventListener("input", offer);
  text.addEventListener("click", offer);
  text.addEventListener("blur", () => {
    if (!list.hidden) closed?.();
    close();
  });
  // Before the keys of the form, such as the end of a reply.
  text.addEventListener("keydown", (event) => {
    if ((list.hidden && !isWaiting) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isChoice = event.key === "Enter" || event.key === "Tab";
    if (event.key === "Escape") {
      dismissed = wanted();
      close();
      closed?.();
    } else if (isChoice && isWaiting) chooses = true;
    else if (!items.length || list.hidden) return;
    else if (by) point(at + by);
    else if (isChoice) take(at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  offer();
  return { offer, close };
}
