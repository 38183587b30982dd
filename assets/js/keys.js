// Keyboard: a key clicks the visible element with data-shortcut="<key>"; the page decides what its elements are.
// Single keys act outside inputs only, never with a modifier, and can be switched off (localStorage "single-keys").
// data-shortcut="mod+Enter" and "mod+k" need Ctrl or Cmd and also work while typing.
// Lists: data-list holds rows with data-row; j and k move the cursor (data-cursor, .cur), x clicks the row's
// [data-row-select], Enter its [data-row-open].
(() => {
  "use strict";
  const typing = (node) =>
    node instanceof Element && node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]");
  const enabled = () => {
    try {
      return localStorage.getItem("single-keys") !== "off";
    } catch {
      return true;
    }
  };
  const shown = (node) => node.checkVisibility ? node.checkVisibility({ visibilityProperty: true }) : node.offsetParent !== null;
  const modal = () => [...document.querySelectorAll("dialog[open]")].pop();

  function press(key) {
    const scope = modal() || document;
    const found = [...scope.querySelectorAll(`[data-shortcut~="${CSS.escape(key)}"]`)].filter(
      (node) => shown(node) && !node.disabled && node.getAttribute("aria-disabled") !== "true",
    );
    const node = found.pop();
    if (!node) return false;
    if (node.matches("input, textarea")) {
      node.focus();
      if (node.select) node.select();
    } else {
      node.click();
    }
    return true;
  }

  function rows() {
    return [...document.querySelectorAll("[data-list] [data-row]")].filter(shown);
  }

  let last = -1; // where the cursor stood: when its row is gone, it goes on with the one that took its place
  function move(step) {
    const all = rows();
    if (!all.length) return false;
    const at = all.findIndex((row) => row.dataset.cursor === "true");
    last = Math.min(all.length - 1, Math.max(0, at < 0 ? Math.max(0, last) : at + step));
    const next = all[last];
    for (const row of all) {
      row.dataset.cursor = String(row === next);
      row.classList.toggle("cur", row === next);
    }
    next.scrollIntoView({ block: "nearest" });
    const open = inside(next, "[data-row-open]");
    if (open) open.focus({ preventScroll: true });
    return true;
  }

  const inside = (row, selector) => (row.matches(selector) ? row : row.querySelector(selector));

  function inRow(selector) {
    const row = rows().find((one) => one.dataset.cursor === "true");
    const node = row && inside(row, selector);
    if (!node) return false;
    node.click();
    return true;
  }

  // A key of the bar for the selected acts on the cursor's row: it is selected, and the key pressed once the bar is there.
  function forCursor(key) {
    if (!"aspt".includes(key) || !inRow("[data-row-select]")) return false;
    let tries = 30;
    const wait = () => press(key) || (tries-- && setTimeout(wait, 50));
    setTimeout(wait, 50);
    return true;
  }

  function single(event) {
    switch (event.key) {
      case "j":
        return !modal() && (move(1) || press("j")); // on a page without a list: to the next one of the list behind it
      case "k":
        return !modal() && (move(-1) || press("k"));
      case "x":
        return !modal() && inRow("[data-row-select]");
      case "Escape":
        return !modal() && press("Escape");
      case "Enter":
        return !modal() && event.target === document.body && inRow("[data-row-open]");
      default:
        return event.key.length === 1 && (press(event.key.toLowerCase()) || (!modal() && forCursor(event.key.toLowerCase())));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.repeat && event.key !== "j" && event.key !== "k") return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      if (press("mod+" + event.key)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !enabled()) return;
    if (document.querySelector(".menu:popover-open")) return;
    if (single(event)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const node = event.target;
    if (!(node instanceof HTMLInputElement) || !node.matches("[data-single-keys]")) return;
    try {
      localStorage.setItem("single-keys", node.checked ? "on" : "off");
    } catch {
      /* storage is closed */
    }
  });
  document.addEventListener("ui:look", (event) => {
    const keys = event.detail.split(" ")[2];
    if (keys !== "on" && keys !== "off") return;
    try {
      localStorage.setItem("single-keys", keys);
    } catch {
      /* storage is closed */
    }
    for (const node of document.querySelectorAll("[data-single-keys]")) node.checked = enabled();
  });
  // The switch shows what is stored whenever its dialog opens.
  document.addEventListener("ui:dialog-open", () => {
    for (const node of document.querySelectorAll("[data-single-keys]")) node.checked = enabled();
  });
})();
