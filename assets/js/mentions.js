// Mentions: in a textarea with data-mentions="<ticket id>", an @ and the beginning of a name offer the colleagues who see
// the ticket. Arrow keys choose, Enter or Tab takes, Esc leaves; the text stays the person's own.
(() => {
  "use strict";
  const WAIT = 120;
  let list, field, found = [], at = 0, start = -1, asked = 0, timer;

  const open = () => !!list && !list.hidden;
  const make = (tag, cls, text) => Object.assign(document.createElement(tag), { className: cls, textContent: text });

  function close() {
    clearTimeout(timer);
    asked += 1;
    start = -1;
    if (!open()) return;
    list.hidden = true;
    list.replaceChildren();
    for (const name of ["aria-controls", "aria-activedescendant"]) field?.removeAttribute(name);
  }

  // The word at the cursor, if it begins with an @ that no letter stands before.
  function word(node) {
    const before = node.value.slice(0, node.selectionStart);
    const match = /(?:^|[^\w@])@([\w.\-]{0,40})$/u.exec(before);
    return match ? { text: match[1], from: before.length - match[1].length - 1 } : null;
  }

  function look(node) {
    clearTimeout(timer);
    const typed = node.dataset.mentions && word(node);
    if (!typed) return close();
    const mine = (asked += 1);
    timer = setTimeout(async () => {
      try {
        const answer = await fetch(`/api/v1/admin/tickets/${node.dataset.mentions}/mentionable?q=${encodeURIComponent(typed.text)}`, { credentials: "same-origin" });
        const items = answer.ok ? (await answer.json()).items : [];
        if (mine !== asked || document.activeElement !== node) return;
        [field, found, at, start] = [node, items, 0, typed.from];
        if (items.length) show();
        else close();
      } catch {
        close();
      }
    }, WAIT);
  }

  function show() {
    if (!list) {
      list = make("div", "mentions", "");
      list.id = "mentions";
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", "Colleagues");
      list.addEventListener("pointerdown", (event) => {
        const row = event.target.closest("[role=option]");
        event.preventDefault(); // the cursor stays in the text
        if (row) take(Number(row.dataset.at));
      });
    }
    const home = field.closest("form") || document.body;
    if (list.parentNode !== home) home.append(list);
    list.replaceChildren(...found.map((one, index) => {
      const row = make("div", "", "");
      row.id = `mention-${index}`;
      row.dataset.at = String(index);
      row.setAttribute("role", "option");
      row.append(make("span", "b", one.name), make("span", "t2 tr", `@${one.handle}`));
      return row;
    }));
    list.hidden = false;
    const box = field.getBoundingClientRect(), size = list.getBoundingClientRect();
    list.style.left = `${Math.max(8, Math.min(box.left + 12, innerWidth - size.width - 8))}px`;
    list.style.top = `${box.top - size.height - 4 > 8 ? box.top - size.height - 4 : Math.min(box.bottom + 4, innerHeight - size.height - 8)}px`;
    field.setAttribute("aria-controls", "mentions");
    mark();
    helpdesk.say(`${found.length} ${found.length === 1 ? "colleague" : "colleagues"}, ${found[0].name} first`);
  }

  function mark() {
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    list.children[at].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", `mention-${at}`);
  }

  // As if typed, so that it can be undone and the page's State hears of it.
  function take(index) {
    const text = `@${found[index].handle} `, node = field;
    node.setSelectionRange(start, node.selectionStart);
    close();
    if (!document.execCommand("insertText", false, text)) {
      node.setRangeText(text, node.selectionStart, node.selectionEnd, "end");
      node.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  const keys = {
    ArrowDown: () => ((at = (at + 1) % found.length), mark()),
    ArrowUp: () => ((at = (at - 1 + found.length) % found.length), mark()),
    Enter: () => take(at),
    Tab: () => take(at),
    Escape: close,
  };
  addEventListener("keydown", (event) => {
    if (!open() || event.target !== field || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  }, true);
  document.addEventListener("input", (event) => event.target instanceof HTMLTextAreaElement && look(event.target));
  document.addEventListener("focusout", (event) => event.target === field && close());
  addEventListener("resize", close);
})();
