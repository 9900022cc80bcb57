// Candidate KPIs by fiscal year, and over time.

import { firstScenario, leadKpi } from "./answer.js";
import { chart, course, dateAxis, goalLine, hover, scenarioLook } from "./charts.js";
import { choosing, kpiOptions, plain } from "./choosers.js";
import { absent, folded, note, p, table } from "./elements.js";
import { background, distinct, idOf, indicatorOf, kpisIn, level, rows, targetOf, unitOf } from "./tables.js";
import {
  amount,
  amounts,
  axisOf,
  day,
  EMPTY,
  fiscal,
  kpiName,
  missing,
  range,
  scenarioTitle,
  surveyName,
  t,
  word,
} from "./words.js";

const FIRST_YEAR = 2021;
const LAST_YEAR = 2025;

export function kpiSection() {
  const list = rows("kpi").filter((row) => row.fiscal_year >= FIRST_YEAR && row.fiscal_year <= LAST_YEAR);
  if (list.length === 0) return [absent("kpi")];
  const years = distinct(list, "fiscal_year").sort();
  const cell = (row) =>
    row
      ? {
          text: amount(level(row).median, row.unit),
          value: level(row).median,
          // None where there are too few replicates.
          small: missing(row.low_5)
            ? null
            : [
                amounts(level(row).low, level(row).high, row.unit),
                t("kpi.inside", { range: amounts(row.low_5, row.high_95, row.unit) }),
              ],
        }
      : EMPTY;
  return [
    p(t("kpi.how")),
    ...choosing(
      "kpi",
      [
        {
          key: "scenario",
          label: t("scenario"),
          options: plain(distinct(list, "scenario"), scenarioTitle),
          fallback: firstScenario(),
        },
      ],
      ({ scenario }) => {
        const own = list.filter((row) => row.scenario === scenario);
        const body = kpisIn(own).map(([id, row]) => {
          const known = publishedCell(scenario, id, row.unit);
          return [
            { text: kpiName(row), small: word(row.frame) },
            known,
            ...years.map((year) => cell(own.find((one) => idOf(one) === id && one.fiscal_year === year))),
          ];
        });
        return [
          table(
            t("kpi.caption", { scenario: scenarioTitle(scenario) }),
            [t("kpi"), "#" + t("kpi.published"), ...years.map((year) => "#" + fiscal(year))],
            body,
          ),
          p(t("source_plain", { tables: "kpi.csv, published.csv, fans.csv" }), "source"),
          kpiMeanings(),
        ];
      },
    ),
  ];
}

/** The last published figure with its survey and field period, and what was simulated in the same week. */
function publishedCell(scenario, id, unit) {
  const figures = rows("published").filter((row) => idOf(row) === id);
  const last = figures.sort((a, b) => a.date.localeCompare(b.date)).pop();
  if (!last) return EMPTY;
  const weeks = rows("fans").filter(
    (row) =>
      row.scenario === scenario && idOf(row) === id && row.week <= last.date && daysApart(row.week, last.date) < 7,
  );
  const then = weeks[0];
  const field = last.from && last.from !== last.until ? range(last.from, last.until, day) : day(last.date);
  const said = surveyName(last.survey) + t("comma") + field;
  let simulated = t("kpi.not_simulated");
  if (then) {
    const ranged = missing(then.low_5) ? "" : " (" + amounts(then.low_5, then.high_95, unit) + ")";
    simulated = t("kpi.same_week", { value: amount(then.median, unit) + ranged });
  }
  return { text: amount(last.value, unit), small: said + t("semicolon") + simulated, value: last.value };
}
const daysApart = (from, until) => (Date.parse(until) - Date.parse(from)) / 864e5;

/** What each KPI counts. */
const kpiMeanings = () =>
  folded(t("kpi.meanings"), () =>
    table(
      t("kpi.meanings"),
      [t("kpi"), t("formula"), t("frame"), t("unit")],
      background.indicators
        .filter((one) => one.candidate)
        .map((one) => [word(one.name), word(one.formula), word(one.frame), word(one.unit)]),
    ),
  );

export function fanSection() {
  const list = rows("fans");
  if (list.length === 0) return [absent("fans")];
  const scenarios = distinct(list, "scenario");
  const options =
    scenarios.length > 1
      ? [["", t("all_scenarios")], ...plain(scenarios, scenarioTitle)]
      : plain(scenarios, scenarioTitle);
  return choosing(
    "fan",
    [
      { key: "kpi", label: t("kpi"), options: kpiOptions(list), fallback: leadKpi() },
      { key: "scenario", label: t("scenario"), options, fallback: firstScenario() },
    ],
    ({ kpi, scenario }) => {
      const frame = word((indicatorOf(kpi.split("|")[0]) || {}).frame);
      return [fanChart(kpi, scenario === "" ? scenarios : [scenario], 440), note(t("fan.frame", { frame }))];
    },
  );
}

/** The course of a KPI under some scenarios, with the published figures. */
export function fanChart(kpi, shown, height) {
  const own = rows("fans").filter((row) => idOf(row) === kpi && shown.includes(row.scenario));
  if (own.length === 0) return null;
  const unit = unitOf(own[0].kpi);
  const { factor, title } = axisOf(unit);
  /** @type {any[]} */
  const traces = shown.flatMap((name) => {
    const mine = own.filter((row) => row.scenario === name);
    const of = (key) => mine.map((row) => row[key] * factor);
    const alone = shown.length === 1;
    const { colour, dash } = scenarioLook(name);
    return course({
      x: mine.map((row) => row.week),
      mid: of("median"),
      bands: [
        { low: of("low_5"), high: of("high_95"), alpha: 0.16, name: alone ? t("band.90") : "" },
        { low: of("low_25"), high: of("high_75"), alpha: 0.3, name: alone ? t("band.50") : "" },
      ],
      colour,
      dash: alone ? "solid" : dash,
      name: alone ? t("median") : scenarioTitle(name),
      text: mine.map((row) => amount(row.median, unit) + " (" + amounts(row.low_5, row.high_95, unit) + ")"),
      template: "%{x|%Y-%m-%d}\n%{text}",
    });
  });
  const seen = new Set();
  const survey = rows("published").filter(
    (row) =>
      idOf(row) === kpi && !seen.has(row.survey + row.date + row.value) && seen.add(row.survey + row.date + row.value),
  );
  if (survey.length) {
    traces.push({
      x: survey.map((row) => row.date),
      y: survey.map((row) => row.value * factor),
      mode: "markers",
      name: t("published", { survey: surveyName(survey[0].survey) }),
      marker: { color: "#000000", symbol: "diamond-open", size: 10, line: { width: 2 } },
      text: survey.map((row) => amount(row.value, unit)),
      hovertemplate: hover("%{x|%Y-%m-%d}\n%{text}", surveyName(survey[0].survey)),
    });
  }
  const known = background.posterior.as_of;
  traces.push(...levelsAsPublished(kpi, shown, known));
  const weeks = own.map((row) => row.week).sort();
  // From the last figure before the run on, where there is one in the year before it.
  const before = survey
    .map((row) => row.date)
    .filter((date) => date < weeks[0] && date >= String(Number(weeks[0].slice(0, 4)) - 1));
  const first = new Date(before.sort().at(-1) || weeks[0]);
  first.setDate(first.getDate() - (before.length ? 21 : 0));
  const start = first.toISOString().slice(0, 10);
  // Room for what stands at the end of the last year.
  const last = new Date(weeks[weeks.length - 1]);
  last.setDate(last.getDate() + 35);
  const end = last.toISOString().slice(0, 10);
  /** @type {any[]} */
  const shapes = [
    {
      type: "line",
      x0: known,
      x1: known,
      yref: "paper",
      y0: 0,
      y1: 1,
      line: { color: "#52606d", dash: "dot", width: 1.5 },
    },
  ];
  const target = targetOf(kpi);
  /** @type {any[]} */
  const annotations = [
    {
      x: known,
      yref: "paper",
      y: 0.02,
      xanchor: "left",
      yanchor: "bottom",
      showarrow: false,
      text: " " + t("fan.known"),
      font: { color: "#3e4c59", size: 12 },
    },
  ];
  if (!missing(target)) {
    shapes.push(goalLine(target * factor));
    annotations.push({
      xref: "paper",
      x: 0.995,
      y: target * factor,
      xanchor: "right",
      yanchor: "top",
      showarrow: false,
      text: t("fan.target", { target: amount(target, unit) }),
      font: { color: "#8a3c00", size: 12 },
      bgcolor: "rgba(255,255,255,0.8)",
    });
  }
  return chart({
    title: t("fan.title", { kpi: kpiName(own[0]) }),
    tables: ["fans", "kpi", "published"],
    traces,
    height,
    layout: {
      xaxis: { ...dateAxis(), range: [start, end] },
      yaxis: { title, rangemode: "tozero", ticksuffix: "" },
      shapes,
      annotations,
    },
    values: {
      head: [
        t("week"),
        ...(shown.length > 1 ? [t("scenario")] : []),
        "#" + t("median"),
        "#" + t("band.90"),
        "#" + t("band.50"),
      ],
      body: own.map((one) => [
        day(one.week),
        ...(shown.length > 1 ? [scenarioTitle(one.scenario)] : []),
        amount(one.median, unit),
        amounts(one.low_5, one.high_95, unit),
        amounts(one.low_25, one.high_75, unit),
      ]),
    },
  });
}

/** What the survey will publish at the ends of the fiscal years to come, beside the course inside the model. */
function levelsAsPublished(kpi, shown, known) {
  return shown.flatMap((name, place) => {
    const own = rows("kpi").filter(
      (row) => idOf(row) === kpi && row.scenario === name && row.as_of > known && !missing(row.as_published_median),
    );
    if (own.length === 0) return [];
    const unit = unitOf(own[0].kpi);
    const { factor } = axisOf(unit);
    const { colour } = scenarioLook(name);
    // Scenarios side by side, so that their ranges do not cover one another.
    const week = (row) => {
      const date = new Date(row.as_of);
      date.setDate(date.getDate() + 28 * (place - (shown.length - 1) / 2));
      return date.toISOString().slice(0, 10);
    };
    const to = (of) => own.map((row) => of(row) * factor);
    const ranged = own.every((row) => !missing(row.as_published_low_5));
    return [
      {
        x: own.map(week),
        y: to((row) => row.as_published_median),
        mode: "markers",
        name: ranged ? t("fan.as_published") : t("fan.as_published_middle"),
        showlegend: place === 0,
        marker: { color: "#ffffff", symbol: "square", size: 8, line: { width: 2, color: colour } },
        error_y: {
          visible: ranged,
          type: "data",
          symmetric: false,
          array: to((row) => row.as_published_high_95 - row.as_published_median),
          arrayminus: to((row) => row.as_published_median - row.as_published_low_5),
          color: colour,
          thickness: 1.5,
          width: 4,
        },
        text: own.map(
          (row) =>
            amount(row.as_published_median, unit) +
            (ranged ? " (" + amounts(row.as_published_low_5, row.as_published_high_95, unit) + ")" : ""),
        ),
        hovertemplate: hover("%{x|%Y-%m-%d}\n%{text}", t("fan.as_published")),
      },
    ];
  });
}
