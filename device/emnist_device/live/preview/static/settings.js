// Model and what is known of the text: chosen once for all that is read.

import { request } from "./request.js";

const element = (id) => document.getElementById(id);
const names = {
  "": "all",
  digits: "digits",
  upper: "capitals",
  lower: "small letters",
  letters: "letters",
  alnum: "letters and digits",
};
const own = "own";

function option(value, text) {
  const choice = document.createElement("option");
  choice.value = value;
  choice.textContent = text;
  return choice;
}

function show({ model, charset, pattern, words, only, models, charsets, camera }) {
  document.body.dataset.camera = camera ? "there" : "none";
  if (!camera) element("state").textContent = "no camera";
  element("pattern").value = pattern;
  element("words").value = words;
  element("only").checked = only;
  element("model").replaceChildren(...models.map((name) => option(name, name)));
  element("model").value = model;
  const known = ["", ...charsets];
  element("charset").replaceChildren(
    ...known.map((name) => option(name, names[name] ?? name)),
    option(own, "these…"),
  );
  element("charset").value = known.includes(charset) ? charset : own;
  if (!known.includes(charset)) element("own").value = charset;
  element("own-label").hidden = element("charset").value !== own;
}

async function change() {
  const chosen = element("charset").value;
  element("own-label").hidden = chosen !== own;
  if (chosen === own && !element("own").value) {
    element("own").focus();
    return;
  }
  const charset = chosen === own ? element("own").value : chosen;
  const body = JSON.stringify({
    model: element("model").value,
    charset,
    pattern: element("pattern").value,
    words: element("words").value,
    only: element("only").checked,
  });
  const error = element("settings-error");
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await request("api/settings", { method: "POST", body, headers });
    show(await response.json());
    error.hidden = true;
    document.dispatchEvent(new Event("settings"));
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false; // what was typed stays, to be mended
  }
}

async function load() {
  try {
    show(await (await request("api/settings")).json());
  } catch {
    setTimeout(load, 2000);
  }
}

element("settings").addEventListener("change", change);
element("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  change();
});
load();
