
// Whether a reading within the camera's repeatability would be decided otherwise: branch
// and bound over how much each class counts for another action, as glassline.export.held
// writes the lead down. Settled either way, or the part is held for safety.

const [SURE, NONE, MOST_CELLS] = [1e-11, 1e-10, 20000];

function isHeld(u, z, action) {
  const { reach, covariance, borders } = model.held;
  const { clip, slope, far } = model.scale;
  const moves = u.map((value, i) => {
    if (value - far > reach[i] || -clip - value > reach[i]) return 0;
    return value - clip > reach[i] ? slope : 1;
  });
  const moved = covariance.map((row, i) => row.map((v, j) => moves[i] * v * moves[j]));
  return borders
    .filter((border) => border.taken === action)
    .some((border) => isCrossed(border, moved, z));
}

function isCrossed(border, moved, z) {
  const side = (classes) => ({
    logits: classes.map((c) => z[c] + border.logs[c]),
    weights: classes.map((c) => model.W.map((row) => row[c])),
  });
  const asked = { pro: side(border.pro), con: side(border.con), moved };
  const count = border.pro.length;
  const first = border.pro.map((_, i) => border.pro.map((_, c) => (i === c ? 1 : 0)));
  const waiting = [first];
  for (let looked = 0; waiting.length > 0; looked += 1) {
    const cell = waiting.pop();
    const known = knownOf(asked, cell);
    if (known === true || (known === null && (count < 2 || looked === MOST_CELLS))) {
      return true;
    }
    if (known === null) waiting.push(...halves(cell));
  }
  return false;
}

const dot = (a, b) => sum(a.map((value, i) => value * b[i]));
const root = (value) => (value > 0 ? Math.sqrt(value) : 0);
const product = (a, moved, b) => dot(a, moved.map((row) => dot(row, b)));

function logSum(values) {
  const top = argmax(values);
  const rest = values.map((value, c) => (c === top ? 0 : Math.exp(value - values[top])));
  return values[top] + Math.log1p(sum(rest));
}

function between(asked, a, b) {
  return asked.moved.map(
    (_, i) =>
      sum(a.map((share, c) => share * asked.pro.weights[c][i])) -
      sum(b.map((share, c) => share * asked.con.weights[c][i])),
  );
}

// true: some reading is decided otherwise; false: none is; null: not known of this cell.
function knownOf(asked, cell) {
  const middle = cell[0].map((_, c) => sum(cell.map((corner) => corner[c])) / cell.length);
  const b = softmax(asked.con.logits);
  for (let sweep = 0; sweep < 200; sweep += 1) {
    const away = balanced(asked, middle, b);
    if (leadThere(asked, middle, b) >= SURE) return true;
    if (mostWithin(asked, cell, middle, b) < NONE) return false;
    if (away < 1e-13 || b.length < 3) break;
  }
  return null;
}

// The lead of the other action at the worst reading of these shares: one that is there.
function leadThere(asked, a, b) {
  const w = between(asked, a, b);
  const length = root(product(w, asked.moved, w));
  const share = length > 0 ? (model.held.limit * (1 - 1e-12)) / length : 0;
  const there = ({ logits, weights }) =>
    logits.map((value, c) => value + share * product(weights[c], asked.moved, w));
  return logSum(there(asked.pro)) - logSum(there(asked.con));
}

// What no reading's lead exceeds: the entropy lies below its tangent in the middle, and
// all else is convex.
function mostWithin(asked, cell, middle, b) {
  const entropy = sum(b.map((share) => (share > 0 ? -share * Math.log(share) : 0)));
  const against = dot(b, asked.con.logits) + entropy;
  const ahead = cell.map((corner) => {
    const w = between(asked, corner, b);
    const height = corner.map((share, c) => {
      return share * (asked.pro.logits[c] - Math.log(middle[c]));
    });
    return sum(height) - against + model.held.limit * root(product(w, asked.moved, w));
  });
  return Math.max(...ahead);
}

// The shares of the classes against that leave the least lead, pair by pair.
function balanced(asked, a, b) {
  let away = 0;
  for (let i = 0; i < b.length; i += 1) {
    for (let j = i + 1; j < b.length; j += 1) {
      const before = b[i];
      balance(asked, a, b, i, j);
      away = Math.max(away, Math.abs(b[i] - before));
    }
  }
  return away;
}

function balance(asked, a, b, i, j) {
  const { logits, weights } = asked.con;
  const whole = b[i] + b[j];
  const odds = logits[i] - logits[j];
  [b[i], b[j]] = [0, whole];
  const rest = between(asked, a, b);
  const apart = weights[i].map((value, f) => value - weights[j][f]);
  const square = product(rest, asked.moved, rest);
  const mixed = product(rest, asked.moved, apart);
  const wide = product(apart, asked.moved, apart);
  const { limit } = model.held;
  let [low, high] = [odds - limit * root(wide), odds + limit * root(wide)];
  for (let turn = 0; turn < 60; turn += 1) {
    const middle = 0.5 * (low + high);
    const share = whole / (1 + Math.exp(-middle));
    const length = root(square - 2 * share * mixed + share * share * wide);
    const slope = length > 0 ? (mixed - share * wide) / length : 0;
    if (odds + limit * slope > middle) low = middle;
    else high = middle;
  }
  b[i] = whole / (1 + Math.exp(-0.5 * (low + high)));
  b[j] = whole - b[i];
}

// Cut the longest edge of a cell in two.
function halves(cell) {
  let [longest, ends] = [-1, [0, 1]];
  cell.forEach((one, i) =>
    cell.slice(i + 1).forEach((other, after) => {
      const edge = sum(one.map((value, c) => (value - other[c]) ** 2));
      if (edge > longest) [longest, ends] = [edge, [i, i + 1 + after]];
    }),
  );
  const middle = cell[ends[0]].map((value, c) => 0.5 * (value + cell[ends[1]][c]));
  return ends.map((end) => cell.map((corner, i) => (i === end ? middle : corner)));
}
