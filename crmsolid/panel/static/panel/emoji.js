// Emoji by name: ":smile" in a text offers them, and a menu has the usual ones. Loaded when it is first wanted.
const NAMES = `
smile 😄 grin 😁 joy 😂 rofl 🤣 wink 😉 blush 😊 happy 🙂 innocent 😇 love 😍 kiss 😘 yum 😋 tongue 😛 think 🤔 neutral 😐 smirk 😏
relieved 😌 sleepy 😴 mask 😷 sick 🤒 cool 😎 nerd 🤓 confused 😕 worried 😟 sad 🙁 surprised 😮 cry 😢 sob 😭 scream 😱 sweat 😅
tired 😫 angry 😠 rage 😡 shrug 🤷 facepalm 🤦 hug 🤗 salute 🫡 melt 🫠 party 🥳 star_struck 🤩 pleading 🥺 eyes 👀 robot 🤖 ghost 👻
thumbsup 👍 thumbsdown 👎 ok 👌 victory ✌️ crossed 🤞 clap 👏 raised 🙌 pray 🙏 wave 👋 handshake 🤝 muscle 💪 point_up ☝️ point_right 👉
point_down 👇 fist ✊ writing ✍️ heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 fire 🔥
sparkles ✨ star ⭐ boom 💥 hundred 💯 check ✅ cross ❌ warning ⚠️ question ❓ exclamation ❗ info ℹ️ plus ➕ minus ➖ arrow ➡️ repeat 🔁
tada 🎉 confetti 🎊 gift 🎁 balloon 🎈 trophy 🏆 medal 🏅 rocket 🚀 bulb 💡 bell 🔔 mega 📣 pin 📌 paperclip 📎 link 🔗 lock 🔒 key 🔑
calendar 📅 clock ⏰ hourglass ⏳ mail ✉️ phone 📞 mobile 📱 laptop 💻 printer 🖨️ camera 📷 video 🎥 mic 🎤 music 🎵 book 📖 memo 📝 chart 📈
money 💰 card 💳 euro 💶 dollar 💵 cart 🛒 bag 🛍️ package 📦 truck 🚚 plane ✈️ car 🚗 train 🚆 house 🏠 office 🏢 factory 🏭 map 🗺️ globe 🌍
tools 🛠️ wrench 🔧 gear ⚙️ magnifier 🔍 bug 🐛 trash 🗑️ coffee ☕ tea 🍵 beer 🍺 wine 🍷 pizza 🍕 cake 🎂 bread 🍞 apple 🍎 sun ☀️ cloud ☁️
rain 🌧️ snow ❄️ rainbow 🌈 tree 🌳 flower 🌸 seedling 🌱 dog 🐶 cat 🐱 bear 🐻 unicorn 🦄 soccer ⚽ game 🎮 flag 🏁`;
const EMOJI = [...NAMES.matchAll(/(\S+) (\S+)\s/g), ...NAMES.matchAll(/(flag) (🏁)$/g)].map(([, name, sign]) => ({ name, sign }));
const SHOWN = 8;

export function begin({ text, menu, changed }) {
  if (menu.dataset.begun) return;
  menu.dataset.begun = "yes";
  const pop = menu.querySelector(".cs-pop");
  const list = Object.assign(document.createElement("ul"), { id: "emoji-list", className: "cs-emoji-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.ariaLabel = "Emoji";
  text.closest("form").append(list);

  function button({ name, sign }) {
    const each = Object.assign(document.createElement("button"), { type: "button", className: "cs-item", textContent: sign, title: `:${name}` });
    each.ariaLabel = name.replaceAll("_", " ");
    each.addEventListener("click", () => insert(sign, 0));
    return each;
  }
  pop.replaceChildren(...EMOJI.map(button));
  if (menu.open && document.activeElement === menu.querySelector("summary")) pop.firstChild.focus();

  // In place of what was typed of its name.
  function insert(sign, typed) {
    menu.open = false;
    close();
    text.setRangeText(sign, text.selectionStart - typed, text.selectionEnd, "end");
    text.focus();
    changed();
  }
  let at = 0;
  const typed = () => text.value.slice(0, text.selectionStart).match(/(?:^|\s)(:[a-z_]+)$/)?.[1] ?? "";
  function close() {
    list.hidden = true;
    text.removeAttribute("aria-activedescendant");
  }
  function choose(next) {
    at = (next + list.children.length) % list.children.length;
    [...list.children].forEach((each, number) => each.setAttribute("aria-selected", number === at));
    text.setAttribute("aria-activedescendant", list.children[at].id);
  }
  function offer() {
    const name = typed().slice(1);
    const found = name.length < 2 ? [] : EMOJI.filter((each) => each.name.includes(name)).sort((one, other) => one.name.indexOf(name) - other.name.indexOf(name)).slice(0, SHOWN);
    if (!found.length) return close();
    list.replaceChildren(...found.map(({ name: word, sign }, number) => {
      const row = Object.assign(document.createElement("li"), { id: `emoji-${number}`, className: "cs-item", textContent: `${sign} ${word.replaceAll("_", " ")}` });
      row.setAttribute("role", "option");
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        insert(sign, typed().length);
      });
      row.dataset.sign = sign;
      return row;
    }));
    list.hidden = false;
    choose(0);
  }
  text.addEventListener("input", offer);
  text.addEventListener("blur", close);
  // Before the keys of the composer, such as the end of a reply.
  text.addEventListener("keydown", (event) => {
    if (list.hidden || event.ctrlKey || event.metaKey) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) choose(at + by);
    else if (event.key === "Enter" || event.key === "Tab") insert(list.children[at].dataset.sign, typed().length);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  offer();
}
