// Small makers of page elements: elements, tables, choosers.

import { content } from "./tables.js";
import { t } from "./words.js";

/** An element; `on...` keys are listeners, `null` attributes are left out, children may be text. */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
/**
 * An element of the page by its id, of whatever kind it is.
 * @returns {any}
 */
export const byId = (id) => document.getElementById(id);
/**
 * What has the focus.
 * @returns {any}
 */
export const focused = () => document.activeElement;
/** A paragraph; what stands between backticks is code. */
export const p = (text, style) =>
  el(
    "p",
    { class: style },
    text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part)),
  );
export const note = (text) => p(text, "note");
export const chip = (text, style) => el("span", { class: "chip " + (style || "") }, text);
export const assumedChip = () => chip(t("assumed"), "assumed");

/** A text whose ranges stay on their lines; in Japanese those of figures, as a range of days is too long for that. */
const unbroken = (text) =>
  text
    .split(/([^\s;()（）、；]*–[^\s;()（）、；]+(?: (?:%|pt))?|[−+\d.,]*\d～[−+\d.,]+(?:%|ポイント|日)?)/)
    .map((part, at) => (at % 2 ? el("span", { class: "whole" }, part) : part));

/**
 * A table. `head`: titles; a title that starts with `#` is of numbers. `body`: rows of cells, each a text, an element,
 * or {text, small, value}; `small` is a text or a list of them, one a line. The first cell names the row.
 * `quiet`: a heading above says the caption already.
 */
export function table(caption, head, body, quiet) {
  const numeric = head.map((title) => title.startsWith("#"));
  const cell = (content, at) => {
    const own =
      content !== null && typeof content === "object" && !(content instanceof Node) && !Array.isArray(content)
        ? content
        : { text: content };
    const small = [own.small].flat().filter(Boolean);
    const inner = [own.text, small.map((one) => el("small", {}, unbroken(one)))].flat();
    const short = typeof own.text === "string" && own.text.length < 12;
    const attributes = {
      class: [numeric[at] ? "number" : "", short ? "tight" : ""].join(" ").trim() || null,
      "data-value": own.value,
    };
    return at === 0 ? el("th", { ...attributes, scope: "row" }, inner) : el("td", attributes, inner);
  };
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      {},
      el("caption", { class: quiet ? "quiet" : null }, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((title, at) =>
            el("th", { scope: "col", class: numeric[at] ? "number" : null }, title.replace(/^#/, "")),
          ),
        ),
      ),
      el(
        "tbody",
        {},
        body.map((cells) => el("tr", {}, cells.map(cell))),
      ),
    ),
  );
}

/** A table that is made when it is opened. */
export function folded(summary, make) {
  const details = el("details", {}, el("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(make());
  });
  return details;
}

/** What stands where a table is missing. */
export const absent = (name) => note(t("absent", { table: name + ".csv", command: content.commands[name] }));
