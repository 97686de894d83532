// The drawing pad: strokes of a finger, pen or mouse, read when the hand rests.

import { noteOf, read, showTextAndChoices } from "./api.js";
import { showNote } from "./request.js";

const element = (id) => document.getElementById(id);
const pad = element("pad");
const context = pad.getContext("2d");
const size = { width: 800, height: 500 }; // pixels that are sent
const rest = 350; // milliseconds
let strokes = [];
let current = null;
let timer = 0;
let asked = 0;

pad.width = size.width;
pad.height = size.height;

function draw() {
  context.fillStyle = "#fdfdf8";
  context.fillRect(0, 0, size.width, size.height);
  context.strokeStyle = context.fillStyle = "#1f2a44";
  context.lineWidth = 11;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    if (stroke.length === 1) {
      context.arc(...stroke[0], context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    // Through the middles of the points, so that corners of the sampling do not show.
    context.moveTo(...stroke[0]);
    for (let n = 1; n < stroke.length - 1; n += 1) {
      const [x, y] = stroke[n];
      const [next, below] = stroke[n + 1];
      context.quadraticCurveTo(x, y, (x + next) / 2, (y + below) / 2);
    }
    context.lineTo(...stroke.at(-1));
    context.stroke();
  }
  element("pad-hint").hidden = strokes.length > 0;
  element("undo").disabled = element("clear").disabled = strokes.length === 0;
}

function place(event) {
  const frame = pad.getBoundingClientRect();
  return [
    ((event.clientX - frame.left) * size.width) / frame.width,
    ((event.clientY - frame.top) * size.height) / frame.height,
  ];
}

function show(lines, message, isError = false) {
  showTextAndChoices(element("pad-text"), element("choices"), lines);
  if (!lines.length) element("pad-text").textContent = "\u00a0"; // as high as with text
  showNote(element("pad-note"), message, isError);
}

async function ask() {
  const number = ++asked;
  if (!strokes.length) {
    show([], "");
    return;
  }
  const blob = await new Promise((resolve) => pad.toBlob(resolve, "image/png"));
  try {
    const page = await read(blob);
    if (number !== asked) return; // more was written meanwhile
    show(page.lines, noteOf(page));
  } catch (error) {
    if (number === asked) show([], error.message, true);
  }
}

function later(delay = rest) {
  clearTimeout(timer);
  timer = setTimeout(ask, delay);
}

pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || current) return;
  event.preventDefault();
  pad.setPointerCapture(event.pointerId);
  current = { pointer: event.pointerId, points: [place(event)] };
  strokes.push(current.points);
  clearTimeout(timer);
  draw();
});

pad.addEventListener("pointermove", (event) => {
  if (current?.pointer !== event.pointerId) return;
  const sampled = event.getCoalescedEvents?.() ?? [];
  current.points.push(...(sampled.length ? sampled : [event]).map(place));
  draw();
});

for (const kind of ["pointerup", "pointercancel"]) {
  pad.addEventListener(kind, (event) => {
    if (current?.pointer !== event.pointerId) return;
    current = null;
    later();
  });
}

element("undo").addEventListener("click", () => {
  strokes.pop();
  draw();
  later(0);
});

element("clear").addEventListener("click", () => {
  strokes = [];
  draw();
  later(0);
});

document.addEventListener("settings", () => later(0));
draw();
