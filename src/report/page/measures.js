// What the interventions reach and cost.

import { leadScenario } from "./answer.js";
import { COLOURS, chart, HATCHES } from "./charts.js";
import { choosing, plain } from "./choosers.js";
import { absent, assumedChip, el, note, p, table } from "./elements.js";
import { distinct, isReference, lastYear, rows } from "./tables.js";
import { axisOf, count, EMPTY, fiscal, kindName, listed, missing, range, signed, t, word, yen, yens } from "./words.js";

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
        { key: "scenario", label: t("scenario"), options: plain(distinct(list, "scenario")), fallback: leadScenario() },
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
        const kindOf = (name) => own.find((row) => row.intervention === name).kind;
        const traces = measures
          .map((name) => {
            const cells = years.map(
              (one) => own.find((row) => row.intervention === name && row.fiscal_year === one) || {},
            );
            if (cells.every((row) => !row.spend_yen)) return null;
            return {
              type: "bar",
              name: kindName(kindOf(name)) + " (" + name + ")",
              x: years.map(fiscal),
              y: cells.map((row) => (missing(row.spend_yen) ? null : row.spend_yen * factor)),
              marker: { pattern: { fgcolor: "rgba(255,255,255,0.4)", fillmode: "overlay", size: 10 } },
              text: cells.map((row) => yen(row.spend_yen)),
              textposition: "none",
              hovertemplate: "%{x}: %{text}<extra>" + name + "</extra>",
            };
          })
          .filter(Boolean);
        traces.forEach((trace, at) => {
          trace.marker.color = COLOURS[at % COLOURS.length];
          trace.marker.pattern.shape = HATCHES[(at + Math.floor(at / COLOURS.length)) % HATCHES.length];
        });
        const body = own
          .filter((row) => String(row.fiscal_year) === year)
          .map((row) => [
            { text: kindName(row.kind), small: row.intervention },
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
        const caption = t("spending.caption", { scenario, year: fiscal(year) });
        return [
          traces.length
            ? chart({
                title: t("spending.title", { scenario }),
                tables: ["spending"],
                traces,
                height: 360 + 18 * traces.length,
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

/** Yen for one more practising firm or teleworker: no number where the effect cannot be told from zero. */
function costsPart() {
  const list = rows("costs").filter((row) => !isReference(row));
  const heading = el("h3", {}, t("costs.title"));
  if (list.length === 0) return [heading, absent("costs")];
  const price = (row, what) => {
    const [value, low, high] = ["", "_low", "_high"].map((end) => row[what + end]);
    if (missing(value) && missing(low) && missing(high)) return t("costs.not_told");
    if (missing(high)) return { text: yen(value), small: t("costs.no_upper", { low: yen(low) }) };
    return { text: yen(value), small: yens(low, high) };
  };
  const extra = (row, what) => ({
    text: signed(count(row[what]), row[what]),
    small: range(row[what + "_low"], row[what + "_high"], count),
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
        "#" + t("costs.per_firm"),
        "#" + t("costs.teleworkers"),
        "#" + t("costs.per_teleworker"),
      ],
      list.map((row) => [
        row.scenario,
        fiscal(row.fiscal_year),
        yen(row.extra_spend_yen),
        extra(row, "extra_firms"),
        price(row, "yen_per_firm"),
        extra(row, "extra_teleworkers"),
        price(row, "yen_per_teleworker"),
      ]),
      true,
    ),
    priceBasis(list),
    p(t("source_plain", { tables: "costs.csv" }), "source"),
  ];
}
