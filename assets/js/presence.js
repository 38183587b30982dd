// Who is on a ticket: its page has a [data-presence="<ticket id>"] with a hidden button per [data-doing]. Pressing one
// tells the helpdesk: looking at once and every 15 s while the page can be seen, typing every 5 s while it goes on.
(() => {
  "use strict";
  const LOOKS = 15_000, TYPES = 5_000, PAUSE = 6_000;
  let ticket = "", told = "", toldAt = 0, typedAt = 0;

  function tell() {
    const root = document.querySelector("[data-presence]");
    const id = root?.dataset.presence || "";
    if (id !== ticket) [ticket, told, typedAt] = [id, "", 0];
    if (!id || document.hidden || !document.querySelector('[data-hydrated="true"]')) return;
    const now = Date.now();
    const doing = now - typedAt >= PAUSE ? "looking" : root.dataset.mode === "note" ? "noting" : "replying";
    if (doing === told && now - toldAt < (doing === "looking" ? LOOKS : TYPES)) return;
    [told, toldAt] = [doing, now];
    root.querySelector(`[data-doing="${doing}"]`)?.click();
  }

  setInterval(tell, 1_000);
  document.addEventListener("visibilitychange", tell);
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.target.id === "message") typedAt = event.target.value.trim() ? Date.now() : 0;
    tell();
  });
  document.addEventListener("submit", () => (typedAt = 0));
})();
