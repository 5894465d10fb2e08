// The pages' own behaviour. Everything here adds to pages that work without it.
(() => {
  "use strict";
  const texts = () => document.getElementById("texts")?.dataset ?? {};
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // Notes (toasts)
  function note(text, tone = "missed") {
    const box = document.getElementById("notes");
    if (!box) return;
    const line = document.createElement("div");
    line.className = `nu-note nu-${tone}`;
    const words = document.createElement("span");
    words.textContent = text;
    line.append(symbol(tone === "kept" ? "circle-check" : "alert-triangle"), words);
    box.append(line);
    if (tone === "kept") setTimeout(() => line.remove(), 4000);
  }
  function symbol(name) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", "nu-icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(space, "use");
    use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  // Menus are <details>: one open at a time; Escape and a click elsewhere close them.
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLDetailsElement) || !menu.open || !menu.classList.contains("nu-menu")) return;
    all("details.nu-menu[open]").forEach((other) => { if (other !== menu && !other.contains(menu)) other.open = false; });
    const box = menu.querySelector(".nu-menu-box");
    if (!box) return;
    box.classList.remove("nu-menu-left");
    if (box.getBoundingClientRect().left < 4) box.classList.add("nu-menu-left");
  }, true);

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    all("details.nu-menu[open]").forEach((menu) => { if (!menu.contains(target)) menu.open = false; });

    const closer = target.closest("[data-close-note]");
    if (closer) closer.closest("[data-note]")?.remove();

    if (target.closest("[data-close-dialog]")) target.closest("dialog")?.close();

    const burger = target.closest("[data-toggle-menu]");
    if (burger) {
      const open = document.body.classList.toggle("nu-menu-open");
      burger.setAttribute("aria-expanded", String(open));
    }

    const copy = target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => note(texts().copied, "kept"));

    const up = target.closest("[data-move-up]");
    if (up) {
      const line = up.closest(".nu-column-option");
      line.previousElementSibling?.classList.contains("nu-column-option") && line.previousElementSibling.before(line);
      up.focus();
    }

    // A line of a list is a large target; links, buttons and text selection keep their own meaning.
    const row = target.closest("tr[data-href]");
    if (row && !target.closest("a, button, input, label, details, summary") && !String(getSelection())) {
      if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
      else location.href = row.dataset.href;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.querySelector("details.nu-menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary")?.focus(); event.preventDefault(); }
      document.body.classList.remove("nu-menu-open");
    }
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const box = document.querySelector("[data-hotkey='/']");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if ((event.key === "Enter") && typing && event.target.closest("[data-filters]")) event.target.form?.requestSubmit();
  });

  // Dialogs: filled by htmx, shown when they have arrived.
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = document.getElementById("dialog");
    if (event.detail.target.id === "dialog-body" && dialog) {
      dialog.setAttribute("aria-labelledby", "dialog-title");
      if (!dialog.open) dialog.showModal();
      (dialog.querySelector("[data-focus]") ?? dialog.querySelector("[aria-invalid=true]") ??
        dialog.querySelector("form.nu-form :is(input:not([type=hidden]), select, textarea)"))?.focus();
    }
  });
  // What htmx brought in, whether it filled its target or replaced it.
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
  document.addEventListener("htmx:responseError", (event) => {
    note(event.detail.xhr.status === 404 ? texts().gone : texts().failed);
  });
  document.addEventListener("htmx:sendError", () => note(texts().failed));
  document.addEventListener("htmx:beforeRequest", (event) => event.target.setAttribute?.("aria-busy", "true"));
  document.addEventListener("htmx:afterRequest", (event) => event.target.removeAttribute?.("aria-busy"));

  // Filters: leave empty fields out of the address.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches?.("[data-filters]")) return;
    const data = event.detail.formData;
    for (const name of new Set([...data.keys()])) {
      const kept = data.getAll(name).filter((value) => value !== "");
      data.delete(name);
      kept.forEach((value) => data.append(name, value));
    }
    if (![...data.keys()].length) data.append("view", "");
  });

  // Bulk actions: how many are chosen, and asking before.
  function bulk(form) {
    const boxes = all("input[name=id]", form);
    const head = form.querySelector("[data-all]");
    const bar = form.querySelector("[data-bulkbar]");
    if (!bar) return;
    const count = () => boxes.filter((box) => box.checked).length;
    const tell = () => {
      const n = count();
      bar.classList.toggle("nu-active", n > 0);
      bar.querySelector("[data-bulk-count]").textContent = n ? (texts().chosen ?? "{n}").replace("{n}", n) : "";
      if (head) { head.checked = n === boxes.length && n > 0; head.indeterminate = n > 0 && n < boxes.length; }
    };
    form.addEventListener("change", (event) => {
      if (event.target === head) boxes.forEach((box) => { box.checked = head.checked; });
      tell();
    });
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button?.dataset.question || form.dataset.sure) return;
      event.preventDefault();
      const n = count();
      if (!n) return;
      ask(`${button.dataset.question} (${(texts().chosen ?? "{n}").replace("{n}", n)})`, button.hasAttribute("data-danger") ? n : 0).then((typed) => {
        if (typed === null) return;
        form.querySelector("[name=typed]").value = typed;
        form.dataset.sure = "1";
        form.requestSubmit(button);
      });
    });
    tell();
  }

  // Resolves to the typed text ('' when nothing had to be typed) or null for no.
  function ask(question, number = 0) {
    const dialog = document.getElementById("confirm");
    dialog.querySelector("[data-confirm-text]").textContent = question;
    const typed = dialog.querySelector("[data-confirm-typed]");
    const input = typed.querySelector("input");
    typed.hidden = !number;
    input.value = "";
    const line = dialog.querySelector("[data-confirm-ask]");
    line.textContent = line.dataset.text.replace("{n}", number);
    const yes = dialog.querySelector("[data-confirm-yes]");
    yes.disabled = Boolean(number);
    input.oninput = () => { yes.disabled = input.value.trim() !== String(number); };
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? input.value.trim() : null), { once: true });
    });
  }

  // Forms: one sending, and a question before leaving with unsaved input.
  let dirty = null;
  function guard(form) {
    form.addEventListener("input", () => { dirty = form; });
    form.addEventListener("submit", () => {
      dirty = null;
      const button = form.querySelector("[data-submit]");
      button?.setAttribute("aria-busy", "true");
      setTimeout(() => { if (button) button.disabled = true; }, 0);
      setTimeout(() => { if (button) { button.disabled = false; button.removeAttribute("aria-busy"); } }, 8000);
    });
  }
  addEventListener("beforeunload", (event) => {
    if (dirty?.isConnected && !dirty.closest("dialog:not([open])")) { event.preventDefault(); event.returnValue = ""; }
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) dirty = null;
  });

  // Clocks count on in the browser, by the server's time at load.
  function say(milliseconds) {
    const t = texts();
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const days = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, rest = minutes % 60;
    const pieces = days ? [[days, t.day], [hours, t.hour]] : hours ? [[hours, t.hour], [rest, t.minute]] : [[rest, t.minute]];
    const words = pieces.filter(([n], index) => n || !index).map(([n, text]) => text.replace("{n}", n)).join(" ");
    return (milliseconds >= 0 ? t.left : t.over).replace("{span}", words);
  }
  function tick() {
    if (!texts().left) return;
    const now = Date.now();
    for (const clock of all(".nu-clock[data-due]")) {
      const left = Date.parse(clock.dataset.due) - now;
      const words = clock.querySelector("b");
      const text = say(left);
      if (words && words.textContent !== text) words.textContent = text;
      const near = clock.dataset.near && now >= Date.parse(clock.dataset.near);
      const tone = left < 0 ? "missed" : near ? "near" : null;
      if (tone && !clock.classList.contains(`nu-${tone}`)) {
        clock.classList.remove("nu-info", "nu-near", "nu-missed");
        clock.classList.add(`nu-${tone}`);
        clock.querySelector("use")?.setAttribute("href", `${document.body.dataset.sprite}#${tone === "missed" ? "alert-triangle" : "clock-exclamation"}`);
      }
    }
  }
  setInterval(tick, 20000);

  // Boards: poll with the last ETag; drag between the lanes that a card may go to.
  function board(root) {
    let tag = "";
    const url = root.dataset.board;
    const busy = () => document.hidden || root.querySelector("details[open], .nu-dragged");
    if (root.dataset.poll) {
      const timer = setInterval(async () => {
        if (!root.isConnected) { clearInterval(timer); return; }
        if (busy()) return;
        const headers = { "HX-Request": "true", "HX-Target": "board" };
        if (tag) headers["If-None-Match"] = tag;
        try {
          const answer = await fetch(root.dataset.poll, { headers, cache: "no-store" });
          if (answer.status !== 200) return;
          const first = !tag;
          tag = answer.headers.get("ETag") ?? "";
          const html = await answer.text();
          if (!busy() && !(first && html === root.outerHTML)) replace(root, html, tag);
        } catch { /* the next poll tries again */ }
      }, Number(root.dataset.every) * 1000);
    }
    root.addEventListener("dragstart", (event) => {
      const card = event.target.closest?.("[data-card]");
      if (!card) return;
      card.classList.add("nu-dragged");
      event.dataTransfer.setData("text/plain", card.dataset.card);
      event.dataTransfer.effectAllowed = "move";
      const targets = (card.dataset.targets ?? "").split(" ");
      all("[data-lane]", root).forEach((lane) => lane.classList.toggle("nu-lane-open", targets.includes(lane.dataset.lane)));
    });
    root.addEventListener("dragend", () => {
      all(".nu-dragged", root).forEach((card) => card.classList.remove("nu-dragged"));
      all(".nu-lane-open", root).forEach((lane) => lane.classList.remove("nu-lane-open"));
    });
    root.addEventListener("dragover", (event) => {
      if (event.target.closest?.(".nu-lane-open")) event.preventDefault();
    });
    root.addEventListener("drop", (event) => {
      const lane = event.target.closest?.(".nu-lane-open");
      if (!lane) return;
      event.preventDefault();
      htmx.ajax("POST", url, { target: "#board", swap: "outerHTML", values: { card: event.dataTransfer.getData("text/plain"), lane: lane.dataset.lane } });
    });
  }
  function replace(root, html, tag) {
    const parsed = new DOMParser().parseFromString(html, "text/html").getElementById("board");
    if (!parsed) return;
    const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
    root.replaceChildren(...parsed.childNodes);
    htmx.process(root);
    if (focused) root.querySelector(`[data-card="${CSS.escape(focused)}"] a`)?.focus();
  }

  // Lists bring themselves up to date, unless somebody is choosing or typing in them. (htmx's own condition in hx-trigger
  // would need eval, which the policy refuses.)
  function refresh(root) {
    const timer = setInterval(() => {
      if (!root.isConnected) { clearInterval(timer); return; }
      if (document.hidden || root.querySelector("details[open], input:checked, input:focus")) return;
      root.dispatchEvent(new Event("nu-refresh"));
    }, Number(root.dataset.refresh) * 1000);
  }

  // Photos are made small before they are sent: longest edge 1600 px, JPEG.
  async function shrink(input) {
    const files = [...input.files];
    const small = new DataTransfer();
    for (const file of files) {
      if (!file.type.startsWith("image/") || file.size < 300000 || file.type === "image/gif") { small.items.add(file); continue; }
      try {
        const bitmap = await createImageBitmap(file);
        let edge = 1600, quality = 0.8, blob = null;
        for (let tries = 0; tries < 5; tries += 1) {
          const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
          const canvas = document.createElement("canvas");
          canvas.width = Math.round(bitmap.width * scale);
          canvas.height = Math.round(bitmap.height * scale);
          canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
          blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
          if (blob && blob.size <= 300000) break;
          edge = Math.round(edge * 0.8);
          quality = Math.max(0.6, quality - 0.05);
        }
        small.items.add(blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file);
      } catch { small.items.add(file); }
    }
    input.files = small.files;
    preview(input);
  }
  function preview(input) {
    const box = input.parentElement.querySelector("[data-preview]");
    if (!box) return;
    box.replaceChildren(...[...input.files].filter((file) => file.type.startsWith("image/")).map((file) => {
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = file.name;
      image.onload = () => URL.revokeObjectURL(image.src);
      return image;
    }));
  }

  // Where the phone is, once, for a form that asks for it; without it the form works as well.
  function locate(field) {
    const form = field.form;
    navigator.geolocation?.getCurrentPosition((found) => {
      field.value = found.coords.latitude.toFixed(6);
      form.querySelector("[data-longitude]").value = found.coords.longitude.toFixed(6);
    }, () => {}, { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 });
  }

  // Lines of a form: the first empty one is offered, the others wait.
  function lines(box) {
    const all = [...box.children];
    const offer = () => {
      const next = all.find((line) => !line.open);
      all.forEach((line) => line.classList.toggle("nu-part-next", line === next));
    };
    box.addEventListener("toggle", (event) => {
      offer();
      if (event.target.open) event.target.querySelector("input")?.focus();
    }, true);
    offer();
  }

  // Signatures: strokes as JSON in a hidden field, drawn on a canvas.
  function sign(box) {
    const canvas = box.querySelector("canvas");
    const field = box.querySelector("input[type=hidden]");
    if (!canvas || !field || !window.SignaturePad) return;
    const pad = new SignaturePad(canvas, { penColor: "#10233d", minWidth: 0.8, maxWidth: 2.6 });
    const fit = () => {
      const ratio = Math.max(devicePixelRatio || 1, 1);
      const kept = pad.toData();
      canvas.width = canvas.offsetWidth * ratio;
      canvas.height = canvas.offsetHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      pad.clear();
      pad.fromData(kept);
    };
    fit();
    if (field.value) try { pad.fromData(JSON.parse(field.value)); } catch { field.value = ""; }
    addEventListener("resize", fit);
    pad.addEventListener("endStroke", () => {
      field.value = JSON.stringify(pad.toData());
      field.dispatchEvent(new Event("input", { bubbles: true }));
      box.classList.add("nu-signed");
    });
    box.querySelector("[data-clear]")?.addEventListener("click", () => { pad.clear(); field.value = ""; box.classList.remove("nu-signed"); });
  }

  function once(root, selector, start) {
    const found = all(selector, root);
    if (root instanceof Element && root.matches(selector)) found.push(root);
    found.filter((element) => !element.dataset.on).forEach((element) => { element.dataset.on = "1"; start(element); });
  }
  function ready(root) {
    once(root, "form[data-bulk]", bulk);
    once(root, "form[data-guard]", guard);
    once(root, "#board", board);
    once(root, "[data-refresh]", refresh);
    once(root, "[data-latitude]", locate);
    once(root, "[data-parts]", lines);
    once(root, "[data-signature]", sign);
    once(root, "input[type=file][data-photo]", (input) => input.addEventListener("change", () => shrink(input), { passive: true }));
    once(root, "[data-submit-on-change]", (field) => field.addEventListener("change", () => field.form.requestSubmit()));
    tick();
  }
  const offline = () => all("[data-offline]").forEach((line) => { line.hidden = navigator.onLine; });
  addEventListener("online", offline);
  addEventListener("offline", offline);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("DOMContentLoaded", () => {
    ready(document);
    offline();
    document.querySelector("main [data-focus], main [aria-invalid=true]")?.focus();
  });
  window.nuoda = { ask, note, ready };
})();
