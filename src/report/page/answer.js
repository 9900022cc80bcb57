// The first page: the question, the answer in a sentence, the number with its range, how sure, what is assumed.

import { el, note, p } from "./elements.js";
import { summary } from "./summary.js";
import {
  background,
  content,
  distinct,
  draws,
  drawsOfARange,
  idOf,
  kpisIn,
  lastYear,
  reference,
  rows,
  runName,
  targetOf,
  unitOf,
} from "./tables.js";
import {
  amount,
  chance,
  change,
  count,
  day,
  fiscal,
  gap,
  kindName,
  known,
  kpiName,
  listed,
  missing,
  points,
  quoted,
  scenarioTitle,
  surveyName,
  t,
  word,
} from "./words.js";

const LEAD = ["mic_introduction|total", "tsr_current_practice|total"];

/** The KPI that the first page speaks of. */
export function leadKpi() {
  const ids = kpisIn(rows("kpi")).map(([id]) => id);
  return LEAD.find((id) => ids.includes(id)) || ids[0];
}
/** The scenario that the first number belongs to: the reference of a comparison, or the only one. */
export function leadScenario() {
  const names = distinct(rows("kpi"), "scenario");
  return names.includes(reference()) ? reference() : names[0];
}
/** The scenario whose tables are shown first: the one that the page is about, where it says so. */
export const firstScenario = () =>
  distinct(rows("kpi"), "scenario").includes(content.first) ? content.first : leadScenario();
/** The row that the first number is from. */
export const leadRow = () =>
  rows("kpi")
    .filter((row) => row.scenario === leadScenario() && idOf(row) === leadKpi())
    .pop();

export function answerSection() {
  const last = leadRow();
  return [
    firstLook(),
    ...summary(),
    el(
      "div",
      { class: "cards" },
      el("div", { class: "card" }, el("h3", {}, t("answer.confidence")), ...confidence()),
      el(
        "div",
        { class: "card" },
        el("h3", {}, t("answer.assumed")),
        ...assumptions(),
        last ? targetSentence(last) : null,
      ),
    ),
    last ? pointWarning(last) : null,
    el("h3", {}, t("answer.scenarios")),
    scenarioList(),
  ].filter(Boolean);
}

/** That the draws are too few for ranges, where they are. */
export const firstLook = () =>
  draws() !== null && draws() < drawsOfARange()
    ? p(t("first_look", { n: count(draws()), needs: count(drawsOfARange()) }), "note first-look")
    : null;

/** Each scenario with its title and question. */
function scenarioList() {
  const seen = new Set();
  const items = background.scenarios
    .filter((one) => !seen.has(one.name) && seen.add(one.name))
    .map((one) =>
      el(
        "li",
        {},
        el("strong", {}, one.title ? word(one.title) : one.name),
        " ",
        el("code", {}, one.name),
        one.question ? el("div", { class: "question" }, word(one.question)) : null,
      ),
    );
  return items.length ? el("ul", { class: "scenarios" }, items) : null;
}

const choiceRow = (scenario, id) => {
  const own = rows("choice").filter((row) => row.scenario === scenario && idOf(row) === id);
  return own.find((row) => row.fiscal_year === lastYear(own));
};

/** What a scenario changes, and whether anybody could see it. An effect that cannot be seen is never called a trend. */
export function effectSentence(scenario, id) {
  const own = rows("differences").filter((row) => row.scenario === scenario && idOf(row) === id);
  const row = own.find((one) => one.fiscal_year === lastYear(own));
  if (!row) return t("answer.no_difference", { scenario: quoted(scenarioTitle(scenario)) });
  const unit = unitOf(row.kpi);
  const values = {
    scenario: quoted(scenarioTitle(row.name)),
    reference: quoted(scenarioTitle(row.reference)),
    kpi: kpiName(row),
    year: fiscal(row.fiscal_year),
    difference: change(row.difference, unit),
    low: change(row.low_5, unit),
    high: change(row.high_95, unit),
    mean_low: change(row.mean_low, unit),
    mean_high: change(row.mean_high, unit),
  };
  if (row.verdict === "identical") return t("answer.identical", values);
  if (row.verdict === "undecided") return t("answer.undecided", values) + gap() + visibility(scenario, id);
  return t("answer.difference", values) + gap() + visibility(scenario, id);
}

/** Whether the survey that measures a KPI would see the effect, and at what scale it would. */
export function visibility(scenario, id) {
  const row = choiceRow(scenario, id);
  if (!row || !row.visible) return row && row.verdict === "not_measured" ? t("visible.not_measured") : "";
  const values = {
    survey: surveyName(row.survey),
    respondents: count(row.respondents),
    smallest: points(row.smallest_visible_change),
    scale: count(row.scale_to_be_visible),
  };
  if (unitOf(row.kpi) === "days a week")
    values.smallest = change(row.smallest_visible_change, "days a week").replace("+", "");
  const luck =
    row.signal_to_noise < 1 && row.signal_to_noise !== null
      ? t("visible.luck", { noise: change(row.noise_sd, unitOf(row.kpi)).replace("+", "") }) + gap()
      : "";
  if (row.visible === "true") return luck + t("visible.yes", values);
  return luck + (missing(row.scale_to_be_visible) ? t("visible.no", values) : t("visible.no_scale", values));
}

/** The official target with the chance that it is met. */
function targetSentence(last) {
  const official = targetOf(idOf(last));
  if (missing(official)) return null;
  const row = rows("reached").find(
    (one) => one.scenario === last.scenario && idOf(one) === idOf(last) && one.target_source === "official",
  );
  if (!row) return p(t("answer.target", { target: amount(official, last.unit) }));
  return p(
    t("answer.reached", {
      target: amount(row.target, last.unit),
      chance: chance(row.probability),
      low: chance(row.low_90),
      high: chance(row.high_90),
    }),
  );
}

/** Checks of the model that fail. */
export const failingGates = () => background.posterior.gates.filter((gate) => !gate.passed);

export function confidence() {
  return [p(gatesHold()), ...failsAlike(), note(t("confidence.model")), ...changedNotes()];
}
/** How many gates hold. */
export function gatesHold() {
  const [all, fail] = [background.posterior.gates.length, failingGates().length];
  const values = { all, hold: all - fail, as_of: day(background.posterior.as_of) };
  return fail ? t("confidence.some", values) : t("confidence.all", values);
}
/** Checks that say more than their part, by how they begin. */
const SAYING_MORE = [
  ["surrogate", "surrogate"],
  ["Pareto k", "weights"],
  ["synthetic truths fitted", "untried"],
  ["p-value of uniform ranks", "ranks"],
  ["truths inside", "ranks"],
];
/** What a failing gate means: a held-out fit has the checks of a fit, after its name. */
function meaning({ part, check }) {
  const alone = check.replace(/^\w+: /, "");
  const more = SAYING_MORE.find(([start]) => alone.startsWith(start));
  if (more) return more[1];
  return known("plain." + part) ? part : "other";
}
/** What fails, in plain words, and how often; each gate stands in the certificate's table. */
export function failsAlike() {
  const alike = new Map();
  for (const gate of failingGates()) {
    const key = meaning(gate);
    alike.set(key, (alike.get(key) || 0) + 1);
  }
  return [...alike].map(([key, n]) => p(t("confidence.alike", { plain: t("plain." + key), n: count(n) }), "warning"));
}

/** Folders that another version or other data wrote. */
export function changedNotes() {
  return background.changes
    .map((change, at) => {
      if (!change.version && change.tables.length === 0) return null;
      return p(
        t("changed", {
          run: runName(at),
          what: listed(
            [change.version ? t("changed.version", { version: change.version }) : null, ...change.tables].filter(
              Boolean,
            ),
          ),
        }),
        "warning",
      );
    })
    .filter(Boolean);
}

function assumptions() {
  const assumed = background.parameters.filter((one) => one.evidence === "assumed").length;
  const active = background.scenarios
    .flatMap((one) => one.interventions)
    .filter((one) => one.active && one.kind && one.kind !== "emergency_declaration");
  const kinds = [...new Set(active.map((one) => one.kind))];
  return [
    kinds.length ? p(t("assumed.effects", { kinds: listed(kinds.map(kindName)) })) : p(t("assumed.no_measures")),
    p(t("assumed.parameters", { assumed, all: background.parameters.length })),
  ];
}

/** A run at one parameter set has too narrow ranges. */
export function pointWarning(row) {
  return row.parameters === "point" ? p(t("point_warning"), "warning") : null;
}
