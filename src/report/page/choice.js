// Which candidate KPI is worth choosing.

import { choosing, plain } from "./choosers.js";
import { absent, assumedChip, el, p, table } from "./elements.js";
import { distinct, kpisIn, lastYear, rows, unitOf } from "./tables.js";
import {
  amount,
  chance,
  change,
  changes,
  count,
  EMPTY,
  fine,
  fiscal,
  known,
  kpiName,
  missing,
  scenarioTitle,
  surveyName,
  t,
  verdictName,
} from "./words.js";

export function choiceSection() {
  const list = rows("choice");
  if (list.length === 0) return [absent("choice")];
  const compared = list.filter((row) => row.verdict !== "not_compared");
  const scenarios = distinct(compared.length ? compared : list, "scenario");
  return [
    p(t("choice.how")),
    ...choosing(
      "choice",
      [
        { key: "scenario", label: t("scenario"), options: plain(scenarios, scenarioTitle) },
        {
          key: "year",
          label: t("year"),
          options: plain(distinct(list, "fiscal_year").sort(), fiscal),
          fallback: lastYear(list),
        },
      ],
      ({ scenario, year }) => {
        const own = list.filter((row) => row.scenario === scenario && String(row.fiscal_year) === year);
        const head = [
          t("kpi"),
          t("verdict"),
          "#" + t("choice.target"),
          "#" + t("choice.attainability"),
          "#" + t("choice.effect"),
          "#" + t("choice.signal"),
          "#" + t("choice.smallest"),
          "#" + t("choice.scale"),
        ];
        const body = kpisIn(own).map(([, row]) => {
          const unit = unitOf(row.kpi);
          const size = (value) => change(value, unit).replace("+", "");
          return [
            { text: kpiName(row) },
            [el("span", { class: "verdict " + row.verdict }, verdictName(row.verdict))],
            {
              text: amount(row.target, unit),
              small: row.target_source ? t("target_source." + row.target_source) : null,
            },
            chance(row.attainability),
            { text: change(row.effect, unit), small: changes(row.effect_low, row.effect_high, unit) },
            {
              text: missing(row.signal_to_noise) ? EMPTY : fine(row.signal_to_noise),
              small: missing(row.noise_sd) ? null : t("choice.noise", { sd: size(row.noise_sd) }),
            },
            row.survey
              ? {
                  text: size(row.smallest_visible_change),
                  small: surveyName(row.survey) + t("comma") + t("respondents", { n: count(row.respondents) }),
                }
              : t("no_survey"),
            missing(row.scale_to_be_visible)
              ? EMPTY
              : {
                  text: t("times", { times: count(row.scale_to_be_visible) }),
                  small: t("visible." + (row.visible === "true" ? "short_yes" : "short_no")),
                },
          ];
        });
        const verdicts = distinct(own, "verdict").filter((verdict) => known("verdict_meaning." + verdict));
        return [
          table(t("choice.caption", { scenario: scenarioTitle(scenario), year: fiscal(year) }), head, body),
          p(t("source_plain", { tables: "choice.csv" }), "source"),
          el(
            "dl",
            { class: "meanings" },
            verdicts.flatMap((verdict) => [
              el("dt", {}, verdictName(verdict)),
              el("dd", {}, t("verdict_meaning." + verdict)),
            ]),
          ),
          el("p", {}, assumedChip(), " ", t("choice.proportion")),
        ];
      },
    ),
  ];
}
