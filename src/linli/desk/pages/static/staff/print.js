// A button to print, where there is something that prints.

const button = document.querySelector("#print");
button.hidden = false;
button.addEventListener("click", () => window.print());
