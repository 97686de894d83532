// Model and characters: chosen once for all that is read.

import { request } from "./api.js";

const element = (id) => document.getElementById(id);
const words = {
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

function show({ model, charset, models, charsets }) {
  element("model").replaceChildren(...models.map((name) => option(name, name)));
  element("model").value = model;
  const names = ["", ...charsets];
  element("charset").replaceChildren(
    ...names.map((name) => option(name, words[name] ?? name)),
    option(own, "these…"),
  );
  element("charset").value = names.includes(charset) ? charset : own;
  if (!names.includes(charset)) element("own").value = charset;
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
  const body = JSON.stringify({ model: element("model").value, charset });
  const error = element("settings-error");
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await request("api/settings", { method: "POST", body, headers });
    show(await response.json());
    error.hidden = true;
    document.dispatchEvent(new Event("settings"));
  } catch (problem) {
    error.textContent = problem.message;
    error.hidden = false;
    load();
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
