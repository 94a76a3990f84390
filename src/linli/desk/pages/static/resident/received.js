// The slip: print it, or take the code along.

const print = document.querySelector('[data-act="print"]');
print.hidden = false;
print.addEventListener("click", () => window.print());

const copy = document.querySelector('[data-act="copy"]');
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector("#follow-code").textContent.trim());
    copy.textContent = copy.dataset.copied;
  });
}
