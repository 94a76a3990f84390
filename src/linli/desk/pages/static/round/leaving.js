// Logging out takes everything of the round from this phone; what is not sent yet would go with it, so that is said first.

import { forgetEverything } from "./keeping.js";
import { counts } from "./outbox.js";

const form = document.querySelector("[data-leaving]");
const warning = document.querySelector("[data-unsent]");

counts("").then(({ waiting }) => {
  warning.hidden = waiting === 0;
  warning.textContent = warning.textContent.replace("{n}", String(waiting));
}).catch(() => {});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await forgetEverything().catch(() => {});
  form.submit();
}, { once: true });
