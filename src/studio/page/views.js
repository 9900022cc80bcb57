// Results as they come: a quick look after every change, or a job; one view of the tables at a time.

import { answerSection, confidence, failingGates, firstLook, pointWarning } from "../../report/page/answer.js";
import { attributionSection } from "../../report/page/attribution.js";
import { exceedanceSection, splitSection } from "../../report/page/chances.js";
import { drawCharts, forgetCharts } from "../../report/page/charts.js";
import { choiceSection } from "../../report/page/choice.js";
import { comparisonSection } from "../../report/page/comparison.js";
import { byId, el, focused, folded, p } from "../../report/page/elements.js";
import { fitSection } from "../../report/page/fit.js";
import { kpiSection } from "../../report/page/forecast.js";
import { certificateSection, reproduceSection } from "../../report/page/grounds.js";
import { spendingSection } from "../../report/page/measures.js";
import { breakdownSection, mapSection } from "../../report/page/places.js";
import { background, content, rows } from "../../report/page/tables.js";
import { count, gap, language, missing, t, word } from "../../report/page/words.js";
import { asked, jobName, showCommand } from "./actions.js";
import { effectSection } from "./effect.js";
import { select } from "./fields.js";
import { changesOf, planWords } from "./form.js";
import { attempt, button, commandLine, notice } from "./frame.js";
import { gloss } from "./glossary.js";
import { drawJobs, freshJobs, jobs, MARKS, stateWords, titleOfJob } from "./jobs.js";
import { chosen, isSound, open, titleOf } from "./scenarios.js";
import { ask, GONE, inWords, Refused, translated } from "./service.js";
import { use } from "./studio.js";

/**
 * What is shown: a quick look at the chosen scenario, or a job, with another one that is done beside it.
 * @type {{ kind: "preview" | "job", id?: number, beside?: number }}
 */
export let shown = { kind: "preview" };
/** The last quick look: of which scenario, content and how it stands. */
let preview = { of: null, content: null, problems: [], busy: false };
/** The last content of the shown job, and its scenarios as they were run. */
const noResult = { content: null, done: -1, busy: false, final: false, part: null, ran: null };
let ofJob = { id: null, beside: undefined, ...noResult };
let view = "overview";

/**
 * Views, with the tables of which one has to be there; without any they stand on the model itself.
 * @type {[string, () => any[], string[]][]}
 */
const VIEWS = [
  ["overview", effectSection, ["fans"]],
  ["answer", answerSection, ["kpi"]],
  ["kpi", kpiSection, ["kpi"]],
  ["map", mapSection, ["segments"]],
  ["breakdown", breakdownSection, ["segments"]],
  ["spending", spendingSection, ["spending"]],
  ["comparison", comparisonSection, ["differences"]],
  ["choice", choiceSection, ["choice"]],
  ["exceedance", exceedanceSection, ["exceedance"]],
  ["split", splitSection, ["split"]],
  ["attribution", attributionSection, ["attribution", "target"]],
  ["fit", fitSection, ["fit"]],
  ["certificate", certificateSection, []],
  ["reproduce", reproduceSection, []],
];
const hasTables = ([, , tables]) => tables.length === 0 || tables.some((table) => rows(table).length > 0);
/** The view that is wanted, or the first one for which this result has a table. */
const fitting = () => {
  const wanted = VIEWS.find(([id]) => id === view);
  return hasTables(wanted) ? wanted : VIEWS.find(hasTables);
};

let looking = null;
let lookRound = 0;
let overtaken = new AbortController();
/** A quick look at the chosen scenario, after all that the same event changes. */
export function look() {
  clearTimeout(looking);
  looking = setTimeout(
    () =>
      lookNow().catch((error) => {
        if (!(error instanceof Refused)) throw error;
      }),
    0,
  );
}

/** What the chosen scenario is shown against: `""` is what it is based on. */
function lookRequest() {
  const one = ({ name, toml }) => ({ name, toml });
  const others = open.filter((scenario) => scenario !== chosen() && isSound(scenario));
  if (asked.against === "*" && others.length) return { kind: "compare", scenarios: open.filter(isSound).map(one) };
  const against = others.find((scenario) => scenario.name === asked.against);
  if (against) return { kind: "compare", scenarios: [against, chosen()].map(one) };
  return { kind: "run", scenarios: [one(chosen())] };
}

async function lookNow() {
  const round = ++lookRound;
  overtaken.abort();
  overtaken = new AbortController();
  const scenario = chosen();
  if (!scenario || !isSound(scenario)) return drawResult();
  preview.busy = true;
  preview.problems = [];
  drawStatus();
  const request = lookRequest();
  try {
    try {
      await follows(round, scenario, request);
    } catch (error) {
      const unpaired = error instanceof Refused && request.kind === "compare" && ![0, GONE].includes(error.status);
      if (!unpaired || round !== lookRound) throw error;
      // Scenarios of other periods or firms cannot be compared: the chosen one alone can be shown.
      preview.problems = error.problems;
      await follows(round, scenario, { kind: "run", scenarios: [{ name: scenario.name, toml: scenario.toml }] });
    }
  } catch (error) {
    if (round !== lookRound || error.status === GONE) return;
    if (!(error instanceof Refused)) throw error;
    if (error.status) preview.problems = error.problems;
  } finally {
    if (round === lookRound) {
      preview.busy = false;
      drawStatus();
      // The quick look has measured how fast this machine is.
      await showCommand();
    }
  }
}

/** Shows one picture after the other until the last. */
async function follows(round, scenario, request) {
  const { signal } = overtaken;
  const json = (response) => response.json();
  const { id } = await ask("POST", "jobs", { ...request, quick: true }, json, signal);
  for (let done = 0; round === lookRound; ) {
    const found = await ask("GET", "jobs/" + id + "/result?after=" + done, undefined, json, signal);
    if (round !== lookRound || found.ended) return;
    if (!found.folders) continue;
    const part = found.partial || { done: 1, total: 1 };
    if (part.done > done) {
      preview = { of: scenario, content: found, problems: preview.problems, busy: part.done < part.total };
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
  if (ofJob.id !== job.id || ofJob.beside !== shown.beside) ofJob = { id: job.id, beside: shown.beside, ...noResult };
  if (!ofJob.content) drawNothing();
  const wants = job.state === "done" ? !ofJob.final : job.state === "running" && job.partial && job.done > ofJob.done;
  if (!wants || ofJob.busy) return;
  const mine = ofJob;
  mine.busy = true;
  try {
    mine.ran ||= (await Promise.all([job.id, mine.beside].filter((id) => !missing(id)).map(whatRan))).flat();
    const found = await ask(
      "GET",
      "jobs/" + job.id + "/result" + (missing(mine.beside) ? "" : "?beside=" + mine.beside),
    );
    mine.done = job.done;
    mine.final = Boolean(found.folders) && !found.partial;
    // A picture with no more replicates than the last is the last.
    const part = found.partial ? found.partial.done : Infinity;
    if (found.folders && part !== mine.part) {
      mine.part = part;
      mine.content = found;
      if (mine === ofJob && shown.kind === "job") drawResult();
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

/** The scenarios of a job as they were when it was started, read again. */
async function whatRan(id) {
  const { scenarios } = await ask("GET", "jobs/" + id);
  return Promise.all(scenarios.map(({ name, toml }) => ask("POST", "scenario", { name, toml })));
}

export function show(next) {
  shown = next;
  remember();
  drawResult();
  drawJobs();
  if (next.kind === "job") follow().catch(console.error);
  else look();
}

/** What is shown stands in the address: it can be opened again, and stays when the page is loaded again. */
function remember() {
  const beside = missing(shown.beside) ? "" : "&beside=" + shown.beside;
  const job = shown.kind === "job" ? "&job=" + shown.id + beside : "";
  history.replaceState(null, "", location.pathname + "#view=" + view + job);
}
/** Takes what is shown from the address. */
export function takeView() {
  const found = new URLSearchParams(location.hash.slice(1));
  if (VIEWS.some(([id]) => id === found.get("view"))) view = found.get("view");
  const number = (key) => (/^\d+$/.test(found.get(key) || "") ? Number(found.get(key)) : undefined);
  if (!missing(number("job"))) shown = { kind: "job", id: number("job"), beside: number("beside") };
}

const contentShown = () =>
  shown.kind === "preview"
    ? preview.of && preview.of === chosen()
      ? preview.content
      : null
    : ofJob.id === shown.id && ofJob.beside === shown.beside
      ? ofJob.content
      : null;

/** Which result, how far it is, and what to know of it. */
function drawStatus() {
  const place = byId("status-more");
  if (!place) return;
  const found = contentShown();
  const job = shown.kind === "job" ? jobs.find((one) => one.id === shown.id) : null;
  const parts = [];
  let words = "";
  if (job) {
    words =
      MARKS[job.state] +
      " " +
      t("result.job", { kind: jobName(job.kind), id: job.id }) +
      t("colon") +
      stateWords(job) +
      (found && found.partial
        ? gap() + t("result.partial", { done: count(found.partial.done), total: count(found.partial.total) })
        : "");
    parts.push(...ranParts(job));
  } else {
    const done = found && found.partial;
    const mark = preview.busy ? "▶ " : done && done.done >= done.total ? "✓ " : found ? "■ " : "";
    words = found
      ? mark + t("preview.what", { done: count(done.done), total: count(done.total) })
      : chosen() && chosen().said && !isSound(chosen())
        ? t("text.wrong")
        : t("preview.first");
    if (found) parts.push(p(t("preview.quote", { firms: count(firmsOf(found)) }), "note"));
    parts.push(...preview.problems.map((one) => p(inWords(one), "warning")));
    if (open.length > 1) parts.push(againstChooser());
  }
  const line = byId("status-words");
  if (line.textContent !== words) line.textContent = words;
  // A button that is drawn anew under the mouse would not be clicked.
  const key = language + parts.map((one) => one.textContent).join("\n");
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  const held = place.contains(focused()) ? [...place.querySelectorAll("button, input, select")].indexOf(focused()) : -1;
  place.replaceChildren(...parts);
  gloss(place);
  if (held >= 0) {
    const again = place.querySelectorAll("button, input, select")[held];
    if (again) again.focus();
  }
}

const firmsOf = (found) => {
  const manifest = found.folders[0] ? found.folders[0].manifest : {};
  return ((manifest.scenarios || [])[0] || manifest).firms_simulated;
};

/** What a job has run, from what it has run: never from what is being written now. */
function ranParts(job) {
  const parts = [];
  if (["queued", "running"].includes(job.state))
    parts.push(
      button(
        t("cancel"),
        attempt(() => ask("DELETE", "jobs/" + job.id).then(freshJobs)),
      ),
    );
  parts.push(button(t("preview.back"), () => show({ kind: "preview" })));
  const others = jobs.filter((one) => one.state === "done" && one.folder && one.folder !== job.folder);
  if (job.state === "done" && others.length) parts.push(besideChooser(job, others));
  if (ofJob.id === job.id && ofJob.ran) {
    parts.push(
      folded(t("result.ran", { title: ofJob.ran.map((one) => word(one.plan ? one.plan.title : "")).join(" / ") }), () =>
        el(
          "div",
          { class: "ran" },
          ofJob.ran.flatMap((one) =>
            one.controls
              ? [el("h4", {}, word(one.plan.title)), ...planWords(one.plan, one.parent), changesOf(one, null)]
              : one.problems.map((problem) => p(translated(problem).message, "warning")),
          ),
          commandLine(job.command),
        ),
      ),
    );
  }
  return parts;
}

/** Which other job that is done stands beside this one. */
function besideChooser(job, others) {
  const options = [["", t("beside.none")], ...others.map((one) => [String(one.id), titleOfJob(one)])];
  const chooser = select({ id: "beside" }, options, missing(shown.beside) ? "" : String(shown.beside), (to) =>
    show({ kind: "job", id: job.id, beside: to ? Number(to) : undefined }),
  );
  return el("label", { class: "against", for: "beside" }, t("beside"), " ", chooser);
}

/** Which scenario the chosen one is shown against. */
function againstChooser() {
  const others = open.filter((one) => one !== chosen());
  const options = [
    ["", t("against.parent")],
    ...others.map((one) => [one.name, titleOf(one) + " (" + one.name + ")"]),
    ["*", t("against.all")],
  ];
  const chooser = select({ id: "against" }, options, asked.against, (to) => {
    asked.against = to;
    look();
  });
  return el("label", { class: "against", for: "against" }, t("against"), " ", chooser);
}

export function drawViews() {
  byId("views").replaceChildren(
    ...VIEWS.map(([id]) =>
      el(
        "li",
        {},
        button(t("view." + id), () => turnTo(id), { "data-view": id }),
      ),
    ),
  );
  markViews();
}
function markViews() {
  const there = contentShown() ? fitting()[0] : view;
  for (const one of byId("views").querySelectorAll("button")) {
    const entry = VIEWS.find(([id]) => id === one.dataset.view);
    one.setAttribute("aria-pressed", String(one.dataset.view === there));
    one.disabled = Boolean(contentShown()) && !hasTables(entry);
    if (one.dataset.view === there) reveal(one);
  }
}
/** Moves the line of views where the chosen one is not in sight; nothing else moves. */
function reveal(button) {
  const list = byId("views");
  const [own, all] = [button.getBoundingClientRect(), list.getBoundingClientRect()];
  const beside = 48;
  if (own.left < all.left) list.scrollLeft -= all.left - own.left + beside;
  else if (own.right > all.right - beside) list.scrollLeft += own.right - all.right + beside;
}

function turnTo(id) {
  view = id;
  remember();
  drawResult(true);
}

/** What fails in the model's certificate stands above every view. */
function gatesLine() {
  const failing = failingGates();
  if (failing.length === 0) return null;
  const all = background.posterior.gates.length;
  return folded("⚠ " + t("gates.fail", { n: failing.length, all }), () => el("div", {}, confidence()));
}

let resized = null;
// A chart is as high as there is room.
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(drawResult, 300);
});

/** In place of a view: whether a result of the shown job is to come. */
function drawNothing() {
  const job = shown.kind === "job" ? jobs.find((one) => one.id === shown.id) : null;
  const ended = job && ["cancelled", "failed"].includes(job.state);
  const words = !job || job.state === "done" ? "" : t(ended ? "result.nothing" : "result.soon");
  const place = byId("view");
  if (place && place.textContent !== words) place.replaceChildren(words ? p(words, "note") : "");
}

let waitsForHand = null;
/** Draws the view. What is being dragged or typed in is left alone until it is let go. */
export function drawResult(now = false) {
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
  document.body.classList.toggle("nothing-shown", shown.kind === "preview");
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
    drawNothing();
    markViews();
    return;
  }
  // Of what one has changed oneself the tables come first.
  use(shown.kind === "preview" ? { ...found, first: chosen().name } : found);
  const [id, make] = fitting();
  let parts;
  try {
    parts = make();
  } catch (error) {
    console.error(error);
    parts = [p(t("broken", { error: String(error) }), "warning")];
  }
  const lead = rows("kpi")[0];
  place.replaceChildren(
    ...[
      el("h3", { class: "view-title " + id }, t("view." + id)),
      id === "answer" ? null : firstLook(),
      ...parts.flat(),
      lead && id !== "answer" ? pointWarning(lead) : null,
      id === "certificate" || id === "answer" ? null : gatesLine(),
    ].filter(Boolean),
  );
  gloss(place);
  markViews();
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
const whatIsShown = () => [language, view, shown.kind, shown.id, content ? content.folders.length : 0].join();
