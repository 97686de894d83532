// What is read in the fields: on the scan itself, or on a filled sheet that is chosen.

import { draft, here, listen, show } from "./model.js";
import { request, showNote } from "./request.js";

const element = (id) => document.getElementById(id);
const DOUBTFUL = 0.9;
let readings = {}; // name of a field, or of a grid's cell -> {text, probability}
let sheet = null; // the file that is tried, in place of the scan
let asking = false;
let again = false;

/** Return what `field` reads as: text, and whether it is in doubt; null where nothing is known. */
export function readingOf(field) {
  const own = readings[field.name];
  if (own) return { text: own.text, doubtful: own.probability < DOUBTFUL, reason: own.reason ?? "" };
  const cells = Object.entries(readings).filter(([name]) => name.startsWith(`${field.name}.`));
  if (field.kind !== "grid" || !cells.length) return null;
  const rows = Map.groupBy?.(cells, ([name]) => name.split(".")[1]) ?? new Map([["", cells]]);
  const text = [...rows.values()]
    .map((row) => row.map(([, cell]) => cell.text || "·").join(" ")).join(" / ");
  return { text, doubtful: cells.some(([, cell]) => cell.probability < DOUBTFUL), reason: "" };
}

async function ask() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const note = element("trial-note");
  const shown = draft.page;
  if (here().length) showNote(note, "Reading ...");
  try {
    const path = sheet ? "api/trial" : `api/trial?page=${shown}`;
    const { sheets } = await (await request(path, { method: "POST", body: sheet })).json();
    readings = Object.assign({}, ...sheets.map((each) => each.fields));
    showNote(note, said(sheets));
  } catch (error) {
    readings = {};
    showNote(note, error.message, true);
  }
  asking = false;
  show();
  if (again) {
    again = false;
    ask();
  }
}

function said(sheets) {
  if (!here().length || !sheets.length) return "What is read stands beside each field.";
  if (!sheet) return "This is read on the scan itself.";
  const pages = sheets.map((each) => each.form_page).join(", ");
  return `This is read on ${sheet.name}, page ${pages} of the form.`;
}

function tryFile(file) {
  sheet = file;
  element("scan").hidden = file === null;
  ask();
}

element("sheet").addEventListener("change", (event) => {
  if (event.target.files.length) tryFile(event.target.files[0]);
  event.target.value = ""; // the same file may be chosen once more
});
element("scan").addEventListener("click", () => tryFile(null));
listen(ask, "taken");

/** Read another page of the scan. */
export function turnTo() {
  if (!sheet) ask();
}
