// Puts the page together: views, time, the loop that asks for what is new.

import * as calls from "./calls.js";
import { drawChat, lookAtChosen, open, startChat } from "./chat.js";
import { drawDesk, lookAtDesk } from "./desk.js";
import { drawList, startList } from "./list.js";
import { catchUp, hearTime, loadPhones, now, onChange, state } from "./state.js";
import { full, short } from "./words.js";

const element = (id) => document.getElementById(id);
const trouble = element("trouble");
const ASK_EVERY = 1000;
const wide = matchMedia("(min-width: 900px)");
const roomy = matchMedia("(min-width: 1180px)");
let clearing = 0;

function say(sentence, lasting = false) {
  trouble.textContent = sentence;
  trouble.hidden = !sentence;
  clearTimeout(clearing);
  if (sentence && !lasting) clearing = setTimeout(() => say(""), 6000);
}

function show(view) {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll(".tabs [data-show]")) {
    const current = button.dataset.show === view || (view === "chat" && button.dataset.show === "list");
    button.setAttribute("aria-current", String(current));
  }
  if (view === "desk") lookAtDesk();
}

async function choose(number) {
  show("chat");
  history.replaceState(null, "", `#${number}`);
  await open(number);
}

function draw(what) {
  if (what?.trouble) return say(what.trouble);
  drawList();
  drawChat();
  drawDesk();
}

function tick() {
  const moment = now();
  element("clock").textContent = roomy.matches ? full(moment) : short(moment);
  element("clock").dateTime = moment.toISOString();
}

async function ask() {
  try {
    await catchUp();
    if (trouble.dataset.lost) {
      delete trouble.dataset.lost;
      say("");
    }
    await lookAtChosen();
    if (document.body.dataset.view === "desk" || wide.matches) lookAtDesk();
  } catch {
    trouble.dataset.lost = "yes";
    say("The simulator does not answer. Trying again…", true);
  }
  setTimeout(ask, document.hidden ? 4 * ASK_EVERY : ASK_EVERY);
}

async function forward(button) {
  const how = button.dataset.to ? { to: button.dataset.to } : { forward_seconds: Number(button.dataset.forward) };
  const buttons = document.querySelectorAll(".forward button");
  buttons.forEach((other) => (other.disabled = true));
  try {
    hearTime((await calls.moveClock(how)).now);
    tick();
    drawList();
  } catch (error) {
    say(error.message);
  }
  buttons.forEach((other) => (other.disabled = false));
  button.focus();
}

function startAdding() {
  const dialog = element("add-dialog");
  const form = element("add-form");
  const wrong = element("add-wrong");
  element("add").addEventListener("click", () => {
    form.reset();
    wrong.hidden = true;
    dialog.showModal();
  });
  element("add-cancel").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = form.elements.number.value.replace(/[\s().-]/g, "");
    try {
      const phone = await calls.addPhone({ number, label: form.elements.label.value.trim() });
      state.phones.set(phone.number, phone);
      dialog.close();
      await choose(phone.number);
    } catch (error) {
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
  });
}

async function start() {
  startList(choose);
  startChat();
  startAdding();
  onChange(draw);
  document.querySelector(".forward").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) forward(button);
  });
  document.querySelector(".tabs").addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (button) show(button.dataset.show);
  });
  element("back").addEventListener("click", () => show("list"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.dataset.view === "chat") show("list");
  });
  await loadPhones().catch(() => {});
  tick();
  setInterval(tick, 1000);
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (state.phones.has(wanted)) await choose(wanted);
  ask();
}

start();
