/* The Cash page by keyboard: j and the arrows move through the lines and show each, Enter accepts the best candidate. */
(function () {
  "use strict";
  const list = () => [...document.querySelectorAll("[data-cash] tr[data-line]")];
  const shown = () => document.querySelector("[data-line-shown]");

  function place() {
    const current = shown() ? shown().dataset.lineShown : "";
    const rows = list();
    const at = rows.findIndex((row) => row.dataset.line === current);
    rows.forEach((row, i) => row.toggleAttribute("data-shown", i === at));
    const next = rows[at + 1] || rows[at - 1];
    document.querySelectorAll("[data-next-line]").forEach((input) => { input.value = next ? next.dataset.line : ""; });
    return at;
  }

  function move(step) {
    const rows = list();
    const row = rows[Math.max(0, Math.min(place() + step, rows.length - 1))];
    if (!row) return false;
    const link = row.querySelector("a.row-link");
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    link.click();
    return true;
  }

  function accept() {
    const form = document.querySelector("form[data-best]");
    const button = form && form.querySelector("[data-candidate]");
    if (!button) return false;
    button.click();
    return true;
  }

  window.duebook.on("j", () => move(1));
  window.duebook.on("k", () => move(-1)); // where a part is missing, `k` chooses what becomes of it; the arrow still goes up
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    const free = at === document.body || at.id === "main" || at.matches("a.row-link");
    if (!free) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (move(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (event.key === "Enter" && !event.defaultPrevented) {
      const row = at.closest("tr[data-line]");
      if ((!row || row.hasAttribute("data-shown")) && accept()) event.preventDefault();
    } else if (event.key === "Tab" && !event.shiftKey && document.querySelector("[data-candidate]")) {
      document.querySelector("[data-candidate]").focus();
      event.preventDefault();
    }
  }, true);
  /* On a narrow screen the line opens under the list: go there, unless the keys are moving through the list. */
  document.addEventListener("htmx:afterSwap", (event) => {
    place();
    const below = event.target.id === "line" && window.matchMedia("(max-width: 1080px)").matches;
    if (below) event.target.scrollIntoView({ block: "start" });
  });
  place();
})();
