/* Rows by keyboard: j k move, Enter opens, x selects. The current row survives an htmx swap by its position. */
(function () {
  "use strict";
  let position = -1;

  const grid = () => document.querySelector("main table.grid[data-main]") || document.querySelector("main table.grid:not([data-still])");
  const rows = () => { const table = grid(); return table ? [...table.tBodies].flatMap((body) => [...body.rows]) : []; };
  const opener = (row) => row.querySelector("a.row-link") || row.querySelector("a[href]");

  function mark(index, focus) {
    const all = rows();
    if (!all.length) return false;
    position = Math.max(0, Math.min(index, all.length - 1));
    all.forEach((row, i) => row.classList.toggle("cur", i === position));
    const row = all[position];
    const target = opener(row) || row;
    if (target === row) row.tabIndex = -1;
    if (focus) target.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    row.dispatchEvent(new CustomEvent("duebook:row", { bubbles: true }));
    return true;
  }

  function open(event) {
    if (event.target.closest("a, button, summary, input")) return false;
    const row = rows()[position];
    const link = row && opener(row);
    if (!link) return false;
    link.click();
    return true;
  }

  function select() {
    const row = rows()[position];
    const box = row && row.querySelector("input[data-select]");
    if (!box) return false;
    box.click();
    return true;
  }

  function count(scope) {
    const chosen = scope.querySelectorAll("tbody input[data-select]:checked").length;
    scope.querySelectorAll("[data-chosen]").forEach((part) => { part.textContent = String(chosen); });
    scope.querySelectorAll(".bulk").forEach((bar) => bar.toggleAttribute("data-on", chosen > 0));
    const all = scope.querySelector("input[data-select-all]");
    const boxes = scope.querySelectorAll("tbody input[data-select]").length;
    if (all) { all.checked = chosen > 0 && chosen === boxes; all.indeterminate = chosen > 0 && chosen < boxes; }
  }

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.matches("input[data-select], input[data-select-all]")) return;
    const scope = box.closest("form") || box.closest(".panel") || document.body;
    if (box.matches("[data-select-all]")) {
      scope.querySelectorAll("tbody input[data-select]").forEach((one) => { one.checked = box.checked; });
    }
    count(scope);
  });

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest && event.target.closest("table.grid tbody tr");
    const index = row ? rows().indexOf(row) : -1;
    if (index >= 0 && index !== position) mark(index, false);
  });

  document.addEventListener("htmx:afterSwap", () => {
    if (position >= 0 && rows().length) mark(position, document.activeElement === document.body);
  });

  window.duebook.on("j", () => mark(position + 1, true));
  window.duebook.on("k", () => mark(position < 0 ? 0 : position - 1, true));
  window.duebook.on("Enter", open);
  window.duebook.on("o", (event) => { const row = rows()[position]; const link = row && opener(row); if (link) link.click(); return Boolean(link); });
  window.duebook.on("x", select);
})();
