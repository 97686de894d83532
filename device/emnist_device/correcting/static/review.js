// Doubtful fields, one at a time: picture beside reading, an answer at a key or a touch.

import { request } from "./request.js";

const element = (id) => document.getElementById(id);
const form = element("form");
const input = element("text");
const picture = element("picture");

let fields = [];
let between = ";";
let current = 0;
let chosen = new Set(); // options that are marked, of a field that has some
let unlikely = null; // a text that fails a check: said once more, it is taken
let wide = false;

const field = () => fields[current];
const isDone = (each) => each.answer !== null;
const shownText = () => field().answer ?? field().read;

/** Return the number of the next field without an answer, after `start` and then before it; -1. */
function nextOpen(start) {
  const order = [...fields.slice(start), ...fields.slice(0, start)];
  return order.find((each) => !isDone(each))?.number ?? -1;
}

function percent(share) {
  if (share < 0.005) return "< 1 %";
  return share >= 0.995 ? "> 99 %" : `${Math.round(100 * share)} %`;
}

function showProgress() {
  const done = fields.filter(isDone).length;
  element("progress").textContent = `${done} of ${fields.length} looked at`;
  element("bar").style.width = `${fields.length ? (100 * done) / fields.length : 100}%`;
  document.title = `${done}/${fields.length} doubtful fields`;
}

function fail(error) {
  element("lost").textContent = error.message;
  element("lost").hidden = !error.message;
}

const address = (number) => `api/picture?field=${number}${wide ? "&wide" : ""}`;
const pictures = new Map(); // those asked for last, by their addresses

/** Fetch a picture, or take it from those that were fetched ahead: resolves to a Blob. */
function fetchPicture(wanted) {
  const found = pictures.get(wanted) ?? request(wanted).then((response) => response.blob());
  found.catch(() => pictures.delete(wanted)); // it is asked for again
  pictures.delete(wanted);
  pictures.set(wanted, found);
  if (pictures.size > 4) pictures.delete(pictures.keys().next().value);
  return found;
}

/** Let all of the field be seen, unless it would be too low to read; then it can be scrolled. */
function fitPicture() {
  const stage = element("stage");
  const whole = (stage.clientWidth * picture.naturalHeight) / picture.naturalWidth;
  const [least, most] = [0.55, 1].map((part) => part * parseFloat(getComputedStyle(stage).minHeight));
  picture.style.height = wide ? "" : `${Math.min(Math.max(whole, least), most)}px`;
}

async function showPicture() {
  const wanted = address(current);
  const note = element("no-picture");
  element("stage").classList.toggle("wide", wide);
  element("more").setAttribute("aria-pressed", wide);
  picture.hidden = note.hidden = true;
  try {
    const blob = await fetchPicture(wanted);
    if (wanted !== address(current)) return; // another field is shown by now
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    picture.hidden = false;
    element("stage").scrollLeft = 0;
    await picture.decode();
    fitPicture();
  } catch (error) {
    if (wanted !== address(current)) return;
    note.textContent = `No picture: ${error.message}`;
    note.hidden = false;
  }
  picture.dataset.field = current;
}

function showOptions() {
  const { options = [] } = field();
  element("options").hidden = !options.length;
  input.parentElement.hidden = options.length > 0;
  element("options").replaceChildren(...options.map((value, index) => {
    const button = document.createElement("button");
    button.type = "button";
    if (index < 9) button.append(Object.assign(document.createElement("kbd"), { textContent: index + 1 }));
    button.append(value);
    button.setAttribute("aria-pressed", chosen.has(value));
    button.onclick = () => toggle(index);
    return button;
  }));
}

function toggle(index) {
  const value = field().options[index];
  const was = chosen.has(value);
  if (!field().many) chosen.clear();
  if (was) chosen.delete(value);
  else chosen.add(value);
  complain("");
  element("options").childNodes.forEach((button, n) => {
    button.setAttribute("aria-pressed", chosen.has(field().options[n]));
  });
}

function showOthers() {
  element("others").hidden = Boolean(field().options);
  const texts = [[field().read, field().probability], ...field().others];
  const seen = new Set();
  const others = texts.filter(([text]) => !seen.has(text) && seen.add(text));
  if (!seen.has("")) others.push(["", null]);
  element("others").replaceChildren(...others.map(([text, chance]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(text || "blank");
    if (chance !== null) {
      button.append(Object.assign(document.createElement("small"), { textContent: percent(chance) }));
    }
    button.onclick = () => answer(text, true);
    return button;
  }));
}

/** Show field `number`, and fetch the picture of the one after it. */
function show(number) {
  current = number;
  const { sheet, label, name, reason, hint, numeric, options } = field();
  element("done").hidden = true;
  element("field").hidden = false;
  element("field").classList.toggle("said", isDone(field()));
  element("sheet").textContent = sheet;
  element("label").textContent = label === name ? name : `${label} (${name})`;
  element("hint").textContent = isDone(field()) ? "You said" : hint ? `Read as (${hint})` : "Read as";
  element("reason").textContent = reason ? `In doubt: ${reason}` : "";
  input.value = shownText();
  input.inputMode = numeric ? "decimal" : "text";
  chosen = new Set(options && shownText() ? shownText().split(between) : []);
  wide = false;
  complain("");
  showOptions();
  showOthers();
  showProgress();
  showPicture().then(() => {
    const ahead = nextOpen(current + 1);
    if (ahead >= 0 && ahead !== current) fetchPicture(address(ahead)).catch(() => {});
  });
  if (options) element("options").firstChild.focus({ preventScroll: true });
  else focusText();
}

/** A phone would cover the half of its screen with a keyboard: there, it comes by a touch. */
function focusText() {
  if (matchMedia("(pointer: coarse)").matches) return;
  input.focus({ preventScroll: true });
  input.select(); // what is typed next takes its place
}

function showDone() {
  showProgress();
  element("field").hidden = true;
  element("done").hidden = false;
  element("look").hidden = fields.length === 0;
  element("take-back").hidden = fields.length === 0;
  (fields.length ? element("look") : element("done")).focus();
}

function complain(message, text = null) {
  unlikely = text;
  element("error").textContent = message;
  element("error").hidden = !message;
}

/** Do one thing at a time: a second Enter must not accept a field that nobody has seen yet. */
async function alone(act) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = true;
  try {
    await act();
    fail({ message: "" });
  } catch (error) {
    fail({ message: `${error.message}: what you said last is not kept` });
  } finally {
    form.ariaBusy = false;
  }
}

/** Send that the field has `text`, and go on to the next; `sure`: a check that fails is no matter. */
function answer(text, sure) {
  return alone(async () => {
    const body = JSON.stringify({ field: current, text, sure });
    const said = await (await request("api/answer", { method: "POST", body })).json();
    if (said.unlikely) {
      complain(`In doubt: ${said.unlikely}. Accept once more to take it all the same.`, text);
      return;
    }
    take(said);
    const following = nextOpen(current + 1);
    if (following < 0) showDone();
    else show(following);
  });
}

function take({ number, answer: said }) {
  fields[number].answer = said;
}

function accept() {
  const text = field().options ? [...chosen].join(between) : input.value;
  return answer(text, unlikely === text);
}

function undo() {
  return alone(async () => {
    const changed = await (await request("api/undo", { method: "POST" })).json();
    if (!changed) return;
    take(changed);
    show(changed.number);
  });
}

const move = (step) => show((current + step + fields.length) % fields.length);

document.addEventListener("keydown", (event) => {
  if (event.isComposing || !fields.length) return;
  const undoes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  const isTyped = input.value !== shownText() && !input.parentElement.hidden;
  if (undoes && !(document.activeElement === input && isTyped)) {
    event.preventDefault();
    undo();
    return;
  }
  if (element("field").hidden || event.ctrlKey || event.altKey || event.metaKey) return;
  const { options } = field();
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    move(event.key === "ArrowUp" ? -1 : 1);
  } else if (options && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
    event.preventDefault();
    move(event.key === "ArrowLeft" ? -1 : 1);
  } else if (event.key === "Escape") {
    event.preventDefault();
    show(current);
  } else if (options && event.key === "Enter" && element("options").contains(document.activeElement)) {
    event.preventDefault();
    accept();
  } else if (options && /^[1-9]$/.test(event.key) && event.key <= options.length) {
    toggle(event.key - 1);
  } else if (options && (event.key === "Backspace" || event.key === "Delete")) {
    [...chosen].forEach((value) => toggle(options.indexOf(value)));
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  accept();
});
input.addEventListener("input", () => complain(""));
element("previous").onclick = () => move(-1);
element("next").onclick = () => move(1);
element("undo").onclick = element("take-back").onclick = undo;
window.addEventListener("resize", fitPicture);
element("look").onclick = () => show(0);
element("more").onclick = () => {
  wide = !wide;
  showPicture();
  if (!field().options) focusText();
};

try {
  const told = await (await request("api/fields")).json();
  ({ fields, between } = told);
  const first = nextOpen(0);
  if (first < 0) showDone();
  else show(first);
} catch (error) {
  fail(error);
}
