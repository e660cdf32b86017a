// The list's filters act at once; older conversations are added below instead of replacing the page.

import { parse } from "./swap.js";

export const filters = {
  start() {
    const show = document.getElementById("show");
    show?.addEventListener("change", () => show.form.requestSubmit());
    const find = document.getElementById("find");
    if (find) find.classList.add("hidden");
    document.getElementById("rows")?.addEventListener("click", async (event) => {
      const link = event.target.closest("a.row");
      if (!link || event.metaKey || event.ctrlKey) return;
      // the list is found again where it was left
      try {
        sessionStorage.setItem("rekindle-list", String(document.getElementById("rows").scrollTop));
      } catch { /* then it begins at the top */ }
    });
    try {
      const rows = document.getElementById("rows");
      const top = Number(sessionStorage.getItem("rekindle-list") ?? 0);
      if (rows && top) rows.scrollTop = top;
    } catch { /* as above */ }
  },
};

export { parse };
