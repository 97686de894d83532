// Boxes to choose from: what each stands for, and where it is.

import { change, chosen, draft, here, millimetre, page } from "./model.js";

const LETTERS = 26;
const SIDE = 4.5; // millimetres: of a box to tick that is made by the keyboard
const MADE = /^field\d+$/; // a name that nobody gave

const isIn = ([x, y, width, height], [left, top, wide, high]) =>
  left >= x - 1 && top >= y - 1 && left + wide <= x + width + 1 && top + high <= y + height + 1;

const middle = ([x, y, width, height]) => [x + width / 2, y + height / 2, 0, 0];

/** Return a name that is not among `taken`: a letter, or when all are used, a number. */
function freeOption(taken) {
  for (let n = 0; ; n += 1) {
    const name = n < LETTERS ? String.fromCharCode(65 + n) : String(n + 1);
    if (!taken.has(name)) return name;
  }
}

/** Return the boxes to tick inside `box` as options, and which fields, but for `own`, they were. */
export function optionsIn(box, own = null) {
  const fields = here().filter((field) => field !== own && field.kind === "check" && isIn(box, field.box));
  const found = page().found.filter((each) => each.kind === "check" && isIn(box, each.box));
  const others = fields.filter((field) => !found.some((each) => isIn(each.box, middle(field.box))));
  const options = {};
  for (const each of [...found, ...others]) {
    const field = fields.find((one) => one === each || isIn(each.box, middle(one.box)));
    const named = field && !MADE.test(field.name) && !(field.name in options) ? field.name : null;
    options[named ?? freeOption(new Set(Object.keys(options)))] = field?.box ?? each.box;
  }
  return { options, fields };
}

/** Return the options of `field` that have places, by their names. */
export const placed = ({ options }) => (options && !Array.isArray(options) ? options : {});

/**
 * Return what the options `old` are once their names are `names`: a box stays with its name, and goes
 * to the name that is in its line now where its own is gone.
 */
export function renamed(old, names) {
  const before = Object.keys(placed({ options: old }));
  if (!before.length || new Set(names).size < names.length) return names;
  const boxOf = (name, n) => {
    if (before.includes(name)) return old[name];
    return names.includes(before[n]) ? null : old[before[n]] ?? null;
  };
  return Object.fromEntries(names.map((name, n) => [name, boxOf(name, n)]));
}

/** Let `field` have its options inside, that in `box` as well. */
function enclose(field, box) {
  const boxes = [field.box, box];
  const [left, top] = [0, 1].map((n) => Math.min(...boxes.map((each) => each[n])));
  const [right, bottom] = [0, 1].map((n) => Math.max(...boxes.map((each) => each[n] + each[n + 2])));
  field.box = [left, top, right - left, bottom - top];
}

/** Return where another option is put first: as far from the last as that is from the one before. */
export function nextPlace(field) {
  const boxes = Object.values(placed(field)).filter(Boolean);
  const last = boxes.at(-1);
  const side = SIDE * millimetre();
  if (!last) return [field.box[0], field.box[1], side, side];
  const before = boxes.at(-2) ?? [last[0] - last[2] - side, last[1]];
  return [2 * last[0] - before[0], 2 * last[1] - before[1], last[2], last[3]];
}

/** Put option `name` of the chosen field into `box`; steps in one go are one change. */
export function moveOption(name, box) {
  change(() => {
    chosen().options[name] = box;
    enclose(chosen(), box);
  }, `option-${draft.page}-${draft.chosen}-${name}`);
}

/** Take the box of option `name` of the chosen field away; the option stays, to be placed anew. */
export const clearOption = (name) => change(() => { chosen().options[name] = null; });

/** Give the chosen field another option in `box`, or the one that has no place yet; return its name. */
export function addOption(box) {
  let name = "";
  change(() => {
    const field = chosen();
    const old = placed(field);
    const bare = Array.isArray(field.options) ? field.options : [];
    name = Object.keys(old).find((each) => !old[each])
      ?? bare[0] ?? freeOption(new Set(Object.keys(old)));
    field.options = { ...old, [name]: box };
    enclose(field, box);
  });
  return name;
}

/** Return how many options the chosen field has places of, in words. */
export function countOf(field) {
  const boxes = Object.values(placed(field));
  const missing = boxes.filter((box) => !box).length;
  if (!boxes.length) return "No boxes yet: the field is divided evenly. Draw a box for each, where they are apart.";
  if (missing) return `${boxes.length - missing} boxes, and ${missing} to be drawn.`;
  return boxes.length === 1 ? "One box." : `${boxes.length} boxes.`;
}
