// Numbers as every face prints them, to the last digit as glassline.render.numbers.

export const DECIMALS = 4;
const EXACT = 1e-9; // of an entry: what arithmetic leaves beside a short decimal number
const LARGE = 1e7; // from here on, powers of ten
const FAR = 100; // digits that an engine prints: enough for every tie of a double

// Rows of numbers as rows of texts: as few decimals as say all exactly, at most four.
export function printed(rows) {
  const decimals = [0, 1, 2, 3].find((few) => isExact(rows, few)) ?? DECIMALS;
  return rows.map((row) => row.map((entry) => number(entry, decimals)));
}

// One number, without "-0" and without a 0 that is none.
export function number(value, decimals = DECIMALS) {
  if (value !== 0 && Math.abs(value) < 0.5 * Number(`1e-${decimals}`)) {
    return exponential(value, 1);
  }
  if (Math.abs(value) >= LARGE) return exponential(value, 6);
  return fixed(value + 0, decimals);
}

function isExact(rows, decimals) {
  return rows
    .flat()
    .filter((entry) => Math.abs(entry) < LARGE)
    .every((entry) => {
      const near = Number(fixed(entry, decimals));
      const size = Math.max(Math.abs(entry), Math.abs(near));
      return entry === near || Math.abs(entry - near) <= EXACT * size;
    });
}

// Engines round a tie away from 0; printed numbers round it to the even digit.
function fixed(value, decimals) {
  return even(value.toFixed(decimals), value.toFixed(FAR), decimals);
}

// As Python writes a power of ten: e-5, not e-05, and e7, not e+7.
function exponential(value, decimals) {
  const [mantissa, power] = value.toExponential(decimals).split("e");
  const [exact] = value.toExponential(FAR).split("e");
  return `${even(mantissa, exact, decimals)}e${Number(power)}`;
}

// The rounded text, or where it broke a tie to an odd digit the exact one, cut.
function even(rounded, exact, decimals) {
  const [whole, rest = ""] = exact.split(".");
  const isTie = /^50*$/.test(rest.slice(decimals));
  if (!isTie || Number(rounded.slice(-1)) % 2 === 0) return rounded;
  return decimals ? `${whole}.${rest.slice(0, decimals)}` : whole;
}
