// Buttons that copy a text, shown where there is one.

const element = (id) => document.getElementById(id);
const said = 1500; // milliseconds that a button says that it is done

/** Return the text of an element: of a list, that of its items. */
function textOf(source) {
  const items = source.tagName === "OL" ? [...source.children] : [];
  if (items.length) return items.map((item) => item.firstChild.textContent).join("\n");
  return source.textContent.trim();
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Over plain HTTP, browsers have the clipboard for nobody but a selection.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("refused");
}

for (const button of document.querySelectorAll("button.copy")) {
  const source = element(button.dataset.copy);
  const show = () => (button.hidden = !textOf(source));
  new MutationObserver(show).observe(source, { childList: true, characterData: true, subtree: true });
  show();
  button.addEventListener("click", async () => {
    try {
      await copy(textOf(source));
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => (button.textContent = "Copy"), said);
  });
}
