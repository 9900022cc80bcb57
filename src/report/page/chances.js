// How likely a target is, when it is reached, and where the uncertainty comes from.

import { firstScenario, leadKpi } from "./answer.js";
import { chart, course, HATCHES, hover, scenarioLook, sideAxis, tall, waiting } from "./charts.js";
import { choices, choosing, kpiOptions, plain } from "./choosers.js";
import { absent, el, note, p, table } from "./elements.js";
import { distinct, idOf, kpisIn, lastYear, rows, targetOf, unitOf } from "./tables.js";
import {
  amount,
  axisOf,
  chance,
  chances,
  change,
  day,
  EMPTY,
  fiscal,
  kpiName,
  missing,
  scenarioTitle,
  t,
} from "./words.js";

export function exceedanceSection() {
  const list = rows("exceedance");
  if (list.length === 0) return [absent("exceedance"), ...reachedPart()];
  const scenarios = distinct(list, "scenario");
  return [
    ...choosing(
      "exceedance",
      [
        { key: "kpi", label: t("kpi"), options: kpiOptions(list), fallback: leadKpi() },
        {
          key: "year",
          label: t("year"),
          options: plain(distinct(list, "fiscal_year").sort(), fiscal),
          fallback: lastYear(list),
        },
      ],
      ({ kpi, year }) => {
        const own = list.filter((row) => idOf(row) === kpi && String(row.fiscal_year) === year);
        return exceedancePart(
          kpi,
          year,
          own,
          scenarios.filter((name) => own.some((row) => row.scenario === name)),
        );
      },
    ),
    ...reachedPart(),
  ];
}

/** Probability at a target: read off between two points of the table. */
function readOff(curve, target) {
  const after = curve.findIndex((row) => row.target >= target);
  if (after < 0) return { probability: curve[curve.length - 1].probability, beyond: "high" };
  if (after === 0) return { probability: curve[0].probability, beyond: curve[0].target > target ? "low" : "" };
  const [a, b] = [curve[after - 1], curve[after]];
  const part = (target - a.target) / (b.target - a.target || 1);
  const between = (key) => a[key] + part * (b[key] - a[key]);
  return { probability: between("probability"), low: between("low_90"), high: between("high_90") };
}

function exceedancePart(kpi, year, own, shown) {
  if (own.length === 0) return [note(t("no_values"))];
  const unit = unitOf(own[0].kpi);
  const { factor, title } = axisOf(unit);
  const curves = shown.map((name) => own.filter((row) => row.scenario === name).sort((a, b) => a.target - b.target));
  const traces = curves.flatMap((curve, at) => {
    const of = (key) => curve.map((row) => row[key] * 100);
    return course({
      ...scenarioLook(shown[at]),
      x: curve.map((row) => row.target * factor),
      mid: of("probability"),
      bands: [{ low: of("low_90"), high: of("high_90"), alpha: 0.16 }],
      name: scenarioTitle(shown[at]),
      text: curve.map(
        (row) =>
          amount(row.target, unit) +
          t("colon") +
          chance(row.probability) +
          " (" +
          chances(row.low_90, row.high_90) +
          ")",
      ),
      template: "%{text}",
    });
  });
  const targets = own.map((row) => row.target);
  const [least, most] = [Math.min(...targets), Math.max(...targets)];
  const official = targetOf(kpi);
  const places = unit === "days a week" ? 2 : 1;
  const middle = (curves[0].find((row) => row.probability <= 0.5) || curves[0][0]).target;
  const start =
    choices["target." + kpi] ||
    String(
      ((!missing(official) && official >= least && official <= most ? official : middle) * factor).toFixed(places),
    );
  const step = 10 ** -places;
  const limits = {
    min: (Math.floor((least * factor) / step) * step).toFixed(places),
    max: (Math.ceil((most * factor) / step) * step).toFixed(places),
    step,
  };
  const said = el("ul", { class: "readout", "aria-live": "polite" });
  const figure = chart({
    title: t("exceedance.title", { kpi: kpiName(own[0]), year: fiscal(year) }),
    tables: ["exceedance"],
    traces,
    layout: {
      xaxis: { title: t("exceedance.axis", { unit: title }) },
      yaxis: { title: t("probability_axis"), range: [0, 102] },
      shapes: [],
    },
    values: {
      head: [t("choice.target"), t("scenario"), "#" + t("probability"), "#" + t("interval")],
      body: own.map((row) => [
        amount(row.target, unit),
        scenarioTitle(row.scenario),
        chance(row.probability),
        chances(row.low_90, row.high_90),
      ]),
    },
  });
  const tell = (text) => {
    const target = Number(text) / factor;
    if (text === "" || Number.isNaN(target)) return;
    choices["target." + kpi] = text;
    said.replaceChildren(
      ...curves.map((curve, at) => {
        const found = readOff(curve, target);
        const values = {
          scenario: scenarioTitle(shown[at]),
          target: amount(target, unit),
          chance: chance(found.probability),
          low: chance(found.low),
          high: chance(found.high),
        };
        return el("li", {}, missing(found.low) ? t("exceedance.outside", values) : t("exceedance.said", values));
      }),
    );
    const plot = figure.querySelector(".plot");
    const line = [
      {
        type: "line",
        yref: "paper",
        x0: target * factor,
        x1: target * factor,
        y0: 0,
        y1: 1,
        line: { color: "#1c2733", dash: "dot", width: 1.5 },
      },
    ];
    const pending = waiting.find(([place]) => place === plot);
    if (pending) pending[2].shapes = line;
    else if (plot.data) Plotly.relayout(plot, { shapes: line });
  };
  const entry = el("input", {
    type: "number",
    id: "target-entry",
    value: start,
    ...limits,
    oninput: () => {
      slider.value = entry.value;
      tell(entry.value);
    },
  });
  const slider = el("input", {
    type: "range",
    "aria-label": t("exceedance.slider"),
    value: start,
    ...limits,
    oninput: () => {
      entry.value = slider.value;
      tell(slider.value);
    },
  });
  tell(start);
  return [
    el(
      "div",
      { class: "controls" },
      el("label", { for: "target-entry" }, t("exceedance.entry", { unit: title }), entry),
      slider,
    ),
    said,
    figure,
    note(t("exceedance.how")),
  ];
}

/** A day on which a target is first met. */
const when = (date) => (date ? day(date) : t("reached.later"));

function reachedPart() {
  const list = rows("reached");
  const heading = el("h3", {}, t("reached.title"));
  if (list.length === 0) return [heading, absent("reached")];
  const body = kpisIn(list).flatMap(([id]) =>
    list
      .filter((row) => idOf(row) === id)
      .map((row) => {
        const unit = unitOf(row.kpi);
        const value = { value: amount(row.target, unit) };
        const target = row.kpi === "regional_gap" ? t("at_most", value) : t("at_least", value);
        return [
          kpiName(row),
          scenarioTitle(row.scenario),
          { text: target, small: t("target_source." + row.target_source) },
          { text: chance(row.probability), small: chances(row.low_90, row.high_90) },
          when(row.date_50),
          when(row.date_5),
          when(row.date_95),
        ];
      }),
  );
  return [
    heading,
    table(
      t("reached.title"),
      [
        t("kpi"),
        t("scenario"),
        "#" + t("choice.target"),
        "#" + t("reached.probability"),
        "#" + t("reached.middle"),
        "#" + t("reached.early"),
        "#" + t("reached.late"),
      ],
      body,
      true,
    ),
    p(t("source_plain", { tables: "reached.csv" }), "source"),
    note(t("reached.how")),
  ];
}

const SPLIT = ["parameters", "luck", "emergencies", "model_error", "survey_sampling"];

export function splitSection() {
  const list = rows("split");
  if (list.length === 0) return [absent("split")];
  return [
    p(t("split.how")),
    ...choosing(
      "split",
      [
        {
          key: "scenario",
          label: t("scenario"),
          options: plain(distinct(list, "scenario"), scenarioTitle),
          fallback: firstScenario(),
        },
        {
          key: "year",
          label: t("year"),
          options: plain(distinct(list, "fiscal_year").sort(), fiscal),
          fallback: lastYear(list),
        },
      ],
      ({ scenario, year }) => {
        const own = list.filter((row) => row.scenario === scenario && String(row.fiscal_year) === year);
        const kpis = kpisIn(own);
        const names = kpis.map(([, row]) => kpiName(row));
        const cell = (id, source) => own.find((row) => idOf(row) === id && row.source === source) || {};
        const traces = SPLIT.map((source, at) => {
          const share = kpis.map(([id]) => cell(id, source).share);
          return {
            type: "bar",
            orientation: "h",
            name: t("split." + source),
            y: names.map((_, place) => place),
            customdata: names,
            x: share.map((one) => (missing(one) ? 0 : one * 100)),
            marker: {
              color: ["#0072B2", "#E69F00", "#D55E00", "#B9C4CE", "#CC79A7"][at],
              pattern: { shape: HATCHES[at], fgcolor: "rgba(255,255,255,0.55)", fillmode: "overlay", size: 7 },
              line: { color: "#ffffff", width: 1 },
            },
            text: share.map(chance),
            hovertemplate: hover("%{customdata}\n%{text}", t("split." + source)),
            textposition: "none",
          };
        });
        const title = t("split.title", { scenario: scenarioTitle(scenario), year: fiscal(year) });
        const write = (row) =>
          missing(row.share) ? EMPTY : { text: chance(row.share), small: chances(row.low_90, row.high_90) };
        return [
          chart({
            title,
            tables: ["split"],
            traces,
            height: tall(names),
            layout: {
              barmode: "stack",
              xaxis: { title: t("split.axis"), range: [0, 100.5] },
              yaxis: sideAxis(names),
              legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", traceorder: "normal" },
            },
          }),
          table(
            title,
            [t("kpi"), ...SPLIT.map((source) => "#" + t("split." + source)), "#" + t("split.sd")],
            kpis.map(([id, row]) => {
              const total = cell(id, "total").variance;
              return [
                kpiName(row),
                ...SPLIT.map((source) => write(cell(id, source))),
                missing(total) ? EMPTY : change(Math.sqrt(total), unitOf(row.kpi)).replace("+", ""),
              ];
            }),
          ),
          p(t("source_plain", { tables: "split.csv" }), "source"),
        ];
      },
    ),
  ];
}
