// Texts and numbers in the reader's language.

import { background, content, indicatorOf, scenarioOf } from "./tables.js";

export let language = "en";
/** Speaks another language from now on. */
export function setLanguage(to) {
  language = to;
}
export const japanese = () => language === "ja";

/** A text of the page, with {names} filled in. A text that is missing shows, so that no test overlooks it. */
export function t(key, values) {
  const found = content.texts.page[key];
  if (!found) return "\u27e6" + key + "\u27e7";
  return found[japanese() ? 1 : 0].replace(/\{(\w+)\}/g, (whole, name) =>
    values && values[name] !== undefined ? values[name] : whole,
  );
}
export const known = (key) => key in content.texts.page;

/** A text of the program's own tables, which are English. A check of one experiment is said as both, "experiment: check". */
export const word = (text) => {
  const known = content.texts.words;
  if (!text || !japanese() || known[text]) return (text && japanese() && known[text]) || text || "";
  const at = text.indexOf(": ");
  const [experiment, check] = [text.slice(0, at), text.slice(at + 2)];
  return at > 0 && known[experiment] ? known[experiment] + "：" + (known[check] || check) : text;
};

const MINUS = "\u2212";
const THIN = "\u00a0";
export const EMPTY = "\u2013";
export const missing = (value) => value === null || value === undefined || Number.isNaN(value);
export const number = (value, options) =>
  new Intl.NumberFormat(japanese() ? "ja-JP" : "en-GB", options).format(value === 0 ? 0 : value).replace("-", MINUS);
export const decimals = (value, places) =>
  number(value, { minimumFractionDigits: places, maximumFractionDigits: places });
export const signed = (text, value) => (value > 0 ? "+" + text : text);

/** A small number with two significant digits, a larger one with one decimal. */
export const fine = (value) =>
  Math.abs(value) < 1 ? number(value, { maximumSignificantDigits: 2 }) : decimals(value, 1);

export function percent(share) {
  if (missing(share)) return EMPTY;
  const value = share * 100;
  const text = value !== 0 && Math.abs(value) < 0.05 ? fine(value) : decimals(value, 1);
  return text + (japanese() ? "%" : THIN + "%");
}
export const chance = (share) => (missing(share) ? EMPTY : decimals(share * 100, 0) + (japanese() ? "%" : THIN + "%"));
export const points = (share) => (missing(share) ? EMPTY : fine(share * 100) + t("unit.points"));
export const count = (value) =>
  missing(value) ? EMPTY : number(value, { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 });

/** Yen: in Japanese by 万 and 億, in English by millions. */
export function yen(value) {
  if (missing(value)) return EMPTY;
  const size = Math.abs(value);
  const digits = { maximumSignificantDigits: 3 };
  if (japanese()) {
    if (size >= 1e8) return number(value / 1e8, size >= 1e11 ? { maximumFractionDigits: 0 } : digits) + "億円";
    if (size >= 1e4) return number(value / 1e4, size >= 1e7 ? { maximumFractionDigits: 0 } : digits) + "万円";
    return number(value, { maximumFractionDigits: 0 }) + "円";
  }
  const sign = value < 0 ? MINUS : "";
  if (size >= 1e6)
    return sign + "¥" + number(size / 1e6, size >= 1e9 ? { maximumFractionDigits: 0 } : digits) + " million";
  return sign + "¥" + number(size, { maximumFractionDigits: 0 });
}

/** A range of yen with its unit once; nothing where both ends read the same. */
export function yens(low, high) {
  const [least, most] = [yen(low), yen(high)];
  return missing(low) || missing(high) || least === most ? null : tight(strip(least, most), most);
}

/** A KPI's value in its unit. */
export function amount(value, unit) {
  if (missing(value)) return EMPTY;
  if (unit === "share") return percent(value);
  if (unit === "difference of shares") return points(value);
  if (unit === "yen") return yen(value);
  if (unit === "days a week") return t("unit.days_value", { value: decimals(value, 2) });
  return number(value, { maximumSignificantDigits: 3 });
}
/** A change of a KPI: shares change by percentage points. */
export function change(value, unit) {
  if (missing(value)) return EMPTY;
  if (unit === "days a week")
    return signed(t("unit.days_change", { value: number(value, { maximumSignificantDigits: 2 }) }), value);
  return signed(unit === "yen" ? yen(value) : points(value), value);
}
const tight = (low, high) => t("range_tight", { low, high });
/** A range of a KPI for tables and charts, with its unit once. */
export function amounts(low, high, unit) {
  if (missing(low) || missing(high)) return EMPTY;
  const bare = (value) =>
    unit === "share" ? percent(value) : unit === "days a week" ? decimals(value, 2) : amount(value, unit);
  return tight(strip(bare(low), bare(high)), bare(high));
}
/** A range of changes of a KPI, with its unit once. */
export function changes(low, high, unit) {
  if (missing(low) || missing(high)) return EMPTY;
  return range(strip(change(low, unit), change(high, unit)), change(high, unit), (text) => text);
}
/** A range of probabilities. */
export const chances = (low, high) =>
  missing(low) || missing(high) ? EMPTY : tight(strip(chance(low), chance(high)), chance(high));
/** The lower end without the unit that the upper end repeats. */
function strip(low, high) {
  const units = [
    t("unit.points"),
    THIN + "%",
    "%",
    " million",
    "億円",
    "万円",
    "円",
    t("unit.days_change", { value: "" }),
  ];
  const unit = units.find((one) => low.endsWith(one) && high.endsWith(one));
  return unit ? low.slice(0, -unit.length) : low;
}
export const range = (low, high, write) =>
  missing(low) && missing(high)
    ? EMPTY
    : t("range", { low: missing(low) ? "" : write(low), high: missing(high) ? "" : write(high) });

/** What a chart's axis counts in, and the factor from the table's number to it. */
export function axisOf(unit, isChange) {
  if (unit === "days a week") return { factor: 1, title: t("unit.days") };
  if (unit === "yen") return { factor: japanese() ? 1e-8 : 1e-6, title: t("unit.yen_axis") };
  if (unit === "difference of shares" || isChange) return { factor: 100, title: t("unit.points_axis") };
  return { factor: 100, title: t("unit.percent_axis") };
}

export function day(text) {
  if (!text) return EMPTY;
  const [year, month, date] = text.split("-").map(Number);
  if (japanese()) return year + "年" + month + "月" + date + "日";
  return date + " " + t("month." + month) + " " + year;
}
export function monthOf(text) {
  const [year, month] = text.split("-").map(Number);
  return japanese() ? year + "年" + month + "月" : t("month." + month) + " " + year;
}
export const fiscal = (year) => t("fiscal", { year });

/** A segment such as `size=large` or a region. */
export function segmentName(segment, indicator) {
  if (!segment || segment === "total") return "";
  const [kind, member] = segment.includes("=") ? segment.split("=") : ["", segment];
  const capital = "segment.tsr." + member;
  if (kind === "size" && (indicator || "").startsWith("tsr") && known(capital)) return t(capital);
  return memberName(member);
}
export function memberName(member) {
  const prefecture = background.prefectures.find((one) => one.name === member);
  if (prefecture) return japanese() ? prefecture.ja : prefecture.name;
  const industry = background.industries.find((one) => one.key === member);
  if (industry) return word(industry.name);
  return known("member." + member) ? t("member." + member) : word(member);
}
export function kpiName(row) {
  const indicator = indicatorOf(row.kpi);
  const name = indicator ? word(indicator.name) : row.kpi;
  const segment = segmentName(row.segment, row.kpi);
  return segment ? name + t("colon") + segment : name;
}
export const kindName = (kind) => (kind ? (known("kind." + kind) ? t("kind." + kind) : kind) : "");
export const surveyName = (survey) => (survey ? (known("survey." + survey) ? t("survey." + survey) : survey) : "");
export const metricName = (metric) => (known("metric." + metric) ? t("metric." + metric) : metric);
export const verdictName = (verdict) =>
  verdict ? (known("verdict." + verdict) ? t("verdict." + verdict) : verdict) : EMPTY;
export const scenarioTitle = (name) => {
  // One that two folders hold bears the name of its folder.
  const [, own, folder = ""] = /^(.*?)( \[[^\]]*\])?$/s.exec(name) || ["", name];
  const scenario = scenarioOf(own);
  return scenario && scenario.title ? word(scenario.title) + folder : name;
};
/** A measure by what it is; its own name stands behind where a scenario has several of the kind, and one of its channels last. */
export function measureName(whole, kind) {
  const [name, channel] = (whole || "").split(".");
  const several = background.scenarios.some(
    (one) => one.interventions.filter((other) => other.kind === kind).length > 1,
  );
  const measure = kindName(kind) + (several || !kind ? t("bracketed", { text: name }) : "");
  return channel ? measure + t("colon") + t("channel." + channel) : measure;
}
/** What was varied, by the measure's title where it is the scale of one; otherwise its path. */
export function varied(path) {
  const name = (/^intervention\.(\w+)\.scale$/.exec(path) || [])[1];
  return name ? t("target.scale_of", { measure: quoted(measureName(name, kindOf(name))) }) : path;
}
/** A measure's own name, without that of a channel. */
const ownName = (name) => (name || "").split(".")[0];
/** The kind of a measure, by its name. */
export const kindOf = (name) =>
  (background.scenarios.flatMap((one) => one.interventions).find((one) => one.name === ownName(name)) || {}).kind;
/** A scenario by its title; by its name where two folders hold it. */
export const scenarioName = (row) => (row.name !== row.scenario ? row.scenario : scenarioTitle(row.name));
export const quoted = (text) => t("quoted", { text });
/** What stands between two sentences. */
export const gap = () => (japanese() ? "" : " ");
/** Items with commas. */
export const listed = (items) => items.join(t("comma"));
