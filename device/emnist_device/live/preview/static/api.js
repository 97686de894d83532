// The server's answers, and pictures with boxes on a canvas.

import { request } from "./request.js";

/** Send a picture, a Blob, to be read: resolves to the page. */
export async function read(blob) {
  return (await request("api/read", { method: "POST", body: blob })).json();
}

/** Return the characters of a line, from left to right. */
export const charactersOf = (line) => line.words.flatMap((word) => word.characters);

/** Return how probable what a character was read as is, though it may be too doubtful to show. */
export const certainty = (each) => (each.unsure ? each.alternatives[0] : each).confidence;

const hue = (confidence) => 145 * Math.min(1, Math.max(0, (confidence - 0.4) / 0.6));

/** Draw the boxes of lines onto a 2d context whose picture is `scale` times as large as theirs. */
export function drawBoxes(context, lines, scale) {
  for (const line of lines) {
    for (const character of charactersOf(line)) {
      const { char, box } = character;
      const [x, y, width, height] = box.map((side) => side * scale);
      const colour = `hsl(${hue(certainty(character))} 85% 32%)`;
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.beginPath();
      context.roundRect(x - 2, y - 2, width + 4, height + 4, 4);
      context.stroke();
      const size = Math.min(22, Math.max(11, 0.36 * height));
      context.font = `600 ${size}px ui-monospace, "DejaVu Sans Mono", monospace`;
      context.textBaseline = "bottom";
      const room = context.measureText(char).width + 8;
      const top = y - 4 >= size + 4 ? y - 4 : y + height + size + 6;
      context.fillStyle = colour;
      context.beginPath();
      context.roundRect(x - 2, top - size - 3, room, size + 4, 4);
      context.fill();
      context.fillStyle = "#fff";
      context.fillText(char, x + 2, top);
    }
  }
}

/** Draw `image` as large as `canvas` is shown, at the screen's resolution; returns the scale. */
export function drawPicture(canvas, image, width, height) {
  const shown = canvas.clientWidth || canvas.parentElement.clientWidth || width;
  const wanted = Math.min(Math.max(width, shown * window.devicePixelRatio), 2000);
  const scale = wanted / width;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return scale;
}

/** What to say of a page beside its text; nothing where all is well. */
export function noteOf(page) {
  if (!page.lines.length) return "Nothing to read was found.";
  if (page.lines.some((line) => line.matched === false)) {
    return "Some of it fits neither pattern nor words, and was read without them.";
  }
  return "";
}

/** Show what a character may be, the most probable first. */
function showChoices(list, letter) {
  list.replaceChildren();
  for (const { char, confidence } of [letter, ...letter.alternatives.slice(0, 4)]) {
    if (confidence < 0.005) continue;
    const item = document.createElement("li");
    const choice = document.createElement("b");
    choice.textContent = char;
    item.append(choice, `${(100 * confidence).toFixed(0)} %`);
    list.append(item);
  }
}

/** Show lines as text whose characters can be chosen: `list` shows what the chosen one may be. */
export function showTextAndChoices(output, list, lines) {
  showText(output, lines);
  list.replaceChildren();
  const letters = lines.flatMap(charactersOf);
  if (!letters.length) return;
  const spans = [...output.querySelectorAll(".letter")];
  const choose = (index) => {
    spans.forEach((span, each) => span.setAttribute("aria-pressed", each === index));
    showChoices(list, letters[index]);
  };
  spans.forEach((span, index) => {
    span.tabIndex = 0;
    span.setAttribute("role", "button");
    span.addEventListener("click", () => choose(index));
    span.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(index);
    });
  });
  const sure = letters.map(certainty);
  choose(sure.indexOf(Math.min(...sure)));
}

/** Show lines as text, with marks on unsure characters; `settled` marks lines that hold still. */
export function showText(output, lines) {
  output.replaceChildren();
  for (const line of lines) {
    const row = document.createElement("span");
    if (line.settled) row.className = "settled-line";
    line.words.forEach((word, number) => {
      if (number) row.append(" ");
      for (const { char, confidence, before = "" } of word.characters) {
        const span = document.createElement("span");
        span.textContent = char;
        span.className = confidence < 0.6 ? "letter unsure" : "letter";
        row.append(before, span);
      }
      row.append(word.after ?? "");
    });
    if (output.childElementCount) output.append("\n");
    output.append(row);
  }
}
