// Draws one review. In: the dict of coach/pages/picture.py. Out: elements whose words are text nodes.
// Never parses markup, never sets an address, a style or a handler from data: ATTRIBUTES is all that can be set.

const ATTRIBUTES = new Set([
  "class", "id", "role", "tabindex", "title", "type", "lang", "dir", "colspan", "scope", "open",
  "aria-label", "aria-labelledby", "aria-hidden", "aria-live", "aria-describedby",
  "data-card", "data-mark", "data-label",
  "viewBox", "width", "height", "d", "cx", "cy", "r", "x", "x1", "x2", "y", "y1", "y2", "text-anchor", "points",
]);
const SVG = "http://www.w3.org/2000/svg";
const STATUS = { met: "✓", at_risk: "!", missing: "?" };
const KIND_SIGN = { supports: "+", undermines: "−", hope: "~", plain: "" };
const KIND_WORD = { supports: "for", undermines: "against", hope: "hope" };
const SIGNS = {
  stage1: ["M9 2h10l7 7v10l-7 7H9l-7-7V9z", "M14 8v7", "M14 19.2v.1"],
  stage2: ["M14 2a12 12 0 1 0 .01 0z", "M8.5 14.5l4 4 7-8.5"],
  unsure: ["M14 1.5L26.5 14 14 26.5 1.5 14z", "M10.8 11.4a3.2 3.2 0 1 1 4.9 2.7c-1 .7-1.7 1.2-1.7 2.4", "M14 19.6v.1"],
  nothing: ["M14 2a12 12 0 1 0 .01 0z", "M8.5 14h11"],
};
const KINDS = ["hope", "undermines", "supports", "plain"]; // what a stretch looks like where several things are true of it
const IN_VERDICT = "In the verdict";
const FIRST_DAYS = 5;
const LANE = 26;

function fill(node, attributes, kids) {
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTES.has(name)) throw new Error(`the sheet does not set ${name}`);
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const kid of kids.flat(Infinity)) {
    if (kid !== null && kid !== undefined && kid !== false && kid !== "") node.append(kid);
  }
  return node;
}
const el = (tag, attributes = {}, ...kids) => fill(document.createElement(tag), attributes, kids);
const svg = (tag, attributes = {}, ...kids) => fill(document.createElementNS(SVG, tag), attributes, kids);
const hidden = (text) => el("span", { class: "unseen" }, text);
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function pressable(node, act) {
  node.addEventListener("click", act);
  if (node.tagName !== "BUTTON") {
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      act();
    });
  }
  return node;
}

// What is selected, also within a shadow root. Browsers differ: one names the roots in an object, an older one as arguments, others have neither.
function chosen(tree) {
  const held = document.getSelection();
  const shadows = tree instanceof ShadowRoot ? [tree] : [];
  if (held.getComposedRanges) {
    try {
      return held.getComposedRanges({ shadowRoots: shadows })[0];
    } catch {
      return held.getComposedRanges(...shadows)[0];
    }
  }
  const here = shadows.length && tree.getSelection ? tree.getSelection() : held;
  return here.rangeCount ? here.getRangeAt(0) : null;
}

// The words of the note that are selected, the line on which they begin, and how many characters of it stand before them.
// Labels that we added are no words of the note.
function selected(box) {
  const found = chosen(box.getRootNode());
  if (!found || !box.contains(found.startContainer)) return null;
  const range = document.createRange();
  range.setStart(found.startContainer, found.startOffset);
  if (box.contains(found.endContainer)) range.setEnd(found.endContainer, found.endOffset);
  else range.setEndAfter(box.lastChild);
  const lines = [...box.querySelectorAll(".line")].filter((line) => range.intersectsNode(line));
  const texts = lines.map((line) => within(range, line.querySelector(".body")));
  const at = texts.findIndex((text) => text.trim());
  if (at < 0) return null;
  const before = document.createRange();
  before.selectNodeContents(lines[at].querySelector(".body"));
  if (before.comparePoint(range.startContainer, range.startOffset) >= 0) before.setEnd(range.startContainer, range.startOffset);
  else before.collapse(true);
  const skip = [...within(before, lines[at].querySelector(".body"))].length;
  return { words: texts.slice(at).join("\n").trim(), line: Number(lines[at].querySelector(".n").textContent), skip };
}

function within(range, body) {
  if (range.collapsed) return "";
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!range.intersectsNode(node) || node.parentElement.closest(".tag, .hidden-chars, .unseen")) continue;
    const from = node === range.startContainer ? range.startOffset : 0;
    text += node.data.slice(from, node === range.endContainer ? range.endOffset : undefined);
  }
  return text;
}

function flash(...nodes) {
  for (const old of nodes[0].getRootNode().querySelectorAll(".flash")) old.classList.remove("flash");
  void nodes[0].getBoundingClientRect(); // lets the animation start again
  for (const node of nodes) node.classList.add("flash");
}

class Sheet {
  constructor(root, data, tell) {
    this.root = root;
    this.data = data;
    this.tell = tell; // hears the words that the rep says were missed
    this.offer = () => {
      if (root.isConnected && drawn.get(root) === this) root.querySelector(".missed")?.classList.toggle("ready", Boolean(this.chosen()));
      else document.removeEventListener("selectionchange", this.offer);
    };
    this.shown = new Map(); // highlight -> the first quote button that shows it
    this.came = null; // where the last jump to the note started
  }

  draw() {
    document.addEventListener("selectionchange", this.offer);
    const { data } = this;
    const right = el("div", { class: "right" }, this.verdict(), this.overruled(), this.first(), this.board(), this.coaching());
    const both = el("div", { class: "both" }, right, this.note());
    this.root.replaceChildren(el("div", { class: `page tone-${data.verdict.tone}` }, both, el("footer", { class: "foot" }, this.aside(), this.foot())));
  }

  // jumps

  find(mark, from) {
    const target = this.root.querySelector(`[data-mark~="${mark}"]`);
    if (!target) return;
    this.came = from;
    const box = this.root.querySelector(".text");
    const behavior = still() ? "auto" : "smooth";
    if (getComputedStyle(box).overflowY === "auto") {
      const top = target.getBoundingClientRect().top - box.getBoundingClientRect().top;
      box.scrollTo({ top: box.scrollTop + top - box.clientHeight / 3, behavior });
      box.closest(".note").scrollIntoView({ block: "nearest", behavior });
    } else {
      target.scrollIntoView({ block: "center", behavior });
    }
    target.focus({ preventScroll: true });
    flash(...this.root.querySelectorAll(`[data-mark~="${mark}"]`));
  }

  show(numbers) {
    const card = numbers.flatMap((at) => this.data.marks[at].cards)[0];
    const tile = card && this.root.querySelector(`[data-card="${CSS.escape(card)}"]`);
    const target = tile || numbers.map((at) => this.shown.get(at)).find(Boolean);
    if (!target) return;
    if (tile) for (const more of tile.querySelectorAll("details")) more.open = true;
    target.scrollIntoView({ block: "center", behavior: still() ? "auto" : "smooth" });
    target.focus({ preventScroll: true });
    flash(target);
  }

  // pieces

  quote(quote, { kind = "" } = {}) {
    if (!quote) return null;
    const place = [quote.who, `line ${quote.line}`].filter(Boolean).join(", ");
    const words = el("span", { class: `words ${kind ? `words-${kind}` : ""}`, dir: "auto" }, `“${quote.text}”`);
    const sign = kind && el("span", { class: `sign sign-${kind}` }, el("span", { "aria-hidden": "true" }, KIND_SIGN[kind]), hidden(`${KIND_WORD[kind]}: `));
    const button = el("button", { class: "quote", type: "button" }, sign, words, " ", el("span", { class: "whence" }, el("span", { class: "place" }, place), " ", el("span", { class: "find" }, "find")));
    pressable(button, () => this.find(quote.mark, button));
    if (!this.shown.has(quote.mark)) this.shown.set(quote.mark, button);
    return button;
  }

  verdict() {
    const { verdict, deals } = this.data;
    const sign = svg("svg", { class: "badge", viewBox: "0 0 28 28", width: 44, height: 44, "aria-hidden": "true" }, SIGNS[verdict.tone].map((d, at) => svg("path", { d, class: at ? "stroke" : "plate" })));
    const rows = verdict.quotes.map(({ label, quote, none }) => (quote || none) && [el("dt", {}, label), el("dd", {}, this.quote(quote) || el("span", { class: "none" }, none))]);
    return el(
      "article",
      { class: "verdict", "aria-labelledby": "headline" },
      el("div", { class: "top" }, sign, el("div", {}, el("p", { class: "kicker" }, verdict.kicker), el("h1", { id: "headline", tabindex: "-1" }, verdict.headline))),
      el("p", { class: "reason" }, verdict.reason),
      deals && el("p", { class: "deals" }, deals),
      el("dl", {}, rows, verdict.would_change && [el("dt", {}, verdict.change_label), el("dd", {}, verdict.would_change)], verdict.differs && [el("dt", {}, "The model differs"), el("dd", {}, verdict.differs)]),
    );
  }

  overruled() {
    return this.data.overruled && el("p", { class: "overruled", role: "status", tabindex: "-1" }, el("span", { "aria-hidden": "true" }, "⇄ "), this.data.overruled);
  }

  first() {
    return this.data.first && el("section", { class: "first" }, el("h2", {}, "Do this first"), el("p", {}, this.data.first));
  }

  board() {
    const { criteria } = this.data;
    if (!criteria.length) return null;
    const count = (status) => criteria.filter((c) => c.status === status).length;
    const sum = [[count("met"), "met"], [count("at_risk"), "at risk"], [count("missing"), "not talked about"]].filter(([n]) => n).map(([n, word]) => `${n} ${word}`).join(", ");
    return el("section", { class: "board" }, el("h2", {}, "What has to be true", el("span", { class: "sum" }, sum)), el("div", { class: "tiles" }, criteria.map((c) => this.tile(c))));
  }

  tile(criterion) {
    const [top, ...more] = criterion.quotes;
    const id = `tile-${criterion.id}`;
    return el(
      "section",
      { class: `tile is-${criterion.status}`, "data-card": criterion.id, tabindex: "-1", "aria-labelledby": id },
      el(
        "div",
        { class: "head" },
        el("h3", { id, title: criterion.good }, criterion.label, criterion.must_have && el("span", { class: "must" }, " must have")),
        el("p", { class: "status" }, el("span", { class: "symbol", "aria-hidden": "true" }, STATUS[criterion.status]), criterion.word),
      ),
      top ? this.quote(top, { kind: top.kind }) : el("p", { class: "none" }, criterion.good && `To hear: ${criterion.good}`),
      more.length ? el("details", {}, el("summary", {}, `${more.length} more`), more.map((quote) => this.quote(quote, { kind: quote.kind }))) : null,
    );
  }

  coaching() {
    const { coaching } = this.data;
    if (!coaching) return null;
    return coaching.kind === "skeptical" ? this.questions(coaching) : this.plan(coaching);
  }

  copier() {
    const said = el("span", { class: "said", role: "status" });
    const button = el("button", { class: "small", type: "button" }, "Copy all as text");
    pressable(button, async () => {
      try {
        await navigator.clipboard.writeText(this.data.copy);
        said.textContent = "Copied.";
      } catch {
        said.textContent = "The browser refused. Use Download.";
      }
    });
    return el("span", { class: "copier" }, said, button);
  }

  questions({ no, questions }) {
    const cards = questions.map((question, at) =>
      el(
        "li",
        { class: "question" },
        el("p", { class: "about" }, el("span", { class: "number", "aria-hidden": "true" }, String(at + 1)), question.criterion, el("span", { class: "whom" }, "ask ", el("b", {}, question.whom))),
        el("h3", { class: "ask" }, question.ask),
        el(
          "dl",
          {},
          el("dt", {}, "Why"), el("dd", {}, this.quote(question.why) || el("span", { class: "none" }, "Not talked about.")),
          el("dt", {}, "It is a no if"), el("dd", {}, question.no_if),
          question.help && [el("dt", {}, "Help to give"), el("dd", {}, question.help)],
        ),
      ),
    );
    return [
      no.text && el("section", { class: "no" }, el("h2", {}, "The likeliest no"), el("p", {}, no.text), this.quote(no.quote)),
      el("section", { class: "questions" }, el("div", { class: "bar" }, el("h2", {}, "Ask this, worst first"), this.copier()), el("ol", {}, cards)),
    ];
  }

  plan({ win, close_by, steps, timeline, weeks }) {
    const columns = win.map(({ label, points }) => el("div", {}, el("h3", {}, label), points.length ? el("ul", {}, points.map((point) => el("li", {}, point.text, this.quote(point.quote)))) : el("p", { class: "none" }, "Nothing named yet.")));
    return [
      el("section", { class: "win" }, el("h2", {}, "Both win"), el("div", { class: "columns" }, columns)),
      el("section", { class: "plan" }, el("div", { class: "bar" }, el("h2", {}, "The way to the signature", close_by && el("span", { class: "sum" }, `sign by ${close_by}`)), this.copier()), timeline && this.timeline(timeline), this.steps(steps)),
      weeks.length ? this.days(weeks) : null,
    ];
  }

  steps(steps) {
    const head = ["", "Step", "Who", "By", "After"].map((word) => el("th", { scope: "col" }, word || hidden("Number")));
    const rows = steps.map((step) =>
      el(
        "tr",
        {},
        el("td", { class: "n" }, el("span", { class: "number" }, String(step.n))),
        el("td", { class: "what" }, el("b", {}, step.what), this.quote(step.quote) || el("span", { class: "tag" }, "proposed")),
        el("td", { "data-label": "Who" }, el("span", { class: "side" }, step.side), el("span", { class: step.unknown ? "gap" : "" }, step.owner), step.signer && el("span", { class: "signs" }, `signs: ${step.signer}`)),
        el("td", { "data-label": "By" }, step.due || el("span", { class: "gap" }, "no date: ask")),
        el("td", { "data-label": "After", class: step.after ? null : "no-after" }, step.after || el("span", { class: "none" }, "–")),
      ),
    );
    return el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
  }

  timeline({ start, end, signs, points, later }) {
    const lanes = [];
    const placed = points.map((point) => {
      let lane = lanes.findIndex((last) => point.at - last >= 0.08);
      if (lane < 0) lane = lanes.length;
      lanes[lane] = point.at;
      return { ...point, lane };
    });
    const base = 10 + lanes.length * LANE;
    const x = (at) => `${(at * 100).toFixed(2)}%`;
    const last = signs ? `sign by ${end}` : end;
    const told = placed.map((p) => `${p.n}: ${p.what}, ${p.day}`).join("; ");
    const drawing = svg(
      "svg",
      { width: "100%", height: base + 26, role: "img", "aria-label": `From ${start} to ${last}. ${told}` },
      svg("line", { x1: 0, x2: "100%", y1: base, y2: base, class: "axis" }),
      svg("line", { x1: "100%", x2: "100%", y1: base - 8, y2: base + 8, class: signs ? "close" : "axis" }),
      placed.map((p) => [
        svg("line", { x1: x(p.at), x2: x(p.at), y1: base - 14 - p.lane * LANE, y2: base, class: "stem" }),
        svg("circle", { cx: x(p.at), cy: base - 14 - p.lane * LANE, r: 11, class: `dot dot-${p.side}` }, svg("title", {}, `${p.n}. ${p.what}, ${p.day}`)),
        svg("text", { x: x(p.at), y: base - 9.7 - p.lane * LANE, "text-anchor": "middle", class: `digit digit-${p.side}` }, String(p.n)),
      ]),
      svg("text", { x: 0, y: base + 22, class: "label" }, `today, ${start}`),
      svg("text", { x: "100%", y: base + 22, "text-anchor": "end", class: signs ? "label strong" : "label" }, last),
    );
    const keys = [["us", "us"], ["theirs", "their side"], ["both", "both"]].map(([side, word]) => el("span", { class: `key key-${side}` }, word));
    return el("div", { class: "timeline" }, drawing, el("p", { class: "legend" }, keys, later.length ? el("span", {}, `after that ${later.join(", ")}`) : null));
  }

  days(weeks) {
    let count = 0;
    const list = (shown) => shown.map(({ name, days }) => el("div", { class: "week" }, el("h3", {}, name), el("ol", {}, days.map(({ day, date, reason, whom }) => el("li", {}, el("span", { class: "day" }, el("b", {}, day), ` ${date}`), el("span", {}, reason, whom && el("span", { class: "place" }, ` · ${whom}`)))))));
    const take = (from, to) => {
      count = 0;
      return weeks.map(({ name, days }) => ({ name, days: days.filter(() => { const at = count++; return at >= from && at < to; }) })).filter(({ days }) => days.length);
    };
    const total = weeks.reduce((sum, { days }) => sum + days.length, 0);
    return el("section", { class: "days" }, el("h2", {}, "A reason to be in touch, every working day"), list(take(0, FIRST_DAYS)), total > FIRST_DAYS ? el("details", {}, el("summary", {}, `${total - FIRST_DAYS} more days`), list(take(FIRST_DAYS, total))) : null);
  }

  note() {
    const { note } = this.data;
    const seen = new Set();
    const lines = note.lines.map((line) => el("div", { class: "line" }, el("span", { class: "n", "aria-hidden": "true" }, String(line.n)), el("div", { class: "body", dir: "auto" }, line.segments.map((segment) => this.segment(segment, seen)), line.label && el("span", { class: "tag" }, line.label))));
    const kinds = new Set(this.data.marks.flatMap((mark) => [mark.kind, mark.says.includes(IN_VERDICT) && "key"]));
    const keys = [["supports", "for", "it"], ["undermines", "against", "it"], ["hope", "hope", "counts for nothing"], ["key", "boxed", "in the verdict"]].filter(([kind]) => kinds.has(kind));
    return el(
      "section",
      { class: "note", "aria-labelledby": "note-head" },
      el("div", { class: "bar" }, el("h2", { id: "note-head" }, "The note"), this.back(), this.data.corrects && this.missed()),
      keys.length ? el("p", { class: "legend" }, keys.map(([kind, word, rest]) => el("span", { class: "key" }, el("span", { class: `mark mark-${kind} signed` }, word), ` ${rest}`))) : null,
      note.planted ? el("p", { class: "warning" }, el("span", { "aria-hidden": "true" }, "⚠ "), note.planted === 1 ? "One stretch of this note speaks to software, not to people. It never counts." : `${note.planted} stretches of this note speak to software, not to people. They never count.`) : null,
      note.hidden ? el("p", { class: "warning" }, el("span", { "aria-hidden": "true" }, "⚠ "), `This note holds ${note.hidden}.`) : null,
      el("div", { class: "text", role: "region", "aria-label": "Text of the note", tabindex: "0" }, lines),
    );
  }

  back() {
    const button = el("button", { class: "small back", type: "button" }, "Back to where you were");
    return pressable(button, () => {
      const target = this.came || this.root.querySelector("#headline");
      target.scrollIntoView({ block: "center", behavior: still() ? "auto" : "smooth" });
      target.focus({ preventScroll: true });
    });
  }

  missed() {
    const button = el("button", { class: "small missed", type: "button" }, "These words were missed");
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    return pressable(button, () => {
      const words = this.chosen();
      if (!words) return;
      this.tell(words);
      document.getSelection().removeAllRanges();
      follow(".st-key-correction");
    });
  }

  chosen() {
    const box = this.root.querySelector(".text");
    return box && selected(box);
  }

  segment(segment, seen) {
    const kinds = [segment.speaker && "speaker", segment.dim && "dim", segment.hidden && "hidden-chars"].filter(Boolean).join(" ");
    let node = segment.marks ? this.mark(segment, seen) : kinds ? el("span", {}, segment.text) : segment.text;
    if (kinds) node.classList.add(...kinds.split(" "));
    if (segment.planted) {
      const starts = !this.planted;
      this.planted = true;
      node = el("span", { class: "planted", title: "Speaks to software: never counts" }, starts && el("span", { class: "tag tag-planted" }, "speaks to software: never counts"), node);
    } else {
      this.planted = false;
    }
    return node;
  }

  // A stretch of a highlight. Only where one begins is there a stop for the Tab key and a sign; a quote inside another has neither.
  mark(segment, seen) {
    const marks = segment.marks.map((at) => this.data.marks[at]);
    const kind = KINDS.find((each) => marks.some((mark) => mark.kind === each));
    const says = [...new Set(marks.flatMap((mark) => mark.says))];
    const inside = segment.marks.some((at, n) => seen.has(at) && marks[n].kind !== "plain");
    const begins = !inside && segment.marks.some((at) => !seen.has(at));
    const signed = begins && segment.marks.some((at, n) => !seen.has(at) && marks[n].kind !== "plain");
    for (const at of segment.marks) seen.add(at);
    const looks = ["mark", `mark-${kind}`, signed && "signed", says.includes(IN_VERDICT) && "mark-key"].filter(Boolean).join(" ");
    const label = `${segment.text}. ${says.join("; ") || "Quoted"}. Show where.`;
    const press = begins ? { role: "button", tabindex: "0", "aria-label": label } : { tabindex: "-1" };
    return pressable(el("mark", { class: looks, "data-mark": segment.marks.join(" "), title: says.join("; ") || null, ...press }, segment.text), () => this.show(segment.marks));
  }

  aside() {
    const { rejected, dropped } = this.data;
    const row = (item) => el("li", {}, el("b", {}, item.what), " ", el("span", { class: "words" }, `“${item.quote}”`), item.line ? el("span", { class: "place" }, ` line ${item.line}`) : null, el("span", { class: "why" }, ` ${item.reason}`));
    const list = (title, items) => (items.length ? el("details", {}, el("summary", {}, `${title} (${items.length})`), el("ul", {}, items.map(row))) : null);
    return [list("Quotes thrown out, and why", rejected), list("Advice dropped, and why", dropped)];
  }

  foot() {
    return el("p", { class: "facts" }, this.data.foot.map((fact, at) => [at ? " · " : null, el("span", {}, fact)]));
  }
}

// What a press brings onto the page stands further down and is drawn bit by bit; it is shown as soon as it is there, and again once it has grown.
function follow(name, tries = 40) {
  const target = document.querySelector(name);
  if (!target && tries) setTimeout(() => follow(name, tries - 1), 100);
  if (target) for (const wait of [0, 300, 900]) setTimeout(() => target.isConnected && target.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" }), wait);
}

const drawn = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".sheet");
  if (!root || !data) return;
  const before = drawn.get(root);
  if (before && before.data === data) return;
  const sheet = new Sheet(root, data, (words) => setTriggerValue("missed", words));
  drawn.set(root, sheet);
  sheet.draw();
  const start = data.overruled || (before && before.data.overruled) ? ".overruled, .first" : !before ? "#headline" : null;
  const target = start && root.querySelector(start);
  if (!target) return;
  target.scrollIntoView({ block: start === "#headline" ? "center" : "start", behavior: "auto" });
  if (target.hasAttribute("tabindex")) target.focus({ preventScroll: true });
}
