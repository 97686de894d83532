// The live picture: asks for the next frame when it is done with one.

import { certainty, charactersOf, drawBoxes, drawPicture, showText } from "./api.js";
import { request } from "./request.js";

const element = (id) => document.getElementById(id);
const view = element("view");
const retry = 1000; // milliseconds
// Steps of the reading, as people call them.
const steps = { segment: "find", glyph: "cut out", track: "follow" };
let newest = 0; // number of the last settled text that is listed

function state(name, words) {
  element("state").dataset.state = name;
  element("state").textContent = words;
}

async function parse(response) {
  const content = await response.arrayBuffer();
  const length = new DataView(content).getUint32(0);
  const moment = JSON.parse(new TextDecoder().decode(new Uint8Array(content, 4, length)));
  const jpeg = new Blob([new Uint8Array(content, 4 + length)], { type: "image/jpeg" });
  return [moment, await createImageBitmap(jpeg)];
}

function showStages(timing) {
  const total = Object.values(timing).reduce((sum, ms) => sum + ms, 0) || 1;
  const bar = element("bar");
  const list = element("stages");
  if (bar.childElementCount !== Object.keys(timing).length) {
    bar.replaceChildren();
    list.replaceChildren();
    for (const name of Object.keys(timing)) {
      const part = document.createElement("span");
      const item = document.createElement("li");
      part.className = item.className = name;
      bar.append(part);
      list.append(item);
    }
  }
  Object.entries(timing).forEach(([name, ms], index) => {
    bar.children[index].style.width = `${(100 * ms) / total}%`;
    list.children[index].textContent = `${steps[name] ?? name} ${ms.toFixed(1)} ms`;
  });
}

function showSettled(settled) {
  if (settled.length && settled.at(-1).number < newest) newest = 0; // the server began anew
  for (const { number, text, at } of settled) {
    if (number <= newest) continue;
    newest = number;
    const item = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = new Date(1000 * at).toISOString();
    time.textContent = new Date(1000 * at).toLocaleTimeString();
    item.append(text, time);
    element("settled").prepend(item);
  }
  while (element("settled").childElementCount > 50) element("settled").lastChild.remove();
}

/** Draw a frame around a sheet that is read, or is refused. */
function drawSheet({ corners, done }, scale) {
  if (!corners) return;
  const context = view.getContext("2d");
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x * scale, y * scale);
  context.closePath();
  context.lineWidth = Math.max(6, view.width / 120);
  context.lineJoin = "round";
  context.strokeStyle = done ? "#12b35c" : "#f0a000";
  context.stroke();
}

function show(moment, image) {
  const [width, height] = moment.size;
  view.hidden = false;
  const scale = drawPicture(view, image, width, height);
  image.close();
  drawBoxes(view.getContext("2d"), moment.lines, scale);
  if (moment.sheet) drawSheet(moment.sheet, scale);
  element("no-picture").hidden = true;
  showText(element("text"), moment.lines);
  if (!moment.lines.length) element("text").textContent = moment.sheet?.note ?? "\u00a0";
  const sure = moment.lines.flatMap(charactersOf).map(certainty);
  const mean = sure.reduce((sum, each) => sum + each, 0) / sure.length;
  element("confidence").textContent = sure.length ? `${(100 * mean).toFixed(1)} %` : "–";
  element("rate").textContent = moment.rate.toFixed(1);
  element("latency").textContent = `${moment.latency_ms.toFixed(0)} ms`;
  element("dropped").textContent = moment.dropped;
  showStages(moment.timing_ms);
  showSettled(moment.settled);
  state("live", "live");
}

const visible = () =>
  document.hidden
    ? new Promise((resolve) =>
        document.addEventListener("visibilitychange", resolve, { once: true }),
      )
    : undefined;

let after = -1;
for (;;) {
  await visible(); // a page that nobody looks at costs the device nothing
  try {
    const response = await request(`api/frame?after=${after}`);
    if (response.status === 204) {
      state("waiting", document.body.dataset.camera === "none" ? "no camera" : "no frames");
      continue;
    }
    const [moment, image] = await parse(response);
    after = moment.frame;
    show(moment, image);
  } catch (error) {
    state("lost", error.message);
    await new Promise((resolve) => setTimeout(resolve, retry));
  }
}
