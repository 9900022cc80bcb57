// Paired differences from the reference.

import { visibility } from "./answer.js";
import { chart, dots, sideAxis, tall, zeroLine } from "./charts.js";
import { choosing, plain } from "./choosers.js";
import { absent, assumedChip, el, p, table } from "./elements.js";
import { distinct, idOf, isReference, kpisIn, lastYear, rows, unitOf } from "./tables.js";
import {
  amount,
  chance,
  chances,
  change,
  changes,
  count,
  EMPTY,
  fiscal,
  kpiName,
  missing,
  scenarioTitle,
  t,
  verdictName,
} from "./words.js";

export function comparisonSection() {
  const list = rows("differences").filter((row) => !isReference(row));
  if (list.length === 0) return [absent("differences")];
  return [
    p(t("comparison.how")),
    ...choosing(
      "comparison",
      [
        { key: "scenario", label: t("scenario"), options: plain(distinct(list, "scenario"), scenarioTitle) },
        {
          key: "year",
          label: t("year"),
          options: plain(distinct(list, "fiscal_year").sort(), fiscal),
          fallback: lastYear(list),
        },
      ],
      ({ scenario, year }) => {
        const own = list.filter((row) => row.scenario === scenario && String(row.fiscal_year) === year);
        const kpis = kpisIn(own).map(([, row]) => row);
        const shares = kpis.filter((row) => unitOf(row.kpi) !== "days a week");
        const names = shares.map(kpiName);
        const of = (key) => shares.map((row) => (missing(row[key]) ? null : row[key] * 100));
        const text = (low, high) =>
          shares.map(
            (row) =>
              change(row.difference, unitOf(row.kpi)) + " (" + changes(row[low], row[high], unitOf(row.kpi)) + ")",
          );
        const traces = [
          ...dots(
            [
              {
                name: t("comparison.pairs_range"),
                low: of("low_5"),
                mid: of("difference"),
                high: of("high_95"),
                colour: "#8a97a5",
                size: 7,
                symbol: "line-ew-open",
                text: text("low_5", "high_95"),
              },
            ],
            names,
          ),
          ...dots(
            [
              {
                name: t("comparison.mean"),
                low: of("mean_low"),
                mid: of("difference"),
                high: of("mean_high"),
                colour: "#0072B2",
                size: 10,
                thickness: 4,
                text: text("mean_low", "mean_high"),
              },
            ],
            names,
          ),
        ];
        const title = t("comparison.title", {
          scenario: scenarioTitle(scenario),
          reference: scenarioTitle(own[0].reference),
          year: fiscal(year),
        });
        const head = [
          t("kpi"),
          "#" + t("comparison.level"),
          "#" + t("comparison.reference"),
          "#" + t("comparison.difference"),
          "#" + t("comparison.pairs_range"),
          "#" + t("comparison.positive"),
          t("verdict"),
          "#" + t("comparison.more"),
        ];
        const body = kpis.map((row) => {
          const unit = unitOf(row.kpi);
          const write = (value) => change(value, unit);
          const see = visibility(row.scenario, idOf(row));
          return [
            kpiName(row),
            amount(row.level, unit),
            amount(row.reference_level, unit),
            { text: write(row.difference), small: changes(row.mean_low, row.mean_high, unit), value: row.difference },
            changes(row.low_5, row.high_95, unit),
            { text: chance(row.positive), small: chances(row.positive_low, row.positive_high) },
            { text: verdictName(row.verdict), small: String(row.fiscal_year) === String(lastYear(list)) ? see : null },
            row.verdict === "undecided"
              ? { text: count(row.pairs_to_settle), small: t("comparison.pairs", { n: count(row.pairs) }) }
              : EMPTY,
          ];
        });
        return [
          chart({
            title,
            tables: ["differences"],
            traces,
            height: tall(names),
            layout: {
              xaxis: { title: t("unit.points_axis"), zeroline: true },
              yaxis: sideAxis(names),
              shapes: [zeroLine],
            },
          }),
          el("p", {}, assumedChip(), " ", t("comparison.assumed")),
          table(title, head, body),
          p(t("source_plain", { tables: "differences.csv, choice.csv" }), "source"),
        ];
      },
    ),
  ];
}
