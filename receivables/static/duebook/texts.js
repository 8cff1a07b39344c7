/* The text editor: a press on a placeholder puts it where one is writing. It checks nothing; the server does. */
(function () {
  "use strict";
  let field = null;
  window.addEventListener("DOMContentLoaded", () => {
    const palette = document.querySelector(".palette");
    if (palette && matchMedia("(min-width: 1001px)").matches) palette.open = true;
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("#text-form [name=subject], #text-form [name=body]")) field = event.target;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    const into = field || document.querySelector("#text-form [name=body]");
    const words = `{${button.dataset.insert}}`;
    into.setRangeText(words, into.selectionStart, into.selectionEnd, "end");
    into.focus();
    into.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
