// The form with its fields and the boxes that were found: chosen, drawn, moved, sized.

import {
  add, change, choose, chosen, draft, faultOf, here, listen, millimetre, page, remove, rounded,
} from "./model.js";
import { addOption, clearOption, moveOption, nextPlace, optionsIn, placed } from "./options.js";
import { around, pickOn, picks, unpick } from "./picking.js";
import { readingOf } from "./trial.js";

const SPACE = "http://www.w3.org/2000/svg";
const svg = document.getElementById("fields");
const scroll = document.getElementById("scroll");
const LEAST = 4; // pixels of the screen: less is a click, and draws nothing
const TICK = 6; // millimetres: what is drawn no larger is a box to tick
let zoom = 1;
let drag = null; // what the pointer does: {kind, pointer, start, box, corner, now}
let drawing = ""; // what is drawn next: a "field", or an "option" of the chosen one

function make(tag, attributes, ...children) {
  const element = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const rect = ([x, y, width, height], more = {}) => make("rect", { x, y, width, height, ...more });

/** Return how many units of the page a pixel of the screen is. */
const unit = () => page().width / (svg.clientWidth || 1);

/** Return `words` whose baseline is so many lines below the upper edge of a box. */
function label(words, [x, y], kind, size, lines) {
  const text = make("text", {
    x: x + 0.2 * size, y: y + lines * size, "font-size": size, "stroke-width": 0.3 * size, class: kind,
  });
  text.textContent = words;
  return text;
}

/** Return how high letters are, in units of the page: smaller where all of it is. */
const size = () => Math.min(Math.max(svg.clientWidth / 60, 7), 12) * unit();

/** Return the name of a field and what it reads as: where there is room, and of the chosen one. */
function labels(field) {
  const boxed = field === chosen() && Object.values(placed(field)).some(Boolean); // these are named
  const high = size();
  const [, , width, height] = field.box;
  const lines = height / high;
  const reading = field.kind === "grid" ? null : readingOf(field);
  const said = reading ? reading.text || "blank" : "";
  const fits = (words, wide) => !boxed && lines > 1.6 && wide * high * words.length <= width;
  const found = [];
  if (fits(field.name, 0.6)) found.push(label(field.name, field.box, "name", high, 0.95));
  else if (field === chosen()) found.push(label(field.name, field.box, "name", high, -0.6));
  if (said && lines > 3.2 && fits(said, 0.75)) found.push(label(said, field.box, "reading", 1.2 * high, (lines - 0.4) / 1.2));
  else if (said && field === chosen()) found.push(label(said, field.box, "reading", 1.2 * high, (lines + 1.6) / 1.2));
  return found;
}

/** Return the boxes of the options of `field`, and in each what it stands for. */
function drawOptions(field) {
  return Object.entries(placed(field)).filter(([, box]) => box).map(([name, box]) =>
    make("g", {
      class: "option", tabindex: 0, role: "button", "data-key": `option-${name}`, "data-option": name,
      "aria-label": `box of ${name}`,
    }, rect(box, { class: "part" }), label(name, box, "name", Math.min(size(), 0.9 * box[3]), 0.85)));
}

const isTaken = (found) =>
  here().some(({ box }) => {
    const wide = Math.min(box[0] + box[2], found.box[0] + found.box[2]) - Math.max(box[0], found.box[0]);
    const high = Math.min(box[1] + box[3], found.box[1] + found.box[3]) - Math.max(box[1], found.box[1]);
    return wide > 0 && high > 0 && wide * high > 0.2 * Math.min(box[2] * box[3], found.box[2] * found.box[3]);
  });

/** Return the boxes that were found on this page and are in no field yet. */
export const free = () => page().found.filter((found) => !isTaken(found));

const title = (found) => {
  if (found.kind === "grid") return `table of ${found.rows} by ${found.columns}`;
  const count = found.cells?.length ?? found.cells?.count ?? found.cells;
  return count > 1 ? `comb of ${count} cells` : found.kind === "check" ? "box to tick" : "box";
};

function drawFound(found, index) {
  const isPicked = picks(free()).has(found);
  const group = make("g", {
    class: `box found${isPicked ? " picked" : ""}`, tabindex: 0, role: "button", "data-key": `found-${index}`,
    "data-found": index, "aria-pressed": isPicked, "aria-label": `${title(found)} that was found: take it`,
  }, rect(found.box));
  return group;
}

function drawField(field, index) {
  const fault = faultOf(index);
  const isChosen = index === draft.chosen;
  const group = make("g", {
    class: `box field${isChosen ? " selected" : ""}${fault ? " wrong" : ""}`,
    tabindex: 0, role: "button", "data-key": `field-${index}`, "data-field": index,
    "aria-pressed": isChosen, "aria-label": `field ${field.name}, ${field.kind}`,
  }, rect(field.box));
  for (const part of draft.parts[draft.page]?.[field.name] ?? []) {
    group.append(rect(part, { class: "part" }));
  }
  group.append(...labels(field));
  if (isChosen) group.append(...drawOptions(field), ...handles(field.box));
  return group;
}

function handles([x, y, width, height]) {
  const corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
  return corners.flatMap(([cx, cy], corner) => [
    make("circle", { cx, cy, r: 6 * unit(), class: "handle" }),
    make("circle", { cx, cy, r: 18 * unit(), class: "grip", "data-corner": corner }),
  ]);
}

function draw() {
  if (!draft.pages.length) return;
  svg.setAttribute("viewBox", `0 0 ${page().width} ${page().height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  const focused = document.activeElement?.dataset?.key;
  const order = here().map((field, index) => [field, index]).filter(([, index]) => index !== draft.chosen);
  if (chosen()) order.push([chosen(), draft.chosen]); // above the others
  svg.replaceChildren(
    ...free().map((found) => drawFound(found, page().found.indexOf(found))),
    ...order.map(([field, index]) => drawField(field, index)),
  );
  if (drag?.kind === "draw") svg.append(rect(drag.now, { class: "drawn" }));
  if (focused) focusOn(focused);
}

function focusOn(key) {
  svg.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

/** Put the keyboard on the chosen field. */
const focusChosen = () => focusOn(`field-${draft.chosen}`);

/** Put the keyboard on the next box that was found and is in no field, else on the chosen field. */
export function focusNext() {
  const [, top] = chosen()?.box ?? [0, 0];
  const next = free().find((found) => found.box[1] >= top) ?? free()[0];
  if (next) focusOn(`found-${page().found.indexOf(next)}`);
  else focusChosen();
}

/** Make a field of a box that was found, or of all that are picked, if it is one of several. */
function takeFound(index) {
  const own = picks(free());
  if (own.size > 1 && own.has(page().found[index])) {
    addDrawn(around([...own].map(({ box }) => box)).map(rounded));
  } else add(page().found[index]);
  unpick();
  focusChosen();
  svg.dispatchEvent(new CustomEvent("named", { bubbles: true }));
}

/** Take the box, choose the field, or go to what the option stands for, that has this key. */
function press(key) {
  const [kind, index] = key.split("-");
  if (kind === "option") {
    const option = Object.keys(placed(chosen())).indexOf(key.slice(kind.length + 1));
    svg.dispatchEvent(new CustomEvent("option", { bubbles: true, detail: option }));
  } else if (kind === "found") takeFound(Number(index));
  else choose(Number(index));
}

/** Return where a pointer is, in units of the page, within it. */
function place(event) {
  const frame = svg.getBoundingClientRect();
  const { width, height } = page();
  return [
    Math.min(Math.max(((event.clientX - frame.left) * width) / frame.width, 0), width),
    Math.min(Math.max(((event.clientY - frame.top) * height) / frame.height, 0), height),
  ];
}

const boxOf = ([x, y], [right, bottom]) =>
  [Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y)].map(rounded);

/** Return `box` within the page. */
function within([x, y, width, height]) {
  const most = page();
  const [wide, high] = [Math.min(width, most.width), Math.min(height, most.height)];
  return [
    rounded(Math.min(Math.max(x, 0), most.width - wide)),
    rounded(Math.min(Math.max(y, 0), most.height - high)),
    rounded(wide),
    rounded(high),
  ];
}

/** Return `field` in another box: its cells and options go with it, as far as they have places. */
export function moved(field, box) {
  const [x, y, width, height] = field.box;
  const scale = [box[2] / (width || 1), box[3] / (height || 1)];
  const put = (part) => [
    rounded(box[0] + (part[0] - x) * scale[0]),
    rounded(box[1] + (part[1] - y) * scale[1]),
    rounded(part[2] * scale[0]),
    rounded(part[3] * scale[1]),
  ];
  field.box = box;
  if (Array.isArray(field.cells)) field.cells = field.cells.map(put);
  if (field.options && !Array.isArray(field.options)) {
    field.options = Object.fromEntries(Object.entries(field.options).map(([name, part]) => [name, part && put(part)]));
  }
}

/** Return what is drawn in `box`: what was found there, or a field that suits its size. */
function kindOf(box) {
  const around = free().find((found) => {
    const wide = Math.min(box[0] + box[2], found.box[0] + found.box[2]) - Math.max(box[0], found.box[0]);
    const high = Math.min(box[1] + box[3], found.box[1] + found.box[3]) - Math.max(box[1], found.box[1]);
    const both = wide > 0 && high > 0 ? wide * high : 0;
    return both / (box[2] * box[3] + found.box[2] * found.box[3] - both) > 0.7;
  });
  if (around) return around;
  const { options } = optionsIn(box);
  if (Object.keys(options).length > 1) return { kind: "choice", box, options };
  const small = Math.max(box[2], box[3]) <= TICK * millimetre();
  return { kind: small ? "check" : "line", box };
}

/** Make a field of what is drawn in `box`. */
function addDrawn(box) {
  const made = kindOf(box);
  add(made, made.kind === "choice" ? optionsIn(made.box).fields : []);
}

function start(event) {
  if (event.button !== 0 || drag || !draft.pages.length) return;
  const target = event.target;
  const corner = target.closest("[data-corner]")?.dataset.corner;
  const field = target.closest("[data-field]")?.dataset.field;
  const at = place(event);
  const touch = event.pointerType === "touch";
  const key = target.closest("[data-key]")?.dataset.key;
  if (drawing === "option") drag = { kind: "draw", now: [...at, 0, 0] };
  else if (corner !== undefined) drag = { kind: "size", box: [...chosen().box], corner: Number(corner) };
  else if (field !== undefined && Number(field) === draft.chosen) drag = { kind: "move", box: [...chosen().box] };
  else if (key && !drawing) drag = { kind: "tap", key };
  else if (!touch || drawing) drag = { kind: "draw", now: [...at, 0, 0] };
  else return;
  Object.assign(drag, { pointer: event.pointerId, start: at, from: [event.clientX, event.clientY] });
  if (drag.kind !== "tap") svg.setPointerCapture(event.pointerId);
}

function move(event) {
  if (drag?.pointer !== event.pointerId) return;
  const at = place(event);
  drag.far ||= Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) > LEAST;
  if (!drag.far || drag.kind === "tap") return;
  if (drag.kind === "draw") {
    drag.now = boxOf(drag.start, at);
    draw();
    return;
  }
  const [x, y, width, height] = drag.box;
  if (drag.kind === "move") {
    put(within([x + at[0] - drag.start[0], y + at[1] - drag.start[1], width, height]));
    return;
  }
  const opposite = [
    drag.corner === 0 || drag.corner === 3 ? x + width : x,
    drag.corner < 2 ? y + height : y,
  ];
  put(boxOf(opposite, at));
}

const put = (box) => change(() => moved(chosen(), box), `place-${draft.page}-${draft.chosen}`);

function end(event) {
  if (drag?.pointer !== event.pointerId) return;
  const done = drag;
  drag = null;
  if (event.type === "pointercancel") {
    draw();
    return;
  }
  if (done.kind === "tap") {
    if (!done.far) press(done.key);
  } else if (done.kind === "draw" && done.far && done.now[2] > 0 && done.now[3] > 0) {
    const option = drawing === "option" && chosen();
    setDrawing("");
    if (option) {
      addOption(done.now);
      focusChosen();
      return;
    }
    addDrawn(done.now);
    svg.dispatchEvent(new CustomEvent("named", { bubbles: true }));
  } else if (done.kind === "draw") choose(null);
  else choose(draft.chosen);
}

svg.addEventListener("pointerdown", start);
svg.addEventListener("pointermove", move);
svg.addEventListener("pointerup", end);
svg.addEventListener("pointercancel", end);
// Of a pointer, its own events tell: what it went down on may have been drawn anew since.
svg.addEventListener("click", (event) => {
  const group = event.target.closest("[data-key]");
  if (event.detail === 0 && group) press(group.dataset.key);
});
// A finger on the chosen field moves it, elsewhere the page; while drawing, neither.
svg.addEventListener("touchstart", (event) => {
  if (drawing || event.target.closest(".selected")) event.preventDefault();
}, { passive: false });

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

svg.addEventListener("keydown", (event) => {
  const group = event.target.closest("[data-key]");
  if (!group) return;
  const { field } = group.dataset;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    press(group.dataset.key);
    if (field !== undefined) svg.dispatchEvent(new CustomEvent("named", { bubbles: true }));
    return;
  }
  if (group.dataset.option !== undefined) {
    pressOption(group.dataset.option, event);
    return;
  }
  if (group.dataset.found !== undefined) {
    pressFound(page().found[group.dataset.found], event);
    return;
  }
  if (field === undefined) return;
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    choose(Number(field));
    remove();
    scroll.focus();
  } else if (event.key === "Escape") choose(null);
  else if (STEPS[event.key]) {
    event.preventDefault();
    if (Number(field) !== draft.chosen) choose(Number(field));
    put(stepped(chosen().box, event));
  }
});

/** Do what a key does on a box that was found: Shift and arrows pick others as well. */
function pressFound(found, event) {
  if (event.key === "Escape") unpick();
  else if (!event.shiftKey || !STEPS[event.key]) return;
  else {
    event.preventDefault();
    focusOn(`found-${page().found.indexOf(pickOn(free(), found, STEPS[event.key]))}`);
  }
  draw();
}

/** Do what a key does on a box of the chosen field. */
function pressOption(name, event) {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    clearOption(name);
    focusChosen();
  } else if (event.key === "Escape") focusChosen();
  else if (STEPS[event.key]) {
    event.preventDefault();
    moveOption(name, stepped(chosen().options[name], event));
  }
}

/** Return `box` moved, or with Alt its lower right corner, by a step, or with Shift by ten. */
function stepped([x, y, width, height], { key, shiftKey, altKey }) {
  const far = (page().unit === "mm" ? 0.5 : 1) * (shiftKey ? 10 : 1);
  const [right, down] = STEPS[key].map((way) => far * way);
  if (altKey) return within([x, y, Math.max(width + right, far), Math.max(height + down, far)]);
  return within([x + right, y + down, width, height]);
}

/** Put another box of the chosen field beside its last, to be moved by arrows. */
export function placeOption() {
  document.activeElement?.blur(); // as in drawOption
  focusOn(`option-${addOption(within(nextPlace(chosen())))}`);
}

/** Make a field in the middle of what is in sight. */
export function addInSight() {
  const frame = scroll.getBoundingClientRect();
  const [x, y] = place({ clientX: (frame.left + frame.right) / 2, clientY: (frame.top + frame.bottom) / 2 });
  const [width, height] = [40 * millimetre(), 8 * millimetre()];
  add({ kind: "line", box: within([x - width / 2, y - height / 2, width, height]) });
  focusChosen();
}

export function setDrawing(on) {
  drawing = on;
  document.getElementById("draw").setAttribute("aria-pressed", on === "field");
  svg.classList.toggle("drawing", Boolean(on));
}

export const isDrawing = () => Boolean(drawing);

/** Draw another option of the chosen field next. */
export function drawOption() {
  document.activeElement?.blur(); // so that the editor shows it, once it is drawn
  setDrawing("option");
  scroll.scrollIntoView({ block: "nearest" });
}

/** Show the form larger or smaller, by a factor; what is in the middle stays there. */
export function enlarge(factor) {
  const middle = (scroll.scrollTop + scroll.clientHeight / 2) / scroll.scrollHeight;
  const across = (scroll.scrollLeft + scroll.clientWidth / 2) / scroll.scrollWidth;
  zoom = Math.min(Math.max(zoom * factor, 0.5), 6);
  document.getElementById("paper").style.width = `${100 * zoom}%`;
  scroll.scrollTop = middle * scroll.scrollHeight - scroll.clientHeight / 2;
  scroll.scrollLeft = across * scroll.scrollWidth - scroll.clientWidth / 2;
  draw();
}

listen(draw);
new ResizeObserver(draw).observe(svg);
