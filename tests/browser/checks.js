// What tests/browser/test_pages.py asks of a page. Evaluated after axe-core, in the page.
window.crmsolidChecks = (() => {
  const CONTROLS = "a, button, input, select, textarea, summary, [tabindex], [role=button], [role=link]";
  const isShown = (node) => {
    if (!node.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const box = node.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const isClipped = (node) => node && (getComputedStyle(node).clipPath !== "none" || isClipped(node.parentElement));
  const describe = (node) => {
    const name = (node.getAttribute("aria-label") || node.innerText || node.name || node.value || "").trim().slice(0, 40);
    return `<${node.localName}${node.id ? "#" + node.id : ""} class="${node.className}"> ${name}`;
  };
  // A group of radio buttons is one stop, and what is disabled or has tabindex=-1 is none.
  const isStop = (node) => {
    if (node.disabled || node.tabIndex < 0 || node.type === "hidden" || node.closest("[inert]")) return false;
    if (node.type === "radio") {
      const group = [...document.getElementsByName(node.name)].filter((each) => each.form === node.form);
      return node.checked || (group[0] === node && !group.some((each) => each.checked));
    }
    return true;
  };
  const stops = () => [...document.querySelectorAll(CONTROLS)].filter((node) => isShown(node) && isStop(node));

  const hasVisibleFocus = (node) => {
    const parts = [node, node.parentElement, node.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each));
    return parts.some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== "none");
  };
  const violationsOf = async (options) => {
    const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
    return violations.flatMap(({ id, impact, help, nodes }) =>
      nodes.slice(0, 3).map(({ html, any }) => {
        const why = any.map(({ message }) => message).join("; ").slice(0, 200);
        return `axe ${id} (${impact}): ${help}: ${html.slice(0, 200)} ${why}`;
      })
    );
  };

  // What axe-core says of the contrast of a text depends on the paint of the text and of what lies behind it, as here, and
  // on nothing else. Many texts of many pages have the same paint, which axe-core judges once: working that out anew for
  // each took most of its time. What it has not passed is judged, and reported, each time.
  const checks = axe._audit.checks;
  const judge = checks["color-contrast"].evaluate;
  const isDistinct = checks["link-in-text-block-style"].evaluate;
  const passed = new Set(); // the looks of texts, and stops of the keyboard
  let behind = new Map(); // each text that is judged, and the elements behind each of its lines, at this width
  let paints = new Map();
  let hasColouredLinks = false; // links in a text that nothing but their colour tells apart from it
  const opacityOf = (node) => (node ? getComputedStyle(node).opacity * opacityOf(node.parentElement) : 1);
  const paintOf = (node) => {
    if (!paints.has(node)) {
      const { backgroundColor, backgroundImage, mixBlendMode } = getComputedStyle(node);
      paints.set(node, [backgroundColor, backgroundImage, mixBlendMode, opacityOf(node)].join(" "));
    }
    return paints.get(node);
  };
  const looksOf = (node) => {
    if (!behind.has(node)) behind.set(node, axe.commons.dom.getTextElementStack(node));
    const style = getComputedStyle(node);
    const own = [style.color, style.webkitTextFillColor, style.webkitTextStroke, style.textShadow, style.fontSize];
    const lines = behind.get(node).map((stack) => stack.map((each) => `${each === node} ${paintOf(each)}`).join(";"));
    return hash([...own, style.fontWeight, opacityOf(node), ...new Set(lines)].join("|"));
  };
  const hash = (text) => {
    let [one, other] = [0xdeadbeef, 0x41c6ce57];
    for (let index = 0; index < text.length; index++) {
      one = Math.imul(one ^ text.charCodeAt(index), 2654435761);
      other = Math.imul(other ^ text.charCodeAt(index), 1597334677);
    }
    return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
  };
  checks["color-contrast"].evaluate = function (node, ...others) {
    const looks = looksOf(node);
    if (passed.has(looks)) return true;
    const result = judge.call(this, node, ...others);
    if (result === true) passed.add(looks);
    return result;
  };
  checks["link-in-text-block-style"].evaluate = function (...all) {
    const result = isDistinct.apply(this, all);
    hasColouredLinks ||= result !== true;
    return result;
  };

  // A stop outside the content of a page, with what decides how it looks when it has the focus.
  const rulesOf = (sheet) => sheet.href ?? [...sheet.cssRules].map((rule) => rule.cssText).join();
  const styles = [...document.styleSheets, ...document.adoptedStyleSheets].map(rulesOf).join();
  const stopOf = (node) => hash(`stop ${describe(node)} ${node.getAttribute("aria-current")} ${styles}`);
  const start = document.createElement("span");
  start.tabIndex = -1;
  // The next Tab goes on from the beginning of this node.
  const startAt = (node) => {
    node.insertBefore(start, node.firstChild).focus();
    start.remove();
  };
  const visited = [];
  const invisible = [];
  let first = null;
  let around = []; // the stops outside the content of the page

  return {
    // Returns how many times Tab has to be pressed to come around, before skip() and after it: dates and times have several
    // parts, each a stop. What surrounds the content of a page and was reached on another page is skipped.
    begin() {
      startAt(document.body);
      visited.length = invisible.length = 0;
      first = null;
      document.addEventListener("focusin", ({ target }) => {
        if (target === start || visited.includes(target)) return;
        first ??= target;
        visited.push(target);
        if (!target.matches(":focus-visible") || !hasVisibleFocus(target)) invisible.push(target);
      });
      const main = document.querySelector("main");
      const all = stops();
      around = main ? all.filter((node) => !main.contains(node)) : [];
      const isKnown = around.length > 0 && around.every((node) => passed.has(stopOf(node)));
      const parts = document.querySelectorAll("[type=date], [type=time], [type=datetime-local]").length;
      const toPress = all.length + 8 * parts + 2;
      return isKnown ? [1, toPress - around.length] : [toPress, 0];
    },
    // The next Tab leads into the content of the page.
    skip: () => startAt(document.querySelector("main")),
    keyboard() {
      const isReached = (node) => visited.includes(node) || (around.includes(node) && passed.has(stopOf(node)));
      const found = stops().filter((node) => !isReached(node)).map((node) => `Tab never reaches ${describe(node)}`);
      found.push(...invisible.map((node) => `focus cannot be seen on ${describe(node)}`));
      document.activeElement?.blur(); // a skip link that has the focus covers the header
      const target = first?.localName === "a" && first.hash ? document.querySelector(first.hash) : null;
      const hasMenu = document.querySelector("nav");
      if (hasMenu && !target) found.push(`the first stop is no skip link: ${first ? describe(first) : "none"}`);
      if (!found.length) around.forEach((node) => passed.add(stopOf(node)));
      return found;
    },
    // How far the page can be scrolled sideways, and by what.
    sideways() {
      const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      if (excess <= 0) return [];
      const wide = [...document.body.querySelectorAll("*")].filter((node) => {
        if (node.getBoundingClientRect().right <= innerWidth + 1) return false;
        for (let up = node.parentElement; up; up = up.parentElement) {
          if (getComputedStyle(up).overflowX !== "visible") return false;
        }
        return true;
      });
      return [`scrolls ${excess} px sideways: ${wide.slice(0, 3).map(describe).join(", ")}`];
    },
    // Text that is wider than the block it is in, so that it covers what stands beside it, and text in a block of one or
    // two letters a line.
    spilled() {
      const isBlock = (node) => !["inline", "contents"].includes(getComputedStyle(node).display);
      const found = [];
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const text = texts.currentNode;
        let block = text.parentElement;
        if (!text.data.trim() || !isShown(block) || isClipped(block)) continue;
        while (!isBlock(block)) block = block.parentElement;
        // A bar of chips or buttons may be narrower than one of them, too.
        const blocks = [block, block.parentElement].filter(Boolean);
        if (blocks.some((each) => getComputedStyle(each).overflowX !== "visible")) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const lines = [...range.getClientRects()];
        const widest = Math.max(...lines.map((line) => line.width));
        if (lines.length > 2 && widest < 2 * parseFloat(getComputedStyle(block).fontSize)) {
          found.push(`text has lines of ${Math.round(widest)} px: ${describe(block)}`);
        }
        const right = Math.max(...lines.map((line) => line.right));
        const excess = right - Math.min(...blocks.map((each) => each.getBoundingClientRect().right));
        if (excess > 1) found.push(`text is ${Math.round(excess)} px wider than its block: ${describe(block)}`);
      }
      return found.slice(0, 3);
    },
    // In forced colours, where backgrounds and shadows are gone: items of a list that are marked as the current ones, and
    // look like the others.
    unmarked() {
      const lookOf = (node) => {
        const s = getComputedStyle(node);
        return [s.outlineStyle, s.outlineWidth, s.borderBottomWidth, s.borderTopWidth, s.textDecorationLine].join(" ");
      };
      return [...document.querySelectorAll("a[aria-current], button[aria-current]")].filter(isShown).flatMap((node) => {
        const list = node.closest("nav, ol, form, table, div");
        const others = [...list.querySelectorAll(`${node.localName}:not([aria-current])`)].filter(isShown);
        return others.some((each) => lookOf(each) === lookOf(node)) ? [`looks like the others: ${describe(node)}`] : [];
      });
    },
    // Forms that somebody can fill in, but not send without a script.
    forms() {
      const isField = (each) => each.type !== "hidden" && each.localName !== "fieldset" && !each.disabled;
      const canBeFilled = (form) => [...form.elements].some(isField);
      return [...document.forms]
        .filter((form) => form.method !== "dialog" && canBeFilled(form))
        .filter((form) => ![...form.elements].some((each) => each.type === "submit"))
        .map((form) => `a form without a submit button: ${describe(form)} ${form.action}`);
    },
    // What axe-core does not find in this version: landmarks of one kind with the same name, and stops of the keyboard
    // of which nobody is told what they are.
    names() {
      const nameOf = (node) => {
        const named = node.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.innerText ?? "");
        return (node.getAttribute("aria-label") ?? named?.join(" ") ?? "").trim();
      };
      const kindOf = (node) => node.getAttribute("role") ?? { section: "region", form: "form" }[node.localName] ?? node.localName;
      const isLandmark = (node) => kindOf(node) === "search" || !["region", "form"].includes(kindOf(node)) || nameOf(node);
      const landmarks = [...document.querySelectorAll("nav, aside, section, form, [role=search], [role=region]")]
        .filter((node) => isShown(node) && isLandmark(node))
        .map((node) => `${kindOf(node)} ${nameOf(node)}`);
      const twice = landmarks.filter((each, index) => landmarks.indexOf(each) !== index);
      const unnamed = [...document.querySelectorAll("[tabindex='0']:not(a, button, input, select, textarea, summary)")]
        .filter((node) => isShown(node) && !(node.hasAttribute("role") && nameOf(node)));
      return [
        ...twice.map((each) => `two landmarks are both ${each}`),
        ...unnamed.map((each) => `a stop without a role or a name: ${describe(each)}`),
      ];
    },
    axe() {
      behind = new Map();
      paints = new Map();
      hasColouredLinks = false;
      return violationsOf({ rules: { "target-size": { enabled: true } } });
    },
    // After axe(), in the other theme: the texts are the same, and where they were.
    colours() {
      paints = new Map();
      if (!hasColouredLinks && [...behind.keys()].every((node) => passed.has(looksOf(node)))) return [];
      return violationsOf({ runOnly: ["color-contrast", "link-in-text-block"] });
    },
    // Adds what has passed on other pages.
    trust: (known) => known.forEach((each) => passed.add(each)),
    passed: () => [...passed],
  };
})();
