// The sign-in page works without this: it shows the password on demand and guards against a second submit.
(() => {
  "use strict";
  try {
    // A new session gets a new tab identity; the theme and the like live in localStorage and stay.
    sessionStorage.removeItem("token");
  } catch {
    /* storage is closed */
  }
  const form = document.querySelector("[data-sign-in]");
  const reveal = document.querySelector("[data-reveal]");
  if (reveal) {
    const field = document.getElementById(reveal.dataset.reveal);
    reveal.hidden = false;
    reveal.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      reveal.setAttribute("aria-pressed", String(!shown));
      reveal.setAttribute("aria-label", shown ? "Show password" : "Hide password");
    });
    form.addEventListener("submit", () => (field.type = "password"));
  }
  form?.addEventListener("submit", () => {
    const button = form.querySelector("[type=submit]");
    setTimeout(() => (button.disabled = true), 0);
  });
  addEventListener("pageshow", () => form?.querySelector("[type=submit]")?.removeAttribute("disabled"));
})();
