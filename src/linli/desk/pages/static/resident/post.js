// Sending parts of a form ahead of the form. Every failure is a Trouble that says what to do.

import { Trouble } from "../pages/api.js";

/** @returns {Promise<Object>} the JSON answered; a refusal (4xx) carries the server's own words */
export async function post(url, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== null && value !== undefined) body.append(name, value);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": token, Accept: "application/json" } });
  } catch (error) {
    throw new Trouble("unreachable", String(error));
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  throw new Trouble(answer.status >= 500 ? "broken" : "refused", said.message ?? "");
}
