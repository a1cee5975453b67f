// The head and the decision by cost: what glassline.head and glassline.decide work
// out, in the same order. No dependency, no page: browsers and other engines run it.
// Sums, products and comparisons have the bits of the Python answers; exp and log1p
// are the engine's own and may differ from NumPy's in the last place.

export const ACTIONS = ["accept", "reject", "review"];
const SAFEST_FIRST = [2, 1, 0];
const TIE = 1e-12; // of the largest expected cost: rounding must not choose an action

// u = (sign(r) log1p|r| - center) / spread; from clip on x grows by slope, up to far.
export function standardise(readings, scale) {
  return readings.map((reading, i) => {
    const curved = Math.sign(reading) * Math.log1p(Math.abs(reading));
    const u = (curved - scale.center[i]) / scale.spread[i];
    const { clip, slope = 0 } = scale;
    const far = slope ? clip + clip / slope : clip;
    return Math.max(Math.min(u, clip + slope * (Math.min(u, far) - clip)), -clip);
  });
}

// z = xW + b, added from left to right. W: d rows of k; b: k; x: d.
export function logits(W, b, x) {
  return b.map((bias, c) => {
    let total = x[0] * W[0][c];
    for (let i = 1; i < x.length; i += 1) total += x[i] * W[i][c];
    return total + bias;
  });
}

// The place of the largest; of equals the first.
export function argmax(values) {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

// p_c = exp(z_c - m) / sum_j exp(z_j - m), m the largest.
export function softmax(z) {
  const largest = Math.max(...z);
  const e = z.map((value) => Math.exp(value - largest));
  const total = sum(e);
  return e.map((value) => value / total);
}

// log p, the largest logit left out of the sum and its 1 left to log1p.
export function logSoftmax(z) {
  const place = argmax(z);
  const shifted = z.map((value) => value - z[place]);
  const rest = shifted.map((value, c) => (c === place ? 0 : Math.exp(value)));
  const total = Math.log1p(sum(rest));
  return shifted.map((value) => value - total);
}

// Cross-entropy in nats of logits z against a row y of shares; what y leaves out is out.
export function loss(z, y) {
  const logP = logSoftmax(z);
  return -sum(y.map((share, c) => (share > 0 ? share * logP[c] : 0))) + 0;
}

// p - y, as p_c (what y gives the others) - y_c (what p gives the others).
export function logitGradient(z, y) {
  const p = softmax(z);
  const ofP = others(p, 1);
  const ofY = others(y, sum(y));
  return p.map((share, c) => share * ofY[c] - y[c] * ofP[c]);
}

// For each share the sum of all others: for the largest added up, else by difference.
function others(shares, total) {
  const largest = argmax(shares);
  return shares.map((share, c) =>
    c === largest ? sum(shares.map((other, j) => (j === c ? 0 : other))) : total - share,
  );
}

// p from the mix of training to that of the line; ratio = priors / mix, or null.
export function adjust(p, ratio) {
  if (ratio === null) return p;
  const known = ratio.map((each, c) => (p[c] > 0 ? each : 0));
  const largest = Math.max(...known);
  const weighted = p.map((share, c) => share * (known[c] / largest));
  const total = sum(weighted);
  return weighted.map((share) => share / total);
}

// What each action is expected to cost, summed in class order. costs: k rows of 3.
export function expectedCosts(adjusted, costs) {
  return ACTIONS.map((_, a) => sum(adjusted.map((share, c) => share * costs[c][a])));
}

// The actions, the one taken first. policy: costs; good, the place of the good class or
// -1; ratio or null; threshold, of the guarantee, or null.
export function rank(p, policy) {
  const adjusted = adjust(p, policy.ratio);
  const costs = expectedCosts(adjusted, policy.costs);
  const slack = TIE * Math.max(...costs.map(Math.abs));
  const key = [...costs];
  if (policy.good < 0) key[0] = Infinity;
  else if (policy.threshold !== null) {
    key[0] = adjusted[policy.good] >= policy.threshold ? -Infinity : Infinity;
  }
  const cheapest = Math.min(...key);
  const level = key.map((cost) => (cost <= cheapest + slack ? cheapest : cost));
  const order = [...SAFEST_FIRST].sort((one, other) => compare(level[one], level[other]));
  return { adjusted, costs, order };
}

function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}
