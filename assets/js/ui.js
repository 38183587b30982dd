// Behaviour of menus, dialogs, times and clocks. Everything is delegated: the framework may render at any moment.
//   menus    <button popovertarget="id"> and <div popover id="id" class="menu" role="menu"> with role=menuitem inside
//   dialogs  <button data-dialog="id"> opens, data-close inside closes; a dialog with data-show="true|false" follows its
//            State, and its button[data-dismiss] is clicked when the person closes it (Esc, backdrop, data-close)
//   times    <time datetime="…" data-time="relative|ago|short|full|clock|due|ahead"> without children: the text is written here, in
//            the zone and language that the frame names (data-zone, data-locale), else in the browser's
//   days     data-days around rows that each begin with a heading <div data-day="…" hidden>: the first of a day shows
//   clocks   <span data-sla …>: see clock()
(() => {
  "use strict";
  // The person's own zone and language, which the frame names; without them the browser's.
  let full, clockTime, weekday, day, dayYear, dayName, dayKey;
  function speak(zone, language) {
    const make = (options) => {
      for (const [words, where] of [[language, zone], [language, ""], ["", zone], ["", ""]]) {
        try {
          return new Intl.DateTimeFormat(words || navigator.language || "en", where ? { ...options, timeZone: where } : options);
        } catch {
          /* this browser doesn't know it: the next best */
        }
      }
    };
    full = make({ dateStyle: "full", timeStyle: "short" });
    clockTime = make({ hour: "2-digit", minute: "2-digit" });
    weekday = make({ weekday: "short", hour: "2-digit", minute: "2-digit" });
    day = make({ day: "numeric", month: "short" });
    dayYear = make({ day: "numeric", month: "short", year: "numeric" });
    dayName = make({ weekday: "long", day: "numeric", month: "long" });
    const parts = make({ year: "numeric", month: "2-digit", day: "2-digit", numberingSystem: "latn", calendar: "gregory" });
    dayKey = (at) => Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
  }
  speak("", "");
  const zone = () => full.resolvedOptions().timeZone;
  const yearOf = (at) => dayKey(at).year;
  const MIN = 60, HOUR = 3600, DAY = 86400;

  // ---- times
  const sameDay = (a, b) => {
    const one = dayKey(a), other = dayKey(b);
    return one.year === other.year && one.month === other.month && one.day === other.day;
  };

  function span(seconds) {
    const s = Math.max(0, Math.round(seconds));
    if (s < MIN) return "less than 1 min";
    if (s < HOUR) return `${Math.floor(s / MIN)} min`;
    const h = Math.floor(s / HOUR), m = Math.floor((s % HOUR) / MIN);
    if (s < DAY) return m && h < 10 ? `${h} h ${String(m).padStart(2, "0")} min` : `${h} h`;
    const d = Math.floor(s / DAY), rest = Math.floor((s % DAY) / HOUR);
    return rest && d < 7 ? `${d} d ${rest} h` : `${d} d`;
  }

  function ago(seconds) {
    if (seconds < MIN) return "now";
    if (seconds < HOUR) return `${Math.floor(seconds / MIN)}m`;
    if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
    return `${Math.floor(seconds / DAY)}d`;
  }

  function longAgo(at, now) {
    const s = Math.max(0, Math.round((now - at) / 1000));
    return s < MIN ? `${s} s ago` : s < DAY ? `${span(s)} ago` : shortTime(at, now);
  }

  function shortTime(at, now) {
    if (sameDay(at, now)) return clockTime.format(at);
    if (Math.abs(at - now) < 6 * DAY * 1000) return weekday.format(at);
    return yearOf(at) === yearOf(now) ? day.format(at) : dayYear.format(at);
  }

  function writeTime(node, now) {
    const at = new Date(node.dateTime);
    if (!node.dateTime || Number.isNaN(at.getTime())) {
      node.textContent = "";
      return;
    }
    const style = node.dataset.time;
    let text;
    if (style === "relative") text = Math.abs(now - at) < 14 * DAY * 1000 ? ago((now - at) / 1000) : shortTime(at, now);
    else if (style === "ago") text = longAgo(at, now);
    else if (style === "full") text = full.format(at);
    else if (style === "ahead") text = at > now ? `in ${span((at - now) / 1000)}, ${shortTime(at, now)}` : shortTime(at, now);
    else if (style === "clock") text = clockTime.format(at);
    else if (style === "due") text = at > now ? `in ${span((at - now) / 1000)}, ${shortTime(at, now)}` : `${shortTime(at, now)}, ${span((now - at) / 1000)} late`;
    else text = shortTime(at, now);
    if (node.textContent !== text) node.textContent = text;
    const exact = full.format(at);
    if (node.title !== exact) node.title = exact;
  }

  // Headings of days: each row has one, only the first of a day shows.
  function writeDays(list, now) {
    let before = null;
    for (const head of list.querySelectorAll("[data-day]")) {
      const at = new Date(head.dataset.day);
      if (Number.isNaN(at.getTime())) continue;
      const first = !before || !sameDay(at, before);
      before = at;
      if (head.hidden === first) head.hidden = !first;
      if (!first) continue;
      const yesterday = new Date(now.getTime() - DAY * 1000);
      const words = sameDay(at, now) ? "Today" : sameDay(at, yesterday) ? "Yesterday" : yearOf(at) === yearOf(now) ? dayName.format(at) : dayYear.format(at);
      if (head.textContent !== words) head.textContent = words;
    }
  }

  // ---- SLA clocks: data-state ok|risk|over|paused|met|missed|ended as the server counted it, data-due, data-met, data-word
  // ("Reply"), data-note (why it waits, how it ended). Time runs on here; what is at risk is the server's to say.
  const GLYPH = { ok: "timer", risk: "alarm-clock", over: "circle-alert", paus: "circle-pause", met: "circle-check" };

  function clockState(data, now) {
    const due = Date.parse(data.due), left = (due - now) / 1000;
    if (data.state === "paused") return ["paus", data.note || "On hold"];
    if (data.state === "met") return ["met", data.note || "Met"];
    if (data.state === "missed") return ["over", data.note || "Missed"];
    if (data.state === "ended") return ["paus", data.note || "Ended"];
    if (left <= 0) return ["over", left > -MIN ? "Breached just now" : `Breached ${span(-left)} ago`];
    return [data.state === "risk" || data.state === "over" ? "risk" : "ok", data.word ? `${data.word} in ${span(left)}` : `in ${span(left)}`];
  }

  function writeClock(node, now) {
    const text = node.querySelector("[data-sla-text]");
    const use = node.querySelector("use");
    if (!text || !use) return;
    if (!node.dataset.state || node.dataset.state === "none") {
      if (text.textContent !== "") text.textContent = "";
      node.style.visibility = "hidden";
      return;
    }
    node.style.visibility = "";
    const [state, words] = clockState(node.dataset, now.getTime());
    for (const name of Object.keys(GLYPH)) node.classList.toggle(name, name === state);
    const href = `/icons.svg#${GLYPH[state]}`;
    if (use.getAttribute("href") !== href) use.setAttribute("href", href);
    if (text.textContent !== words) text.textContent = words;
    const due = new Date(node.dataset.due);
    if (!Number.isNaN(due.getTime())) node.title = `Due ${full.format(due)}`;
  }

  function refresh(root) {
    const now = new Date();
    for (const node of root.querySelectorAll("time[data-time]")) writeTime(node, now);
    for (const node of root.querySelectorAll("[data-sla]")) writeClock(node, now);
    for (const list of document.querySelectorAll("[data-days]")) writeDays(list, now);
  }
  setInterval(() => document.hidden || refresh(document), 15_000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh(document));

  // ---- menus; several buttons may share one: it stands at the one that was pressed last
  const pressed = new Map();
  const buttonOf = (menu) => {
    const last = pressed.get(menu.id);
    return last?.isConnected ? last : document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[popovertarget]");
    if (button) pressed.set(button.getAttribute("popovertarget"), button);
  }, true);

  // ---- a page that follows long work has a button to press every other second
  setInterval(() => document.hidden || document.querySelectorAll("[data-tick]").forEach((button) => button.click()), 2_000);

  function place(menu) {
    const button = buttonOf(menu);
    if (!button) return;
    const at = button.getBoundingClientRect(), size = menu.getBoundingClientRect(), gap = 4, edge = 8;
    const end = menu.dataset.align === "end";
    let left = end ? at.right - size.width : at.left;
    left = Math.max(edge, Math.min(left, innerWidth - size.width - edge));
    let top = at.bottom + gap;
    if (top + size.height > innerHeight - edge && at.top - gap - size.height > edge) top = at.top - gap - size.height;
    menu.style.left = `${left}px`;
    top = Math.min(top, innerHeight - size.height - edge);
    menu.style.top = `${Math.max(edge, top)}px`;
  }

  const items = (menu) =>
    [...menu.querySelectorAll("[role^=menuitem], [role=option], [data-item]")].filter((n) => !n.disabled && n.getAttribute("aria-disabled") !== "true" && n.getClientRects().length);

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
      const button = buttonOf(menu);
      if (button) button.setAttribute("aria-expanded", String(event.newState === "open"));
      if (event.newState !== "open") return;
      place(menu);
      const first = menu.matches("[role=dialog]") ? menu : menu.querySelector("input") || items(menu)[0];
      if (first) first.focus({ preventScroll: true });
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    const menu = event.target instanceof Element && event.target.closest(".menu:popover-open");
    if (!menu) return;
    const all = items(menu), at = all.indexOf(document.activeElement);
    const step = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1 }[event.key];
    const edge = event.target.matches("input") ? undefined : { Home: 0, End: all.length - 1 }[event.key];
    const next = edge ?? step;
    if (next !== undefined && all.length) {
      event.preventDefault();
      all[(next + all.length) % all.length].focus();
    } else if (menu.matches("[role=dialog]")) {
      return; // what is in it is reached by Tab
    } else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.target.matches("input")) {
      const found = all.find((n) => n.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()));
      if (found) found.focus();
      event.stopPropagation();
    } else if (event.key === "Tab") {
      menu.hidePopover();
    }
  });

  // ---- <input data-filter="id"> leaves what is typed among the children of #id; Enter presses the first of them once something is typed
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function filter(field) {
    const words = plain(field.value.trim());
    for (const node of document.getElementById(field.dataset.filter)?.children ?? []) {
      node.hidden = !plain(node.textContent).includes(words);
    }
  }

  const filtering = (target) => target instanceof Element && target.closest("[data-filter]");
  document.addEventListener("input", (event) => {
    const field = filtering(event.target);
    if (field) filter(field);
  });
  document.addEventListener("keydown", (event) => {
    const field = filtering(event.target);
    const list = field ? document.getElementById(field.dataset.filter) : event.target.closest?.(".person-picks");
    if (!list || event.isComposing) return;
    const all = [...list.children].filter((node) => !node.hidden), at = all.indexOf(document.activeElement);
    if (event.key === "Enter" && field) {
      event.preventDefault();
      if (field.value.trim()) all[0]?.click();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    }
  });

  // ---- the zone in which times are read and written here: <input data-zone-field> in a form gets it when the form is
  // sent, <input data-zone-tell> when it appears (React listens to the native setter's input event)
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("[data-zone-field]")) field.value = zone();
  }, true);

  function tellZone(field) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, zone());
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // ---- dialogs
  // the first thing to do in it, rather than its way out; where that is still to be read, when it comes (`fresh`), and
  // where there is only a question, its first answer
  const aimed = new WeakMap();
  function aim(dialog) {
    const first = ".dlg-body :is(input:not([type=hidden]), select, textarea, button):not(:disabled)";
    const at = dialog.querySelector("[data-focus]") || [...dialog.querySelectorAll(first)].find((n) => n.getClientRects().length);
    const answer = at || dialog.querySelector(".dlg-foot button:not(:disabled)");
    if (answer) answer.focus();
    dialog.toggleAttribute("data-aimless", !at);
    aimed.set(dialog, document.activeElement);
  }

  function open(dialog) {
    if (dialog.open) return;
    dialog.showModal();
    aim(dialog);
    for (const field of dialog.querySelectorAll("[data-filter]")) {
      field.value = "";
      filter(field);
    }
    document.dispatchEvent(new CustomEvent("ui:dialog-open", { detail: dialog.id }));
  }

  function dismiss(dialog) {
    if (dialog.open) dialog.close();
  }

  function follow(dialog) {
    if (dialog.dataset.show === "true") open(dialog);
    else if (dialog.dataset.show === "false" && dialog.open) {
      dialog.dataset.byState = "1";
      dialog.close();
    }
  }

  document.addEventListener(
    "close",
    (event) => {
      const dialog = event.target;
      if (!(dialog instanceof HTMLDialogElement)) return;
      const byState = dialog.dataset.byState;
      delete dialog.dataset.byState;
      const button = dialog.querySelector("[data-dismiss]");
      if (!byState && button) button.click();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      const menu = opener.closest(".menu:popover-open");
      if (menu) menu.hidePopover();
      if (dialog) open(dialog);
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) dismiss(closer.closest("dialog"));
    const item = event.target.closest(".menu [role^=menuitem]:not([data-keep]), .menu [data-item]");
    if (item) item.closest(".menu").hidePopover();
    if (event.target.matches("dialog[open]")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) dismiss(event.target);
    }
    const drawer = event.target.closest("[data-drawer-toggle]");
    const inDrawer = event.target.closest(".side a, .drawer-scrim");
    const shell = document.querySelector(".shell");
    if (shell && (drawer || inDrawer)) {
      const isOpen = drawer && shell.dataset.drawer !== "open";
      shell.dataset.drawer = isOpen ? "open" : "closed";
      if (isOpen) shell.querySelector(".side a")?.focus();
    }
    const link = event.target.closest("[data-copy-link]");
    if (link) navigator.clipboard?.writeText(location.origin + link.dataset.copyLink).then(() => say("Copied"));
    const copy = event.target.closest("[data-copy-from]");
    if (copy) navigator.clipboard?.writeText(document.getElementById(copy.dataset.copyFrom).value).then(() => say("Copied"));
    const undo = event.target.closest("[data-press]");
    if (undo) document.getElementById(undo.dataset.press)?.click();
    const goto = event.target.closest("[data-goto]");
    if (goto) {
      const place = document.getElementById(goto.dataset.goto);
      place?.scrollIntoView({ block: "center" });
      place?.focus({ preventScroll: true });
    }
    const reveal = event.target.closest("[data-reveal]");
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal);
      if (field) {
        field.type = field.type === "password" ? "text" : "password";
        reveal.setAttribute("aria-pressed", String(field.type === "text"));
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    const shell = document.querySelector('.shell[data-drawer="open"]');
    if (event.key === "Escape" && shell) shell.dataset.drawer = "closed";
  });

  // ---- the session ended: sign in, and come back to the same place
  function leave() {
    const here = location.pathname + location.search;
    location.assign(`/login?reason=expired&next=${encodeURIComponent(here)}`);
  }

  // A lost connection may be a lost session: the sign-in page sends on whoever is signed in.
  function offline(node) {
    setTimeout(async () => {
      if (!node.isConnected) return;
      try {
        const answer = await fetch("/login", { redirect: "manual", credentials: "same-origin", cache: "no-store" });
        if (answer.type !== "opaqueredirect" && answer.ok) return leave();
      } catch {
        /* really offline */
      }
      offline(node);
    }, 3_000);
  }

  // ---- announcements
  function say(text) {
    const region = document.getElementById("live-region");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50);
  }

  // ---- a toast leaves after 8 s; its own close button tells the State
  function watchToast(node) {
    let timer;
    const start = () => (timer = setTimeout(() => node.isConnected && node.querySelector("[data-toast-close]")?.click(), 8_000));
    node.addEventListener("pointerenter", () => clearTimeout(timer));
    node.addEventListener("pointerleave", start);
    node.addEventListener("focusin", () => clearTimeout(timer));
    node.addEventListener("focusout", start);
    start();
  }

  // theme, density and single keys as the profile has them (`theme.js`, `keys.js`)
  function look(frame) {
    if (frame.dataset.look) document.dispatchEvent(new CustomEvent("ui:look", { detail: frame.dataset.look }));
  }

  // the chosen one of a strip of tabs that is wider than its place
  const CHOSEN = ":is(.tabs, .groups) > [aria-current=page]";
  function bringIn(tab) {
    const strip = tab.parentElement, seen = strip.getBoundingClientRect(), own = tab.getBoundingClientRect();
    if (own.right > seen.right || own.left < seen.left) strip.scrollLeft += own.left - seen.left - Math.max(0, seen.width - own.width);
  }

  function fresh(node) {
    if (!(node instanceof Element)) return;
    const now = new Date();
    if (node.matches("time[data-time]")) writeTime(node, now);
    if (node.matches("[data-sla]")) writeClock(node, now);
    if (node.matches(".toast[data-auto]")) watchToast(node);
    node.querySelectorAll(CHOSEN).forEach(bringIn);
    if (node.matches("[data-offline]")) offline(node);
    node.querySelectorAll("[data-offline]").forEach(offline);
    if (node.matches("dialog[data-show]")) follow(node);
    const aimless = node.closest("dialog[open][data-aimless]");
    if (aimless && aimed.get(aimless) === document.activeElement) aim(aimless);
    const narrowed = node.parentElement?.id && document.querySelector(`[data-filter="${CSS.escape(node.parentElement.id)}"]`);
    if (narrowed) filter(narrowed);
    const frame = node.matches("[data-zone]") ? node : node.querySelector("[data-zone]");
    if (frame) {
      speak(frame.dataset.zone, frame.dataset.locale);
      look(frame);
    }
    if (node.matches("[data-set]") || node.querySelector("[data-set]")) document.dispatchEvent(new Event("ui:settings"));
    refresh(node);
    for (const toast of node.querySelectorAll(".toast[data-auto]")) watchToast(toast);
    if (node.matches("[data-zone-tell]")) tellZone(node);
    for (const field of node.querySelectorAll("[data-zone-tell]")) tellZone(field);
    for (const dialog of node.querySelectorAll("dialog[data-show]")) follow(dialog);
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") {
        for (const node of change.addedNodes) fresh(node);
      } else if (change.target instanceof HTMLDialogElement) {
        follow(change.target);
      } else if (change.target.matches('[data-signed-out="true"]')) {
        leave();
      } else if (change.attributeName === "data-zone" || change.attributeName === "data-locale") {
        speak(change.target.dataset.zone, change.target.dataset.locale);
        refresh(document);
      } else if (change.attributeName === "data-look") {
        look(change.target);
      } else if (change.target.matches("[data-sla]")) {
        writeClock(change.target, new Date());
      } else if (change.target.matches("time[data-time]")) {
        writeTime(change.target, new Date());
      } else if (change.target.matches(CHOSEN)) {
        bringIn(change.target);
      }
    }
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["datetime", "data-time", "data-show", "data-signed-out", "data-due", "data-state", "data-met", "data-note", "data-zone", "data-locale", "data-look", "aria-current"],
  });
  window.helpdesk = Object.freeze({ say, span });
  const begin = () => fresh(document.documentElement);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
