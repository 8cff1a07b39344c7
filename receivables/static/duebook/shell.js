/* The frame: find and go to, menus that close by themselves, the phone's drawer, messages that leave after a while. */
(function () {
  "use strict";
  const READING_MS = 9000;
  const UNDO_MS = 30000;

  /* Find: a combobox over the menu; Enter goes to the chosen page, else searches in the books. */
  function findBox(form) {
    const input = form.querySelector("input");
    const options = () => [...form.querySelectorAll("[role=option]")];
    const visible = () => options().filter((option) => !option.parentElement.hidden);
    let chosen = -1;

    function choose(index) {
      const list = visible();
      chosen = list.length ? (index + list.length) % list.length : -1;
      options().forEach((option) => option.setAttribute("aria-selected", String(option === list[chosen])));
      if (chosen < 0) { input.removeAttribute("aria-activedescendant"); return; }
      list[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", list[chosen].id);
    }

    function chooseNone() {
      chosen = -1;
      options().forEach((option) => option.setAttribute("aria-selected", "false"));
      input.removeAttribute("aria-activedescendant");
    }

    function show(open) {
      form.toggleAttribute("data-open", open);
      input.setAttribute("aria-expanded", String(open));
    }

    function filter() {
      const wanted = input.value.trim().toLowerCase();
      options().forEach((option) => { option.parentElement.hidden = wanted !== "" && !option.textContent.toLowerCase().includes(wanted); });
      form.querySelector(".none").hidden = visible().length > 0;
      if (wanted && visible().length) choose(0); else chooseNone();
      show(true);
    }

    input.addEventListener("focus", filter);
    input.addEventListener("input", filter);
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
      if (event.key === "ArrowUp") { event.preventDefault(); choose(Math.max(chosen, 0) - 1); }
      if (event.key === "Escape") { input.value = ""; input.blur(); show(false); }
    });
    form.addEventListener("submit", (event) => {
      const option = visible().find((one) => one.getAttribute("aria-selected") === "true");
      if (option) { event.preventDefault(); option.click(); }
      else if (!form.getAttribute("action")) event.preventDefault();
    });
    form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) setTimeout(() => show(false), 120); });
    return () => { input.focus(); input.select(); };
  }

  const form = document.querySelector("[data-find]");
  const openFind = form ? findBox(form) : null;
  if (openFind) window.duebook.on("ctrl+k", openFind);
  window.duebook.on("/", () => {
    const local = document.querySelector(".filters .ask input");
    if (local) { local.focus(); local.select(); } else if (openFind) openFind();
  });

  /* On a narrow screen the tab that is on may lie outside of its strip. */
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    const strip = tab.closest(".tabs");
    strip.scrollLeft = tab.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((box) => { if (!box.contains(event.target)) box.open = false; });
    const close = event.target.closest("[data-close]");
    if (close) { const box = close.closest("details"); box.open = false; box.querySelector("summary").focus(); }
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
  });

  /* A message stays as long as it takes to read, one with an undo longer, a failure until it is dismissed. */
  function leave(toast) {
    if (toast.dataset.timed || toast.classList.contains("bad")) return;
    toast.dataset.timed = "1";
    const wait = toast.querySelector("form") ? UNDO_MS : READING_MS;
    const go = () => { if (toast.matches(":hover, :focus-within")) setTimeout(go, 3000); else toast.remove(); };
    setTimeout(go, wait);
  }
  /* What an upload's answer said, brought over to this page. */
  const said = sessionStorage.getItem("duebook-said");
  const place = document.getElementById("toasts");
  if (said && place) {
    const brought = new DOMParser().parseFromString(said, "text/html");
    place.append(...[...brought.body.children].map((line) => document.adoptNode(line)));
  }
  sessionStorage.removeItem("duebook-said");
  const settle = () => document.querySelectorAll("[data-toast]").forEach(leave);
  document.addEventListener("htmx:afterSwap", settle);
  settle();
})();
