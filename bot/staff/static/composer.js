// Writing a reply: counted as the network counts, kept over reloads, sent once however often it is tried.

import { Refused, call, tell } from "./calls.js";
import { live } from "./live.js";
import { segments } from "./segments.js";
import { transcript } from "./transcript.js";

const form = document.getElementById("composer");
const text = document.getElementById("text");
const nonce = document.getElementById("nonce");
const send = document.getElementById("send");
const counter = document.getElementById("counter");
const wrong = document.getElementById("wrong");
const refusal = document.getElementById("refusal");
const hint = document.getElementById("hint");
const key = `rekindle-draft:${document.getElementById("talk")?.dataset.id}`;
let sending = false;

function keep() {
  try {
    if (text.value) sessionStorage.setItem(key, JSON.stringify({ text: text.value, nonce: nonce.value }));
    else sessionStorage.removeItem(key);
  } catch { /* a browser that keeps nothing: the page itself still does */ }
}

function restore() {
  if (text.value) return;
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (kept) [text.value, nonce.value] = [kept.text, kept.nonce];
  } catch { /* as above */ }
}

function count() {
  const body = text.value.trim();
  const name = form.dataset.name;
  const signed = body && !body.endsWith(name) ? `${body}\n${name}` : body;
  const over = signed.length > Number(form.dataset.longest);
  counter.classList.toggle("over", over);
  if (!body) counter.textContent = "";
  else if (over) counter.textContent = `${signed.length} of at most ${form.dataset.longest} characters`;
  else if (form.dataset.channel === "whatsapp") counter.textContent = `${signed.length} characters with your name`;
  else {
    const many = segments(signed);
    counter.textContent = `${signed.length} characters with your name · ${many} SMS ${many === 1 ? "part" : "parts"}`;
  }
}

function say(words) {
  wrong.textContent = words;
  wrong.hidden = !words;
}

async function submit() {
  if (sending || text.readOnly || !text.value.trim()) return;
  sending = send.disabled = true;
  say("");
  const body = new FormData(form);
  try {
    const told = await call(form.action, { method: "POST", body });
    if (text.value === body.get("text")) text.value = "";
    nonce.value = told.nonce;
    keep();
    count();
    tell("");
    transcript.toEnd();
    await live.now();
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    say(refused.status ? refused.message : "Not sent: no connection. Your text is kept; send it again.");
    live.now();
  } finally {
    sending = false;
    send.disabled = text.readOnly;
  }
}

export const composer = {
  start() {
    if (!form) return;
    restore();
    count();
    text.addEventListener("input", () => {
      keep();
      count();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        submit();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
  },

  allow(reason, words) {
    refusal.textContent = reason ?? "";
    refusal.hidden = !reason;
    text.readOnly = Boolean(reason);
    if (!sending) send.disabled = text.readOnly;
    hint.textContent = words;
  },
};
