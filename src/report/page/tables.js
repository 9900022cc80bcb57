// The content of the page: tables of every folder as rows, and what stands beside them.

export let content = null;
export let background = null;
/** @type {Record<string, any[]>} */
let decoded = {};

/** Shows other folders from now on. */
export function take(next) {
  content = next;
  background = next.background;
  decoded = {};
}

export const runName = (folder) => {
  const manifest = content.folders[folder].manifest;
  return manifest.run || manifest.name || manifest.scenario || "folder " + (folder + 1);
};

/** Rows of a table from all folders. A scenario that two folders hold is told apart by the folder's name. */
export function rows(table) {
  decoded[table] ||= decode(table);
  return decoded[table];
}
/** Draws behind the ranges of a folder; null where its manifest does not say. */
function drawsOf(folder) {
  const found = content.partial ? content.partial.done : folder.manifest.replicates;
  return typeof found === "number" && found > 0 ? found : null;
}
/** Draws behind the ranges that are shown. */
export function draws() {
  const all = content.folders.map(drawsOf).filter((one) => one !== null);
  return all.length ? Math.min(...all) : null;
}
/** Fewest draws for a range of 90 %. */
export const drawsOfARange = () => background.draws_of_columns.low_5;
function decode(table) {
  const all = [];
  const owner = {};
  content.folders.forEach((folder, at) => {
    const source = folder.tables[table];
    if (!source) return;
    const few = drawsOf(folder) || Infinity;
    const needs = Object.entries(background.draws_of_columns);
    const told = (name) => !needs.some(([end, draws]) => few < draws && ("_" + name).endsWith("_" + end));
    const columns = Object.entries(source.columns).filter(([name]) => told(name));
    for (let i = 0; i < source.rows; i++) {
      const row = { folder: at };
      for (const [name, column] of columns) row[name] = Array.isArray(column) ? column[i] : column.words[column.at[i]];
      row.scenario = row.scenario || folder.manifest.scenario || "";
      row.name = row.scenario;
      if (owner[row.name] === undefined) owner[row.name] = at;
      if (owner[row.name] !== at) row.scenario = row.name + " [" + runName(at) + "]";
      all.push(row);
    }
  });
  return all;
}

/** Different values of a column in the order of the table. */
export const distinct = (list, column) => [...new Set(list.map((row) => row[column]))];
export const idOf = (row) => row.kpi + "|" + row.segment;
export const indicatorOf = (id) => background.indicators.find((one) => one.id === id);
export const unitOf = (kpi) => (indicatorOf(kpi) || { unit: "share" }).unit;

/** Candidate KPIs of some rows, in the order of the registry: [id, any row]. */
export function kpisIn(list) {
  const first = new Map();
  for (const row of list) if (!first.has(idOf(row))) first.set(idOf(row), row);
  const order = background.kpis.map((kpi) => idOf(kpi));
  const place = (id) => (order.indexOf(id) < 0 ? order.length : order.indexOf(id));
  return [...first].sort((a, b) => place(a[0]) - place(b[0]));
}

export const targetOf = (id) => (background.kpis.find((kpi) => idOf(kpi) === id) || {}).target;
export const scenarioOf = (name) => background.scenarios.find((one) => one.name === name);
export const isReference = (row) => row.scenario === row.reference || row.name === row.reference;
/** The scenario that the others are compared with. */
export const reference = () => (rows("differences")[0] || rows("choice")[0] || {}).reference;
export const lastYear = (list) => Math.max(...list.map((row) => row.fiscal_year));

/** A year's level as published; inside the model where no figure is published. */
export const level = (row) =>
  row.as_published_median === null
    ? { median: row.median, low: row.low_5, high: row.high_95 }
    : { median: row.as_published_median, low: row.as_published_low_5, high: row.as_published_high_95 };
