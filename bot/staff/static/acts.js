// Take over, hand back, reopen, opt out: the forms' own posts, without leaving the page.

import { call, tell } from "./calls.js";
import { live } from "./live.js";

export const acts = {
  start() {
    document.addEventListener("submit", async (event) => {
      const form = event.target;
      if (!form.matches("form[data-act]")) return;
      event.preventDefault();
      const button = form.querySelector("button");
      const body = new FormData(form);
      button.disabled = true;
      try {
        await call(form.action, { method: "POST", body });
        form.closest("details")?.removeAttribute("open");
        form.reset();
        tell("");
        document.activeElement?.blur?.();
        await live.now();
      } catch (refused) {
        tell(refused.message);
      } finally {
        button.disabled = false;
      }
    });
  },
};
