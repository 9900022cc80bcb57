// Charts: one look, a title, a source line and the values as a table for each.

import { leadScenario } from "./answer.js";
import { el, folded, p, table } from "./elements.js";
import { exporters } from "./exports.js";
import { background, distinct, rows } from "./tables.js";
import { japanese, listed, missing, t } from "./words.js";

// Told apart with any common colour blindness, together with dash or hatching.
export const COLOURS = [
  "#0072B2",
  "#D55E00",
  "#007A59",
  "#9A4C82",
  "#946800",
  "#3A7CA5",
  "#000000",
  "#B5485D",
  "#5B6F00",
  "#6A51A3",
  "#1B7F8C",
];
export const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "solid", "dash"];
/** Of scenarios beside the reference, which is blue and solid. */
const OTHER_COLOURS = COLOURS.filter((colour) => !["#0072B2", "#3A7CA5"].includes(colour));
const OTHER_DASHES = ["dash", "dot", "dashdot", "longdash", "longdashdot"];
export const HATCHES = ["", "/", "x", "-", "\\", "+", "."];

/** A number that a text decides alone. */
const numberOf = (text) => [...text].reduce((sum, c) => (Math.imul(sum, 31) + (c.codePointAt(0) || 0)) >>> 0, 7);
/**
 * Places of names among `size` looks: a name's place is its own, whatever stands beside it; only of two names that
 * would look the same one moves on.
 */
function looks(names, size) {
  const found = new Map();
  for (const name of [...new Set(names)].sort()) {
    const taken = [...found.values()];
    let place = numberOf(name) % size;
    for (let tries = 0; tries < size && taken.includes(place); tries++) place = (place + 1) % size;
    found.set(name, place);
  }
  return found;
}
/** Colour and dash of a scenario: the reference is blue and solid, the others have looks of their own. */
export function scenarioLook(name) {
  const first = leadScenario();
  if (name === first) return { colour: COLOURS[0], dash: "solid" };
  const all = ["kpi", "fans", "exceedance", "costs"].flatMap((source) => distinct(rows(source), "scenario"));
  const others = looks(
    all.filter((one) => one !== first),
    OTHER_COLOURS.length,
  );
  const place = others.get(name) || 0;
  return { colour: OTHER_COLOURS[place], dash: OTHER_DASHES[place % OTHER_DASHES.length] };
}
/** Colour and hatching of a measure: the colour is its kind's, the hatching its own among the measures of that kind. */
export function measureLook(name, kind) {
  const same = background.scenarios.flatMap((one) => one.interventions).filter((one) => one.kind === kind);
  const names = [name, ...same.map((one) => one.name)];
  const place = Math.max(0, background.kinds.indexOf(kind));
  return { colour: COLOURS[place % COLOURS.length], hatch: HATCHES[looks(names, HATCHES.length).get(name)] };
}
export const clear = (colour, alpha) => {
  const part = (at) => parseInt(colour.slice(at, at + 2), 16);
  return "rgba(" + part(1) + "," + part(3) + "," + part(5) + "," + alpha + ")";
};

export /** Charts that wait for their place: place, traces, layout. */
let waiting = [];
/** The page is drawn anew: charts that wait for the old one are not drawn. */
export function forgetCharts() {
  waiting = [];
}
/** Charts are drawn when their place is in the page and has a width. */
export function drawCharts() {
  const now = waiting;
  waiting = [];
  for (const [place, traces, layout] of now) {
    if (!place.isConnected) {
      waiting.push([place, traces, layout]);
      continue;
    }
    Plotly.newPlot(place, traces, layout, { displayModeBar: false, responsive: true, showTips: false });
  }
}

const FONT =
  "system-ui, -apple-system, 'Segoe UI', 'Hiragino Sans', 'Yu Gothic UI', 'Meiryo', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";

/** What a chart says where it is pointed at: a template whose lines are apart by line feeds, and a name beside it. */
export const hover = (template, name) => ({ template, name: name || "" });
/** Text as the chart library shows it: what it would take for markup, or for a place to fill in, is text. */
const shownText = (text) =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/%\{/g, "&#37;{")
    .replace(/\n/g, "<br>");
const FORMATS = ["tickformat", "hoverformat", "texttemplate", "family"];
/**
 * Traces and layouts with every text made safe: the one door to the chart library.
 * @returns {any}
 */
function safe(value, key) {
  if (typeof value === "string") return FORMATS.includes(key) ? value : shownText(value);
  if (Array.isArray(value)) return value.map((one) => safe(one, key));
  if (value === null || typeof value !== "object") return value;
  if (key === "hovertemplate")
    return value.template.replace(/\n/g, "<br>") + "<extra>" + shownText(value.name) + "</extra>";
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, safe(one, name)]));
}

/**
 * A course over time or over values: bands, wide ones first, and a middle line. A single place is drawn as a point with
 * its ranges.
 * @param {{ x: any[], mid: number[], bands: { low: number[], high: number[], alpha: number, name?: string }[],
 *   colour: string, dash?: string, name: string, text: string[], template: string }} one
 * @returns {any[]}
 */
export function course({ x, mid, bands, colour, dash, name, text, template }) {
  // Too few draws have no range.
  const told = bands.filter(({ low }) => !low.some(missing));
  const middle = { x, y: mid, name, text, hovertemplate: hover(template, name), showlegend: true };
  if (x.length === 1) {
    const range = (band, at) => ({
      x,
      y: mid,
      mode: "markers",
      name: band.name || "",
      showlegend: Boolean(band.name),
      hoverinfo: "skip",
      marker: { color: colour, size: 1 },
      error_y: {
        type: "data",
        symmetric: false,
        color: clear(colour, 0.5),
        thickness: 2 + 4 * at,
        width: 8,
        array: [band.high[0] - mid[0]],
        arrayminus: [mid[0] - band.low[0]],
      },
    });
    return [...told.map(range), { ...middle, mode: "markers", marker: { color: colour, size: 10 } }];
  }
  const edge = { x, mode: "lines", line: { width: 0 }, hoverinfo: "skip" };
  const area = (band) => [
    { ...edge, y: band.low, showlegend: false },
    {
      ...edge,
      y: band.high,
      fill: "tonexty",
      fillcolor: clear(colour, band.alpha),
      name: band.name || "",
      showlegend: Boolean(band.name),
    },
  ];
  const line = { color: colour, width: 2.5, dash: dash || "solid" };
  return [...told.flatMap(area), { ...middle, mode: "lines", line }];
}

/**
 * A chart. `tables`: names of the tables that it shows; `values`: the folded table below it.
 * @param {{ title: string, tables: string[], traces: any[], layout: any, height?: number, extra?: Node,
 *   values?: { head: string[], body: any[][] } }} one
 */
export function chart({ title, tables, traces, layout, values, extra, height }) {
  const place = el("div", {
    class: "plot",
    role: "img",
    "aria-label": title,
    style: "height:" + (height || 400) + "px",
  });
  const whole = {
    height: height || 400,
    margin: { l: 56, r: 16, t: 12, b: 48 },
    font: { family: FONT, size: 13, color: "#1c2733" },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", xanchor: "left", traceorder: "normal" },
    hoverlabel: { align: "left", font: { family: FONT } },
    hovermode: "closest",
    separators: ".,",
    ...layout,
  };
  for (const axis of ["xaxis", "yaxis"]) {
    whole[axis] = {
      gridcolor: "#dde3e9",
      zerolinecolor: "#7b8794",
      linecolor: "#7b8794",
      automargin: true,
      separatethousands: true,
      exponentformat: "none",
      ...whole[axis],
    };
    // A range of one day shows nothing.
    const ends = whole[axis].range;
    if (whole[axis].type === "date" && ends && ends[0] === ends[1]) {
      const beside = (days) => new Date(Date.parse(ends[0]) + days * 864e5).toISOString().slice(0, 10);
      whole[axis].range = [-21, 21].map(beside);
      whole[axis].tickformat = japanese() ? "%-m月%-d日\n%Y年" : "%-d %b\n%Y";
    }
    const said = whole[axis].title;
    if (said) whole[axis].title = { text: axis === "xaxis" ? inLines(said) : said, standoff: 8 };
  }
  const named = traces.map((one) => (one.name ? { ...one, name: inLines(one.name) } : one));
  waiting.push([place, safe(named), safe(whole)]);
  return el(
    "figure",
    {},
    el("figcaption", {}, title),
    place,
    p(t("source_line", { tables: listed(tables.map((name) => name + ".csv")), hint: t("chart_hint") }), "source"),
    exporters(place, title, tables),
    extra,
    values ? folded(t("as_table"), () => table(title, values.head, values.body)) : null,
  );
}

export const dateAxis = () => ({
  type: "date",
  tickformat: japanese() ? "%Y年\n%-m月" : "%b\n%Y",
  hoverformat: "%Y-%m-%d",
});

/**
 * Dots with their intervals, one line for each name. `series`: [{name, low, mid, high, colour, symbol, text}] lists;
 * `apart`: how far below each other the series of one name stand, so that no interval hides another.
 */
export function dots(series, names, apart) {
  return series.map((one, at) => ({
    type: "scatter",
    mode: "markers",
    name: one.name,
    x: one.mid,
    orientation: "h",
    y: names.map((_, place) => place + (apart || 0) * (at - (series.length - 1) / 2)),
    marker: { color: one.colour, symbol: one.symbol || "circle", size: one.size || 9 },
    error_x: one.low
      ? {
          type: "data",
          symmetric: false,
          color: one.colour,
          thickness: one.thickness || 2,
          width: 4,
          array: one.high.map((high, i) => (missing(high) ? 0 : high - one.mid[i])),
          arrayminus: one.low.map((low, i) => (missing(low) ? 0 : one.mid[i] - low)),
        }
      : undefined,
    customdata: names,
    text: one.text,
    hovertemplate: hover("%{customdata}\n%{text}", one.name),
  }));
}
export const narrow = () => window.innerWidth < 700;
/** Height of a chart with so many names down its side: a name takes more lines where the window is narrow. */
export const tall = (names) => 120 + names.length * (narrow() ? 72 : 46);
/** Names down the side, first on top; long ones are broken. */
export const sideAxis = (names) => ({
  range: [names.length - 0.4, -0.6],
  tickvals: names.map((_, place) => place),
  ticktext: names.map((name) => broken(name)),
  tickfont: { size: 12 },
  showgrid: false,
  zeroline: false,
});
/** A text across a chart, in as many lines as a narrow window needs. */
const inLines = (text) => (narrow() ? broken(text, japanese() ? 20 : 34) : text);
/** Breaks a name between words, in Japanese at brackets and commas. */
export function broken(name, most = 0) {
  const width = most || (japanese() ? (narrow() ? 12 : 20) : narrow() ? 18 : 34);
  const parts = japanese() ? name.split(/(?=（)|(?<=[、：])/u) : name.split(/(?<= )/u);
  const lines = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && (lines[last] + part.trimEnd()).length <= width) lines[last] += part;
    else lines.push(part);
  }
  return lines.join("\n");
}
/** A goal across a chart. */
export const goalLine = (value) =>
  /** @type {any} */ ({
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: value,
    y1: value,
    line: { color: "#D55E00", dash: "dash", width: 1.5 },
  });
export const zeroLine = {
  type: "line",
  yref: "paper",
  x0: 0,
  x1: 0,
  y0: 0,
  y1: 1,
  line: { color: "#1c2733", width: 1 },
};
