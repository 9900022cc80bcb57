// Small makers of page elements: elements, tables, choosers.

/** An element; `on...` keys are listeners, `null` attributes are left out, children may be text. */
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
/** A paragraph; what stands between backticks is code. */
const p = (text, style) => el("p", { class: style }, text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part)));
const note = (text) => p(text, "note");
const chip = (text, style) => el("span", { class: "chip " + (style || "") }, text);
const assumedChip = () => chip(t("assumed"), "assumed");

/**
 * A table. `head`: titles; a title that starts with `#` is of numbers. `body`: rows of cells, each a text, an element,
 * or {text, small, value}. The first cell names the row.
 * `quiet`: a heading above says the caption already.
 */
function table(caption, head, body, quiet) {
  const numeric = head.map((title) => title.startsWith("#"));
  const cell = (content, at) => {
    const own = content !== null && typeof content === "object" && !(content instanceof Node) && !Array.isArray(content) ? content : { text: content };
    const inner = [own.text, own.small ? el("small", { class: /^[\d¥+\u2212週]/.test(own.small) && own.small.length < 28 ? "tight" : null }, own.small) : null].flat();
    const short = typeof own.text === "string" && own.text.length < 10;
    const attributes = { class: [numeric[at] ? "number" : "", short ? "tight" : ""].join(" ").trim() || null, "data-value": own.value };
    return at === 0 ? el("th", { ...attributes, scope: "row" }, inner) : el("td", attributes, inner);
  };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: quiet ? "quiet" : null }, caption),
      el("thead", {}, el("tr", {}, head.map((title, at) =>
        el("th", { scope: "col", class: numeric[at] ? "number" : null }, title.replace(/^#/, ""))))),
      el("tbody", {}, body.map((cells) => el("tr", {}, cells.map(cell))))));
}

/** A table that is made when it is opened. */
function folded(summary, make) {
  const details = el("details", {}, el("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(make());
  });
  return details;
}

const choices = {};

/**
 * Choosers above a part that they change. `choosers`: [{key, label, options: [[value, text]], fallback}]; a chooser with
 * one option is not shown. What was chosen stays when the language changes.
 */
function choosing(id, choosers, draw) {
  const out = el("div", { class: "chosen" });
  const values = {};
  const redraw = () => {
    out.replaceChildren(...draw(values).flat().filter(Boolean));
    drawCharts();
  };
  const controls = choosers.map(({ key, label, options, fallback }) => {
    const own = id + "." + key;
    const allowed = options.map(([value]) => String(value));
    if (!allowed.includes(choices[own])) choices[own] = allowed.includes(String(fallback)) ? String(fallback) : allowed[0];
    values[key] = choices[own];
    if (options.length < 2) return null;
    const select = el("select", { id: own, onchange: () => { choices[own] = values[key] = select.value; redraw(); } },
      options.map(([value, text]) => el("option", { value, selected: String(value) === values[key] }, text)));
    return el("label", { for: own }, label, select);
  });
  out.append(...draw(values).flat().filter(Boolean));
  return [el("div", { class: "controls" }, controls), out];
}
const kpiOptions = (list) => kpisIn(list).map(([id, row]) => [id, kpiName(row)]);
const plain = (values, write) => values.map((value) => [value, write ? write(value) : value]);

/** What stands where a table is missing. */
const absent = (name) => note(t("absent", { table: name + ".csv", command: content.commands[name] }));
