// The transcript: entries come and change in place; the reader stays where they are.

import { call, token } from "./calls.js";
import { parse } from "./swap.js";

const NEAR = 60;
const talk = document.getElementById("talk");
const scroll = document.getElementById("scroll");
const list = document.getElementById("transcript");
const pill = document.getElementById("newer");
const announce = document.getElementById("announce");
let unseen = false;

// The column is reversed: 0 is the end, and above it is negative.
const atEnd = () => scroll.scrollTop > -NEAR;

function toEnd() {
  scroll.scrollTop = 0;
  pill.hidden = true;
}

function anchor() {
  const top = scroll.getBoundingClientRect().top;
  return [...list.children].find((item) => item.getBoundingClientRect().bottom > top);
}

function looked() {
  if (!unseen || document.hidden) return;
  unseen = false;
  call(talk.dataset.looked, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {
    unseen = true;
  });
}

function reconcile(fresh) {
  const wanted = [...fresh.children];
  const kept = new Set(wanted.map((item) => item.id));
  for (const old of [...list.children]) if (!kept.has(old.id)) old.remove();
  const added = [];
  let place = list.firstElementChild;
  for (const item of wanted) {
    const old = document.getElementById(item.id);
    if (old && old.dataset.v === item.dataset.v) {
      if (old === place) place = place.nextElementSibling;
      else list.insertBefore(old, place);
      continue;
    }
    if (old) {
      if (old.querySelector("details[open]")) item.querySelector("details")?.setAttribute("open", "");
      if (old === place) place = place.nextElementSibling;
      old.remove();
    } else {
      item.classList.add("fresh");
      added.push(item);
    }
    list.insertBefore(item, place);
  }
  return added;
}

export const transcript = {
  start() {
    if (!scroll) return;
    scroll.addEventListener("scroll", () => {
      if (atEnd()) pill.hidden = true;
    });
    pill.addEventListener("click", toEnd);
    document.addEventListener("visibilitychange", looked);
  },

  take(html) {
    const end = atEnd();
    const fixed = end ? null : anchor();
    const id = fixed?.id;
    const before = fixed?.getBoundingClientRect().top;
    const added = reconcile(parse(html));
    const texts = added.filter((item) => item.classList.contains("in"));
    if (end) {
      toEnd();
    } else if (id) {
      const now = document.getElementById(id)?.getBoundingClientRect().top ?? before;
      scroll.scrollTop += now - before;
      if (texts.length) pill.hidden = false;
    }
    if (added.length) {
      announce.textContent = added
        .map((item) => item.querySelector(".words, .said")?.textContent.trim()).filter(Boolean).join("\n");
    }
    if (texts.length) {
      unseen = true;
      looked();
    }
  },

  toEnd,
};
