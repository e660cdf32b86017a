// While a text is written: how long it gets with longish names, how many SMS segments that is, what it costs.

import { segments } from "./segments.js";

const form = document.getElementById("words");
const samples = JSON.parse(form?.dataset.samples ?? "{}");
const price = Number(form?.dataset.price || NaN);

// Conditions count with the words that they let through first; a field with the sample that stands for it.
function filled(template) {
  return template
    .replace(/\{%-?\s*else\s*-?%\}[\s\S]*?\{%-?\s*endif\s*-?%\}/g, "")
    .replace(/\{%[\s\S]*?%\}/g, "")
    .replace(/\{\{-?\s*([a-z_]+)[\s\S]*?\}\}/g, (_, name) => samples[name] ?? "something")
    .replace(/[ \t]{2,}/g, " ")
    .trim();
}

function count(field) {
  const line = document.getElementById(field.dataset.count);
  const text = filled(field.value);
  if (!text) {
    line.textContent = "";
    return;
  }
  const many = segments(text);
  const cost = Number.isNaN(price) ? "" : ` · about ${(many * price).toFixed(3)} ${form.dataset.currency} each`;
  line.textContent = `${text.length} characters with longish names · ${many} SMS segment${many === 1 ? "" : "s"}${cost}`;
  line.classList.toggle("over", many > 2);
}

for (const field of form?.querySelectorAll("[data-count]") ?? []) {
  count(field);
  field.addEventListener("input", () => count(field));
}
