// What an accessibility check looks at first. Out: faults as sentences; none is good.
() => {
  const nodes = [];
  const walk = (root) => { for (const node of root.querySelectorAll("*")) { nodes.push(node); if (node.shadowRoot) walk(node.shadowRoot); } };
  walk(document.querySelector(".stMain"));
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && node.getBoundingClientRect().width > 1;
  const name = (node) => (node.getAttribute("aria-label") || node.innerText || node.title || "").trim();
  const faults = [];
  for (const node of nodes) {
    const pressed = node.matches("button") || node.getAttribute("role") === "button";
    if (pressed && seen(node) && !name(node)) faults.push("no name: " + node.outerHTML.slice(0, 120));
    const pictured = node.matches("img, svg[role=img]");
    if (pictured && !(node.getAttribute("alt") ?? node.getAttribute("aria-label"))) faults.push("no alternative: " + node.outerHTML.slice(0, 120));
  }
  const heads = nodes.filter((node) => /^H[1-6]$/.test(node.tagName) && seen(node));
  const levels = heads.map((node) => Number(node.tagName[1]));
  if (levels.filter((level) => level === 1).length !== 1) faults.push("h1: " + heads.filter((node) => node.tagName === "H1").map(name).join(", "));
  levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) faults.push(`heading jumps to h${level}: ${name(heads[at])}`); });
  const ids = nodes.map((node) => node.id).filter(Boolean);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push("id twice: " + id);
  return faults;
}
