// The first view: what the scenario changes, beside what it is based on, with the same draws.

import { effectSentence, leadKpi } from "../../report/page/answer.js";
import { COLOURS, chart, clear, DASHES, dateAxis, goalLine } from "../../report/page/charts.js";
import { choosing, kpiOptions } from "../../report/page/choosers.js";
import { byId, el, note } from "../../report/page/elements.js";
import {
  background,
  distinct,
  idOf,
  isReference,
  lastYear,
  level,
  reference,
  rows,
  targetOf,
  unitOf,
} from "../../report/page/tables.js";
import {
  amount,
  amounts,
  axisOf,
  change,
  changes,
  day,
  fiscal,
  kpiName,
  missing,
  scenarioTitle,
  t,
} from "../../report/page/words.js";

const GREY = "#52606d";
/** Name of what a scenario is based on, where a quick look stands it beside the scenario. */
const UNCHANGED = "Unchanged";

export function effectSection() {
  const list = rows("fans");
  return choosing(
    "effect",
    [{ key: "kpi", label: t("kpi"), options: kpiOptions(list), fallback: leadKpi() }],
    ({ kpi }) => {
      const names = distinct(list, "scenario");
      const base = names.length > 1 ? names.find((name) => name === reference()) || names[0] : null;
      const own = list.filter((row) => idOf(row) === kpi);
      const others = names.filter((name) => name !== base);
      const seen = base === null ? [] : others.map((name) => note(effectSentence(name, kpi)));
      return [el("div", { class: "effect" }, sentences(kpi, names, base)), figure(kpi, own, names, base), ...seen];
    },
  );
}

/** The change and the level in words: short, so that the chart stays in sight. */
function sentences(kpi, names, base) {
  const unit = unitOf(kpi.split("|")[0]);
  const others = names.filter((name) => name !== base);
  const levels = rows("kpi").filter((row) => idOf(row) === kpi);
  const year = levels.length ? lastYear(levels) : null;
  const told = others.map((name) => {
    const last = levels.find((row) => row.scenario === name && row.fiscal_year === year);
    const { median, low, high } = last ? level(last) : { median: null, low: null, high: null };
    const found = rows("differences").filter((row) => row.scenario === name && idOf(row) === kpi && !isReference(row));
    const row = found.find((one) => one.fiscal_year === lastYear(found));
    const range = missing(low) ? "" : t("effect.range", { range: amounts(low, high, unit) });
    const stands = last ? t("effect.level", { year: fiscal(year), value: amount(median, unit), range }) : "";
    const values = row && { change: change(row.difference, unit), range: changes(row.mean_low, row.mean_high, unit) };
    const moved = !row
      ? ""
      : row.verdict === "identical"
        ? t("effect.identical")
        : t(base === UNCHANGED ? "effect.change" : "effect.differs", values);
    return el(
      "p",
      {},
      others.length > 1 ? scenarioTitle(name) + t("colon") : null,
      el("strong", {}, moved),
      " ",
      el("span", { class: "stands" }, stands),
    );
  });
  return base === null ? [...told, note(t("effect.nothing"))] : told;
}

/** A window in which the result takes the whole width, above the form. */
const isNarrow = () => byId("result").clientWidth < 420;
/** As high as there is room for below what stands above it. */
const room = () => {
  const { clientHeight } = byId("result");
  return Math.round(isNarrow() ? 220 : Math.min(620, Math.max(200, clientHeight - 205)));
};
/** A chart that is lower than this has its axes' titles inside: along the axes they would overlap. */
const LOW = 330;

/** Two entries beside each other where one below the other would leave no room for the lines. */
const SHORT_LEGEND = {
  orientation: "h",
  x: 0,
  y: 1.01,
  yanchor: "bottom",
  xanchor: "left",
  traceorder: "normal",
  font: { size: 10 },
  entrywidth: 0.49,
  entrywidthmode: "fraction",
};

const traceName = (name, base) => {
  if (base === null) return t("median");
  if (base === UNCHANGED) return t(name === base ? "effect.reference" : "effect.own");
  const title = scenarioTitle(name);
  return (
    (title.length > 40 ? title.slice(0, 39) + "…" : title) + (name === base ? " (" + t("card.reference") + ")" : "")
  );
};

/** Levels above, differences below, on one axis of time. */
function figure(kpi, own, names, base) {
  const unit = unitOf(own[0].kpi);
  const { factor, title } = axisOf(unit);
  const scaled = (list, key) => list.map((row) => (missing(row[key]) ? null : row[key] * factor));
  /** @type {any[]} */
  const traces = names.flatMap((name, at) => {
    const mine = own.filter((row) => row.scenario === name);
    const weeks = mine.map((row) => row.week);
    const colour = name === base ? GREY : COLOURS[Math.max(0, at - (base === null ? 0 : 1)) % COLOURS.length];
    const band = { x: weeks, mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
    const ranged = name !== base && mine.some((row) => !missing(row.low_5));
    return [
      ...(ranged
        ? [
            { ...band, y: scaled(mine, "low_5") },
            {
              ...band,
              y: scaled(mine, "high_95"),
              fill: "tonexty",
              fillcolor: clear(colour, 0.16),
              name: t("band.90"),
              showlegend: names.length <= 2,
            },
          ]
        : []),
      {
        x: weeks,
        y: scaled(mine, "median"),
        mode: "lines",
        name: traceName(name, base),
        line: { color: colour, width: 2.5, dash: name === base ? "dash" : DASHES[0] },
        text: mine.map((row) => amount(row.median, unit)),
        hovertemplate: "%{x|%Y-%m-%d}<br>%{text}<extra>" + scenarioTitle(name) + "</extra>",
      },
    ];
  });
  const seen = new Set();
  const survey = rows("published").filter((row) => idOf(row) === kpi && !seen.has(row.date) && seen.add(row.date));
  if (survey.length)
    traces.push({
      x: survey.map((row) => row.date),
      y: scaled(survey, "value"),
      mode: "markers",
      name: t("effect.published"),
      marker: { color: "#000000", symbol: "diamond-open", size: 9, line: { width: 2 } },
      text: survey.map((row) => amount(row.value, unit)),
      hovertemplate: "%{x|%Y-%m-%d}<br>%{text}<extra></extra>",
    });
  const gaps = rows("differences").filter((row) => idOf(row) === kpi && !isReference(row));
  names
    .filter((name) => name !== base)
    .forEach((name, at) => {
      const mine = gaps.filter((row) => row.scenario === name);
      if (mine.length === 0) return;
      const by = axisOf(unit, true).factor;
      traces.push({
        type: "bar",
        x: mine.map((row) => row.fiscal_year + "-10-01"),
        y: mine.map((row) => row.difference * by),
        yaxis: "y2",
        name: t("effect.difference"),
        showlegend: false,
        marker: { color: clear(COLOURS[at % COLOURS.length], 0.75) },
        error_y: {
          type: "data",
          symmetric: false,
          color: "#1c2733",
          array: mine.map((row) => (missing(row.mean_high) ? 0 : (row.mean_high - row.difference) * by)),
          arrayminus: mine.map((row) => (missing(row.mean_low) ? 0 : (row.difference - row.mean_low) * by)),
        },
        text: mine.map((row) => change(row.difference, unit) + " (" + changes(row.mean_low, row.mean_high, unit) + ")"),
        textposition: "none",
        hovertemplate: "%{text}<extra>" + scenarioTitle(name) + "</extra>",
      });
    });
  const weeks = own.map((row) => row.week).sort();
  const known = background.posterior.as_of;
  const target = targetOf(kpi);
  const line = { type: "line", line: { color: GREY, dash: "dot", width: 1.5 } };
  const shapes = [{ ...line, x0: known, x1: known, yref: "paper", y0: 0, y1: 1 }];
  if (!missing(target)) shapes.push(goalLine(target * factor));
  const two = gaps.length > 0;
  const height = room();
  const low = height < LOW;
  // Differences begin later than the course: there is room on the left.
  const inside = (text, y, side) => ({
    text,
    font: { size: 12 },
    xref: "paper",
    yref: "paper",
    x: side === "left" ? 0 : 1,
    y,
    xanchor: side,
    yanchor: "top",
    showarrow: false,
    bgcolor: "rgba(255, 255, 255, 0.7)",
  });
  return chart({
    title: t("fan.title", { kpi: kpiName(own[0]) }),
    tables: two ? ["fans", "published", "differences"] : ["fans", "published"],
    traces,
    height,
    layout: {
      ...(isNarrow() ? { legend: SHORT_LEGEND, margin: { l: 36, r: 8, t: 4, b: 36 } } : {}),
      xaxis: { ...dateAxis(), range: [weeks[0], weeks[weeks.length - 1]], anchor: two ? "y2" : "y" },
      yaxis: { title: low ? "" : title, rangemode: "tozero", domain: two ? [0.42, 1] : [0, 1] },
      ...(two
        ? {
            yaxis2: {
              title: { text: low ? "" : t("effect.difference"), font: { size: 12 } },
              domain: [0, 0.32],
              nticks: low ? 3 : 0,
              gridcolor: "#dde3e9",
              zerolinecolor: "#1c2733",
              automargin: true,
            },
          }
        : {}),
      shapes,
      annotations: low
        ? [inside(title, 1, "right"), ...(two ? [inside(t("effect.difference"), 0.32, "left")] : [])]
        : [],
    },
    values: {
      head: [t("week"), t("scenario"), "#" + t("median"), "#" + t("band.90")],
      body: own.map((row) => [
        day(row.week),
        scenarioTitle(row.scenario),
        amount(row.median, unit),
        amounts(row.low_5, row.high_95, unit),
      ]),
    },
  });
}
