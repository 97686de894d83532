// One character from the pad or a picture: its pixels go to the C reader, and what it is is shown.

const element = (id) => document.getElementById(id);
const OK = 0, BLANK = -3;

// The reader in WebAssembly. What `read` returns: {code, best, second, confidence, ...}.
const reader = (() => {
  const bytes = Uint8Array.from(atob(MODULE), (char) => char.charCodeAt(0));
  const ready = WebAssembly.instantiate(bytes).then(({ instance }) => instance.exports);
  const text = (c, index) => {
    const from = c.label(index);
    const label = new Uint8Array(c.memory.buffer, from, 4);
    const end = label.indexOf(0);
    return new TextDecoder().decode(label.slice(0, end < 0 ? 4 : end));
  };
  return {
    side: async () => (await ready).side(),
    read: async (pixels, width, height, grey) => {
      const c = await ready;
      new Uint8Array(c.memory.buffer, c.crop(), width * height).set(pixels);
      const code = c.read(width, height, grey ? 1 : 0);
      if (code !== OK) return { code };
      return {
        code,
        best: text(c, c.best()),
        second: text(c, c.second()),
        confidence: c.confidence(),
        secondConfidence: c.runner_up_confidence(),
        glyph: new Uint8Array(c.memory.buffer, c.glyph(), 784).slice(),
      };
    },
  };
})();
window.emnist = reader;

// Readings take their time: only what was asked for last is shown.
let newest = 0;

function showGlyph(pixels) {
  const context = element("glyph").getContext("2d");
  const image = context.createImageData(28, 28);
  for (let at = 0; at < 784; at += 1) {
    image.data.fill(pixels ? pixels[at] : 0, 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

function show(reading, silent) {
  const found = reading && reading.code === OK;
  const character = found && reading.best !== NOTHING;
  const percent = found ? (reading.confidence * 100) / 65536 : 0;
  element("best").textContent = character ? reading.best : "\u00a0";
  element("words").textContent = !found
    ? silent || (reading.code === BLANK ? "There is no ink." : "This cannot be read.")
    : character
      ? `${Math.floor(percent)} % sure`
      : "This is no character.";
  element("confidence").value = percent;
  element("runner-up").textContent = found
    ? `Second guess: ${reading.second === NOTHING ? "no character" : reading.second}, ${(
        (reading.secondConfidence * 100) /
        65536
      ).toFixed(0)} %`
    : "\u00a0";
  showGlyph(found ? reading.glyph : null);
}

function showFault(words) {
  show({ code: NaN }, words);
}

// The pad: ink is what is drawn, whatever the colour scheme.

const pad = element("pad");
const pen = { x: 140, y: 140, down: false, shown: false };
const ink = document.createElement("canvas");
ink.width = ink.height = pad.width;
const inkContext = ink.getContext("2d", { willReadFrequently: true });
inkContext.lineWidth = 16;
inkContext.lineCap = inkContext.lineJoin = "round";
inkContext.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--pen");

function paint() {
  const context = pad.getContext("2d");
  context.clearRect(0, 0, pad.width, pad.height);
  context.drawImage(ink, 0, 0);
  if (!pen.shown) return;
  context.strokeStyle = "#0b6e4b";
  context.fillStyle = "#0b6e4b";
  context.lineWidth = 2;
  context.beginPath();
  context.arc(pen.x, pen.y, 8, 0, 2 * Math.PI);
  context.stroke();
  if (pen.down) context.fill();
}

function line(x, y, again) {
  inkContext.beginPath();
  inkContext.moveTo(again ? x : pen.x, again ? y : pen.y);
  inkContext.lineTo(x, y + (again ? 0.01 : 0));
  inkContext.stroke();
  pen.x = x;
  pen.y = y;
  paint();
}

async function readPad() {
  const own = (newest += 1);
  const { data } = inkContext.getImageData(0, 0, ink.width, ink.height);
  const pixels = new Uint8Array(ink.width * ink.height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = data[4 * at + 3];
  const empty = !pixels.some((value) => value >= 128);
  const reading = await reader.read(pixels, ink.width, ink.height, false);
  if (own === newest) show(reading, empty && "Draw a character.");
}

function clearPad() {
  inkContext.clearRect(0, 0, ink.width, ink.height);
  pen.down = false;
  paint();
  return readPad();
}

function place(event) {
  const frame = pad.getBoundingClientRect();
  const scale = pad.width / frame.width;
  return [(event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale];
}

let pointer = null;
pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || pointer !== null) return;
  event.preventDefault();
  pointer = event.pointerId;
  pad.setPointerCapture(pointer);
  pen.shown = false;
  line(...place(event), true);
});
pad.addEventListener("pointermove", (event) => {
  if (event.pointerId !== pointer) return;
  const passed = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  for (const point of passed.length ? passed : [event]) line(...place(point), false);
});
for (const name of ["pointerup", "pointercancel"]) {
  pad.addEventListener(name, (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    readPad();
  });
}

const STEPS = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] };
const within = (at) => Math.min(Math.max(at, 8), pad.width - 8);
pad.addEventListener("keydown", (event) => {
  if (event.key in STEPS) {
    const [right, down] = STEPS[event.key];
    const [x, y] = [within(pen.x + right), within(pen.y + down)];
    if (pen.down) line(x, y, false);
    Object.assign(pen, { x, y, shown: true });
    if (pen.down) readPad();
  } else if (event.key === " ") {
    pen.down = !pen.down;
    pen.shown = true;
    if (pen.down) {
      line(pen.x, pen.y, true);
      readPad();
    }
  } else if (event.key === "Escape") {
    clearPad();
  } else {
    return;
  }
  event.preventDefault();
  paint();
});
pad.addEventListener("blur", () => {
  pen.shown = pen.down = false;
  paint();
});
element("clear").addEventListener("click", clearPad);

// Pictures: dark on light or light on dark; a large one is scaled down.

async function readPicture(file) {
  const own = (newest += 1);
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    if (own === newest) showFault("The browser cannot open this as a picture.");
    return;
  }
  const scale = Math.min(1, (await reader.side()) / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  if (own !== newest) return;
  const picture = element("picture");
  picture.width = width;
  picture.height = height;
  picture.setAttribute("aria-label", `Picture ${file.name || ""}`);
  const context = picture.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // what is transparent is paper
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) {
    const [red, green, blue] = data.subarray(4 * at, 4 * at + 3);
    pixels[at] = (299 * red + 587 * green + 114 * blue + 500) / 1000;
  }
  const reading = await reader.read(pixels, width, height, true);
  if (own !== newest) return;
  show(reading, reading.code === BLANK && "No writing was found: empty, or of too little contrast.");
}

const drop = element("drop");
element("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) readPicture(file);
  event.target.value = "";
});
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) drop.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (file) readPicture(file);
  else showFault("This is no file: drop a picture.");
});
document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) readPicture(file);
});
showGlyph(null);
