// The chosen field's name, kind, and what is written in it; and the list of all fields.

import { change, choose, chosen, draft, faultOf, here, listen, page } from "./model.js";
import * as options from "./options.js";
import { drawOption, moved, placeOption } from "./sheet.js";
import { readingOf } from "./trial.js";

const element = (id) => document.getElementById(id);
const editor = element("editor");

const KINDS = {
  digits: "digits", upper: "capitals", letters: "letters", alnum: "letters and digits",
  number: "a number", date: "a date", pattern: "a pattern", lexicon: "one of some words",
  line: "free text", check: "a box to tick", choice: "boxes to choose from", grid: "a table",
};
const METHODS = ["", "luhn", "isbn", "ean", "mod11", "mod97", "iban"];
const IN_CELLS = ["digits", "upper", "letters", "alnum", "number", "line"];

function make(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Change the chosen field by `put`; what is typed in one go is one change. */
const edit = (key, put) => change(() => put(chosen()), `edit-${draft.page}-${draft.chosen}-${key}`);

/** Set a key of the chosen field, or take it away where there is nothing. */
const set = (key, value) =>
  edit(key, (field) => {
    if (value === "" || value === null || value === false) delete field[key];
    else field[key] = value;
  });

function control(words, key, input, kind = "") {
  input.dataset.key = key;
  const parts = kind.includes("tick") ? [input, words] : [words, input];
  return make("label", { className: kind }, ...parts);
}

function text(words, key, value, put, more = {}, kind = "") {
  const input = make("input", { type: "text", value, spellcheck: false, autocapitalize: "off", ...more });
  input.addEventListener("input", () => put(input.value));
  return control(words, key, input, kind);
}

const figure = (words, key, value, put, kind = "half", more = {}) =>
  text(words, key, value, (typed) => put(typed === "" ? "" : Number(typed)), { type: "number", ...more }, kind);

function select(words, key, value, options, put, kind = "") {
  const input = make("select", {}, ...Object.entries(options).map(([name, shown]) =>
    make("option", { value: name, selected: name === String(value) }, shown)));
  input.addEventListener("change", () => put(input.value));
  return control(words, key, input, kind);
}

function tick(words, key) {
  const input = make("input", { type: "checkbox", checked: Boolean(chosen()[key]) });
  input.addEventListener("change", () => set(key, input.checked));
  return control(words, key, input, "tick half");
}

function lines(words, key, value, put) {
  const input = make("textarea", { rows: 4, value: value.join("\n"), spellcheck: false });
  input.addEventListener("input", () => put(input.value.split("\n").map((line) => line.trim()).filter(Boolean)));
  return control(words, key, input);
}

/** Return two ends that are typed as "0 to 20", numbers also as "0-20"; "" for nothing. */
function ends(typed, convert) {
  const between = convert === number ? /\s+to\s+|(?<=[0-9])\s*[-–]\s*(?=[0-9])/ : /\s+to\s+/;
  return typed.trim() ? typed.trim().split(between).map(convert) : "";
}

const number = (part) => (part.trim() === "" || Number.isNaN(Number(part)) ? part : Number(part));
const joined = (value) => (Array.isArray(value) ? value.join(" to ") : value ?? "");

const countOf = ({ cells }) => (Array.isArray(cells) ? cells.length : cells?.count ?? cells ?? "");

function setCells(count, gap) {
  edit("cells", (field) => {
    if (count === "") delete field.cells;
    else field.cells = gap ? { count, gap } : count;
  });
}

/** Return names that are typed between commas, or how many there are. */
function entries(typed) {
  const trimmed = typed.trim();
  if (/^[0-9]+$/.test(trimmed)) return Number(trimmed);
  return trimmed ? trimmed.split(",").map((name) => name.trim()).filter(Boolean) : "";
}

const entriesOf = (value) => (Array.isArray(value) ? value.join(", ") : value ?? "");

/** Return the controls of options, which were `old` when whoever types began. */
function choice(field) {
  const old = field.options ?? [];
  const names = Array.isArray(old) ? old : Object.keys(old);
  const button = make("button", { type: "button" }, "Draw a box");
  // By a key, which has no detail, there is nothing to draw with.
  button.addEventListener("click", ({ detail }) => (detail ? drawOption() : placeOption()));
  return [
    lines("What each stands for, one a line", "options", names, (typed) =>
      edit("options", (own) => { own.options = options.renamed(old, typed); })),
    make("p", { className: "hint", id: "boxes" }, options.countOf(field)),
    button,
  ];
}

/** Let the chosen `field` stand for `others` as well. */
function replace(field, others) {
  draft.fields[draft.page] = here().filter((own) => !others.includes(own));
  draft.chosen = here().indexOf(field);
}

/** Make the chosen field one of another kind: what it has in common with that stays. */
function setKind(kind) {
  change(() => {
    const field = chosen();
    for (const key of Object.keys(field)) {
      if (key !== "name" && !draft.kinds[kind].includes(key)) delete field[key];
    }
    field.kind = kind;
    if (kind === "date") field.format ??= "DD.MM.YYYY";
    if (kind === "pattern") field.pattern ??= "AA-999";
    if (kind === "lexicon" && !field.lexicon) field.words ??= ["yes", "no"];
    if (kind === "choice") {
      const found = options.optionsIn(field.box, field);
      const many = Object.keys(found.options).length > 1;
      field.options ??= many ? found.options : ["A", "B"];
      if (field.options === found.options) replace(field, found.fields);
    }
    if (kind === "grid") {
      field.rows ??= 2;
      field.columns ??= 2;
      field.cell ??= { kind: "digits" };
    }
  });
  editor.querySelector("[data-key=kind]")?.focus();
}

/** Return the controls of what a field of its kind has. */
function own(field) {
  const has = new Set(draft.kinds[field.kind]);
  const found = [];
  if (has.has("format")) found.push(text("Written as", "format", field.format ?? "", (typed) => set("format", typed), { placeholder: "DD.MM.YYYY" }));
  if (has.has("pattern")) found.push(text("Pattern", "pattern", field.pattern ?? "", (typed) => edit("pattern", (own) => { own.pattern = typed; }), { placeholder: "AA-999, or [A-F]" }));
  if (has.has("words") && !field.lexicon) found.push(lines("Words, one a line", "words", field.words ?? [], (words) => edit("words", (own) => { own.words = words; })));
  if (has.has("charset")) found.push(text("Characters", "charset", field.charset ?? "", (typed) => set("charset", typed), { placeholder: "all" }));
  if (has.has("cells")) {
    const gap = field.cells?.gap ?? "";
    found.push(figure("Cells", "cells", countOf(field), (count) => setCells(count, gap), "half", { min: 1, max: 100, placeholder: "none" }));
    found.push(figure("Gap", "gap", gap, (wide) => setCells(countOf(field), wide), "half", { min: 0, step: "any", placeholder: "0" }));
  }
  if (has.has("length")) found.push(text("Length", "length", joined(field.length), (typed) => { const both = ends(typed, number); set("length", both.length === 1 ? both[0] : both); }, { placeholder: "any, 7, 5 to 8" }, "half"));
  if (has.has("range")) found.push(text("Range", "range", joined(field.range), (typed) => set("range", ends(typed, field.kind === "date" ? String : number)), { placeholder: field.kind === "date" ? "2026-01-01 to 2026-12-31" : "any, 0 to 20" }, field.kind === "date" ? "" : "half"));
  if (has.has("decimals")) found.push(figure("Decimals", "decimals", field.decimals ?? "", (count) => set("decimals", count), "half", { min: 0, max: 6, placeholder: "0" }));
  if (has.has("check_digit")) found.push(select("Check digit", "check_digit", field.check_digit ?? "", Object.fromEntries(METHODS.map((name) => [name, name || "none"])), (name) => set("check_digit", name), "half"));
  if (has.has("rows")) {
    found.push(text("Rows", "rows", entriesOf(field.rows), (typed) => set("rows", entries(typed)), { placeholder: "5, or Q1, Q2" }, "half"));
    found.push(text("Columns", "columns", entriesOf(field.columns), (typed) => set("columns", entries(typed)), { placeholder: "3, or a, b, c" }, "half"));
    const kinds = [...new Set([field.cell?.kind ?? "digits", ...IN_CELLS])];
    found.push(select("In each cell", "cell", field.cell?.kind, Object.fromEntries(kinds.map((name) => [name, KINDS[name]])), (kind) => edit("cell", (own) => { own.cell = { kind }; })));
  }
  if (has.has("options")) found.push(...choice(field));
  if (has.has("value")) found.push(text("Stands for", "value", field.value ?? "", (typed) => set("value", typed), { placeholder: "yes" }));
  if (has.has("shape")) found.push(select("To mark", "shape", field.shape ?? "box", { box: "boxes", bubble: "bubbles" }, (shape) => set("shape", shape === "box" ? "" : shape), "half"));
  if (has.has("direction") && Array.isArray(field.options)) found.push(select("They lie", "direction", field.direction ?? "across", { across: "across", down: "down" }, (way) => set("direction", way === "across" ? "" : way), "half"));
  if (has.has("many")) found.push(tick("several may be marked", "many"));
  if (has.has("required")) found.push(tick("must be filled in", "required"));
  return found;
}

function places(field) {
  const units = page().unit;
  const inputs = ["x", "y", "width", "height"].map((name, n) =>
    figure(name, `box-${n}`, field.box[n], (value) => {
      if (value === "") return;
      const box = [...chosen().box];
      box[n] = value;
      edit("box", (own) => moved(own, box));
    }, "", { min: 0, step: units === "mm" ? 0.1 : 1 }));
  return make("fieldset", { className: "place" }, make("legend", {}, `Place, in ${units}`), ...inputs);
}

/** Show what is in a control, unless it is being typed in. */
function fill(field) {
  const typed = document.activeElement;
  field.box.forEach((value, n) => {
    const input = editor.querySelector(`[data-key=box-${n}]`);
    if (input && input !== typed) input.value = value;
  });
  const boxes = document.getElementById("boxes");
  if (boxes) boxes.textContent = options.countOf(field);
}

/** Put the keyboard on what the option of this number stands for. */
export function focusOption(number) {
  const input = editor.querySelector("[data-key=options]");
  const before = input.value.split("\n").slice(0, number).join("\n").length + (number ? 1 : 0);
  input.focus();
  input.setSelectionRange(before, before + input.value.split("\n")[number].length);
}

let shown = "";

function drawEditor() {
  const field = chosen();
  editor.hidden = element("actions").hidden = !field;
  element("none").hidden = Boolean(field);
  const fault = field ? faultOf(draft.chosen) : "";
  element("fault").hidden = !fault;
  element("fault").textContent = fault;
  if (!field) {
    shown = "";
    return;
  }
  // Made anew only where other controls are wanted: whoever types keeps the place.
  const inside = editor.contains(document.activeElement);
  const wanted = `${draft.page}-${draft.chosen}-${field.kind}${inside ? "" : `-${JSON.stringify(field)}`}`;
  if (shown.startsWith(`${draft.page}-${draft.chosen}-${field.kind}`) && (inside || shown === wanted)) {
    fill(field);
    return;
  }
  // The list of kinds stays while one is chosen there: of letters that are typed, it knows those before.
  const sameField = inside && shown.startsWith(`${draft.page}-${draft.chosen}-`);
  shown = wanted;
  const names = Object.fromEntries(Object.keys(draft.kinds).map((kind) => [kind, KINDS[kind] ?? kind]));
  if (!sameField) {
    editor.replaceChildren(
      text("Name", "name", field.name, (typed) => edit("name", (own) => { own.name = typed; }), { maxLength: 40, required: true }),
      select("Kind", "kind", field.kind, names, setKind),
    );
  }
  [...editor.children].slice(2).forEach((each) => each.remove());
  editor.append(...own(field), places(field));
}

/** Return an empty row of the list; what is in it comes and goes under the pointer. */
function makeRow() {
  const parts = ["name", "kind", "wrong", "read"].map((className) => make("span", { className }));
  const button = make("button", { type: "button" }, ...parts);
  const item = make("li", {}, button);
  button.addEventListener("click", () => choose([...item.parentElement.children].indexOf(item)));
  return item;
}

function fillRow(item, field, index) {
  const button = item.firstElementChild;
  const [name, kind, wrong, read] = button.children;
  const fault = faultOf(index);
  const reading = fault ? null : readingOf(field);
  button.ariaPressed = index === draft.chosen;
  name.textContent = field.name;
  kind.textContent = KINDS[field.kind] ?? field.kind;
  wrong.textContent = fault;
  wrong.hidden = !fault;
  read.hidden = !reading;
  read.textContent = reading ? reading.text || "(blank)" : "";
  read.title = reading?.reason ?? "";
  read.classList.toggle("doubtful", Boolean(reading?.doubtful));
}

function drawList() {
  const list = element("list");
  const fields = here() ?? [];
  while (list.childElementCount < fields.length) list.append(makeRow());
  while (list.childElementCount > fields.length) list.lastElementChild.remove();
  fields.forEach((field, index) => fillRow(list.children[index], field, index));
  element("empty").hidden = fields.length > 0;
}

/** Put the keyboard on the name of the chosen field. */
export function focusName() {
  const input = editor.querySelector("[data-key=name]");
  input?.focus({ preventScroll: true });
  input?.select();
}

listen(() => {
  drawEditor();
  drawList();
});
