/* The approval queue by keyboard: j k move between cases, Enter opens, 1 2 3 tick, y b h act on the case in hand. It decides nothing itself. */
(function () {
  "use strict";
  let at = -1;
  const cases = () => [...document.querySelectorAll("[data-case]")];
  const current = () => cases()[Math.max(at, 0)];

  function move(step) {
    const all = cases();
    if (!all.length) return false;
    at = Math.max(0, Math.min(at + step, all.length - 1));
    all.forEach((one, i) => one.classList.toggle("cur", i === at));
    all[at].focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
    return true;
  }

  document.addEventListener("focusin", (event) => {
    const one = event.target.closest && event.target.closest("[data-case]");
    if (!one) return;
    at = cases().indexOf(one);
    cases().forEach((each) => each.classList.toggle("cur", each === one));
  });

  /* keys.js presses the first element of a key on the page; here it must be the one of the case in hand. */
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !/^[ybh1-9]$/.test(event.key)) return;
    if (document.documentElement.dataset.keys === "off") return;
    const element = current() && current().querySelector(`[data-key="${event.key}"], [data-tick="${event.key}"]`);
    if (!element) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (element.dataset.tick) element.click(); else window.duebook.press(element);
  }, true);

  window.addEventListener("DOMContentLoaded", () => {
    if (!window.duebook) return;
    window.duebook.on("j", () => move(1));
    window.duebook.on("k", () => move(-1));
    window.duebook.on("Enter", (event) => {
      if (event.target.closest("a, button, summary, input, select")) return false;
      const link = current() && current().querySelector("[data-open]");
      if (!link) return false;
      link.click();
      return true;
    });
  });
})();
