// The page as a whole: opened with the token of the start, drawn again in another language.

import { byId, el, p } from "../../report/page/elements.js";
import { take } from "../../report/page/tables.js";
import { day, language, setLanguage, t } from "../../report/page/words.js";
import { drawActions } from "./actions.js";
import { drawEditor } from "./editor.js";
import { drawBanner, drawChooser, drawScenarios, part, switchTo } from "./frame.js";
import { glossary } from "./glossary.js";
import { drawJobs, freshJobs, watch } from "./jobs.js";
import { hear, learn, open, reread, start, takeOpen } from "./scenarios.js";
import { enter, keepToken, Refused, service, serviceIs, tabs, takeKey, token } from "./service.js";
import { watchRoom } from "./sight.js";
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
        el("section", { id: "scenario", "aria-labelledby": "scenario-title", tabindex: "-1" }),
        part(
          "result",
          t("result.title"),
          el(
            "div",
            { id: "status" },
            el("p", { id: "status-words", class: "status", role: "status" }),
            el("div", { id: "status-more" }),
          ),
          el("nav", { "aria-label": t("views") }, el("ul", { id: "views", class: "views" })),
          el("div", { id: "view" }),
        ),
      ),
    ),
    el(
      "footer",
      {},
      ready
        ? p(t("studio.footer", { folder: start.folder, as_of: day(start.content.background.posterior.as_of) }))
        : "",
      ready ? glossary() : "",
    ),
    el("p", { id: "said", role: "status", class: "unseen" }),
  );
  drawBanner();
  watchRoom();
  byId("result").hidden = byId("scenario").hidden = !ready;
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
    takeOpen();
    drawAll();
  } else {
    drawScenarios();
    drawChooser();
  }
  await Promise.all(open.map((scenario) => reread(scenario)));
  await freshJobs();
}

use({
  folders: [],
  commands: {},
  background: { scenarios: [], prefectures: [], industries: [], indicators: [], kpis: [] },
});
setLanguage(localStorage.getItem("language") || ((navigator.language || "en").startsWith("ja") ? "ja" : "en"));
const key = takeKey();
if (!key) takeView();
drawAll();
window.addEventListener("hashchange", () => {
  const next = takeKey();
  if (next) enter(next);
});
tabs.addEventListener("message", ({ data }) => {
  if (data.need && token && service === "there") tabs.postMessage({ token });
  if (data.draft) hear(data.draft);
  if (!data.token || data.token === token) return;
  keepToken(data.token);
  goOn();
});
window.addEventListener("beforeunload", (event) => {
  if (open.some((one) => one.edits.length)) event.preventDefault();
});
window.addEventListener("beforeprint", () =>
  document.querySelectorAll(".js-plotly-plot").forEach((plot) => Plotly.Plots.resize(plot)),
);
if (key) enter(key);
else if (token) goOn();
else tabs.postMessage({ need: true });
// Nobody has answered: the page says what is missing.
setTimeout(() => {
  if (!token) serviceIs("restarted");
}, 1000);
watch();
