// How numbers, times and names are put on the page. Times are those of the simulation, in its zone.

const zone = document.body.dataset.timezone;
const format = (options) => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options });

const clockOf = format({ hour: "numeric", minute: "2-digit" });
const dayOf = format({ weekday: "long", day: "numeric", month: "long" });
const shortDayOf = format({ day: "numeric", month: "short" });
const dateOf = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const fullOf = format({
  weekday: "long", day: "numeric", month: "long", year: "numeric",
  hour: "numeric", minute: "2-digit", timeZoneName: "short",
});

const shortOf = format({
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "numeric", minute: "2-digit", timeZoneName: "short",
});

export const short = (moment) => shortOf.format(moment);
export const timeOfDay = (moment) => clockOf.format(moment);
export const day = (moment) => dayOf.format(moment);
export const full = (moment) => fullOf.format(moment);
export const sameDay = (a, b) => dateOf.format(a) === dateOf.format(b);
export const brief = (moment, now) => (sameDay(moment, now) ? timeOfDay(moment) : shortDayOf.format(moment));

export function number(e164) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return us ? `+1 ${us[1]} ${us[2]}-${us[3]}` : e164;
}

export function initials(name) {
  const words = name.replace(/[^\p{L}\s]/gu, "").trim().split(/\s+/).filter(Boolean);
  if (!words.length) return name.slice(-2);
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

export function paint(avatar, phone) {
  avatar.textContent = initials(phone.label);
  let sum = 0;
  for (const char of phone.number) sum = (sum * 31 + char.charCodeAt(0)) % 997;
  avatar.dataset.tone = String(sum % 6);
  if (phone.color) avatar.style.setProperty("background-color", phone.color);
}

const link = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

// Fills an element with a text whose addresses can be followed; nothing in it is read as markup.
export function fill(element, text) {
  let last = 0;
  for (const found of text.matchAll(link)) {
    element.append(text.slice(last, found.index));
    const anchor = document.createElement("a");
    anchor.href = found[0];
    anchor.textContent = found[0];
    anchor.target = "_blank";
    anchor.rel = "noopener";
    element.append(anchor);
    last = found.index + found[0].length;
  }
  element.append(text.slice(last));
}

export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
