// Files: <div data-upload="name"> with an <input type=file data-upload-pick> (hidden), a list [data-upload-list], a
// drop zone [data-upload-drop], and an <input data-upload-ids> that the State listens to. Each file goes by itself to
// POST /api/v1/uploads; the ids of what is stored, joined by commas, are set on that input whenever they change.
// data-max-files and data-max-mb are told before anything is sent; the server checks again.
(() => {
  "use strict";
  const boxes = new WeakMap();
  const icon = (name, cls = "i") => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", cls);
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `/icons.svg#${name}`);
    svg.append(use);
    return svg;
  };
  const make = (tag, cls, text) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text) node.textContent = text;
    return node;
  };
  const size = (bytes) =>
    bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0)} MB`;
  const glyph = (file) =>
    file.type.startsWith("image/") ? "image" : /\.(zip|7z|gz)$/i.test(file.name) ? "file-archive" : "file-text";

  function boxOf(root) {
    if (!boxes.has(root)) boxes.set(root, { entries: [] });
    return boxes.get(root);
  }

  // React listens to the native setter's input event: a plain .value assignment would go unnoticed.
  function report(root) {
    const box = boxOf(root);
    const field = root.querySelector("[data-upload-ids]");
    const ids = box.entries.filter((e) => e.id).map((e) => e.id).join(",");
    const waiting = box.entries.some((e) => e.request);
    root.dataset.busy = String(waiting);
    if (field && field.value !== ids) {
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, ids);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function row(root, entry) {
    const line = make("div", "file");
    const middle = make("div", "col");
    middle.append(make("span", "tr", entry.file.name));
    entry.detail = make("span", "hint");
    entry.bar = make("span", "bar");
    entry.bar.setAttribute("role", "progressbar");
    entry.bar.setAttribute("aria-label", `Uploading ${entry.file.name}`);
    entry.bar.append(make("i"));
    middle.append(entry.bar, entry.detail);
    entry.state = make("span", "mk xs t2");
    const stop = make("button", "btn gh sm ic");
    stop.type = "button";
    stop.setAttribute("aria-label", `Remove ${entry.file.name}`);
    stop.append(icon("x"));
    stop.addEventListener("click", () => remove(root, entry));
    line.append(icon(glyph(entry.file)), middle, entry.state, stop);
    entry.line = line;
    const list = root.querySelector("[data-upload-list]");
    list.hidden = false;
    list.append(line);
  }

  function remove(root, entry) {
    const box = boxOf(root);
    if (entry.request) entry.request.abort();
    entry.request = null;
    box.entries = box.entries.filter((e) => e !== entry);
    entry.line.remove();
    if (entry.id) fetch(`/api/v1/uploads/${encodeURIComponent(entry.id)}`, { method: "DELETE", credentials: "same-origin" }).catch(() => {});
    const list = root.querySelector("[data-upload-list]");
    if (!list.children.length) list.hidden = true;
    report(root);
    root.querySelector("[data-upload-choose]")?.focus();
  }

  function failed(root, entry, message, again) {
    entry.request = null;
    entry.bar.hidden = true;
    entry.detail.className = "errt";
    entry.detail.textContent = message;
    entry.detail.setAttribute("role", "alert");
    entry.state.textContent = "";
    if (again) {
      const retry = make("button", "linkbtn", "Try again");
      retry.type = "button";
      retry.addEventListener("click", () => send(root, entry));
      entry.state.append(retry);
    }
    report(root);
  }

  function problem(request) {
    try {
      const body = JSON.parse(request.responseText);
      return body.errors?.[0]?.message || body.detail || body.title;
    } catch {
      return "";
    }
  }

  function send(root, entry) {
    const request = new XMLHttpRequest();
    entry.request = request;
    entry.bar.hidden = false;
    entry.detail.className = "hint";
    entry.detail.removeAttribute("role");
    entry.detail.textContent = "";
    request.open("POST", "/api/v1/uploads");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      const percent = event.lengthComputable ? Math.round((100 * event.loaded) / event.total) : 0;
      entry.bar.firstChild.style.width = `${percent}%`;
      entry.bar.setAttribute("aria-valuenow", String(percent));
      entry.state.textContent = `${percent} % of ${size(entry.file.size)}`;
    });
    request.addEventListener("load", () => {
      if (!entry.request) return;
      if (request.status === 401) return failed(root, entry, "You were signed out. Sign in again in another tab, then try again.", true);
      if (request.status < 200 || request.status > 299)
        return failed(root, entry, problem(request) || "The file could not be stored.", request.status >= 500 || request.status === 429);
      entry.request = null;
      entry.id = JSON.parse(request.responseText).id;
      entry.bar.hidden = true;
      entry.detail.textContent = size(entry.file.size);
      entry.state.replaceChildren(icon("check", "i s"), "Uploaded");
      report(root);
      window.helpdesk?.say(`${entry.file.name} uploaded`);
    });
    request.addEventListener("error", () => entry.request && failed(root, entry, "No connection. The file is still here.", true));
    const form = new FormData();
    form.append("attachments", entry.file, entry.file.name);
    request.send(form);
    report(root);
  }

  function add(root, files) {
    const box = boxOf(root);
    const most = Number(root.dataset.maxFiles || 10), mb = Number(root.dataset.maxMb || 25);
    for (const file of files) {
      const entry = { file, id: "", request: null };
      const stored = box.entries.filter((e) => e.id || e.request).length;
      box.entries.push(entry);
      row(root, entry);
      if (stored >= most) failed(root, entry, `Up to ${most} files can be attached at once.`, false);
      else if (file.size > mb * 1024 * 1024) failed(root, entry, `Larger than ${mb} MB. Share a link to it instead.`, false);
      else if (file.size === 0) failed(root, entry, "The file is empty.", false);
      else send(root, entry);
    }
  }

  const rootOf = (node) => (node instanceof Element ? node.closest("[data-upload]") : null);
  document.addEventListener("click", (event) => {
    const choose = event.target instanceof Element && event.target.closest("[data-upload-choose]");
    if (choose) rootOf(choose)?.querySelector("[data-upload-pick]").click();
  });
  document.addEventListener("change", (event) => {
    const pick = event.target;
    if (!(pick instanceof HTMLInputElement) || !pick.matches("[data-upload-pick]")) return;
    const files = [...pick.files];
    pick.value = "";
    add(rootOf(pick), files);
  });
  // Dropping anywhere on the page counts, also beside the box: a missed drop would open the file and lose the page.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
      event.preventDefault();
      const root = rootOf(event.target) || document.querySelector("[data-upload]");
      if (root) root.dataset.over = String(kind === "dragover");
      if (kind === "drop" && root) add(root, [...event.dataTransfer.files]);
    });
  }
  document.addEventListener("dragleave", (event) => {
    const root = rootOf(event.target);
    if (root && !root.contains(event.relatedTarget)) root.dataset.over = "false";
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    const root = rootOf(event.target) || document.querySelector("[data-upload]");
    if (!files.length || !root) return;
    event.preventDefault();
    const stamp = new Date().toTimeString().slice(0, 5).replace(":", "");
    add(root, files.map((f) => (/^image\.\w+$/.test(f.name) ? new File([f], `screenshot-${stamp}.${f.name.split(".").pop()}`, { type: f.type }) : f)));
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector('[data-upload][data-busy="true"]')) event.preventDefault();
  });
  // A page resets its box after sending: it dispatches "upload:reset" on it, or renders data-reset with a new value.
  const clear = (root) => {
    boxes.set(root, { entries: [] });
    root.querySelector("[data-upload-list]")?.replaceChildren();
    const list = root.querySelector("[data-upload-list]");
    if (list) list.hidden = true;
    report(root);
  };
  new MutationObserver((changes) => {
    for (const change of changes) if (change.oldValue !== change.target.dataset.reset) clear(change.target);
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["data-reset"], attributeOldValue: true });
})();
