// The chosen phone's screen: bubbles, times, ticks, and the composer, whose draft survives everything.

import * as calls from "./calls.js";
import { changed, loadTexts, now, state, take } from "./state.js";
import { day, fill, make, number as pretty, sameDay, timeOfDay } from "./words.js";

const page = document.body.dataset;
const element = (id) => document.getElementById(id);
const log = element("log");
const text = element("text");
const newer = element("newer");
const bubbles = new Map();
const drafts = new Map();
const wide = matchMedia("(min-width: 900px)");
const channels = page.channels.split(" ");
const channelOf = new Map();
let shown = null;

const TICKS = {
  sending: ["◷", "on its way"],
  taken: ["✓✓", "taken by the service"],
  lost: ["! not delivered", "not delivered: the service did not take it"],
};

function tickOf(message) {
  if (message.error_code) return "lost";
  return message.taken ? "taken" : "sending";
}

function bubble(message) {
  const box = make("div", `bubble ${message.from === "phone" ? "own" : "theirs"} ${message.channel}`);
  for (const item of message.media) {
    if (/^image\//.test(item.content_type) && item.url.startsWith(location.origin)) {
      const picture = make("img", "photo");
      picture.src = item.url;
      picture.alt = "Photo";
      box.append(picture);
    } else {
      box.append(make("p", "attachment", `Attachment (${item.content_type})`));
    }
  }
  if (message.body || !message.media.length) {
    const words = make("p", "words");
    fill(words, message.body || "(empty text)");
    box.append(words);
  }
  const foot = make("p", "foot");
  foot.append(make("span", "when"), make("span", "tick"));
  box.append(foot);
  return box;
}

function fillFoot(box, message) {
  const marks = [timeOfDay(new Date(message.at))];
  if (channels.length > 1 && message.channel === "whatsapp") marks.unshift("WhatsApp");
  if (message.by_network) marks.unshift("from the network");
  box.querySelector(".when").textContent = marks.join(" · ");
  if (message.from !== "phone") return;
  const tick = box.querySelector(".tick");
  const [sign, meaning] = TICKS[tickOf(message)];
  if (tick.textContent === sign) return;
  tick.textContent = sign;
  tick.dataset.state = tickOf(message);
  tick.setAttribute("role", "img");
  tick.setAttribute("aria-label", meaning);
  tick.title = meaning;
}

const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;
const toEnd = () => (log.scrollTop = log.scrollHeight);

export function drawChat() {
  const phone = state.phones.get(state.chosen);
  element("device").hidden = !phone;
  element("nobody").hidden = Boolean(phone);
  if (!phone) return;
  const known = state.texts.get(phone.number) ?? new Map();
  // another phone, or texts that are gone (a reset): begin the screen anew
  const fresh = shown !== phone.number || [...bubbles.keys()].some((sid) => !known.has(sid));
  const name = phone.label === phone.number ? pretty(phone.number) : phone.label;
  element("owner").textContent = `${name}’s phone`;
  element("device").setAttribute("aria-label", `${name}’s phone`);
  element("chat-note").textContent = phone.stopped?.length
    ? "This person has said STOP"
    : page.business ? pretty(page.sender) : "";
  text.placeholder = `Text as ${name}`;
  if (fresh) {
    log.replaceChildren();
    bubbles.clear();
    shown = phone.number;
  }
  const follow = fresh || nearEnd();
  const texts = [...known.values()];
  let added = 0;
  let before = null;
  for (const message of texts) {
    let box = bubbles.get(message.sid);
    if (!box) {
      const moment = new Date(message.created_at);
      if (!before || !sameDay(new Date(before.created_at), moment)) log.append(make("p", "day", day(moment)));
      box = bubble(message);
      if (before && before.from === message.from && !fresh) box.classList.add("joined");
      bubbles.set(message.sid, box);
      log.append(box);
      added += 1;
    }
    fillFoot(box, message);
    box.classList.toggle("joined", Boolean(before && before.from === message.from
      && sameDay(new Date(before.created_at), new Date(message.created_at))));
    before = message;
  }
  if (!texts.length && !log.children.length) {
    log.append(make("p", "empty", "Nothing yet. Write first, or wait for a text."));
  } else if (texts.length) {
    log.querySelector(".empty")?.remove();
  }
  if (follow) toEnd();
  else if (added) newer.hidden = false;
  drawChannels();
}

function drawChannels() {
  element("channels").hidden = channels.length < 2;
  const phone = state.phones.get(state.chosen);
  const channel = channelOf.get(state.chosen) ?? phone?.last?.channel ?? channels[0];
  for (const button of element("channels").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.dataset.channel === channel));
  }
  element("device").dataset.channel = channel;
  return channel;
}

function grow() {
  text.style.setProperty("height", "auto");
  text.style.setProperty("height", `${Math.min(text.scrollHeight, 140)}px`);
  element("send").disabled = !text.value.trim();
}

export async function lookAtChosen() {
  const phone = state.phones.get(state.chosen);
  const visible = wide.matches || document.body.dataset.view === "chat";
  if (!phone?.unread || document.hidden || !visible) return;
  phone.unread = 0;
  await calls.markRead(phone.number).catch(() => {});
}

export async function open(number, { focus = true } = {}) {
  if (state.chosen) drafts.set(state.chosen, text.value);
  state.chosen = number;
  if (!state.texts.has(number)) await loadTexts(number);
  text.value = drafts.get(number) ?? "";
  newer.hidden = true;
  changed("chosen");
  grow();
  toEnd();
  await lookAtChosen();
  if (focus && wide.matches) text.focus();
}

async function send(media) {
  const number = state.chosen;
  const body = media ? "" : text.value.trim();
  if (!number || (!body && !media)) return;
  const draft = text.value;
  if (!media) {
    text.value = "";
    drafts.delete(number);
    grow();
  }
  try {
    take(await calls.write({ from: number, body, channel: drawChannels(), media: media ?? [] }));
    changed("events");
    toEnd();
  } catch (error) {
    if (!media && state.chosen === number && !text.value) text.value = draft;
    grow();
    changed({ trouble: error.message });
  }
}

export function startChat() {
  const name = page.business || pretty(page.sender);
  element("business-name").textContent = name;
  element("business-mark").textContent = page.business ? page.business[0].toUpperCase() : "#";
  element("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  element("photo").addEventListener("click", () =>
    send([{ url: `${location.origin}/static/sample-photo.png`, content_type: "image/png" }]));
  element("channels").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    channelOf.set(state.chosen, button.dataset.channel);
    drawChannels();
    text.focus();
  });
  newer.addEventListener("click", toEnd);
  log.addEventListener("scroll", () => nearEnd() && (newer.hidden = true));
  document.addEventListener("visibilitychange", lookAtChosen);
  const tell = () => (element("device-time").textContent = timeOfDay(now()));
  tell();
  setInterval(tell, 1000);
  grow();
}
