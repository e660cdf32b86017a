// Calls to the control API: JSON in, JSON out, an Error with the API's own sentence when it refuses.

const sentence = (words) => words[0].toUpperCase() + words.slice(1).replace(/\.?$/, ".");

async function call(method, path, body) {
  const request = { method, headers: {}, cache: "no-store", signal: AbortSignal.timeout(20000) };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const answer = await fetch(path, request);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(sentence(told.error || "the simulator refused"));
  return told;
}

const at = (number) => `/sim/phones/${encodeURIComponent(number)}`;

export const phones = () => call("GET", "/sim/phones");
export const addPhone = (phone) => call("POST", "/sim/phones", phone);
export const transcript = (number) => call("GET", `${at(number)}/transcript`);
export const markRead = (number) => call("POST", `${at(number)}/read`, {});
export const write = (text) => call("POST", "/sim/texts", text);
export const eventsAfter = (cursor) => call("GET", `/sim/events?after=${cursor}`);
export const moveClock = (how) => call("POST", "/sim/clock", how);
