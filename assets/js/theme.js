// Runs before the first paint: theme (system, light, dark) and density. Kept in this browser, and in the person's profile.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const read = (key, allowed) => {
    try {
      const value = localStorage.getItem(key);
      return allowed.includes(value) ? value : allowed[0];
    } catch {
      return allowed[0];
    }
  };
  const write = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      /* storage is closed: the choice holds for this page */
    }
  };
  const state = {
    theme: read("theme", ["system", "light", "dark"]),
    density: read("density", ["comfortable", "compact"]),
  };

  function apply() {
    const shown = state.theme === "system" ? (dark.matches ? "dark" : "light") : state.theme;
    root.classList.remove("light", "dark");
    root.classList.add(shown);
    root.style.colorScheme = shown;
    root.dataset.density = state.density;
    for (const item of document.querySelectorAll("[data-set]")) {
      const [key, value] = item.dataset.set.split(":");
      const shown_as = item.hasAttribute("aria-pressed") ? "aria-pressed" : "aria-checked";
      if (key in state) item.setAttribute(shown_as, String(state[key] === value));
    }
  }

  function set(key, value) {
    state[key] = value;
    write(key, value);
    apply();
  }

  // The framework follows the system by itself with the theme it started with: the choice made since then wins.
  dark.addEventListener("change", () => setTimeout(apply, 0));
  document.addEventListener("click", (event) => {
    const item = event.target instanceof Element && event.target.closest("[data-set]");
    if (!item) return;
    const [key, value] = item.dataset.set.split(":");
    if (key in state) set(key, value);
  });
  addEventListener("storage", (event) => {
    if (event.key === "theme" || event.key === "density") {
      state[event.key] = event.newValue || (event.key === "theme" ? "system" : "comfortable");
      apply();
    }
  });
  // What the person chose, on whatever device: "theme density keys", "-" for what they never chose.
  document.addEventListener("ui:look", (event) => {
    const [theme, density] = event.detail.split(" ");
    if (theme && theme !== "-" && theme !== state.theme) set("theme", theme);
    if (density && density !== "-" && density !== state.density) set("density", density);
  });
  document.addEventListener("ui:settings", apply);
  document.addEventListener("beforetoggle", apply, true);
  apply();
})();
