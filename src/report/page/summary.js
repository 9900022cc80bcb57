// What the folders say together to whoever has to choose: which KPI, at which level, moved by what, at which price, how
// sure, and what to run for the rest. Every number is a table's, or read off between two of them.

import { gatesHold, leadKpi, leadRow, leadScenario } from "./answer.js";
import { absent, el, p } from "./elements.js";
import { fanChart } from "./forecast.js";
import { costWords } from "./measures.js";
import { background, idOf, isReference, lastYear, rows, unitOf } from "./tables.js";
import {
  amount,
  chance,
  change,
  changes,
  count,
  day,
  fiscal,
  kpiName,
  listed,
  measureName,
  missing,
  quoted,
  scenarioTitle,
  surveyName,
  t,
  varied,
  yen,
} from "./words.js";

/** Verdicts from the best on. */
const ORDER = [
  "worth_choosing",
  "invisible_to_surveys",
  "not_measured",
  "insensitive",
  "attainable_without_policy",
  "not_attainable",
];
/** Probabilities with which a level is told. */
const SURE = [0.5, 0.8, 0.95];

/** The KPI and scenario to speak of first: worth choosing, or least far from it. None without a comparison. */
export function best() {
  const list = rows("choice").filter((row) => ORDER.includes(row.verdict) && !isReference(row));
  const last = list.filter((row) => row.fiscal_year === lastYear(list));
  const rank = (row) => ORDER.indexOf(row.verdict);
  const far = (row) => (missing(row.scale_to_be_visible) ? Number.POSITIVE_INFINITY : row.scale_to_be_visible);
  const signal = (row) => row.signal_to_noise || 0;
  // A scenario that makes things worse, such as one without measures, is nothing to choose or to make larger.
  const harms = (row) => Number((idOf(row).startsWith("regional_gap") ? row.effect > 0 : row.effect < 0) || false);
  const order = (a, b) => harms(a) - harms(b) || rank(a) - rank(b) || far(a) - far(b) || signal(b) - signal(a);
  return last.sort(order)[0];
}

/** The level that a KPI reaches with a probability, which of a gap is one that it does not pass. */
function levelAt(scenario, id, year, sure) {
  const row = rows("kpi").find(
    (one) =>
      one.scenario === scenario && idOf(one) === id && one.fiscal_year === year && !missing(one.as_published_median),
  );
  if (!row) return null;
  const surest = id.startsWith("regional_gap") ? row.as_published_high_95 : row.as_published_low_5;
  return { 0.5: row.as_published_median, 0.8: row.level_80, 0.95: surest }[sure];
}

function levelWords(scenario, id, year, unit) {
  const levels = SURE.map((sure) => [sure, levelAt(scenario, id, year, sure)]).filter(([, level]) => !missing(level));
  if (levels.length === 0) return null;
  const each = levels.map(([sure, level]) => t("summary.level", { level: amount(level, unit), chance: chance(sure) }));
  const values = { scenario: quoted(scenarioTitle(scenario)), year: fiscal(year), levels: listed(each) };
  return id.startsWith("regional_gap") ? t("summary.levels_below", values) : t("summary.levels", values);
}

/** What a KPI that is not worth choosing lacks. */
function missingWords(row) {
  const unit = unitOf(row.kpi);
  const size = (value) => change(value, unit).replace("+", "");
  return t("summary.missing." + row.verdict, {
    smallest: size(row.smallest_visible_change),
    effect: change(row.effect, unit),
    noise: size(row.noise_sd),
    scale: missing(row.scale_to_be_visible) ? "?" : count(row.scale_to_be_visible),
    survey: surveyName(row.survey),
    target: amount(row.target, unit),
    chance: chance(row.attainability),
  });
}

/** The measure that brings most of the effect on a KPI. */
function movedWords(id) {
  const own = rows("attribution").filter((row) => idOf(row) === id && !missing(row.shapley));
  const last = own.filter((row) => row.fiscal_year === lastYear(own));
  const whole = last.find((row) => row.intervention === "package");
  const told = last.filter((row) => row !== whole && (row.low_90 > 0 || row.high_90 < 0));
  if (last.length === 0) return null;
  const first = told.sort((a, b) => Math.abs(b.shapley) - Math.abs(a.shapley))[0];
  if (!first || !whole) return t("summary.moved_by_none");
  const unit = unitOf(first.kpi);
  return t("summary.moved", {
    measure: quoted(measureName(first.intervention, first.kind)),
    share: change(first.shapley, unit),
    range: changes(first.low_90, first.high_90, unit),
    whole: change(whole.shapley, unit),
  });
}

/** The smallest value of a measure that reaches a target. */
function targetWords() {
  const answer = rows("target").find((row) => row.status === "answer");
  if (!answer) return null;
  return t("target.answer", {
    kpi: kpiName(answer),
    target: amount(answer.target, unitOf(answer.kpi)),
    by: day(answer.by),
    vary: varied(answer.vary),
    wanted: chance(answer.wanted_probability),
    scenario: scenarioTitle(answer.scenario),
    value: count(answer.value),
    chance: chance(answer.probability),
    low: chance(answer.low_90),
    high: chance(answer.high_90),
    spend: yen(answer.spend_yen),
  });
}

/** What these folders do not have yet, and the commands that write it. */
function nextWords() {
  const found = best();
  const chosen = found && background.scenarios.find((one) => one.name === found.name);
  const own = chosen || background.scenarios.find((one) => one.name !== "no_policy") || background.scenarios[0];
  if (!own) return null;
  const from = background.posterior.as_of;
  const decidable = (one) => one.active && one.kind && one.kind !== "emergency_declaration";
  // Of what can still be decided.
  const measure = own.interventions.find((one) => decidable(one) && !(one.until && one.until < from));
  const other = own.name === "no_policy" ? "baseline" : "no_policy";
  const next = [
    ["differences", t("summary.next_compare"), "telework compare " + other + " " + own.name],
    ["attribution", t("summary.next_attribute"), "telework attribute " + own.name],
    [
      "target",
      t("summary.next_target"),
      measure &&
        "telework target " + own.name + " --kpi 'mic_introduction>=0.4' --vary intervention." + measure.name + ".scale",
    ],
  ].filter(([source, , command]) => command && rows(source).length === 0);
  if (next.length === 0) return null;
  const items = next.map(([, what, command]) => el("li", {}, what, " ", el("code", {}, command)));
  return el("div", { class: "next" }, el("h3", {}, t("summary.next")), el("ul", {}, items));
}

/** The first screen: words and one picture. */
export function summary() {
  if (rows("kpi").length === 0) return [absent("kpi")];
  const found = best();
  const id = found ? idOf(found) : leadKpi();
  const scenario = found ? found.scenario : leadScenario();
  const own = rows("kpi").filter((row) => idOf(row) === id && row.scenario === scenario);
  const last = own[own.length - 1] || leadRow();
  const values = { kpi: kpiName(last), scenario: quoted(scenarioTitle(scenario)) };
  let lead = t("summary.alone", values);
  if (found && found.verdict === "worth_choosing") lead = t("summary.choose", values);
  else if (found) lead = t("summary.next_best", { ...values, missing: missingWords(found) });
  const points = [
    levelWords(scenario, id, last.fiscal_year, last.unit),
    found &&
      t("summary.effect", {
        effect: change(found.effect, unitOf(found.kpi)),
        reference: quoted(scenarioTitle(found.reference)),
        range: changes(found.effect_low, found.effect_high, unitOf(found.kpi)),
      }),
    movedWords(id),
    found && costWords(scenario, last.fiscal_year),
    targetWords(),
    gatesHold(),
  ].filter(Boolean);
  const shown = found ? [found.reference, scenario] : [scenario];
  return [
    el(
      "div",
      { class: "answer" },
      p(lead, "lead"),
      el(
        "ul",
        {},
        points.map((one) => el("li", {}, one)),
      ),
    ),
    fanChart(id, shown, 360),
    nextWords(),
  ].filter(Boolean);
}
