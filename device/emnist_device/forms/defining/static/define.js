// The page: its buttons and keys, and what it says of the draft.

import { focusName, focusOption } from "./editor.js";
import { add, canUndo, change, choose, chosen, draft, here, listen, load, page, remove, rounded, save, show, undo } from "./model.js";
import { showNote } from "./request.js";
import { addInSight, enlarge, focusNext, free, isDrawing, setDrawing } from "./sheet.js";
import { turnTo } from "./trial.js";

const element = (id) => document.getElementById(id);
const touches = window.matchMedia("(pointer: coarse)").matches;
let pictured = -1;

if (touches) {
  element("how").textContent = "Tap a dashed box to make it a field, or press Draw and drag over one.";
}

function state() {
  if (draft.problem) return "not saved";
  if (!draft.sent) return "sending";
  return draft.saved ? "saved" : "not saved yet";
}

function draw() {
  if (!draft.pages.length) return;
  element("file").textContent = draft.file;
  element("state").textContent = draft.saved && !here().length ? "" : state();
  const general = draft.faults.find((fault) => fault.page === null && draft.fields.flat().length);
  showNote(element("problem"), draft.problem || (general?.message ?? ""), true);
  element("undo").disabled = !canUndo();
  element("save").disabled = draft.saved;
  element("all").hidden = free().length === 0;
  element("all").textContent = `Take all ${free().length} found`;
  element("pages").hidden = draft.pages.length < 2;
  element("page").textContent = `${draft.page + 1} of ${draft.pages.length}`;
  element("before").disabled = draft.page === 0;
  element("after").disabled = draft.page === draft.pages.length - 1;
  if (pictured !== draft.page) {
    pictured = draft.page;
    const picture = element("picture");
    picture.src = `api/page?page=${draft.page}`;
    picture.width = page().width;
    picture.height = page().height;
  }
  for (const [id, value] of [["form-name", draft.form], ["form-heading", draft.title]]) {
    if (document.activeElement !== element(id)) element(id).value = value;
  }
}

function turn(by) {
  draft.page += by;
  choose(null);
  turnTo();
}

function takeAll() {
  change(() => {
    for (const found of free()) {
      const names = new Set(draft.fields.flat().map((field) => field.name));
      let number = 1;
      while (names.has(`field${number}`)) number += 1;
      here().push({ name: `field${number}`, ...structuredClone(found) });
    }
    draft.chosen = null;
  });
}

/** Put a copy of the chosen field below it. */
function copy() {
  const { name, ...field } = structuredClone(chosen());
  const [x, y, width, height] = field.box;
  const down = Math.min(y + height * 1.2, page().height - height);
  const shift = (box) => [box[0], rounded(box[1] + down - y), box[2], box[3]];
  field.box = [x, rounded(down), width, height];
  if (Array.isArray(field.cells)) field.cells = field.cells.map(shift);
  if (field.options && !Array.isArray(field.options)) {
    field.options = Object.fromEntries(Object.entries(field.options).map(([value, box]) => [value, box && shift(box)]));
  }
  add(field);
}

const actions = {
  undo, save, remove, copy, all: takeAll,
  draw: () => setDrawing(isDrawing() ? "" : "field"),
  new: addInSight,
  smaller: () => enlarge(1 / 1.4),
  larger: () => enlarge(1.4),
  before: () => turn(-1),
  after: () => turn(1),
};
for (const [id, act] of Object.entries(actions)) element(id).addEventListener("click", act);

// A field that was just made is named next; a finger's keyboard would cover the form.
element("fields").addEventListener("named", () => { if (!touches) focusName(); });
element("fields").addEventListener("option", ({ detail }) => focusOption(detail));
element("editor").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  focusNext();
});
for (const id of ["editor", "form"]) {
  element(id).addEventListener("submit", (event) => event.preventDefault());
}
element("form-name").addEventListener("input", ({ target }) => change(() => { draft.form = target.value; }, "form"));
element("form-heading").addEventListener("input", ({ target }) => change(() => { draft.title = target.value; }, "title"));

window.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  } else if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) {
    event.preventDefault();
    undo();
  } else if (event.key === "n" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    actions.new();
  } else if (event.key === "Escape" && isDrawing()) setDrawing("");
});

listen(draw);

async function begin() {
  try {
    await load();
  } catch (error) {
    draft.problem = error.message;
    showNote(element("problem"), error.message, true);
    setTimeout(begin, 2000);
    return;
  }
  draft.problem = "";
  show();
}

begin();
