// Comboboxes as ARIA 1.2 has them, made of plain fields: crmsolid/panel/components/comboboxes.py has their kinds.
//
// The field stays in its form, hidden, and has the value that is sent. Beside it stands an input for the keyboard, with
// chips where there are several values, and a list that opens below. Each change of the field is a "change" event of it.
{
  const MONTHS = "January February March April May June July August September October November December".split(" ");
  const DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
  // What belongs to what somebody sees and hears of a field, and so to the input that stands for it.
  const MOVED = ["id", "aria-describedby", "aria-invalid", "aria-label", "placeholder", "required", "maxlength", "autofocus", "data-key", "data-key-or", "data-key-says"];
  const enhanced = new WeakMap();
  const two = (digits) => String(digits).padStart(2, "0");
  let number = 0;

  function element(tag, attributes, ...content) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
    made.append(...content);
    return made;
  }

  // The text with what was typed in bold.
  function marked(text, typed) {
    const at = typed ? text.toLowerCase().indexOf(typed.toLowerCase()) : -1;
    if (at < 0) return [text];
    return [text.slice(0, at), element("b", {}, text.slice(at, at + typed.length)), text.slice(at + typed.length)];
  }

  // --- Hours and days ------------------------------------------------------------------------------------------------
  // "9", "930", "9:30" and "9 pm" as 09:00, 09:30, 09:30 and 21:00; null for what is no time.
  function readHour(text) {
    const found = /^(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(am|pm)?$/i.exec(text.trim());
    if (!found) return null;
    let hours = Number(found[1]);
    if (found[3]) hours = (hours % 12) + (found[3].toLowerCase() === "pm" ? 12 : 0);
    const minutes = Number(found[2] || 0);
    const isTime = (hours < 24 && minutes < 60) || (hours === 24 && minutes === 0);
    return isTime ? `${two(hours)}:${two(minutes)}` : null;
  }

  // Days are dates at midnight UTC, so that no time zone moves them.
  const dayOf = (year, month, day) => new Date(Date.UTC(year, month, day));
  const later = (day, days) => dayOf(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + days);
  const iso = (day) => day.toISOString().slice(0, 10);
  const weekday = (day) => (day.getUTCDay() + 6) % 7;
  const inMonths = (day, months) => {
    const last = dayOf(day.getUTCFullYear(), day.getUTCMonth() + months + 1, 0);
    const same = dayOf(day.getUTCFullYear(), day.getUTCMonth() + months, day.getUTCDate());
    return same > last ? last : same;
  };
  const shownDay = (day) => `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()].slice(0, 3)} ${day.getUTCFullYear()}`;
  const spokenDay = (day) => `${DAYS[weekday(day)]}, ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  const startsWith = (names, text) => (text.length > 2 ? names.findIndex((name) => name.toLowerCase().startsWith(text)) : -1);

  function exactDay(year, month, day) {
    const made = dayOf(year, month, day);
    return made.getUTCMonth() === month && made.getUTCDate() === day ? made : null;
  }

  // "tomorrow", "in 3 days", "2 weeks ago", "next Monday", "3 Dec", "3.12.2026", "2026-12-03"; null for anything else.
  function readDay(typed, today) {
    const text = typed.trim().toLowerCase().replace(/,/g, " ").replace(/\s+/g, " ");
    const named = { today: 0, tomorrow: 1, yesterday: -1 }[text];
    if (named !== undefined) return later(today, named);
    let found = /^(?:in )?(\d{1,3}|an?) (day|week|month|year)s?( ago)?$/.exec(text);
    if (found) {
      const many = (Number(found[1]) || 1) * (found[3] ? -1 : 1);
      const unit = { day: later, week: (day, weeks) => later(day, 7 * weeks), month: inMonths, year: (day, years) => inMonths(day, 12 * years) };
      return unit[found[2]](today, many);
    }
    found = /^(next |last )?([a-z]+)$/.exec(text);
    if (found) {
      const step = { week: [later, 7], month: [inMonths, 1], year: [inMonths, 12] }[found[1] && found[2]];
      const sign = found[1] === "last " ? -1 : 1;
      if (step) return step[0](today, sign * step[1]);
      const at = startsWith(DAYS, found[2]);
      if (at < 0) return null;
      const days = (at - weekday(today) + 7) % 7;
      return later(today, sign > 0 ? days || 7 : days - 7);
    }
    found = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
    if (found) return exactDay(Number(found[1]), found[2] - 1, Number(found[3]));
    found = /^(\d{1,2})\.(\d{1,2})\.(\d{4})?$/.exec(text);
    if (found) return exactDay(Number(found[3] || today.getUTCFullYear()), found[2] - 1, Number(found[1]));
    found = /^(\d{1,2})\.? ([a-z]+)(?: (\d{4}))?$/.exec(text) || /^([a-z]+) (\d{1,2})(?: (\d{4}))?$/.exec(text);
    if (!found) return null;
    const [day, month] = /^\d/.test(found[1]) ? [found[1], found[2]] : [found[2], found[1]];
    const at = startsWith(MONTHS, month);
    return at < 0 ? null : exactDay(Number(found[3] || today.getUTCFullYear()), at, Number(day));
  }

  // --- The combobox --------------------------------------------------------------------------------------------------
  class Combobox {
    constructor(field) {
      this.field = field;
      this.kind = field.dataset.combo;
      this.isMany = (this.kind === "tags" || field.localName === "textarea") && !("single" in field.dataset);
      this.separator = field.localName === "textarea" ? "\n" : ", ";
      this.names = new Map(); // of values that are shown by another text
      this.answers = new Map();
      this.options = [];
      this.active = -1;
      const hasFocus = document.activeElement === field;
      this.build();
      this.hide();
      this.show();
      if (hasFocus) this.input.focus();
    }

    build() {
      const id = `combobox-${++number}`;
      this.input = element("input", {
        type: "text", role: "combobox", autocomplete: "off", dir: "auto", spellcheck: "false",
        "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`,
      });
      this.list = element("div", { class: "cs-pop", role: "listbox", "aria-label": "Suggestions", id: `${id}-list`, hidden: "" });
      this.status = element("span", { class: "cs-hidden", role: "status" });
      this.box = element("div", { class: "cs-combo-box" }, this.input);
      this.all = element("div", { class: `cs-combo is-${this.kind}` }, this.box, this.list, this.status);
      this.moved = new Map(MOVED.filter((name) => this.field.hasAttribute(name)).map((name) => [name, this.field.getAttribute(name)]));
      for (const [name, value] of this.moved) {
        if (name === "required" && this.isMany) continue;
        this.input.setAttribute(name, value);
      }
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("focus", () => this.focused());
      this.input.addEventListener("blur", () => this.isGone || this.commit());
      this.box.addEventListener("click", (event) => {
        if (event.target.closest("button")) return;
        this.input.focus();
        if (!this.isOpen) this.open();
      });
      // Somebody else has set the value of the field.
      this.field.addEventListener("combobox:show", () => this.isTyping || this.show());
      this.list.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => this.clicked(event));
      // What counts are the changes of the field.
      this.all.addEventListener("change", (event) => event.stopPropagation());
    }

    // The field gives its id and its looks to the input, so that its label leads there.
    hide() {
      for (const name of this.moved.keys()) this.field.removeAttribute(name);
      this.type = this.field.getAttribute("type");
      if (this.field.localName === "input") this.field.type = "hidden";
      else this.field.hidden = true;
      this.field.after(this.all);
    }

    // Make it a plain field again, before a part of the page is replaced.
    undo() {
      this.isGone = true;
      this.all.remove();
      for (const [name, value] of this.moved) this.field.setAttribute(name, value);
      if (this.field.localName !== "input") this.field.hidden = false;
      else if (this.type) this.field.type = this.type;
      else this.field.removeAttribute("type");
      enhanced.delete(this.field);
    }

    get values() {
      const split = this.separator === "\n" ? "\n" : ",";
      return this.field.value.split(split).map((each) => each.trim()).filter(Boolean);
    }

    // Show what the field has.
    show() {
      this.before = this.field.value;
      if (this.isMany) this.showChips();
      else this.input.value = this.textOf(this.field.value);
      if (this.kind === "people") this.nameValues();
    }

    textOf(value) {
      if (this.kind === "choice") return value ? this.field.selectedOptions[0]?.text.trim() || "" : "";
      return this.names.get(value) || value;
    }

    showChips() {
      for (const chip of this.box.querySelectorAll(".cs-tag")) chip.remove();
      const chips = this.values.map((value) => {
        const text = this.names.get(value) || value;
        const remove = element("button", { type: "button", "aria-label": `Remove ${text}` }, "×");
        remove.addEventListener("click", () => {
          this.remove(value);
          this.input.focus();
        });
        return element("span", { class: "cs-tag" }, element("bdi", {}, text), remove);
      });
      this.input.before(...chips);
    }

    // Ids of contacts are shown by their names.
    async nameValues() {
      const ids = (this.isMany ? this.values : [this.field.value]).filter((value) => value.startsWith("con_") && !this.names.has(value));
      if (!ids.length) return;
      const query = new URLSearchParams(ids.map((value) => ["value", value]));
      const options = await this.load(`${this.field.dataset.suggest}?${query}`);
      for (const option of options || []) this.names.set(option.value, option.text);
      if (options?.length && !this.isGone) this.show();
    }

    async load(address) {
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        return answer.ok ? (await answer.json()).options : null;
      } catch {
        return null; // without suggestions what is typed counts
      }
    }

    // --- What is chosen ----------------------------------------------------------------------------------------------
    // The field has what is typed at once, and tells of it when somebody has chosen or goes on.
    set(value) {
      const isChanged = value !== this.before;
      this.field.value = this.before = value;
      if (!isChanged) return;
      for (const type of ["input", "change"]) this.field.dispatchEvent(new Event(type, { bubbles: true }));
    }

    add(typed) {
      const value = this.separator === "\n" ? typed.trim() : typed.replace(/,/g, " ").trim();
      this.input.value = "";
      if (!value || this.values.includes(value)) return;
      this.set([...this.values, value].join(this.separator));
      this.showChips();
      this.say(`${this.textOf(value)} added`);
    }

    remove(value) {
      this.set(this.values.filter((each) => each !== value).join(this.separator));
      this.showChips();
      this.say(`${this.textOf(value)} removed`);
    }

    choose(option) {
      if (this.kind === "people") this.names.set(option.value, option.text);
      if (this.isMany) this.add(option.value);
      else {
        this.set(option.value);
        this.show();
      }
      this.close();
    }

    // Takes what was typed, when somebody goes on without a choice.
    commit() {
      const typed = this.input.value.trim();
      if (this.isMany) {
        const known = this.named(typed);
        this.add(known ? known.value : typed);
      } else if (this.isTyping) {
        this.set(this.read(typed));
        this.show();
      }
      this.close();
    }

    // The only option that is called so; of several with one name somebody has to choose.
    named(typed) {
      const found = this.options.filter((option) => !option.isNew && option.text.toLowerCase() === typed.toLowerCase());
      return found.length === 1 ? found[0] : null;
    }

    // The value that a typed text stands for.
    read(typed) {
      if (this.kind === "hour") return readHour(typed) || typed;
      const option = this.named(typed);
      if (option && typed && this.kind !== "tags") return option.value;
      return this.kind === "choice" ? this.before : typed;
    }

    // --- The list ----------------------------------------------------------------------------------------------------
    get isOpen() {
      return !this.list.hidden;
    }

    say(text) {
      this.status.textContent = text;
    }

    async open() {
      const typed = this.isTyping || this.isMany ? this.input.value.trim() : "";
      const ticket = (this.ticket = {});
      const options = await this.find(typed);
      if (ticket !== this.ticket || document.activeElement !== this.input) return;
      this.options = options.filter((option) => !this.isMany || !this.values.includes(option.value));
      const isThere = [...this.options.map((option) => option.text), ...this.values].some((text) => text.toLowerCase() === typed.toLowerCase());
      if (this.kind === "tags" && typed && !isThere) {
        this.options.push({ value: typed, text: `New tag “${typed}”`, detail: "Enter", isNew: true });
      }
      this.draw(typed);
      this.activate(this.firstActive(typed));
    }

    async find(typed) {
      if (this.kind === "choice") return this.choices(typed);
      if (this.kind === "hour") return this.hours(typed);
      if (!this.answers.has(typed)) {
        const query = new URLSearchParams({ text: typed });
        if (this.kind === "zone") query.set("here", Intl.DateTimeFormat().resolvedOptions().timeZone);
        const options = await this.load(`${this.field.dataset.suggest}?${query}`);
        if (options) this.answers.set(typed, options);
      }
      return this.answers.get(typed) || [];
    }

    choices(typed) {
      const fits = [...this.field.options].filter((option) => !option.disabled && option.text.toLowerCase().includes(typed.toLowerCase()));
      return fits.map((option) => ({ value: option.value, text: option.text.trim() }));
    }

    hours(typed) {
      const times = new Set(["24:00"].filter(() => "midnight" in this.field.dataset));
      for (let quarter = 0; quarter < 96; quarter++) times.add(`${two(Math.floor(quarter / 4))}:${two((quarter % 4) * 15)}`);
      const own = readHour(typed || this.field.value);
      if (own) times.add(own);
      return [...times].sort().map((time) => ({ value: time, text: time }));
    }

    firstActive(typed) {
      const current = this.kind === "hour" ? readHour(typed || this.field.value) : this.field.value;
      const at = this.isMany ? -1 : this.options.findIndex((option) => option.value === current);
      // A new tag is as good as those that exist: Enter takes the typed one until the arrows have chosen another.
      return at < 0 && typed && this.kind !== "tags" && this.kind !== "hour" ? 0 : at;
    }

    draw(typed) {
      const rows = this.options.map((option, at) => {
        const text = element("bdi", {}, ...(option.isNew ? [option.text] : marked(option.text, typed)));
        const row = element("div", { role: "option", id: `${this.list.id}-${at}`, "aria-selected": "false" }, text);
        if (option.detail) row.append(option.isNew ? element("kbd", {}, option.detail) : element("span", { class: "cs-muted" }, option.detail));
        return row;
      });
      this.list.replaceChildren(...rows);
      this.setOpen(rows.length > 0);
      if (typed) this.say(`${rows.length} suggestion${rows.length === 1 ? "" : "s"}`);
    }

    setOpen(isOpen) {
      this.list.hidden = !isOpen;
      this.input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) this.activate(-1);
    }

    close() {
      clearTimeout(this.timer);
      this.ticket = null;
      this.isTyping = false;
      this.setOpen(false);
    }

    activate(at) {
      this.active = at;
      for (const [index, row] of [...this.list.children].entries()) {
        row.setAttribute("aria-selected", String(index === at));
        if (index === at) row.scrollIntoView({ block: "nearest" });
      }
      this.point(at < 0 ? null : `${this.list.id}-${at}`);
    }

    point(id) {
      if (id) this.input.setAttribute("aria-activedescendant", id);
      else this.input.removeAttribute("aria-activedescendant");
    }

    // --- The keyboard and the mouse ----------------------------------------------------------------------------------
    focused() {
      if (!this.isMany) this.input.select();
    }

    typed() {
      this.isTyping = true;
      this.input.removeAttribute("aria-invalid");
      if (this.isMany && this.separator !== "\n" && this.input.value.includes(",")) {
        for (const each of this.input.value.split(",")) this.add(each);
        this.close();
        return;
      }
      if (!this.isMany && this.kind !== "choice") this.field.value = this.input.value;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.open(), this.field.dataset.suggest ? 120 : 0);
    }

    key(event) {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") this.arrow(event);
      else if (event.key === "Enter") this.enter(event);
      else if (event.key === "Escape") this.escape(event);
      else if (event.key === "Backspace" && this.isMany && !this.input.value && this.values.length) this.remove(this.values.at(-1));
    }

    arrow(event) {
      event.preventDefault();
      if (!this.isOpen) this.open();
      else if (event.key === "ArrowDown") this.activate((this.active + 1) % this.options.length);
      else this.activate((this.active <= 0 ? this.options.length : this.active) - 1);
    }

    // Takes the active option, else what was typed. Of an input without anything new it sends the form, as Enter does.
    enter(event) {
      if (this.active >= 0 || (this.isMany && this.input.value.trim())) event.preventDefault();
      if (this.active >= 0) this.choose(this.options[this.active]);
      else this.commit();
    }

    // Closes the list and takes back what was typed.
    escape(event) {
      if (!this.isOpen && !this.isTyping) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.isMany) this.input.value = "";
      else {
        this.field.value = this.before;
        this.show();
      }
      this.close();
    }

    clicked(event) {
      const row = event.target.closest("[role=option]");
      if (row) this.choose(this.options[[...this.list.children].indexOf(row)]);
    }
  }

  // A day: its words are read, and the list is a calendar of one month, in which the arrows move once ↓ has led there.
  class Calendar extends Combobox {
    build() {
      super.build();
      this.today = readDay(this.field.dataset.today, null);
      for (const name of ["role", "aria-label"]) this.list.removeAttribute(name);
      this.list.classList.add("cs-calendar");
      this.input.setAttribute("aria-haspopup", "grid");
      if (!this.input.placeholder) this.input.placeholder = "Such as tomorrow or 3 Dec";
    }

    textOf(value) {
      const day = readDay(value, this.today);
      return day ? shownDay(day) : value;
    }

    // What is no day stays for the form to refuse.
    read(typed) {
      const day = readDay(typed, this.today);
      const isWrong = typed !== "" && !day;
      this.input.setCustomValidity(isWrong ? "Give a day, such as 3 Dec 2026, tomorrow or in 3 days." : "");
      if (isWrong) this.input.setAttribute("aria-invalid", "true");
      return day ? iso(day) : typed;
    }

    typed() {
      this.input.setCustomValidity("");
      super.typed();
    }

    open() {
      const own = readDay(this.isTyping ? this.input.value : this.field.value, this.today);
      this.isInGrid = false;
      this.drawMonth(own || this.today, own);
      this.setOpen(true);
    }

    drawMonth(shown, chosen) {
      this.shown = shown;
      const first = dayOf(shown.getUTCFullYear(), shown.getUTCMonth(), 1);
      const title = `${MONTHS[shown.getUTCMonth()]} ${shown.getUTCFullYear()}`;
      const button = (label, text, day) => {
        const made = element("button", { type: "button", class: "cs-button is-plain is-small", tabindex: "-1", "aria-label": label }, text);
        made.addEventListener("click", (event) => {
          event.stopPropagation();
          if (label === text) this.choose({ value: iso(day), text: "" });
          else this.drawMonth(day, chosen);
        });
        return made;
      };
      const words = ["Today", "Tomorrow", "Next Monday"].map((word) => button(word, word, readDay(word, this.today)));
      const weeks = [0, 1, 2, 3, 4, 5].map((week) => {
        const days = [0, 1, 2, 3, 4, 5, 6].map((at) => this.cell(later(first, 7 * week + at - weekday(first)), chosen));
        return element("tr", {}, ...days);
      });
      const names = DAYS.map((name) => element("th", { scope: "col", abbr: name }, name.slice(0, 2)));
      const grid = element(
        "table",
        { role: "grid", id: `${this.list.id}-days`, "aria-label": title },
        element("thead", {}, element("tr", {}, ...names)),
        element("tbody", {}, ...weeks),
      );
      const head = element("div", { class: "cs-calendar-head" });
      head.append(button("The month before", "‹", inMonths(shown, -1)), element("strong", {}, title), button("The month after", "›", inMonths(shown, 1)));
      this.list.replaceChildren(head, grid, element("div", { class: "cs-calendar-words" }, ...words));
      this.input.setAttribute("aria-controls", grid.id);
      if (chosen && this.isTyping) this.say(spokenDay(chosen));
    }

    cell(day, chosen) {
      const made = element("td", { role: "gridcell", id: `${this.list.id}-${iso(day)}`, "aria-label": spokenDay(day), "data-day": iso(day) });
      made.setAttribute("aria-selected", String(Boolean(chosen) && iso(day) === iso(chosen)));
      if (iso(day) === iso(this.today)) made.setAttribute("aria-current", "date");
      if (day.getUTCMonth() !== this.shown.getUTCMonth()) made.className = "is-outside";
      made.append(String(day.getUTCDate()));
      return made;
    }

    activate(at) {
      if (at < 0) this.point(null);
    }

    goTo(day) {
      this.isInGrid = true;
      this.drawMonth(day, day);
      this.point(`${this.list.id}-${iso(day)}`);
    }

    key(event) {
      const steps = { ArrowDown: 7, ArrowUp: -7, ArrowRight: 1, ArrowLeft: -1, Home: -weekday(this.shown || this.today), End: 6 - weekday(this.shown || this.today) };
      const months = { PageDown: 1, PageUp: -1 }[event.key];
      if (this.isOpen && this.isInGrid && (event.key in steps || months)) {
        event.preventDefault();
        this.goTo(months ? inMonths(this.shown, months) : later(this.shown, steps[event.key]));
      } else super.key(event);
    }

    arrow(event) {
      event.preventDefault();
      if (!this.isOpen) this.open();
      this.goTo(this.shown);
    }

    enter(event) {
      if (this.isOpen && (this.isInGrid || this.isTyping)) event.preventDefault();
      if (this.isInGrid) this.choose({ value: iso(this.shown), text: "" });
      else this.commit();
    }

    choose(option) {
      this.input.setCustomValidity("");
      super.choose(option);
    }

    close() {
      this.isInGrid = false;
      super.close();
    }

    clicked(event) {
      const cell = event.target.closest("[data-day]");
      if (cell) this.choose({ value: cell.dataset.day, text: "" });
    }
  }

  // --- Which fields there are ----------------------------------------------------------------------------------------
  function enhance(root) {
    for (const field of root.querySelectorAll("[data-combo]")) {
      if (enhanced.has(field) || field.disabled) continue;
      enhanced.set(field, field.dataset.combo === "date" ? new Calendar(field) : new Combobox(field));
    }
  }

  // A part of the page that is replaced is made of plain fields, before and after; who types in one goes on typing.
  let typing = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    for (const field of event.detail.target.querySelectorAll("[data-combo]")) {
      const combobox = enhanced.get(field);
      if (!combobox) continue;
      const { input } = combobox;
      if (input === document.activeElement) typing = { id: input.id, text: combobox.isMany ? input.value : "" };
      combobox.undo();
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    enhance(document);
    const input = typing && document.getElementById(typing.id);
    if (input) {
      if (typing.text) input.value = typing.text;
      input.focus();
    }
    typing = null;
  });
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  enhance(document);
}
