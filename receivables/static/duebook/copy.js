/* Copies a field to the clipboard, and opens the browser's print. Without either the field can be selected by hand. */
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const print = event.target.closest("[data-print]");
    if (print) { window.print(); return; }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    const done = () => { button.textContent = button.dataset.copied; };
    field.select();
    if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, () => {});
    else if (document.execCommand("copy")) done();
  });
})();
