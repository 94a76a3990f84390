// The list works by itself; this only spares the reader the "Show" button and says when the network is gone.

const trouble = document.querySelector("#trouble");
document.body.addEventListener("htmx:sendError", () => { trouble.hidden = false; });
document.body.addEventListener("htmx:responseError", () => { trouble.hidden = false; });
// A select that stands elsewhere on the page but belongs to the form of choices.
document.body.addEventListener("change", (event) => {
  const { form } = event.target;
  if (form?.id === "choices" && !form.contains(event.target)) form.requestSubmit();
});
document.body.addEventListener("htmx:afterSettle", () => {
  trouble.hidden = true;
  for (const link of document.querySelectorAll("a[data-keeps-choices]")) link.search = window.location.search;
  for (const field of document.querySelectorAll("input[data-keeps-address]")) {
    field.value = window.location.pathname + window.location.search;
  }
});
