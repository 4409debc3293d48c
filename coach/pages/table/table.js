// Draws the table of verdicts. In: rows of texts from coach/pages/inbox.py. Out: elements whose words are text nodes; the
// place of the row that is picked. Never parses markup, never sets an address, a style or a handler from data.

const ATTRIBUTES = new Set(["class", "type", "scope", "role", "dir", "aria-hidden", "aria-label"]);
const SIGN = { stage2: "✓", stage1: "!", unsure: "?", nothing: "–", failed: "×" };
const HEADS = ["Call", "Verdict", "In their words", "Do this first"];

function el(tag, attributes = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTES.has(name)) throw new Error(`the table does not set ${name}`);
    if (value) node.setAttribute(name, String(value));
  }
  for (const kid of kids.flat(Infinity)) if (kid !== null && kid !== undefined && kid !== false && kid !== "") node.append(kid);
  return node;
}

function row(data, pick) {
  const name = el("bdi", {}, data.name);
  const button = data.opens && el("button", { class: "open", type: "button" }, name, el("span", { class: "go", "aria-hidden": "true" }, "open"));
  if (button) button.addEventListener("click", () => pick(data.at));
  return el(
    "tr",
    { class: `row tone-${data.tone}`, role: "row" },
    el("th", { class: "call", scope: "row", role: "rowheader" }, button || name),
    el("td", { class: "verdict", role: "cell" }, el("div", { class: "line" }, el("span", { class: "sign", "aria-hidden": "true" }, SIGN[data.tone]), el("span", {}, data.headline))),
    el("td", { class: "quote", role: "cell" }, data.quote && [el("span", { class: "words", dir: "auto" }, `“${data.quote}”`), " ", data.who && el("span", { class: "who" }, data.who)]),
    el("td", { class: "first", role: "cell" }, data.first),
  );
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rows");
  if (!root || !data) return;
  const pick = (at) => setTriggerValue("picked", at);
  root.replaceChildren(
    el(
      "table",
      { role: "table", "aria-label": "Verdicts" },
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, HEADS.map((head) => el("th", { scope: "col", role: "columnheader" }, head)))),
      el("tbody", { role: "rowgroup" }, data.rows.map((one) => row(one, pick))),
    ),
  );
}
