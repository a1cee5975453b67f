// Ask an exported module about readings on standard input; write answers to standard
// output: class, decision and probabilities of each part, in double precision.
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { judge, model } = await import(pathToFileURL(process.argv[2]).href);
const bytes = readFileSync(0);
const readings = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
const [d, k] = [model.features.length, model.classes.length];
const answers = new Float64Array((readings.length / d) * (k + 2)).fill(NaN);
for (let part = 0; part < readings.length / d; part += 1) {
  try {
    const found = judge([...readings.subarray(part * d, (part + 1) * d)]);
    const row = [found.classPlace, found.decisionPlace, ...found.probabilities];
    answers.set(row, part * (k + 2));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}
const out = new Uint8Array(answers.buffer);
for (let at = 0; at < out.length; ) at += writeSync(1, out, at);
