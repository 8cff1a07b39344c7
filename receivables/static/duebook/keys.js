/* The keyboard: `data-key` elements, `g` and a letter, `?`. It knows no page; pages declare keys in their markup.
   Single keys are silent while typing, with a modifier, or when the person switched keys off. */
(function () {
  "use strict";
  const handlers = new Map();
  let going = 0;

  const off = () => document.documentElement.dataset.keys === "off";
  const typing = (at) =>
    at.isContentEditable || at.matches("select, textarea") ||
    (at.matches("input") && !/^(checkbox|radio|button|submit|file)$/.test(at.type));
  const shown = (element) => element.getClientRects().length > 0;

  /* The letter meant, also on a Chinese or Cyrillic keyboard. */
  function letter(event) {
    if (event.key === "？") return "?";
    if (event.key === "、" && event.code === "Slash") return "/";
    if (event.key.length === 1 && event.key.charCodeAt(0) > 127 && event.code.startsWith("Key")) {
      return event.code.slice(3).toLowerCase();
    }
    return event.key;
  }

  function press(element) {
    if (element.matches("input, select, textarea")) return element.focus();
    if (element.matches("summary")) {
      const box = element.closest("details");
      box.open = !box.open;
      const safe = box.classList.contains("bad") ? "[data-close]" : ".btn.go"; // Enter by habit must not destroy
      const first = box.querySelector("input:not([type=hidden]), select, textarea") || box.querySelector(safe);
      return box.open && first ? first.focus() : element.focus();
    }
    element.click();
  }

  function stopGoing() {
    clearTimeout(going);
    going = 0;
    document.body.classList.remove("going");
  }

  function startGoing() {
    document.body.classList.add("going");
    going = setTimeout(stopGoing, 1800);
  }

  function goTo(key) {
    stopGoing();
    const link = document.querySelector(`.side [data-go="${CSS.escape(key)}"]`);
    if (link) link.click();
    return Boolean(link);
  }

  function byKey(key) {
    const scope = document.querySelector("dialog[open]") || document;
    return [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(shown);
  }

  function escape(event) {
    const box = document.activeElement.closest("details[open]") || document.querySelector("details.menu[open], details.confirm[open]");
    if (box && !document.querySelector("dialog[open]")) {
      box.open = false;
      box.querySelector("summary").focus();
      event.preventDefault();
    } else if (typing(document.activeElement)) {
      document.activeElement.blur();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && handlers.has("ctrl+k")) {
      event.preventDefault();
      return handlers.get("ctrl+k")(event);
    }
    if (event.key === "Escape") { stopGoing(); return escape(event); }
    if (event.ctrlKey || event.metaKey || event.altKey || off() || typing(event.target)) return;
    const key = letter(event);
    if (key.length > 1 && key !== "Enter") return;
    if (going) { if (goTo(key)) event.preventDefault(); return; }
    const element = key === "Enter" ? null : byKey(key);
    const handler = handlers.get(key);
    if (element) { event.preventDefault(); press(element); }
    else if (handler) { if (handler(event) !== false) event.preventDefault(); }
    else if (key === "g") { event.preventDefault(); startGoing(); }
  });

  /* The overview of keys is made when it is asked for, from what the page shows at that moment. */
  function row(list, words, key) {
    const line = document.createElement("div");
    const label = document.createElement("span");
    const hint = document.createElement("kbd");
    label.textContent = words;
    hint.textContent = key;
    line.append(label, hint);
    line.className = "made";
    list.append(line);
  }

  function heading(list, words) {
    const title = document.createElement("h3");
    title.textContent = words;
    title.className = "made";
    list.append(title);
  }

  function words(element) {
    if (element.dataset.keyLabel) return element.dataset.keyLabel;
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd, .count").forEach((part) => part.remove());
    return (copy.textContent || element.getAttribute("aria-label") || element.name || "").trim();
  }

  function overview() {
    const dialog = document.getElementById("keys");
    if (!dialog || dialog.open) return;
    const list = dialog.querySelector(".keys-list");
    list.querySelectorAll(".made").forEach((part) => part.remove());
    list.querySelectorAll("[data-grid-keys]").forEach((part) => { part.hidden = !document.querySelector("table.grid tbody tr"); });
    const here = [...document.querySelectorAll("main [data-key], aside [data-key]")].filter(shown);
    if (here.length) heading(list, dialog.dataset.here);
    const told = new Set(); // a list repeats its buttons row by row
    here.forEach((element) => {
      const line = [words(element), element.dataset.key];
      if (!told.has(line.join())) row(list, ...line);
      told.add(line.join());
    });
    const entries = [...document.querySelectorAll(".side [data-go]")];
    if (entries.length) heading(list, dialog.dataset.goWords);
    entries.forEach((entry) => row(list, words(entry), "g " + entry.dataset.go));
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) overview();
    if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog").close();
    if (event.target.matches("dialog[open]")) event.target.close();
  });

  handlers.set("?", overview);
  window.duebook = { on: (key, handler) => handlers.set(key, handler), press };
})();
