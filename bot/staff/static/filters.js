// The list's filters act at once, and the list is found again where it was left.

const rows = document.getElementById("rows");

function key() {
  const asked = new URLSearchParams(location.search);
  return `rekindle-list:${asked.get("show") ?? "all"}:${asked.get("q") ?? ""}`;
}

export const filters = {
  start() {
    const show = document.getElementById("show");
    show?.addEventListener("change", () => show.form.requestSubmit());
    document.getElementById("find")?.classList.add("hidden");
    if (!rows) return;
    try {
      rows.scrollTop = Number(sessionStorage.getItem(key()) ?? 0);
      rows.addEventListener("click", () => sessionStorage.setItem(key(), String(rows.scrollTop)));
    } catch { /* a browser that keeps nothing: the list begins at the top */ }
  },
};
