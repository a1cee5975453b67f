"use strict";
// Inspect: photos dropped or pasted anywhere, evidence by feature, sliders, printing.
const find = (what, within = document) => within.querySelector(what);
const all = (what, within = document) => [...within.querySelectorAll(what)];

const drop = find("#drop");
if (drop) {
  drop.classList.add("scripted");
  const input = find("#photos");
  const said = find("#sending");
  const send = async (files) => {
    let last = null;
    for (const [at, file] of [...files].entries()) {
      said.textContent = said.dataset.said.replace("{count}", `${at + 1}/${files.length}`);
      const body = new FormData();
      body.append("photos", file);
      last = await fetch(drop.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
      if (!last) return sayLost();
      if (!last.ok) { said.innerHTML = await last.text(); return undefined; }
    }
    if (last) location = last.url;
  };
  input.addEventListener("change", () => send(input.files));
  addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); send(event.dataTransfer.files); });
  addEventListener("paste", (event) => send(event.clipboardData.files));
}

const show = () => all(".toggle").forEach((button) => {
  const group = find(`.marks g[data-feature="${CSS.escape(button.dataset.feature)}"]`);
  if (group) group.classList.toggle("shown", button.getAttribute("aria-pressed") === "true");
});
all(".toggle").forEach((button) => button.addEventListener("click", () => {
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  show();
}));
document.addEventListener("htmx:afterSwap", show);

const sliders = find("#sliders");
if (sliders) {
  const say = (input) => {
    const x = Number(input.value);
    find("output", input.parentElement).textContent = (x < 0 ? "" : "+") + x.toFixed(2);
  };
  sliders.addEventListener("input", (event) => say(event.target));
  find("#as-read").addEventListener("click", () => {
    all("input", sliders).forEach((input) => { input.value = input.dataset.read; say(input); });
    sliders.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

const print = find("#print");
if (print) print.addEventListener("click", () => window.print());
