// Draws the editor. In: a text with its stamp, findings and words from coach/pages/lab/editor/__init__.py. Out: the text a moment after
// each key, and on Save. Data becomes text nodes and the value of a text box; never markup, an address, a style or a handler.
//
// What is typed and not saved is kept in this browser's own memory with the stamp of the version it was changed from.

const ATTRIBUTES = new Set(["class", "type", "role", "aria-label", "aria-live", "aria-hidden", "aria-describedby", "id", "spellcheck", "wrap", "title"]);
const MARKS = {
  jinja: /\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g,
  yaml: /(?:^|(?<=\s))#.*$|^[ ]*(?:- )*[a-z_]+:(?=\s|$)/gm,
};
const SIGN = { error: "×", warning: "!", note: "i" };
const WAIT = 350; // milliseconds after the last key

function el(tag, attributes = {}, ...kids) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTES.has(name)) throw new Error(`the editor does not set ${name}`);
    if (value) node.setAttribute(name, String(value));
  }
  for (const kid of kids.flat(Infinity)) if (kid !== null && kid !== undefined && kid !== false && kid !== "") node.append(kid);
  return node;
}

// -- the browser's memory

const place = (id) => `coach-unsaved:${id}`;
function remembered(id) {
  try {
    const held = JSON.parse(window.localStorage.getItem(place(id)) || "null");
    return held && typeof held.text === "string" && typeof held.base === "string" ? held : null;
  } catch {
    return null;
  }
}
function remember(id, held) {
  try {
    if (held) window.localStorage.setItem(place(id), JSON.stringify(held));
    else window.localStorage.removeItem(place(id));
    return true;
  } catch {
    return false; // full or shut: the text is still on the page
  }
}

// -- the lines behind the text box: numbers, colours, marks of findings

function kindOf(piece) {
  return piece.startsWith("{#") || piece.startsWith("#") ? "remark" : piece.startsWith("{%") ? "step" : piece.startsWith("{{") ? "word" : "key";
}
function lines(text, sort, findings) {
  const worst = new Map();
  for (const one of [...findings].reverse()) if (worst.get(one.line) !== "error") worst.set(one.line, one.kind);
  const rows = [el("div", { class: "row" })];
  const put = (piece, cls) =>
    piece.split("\n").forEach((bit, at) => {
      if (at) rows.push(el("div", { class: "row" }));
      if (bit) rows[rows.length - 1].append(cls ? el("span", { class: cls }, bit) : bit);
    });
  let at = 0;
  for (const found of text.matchAll(MARKS[sort])) {
    put(text.slice(at, found.index));
    put(found[0], kindOf(found[0].trimStart()));
    at = found.index + found[0].length;
  }
  put(text.slice(at));
  rows.forEach((row, n) => {
    if (!row.hasChildNodes()) row.append("\u200b"); // an empty line is as high as any
    if (worst.has(n + 1)) row.classList.add(`has-${worst.get(n + 1)}`);
  });
  return rows;
}

// -- one editor

function build(root, send, save) {
  const box = el("textarea", { spellcheck: "false", wrap: "soft", "aria-describedby": "findings" });
  const mirror = el("div", { class: "mirror", "aria-hidden": "true" });
  const state = el("span", { class: "state", role: "status" });
  const saver = el("button", { type: "button", class: "save" }, "Save");
  const undo = el("button", { type: "button", class: "undo" }, "Back to what is saved");
  const sum = el("button", { type: "button", class: "sum" });
  const found = el("ul", { class: "found", id: "findings", "aria-live": "polite" });
  const words = el("div", { class: "words" });
  const bar = el("div", { class: "bar" }, saver, undo, state, sum);
  root.replaceChildren(
    el("div", { class: "page" }, el("div", { class: "left" }, bar, el("div", { class: "paper" }, mirror, box)), el("div", { class: "right" }, el("h3", {}, "Findings"), found, words)),
  );
  const me = { root, box, mirror, data: null, base: "", timer: 0, told: "" };

  me.draw = () => {
    mirror.replaceChildren(...lines(box.value, me.data.sort, me.data.findings));
    const changed = box.value !== me.data.text;
    const behind = changed && me.base !== me.data.base;
    saver.disabled = me.data.fixed || !changed;
    undo.hidden = me.data.fixed || !changed;
    state.textContent = me.data.fixed ? "Shipped: make a copy to change it" : behind ? "Not saved. Somebody else saved this file since you began" : changed ? "Not saved yet" : "Saved";
    state.className = `state${behind ? " behind" : ""}`;
  };
  me.list = () => {
    const { findings } = me.data;
    sum.textContent = me.data.sum;
    sum.hidden = !findings.length;
    found.replaceChildren(
      ...(findings.length ? findings : [{ kind: "fine", says: "Nothing found." }]).map((one) => {
        const where = one.line && el("button", { type: "button", class: "line" }, `line ${one.line}`);
        if (where) where.addEventListener("click", () => me.go(one.line));
        const sign = el("span", { class: "sign", "aria-hidden": "true" }, SIGN[one.kind] || "✓");
        return el("li", { class: one.kind }, sign, el("span", {}, one.line ? `${one.kind}, ` : "", where, one.line ? ": " : "", one.says));
      }),
    );
    words.replaceChildren(
      ...(me.data.words.length && !me.data.fixed ? [el("h3", {}, "Words to put in"), el("p", { class: "how" }, "A press puts the word where the cursor is.")] : []),
      ...(me.data.fixed ? [] : me.data.words).map((word) => {
        const button = el("button", { type: "button", class: "put" }, word.name);
        button.addEventListener("click", () => me.put(word.put));
        return el("div", { class: "word-row" }, button, el("span", {}, word.says));
      }),
    );
  };
  me.go = (line) => {
    const before = box.value.split("\n");
    const start = before.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    box.focus({ preventScroll: true });
    box.setSelectionRange(start, start + (before[line - 1] || "").length);
    mirror.children[line - 1]?.scrollIntoView({ block: "center" });
  };
  me.put = (text) => {
    box.focus();
    if (!document.execCommand("insertText", false, text)) {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
      box.dispatchEvent(new Event("input"));
    }
  };
  me.tell = () => {
    window.clearTimeout(me.timer);
    const said = JSON.stringify([me.data.id, box.value, me.base]);
    if (said === me.told) return;
    me.told = said;
    send({ id: me.data.id, text: box.value, base: me.base });
  };
  me.typed = () => {
    const changed = box.value !== me.data.text;
    if (!changed) me.base = me.data.base;
    remember(me.data.id, changed ? { text: box.value, base: me.base } : null);
    me.draw();
    window.clearTimeout(me.timer);
    me.timer = window.setTimeout(me.tell, WAIT);
  };
  me.save = () => {
    if (saver.disabled) return;
    window.clearTimeout(me.timer);
    me.tell();
    state.textContent = "Saving";
    save({ id: me.data.id, text: box.value, base: me.base });
  };
  me.take = (data) => {
    const before = me.data;
    me.data = data;
    box.readOnly = data.fixed;
    box.setAttribute("aria-label", data.label);
    if (!before || before.id !== data.id) {
      const held = data.fixed ? null : remembered(data.id);
      const use = held && held.text !== data.text && held.text !== data.drop ? held : { text: data.text, base: data.base };
      if (held && use !== held) remember(data.id, null);
      box.value = use.text;
      me.base = use.base;
      me.told = "";
      if (use === held) window.setTimeout(me.tell, 0);
    } else if (before.base !== data.base || before.text !== data.text || before.drop !== data.drop) {
      if (box.value === before.text || box.value === data.text || (data.drop && box.value === data.drop)) {
        box.value = data.text;
        me.base = data.base;
        remember(data.id, null);
      } else if (data.was && me.base === data.was) {
        me.base = data.base; // typed on while our own save was under way
        remember(data.id, { text: box.value, base: me.base });
      }
    }
    me.draw();
    me.list();
  };
  box.addEventListener("input", me.typed);
  box.addEventListener("blur", () => me.data && !me.data.fixed && box.value !== me.data.text && me.tell());
  box.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      me.save();
    }
  });
  saver.addEventListener("click", me.save);
  undo.addEventListener("click", () => {
    box.value = me.data.text;
    me.typed();
    me.tell();
  });
  sum.addEventListener("click", () => me.data.findings.length && me.go(me.data.findings[0].line));
  return me;
}

const editors = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".editor");
  if (!root || !data) return;
  if (!editors.has(root)) editors.set(root, build(root, (said) => setStateValue("edit", said), (said) => setTriggerValue("save", said)));
  editors.get(root).take(data);
}
