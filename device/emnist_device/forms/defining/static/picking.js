// Boxes that were found, picked by the keyboard one after another, to be one field.

import { draft } from "./model.js";

let picked = new Set();
let of = null; // the page that they are on

/** Return those that are picked, of the boxes `free` that were found on this page and are in no field. */
export function picks(free) {
  if (of !== draft.page) picked.clear();
  of = draft.page;
  picked = new Set([...picked].filter((each) => free.includes(each)));
  return picked;
}

export const unpick = () => picked.clear();

/** Return how far a box reaches along an axis, 0 or 1: from where, and to where. */
const span = ({ box }, axis) => [box[axis], box[axis] + box[axis + 2]];

/** Return the nearest of the boxes `free` beside, above or below `box`, or undefined. */
function nextOf(free, box, [right, down]) {
  const [along, sign] = right ? [0, right] : [1, down];
  const [from, to] = span(box, 1 - along);
  const middle = (each) => (sign * (span(each, along)[0] + span(each, along)[1])) / 2;
  const level = free.filter((each) => span(each, 1 - along)[0] < to && from < span(each, 1 - along)[1]);
  const further = level.filter((each) => middle(each) > middle(box));
  return further.sort((one, other) => middle(one) - middle(other))[0];
}

/** Pick `box`, and the next in a direction as well; back, the last is let go. Return where one is now. */
export function pickOn(free, box, direction) {
  const own = picks(free);
  const next = nextOf(free, box, direction);
  own.add(box);
  if (next && own.has(next)) own.delete(box);
  else if (next) own.add(next);
  return next ?? box;
}

/** Return the box around `boxes`. */
export function around(boxes) {
  const [left, top] = [0, 1].map((n) => Math.min(...boxes.map((each) => each[n])));
  const [right, bottom] = [0, 1].map((n) => Math.max(...boxes.map((each) => each[n] + each[n + 2])));
  return [left, top, right - left, bottom - top];
}
