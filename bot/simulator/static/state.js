// What the page knows: phones, their texts, the simulation's time. Views are told when something changed.

import * as calls from "./calls.js";

export const state = {
  phones: new Map(), // number -> phone as the API tells it
  texts: new Map(), // number -> Map(sid -> message), for phones that were opened
  chosen: null,
  cursor: 0,
  generation: null,
  ahead: 0, // milliseconds by which the simulation is ahead of this browser
};

const listeners = [];
export const onChange = (listener) => listeners.push(listener);
export const changed = (what) => listeners.forEach((listener) => listener(what));

export const now = () => new Date(Date.now() + state.ahead);
export function hearTime(iso) {
  const ahead = new Date(iso).getTime() - Date.now();
  // keep still within a second, so that the clock does not tremble with the network
  if (Math.abs(ahead - state.ahead) > 1000) state.ahead = ahead;
}

export async function loadPhones() {
  const told = await calls.phones();
  hearTime(told.now);
  state.phones = new Map(told.phones.map((phone) => [phone.number, phone]));
  state.texts.clear();
  state.cursor = told.cursor;
  state.generation = told.generation;
  const open = [state.chosen, ...told.phones.filter((p) => p.role === "staff").map((p) => p.number)];
  for (const number of open) if (number && state.phones.has(number)) await loadTexts(number);
  changed("all");
}

export async function loadTexts(number) {
  const told = await calls.transcript(number);
  state.texts.set(number, new Map(told.texts.map((text) => [text.sid, text])));
}

const shows = (message) => message.from === "phone" || ["delivered", "read"].includes(message.status);

// Takes a message in, from an event or from the answer to our own writing.
export function take(message) {
  const phone = state.phones.get(message.number);
  if (!shows(message) || !phone) return;
  const texts = state.texts.get(message.number);
  texts?.set(message.sid, message);
  if (!phone.last || phone.last.created_at <= message.created_at) phone.last = message;
}

function hear(event) {
  if (event.kind === "phone") {
    state.phones.set(event.number, event.phone);
    return;
  }
  if (!event.message) return;
  const phone = state.phones.get(event.number);
  if (!phone) {
    const label = event.number;
    state.phones.set(event.number, { number: event.number, label, role: "contact", unread: 0, stopped: [] });
  }
  const arrives = event.kind === "status" && event.message.status === "delivered";
  if (arrives) state.phones.get(event.number).unread += 1;
  take(event.message);
}

// Asks once for what is new. True when something was.
export async function catchUp() {
  const told = await calls.eventsAfter(state.cursor);
  hearTime(told.now);
  if (told.generation !== state.generation || told.missed) {
    await loadPhones();
    return true;
  }
  told.events.forEach(hear);
  state.cursor = told.cursor;
  if (told.events.length) changed("events");
  return told.events.length > 0;
}
