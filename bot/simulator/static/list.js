// The list of phones: last text, unread badge, the latest on top; arrow keys move through it.

import { now, state } from "./state.js";
import { brief, make, number as pretty, paint } from "./words.js";

const list = document.getElementById("phones");
const filter = document.getElementById("filter");
const none = document.getElementById("no-phones");
const tabBadge = document.getElementById("tab-unread");
const rows = new Map();

function wanted() {
  const word = filter.value.trim().toLowerCase();
  const digits = word.replace(/\D/g, "");
  const latest = (phone) => (phone.last ? Date.parse(phone.last.created_at) : 0);
  return [...state.phones.values()]
    .filter((phone) => phone.role !== "staff")
    .filter((p) => !word || p.label.toLowerCase().includes(word) || (digits && p.number.includes(digits)))
    .sort((a, b) => latest(b) - latest(a));
}

function row(phone) {
  const item = document.createElement("li");
  const button = make("button");
  button.type = "button";
  button.dataset.number = phone.number;
  const avatar = make("span", "avatar");
  avatar.setAttribute("aria-hidden", "true");
  const middle = make("span", "middle");
  middle.append(make("span", "name"), make("span", "last"));
  const end = make("span", "end");
  end.append(make("span", "when"), make("span", "badge"));
  button.append(avatar, middle, end);
  item.append(button);
  return item;
}

function preview(phone) {
  if (!phone.last) return pretty(phone.number);
  const text = phone.last.body || (phone.last.media.length ? "Photo" : "Empty text");
  return phone.last.from === "phone" ? `You: ${text}` : text;
}

function fillRow(item, phone) {
  const button = item.firstChild;
  const put = (name, text) => {
    const element = button.querySelector(`.${name}`);
    if (element.textContent !== text) element.textContent = text;
  };
  paint(button.querySelector(".avatar"), phone);
  put("name", phone.label === phone.number ? pretty(phone.number) : phone.label);
  put("last", preview(phone));
  put("when", phone.last ? brief(new Date(phone.last.at), now()) : "");
  put("badge", phone.unread ? String(phone.unread) : "");
  button.querySelector(".badge").hidden = !phone.unread;
  button.classList.toggle("unread", phone.unread > 0);
  if (phone.number === state.chosen) button.setAttribute("aria-current", "true");
  else button.removeAttribute("aria-current");
}

export function drawList() {
  const phones = wanted();
  const kept = new Set();
  const held = document.activeElement;
  phones.forEach((phone, place) => {
    let item = rows.get(phone.number);
    if (!item) rows.set(phone.number, (item = row(phone)));
    fillRow(item, phone);
    kept.add(phone.number);
    // move a row only where it is not yet in place: a moved row would lose the keyboard's focus
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  for (const [number, item] of rows) if (!kept.has(number)) item.remove();
  if (held && list.contains(held) && document.activeElement !== held) held.focus({ preventScroll: true });
  none.hidden = phones.length > 0;
  none.textContent = filter.value ? "No phone by that name or number." : none.dataset.empty;
  const unread = [...state.phones.values()].filter((p) => p.role !== "staff" && p.unread).length;
  tabBadge.textContent = String(unread);
  tabBadge.hidden = !unread;
}

export function startList(choose) {
  none.dataset.empty = none.textContent;
  filter.addEventListener("input", drawList);
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button.dataset.number);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
}
