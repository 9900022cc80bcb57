// How the simulated surveys meet the published ones.

import { firstScenario, leadScenario } from "./answer.js";
import { chart, dots, narrow, sideAxis } from "./charts.js";
import { choosing, plain } from "./choosers.js";
import { absent, note, p, table } from "./elements.js";
import { distinct, rows } from "./tables.js";
import {
  amount,
  amounts,
  axisOf,
  count,
  day,
  metricName,
  missing,
  scenarioTitle,
  segmentName,
  surveyName,
  t,
  word,
} from "./words.js";

// Kinds of segments that stand before the others.
const WIDE = ["total", "size"];

export function fitSection() {
  const list = rows("fit").filter((row) => !missing(row.observed) && !missing(row.low_5));
  if (list.length === 0) return [absent("fit")];
  const inside = (row) => row.observed >= row.low_5 && row.observed <= row.high_95;
  // All surveys first, so that no reader sees the best one alone.
  const lead = list.some((row) => row.scenario === leadScenario()) ? leadScenario() : list[0].scenario;
  const shown = list.filter((row) => row.scenario === lead);
  const surveys = distinct(shown, "survey").map((survey) => shown.filter((row) => row.survey === survey));
  const counted = (name, own) => [name, count(own.filter(inside).length), count(own.length)];
  return [
    p(t("fit.how")),
    table(
      t("fit.all", { scenario: scenarioTitle(lead) }),
      [t("survey"), "#" + t("fit.inside_count"), "#" + t("fit.all_count")],
      [...surveys.map((own) => counted(surveyName(own[0].survey), own)), counted(t("fit.total"), shown)],
    ),
    p(t("source_plain", { tables: "fit.csv" }), "source"),
    ...choosing(
      "fit",
      [
        {
          key: "survey",
          label: t("survey"),
          options: plain(distinct(list, "survey"), surveyName),
          fallback: "tsr_practice",
        },
        {
          key: "scenario",
          label: t("scenario"),
          options: plain(distinct(list, "scenario"), scenarioTitle),
          fallback: firstScenario(),
        },
      ],
      ({ survey, scenario }) => {
        const own = list.filter((row) => row.survey === survey && row.scenario === scenario);
        if (own.length === 0) return [note(t("no_values"))];
        const metrics = distinct(own, "metric");
        return [
          p(t("fit.inside", { inside: own.filter(inside).length, all: own.length })),
          ...choosing(
            "fit." + survey,
            [
              {
                key: "metric",
                label: t("fit.metric"),
                options: plain(metrics, metricName),
                fallback: "current_practice",
              },
            ],
            ({ metric }) => {
              const shown = own
                .filter((row) => row.metric === metric)
                .sort(
                  (a, b) =>
                    WIDE.indexOf(b.segment_type) - WIDE.indexOf(a.segment_type) ||
                    a.segment_type.localeCompare(b.segment_type) ||
                    a.segment.localeCompare(b.segment) ||
                    a.date.localeCompare(b.date),
                );
              const segment = (row) => segmentName(row.segment === "total" ? "" : row.segment) || t("all_segments");
              const names = shown.map((row) => segment(row) + t("comma") + day(row.date));
              const unit = metric.startsWith("days") ? "days a week" : "share";
              const { factor, title } = axisOf(unit);
              const of = (key) => shown.map((row) => (missing(row[key]) ? null : row[key] * factor));
              const write = (value) => amount(value, unit);
              const traces = dots(
                [
                  {
                    name: t("fit.simulated"),
                    low: of("low_5"),
                    mid: of("median"),
                    high: of("high_95"),
                    colour: "#0072B2",
                    text: shown.map((row) => write(row.median) + " (" + amounts(row.low_5, row.high_95, unit) + ")"),
                  },
                  {
                    name: t("fit.observed"),
                    mid: of("observed"),
                    colour: "#000000",
                    symbol: "diamond-open",
                    size: 11,
                    text: shown.map((row) => write(row.observed)),
                  },
                ],
                names,
              );
              traces[1].marker.line = { width: 2, color: "#000000" };
              return [
                chart({
                  title: surveyName(survey) + t("colon") + metricName(metric),
                  tables: ["fit"],
                  traces,
                  height: 110 + names.length * (narrow() ? 46 : 32),
                  layout: { xaxis: { title }, yaxis: sideAxis(names) },
                  values: {
                    head: [
                      t("fit.segment"),
                      t("fit.wave"),
                      t("date"),
                      "#" + t("fit.observed"),
                      "#" + t("fit.simulated"),
                      "#" + t("band.90"),
                      "#" + t("fit.respondents"),
                      t("fit.is_inside"),
                    ],
                    body: shown.map((row) => [
                      segment(row),
                      word(row.wave),
                      day(row.date),
                      write(row.observed),
                      write(row.median),
                      amounts(row.low_5, row.high_95, unit),
                      count(row.respondents),
                      inside(row) ? t("yes") : t("no"),
                    ]),
                  },
                }),
              ];
            },
          ),
        ];
      },
    ),
  ];
}
