/* Forms: filters that apply themselves, one submit per click, files that are dropped, progress of an upload. */
(function () {
  "use strict";

  document.querySelectorAll("form[data-auto] [data-apply]").forEach((button) => button.classList.add("vh"));
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-auto]");
    const folded = form && form.querySelector(".fold") && getComputedStyle(form.querySelector(".fold")).display !== "none";
    if (form && !folded && !event.target.matches("input[type=search], input[type=text], [data-folds]")) form.requestSubmit();
  });

  /* Empty filters do not belong into the address. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-auto]")) {
      [...form.elements].forEach((part) => { if (part.name && part.value === "") part.disabled = true; });
      return;
    }
    if (event.defaultPrevented || form.method !== "post") return;
    if (event.submitter && event.submitter.formTarget) return; /* it answers into a frame, the form stays */
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-busy", "true")), 0);
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    document.querySelectorAll("form[data-auto] :disabled").forEach((part) => { part.disabled = false; });
  });

  const errors = document.querySelector("[data-errors]");
  if (errors) errors.focus();

  ["dragover", "dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const place = event.target.closest && event.target.closest("[data-drop]");
    if (!place) return;
    event.preventDefault();
    place.toggleAttribute("data-over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      const input = place.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }));

  /* Upload with progress. The answer is a page or a redirect, shown as the browser would have shown it. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const bar = form.matches("form[data-upload]") && form.querySelector("progress");
    if (!bar || !window.XMLHttpRequest || !form.querySelector("input[type=file]").files.length) return;
    event.preventDefault();
    const sending = new XMLHttpRequest();
    const body = new FormData(form, event.submitter);
    bar.hidden = false;
    sending.upload.addEventListener("progress", (part) => { if (part.lengthComputable) bar.value = (100 * part.loaded) / part.total; });
    sending.addEventListener("load", () => {
      const answer = new DOMParser().parseFromString(sending.responseText, "text/html");
      if (sending.status < 400 && sending.responseURL !== form.action) {
        const said = answer.getElementById("toasts"); // the answer has used up its message: hand it to the page that is opened
        if (said) sessionStorage.setItem("duebook-said", said.innerHTML);
        window.location.assign(sending.responseURL);
        return;
      }
      document.body.replaceWith(answer.body);
      window.scrollTo(0, 0);
    });
    sending.addEventListener("error", () => { delete form.dataset.sent; bar.hidden = true; form.submit(); });
    sending.open("POST", form.action);
    sending.send(body);
  });
})();
