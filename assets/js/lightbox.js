// Pictures in large: a [data-lightbox="<address>"] button shows its picture in the dialog #lightbox, which `ui.js` opens
// (data-dialog). There the arrow keys and [data-lightbox-step] go to the page's other pictures.
(() => {
  "use strict";
  let shown = "";
  const pictures = () => {
    const found = new Map();
    for (const node of document.querySelectorAll("[data-lightbox]")) found.set(node.dataset.lightbox, node.dataset.name);
    return [...found];
  };

  function show(address) {
    const all = pictures(), at = all.findIndex(([one]) => one === address);
    if (at < 0) return;
    const name = all[at][1] || "", picture = new Image();
    shown = address;
    picture.src = address;
    picture.alt = name;
    document.getElementById("lightbox-place").replaceChildren(picture);
    document.getElementById("lightbox-name").textContent = all.length > 1 ? `${name} (${at + 1} of ${all.length})` : name;
    document.getElementById("lightbox-load").href = address;
    for (const step of document.querySelectorAll("[data-lightbox-step]")) step.hidden = all.length < 2;
  }

  function move(step) {
    const all = pictures(), at = all.findIndex(([one]) => one === shown);
    if (all.length > 1) show(all[(at + step + all.length) % all.length][0]);
  }

  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest("[data-lightbox]");
    if (opener) show(opener.dataset.lightbox);
    const step = event.target instanceof Element && event.target.closest("[data-lightbox-step]");
    if (step) move(Number(step.dataset.lightboxStep));
  });
  document.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step && document.getElementById("lightbox")?.open) move(step);
  });
  // a picture that can't be read leaves its name, which still opens
  document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && event.target.closest("[data-lightbox]")?.classList.add("broken"), true);
})();
