// What a reader takes along: a chart as a picture, its tables as files.

import { el } from "./elements.js";
import { content, runName } from "./tables.js";
import { t } from "./words.js";

/** A cell as CSV has it: quoted where it holds a comma, a quote or a line break. */
const cell = (value) => {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
};

/** A table of one folder, number for number as it stands in its file. */
function csv(source) {
  const columns = Object.entries(source.columns);
  const read = (column, i) => (Array.isArray(column) ? column[i] : column.words[column.at[i]]);
  const lines = Array.from({ length: source.rows }, (_, i) =>
    columns.map(([, column]) => cell(read(column, i))).join(","),
  );
  return [columns.map(([name]) => cell(name)).join(","), ...lines].join("\n") + "\n";
}

function offerText(text, name) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

/** Buttons that save a chart and the tables that it shows. */
export function exporters(place, title, tables) {
  const filename = title.replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 60);
  const one = (text, act) =>
    el("button", { type: "button", class: "small", "aria-label": text + t("colon") + title, onclick: act }, text);
  const size = () => ({ width: place.clientWidth || 900, height: place.clientHeight || 420 });
  const images = ["png", "svg"].map((format) =>
    one(format.toUpperCase(), () =>
      Plotly.downloadImage(place, { format, filename, scale: format === "png" ? 2 : 1, ...size() }),
    ),
  );
  const files = tables.flatMap((table) =>
    content.folders.flatMap((folder, at) => {
      const source = folder.tables[table];
      if (!source) return [];
      const name = content.folders.length > 1 ? runName(at) + "_" + table + ".csv" : table + ".csv";
      return [one(name, () => offerText(csv(source), name))];
    }),
  );
  return el(
    "p",
    { class: "exports" },
    t("save_chart"),
    " ",
    [...images, ...files].flatMap((button) => [button, " "]),
  );
}
