// Putting fresh pieces into the page without disturbing whoever is using the old ones.

const waiting = new Map();

export const parse = (html) => new DOMParser().parseFromString(`<body>${html}</body>`, "text/html").body;

function busy(element) {
  const active = document.activeElement;
  const typing = element.contains(active) && active.matches("input:not([type=hidden]), select, textarea");
  const opened = [...element.querySelectorAll("details[open] form")].length > 0;
  return typing || opened;
}

function put(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && (focused.id ? `#${focused.id}` : focused.closest("[id]") !== element
    ? `#${CSS.escape(focused.closest("[id]").id)} a` : null);
  element.replaceChildren(...parse(html).childNodes);
  if (place) document.querySelector(place)?.focus({ preventScroll: true });
}

// Replaces what `element` holds, now or as soon as nobody is in the middle of something there.
export function swap(element, html) {
  if (!element) return;
  if (busy(element)) {
    waiting.set(element, html);
  } else {
    waiting.delete(element);
    put(element, html);
  }
}

export function settle() {
  for (const [element, html] of waiting) swap(element, html);
}
