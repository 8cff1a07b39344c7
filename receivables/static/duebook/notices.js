/* The review desk by keyboard: j and k go to the next and the previous notice; its buttons carry their own keys. It decides nothing. */
(function () {
  "use strict";
  const go = (mark) => () => {
    const link = document.querySelector(`[data-${mark}]`);
    if (!link) return false;
    link.click();
    return true;
  };
  window.addEventListener("DOMContentLoaded", () => {
    const current = document.querySelector(".review-list [aria-current]");
    if (current) current.scrollIntoView({ block: "nearest" });
    if (!window.duebook) return;
    window.duebook.on("j", go("next"));
    window.duebook.on("k", go("prev"));
  });
})();
