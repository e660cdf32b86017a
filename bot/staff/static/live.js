// Asking for what is new: every second while somebody looks, more rarely in the background.

import { call, tell } from "./calls.js";
import { composer } from "./composer.js";
import { settle, swap } from "./swap.js";
import { transcript } from "./transcript.js";

const EVERY = 1_000;
const IN_THE_BACKGROUND = 6_000;
const MOST = 15_000;
// beside this script, whatever path the service is reached below
const NEWS = new URL("../news", import.meta.url).href;

const rows = document.getElementById("rows");
const talk = document.getElementById("talk");
const title = document.title.replace(/^\(\d+\) /, "");
let listMark = rows ? `~0~${rows.dataset.mark}` : "";
let trouble;
let failures = 0;
let timer = 0;
let asking = false;
let again = false;

const shown = (element) => element && element.offsetParent !== null;
const lives = (element) => element && !("still" in element.dataset);

function address() {
  const asked = new URLSearchParams(location.search);
  const wanted = new URLSearchParams();
  if (lives(rows) && shown(rows)) {
    wanted.set("list", listMark);
    if (asked.get("show")) wanted.set("show", asked.get("show"));
  }
  if (lives(talk)) {
    wanted.set("mark", talk.dataset.mark);
    wanted.set("conversation", talk.dataset.id);
  }
  return String(wanted) && `${NEWS}?${wanted}`;
}

function take(news) {
  if (news.list_mark) listMark = news.list_mark;
  // only when it changes: each time it is put into the page it is read out
  if (news.troubles !== undefined && news.troubles !== trouble) {
    swap(document.getElementById("troubles"), news.troubles);
    trouble = news.troubles;
  }
  if (news.list !== undefined) {
    swap(rows, news.list);
    const count = document.getElementById("needs-you");
    count.textContent = news.needs_you;
    count.hidden = !news.needs_you;
    document.title = news.needs_you ? `(${news.needs_you}) ${title}` : title;
  }
  if (news.mark) {
    talk.dataset.mark = news.mark;
    swap(document.getElementById("state"), news.state);
    swap(document.getElementById("facts"), news.about);
    composer.allow(news.refusal, news.hint);
    transcript.take(news.transcript);
  }
}

async function ask() {
  clearTimeout(timer);
  if (asking) {
    again = true;
    return;
  }
  const url = address();
  if (url) {
    asking = true;
    try {
      const news = await call(url);
      failures = 0;
      tell("");
      if (news) take(news);
      settle();
    } catch (refused) {
      failures += 1;
      if (refused.status || failures > 2) tell(refused.message);
      if (refused.status === 401 || refused.status === 404) return;
    } finally {
      asking = false;
    }
  }
  const pause = document.hidden ? IN_THE_BACKGROUND : EVERY;
  timer = setTimeout(ask, again ? 0 : Math.min(pause * 2 ** Math.min(failures, 4), MOST));
  again = false;
}

export const live = {
  now: ask,
  start() {
    if (!rows && !talk) return;
    timer = setTimeout(ask, EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || ask());
    addEventListener("online", ask);
  },
};
