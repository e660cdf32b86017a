// The front desk's phone: what staff are told, the latest on top.

import * as calls from "./calls.js";
import { now, state } from "./state.js";
import { brief, fill, make, number as pretty, sameDay, timeOfDay } from "./words.js";

const desk = document.getElementById("desk");
const notices = document.getElementById("notices");
const none = document.getElementById("no-notices");
const tab = document.getElementById("tab-desk");
const badge = document.getElementById("tab-notices");
const drawn = new Map();

const staffPhone = () => [...state.phones.values()].find((phone) => phone.role === "staff");

export function drawDesk() {
  const phone = staffPhone();
  desk.hidden = tab.hidden = !phone;
  document.body.classList.toggle("with-desk", Boolean(phone));
  if (!phone) return;
  document.getElementById("desk-number").textContent = pretty(phone.number);
  const texts = [...(state.texts.get(phone.number)?.values() ?? [])].filter((t) => t.from === "business");
  const kept = new Set(texts.map((message) => message.sid));
  for (const [sid, item] of drawn) {
    if (!kept.has(sid)) {
      item.remove();
      drawn.delete(sid);
    }
  }
  for (const message of texts) {
    let item = drawn.get(message.sid);
    if (!item) {
      item = make("li", "notice");
      const words = make("p", "words");
      fill(words, message.body);
      item.append(make("p", "when"), words);
      drawn.set(message.sid, item);
      notices.prepend(item);
    }
    const moment = new Date(message.at);
    item.firstChild.textContent = sameDay(moment, now())
      ? timeOfDay(moment) : `${brief(moment, now())}, ${timeOfDay(moment)}`;
  }
  none.hidden = texts.length > 0;
  badge.textContent = String(phone.unread);
  badge.hidden = !phone.unread;
}

export function lookAtDesk() {
  const phone = staffPhone();
  if (!phone?.unread) return;
  phone.unread = 0;
  calls.markRead(phone.number).catch(() => {});
  drawDesk();
}
