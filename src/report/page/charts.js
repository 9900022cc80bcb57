// Charts: one look, a title, a source line and the values as a table for each.

import { el, folded, p, table } from "./elements.js";
import { exporters } from "./exports.js";
import { japanese, listed, missing, t } from "./words.js";

export const COLOURS = ["#0072B2", "#D55E00", "#007A59", "#9A4C82", "#946800", "#3A7CA5", "#000000"];
export const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "solid", "dash"];
export const HATCHES = ["", "/", "x", "-", "\\", "+", "."];
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
    if (whole[axis].title) whole[axis].title = { text: whole[axis].title, standoff: 8 };
  }
  waiting.push([place, traces, whole]);
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
    hovertemplate: "%{customdata}<br>%{text}<extra>" + one.name + "</extra>",
  }));
}
export const narrow = () => window.innerWidth < 700;
/** Height of a chart with so many names down its side: a name takes more lines where the window is narrow. */
export const tall = (names) => 120 + names.length * (narrow() ? 64 : 46);
/** Names down the side, first on top; long ones are broken. */
export const sideAxis = (names) => ({
  range: [names.length - 0.4, -0.6],
  tickvals: names.map((_, place) => place),
  ticktext: names.map(broken),
  tickfont: { size: 12 },
  showgrid: false,
  zeroline: false,
});
/** Breaks a name between words, in Japanese at brackets and commas. */
export function broken(name) {
  const width = japanese() ? (narrow() ? 12 : 20) : narrow() ? 18 : 34;
  const parts = japanese() ? name.split(/(?=（)|(?<=[、：])/u) : name.split(/(?<= )/u);
  const lines = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && (lines[last] + part.trimEnd()).length <= width) lines[last] += part;
    else lines.push(part);
  }
  return lines.join("<br>");
}
export const zeroLine = {
  type: "line",
  yref: "paper",
  x0: 0,
  x1: 0,
  y0: 0,
  y1: 1,
  line: { color: "#1c2733", width: 1 },
};
