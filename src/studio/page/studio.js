// The page as a whole: opened with the token of the start, drawn again in another language.

import { byId, el, p } from "../../report/page/elements.js";
import { take } from "../../report/page/tables.js";
import { day, language, setLanguage, t } from "../../report/page/words.js";
import { drawActions } from "./actions.js";
import { drawEditor } from "./editor.js";
import { drawBanner, drawChooser, drawScenarios, part, switchTo } from "./frame.js";
import { drawJobs, freshJobs, watch } from "./jobs.js";
import { learn, open, reread, start, takeDrafts } from "./scenarios.js";
import { keepToken, Refused, service, serviceIs, tabs, takeToken, token } from "./service.js";
import { drawResult, drawViews, takeView } from "./views.js";

/** Titles that the studio gives to copies, in Japanese. */
const copies = {};

/** Shows a result's tables; texts are those of the report and of the studio. */
export function use(content) {
  const texts = content.texts || { page: {}, words: {} };
  take({
    ...content,
    texts: {
      page: { ...texts.page, ...STUDIO_TEXTS.page },
      words: { ...texts.words, ...STUDIO_TEXTS.words, ...copies },
    },
  });
}

const skip = (to, text) =>
  el(
    "a",
    {
      class: "skip",
      href: "#" + to,
      onclick: (event) => {
        event.preventDefault();
        byId(to).focus();
      },
    },
    text,
  );

export function drawAll() {
  document.documentElement.lang = language;
  document.title = t("studio.title");
  const page = byId("page");
  const ready = start !== null;
  page.replaceChildren(
    skip("scenarios", t("skip.scenarios")),
    skip("scenario", t("skip.scenario")),
    skip("result", t("skip.result")),
    skip("runs", t("skip.runs")),
    el(
      "header",
      {},
      el(
        "div",
        { class: "bar" },
        el(
          "div",
          {},
          p("telework-sim" + (ready ? " " + start.version : ""), "kicker"),
          el("h1", {}, t("studio.title")),
        ),
        el("div", { class: "languages", role: "group", "aria-label": t("language") }, switchTo("en"), switchTo("ja")),
      ),
    ),
    el("div", { id: "banner", role: "alert" }),
    el(
      "main",
      {},
      ready
        ? part(
            "scenarios",
            t("scenarios.title"),
            el("ul", { id: "open", class: "open" }),
            el(
              "details",
              { id: "add", class: "chooser", open: open.length === 0 },
              el("summary", {}, t("choose.title")),
              el("div", { id: "chooser" }),
            ),
          )
        : part("scenarios", t("scenarios.title"), p(t("opening"))),
      el(
        "div",
        { class: "work" },
        el("section", { id: "scenario", "aria-labelledby": "scenario-title", tabindex: "-1", hidden: true }),
        part(
          "result",
          t("result.title"),
          el(
            "div",
            { id: "status" },
            el("p", { id: "status-words", class: "status" }),
            el("div", { id: "status-more" }),
          ),
          el("nav", { "aria-label": t("views") }, el("ul", { id: "views", class: "views" })),
          el("div", { id: "view" }),
        ),
      ),
      part(
        "runs",
        t("runs.title"),
        el(
          "div",
          { class: "two" },
          el("div", {}, el("h3", {}, t("ask.title")), el("div", { id: "ask" })),
          el("div", {}, el("h3", {}, t("jobs.title")), el("ul", { id: "jobs", class: "jobs" })),
        ),
      ),
    ),
    el(
      "footer",
      {},
      ready
        ? p(t("studio.footer", { folder: start.folder, as_of: day(start.content.background.posterior.as_of) }))
        : "",
    ),
    el("p", { id: "said", role: "status", class: "unseen" }),
  );
  drawBanner();
  byId("result").hidden = byId("runs").hidden = !ready;
  if (!ready) return;
  drawScenarios();
  drawChooser();
  drawEditor();
  drawActions();
  drawViews();
  drawResult(true);
  drawJobs();
}

/** Everything that the program knows; also after it was away. */
let going = false;
export async function goOn() {
  if (going) return;
  going = true;
  try {
    await begin();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  } finally {
    going = false;
  }
}

async function begin() {
  const first = start === null;
  await learn();
  if (first) {
    for (const one of start.built_in)
      copies[one.title + " (changed)"] = (start.content.texts.words[one.title] || one.title) + "（変更）";
    use(start.content);
    takeDrafts();
    drawAll();
  } else {
    drawScenarios();
    drawChooser();
  }
  open.forEach((scenario) => reread(scenario));
  await freshJobs();
}

use({
  folders: [],
  commands: {},
  background: { scenarios: [], prefectures: [], industries: [], indicators: [], kpis: [] },
});
setLanguage(localStorage.getItem("language") || ((navigator.language || "en").startsWith("ja") ? "ja" : "en"));
takeView();
takeToken();
drawAll();
window.addEventListener("hashchange", () => {
  if (takeToken()) goOn();
});
tabs.addEventListener("message", (event) => {
  if (typeof event.data !== "string" || !/^[0-9a-f]+$/.test(event.data)) return;
  keepToken(event.data);
  if (service !== "there") goOn();
});
window.addEventListener("beforeprint", () =>
  document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot)),
);
if (token) goOn();
else serviceIs("restarted");
watch();
