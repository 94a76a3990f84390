// Says on the page what went wrong with a passkey, where there would only be a line in the console.
const problem = document.getElementById("passkey-problem");

document.addEventListener("allauth.error", (event) => {
  if (!problem) return;
  event.preventDefault();
  problem.textContent = window.PublicKeyCredential ? problem.dataset.cancelled : problem.dataset.absent;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
});
