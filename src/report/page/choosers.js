// Choosers above a part of the page, which change it.

import { drawCharts } from "./charts.js";
import { el } from "./elements.js";
import { kpisIn } from "./tables.js";
import { kpiName } from "./words.js";

export const choices = {};

/**
 * Choosers above a part that they change. `choosers`: [{key, label, options: [[value, text]], fallback}]; a chooser with
 * one option is not shown. What was chosen stays when the language changes.
 */
export function choosing(id, choosers, draw) {
  const out = el("div", { class: "chosen" });
  const values = {};
  const redraw = () => {
    out.replaceChildren(...draw(values).flat().filter(Boolean));
    drawCharts();
  };
  const controls = choosers.map(({ key, label, options, fallback }) => {
    const own = id + "." + key;
    const allowed = options.map(([value]) => String(value));
    if (!allowed.includes(choices[own]))
      choices[own] = allowed.includes(String(fallback)) ? String(fallback) : allowed[0];
    values[key] = choices[own];
    if (options.length < 2) return null;
    const select = el(
      "select",
      {
        id: own,
        onchange: () => {
          choices[own] = values[key] = select.value;
          redraw();
        },
      },
      options.map(([value, text]) => el("option", { value, selected: String(value) === values[key] }, text)),
    );
    return el("label", { for: own }, label, select);
  });
  out.append(...draw(values).flat().filter(Boolean));
  return [el("div", { class: "controls" }, controls), out];
}
export const kpiOptions = (list) => kpisIn(list).map(([id, row]) => [id, kpiName(row)]);
export const plain = (values, write) => values.map((value) => [value, write ? write(value) : value]);
