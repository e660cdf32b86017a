// Asking our own server: JSON, bounded in time, with words for what goes wrong.

const PATIENCE = 10_000;

export class Refused extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

export async function call(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      ...options,
      headers: { Accept: "application/json", ...options.headers },
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Refused("No connection to the server. What you typed is kept; it is tried again.", 0);
  }
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const words = answer.status === 401
    ? "You have been logged out. Load the page again to log in; what you typed is kept."
    : told.error || "The server could not do that. Please try again.";
  throw new Refused(words, answer.status);
}

export const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

const trouble = document.getElementById("trouble");

export function tell(words) {
  if (!trouble || trouble.textContent === words) return;
  trouble.textContent = words;
  trouble.hidden = !words;
}
