// The keyboard: j and k (or the arrows inside the list) move, Enter opens, r writes, / searches, u goes back.

const typing = (element) => element?.matches("input, textarea, select, [contenteditable]");

function move(by) {
  const links = [...document.querySelectorAll("#rows a.row")].filter((link) => link.offsetParent);
  if (!links.length) return;
  let at = links.indexOf(document.activeElement);
  if (at < 0) at = links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = at < 0 ? links[by > 0 ? 0 : links.length - 1] : links[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  r: () => document.getElementById("text")?.focus(),
  "/": () => document.getElementById("search")?.focus(),
  u: () => document.querySelector(".back")?.click(),
};

export const keys = {
  start() {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === "Escape" && typing(event.target)) {
        event.target.blur();
        return;
      }
      if (typing(event.target)) return;
      const inList = event.target.closest?.("#rows");
      const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (arrow && inList) {
        event.preventDefault();
        move(arrow);
      } else if (KEYS[event.key]) {
        event.preventDefault();
        KEYS[event.key]();
      }
    });
  },
};
