
// One model's numbers, and what they make of a part's readings. `judge` takes readings
// in their own units, `judgeX` the features in standard units before their clip; both
// throw a RangeError where a number is not finite, and never answer then.

export function unclipped(readings) {
  finite("readings", readings);
  return readings.map((reading, i) => {
    const curved = Math.sign(reading) * Math.log1p(Math.abs(reading));
    return (curved - model.scale.center[i]) / model.scale.spread[i];
  });
}

export function judge(readings) {
  return judgeX(unclipped(readings));
}

export function judgeX(u) {
  finite("x", u);
  const { clip, slope, far } = model.scale;
  const x = u.map((value) => {
    const end = clip + slope * (Math.min(value, far) - clip);
    return Math.max(Math.min(value, end), -clip);
  });
  const z = logits(model.W, model.b, x);
  const p = softmax(z);
  const place = argmax(z);
  const ranked = rank(p, model.policy);
  const isNovel = model.region !== null && squared(u) > model.region.cut;
  const first = isNovel ? 2 : ranked.order[0];
  const held = first !== 2 && isHeld(u, z, first);
  const action = held ? 2 : first;
  return {
    x,
    logits: z,
    probabilities: p,
    classPlace: place,
    class: model.classes[place],
    adjusted: ranked.adjusted,
    costs: ranked.costs,
    isNovel,
    isHeld: held,
    decisionPlace: action,
    decision: ACTIONS[action],
  };
}

// Every figure of the worked sum: what each feature adds to each logit, and on from there.
export function sheet(readings) {
  const found = judge(readings);
  const largest = Math.max(...found.logits);
  const shifted = found.logits.map((value) => value - largest);
  const exponentials = shifted.map((value) => Math.exp(value));
  return {
    readings,
    ...found,
    terms: found.x.map((value, i) => model.W[i].map((weight) => value * weight)),
    bias: model.b,
    largest,
    shifted,
    exponentials,
    total: sum(exponentials),
  };
}

// The least squared distance to the centres of training.
function squared(u) {
  const squares = model.region.centers.map((center, at) => {
    const inverse = model.region.inverses[at];
    const away = u.map((value, i) => value - center[i]);
    const pull = away.map((_, i) => sum(away.map((value, j) => value * inverse[j][i])));
    return sum(away.map((value, i) => value * pull[i]));
  });
  return Math.min(...squares);
}

function finite(name, values) {
  if (values.length !== model.features.length) {
    throw new RangeError(
      `${name}: expected ${model.features.length} numbers, got ${values.length}.`,
    );
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(
      `${name}[${wrong}]: expected a finite number, got ${values[wrong]}.`,
    );
  }
}
