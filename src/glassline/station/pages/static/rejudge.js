"use strict";
// Re-judge: keys by their place on the keyboard, scanners, an outbox that outlives a
// lost connection, and the next parts loaded before they are asked for.
const page = document.getElementById("rejudge");
const parts = document.getElementById("parts");
const element = (id) => document.getElementById(id);
const AHEAD = 4; // parts on the page: the one shown and the three that follow
const BURST_MS = 30; // between two keys of a scanner; no finger is so quick
const SHORTEST_SCAN = 4; // letters
const OUTBOX = `glassline-outbox-${page.dataset.who}`;
const KEYS = `glassline-keys-${page.dataset.who}`;
const read = (name, empty) => JSON.parse(localStorage.getItem(name)) ?? empty;
const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const waits = (record) => read(OUTBOX, []).some((each) => each.record === record);
let current = null;
let since = 0;
let asksForMore = false;
const behind = []; // parts that were judged, the last one last: undo brings it back
let view = { zoom: 1, x: 0, y: 0 };

// The part that is shown.
function choose(label, isReasonToo = true) {
  current.dataset.label = label;
  current.querySelectorAll(".choice").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.label === label)));
  const { class: seen, good } = current.dataset;
  if (isReasonToo) current.querySelector(".reason-code").value = page.dataset.blind ? "blind" : label === seen ? "agreed" : label === good ? "false_call" : seen === good ? "missed" : "other_defect";
}
function show(part) {
  if (current) current.hidden = true;
  current = part;
  element("done").hidden = Boolean(part);
  if (!part) return;
  part.hidden = false;
  since = performance.now();
  view = { zoom: 1, x: 0, y: 0 };
  look();
  if (!part.dataset.label && !page.dataset.blind && part.dataset.class) choose(part.dataset.class);
  part.querySelector(".stage").focus({ preventScroll: true });
}
const waiting = () => [...parts.children].filter((part) => !part.dataset.done && !waits(part.dataset.record));
const next = () => show(waiting()[0] ?? null);
function step(by) {
  const all = waiting();
  const at = all.indexOf(current) + by;
  if (all[at]) show(all[at]);
}
async function more() {
  if (asksForMore || waiting().length >= AHEAD) return;
  asksForMore = true;
  const have = [...parts.children].filter((part) => !part.dataset.done).map((part) => part.dataset.record);
  const asked = new URLSearchParams({ have: have.join(","), blind: page.dataset.blind });
  const answer = await fetch(`${parts.dataset.more}?${asked}`).catch(() => null);
  if (answer?.ok) {
    element("waiting").textContent = answer.headers.get("X-Waiting");
    add(await answer.text());
  }
  asksForMore = false;
}
function add(html, isFirst = false) {
  const held = document.createElement("template");
  held.innerHTML = html;
  const added = [...held.content.querySelectorAll(".part")].filter((part) => !parts.querySelector(`[data-record="${CSS.escape(part.dataset.record)}"]:not([data-done])`));
  if (isFirst) parts.prepend(...added); else parts.append(...added);
  added.forEach((part) => htmx.process(part));
  if (!current || isFirst) next();
}

// What was judged waits in an outbox until the server has it.
function post(label, reason) {
  const { record, version, showing } = current.dataset;
  const shown = { blind: Boolean(page.dataset.blind), evidence: current.querySelector(".stage").classList.contains("evidence"), golden: Boolean(current.dataset.blinked) };
  const item = { key: crypto.randomUUID?.() ?? String(Math.random()), record, showing, label, reason, version: Number(version), note: current.querySelector(".note-text").value, dwell_s: (performance.now() - since) / 1000, shown };
  keep(OUTBOX, [...read(OUTBOX, []), item]);
  current.dataset.version = Number(version) + 1;
  send();
}
let isSending = false;
async function send() {
  if (isSending) return;
  isSending = true;
  for (let items = read(OUTBOX, []); items.length; items = read(OUTBOX, [])) {
    const answer = await fetch("/rejudge/label", { method: "POST", headers: { "Content-Type": "application/json", "HX-Request": "true" }, body: JSON.stringify(items[0]) }).catch(() => null);
    if (!answer || answer.status >= 500 || answer.status === 401 || answer.status === 429) {
      element("said").textContent = page.dataset.saidWaiting.replace("{count}", items.length);
      if (answer) { element("line").innerHTML = await answer.text(); setTimeout(send, 2000); } else sayLost();
      break;
    }
    keep(OUTBOX, read(OUTBOX, []).slice(1));
    element("said").textContent = "";
    element("line").innerHTML = await answer.text();
    htmx.process(element("line"));
  }
  isSending = false;
  more();
}
document.addEventListener("station:back", send);
function judged(label, reason) {
  performance.mark("judged");
  post(label, reason);
  current.dataset.done = "1";
  behind.push(current);
  if (behind.length > 20) behind.shift().remove();
  next();
  element("waiting").textContent = Math.max(0, Number(element("waiting").textContent) - 1);
  const image = current?.querySelector("img.now");
  image?.decode().catch(() => {}).then(() => requestAnimationFrame(() => performance.measure("next part", "judged")));
}

// What keys and buttons do.
const actions = {
  ok: () => choose(current.dataset.good),
  unsure: () => judged(null, "not_sure"),
  confirm: () => { if (current.dataset.label) judged(current.dataset.label, current.querySelector(".reason-code").value); },
  undo: () => {
    const part = behind.pop();
    if (!part) return;
    if (current) current.hidden = true;
    current = part;
    post(null, "undo");
    delete part.dataset.done;
    parts.prepend(part);
    show(part);
  },
  blink: () => { current.dataset.blinked = "1"; current.querySelector(".stage").classList.toggle("blink"); },
  evidence: () => {
    const marks = current.querySelector(".marks");
    if (marks && !marks.firstChild) htmx.ajax("GET", marks.dataset.from, { target: marks, swap: "innerHTML" });
    current.querySelector(".stage").classList.toggle("evidence");
  },
  closer: () => look({ zoom: Math.min(8, view.zoom * 1.25) }),
  wider: () => look({ zoom: Math.max(1, view.zoom / 1.25) }),
  left: () => look({ x: view.x + 60 }), right: () => look({ x: view.x - 60 }),
  up: () => look({ y: view.y + 60 }), down: () => look({ y: view.y - 60 }),
  back: () => step(-1), forth: () => step(1),
  defect: () => choose(current.dataset.defect),
  legend: () => element("legend").classList.toggle("shown"),
};
function look(change = {}) {
  Object.assign(view, change);
  if (view.zoom === 1) Object.assign(view, { x: 0, y: 0 });
  current.querySelector(".sheet-of-glass").style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`;
}
function act(code) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  const action = Object.keys(mapped).find((name) => mapped[name].includes(code));
  if (!current && action !== "undo") return;
  if (action) actions[action]();
  else if (digit) current.querySelectorAll(".choice")[digit]?.click();
  else return;
}

// Keys: by place, never by letter; an input method keeps its own; scanners are bursts.
const mapped = Object.fromEntries([...element("legend").querySelectorAll("[data-codes]")].map((button) => [button.dataset.action, read(KEYS, {})[button.dataset.action] ?? button.dataset.codes.split(" ")]));
let burst = "";
let lastKey = -1e9;
let timer = 0;
let remaps = null;
const isComposed = (event) => event.isComposing || event.keyCode === 229 || event.key === "Process";
const isTyping = (target) => target.matches("input[type=text], select, textarea");
addEventListener("keydown", (event) => {
  if (isComposed(event) || event.ctrlKey || event.altKey || event.metaKey) return;
  const code = event.shiftKey && event.code === "Slash" ? "?" : event.code;
  if (remaps) { event.preventDefault(); return remap(code); }
  const isText = event.key.length === 1;
  const isQuick = event.timeStamp - lastKey < BURST_MS;
  if (isText || burst) lastKey = event.timeStamp;
  if (["Enter", "NumpadEnter", "Tab"].includes(event.code) && isQuick && burst.length >= SHORTEST_SCAN) {
    event.preventDefault();
    clearTimeout(timer);
    scan(burst);
    burst = "";
    return;
  }
  if (isTyping(event.target) && isText) return;
  const isKnown = Object.values(mapped).flat().includes(code) || /^(Digit|Numpad)[0-9]$/.test(code);
  const isButton = event.target.matches("button, a, input") && ["Enter", "Space"].includes(code);
  if (!isKnown || isButton || (isTyping(event.target) && !/^F\d|^NumpadEnter/.test(code))) { if (isText) collect(event.key, isQuick); return; }
  event.preventDefault();
  if (!isText) return act(code);
  collect(event.key, isQuick, () => act(code));
});
function collect(letter, isQuick, then = () => {}) {
  burst = isQuick ? burst + letter : letter;
  clearTimeout(timer);
  const letters = burst.length;
  timer = setTimeout(() => { burst = ""; if (letters === 1) then(); }, BURST_MS + 5);
}
async function scan(serial) {
  element("said").textContent = page.dataset.saidScan.replace("{serial}", serial);
  const held = waiting().find((part) => part.dataset.serial === serial);
  if (held) return show(held);
  const answer = await fetch(`/rejudge/find?${new URLSearchParams({ serial, blind: page.dataset.blind })}`).catch(() => null);
  if (answer?.ok) add(await answer.text(), true);
  else element("said").textContent = page.dataset.saidNone.replace("{serial}", serial);
}

const CAPS = { Add: "+", Subtract: "−", Multiply: "*", Divide: "/", Decimal: ".", Equal: "=", Minus: "−", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "PgUp", PageDown: "PgDn" };
function cap(code) {
  const plain = code.replace(/^(Key|Digit|Numpad)/, "");
  return (code.startsWith("Numpad") ? "Num " : "") + (CAPS[plain] ?? plain);
}
// The legend is a list of buttons, and where keys are given others.
function name() {
  element("legend").querySelectorAll("[data-codes]").forEach((button) => {
    button.querySelector(".caps").replaceChildren(...mapped[button.dataset.action].map((code) => Object.assign(document.createElement("kbd"), { textContent: cap(code) })));
  });
}
function remap(code) {
  if (code !== "Escape") {
    Object.values(mapped).forEach((codes) => { if (codes.includes(code)) codes.splice(codes.indexOf(code), 1); });
    mapped[remaps].push(code);
    keep(KEYS, mapped);
    name();
  }
  remaps = null;
  element("legend").querySelectorAll(".asked").forEach((button) => button.classList.remove("asked"));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "remap") button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  else if (button.dataset.codes && element("remap").getAttribute("aria-pressed") === "true") { remaps = button.dataset.action; button.classList.add("asked"); element("said").textContent = element("remap").dataset.said; }
  else if (button.dataset.label) { choose(button.dataset.label); current.querySelector(".stage").focus(); }
  else if (button.dataset.action && (current || button.dataset.action === "undo")) actions[button.dataset.action]();
});
element("blind").addEventListener("change", (event) => { location.search = event.target.checked ? "?blind=1" : ""; });
setInterval(() => {
  if (!current) return;
  const seconds = (performance.now() - since) / 1000;
  element("seconds").textContent = seconds.toFixed(0);
  element("seconds").classList.toggle("late", seconds > Number(page.dataset.target));
}, 250);

name();
next();
send();
