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
  const visited = [];
  const invisible = [];
  let first = null;

  return {
    // Returns how many times Tab has to be pressed to come around: dates and times have several parts, each a stop.
    begin() {
      const start = document.body.insertBefore(document.createElement("span"), document.body.firstChild);
      start.tabIndex = -1;
      start.focus();
      start.remove(); // the next Tab goes on from where it was
      visited.length = invisible.length = 0;
      first = null;
      document.addEventListener("focusin", ({ target }) => {
        if (visited.includes(target)) return;
        first ??= target;
        visited.push(target);
        if (!target.matches(":focus-visible") || !hasVisibleFocus(target)) invisible.push(target);
      });
      const parts = document.querySelectorAll("[type=date], [type=time], [type=datetime-local]").length;
      return stops().length + 8 * parts;
    },
    keyboard() {
      const found = stops().filter((node) => !visited.includes(node)).map((node) => `Tab never reaches ${describe(node)}`);
      found.push(...invisible.map((node) => `focus cannot be seen on ${describe(node)}`));
      document.activeElement?.blur(); // a skip link that has the focus covers the header
      const target = first?.localName === "a" && first.hash ? document.querySelector(first.hash) : null;
      const hasMenu = document.querySelector("nav");
      if (hasMenu && !target) found.push(`the first stop is no skip link: ${first ? describe(first) : "none"}`);
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
    axe: () => violationsOf({ rules: { "target-size": { enabled: true } } }),
    colours: () => violationsOf({ runOnly: ["color-contrast", "link-in-text-block"] }),
  };
})();
