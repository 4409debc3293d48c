// Text that stands out less than 4.5:1 from what is behind it. Out: each with its ratio; none is good.
() => {
  const parse = (text) => {
    const numbers = (text.match(/[\d.]+/g) || []).map(Number);
    return text.startsWith("color(") ? [...numbers.slice(0, 3).map((n) => n * 255), numbers[3] ?? 1] : [...numbers.slice(0, 3), numbers[3] ?? 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => { const f = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
  const up = (node) => node.parentElement || node.getRootNode().host;
  const behind = (node) => { const stack = []; for (let at = node; at; at = up(at)) stack.push(parse(getComputedStyle(at).backgroundColor)); return stack.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]); };
  const faint = (node) => { let all = 1; for (let at = node; at; at = up(at)) all *= Number(getComputedStyle(at).opacity); return all; };
  const faults = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      const own = [...node.childNodes].some((kid) => kid.nodeType === 3 && kid.data.trim());
      const box = node.getBoundingClientRect();
      if (!own || box.width < 2 || node.namespaceURI.endsWith("svg") || !node.checkVisibility({ visibilityProperty: true })) continue;
      const below = behind(node), own_ink = parse(getComputedStyle(node).color);
      const ink = over([...own_ink.slice(0, 3), own_ink[3] * faint(node)], below);
      const [a, b] = [light(ink), light(below)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) faults.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className}: ${node.textContent.slice(0, 40)}`);
    }
  };
  walk(document.querySelector(".stMain"));
  return faults;
}
