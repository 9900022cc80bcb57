// The page as a whole: sections in order, navigation, the language switch.

const SECTIONS = [
  ["answer", answerSection], ["kpi", kpiSection], ["fans", fanSection], ["choice", choiceSection], ["exceedance", exceedanceSection],
  ["comparison", comparisonSection], ["split", splitSection], ["fit", fitSection], ["map", mapSection], ["breakdown", breakdownSection],
  ["spending", spendingSection], ["attribution", attributionSection], ["certificate", certificateSection], ["parameters", parameterSection],
  ["sources", sourceSection], ["reproduce", reproduceSection],
];

/** `#ja/kpi` is the section `kpi` in Japanese; either part may be missing. */
function place() {
  const parts = decodeURIComponent(location.hash.slice(1)).split("/");
  const asked = ["en", "ja"].includes(parts[0]) ? parts.shift() : null;
  return { asked, section: parts[0] || "" };
}

const switchTo = (to) => el("a", { href: "#" + to, lang: to, class: "language", "aria-current": language === to ? "true" : null }, to === "ja" ? "日本語" : "English");

function build() {
  document.documentElement.lang = language;
  waiting = [];
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
    return el("section", { id, "aria-labelledby": id + "-title", tabindex: "-1" }, el("h2", { id: id + "-title" }, t("section." + id)), parts.flat());
  });
  document.getElementById("page").replaceChildren(
    el("a", { class: "skip", href: "#" + language + "/answer" }, t("skip")),
    el("header", {}, el("div", { class: "bar" }, el("div", {}, p(t("kicker"), "kicker"), el("h1", {}, t("title"))), el("div", { class: "languages", role: "group", "aria-label": t("language") }, switchTo("en"), switchTo("ja")))),
    el("div", { class: "columns" },
      el("nav", { "aria-label": t("contents") }, el("ol", {}, SECTIONS.map(([id]) => el("li", {}, el("a", { href: "#" + language + "/" + id }, t("section." + id)))))),
      el("main", {}, sections, el("footer", {}, p(t("footer", { version: background.version, as_of: day(background.posterior.as_of) })))))); 
  drawCharts();
}

function follow() {
  const { asked, section } = place();
  const wanted = asked || language;
  if (wanted !== language) {
    language = wanted;
    build();
  }
  const target = section && document.getElementById(section);
  if (target && SECTIONS.some(([id]) => id === section)) {
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }
}

take(JSON.parse(document.getElementById("content").textContent));
language = place().asked || ((navigator.language || "en").startsWith("ja") ? "ja" : "en");
build();
follow();
window.addEventListener("hashchange", follow);
// On paper every chart has the width of the sheet.
window.addEventListener("beforeprint", () => document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot)));
