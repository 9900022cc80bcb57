// Results as they come: a quick look after every change, or a job; one view of the tables at a time.

import { answerSection, answerWords, leadRow, pointWarning } from "../../report/page/answer.js";
import { attributionSection } from "../../report/page/attribution.js";
import { exceedanceSection, splitSection } from "../../report/page/chances.js";
import { drawCharts, forgetCharts } from "../../report/page/charts.js";
import { choiceSection } from "../../report/page/choice.js";
import { comparisonSection } from "../../report/page/comparison.js";
import { byId, el, focused, p } from "../../report/page/elements.js";
import { fitSection } from "../../report/page/fit.js";
import { fanSection, kpiSection } from "../../report/page/forecast.js";
import { certificateSection, reproduceSection } from "../../report/page/grounds.js";
import { spendingSection } from "../../report/page/measures.js";
import { breakdownSection, mapSection } from "../../report/page/places.js";
import { rows } from "../../report/page/tables.js";
import { count, gap, language, t, word } from "../../report/page/words.js";
import { asked } from "./actions.js";
import { button, commandLine, notice } from "./frame.js";
import { drawJobs, jobs, MARKS, stateWords } from "./jobs.js";
import { chosen, isSound, open } from "./scenarios.js";
import { ask, GONE, Refused } from "./service.js";
import { use } from "./studio.js";

/** `{kind: "preview"}` or `{kind: "job", id}`. */
export let shown = { kind: "preview" };
/** The last quick look: content and how it stands. */
let preview = { content: null, problems: [], busy: false };
/** The last content of the shown job. */
let ofJob = { id: null, content: null, done: -1, busy: false, final: false };
let view = "overview";

/** @type {[string, () => any[]][]} */
const VIEWS = [
  ["overview", () => [...(rows("kpi").length ? [answerWords(), pointWarning(leadRow())] : []), ...fanSection()]],
  ["answer", answerSection],
  ["kpi", kpiSection],
  ["map", mapSection],
  ["breakdown", breakdownSection],
  ["spending", spendingSection],
  ["comparison", comparisonSection],
  ["choice", choiceSection],
  ["exceedance", exceedanceSection],
  ["split", splitSection],
  ["attribution", attributionSection],
  ["fit", fitSection],
  ["certificate", certificateSection],
  ["reproduce", reproduceSection],
];

let looking = null;
let lookRound = 0;
let overtaken = new AbortController();
/** A quick look at the open scenarios, soon: changes follow each other fast. */
export function look() {
  clearTimeout(looking);
  looking = setTimeout(
    () =>
      lookNow().catch((error) => {
        if (!(error instanceof Refused)) throw error;
      }),
    150,
  );
}

async function lookNow() {
  const round = ++lookRound;
  overtaken.abort();
  overtaken = new AbortController();
  const one = ({ name, toml }) => ({ name, toml });
  const sound = open.filter(isSound);
  if (!chosen() || !isSound(chosen())) return;
  const together = asked.together !== false && sound.length > 1;
  preview.busy = true;
  drawStatus();
  try {
    try {
      await follows(
        round,
        together ? { kind: "compare", scenarios: sound.map(one) } : { kind: "run", scenarios: [one(chosen())] },
      );
    } catch (error) {
      if (!(error instanceof Refused) || !together || round !== lookRound || [0, GONE].includes(error.status))
        throw error;
      // Scenarios of other periods or firms cannot be compared: the chosen one alone can be shown.
      preview.problems = error.problems;
      await follows(round, { kind: "run", scenarios: [one(chosen())] });
    }
  } catch (error) {
    if (round !== lookRound || error.status === GONE) return;
    if (error instanceof Refused) preview.problems = error.problems;
    else throw error;
  } finally {
    if (round === lookRound) {
      preview.busy = false;
      drawStatus();
    }
  }
}

/** Shows one picture after the other until the last. */
async function follows(round, request) {
  const { signal } = overtaken;
  const json = (response) => response.json();
  const { id } = await ask("POST", "jobs", { ...request, quick: true }, json, signal);
  for (let done = 0; round === lookRound; ) {
    const found = await ask("GET", "jobs/" + id + "/result?after=" + done, undefined, json, signal);
    if (round !== lookRound || found.ended) return;
    const part = found.partial || { done: 1, total: 1 };
    if (!found.folders) continue;
    if (part.done > done) {
      preview = {
        content: found,
        problems: done === 0 && request.kind === "compare" ? [] : preview.problems,
        busy: part.done < part.total,
      };
      if (shown.kind === "preview") drawResult();
    }
    if (part.done >= part.total || part.done <= done) return;
    done = part.done;
  }
}

/** Fetches the newest result of the shown job when there is one. */
export async function follow() {
  if (shown.kind !== "job") return;
  const job = jobs.find((one) => one.id === shown.id);
  if (!job) return show({ kind: "preview" });
  drawStatus();
  if (ofJob.id !== job.id) ofJob = { id: job.id, content: null, done: -1, busy: false, final: false };
  const wants = job.state === "done" ? !ofJob.final : job.state === "running" && job.partial && job.done > ofJob.done;
  if (!wants || ofJob.busy) return;
  const mine = ofJob;
  mine.busy = true;
  try {
    const found = await ask("GET", "jobs/" + job.id + "/result");
    mine.done = job.done;
    mine.final = Boolean(found.folders) && !found.partial;
    // A picture with no more replicates than the last is the last.
    const part = found.partial ? found.partial.done : Infinity;
    if (found.folders && part !== mine.part) {
      mine.part = part;
      mine.content = found;
      if (shown.kind === "job" && shown.id === mine.id) drawResult();
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (job.state === "done") {
      mine.final = true;
      notice(error.problems);
    }
  } finally {
    mine.busy = false;
  }
}

export function show(next) {
  shown = next;
  drawResult();
  drawJobs();
  if (next.kind === "job") follow();
  else look();
}

const contentShown = () => (shown.kind === "preview" ? preview.content : ofJob.id === shown.id ? ofJob.content : null);

/** Which result, how far it is, and which view of it. */
function drawStatus() {
  const place = byId("status-more");
  if (!place) return;
  const found = contentShown();
  const manifest = found && found.folders[0] ? found.folders[0].manifest : {};
  const inner = (manifest.scenarios || [])[0] || manifest;
  const job = shown.kind === "job" ? jobs.find((one) => one.id === shown.id) : null;
  const parts = [];
  let words = "";
  if (shown.kind === "preview") {
    const done = found && found.partial ? found.partial : null;
    words =
      (preview.busy ? "▶ " : "✓ ") +
      (found
        ? t("preview.what", {
            firms: count(inner.firms_simulated),
            done: count(done ? done.done : inner.replicates),
            total: count(done ? done.total : inner.replicates),
          })
        : t("preview.first"));
    parts.push(
      ...preview.problems.map((one) =>
        p(word(one.message) + (one.advice ? t("semicolon") + one.advice : ""), "warning"),
      ),
    );
  } else if (job) {
    words =
      MARKS[job.state] +
      " " +
      t("result.job", { kind: t("job." + job.kind), id: job.id }) +
      t("colon") +
      stateWords(job) +
      (found && found.partial
        ? gap() + t("result.partial", { done: count(found.partial.done), total: count(found.partial.total) })
        : "");
    if (found && inner.firms_simulated)
      parts.push(p(t("result.what", { firms: count(inner.firms_simulated), n: count(inner.replicates) }), "note"));
    parts.push(
      commandLine(job.command),
      button(t("preview.back"), () => show({ kind: "preview" })),
    );
  }
  if (shown.kind === "preview" && open.length > 1) {
    parts.push(
      el(
        "label",
        {},
        el("input", {
          type: "checkbox",
          id: "together",
          checked: asked.together !== false,
          onchange: (event) => {
            asked.together = event.target.checked;
            look();
          },
        }),
        " " + t("preview.together"),
      ),
    );
  }
  const line = byId("status-words");
  if (line.textContent !== words) line.textContent = words;
  // A button that is drawn anew under the mouse would not be clicked.
  const key = parts.map((one) => one.textContent).join("\n");
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  const held = place.contains(focused()) ? [...place.querySelectorAll("button, input")].indexOf(focused()) : -1;
  place.replaceChildren(...parts);
  if (held >= 0) {
    const again = place.querySelectorAll("button, input")[held];
    if (again) again.focus();
  }
}

/** The view that this tab showed last. */
export function takeView() {
  const last = sessionStorage.getItem("view");
  view = VIEWS.some(([id]) => id === last) ? last : "overview";
}

export function drawViews() {
  byId("views").replaceChildren(
    ...VIEWS.map(([id]) =>
      el(
        "li",
        {},
        button(t("view." + id), () => turnTo(id), { "data-view": id, "aria-pressed": String(view === id) }),
      ),
    ),
  );
}

function turnTo(id) {
  view = id;
  sessionStorage.setItem("view", id);
  document
    .querySelectorAll("#views button")
    .forEach((/** @type {HTMLElement} */ one) => one.setAttribute("aria-pressed", String(one.dataset.view === id)));
  drawResult(true);
}

/** Attributions and searches have one view alone. */
export function fitView(job) {
  const studies = ["attribute", "target"].includes(job.kind);
  if (studies !== (view === "attribution")) turnTo(studies ? "attribution" : "overview");
}

let waitsForHand = null;
/** Draws the view. What is being dragged or typed in is left alone until it is let go. */
export function drawResult(now) {
  drawStatus();
  const place = byId("view");
  if (!place) return;
  const active = focused();
  const inside = place.contains(active);
  if (
    !now &&
    (place.matches(":active") ||
      (inside && ["range", "number"].includes(active.type) && place.dataset.drawn === whatIsShown()))
  ) {
    clearTimeout(waitsForHand);
    waitsForHand = setTimeout(drawResult, 400);
    return;
  }
  place.dataset.drawn = whatIsShown();
  const found = contentShown();
  const focusable = "select, input, button, summary, [tabindex]";
  const held = inside
    ? active.id
      ? "#" + CSS.escape(active.id)
      : [...place.querySelectorAll(focusable)].indexOf(active)
    : null;
  const opened = [...place.querySelectorAll("details")].map((one) => one.open);
  place.querySelectorAll(".js-plotly-plot").forEach((one) => Plotly.purge(one));
  forgetCharts();
  if (!found) {
    place.replaceChildren(p(t(shown.kind === "preview" ? "preview.first" : "result.nothing_yet"), "note"));
    return;
  }
  use(found);
  let parts;
  try {
    parts = VIEWS.find(([id]) => id === view)[1]();
  } catch (error) {
    console.error(error);
    parts = [p(t("broken", { error: String(error) }), "warning")];
  }
  place.replaceChildren(el("h3", { class: "view-title " + view }, t("view." + view)), ...parts.flat().filter(Boolean));
  [...place.querySelectorAll("details")].forEach((one, at) => {
    if (opened[at]) one.open = true;
  });
  // The chart library may still be on its way.
  if ("Plotly" in window) drawCharts();
  else window.addEventListener("load", drawCharts, { once: true });
  if (held !== null) {
    const again = typeof held === "string" ? place.querySelector(held) : place.querySelectorAll(focusable)[held];
    if (again) again.focus({ preventScroll: true });
  }
}
const whatIsShown = () => [language, view, shown.kind, shown.id].join();
