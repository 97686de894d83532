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
let checks = 0; // how many texts were checked, or are not to be any more
let wide = false;

// What is typed is checked once no key has been pressed for this long, in milliseconds.
const PAUSE = 120;

const field = () => fields[current];
const isSaid = (each) => each.answer !== null;
const isDone = (each) => isSaid(each) || each.settled !== null;
const shownText = () => field().answer ?? field().settled ?? field().read;
const named = ({ label, name }) => (label === name ? name : `${label} (${name})`);

/** Return the number of the next field that is left, after `start` and then before it; -1. */
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
  const said = fields.filter(isSaid).length;
  const settled = done - said;
  element("progress").textContent = `${said} of ${fields.length - settled} looked at`
    + (settled ? `, ${settled} settled by other answers` : "");
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
  const [least, most] = [0.3, 1].map((part) => part * parseFloat(getComputedStyle(stage).minHeight));
  picture.style.height = wide ? "" : `${Math.min(Math.max(whole, least), most)}px`;
}

async function showPicture() {
  const wanted = address(current);
  const note = element("no-picture");
  element("stage").classList.toggle("wide", wide);
  element("more").setAttribute("aria-pressed", wide);
  picture.hidden = true;
  note.hidden = false;
  note.textContent = "Loading the picture ...";
  try {
    const blob = await fetchPicture(wanted);
    if (wanted !== address(current)) return; // another field is shown by now
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(blob);
    picture.hidden = false;
    note.hidden = true;
    element("stage").scrollLeft = 0;
    await picture.decode();
    fitPicture();
  } catch (error) {
    if (wanted !== address(current)) return;
    picture.hidden = true;
    note.hidden = false;
    note.textContent = `No picture: ${error.message}`;
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

/** Mark an option, or take its mark away; where one may be marked, others lose theirs. */
function toggle(index) {
  const value = field().options[index];
  const takes = chosen.has(value) && (chosen.size === 1 || field().many);
  if (!field().many) chosen.clear();
  if (takes) chosen.delete(value);
  else chosen.add(value);
  showChosen();
}

function showChosen() {
  element("options").childNodes.forEach((button, n) => {
    button.setAttribute("aria-pressed", chosen.has(field().options[n]));
  });
  check();
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
    button.onclick = () => answer(text);
    if (text === shownText()) button.tabIndex = -1; // Enter takes it already: Tab goes to others
    return button;
  }));
}

/** Let an arrow go from one of the other readings to its neighbour; say whether it does. */
function moveAmongOthers(key) {
  const step = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[key];
  if (!step || document.activeElement.parentElement !== element("others")) return false;
  document.activeElement[step]?.focus();
  return true;
}

/** Show field `number`, and fetch the picture of the one after it. */
function show(number) {
  current = number;
  const { sheet, reason, fault, hint, numeric, options } = field();
  element("done").hidden = true;
  element("field").hidden = false;
  element("field").classList.toggle("said", isDone(field()));
  element("sheet").textContent = sheet;
  element("label").textContent = named(field());
  element("hint").textContent = isSaid(field()) ? "You said"
    : isDone(field()) ? "Settled by what you said of others" : hint ? `Read as (${hint})` : "Read as";
  element("reason").textContent = reason && `${isDone(field()) ? "Was in" : "In"} doubt: ${reason}`;
  input.value = shownText();
  input.inputMode = numeric ? "decimal" : "text";
  chosen = new Set(options && shownText() ? shownText().split(between) : []);
  wide = false;
  complain(fault && `In doubt: ${fault}`);
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
  showFaulty();
  element("look").hidden = fields.length === 0;
  element("take-back").hidden = fields.length === 0;
  (fields.length ? element("look") : element("done")).focus();
}

/** List the answers that fail a check, each to be gone to. */
function showFaulty() {
  const faulty = fields.filter(({ fault }) => fault);
  element("faulty").hidden = !faulty.length;
  element("faulty-list").replaceChildren(...faulty.map((each) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${each.sheet}, ${named(each)}: ${each.fault}`;
    button.onclick = () => show(each.number);
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

/** Say what is wrong, or nothing; `text`: what is taken when it is said once more. */
function complain(message, text = null) {
  checks += 1; // what is still being checked is no matter any more
  unlikely = text;
  element("accept").textContent = text === null ? "Accept" : "Keep all the same";
  element("error").textContent = message;
  element("error").hidden = !message;
  // It is that of the reading, which an answer, or what is typed, may have overtaken.
  element("reason").hidden = Boolean(message) || given() !== shownText();
  element("taken").hidden = true;
}

const given = () => (field().options ? [...chosen].join(between) : input.value);

/** Say at once what is wrong with what is given, or as what it is taken, once typing rests. */
async function check() {
  complain("");
  const mine = checks;
  await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  if (mine !== checks) return;
  try {
    const body = JSON.stringify({ field: current, text: given() });
    const told = await (await request("api/check", { method: "POST", body })).json();
    if (mine !== checks) return;
    complain(told.unlikely && `In doubt: ${told.unlikely}`);
    element("taken").textContent = `Taken as ${told.taken}`;
    element("taken").hidden = !told.taken;
  } catch (error) {
    if (mine === checks) complain(error.message);
  }
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

/** Send that the field has `text`, and go on to the next one that is left. */
function answer(text) {
  return alone(async () => {
    const sure = unlikely === text; // a check that fails is no matter any more
    const body = JSON.stringify({ field: current, text, sure });
    const said = await (await request("api/answer", { method: "POST", body })).json();
    if (said.unlikely) {
      complain(`In doubt: ${said.unlikely}. Accept once more to keep it all the same.`, text);
      return;
    }
    take(said);
    const following = nextOpen(current + 1);
    if (following < 0) showDone();
    else show(following);
  });
}

/** Take the fields that have changed; some may be new. */
function take({ fields: changed }) {
  changed.forEach((each) => { fields[each.number] = each; });
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
  if (event.key === "Enter" && event.repeat) event.preventDefault(); // a key that is held says nothing
  if (event.isComposing || event.defaultPrevented || !fields.length) return;
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
  } else if (moveAmongOthers(event.key)) {
    event.preventDefault();
  } else if (event.key === "Escape") {
    event.preventDefault();
    show(current);
  } else if (options && event.key === "Enter" && element("options").contains(document.activeElement)) {
    event.preventDefault();
    answer(given());
  } else if (options && /^[1-9]$/.test(event.key) && event.key <= options.length) {
    toggle(event.key - 1);
  } else if (options && (event.key === "Backspace" || event.key === "Delete")) {
    chosen.clear();
    showChosen();
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  answer(given());
});
input.addEventListener("input", check);
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
