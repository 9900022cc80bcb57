// The page as a whole: sections in order, navigation, the language switch.

import { answerSection } from "./answer.js";
import { attributionSection } from "./attribution.js";
import { cardsSection } from "./cards.js";
import { exceedanceSection, splitSection } from "./chances.js";
import { drawCharts, forgetCharts } from "./charts.js";
import { choiceSection } from "./choice.js";
import { comparisonSection } from "./comparison.js";
import { byId, el, p } from "./elements.js";
import { fitSection } from "./fit.js";
import { fanSection, kpiSection } from "./forecast.js";
import { certificateSection, parameterSection, reproduceSection, sourceSection } from "./grounds.js";
import { spendingSection } from "./measures.js";
import { breakdownSection, mapSection } from "./places.js";
import { background, take } from "./tables.js";
import { day, language, setLanguage, t, word } from "./words.js";

/**
 * The sections in order, each described here alone: its id, its title in English and Japanese, what it holds,
 * and whether it is left out on paper.
 * @type {{ id: string, title: [string, string], parts: () => any[], paper?: boolean }[]}
 */
const SECTIONS = [
  { id: "answer", title: ["The answer in a minute", "一分でわかる結論"], parts: answerSection },
  { id: "kpi", title: ["Candidate KPIs, fiscal 2021 to 2025", "KPI候補の見通し（2021～2025年度）"], parts: kpiSection },
  { id: "fans", paper: false, title: ["Course of each KPI", "KPIの推移と予測区間"], parts: fanSection },
  { id: "choice", title: ["Which KPI is worth choosing", "どのKPIを選ぶべきか"], parts: choiceSection },
  { id: "exceedance", paper: false, title: ["How likely a target is", "目標値の達成確率"], parts: exceedanceSection },
  { id: "comparison", title: ["Comparison of scenarios", "シナリオの比較"], parts: comparisonSection },
  { id: "split", paper: false, title: ["Where the uncertainty comes from", "不確実性の内訳"], parts: splitSection },
  { id: "fit", paper: false, title: ["Simulated and published surveys", "調査結果の再現度"], parts: fitSection },
  { id: "map", paper: false, title: ["Prefectures", "都道府県別の状況"], parts: mapSection },
  {
    id: "breakdown",
    paper: false,
    title: ["By size, industry and region", "規模別・業種別・地域別"],
    parts: breakdownSection,
  },
  { id: "spending", title: ["Reach and cost of the measures", "施策の到達と費用"], parts: spendingSection },
  {
    id: "cards",
    title: ["What each kind of measure is assumed to do", "施策の種類ごとに仮定した効果"],
    parts: cardsSection,
  },
  {
    id: "attribution",
    title: ["What caused what, and what scale is needed", "効果の要因分解と必要規模"],
    parts: attributionSection,
  },
  { id: "certificate", title: ["Certificate of the calibration", "較正の品質証明"], parts: certificateSection },
  { id: "parameters", paper: false, title: ["Every parameter", "全パラメータ"], parts: parameterSection },
  { id: "sources", paper: false, title: ["Data sources", "データの出典"], parts: sourceSection },
  { id: "reproduce", title: ["How to reproduce this page", "再現の方法"], parts: reproduceSection },
];
const titleOf = (section) => section.title[language === "ja" ? 1 : 0];

/** `#ja/kpi` is the section `kpi` in Japanese; either part may be missing. */
function place() {
  const parts = decodeURIComponent(location.hash.slice(1)).split("/");
  const asked = ["en", "ja"].includes(parts[0]) ? parts.shift() : null;
  return { asked, section: parts[0] || "" };
}

const switchTo = (to) =>
  el(
    "a",
    { href: "#" + to, lang: to, class: "language", "aria-current": language === to ? "true" : null },
    to === "ja" ? "日本語" : "English",
  );

function build() {
  document.documentElement.lang = language;
  forgetCharts();
  const titles = [...new Set(background.scenarios.map((one) => (one.title ? word(one.title) : one.name)))];
  document.title = t("title") + (titles.length ? t("colon") + titles[0] : "");
  const sections = SECTIONS.map((section) => {
    const { id } = section;
    let parts;
    try {
      parts = section.parts();
    } catch (error) {
      console.error(error);
      parts = [p(t("broken", { error: String(error) }), "warning")];
    }
    return el(
      "section",
      { id, class: section.paper === false ? "screen" : null, "aria-labelledby": id + "-title", tabindex: "-1" },
      el("h2", { id: id + "-title" }, titleOf(section)),
      parts.flat(),
    );
  });
  byId("page").replaceChildren(
    el("a", { class: "skip", href: "#" + language + "/answer" }, t("skip")),
    el(
      "header",
      {},
      el(
        "div",
        { class: "bar" },
        el("div", {}, p(t("kicker"), "kicker"), el("h1", {}, t("title"))),
        el("div", { class: "languages", role: "group", "aria-label": t("language") }, switchTo("en"), switchTo("ja")),
      ),
    ),
    el(
      "div",
      { class: "columns" },
      el(
        "nav",
        { "aria-label": t("contents") },
        el(
          "ol",
          {},
          SECTIONS.map((one) => el("li", {}, el("a", { href: "#" + language + "/" + one.id }, titleOf(one)))),
        ),
      ),
      el(
        "main",
        {},
        sections,
        el("footer", {}, p(t("footer", { version: background.version, as_of: day(background.posterior.as_of) }))),
      ),
    ),
  );
  drawCharts();
}

function follow() {
  const { asked, section } = place();
  const wanted = asked || language;
  if (wanted !== language) {
    setLanguage(wanted);
    build();
  }
  const target = section && byId(section);
  if (target && SECTIONS.some((one) => one.id === section)) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }
}

take(JSON.parse(byId("content").textContent));
setLanguage(place().asked || ((navigator.language || "en").startsWith("ja") ? "ja" : "en"));
build();
follow();
window.addEventListener("hashchange", follow);
// On paper every chart has the width of the sheet.
window.addEventListener("beforeprint", () =>
  document.querySelectorAll("section:not(.screen) .js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot)),
);
