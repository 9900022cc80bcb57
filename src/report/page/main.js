// The page as a whole: sections in order, navigation, the language switch.

import { answerSection } from "./answer.js";
import { attributionSection } from "./attribution.js";
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

/** @type {[string, () => any[]][]} */
const SECTIONS = [
  ["answer", answerSection],
  ["kpi", kpiSection],
  ["fans", fanSection],
  ["choice", choiceSection],
  ["exceedance", exceedanceSection],
  ["comparison", comparisonSection],
  ["split", splitSection],
  ["fit", fitSection],
  ["map", mapSection],
  ["breakdown", breakdownSection],
  ["spending", spendingSection],
  ["attribution", attributionSection],
  ["certificate", certificateSection],
  ["parameters", parameterSection],
  ["sources", sourceSection],
  ["reproduce", reproduceSection],
];

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
  const sections = SECTIONS.map(([id, make]) => {
    let parts;
    try {
      parts = make();
    } catch (error) {
      console.error(error);
      parts = [p(t("broken", { error: String(error) }), "warning")];
    }
    return el(
      "section",
      { id, "aria-labelledby": id + "-title", tabindex: "-1" },
      el("h2", { id: id + "-title" }, t("section." + id)),
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
          SECTIONS.map(([id]) => el("li", {}, el("a", { href: "#" + language + "/" + id }, t("section." + id)))),
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
  if (target && SECTIONS.some(([id]) => id === section)) {
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
  document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot)),
);
