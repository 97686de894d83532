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

const middle = ([x, y, width, height]) => [x + width / 2, y + height / 2];

/** Return the nearest of the boxes `free` that lies from `box` in a direction, or undefined. */
function nextOf(free, box, [right, down]) {
  const [x, y] = middle(box.box);
  const far = (each) => {
    const [left, top] = middle(each.box);
    const along = (left - x) * right + (top - y) * down;
    const across = Math.abs((left - x) * down) + Math.abs((top - y) * right);
    return along > 0 && across <= 2 * along ? along + 2 * across : Infinity;
  };
  const near = free.filter((each) => each !== box && far(each) < Infinity);
  return near.sort((one, other) => far(one) - far(other))[0];
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
