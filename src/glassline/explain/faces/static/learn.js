// The page to play with: every matrix of one part follows the numbers that are set.
import { ACTIONS, argmax, logitGradient, logSoftmax, logits, loss, rank, softmax, sum } from "./head.js";
import { number, printed } from "./numbers.js";

const REST = 1e-12; // of sums of numbers of order 1: rounding, and printed as 0
const ADDED = ["s", "z", "m", "shifted", "W_new", "b_new", "expected_costs"];
const LARGEST = 1e6; // of a number that is set: sums stay far from the end of floats
const HALF_WAY = 0.5 + 1e-9; // of the last place typed: both ways of rounding pass

// Every figure of the sum, each as rows; without y or costs those are left out.
export function work({ x, W, b, y, rate, costs, good }) {
  const z = logits(W, b, x);
  const largest = Math.max(...z);
  const shifted = z.map((value) => value - largest);
  const e = shifted.map(Math.exp);
  const p = softmax(z);
  const figures = {
    contributions: W.map((row, i) => row.map((weight) => x[i] * weight)),
    s: [logits(W, b.map(() => 0), x)],
    z: [z],
    m: [[largest]],
    shifted: [shifted],
    e: [e],
    t: [[sum(e)]],
    p: [p],
  };
  if (y) {
    const nats = loss(z, y);
    const logP = logSoftmax(z);
    const dz = logitGradient(z, y);
    const dW = x.map((value) => dz.map((slope) => value * slope));
    const stepped = step({ x, W, b, y, rate });
    Object.assign(figures, {
      log_p: [logP],
      log_p_T: logP.map((value) => [value]),
      u: [[-nats]],
      L: [[nats]],
      dz: [dz],
      dW,
      db: [dz],
      W_new: stepped.W,
      b_new: [stepped.b],
      L_new: [[loss(logits(stepped.W, stepped.b, x), y)]],
    });
  }
  if (costs) {
    const ranked = rank(p, { costs, good, ratio: null, threshold: null });
    figures.expected_costs = [ranked.costs];
    figures.action = ranked.order[0];
  }
  return figures;
}

// One step against the gradient of this part's loss.
export function step({ x, W, b, y, rate }) {
  const dz = logitGradient(logits(W, b, x), y);
  return {
    W: W.map((row, i) => row.map((weight, c) => weight - rate * (x[i] * dz[c]))),
    b: b.map((bias, c) => bias - rate * dz[c]),
  };
}

// The texts of one figure, as every face prints them.
export function texts(key, rows) {
  const clean = ADDED.includes(key)
    ? rows.map((row) => row.map((v) => (Math.abs(v) < REST ? 0 : v)))
    : rows;
  return printed(clean);
}

// A typed figure: whether it follows at its own number of decimals. null is no number.
export function follows(typed, exact) {
  const text = typed.trim().replace("−", "-").replace(",", ".");
  const found = /^[-+]?(\d+\.?(\d*)|\.(\d+))(e[-+]?\d+)?$/i.exec(text);
  if (!found) return null;
  const decimals = (found[2] ?? found[3] ?? "").length - Number((found[4] ?? "e0").slice(1));
  const off = Math.abs(Number(text) - exact);
  const correct = exact.toFixed(Math.min(Math.max(decimals, 0), 20));
  const slack = 4 * Number.EPSILON * Math.abs(exact);
  return { isRight: off <= HALF_WAY * Number(`1e${-decimals}`) + slack, text, correct, decimals };
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function start(root) {
  const told = JSON.parse(root.dataset.learn);
  const set = structuredClone(told);
  const all = (query) => [...root.querySelectorAll(query)];
  const one = (query) => root.querySelector(query);
  const losses = [];
  let figures = {};
  let isDue = false;

  const words = () => told.words[root.dataset.lang];

  function show() {
    figures = work(set);
    for (const table of all("table[data-figure]")) {
      const key = table.dataset.figure;
      if (!(key in figures) || key === "costs") continue;
      const shown = texts(key, figures[key]);
      for (const cell of table.querySelectorAll("td[data-row]")) {
        const { row, column } = cell.dataset;
        if (!cell.querySelector("input")) cell.textContent = shown[row][column].replaceAll("-", "−");
      }
      mark(key);
    }
    const hasLabel = set.y !== null;
    for (const block of all("[data-block=loss], [data-block=learning]")) block.hidden = !hasLabel;
    one("[data-block=no_label]").hidden = hasLabel;
    one("[data-do=step]").disabled = !hasLabel;
    say();
    draw();
  }

  // Fields that change together are followed once, before anything is drawn.
  function follow() {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      show();
    });
  }

  function say() {
    const { classes, actions, summary, decided, steps } = words();
    const best = argmax(figures.z[0]);
    const p = texts("p", figures.p)[0][best];
    one("[data-told=summary]").textContent = fill(summary, { best: classes[best], p });
    const badge = one("[data-told=decision]");
    badge.hidden = figures.action === undefined;
    if (!badge.hidden) {
      const action = fill(decided, { action: actions[figures.action] });
      badge.textContent = `${told.shapes[figures.action]} ${action}`;
      badge.className = `verdict ${ACTIONS[figures.action]}`;
    }
    const way = [...losses, ...(set.y ? [figures.L[0][0]] : [])].map((nats) => number(nats));
    one("[data-told=steps]").textContent = losses.length
      ? fill(steps, { count: losses.length, losses: way.slice(-6).join(" → ") })
      : "";
  }

  // The curve: where the part stands, where one step leads, where it has been.
  function draw() {
    if (!set.y) return;
    const { left, top, wide, tall, most } = one(".curve").dataset;
    const place = (nats) => ({
      cx: Number(left) + Math.exp(-nats) * wide,
      cy: Number(top) + (1 - Math.min(nats, most) / most) * tall,
    });
    const put = (circle, nats) => {
      for (const [name, value] of Object.entries(place(nats))) circle.setAttribute(name, value.toFixed(1));
    };
    put(one("[data-mark=now]"), figures.L[0][0]);
    put(one("[data-mark=next]"), figures.L_new[0][0]);
    const trail = one("[data-trail]");
    trail.replaceChildren(
      ...losses.map((nats) => {
        const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        circle.setAttribute("r", "3");
        put(circle, nats);
        return circle;
      }),
    );
  }

  // What a person worked out, held against what follows from the givens.
  function mark(key) {
    const wrong = [];
    for (const input of all(`table[data-figure="${key}"] input[data-mine]`)) {
      const { row, column } = input.dataset;
      const found = input.value.trim() ? follows(input.value, figures[key][row][column]) : undefined;
      input.classList.toggle("right", Boolean(found?.isRight));
      input.classList.toggle("wrong", found === null || found?.isRight === false);
      input.setAttribute("aria-invalid", String(found === null || found?.isRight === false));
      const place = fill(words().place, {
        symbol: told.symbols[key], row: Number(row) + 1, column: Number(column) + 1,
      });
      if (found === null) wrong.push(fill(words().not_a_number, { place }));
      else if (found?.isRight === false) {
        const { text, correct, decimals } = found;
        const difference = (Number(text) - Number(correct)).toFixed(Math.min(Math.max(decimals, 0), 20));
        wrong.push(`✗ ${fill(words().entry, { place, printed: text, correct, difference })}`);
      } else if (found) wrong.push(`✓ ${fill(words().right, { place, printed: found.text })}`);
    }
    const list = one(`[data-marks="${key}"]`);
    if (list) list.replaceChildren(...wrong.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  }

  // Cells become empty fields to write into, and back.
  function practise(isOn) {
    for (const table of all("table[data-figure]")) {
      const key = table.dataset.figure;
      if (!(key in figures)) continue;
      for (const cell of table.querySelectorAll("td[data-row]")) {
        const { row, column } = cell.dataset;
        if (!isOn) cell.replaceChildren();
        else {
          const input = Object.assign(document.createElement("input"), { type: "text", inputMode: "decimal", autocomplete: "off" });
          Object.assign(input.dataset, { mine: "", row, column });
          input.setAttribute("aria-label", `${told.symbols[key]} ${Number(row) + 1}, ${Number(column) + 1}`);
          input.addEventListener("input", () => mark(key));
          cell.replaceChildren(input);
        }
      }
    }
    root.classList.toggle("practises", isOn);
    show();
  }

  function take(input) {
    const value = input.value.trim() === "" ? NaN : Number(input.value);
    const isFit = Number.isFinite(value) && Math.abs(value) <= LARGEST && (input.dataset.set !== "rate" || value > 0);
    input.setAttribute("aria-invalid", String(!isFit));
    if (!isFit) return;
    const { set: key, row, column } = input.dataset;
    if (key === "rate") set.rate = value;
    else if (key === "x" || key === "b") set[key][column] = value;
    else set[key][row][column] = value;
    if (key === "x") one(`[data-slide="${column}"]`).value = value;
    losses.length = 0;
    follow();
  }

  // The fields take what is set, as after a step.
  function refill() {
    for (const input of all("input[data-set]")) {
      const { set: key, row, column } = input.dataset;
      const value = key === "rate" ? set.rate : key === "x" || key === "b" ? set[key][column] : set[key][row][column];
      input.value = String(value);
      input.setAttribute("aria-invalid", "false");
      if (key === "x") one(`[data-slide="${column}"]`).value = value;
    }
    const label = set.y === null ? -1 : argmax(set.y);
    for (const choice of all("[name=learn-label]")) choice.checked = Number(choice.value) === label;
    show();
  }

  function speak(lang) {
    root.dataset.lang = lang;
    document.documentElement.lang = words().tag;
    for (const button of all("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === lang));
    }
    document.title = `${words().title} · glassline`;
    for (const key of Object.keys(figures)) if (one(`[data-marks="${key}"]`)) mark(key);
    say();
  }

  for (const input of all("input[data-set]")) input.addEventListener("input", () => take(input));
  for (const slide of all("[data-slide]")) {
    slide.addEventListener("input", () => {
      const field = one(`input[data-set=x][data-column="${slide.dataset.slide}"]`);
      field.value = slide.value;
      take(field);
    });
  }
  for (const choice of all("[name=learn-label]")) {
    choice.addEventListener("change", () => {
      set.y = choice.value === "-1" ? null : set.b.map((_, c) => (c === Number(choice.value) ? 1 : 0));
      losses.length = 0;
      follow();
    });
  }
  one("[data-do=step]").addEventListener("click", () => {
    losses.push(figures.L[0][0]);
    Object.assign(set, step(set));
    refill();
  });
  one("[data-do=again]").addEventListener("click", () => {
    Object.assign(set, structuredClone(told));
    losses.length = 0;
    refill();
  });
  one("[data-do=mine]").addEventListener("change", (event) => practise(event.target.checked));
  for (const button of all("[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language));
  }
  refill();
  if (one("[data-language]")) speak(root.dataset.lang);
}

for (const root of document.querySelectorAll(".learn")) start(root);
