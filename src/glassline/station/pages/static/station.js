"use strict";
// What every page does: say that the server is lost, and when it is back.
const lost = document.getElementById("lost");
const BACK_MS = 2000; // between two looks whether the server answers again

function askAgain() {
  fetch("/health/live", { cache: "no-store" })
    .then((answer) => { if (answer.ok) lost.hidden = true; else throw new Error(answer.status); })
    .then(() => document.dispatchEvent(new Event("station:back")))
    .catch(() => setTimeout(askAgain, BACK_MS));
}
function sayLost() {
  if (lost.hidden) setTimeout(askAgain, BACK_MS);
  lost.hidden = false;
}
document.addEventListener("htmx:sendError", sayLost);
document.addEventListener("htmx:timeout", sayLost);
addEventListener("offline", sayLost);

// Where a form or a button asks first, in words of the page.
document.addEventListener("submit", (event) => {
  const asked = event.target.dataset.confirm;
  if (asked && !confirm(asked)) event.preventDefault();
});
