// A picture of the user's: made no larger than it need be, read, and shown with boxes.

import { drawBoxes, drawPicture, noteOf, read, showTextAndChoices } from "./api.js";
import { showNote } from "./request.js";

const element = (id) => document.getElementById(id);
const drop = element("drop");
const longSide = 2400; // pixels; the reader works on fewer

/** Return the picture as the browser shows it, upright and not too large, as an image and a Blob. */
async function prepare(file) {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, longSide / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // paper behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
  return [canvas, blob];
}

async function show(file) {
  const shown = element("shown");
  const say = (lines, message, isError = false) => {
    showTextAndChoices(element("picture-text"), element("picture-choices"), lines);
    showNote(element("picture-note"), message, isError);
  };
  say([], "Reading…");
  try {
    let canvas, blob;
    try {
      [canvas, blob] = await prepare(file);
    } catch {
      await read(file); // the server says what is wrong with it
      throw new Error("this browser cannot show the picture");
    }
    const page = await read(blob);
    shown.hidden = false;
    const scale = drawPicture(shown, canvas, canvas.width, canvas.height);
    drawBoxes(shown.getContext("2d"), page.lines, scale);
    const rest = page.pages > 1 ? `The first of ${page.pages} pages. ` : "";
    say(page.lines, rest + noteOf(page));
  } catch (error) {
    shown.hidden = true;
    say([], error.message, true);
  }
}

element("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) show(file);
  event.target.value = ""; // the same file may be chosen again
});

for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
  });
}

drop.addEventListener("drop", (event) => {
  const [file] = event.dataTransfer.files;
  if (file) show(file);
});
