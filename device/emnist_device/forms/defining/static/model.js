// The draft: what it is, its changes, undo, and keeping the server's the same.

import { request } from "./request.js";

const PAUSE = 250; // milliseconds from a change until it is sent
const AGAIN = 2000; // until a server that does not answer is asked once more
const MOST_UNDO = 100;

/** The draft. `fields` are of each page; `parts` and `faults` are the server's answer to them. */
export const draft = {
  file: "", kinds: {}, pages: [], form: "", title: "", fields: [], parts: [], faults: [],
  page: 0, chosen: null, revision: 0, saved: true, sent: true, problem: "",
};

const events = new EventTarget();
const undone = [];
let timer = 0;
let sending = null;

/** Call `listener` whenever something is to be shown anew; with "taken", when the server has it. */
export const listen = (listener, kind = "change") => events.addEventListener(kind, listener);

export const show = () => events.dispatchEvent(new Event("change"));

export const here = () => draft.fields[draft.page];

export const chosen = () => (draft.chosen === null ? null : here()[draft.chosen] ?? null);

export const page = () => draft.pages[draft.page];

/** Return a place as a template has it: whole pixels, or tenths of a millimetre. */
export const rounded = (value) => (page().unit === "mm" ? Math.round(value * 10) / 10 : Math.round(value));

/** Return how many units make a millimetre. */
export const millimetre = () =>
  page().unit === "mm" ? 1 : Math.max(page().width, page().height) / 297;

export const faultOf = (index) =>
  draft.faults.find((fault) => fault.page === draft.page && fault.field === index)?.message ?? "";

export const canUndo = () => undone.length > 0;

const content = () => ({ form: draft.form, title: draft.title, fields: draft.fields });

/** Remember the draft as it is now, for undo; `what` joins changes of one kind into one. */
function remember(what) {
  const last = undone.at(-1);
  if (what && last?.what === what) return;
  undone.push({ what, page: draft.page, chosen: draft.chosen, content: JSON.stringify(content()) });
  if (undone.length > MOST_UNDO) undone.shift();
}

/** Change the draft by `make`. */
export function change(make, what = "") {
  remember(what);
  make();
  draft.sent = draft.saved = false;
  later(PAUSE);
  show();
}

export function undo() {
  const last = undone.pop();
  if (!last) return;
  Object.assign(draft, JSON.parse(last.content), { page: last.page, chosen: last.chosen });
  draft.sent = draft.saved = false;
  later(PAUSE);
  show();
}

export function choose(index) {
  draft.chosen = index;
  if (undone.length) undone.at(-1).what = ""; // what comes next is a change of its own
  show();
}

/** Return a name that no field has. */
export function freeName() {
  const taken = new Set(draft.fields.flat().map((field) => field.name));
  let number = 1;
  while (taken.has(`field${number}`)) number += 1;
  return `field${number}`;
}

/** Add `field`, without a name, in place of the fields `instead`, and choose it. */
export function add(field, instead = []) {
  change(() => {
    draft.fields[draft.page] = here().filter((own) => !instead.includes(own));
    here().push({ name: freeName(), ...structuredClone(field) });
    draft.chosen = here().length - 1;
  });
}

export function remove() {
  if (!chosen()) return;
  change(() => {
    here().splice(draft.chosen, 1);
    draft.chosen = null;
  });
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(() => send().catch(() => {}), pause);
}

const post = (path, body, more = {}) =>
  request(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
    ...more,
  });

function take(answer) {
  const { revision, saved, parts, faults } = answer;
  Object.assign(draft, { revision, parts, faults, problem: "" });
  draft.saved = saved && draft.sent;
}

/** Send the draft until the server has it; rejects where it does not take it. */
export async function send() {
  clearTimeout(timer);
  while (sending) await sending.catch(() => {});
  if (draft.sent) return;
  sending = (async () => {
    draft.sent = true;
    try {
      const response = await post("api/form", { revision: draft.revision, ...content() });
      take(await response.json());
    } catch (error) {
      draft.sent = false;
      draft.problem = error.message;
      if (error.status === 409) await load();
      else if (!error.status) later(AGAIN);
      throw error;
    } finally {
      sending = null;
      show();
    }
  })();
  await sending;
  if (!draft.sent) return send();
  events.dispatchEvent(new Event("taken"));
}

/** Save the template; what is wrong with it is shown. */
export async function save() {
  try {
    await send();
    take(await (await post("api/save", {})).json());
  } catch (error) {
    draft.problem = error.message;
  }
  show();
}

/** Take the draft that the server has. */
export async function load() {
  const answer = await (await request("api/form")).json();
  const { problem } = draft;
  Object.assign(draft, answer, { chosen: null, sent: true });
  if (draft.page >= draft.pages.length) draft.page = 0;
  undone.length = 0;
  draft.problem = problem;
  show();
  events.dispatchEvent(new Event("taken"));
}

// What was drawn just before the page is left.
window.addEventListener("pagehide", () => {
  if (draft.sent) return;
  post("api/form", { revision: draft.revision, ...content() }, { keepalive: true }).catch(() => {});
});
