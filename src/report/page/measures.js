// What the interventions reach and cost.

import { firstScenario } from "./answer.js";
import { chart, course, hover, measureLook, scenarioLook } from "./charts.js";
import { choosing, plain } from "./choosers.js";
import { absent, assumedChip, el, note, p, table } from "./elements.js";
import { distinct, isReference, lastYear, rows } from "./tables.js";
import {
  axisOf,
  chance,
  chances,
  count,
  EMPTY,
  fiscal,
  kindName,
  kindOf,
  listed,
  measureName,
  missing,
  range,
  scenarioName,
  scenarioTitle,
  signed,
  t,
  word,
  yen,
  yens,
} from "./words.js";

const evidenceCell = (evidence) => {
  if (!evidence) return EMPTY;
  if (evidence === "estimated") return t("estimated");
  return evidence.includes("assumed")
    ? [assumedChip(), evidence === "assumed" ? "" : " " + word(evidence)]
    : [word(evidence)];
};

/** On what prices yen stand. */
const priceBasis = (list) => {
  const all = distinct(list, "price_basis").filter(Boolean);
  return all.length ? note(t("price_basis") + t("colon") + listed(all.map(word))) : null;
};

export function spendingSection() {
  const list = rows("spending");
  if (list.length === 0) return [absent("spending"), ...costsPart()];
  return [
    p(t("spending.how")),
    ...choosing(
      "spending",
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
        const own = list.filter((row) => row.scenario === scenario);
        const measures = distinct(own, "intervention");
        const years = distinct(own, "fiscal_year").sort();
        const { factor, title } = axisOf("yen");
        // A legend of more than eight entries names the kinds alone: what each measure is stands where it is pointed at.
        const many =
          measures.filter((name) => own.some((row) => row.intervention === name && row.spend_yen)).length > 8;
        const entered = new Set();
        const traces = measures
          .map((name) => {
            const cells = years.map(
              (one) => own.find((row) => row.intervention === name && row.fiscal_year === one) || {},
            );
            if (cells.every((row) => !row.spend_yen)) return null;
            const kind = kindOf(name);
            const look = measureLook(name, kind);
            const isFirst = !entered.has(kind);
            entered.add(kind);
            return {
              type: "bar",
              name: many ? kindName(kind) : measureName(name, kind),
              legendgroup: kind,
              showlegend: !many || isFirst,
              x: years.map(fiscal),
              y: cells.map((row) => (missing(row.spend_yen) ? null : row.spend_yen * factor)),
              marker: {
                color: look.colour,
                pattern: { shape: look.hatch, fgcolor: "rgba(255,255,255,0.4)", fillmode: "overlay", size: 10 },
              },
              text: cells.map((row) => yen(row.spend_yen)),
              textposition: "none",
              hovertemplate: hover("%{x}: %{text}", measureName(name, kind)),
            };
          })
          .filter(Boolean);
        const body = own
          .filter((row) => String(row.fiscal_year) === year)
          .map((row) => [
            measureName(row.intervention, row.kind),
            { text: yen(row.spend_yen), small: yens(row.spend_low_5, row.spend_high_95) },
            missing(row.budget_yen) ? t("spending.no_budget") : yen(row.budget_yen),
            {
              text: count(row.deliveries),
              small: missing(row.capacity) ? null : t("spending.of", { capacity: count(row.capacity) }),
            },
            count(row.firms_reached),
            yen(row.unit_cost_yen),
            evidenceCell(row.evidence),
          ]);
        const caption = t("spending.caption", { scenario: scenarioTitle(scenario), year: fiscal(year) });
        return [
          traces.length
            ? chart({
                title: t("spending.title", { scenario: scenarioTitle(scenario) }),
                tables: ["spending"],
                traces,
                height: 360 + 18 * Math.min(traces.length, many ? entered.size : Infinity),
                layout: { barmode: "stack", xaxis: { type: "category" }, yaxis: { title } },
              })
            : null,
          table(
            caption,
            [
              t("measure"),
              "#" + t("spending.spend"),
              "#" + t("spending.budget"),
              "#" + t("spending.deliveries"),
              "#" + t("spending.reached"),
              "#" + t("spending.unit_cost"),
              t("evidence"),
            ],
            body,
          ),
          priceBasis(own),
          p(t("source_plain", { tables: "spending.csv" }), "source"),
        ];
      },
    ),
    ...costsPart(),
  ];
}

/** Money and effect in words: a scenario may cost more or less, and do more or less. */
const quadrant = (row, what) =>
  t("costs.quadrant", {
    money: t("costs.spend." + row.spend_verdict),
    effect: t("costs.effect." + row[what + "_verdict"], { what: t("costs.what." + what) }),
  });

/** What a scenario costs and brings by the end of a fiscal year, in a sentence. */
export function costWords(scenario, year) {
  const row = rows("costs").find((one) => one.scenario === scenario && one.fiscal_year === year);
  if (!row) return null;
  const values = {
    spend: yen(row.extra_spend_yen),
    year: fiscal(year),
    firms: signed(count(row.extra_firms), row.extra_firms),
  };
  if (missing(row.yen_per_firm)) return t("summary.quadrant", { ...values, quadrant: quadrant(row, "firms") });
  const low = missing(row.yen_per_firm_low) ? yen(0) : yen(row.yen_per_firm_low);
  const high = missing(row.yen_per_firm_high) ? t("summary.no_limit") : yen(row.yen_per_firm_high);
  return t("summary.price", { ...values, price: yen(row.yen_per_firm), low, high });
}

/** Yen for one more practising firm or teleworker: a price only where a scenario costs more and does more. */
function costsPart() {
  const list = rows("costs").filter((row) => !isReference(row));
  const heading = el("h3", {}, t("costs.title"));
  if (list.length === 0) return [heading, absent("costs")];
  const price = (row, what, unit) => {
    const [value, low, high] = ["", "_low", "_high"].map((end) => row["yen_per_" + unit + end]);
    if (missing(value)) return quadrant(row, what);
    if (missing(high)) return { text: yen(value), small: t("costs.no_upper", { low: yen(missing(low) ? 0 : low) }) };
    return { text: yen(value), small: missing(low) ? t("costs.no_lower", { high: yen(high) }) : yens(low, high) };
  };
  const extra = (row, what) => ({
    text: signed(count(row["extra_" + what]), row["extra_" + what]),
    small: range(row["extra_" + what + "_low"], row["extra_" + what + "_high"], count),
  });
  return [
    heading,
    el("p", {}, assumedChip(), " ", t("costs.how")),
    table(
      t("costs.title"),
      [
        t("scenario"),
        t("year"),
        "#" + t("costs.spend"),
        "#" + t("costs.firms"),
        t("costs.per_firm"),
        "#" + t("costs.teleworkers"),
        t("costs.per_teleworker"),
      ],
      list.map((row) => [
        scenarioName(row),
        fiscal(row.fiscal_year),
        { text: yen(row.extra_spend_yen), small: yens(row.extra_spend_low, row.extra_spend_high) },
        extra(row, "firms"),
        price(row, "firms", "firm"),
        extra(row, "teleworkers"),
        price(row, "teleworkers", "teleworker"),
      ]),
      true,
    ),
    priceBasis(list),
    p(t("source_plain", { tables: "costs.csv" }), "source"),
    ...acceptabilityPart(),
  ];
}

/** How sure it is that a scenario is worth its money, by what one more is worth to the reader. */
function acceptabilityPart() {
  const list = rows("acceptability").filter((row) => !isReference(row));
  if (list.length === 0) return [];
  return choosing(
    "acceptability",
    [
      {
        key: "per",
        label: t("acceptability.per"),
        options: plain(distinct(list, "per"), (per) => t("acceptability." + per)),
      },
      {
        key: "year",
        label: t("year"),
        options: plain(distinct(list, "fiscal_year").sort(), fiscal),
        fallback: lastYear(list),
      },
    ],
    ({ per, year }) => {
      const own = list.filter((row) => row.per === per && String(row.fiscal_year) === year);
      const traces = distinct(own, "scenario").flatMap((name) => {
        const mine = own.filter((row) => row.scenario === name);
        const of = (key) => mine.map((row) => row[key] * 100);
        return course({
          ...scenarioLook(name),
          x: mine.map((row) => row.yen),
          mid: of("probability"),
          bands: [{ low: of("low_90"), high: of("high_90"), alpha: 0.16 }],
          name: scenarioName(mine[0]),
          text: mine.map(
            (row) =>
              yen(row.yen) + t("colon") + chance(row.probability) + " (" + chances(row.low_90, row.high_90) + ")",
          ),
          template: "%{text}",
        });
      });
      const steps = [4, 5, 6, 7, 8, 9].map((power) => 10 ** power);
      return [
        chart({
          title: t("acceptability.title", { per: t("acceptability." + per), year: fiscal(year) }),
          tables: ["acceptability"],
          traces,
          height: 340,
          layout: {
            xaxis: { type: "log", title: t("acceptability.axis"), tickvals: steps, ticktext: steps.map(yen) },
            yaxis: { title: t("probability_axis"), range: [0, 102] },
          },
          values: {
            head: [t("acceptability.axis"), t("scenario"), "#" + t("probability"), "#" + t("interval")],
            body: own.map((row) => [
              yen(row.yen),
              scenarioName(row),
              chance(row.probability),
              chances(row.low_90, row.high_90),
            ]),
          },
        }),
        note(t("acceptability.how")),
      ];
    },
  );
}
