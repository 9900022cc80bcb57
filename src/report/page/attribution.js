// Which intervention the effect of a package comes from, and what scale would reach a target.

import { leadKpi } from "./answer.js";
import { broken, COLOURS, chart, course, dots, hover, narrow, sideAxis, tall, zeroLine } from "./charts.js";
import { choosing, kpiOptions, plain } from "./choosers.js";
import { absent, assumedChip, el, note, p, table } from "./elements.js";
import { distinct, idOf, lastYear, rows, unitOf } from "./tables.js";
import {
  amount,
  axisOf,
  chance,
  chances,
  change,
  changes,
  count,
  day,
  EMPTY,
  fine,
  fiscal,
  kindOf,
  known,
  kpiName,
  measureName,
  missing,
  range,
  scenarioTitle,
  signed,
  t,
  varied,
  yen,
} from "./words.js";

export function attributionSection() {
  const list = rows("attribution");
  if (list.length === 0) return [rows("target").length ? null : absent("attribution"), ...targetPart()].filter(Boolean);
  return [
    p(t("attribution.how")),
    ...choosing(
      "attribution",
      [
        { key: "scenario", label: t("scenario"), options: plain(distinct(list, "scenario"), scenarioTitle) },
        { key: "kpi", label: t("kpi"), options: kpiOptions(list), fallback: leadKpi() },
        {
          key: "year",
          label: t("year"),
          options: plain(distinct(list, "fiscal_year").sort(), fiscal),
          fallback: lastYear(list),
        },
      ],
      ({ scenario, kpi, year }) => {
        const own = list.filter(
          (row) => row.scenario === scenario && idOf(row) === kpi && String(row.fiscal_year) === year,
        );
        if (own.length === 0) return [note(t("no_values"))];
        const parts = own.filter((row) => row.intervention !== "package");
        const whole = own.find((row) => row.intervention === "package");
        const unit = unitOf(own[0].kpi);
        const { factor, title } = axisOf(unit, true);
        const write = (value) => change(value, unit);
        const label = (row) =>
          row.intervention === "package" ? t("attribution.package") : measureName(row.intervention, row.kind);
        const bars = [...parts, whole].filter(Boolean);
        const waterfall = {
          type: "waterfall",
          orientation: "h",
          y: bars.map(label),
          x: bars.map((row) => row.shapley * factor),
          measure: bars.map((row) => (row === whole ? "total" : "relative")),
          text: bars.map((row) => write(row.shapley)),
          // Where there is little room the numbers stand under the names.
          textposition: narrow() ? "none" : "outside",
          cliponaxis: false,
          hovertext: bars.map((row) => write(row.shapley) + " (" + changes(row.low_90, row.high_90, unit) + ")"),
          hovertemplate: hover("%{y}\n%{hovertext}"),
          increasing: { marker: { color: "#0072B2" } },
          decreasing: { marker: { color: "#D55E00" } },
          totals: { marker: { color: "#52606d" } },
          connector: { line: { color: "#7b8794", width: 1 } },
        };
        // Room for the numbers beside the bars.
        let sum = 0;
        const edges = [0, ...parts.map((row) => (sum += row.shapley * factor)), whole ? whole.shapley * factor : 0];
        const [least, most] = [Math.min(...edges), Math.max(...edges)];
        const reach = [least - 0.35 * (least < 0 ? most - least : 0), most + 0.5 * (most - least || 1)];
        const names = parts.map((row) => measureName(row.intervention, row.kind));
        const of = (key) => parts.map((row) => (missing(row[key]) ? null : row[key] * factor));
        const text = (value, low, high) =>
          parts.map((row) => write(row[value]) + " (" + changes(row[low], row[high], unit) + ")");
        const beside = dots(
          [
            {
              name: t("attribution.shapley"),
              mid: of("shapley"),
              low: of("low_90"),
              high: of("high_90"),
              colour: COLOURS[0],
              symbol: "circle",
              text: text("shapley", "low_90", "high_90"),
            },
            {
              name: t("attribution.leave_one_out"),
              mid: of("leave_one_out"),
              low: of("loo_low_90"),
              high: of("loo_high_90"),
              colour: COLOURS[1],
              symbol: "square",
              text: text("leave_one_out", "loo_low_90", "loo_high_90"),
            },
            {
              name: t("attribution.alone"),
              mid: of("alone"),
              low: of("alone_low_90"),
              high: of("alone_high_90"),
              colour: COLOURS[2],
              symbol: "triangle-up",
              text: text("alone", "alone_low_90", "alone_high_90"),
            },
          ],
          names,
          0.22,
        );
        const cell = (row, value, low, high) =>
          missing(row[value])
            ? EMPTY
            : { text: write(row[value]), small: changes(row[low], row[high], unit), value: row[value] };
        const caption = t("attribution.caption", {
          kpi: kpiName(own[0]),
          year: fiscal(year),
          scenario: scenarioTitle(scenario),
        });
        return [
          el(
            "div",
            { class: "pair" },
            chart({
              title: t("attribution.waterfall", { kpi: kpiName(own[0]), year: fiscal(year) }),
              tables: ["attribution"],
              traces: [waterfall],
              height: tall(bars),
              layout: {
                showlegend: false,
                xaxis: { title, range: reach },
                yaxis: {
                  type: "category",
                  autorange: "reversed",
                  tickvals: bars.map(label),
                  ticktext: bars.map((row) => broken(label(row)) + (narrow() ? "\n" + write(row.shapley) : "")),
                  tickfont: { size: 12 },
                  showgrid: false,
                },
                margin: { l: 56, r: 64, t: 12, b: 48 },
              },
            }),
            chart({
              title: t("attribution.beside"),
              tables: ["attribution"],
              traces: beside,
              height: 60 + tall(names),
              layout: { xaxis: { title }, yaxis: sideAxis(names), shapes: [zeroLine] },
            }),
          ),
          el("p", {}, assumedChip(), " ", t("attribution.assumed")),
          table(
            caption,
            [
              t("measure"),
              "#" + t("attribution.shapley"),
              "#" + t("attribution.leave_one_out"),
              "#" + t("attribution.alone"),
              "#" + t("spending.spend"),
              t("attribution.method"),
            ],
            bars.map((row) => [
              row === whole ? t("attribution.package") : measureName(row.intervention, row.kind),
              cell(row, "shapley", "low_90", "high_90"),
              cell(row, "leave_one_out", "loo_low_90", "loo_high_90"),
              cell(row, "alone", "alone_low_90", "alone_high_90"),
              yen(row.spend_yen),
              {
                text: known("method." + row.method) ? t("method." + row.method) : row.method,
                small: t("attribution.draws", { n: count(row.draws) }),
              },
            ]),
          ),
          p(t("source_plain", { tables: "attribution.csv" }), "source"),
          interactionChart(scenario, kpi, year, unit),
        ];
      },
    ),
    ...channelsPart(),
    ...targetPart(),
  ];
}

function interactionChart(scenario, kpi, year, unit) {
  const own = rows("interactions").filter(
    (row) => row.scenario === scenario && idOf(row) === kpi && String(row.fiscal_year) === year,
  );
  if (own.length === 0) return rows("interactions").length ? null : absent("interactions");
  const { factor, title } = axisOf(unit, true);
  const names = [...new Set(own.flatMap((row) => [row.intervention_a, row.intervention_b]))];
  const labels = names.map((name) => broken(measureName(name, kindOf(name))));
  const find = (a, b) =>
    own.find(
      (row) =>
        (row.intervention_a === a && row.intervention_b === b) ||
        (row.intervention_a === b && row.intervention_b === a),
    );
  const grid = names.map((a) => names.map((b) => find(a, b)));
  const write = (value) => change(value, unit);
  const most = Math.max(...own.map((row) => Math.abs(row.interaction) * factor)) || 1;
  const told = (row) => row && (row.low_90 > 0 || row.high_90 < 0);
  const trace = {
    type: "heatmap",
    x: labels,
    y: labels,
    z: grid.map((line) => line.map((row) => (row ? row.interaction * factor : null))),
    zmin: -most,
    zmax: most,
    xgap: 2,
    ygap: 2,
    colorscale: [
      [0, "#D55E00"],
      [0.5, "#f7f7f7"],
      [1, "#0072B2"],
    ],
    colorbar: { title: { text: title, side: "right" }, thickness: 14 },
    text: grid.map((line) =>
      line.map((row) => (row ? signed(fine(row.interaction * factor), row.interaction) + (told(row) ? " *" : "") : "")),
    ),
    texttemplate: "%{text}",
    customdata: grid.map((line) => line.map((row) => (row ? changes(row.low_90, row.high_90, unit) : ""))),
    hovertemplate: hover("%{y} × %{x}\n%{text} (%{customdata})"),
    textfont: { size: 11 },
  };
  return chart({
    title: t("interactions.title"),
    tables: ["interactions"],
    traces: [trace],
    height: 180 + 46 * names.length,
    extra: note(t("interactions.how")),
    layout: {
      xaxis: { type: "category", showgrid: false },
      yaxis: { type: "category", autorange: "reversed", showgrid: false },
    },
    values: {
      head: [t("measure"), t("measure"), "#" + t("interactions.size"), "#" + t("interval")],
      body: own.map((row) => [
        measureName(row.intervention_a, kindOf(row.intervention_a)),
        measureName(row.intervention_b, kindOf(row.intervention_b)),
        write(row.interaction),
        changes(row.low_90, row.high_90, unit),
      ]),
    },
  });
}

/** The target finder's curve: one for each question asked. */
function targetPart() {
  const list = rows("target");
  const heading = el("h3", {}, t("target.title"));
  if (list.length === 0) return [heading, absent("target")];
  const key = (row) => [row.scenario, idOf(row), row.target, row.by, row.vary].join("\u0001");
  const questions = [...new Set(list.map(key))];
  return [
    heading,
    ...questions.flatMap((question) => {
      const own = list.filter((row) => key(row) === question);
      const first = own[0];
      const unit = unitOf(first.kpi);
      const curve = own.filter((row) => !missing(row.value)).sort((a, b) => a.value - b.value);
      const answer = own.find((row) => row.status === "answer");
      const values = {
        kpi: kpiName(first),
        target: amount(first.target, unit),
        by: day(first.by),
        vary: varied(first.vary),
        wanted: chance(first.wanted_probability),
        scenario: scenarioTitle(first.scenario),
      };
      const said = answer
        ? t("target.answer", {
            ...values,
            value: count(answer.value),
            chance: chance(answer.probability),
            low: chance(answer.low_90),
            high: chance(answer.high_90),
            spend: yen(answer.spend_yen),
          })
        : t("target.none", values);
      const wide = curve.length > 1 && curve[0].value > 0 && curve[curve.length - 1].value / curve[0].value > 30;
      const x = curve.map((row) => row.value);
      const of = (column) => curve.map((row) => row[column] * 100);
      const traces = course({
        x,
        mid: of("probability"),
        bands: [{ low: of("low_90"), high: of("high_90"), alpha: 0.16, name: t("interval") }],
        colour: COLOURS[0],
        name: t("probability"),
        text: curve.map((row) => chance(row.probability) + " (" + chances(row.low_90, row.high_90) + ")"),
        template: "%{x}: %{text}",
      });
      // The values that were tried.
      Object.assign(traces[traces.length - 1], { mode: "lines+markers", marker: { size: 8, color: COLOURS[0] } });
      if (answer)
        traces.push({
          x: [answer.value],
          y: [answer.probability * 100],
          mode: "markers",
          name: t("target.found"),
          marker: { color: COLOURS[1], symbol: "star", size: 16 },
          hoverinfo: "skip",
        });
      const wanted = first.wanted_probability * 100;
      return [
        p(said),
        curve.length
          ? chart({
              title: t("target.chart", values),
              tables: ["target"],
              traces,
              layout: {
                xaxis: { title: varied(first.vary), type: wide ? "log" : "linear" },
                yaxis: { title: t("probability_axis"), range: [0, 102] },
                shapes: [
                  {
                    type: "line",
                    xref: "paper",
                    x0: 0,
                    x1: 1,
                    y0: wanted,
                    y1: wanted,
                    line: { color: "#52606d", dash: "dash", width: 1.5 },
                  },
                ],
                annotations: [
                  {
                    xref: "paper",
                    x: 0.005,
                    xanchor: "left",
                    y: wanted,
                    yanchor: "bottom",
                    showarrow: false,
                    text: t("target.wanted", { wanted: chance(first.wanted_probability) }),
                    font: { size: 12 },
                  },
                ],
              },
              values: {
                head: [
                  "#" + t("target.value"),
                  "#" + t("probability"),
                  "#" + t("interval"),
                  "#" + t("spending.spend"),
                  t("target.status"),
                ],
                body: curve.map((row) => [
                  count(row.value),
                  chance(row.probability),
                  chances(row.low_90, row.high_90),
                  yen(row.spend_yen),
                  t("status." + row.status),
                ]),
              },
            })
          : null,
        el("p", {}, assumedChip(), " ", t("attribution.assumed")),
      ].filter(Boolean);
    }),
  ];
}

/** What the channels of measures bring by the last year, and what their measure's money comes to for each. */
function channelsPart() {
  const list = rows("channels");
  if (list.length === 0) return [];
  const year = lastYear(list);
  const extra = (row, what) => ({
    text: signed(count(row["extra_" + what]), row["extra_" + what]),
    small: range(row["extra_" + what + "_low"], row["extra_" + what + "_high"], count),
  });
  const body = list
    .filter((row) => row.fiscal_year === year)
    .map((row) => [
      measureName(row.intervention + "." + row.channel, kindOf(row.intervention)),
      yen(row.common_spend_yen),
      extra(row, "firms"),
      yen(row.yen_per_firm),
      extra(row, "teleworkers"),
      yen(row.yen_per_teleworker),
    ]);
  return [
    table(
      t("channels.title", { year: fiscal(year) }),
      [
        t("channels.channel"),
        "#" + t("channels.spend"),
        "#" + t("costs.firms"),
        "#" + t("costs.per_firm"),
        "#" + t("costs.teleworkers"),
        "#" + t("costs.per_teleworker"),
      ],
      body,
      true,
    ),
    note(t("channels.how")),
    p(t("source_plain", { tables: "channels.csv" }), "source"),
  ];
}
