// The sheet can be printed by the browser's own menu; with script there is a button for it.

const button = document.querySelector('[data-act="print"]');
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
