// What can be asked for in full: a run, a comparison, an attribution, the search for a target. Beside each its command line.

import { byId, el, focused, p } from "../../report/page/elements.js";
import { background, unitOf } from "../../report/page/tables.js";
import { count, gap, known, kpiName, missing, t, word } from "../../report/page/words.js";
import { showSide } from "./editor.js";
import { labelOf, select, tidy } from "./fields.js";
import { titleOfMeasure } from "./form.js";
import { attempt, button, commandLine, say } from "./frame.js";
import { gloss } from "./glossary.js";
import { duration, freshJobs } from "./jobs.js";
import { chosen, open, settled, start, titleOf } from "./scenarios.js";
import { ask, Refused, translated } from "./service.js";
import { show } from "./views.js";

/** What was entered, by the names of the commands' arguments; it stays when the form is drawn anew. */
export const asked = {
  kind: "run",
  probability: "80",
  among: [],
  without: [],
  goalKpi: "",
  goal: "",
  targetKpi: "",
  target: "",
};

const kpiIds = () => background.kpis.map((one) => [kpiId(one), kpiName(one)]);
/** KPIs that a measure can move. */
const goalIds = () => background.kpis.filter((one) => one.moves).map((one) => [kpiId(one), kpiName(one)]);

/** A text of the page, or what the description says of itself where there is none yet. */
const said = (key, otherwise) => (known(key) ? t(key) : word(otherwise || ""));
export const jobName = (kind) => said("job." + kind, kind);

export function drawActions(anew) {
  const place = byId("ask");
  if (!place || !chosen()) return;
  const held = place.contains(focused()) ? focused().id : null;
  // What is being typed in stays.
  if (held && !anew && focused().tagName === "INPUT") return showCommand();
  const radio = (kind) =>
    el(
      "label",
      { class: "kind" },
      el("input", {
        type: "radio",
        name: "kind",
        id: "kind-" + kind,
        value: kind,
        checked: asked.kind === kind,
        onchange: () => {
          asked.kind = kind;
          drawActions(true);
        },
      }),
      " ",
      el("strong", {}, jobName(kind)),
      " ",
      said("job_how." + kind, start.requests[kind].help),
    );
  place.replaceChildren(
    el("fieldset", { class: "kinds" }, el("legend", {}, t("ask.kind")), Object.keys(start.requests).map(radio)),
    el("div", { class: "asked" }, entriesOf()),
    el("div", { id: "line" }),
    el(
      "p",
      { class: "tools" },
      button(said("ask.start." + asked.kind, jobName(asked.kind)), attempt(startJob), {
        id: "start",
        class: "primary",
        "aria-describedby": "expected",
      }),
      el("span", { id: "expected", class: "note" }, expected.words),
    ),
  );
  gloss(place);
  showCommand();
  if (held && byId(held)) byId(held).focus();
}

const entry = (label, input, help) =>
  el(
    "div",
    { class: "field" },
    el("label", { for: input.id }, label),
    input,
    help ? el("p", { class: "help" }, help) : null,
  );
const typed = (key, more) =>
  el("input", {
    id: "ask-" + key,
    value: asked[key] || "",
    ...more,
    oninput: (event) => {
      asked[key] = event.target.value;
      showCommand();
    },
  });
const ticked = (key, label, help) =>
  el(
    "div",
    { class: "field" },
    el(
      "label",
      {},
      el("input", {
        type: "checkbox",
        id: "ask-" + key,
        checked: asked[key] || false,
        onchange: (event) => {
          asked[key] = event.target.checked;
          showCommand();
        },
      }),
      " " + label,
    ),
    el("p", { class: "help" }, help),
  );
const picked = (key, options) => {
  if (!options.some(([value]) => value === asked[key])) asked[key] = options.length ? options[0][0] : "";
  return select({ id: "ask-" + key }, options, asked[key], (value) => {
    asked[key] = value;
    showCommand();
  });
};

/** Arguments whose entries need more than their type says. */
const ENTRIES = {
  draws: () => {
    const scenario = asked.kind === "attribute" ? null : plan();
    const input = typed("draws", {
      type: "number",
      min: 1,
      max: 10000,
      step: 1,
      placeholder: scenario ? scenario.replicates : "",
    });
    return entry(t(asked.kind === "run" ? "ask.replicates" : "ask.draws"), input, t("ask.draws_how"));
  },
  sample: () => {
    const size = plan() && !plan().whole ? plan().firms_simulated : "";
    const input = typed("sample", { type: "number", ...bounds("run.sample"), step: 1, placeholder: size });
    return entry(t("ask.sample"), input, t("ask.sample_how"));
  },
  targets: () => [
    entry(t("ask.target_kpi"), picked("targetKpi", goalIds())),
    entry(
      t("ask.target"),
      typed("target", { type: "number", step: "any", min: 0, max: mostOf(asked.targetKpi) }),
      t("ask.target_how"),
    ),
  ],
  among: () => {
    const groups = sound() ? sound().groups.filter((one) => one.active && one.kind !== "emergency_declaration") : [];
    const boxes = groups.map((one) =>
      box("among-" + one.name, titleOfMeasure(sound(), one), asked.among.includes(one.name), (on) => {
        asked.among = [...asked.among.filter((name) => name !== one.name), ...(on ? [one.name] : [])];
      }),
    );
    return el("fieldset", { class: "boxes" }, el("legend", {}, t("ask.among")), p(t("ask.among_how"), "note"), boxes);
  },
  split_by: () => {
    const options = ["measure", "channel"].map((one) => [one, t("ask.split_by." + one)]);
    return entry(t("ask.split_by"), picked("split_by", options), t("ask.split_by_how"));
  },
  kpis: () => entry(t("kpi"), picked("kpis", [["", t("ask.all_kpis")], ...kpiIds()])),
  kpi: () => {
    const goalKpi = picked("goalKpi", goalIds());
    const official = kpiOf(asked.goalKpi).target;
    if (!asked.goal && !missing(official)) asked.goal = String(tidy(official * 100));
    const goal = typed("goal", { type: "number", step: "any", required: true, min: 0, max: mostOf(asked.goalKpi) });
    return [entry(t("kpi"), goalKpi), entry(t("ask.goal"), goal, t("ask.goal_how"))];
  },
  by: () => {
    const input = typed("by", { type: "date", min: plan() && plan().start, max: plan() && plan().end });
    return entry(t("ask.by"), input, t("ask.by_how"));
  },
  vary: () => {
    const varied = (one) =>
      one.group.startsWith("intervention.") && ["number", "whole"].includes(one.kind) && !one.path.includes(".target.");
    const numbers = sound() ? sound().controls.filter(varied) : [];
    const about = (one) => {
      const group = sound().groups.find((g) => "intervention." + g.name === one.group);
      return titleOfMeasure(sound(), group) + t("colon") + labelOf(one);
    };
    // What has been changed, else the scale of a measure that can still be decided.
    const { as_of } = background.posterior;
    const lasts = new Map(plan() ? plan().measures.map((one) => [one.name, one.until]) : []);
    const isOpen = (one) => {
      const group = sound().groups.find((g) => "intervention." + g.name === one.group);
      return group.active && group.kind !== "emergency_declaration" && lasts.get(group.name) > as_of;
    };
    const scales = numbers.filter((one) => one.path.endsWith(".scale"));
    const preferred = numbers.find((one) => one.overridden) || scales.find(isOpen) || scales[0];
    if (!asked.vary && preferred) asked.vary = preferred.path;
    const options = numbers.map((one) => [one.path, about(one)]);
    return entry(t("ask.vary"), picked("vary", options));
  },
  low: () => {
    const input = typed("low", { type: "text", inputmode: "decimal", autocomplete: "off" });
    return entry(t("ask.low"), input, t("ask.low_how"));
  },
  high: () => entry(t("ask.high"), typed("high", { type: "text", inputmode: "decimal", autocomplete: "off" })),
  probability: () =>
    entry(t("ask.probability"), typed("probability", { type: "number", min: 1, max: 99, step: "any" })),
};
/** Arguments that few need, shown on demand. */
const RARE = ["seed", "split", "csv", "exact", "sampled"];
const INPUTS = {
  whole: { type: "number", min: 0, step: 1 },
  number: { type: "number", step: "any" },
  date: { type: "date" },
  text: { type: "text" },
};

const sound = () => chosen().sound;
const plan = () => sound() && sound().plan;
const box = (id, label, on, change) =>
  el(
    "label",
    {},
    el("input", {
      type: "checkbox",
      id,
      checked: on,
      onchange: (event) => {
        change(event.target.checked);
        showCommand();
      },
    }),
    " " + label,
  );

/** The entry of an argument: its own, or the one of its type. */
function entryOf(argument) {
  const { name, type, help } = argument;
  if (ENTRIES[name]) return ENTRIES[name]();
  const [label, how] = [said("ask." + name, name), said("ask." + name + "_how", help)];
  return type === "switch" ? ticked(name, label, how) : entry(label, typed(name, INPUTS[type]), how);
}

/** Which scenarios are compared. */
function scenariosOf() {
  const boxes = open.map((one, at) =>
    box(
      "with-" + one.name,
      titleOf(one) + (at === 0 ? " (" + t("card.reference") + ")" : ""),
      !asked.without.includes(one.name),
      (on) => {
        asked.without = [...asked.without.filter((name) => name !== one.name), ...(on ? [] : [one.name])];
      },
    ),
  );
  const more = open.length < 2 ? p(t("ask.with_more"), "note") : null;
  return el("fieldset", {}, el("legend", {}, t("ask.with")), more, boxes);
}

/** What the command takes, its own arguments first. */
function entriesOf() {
  const all = start.requests[asked.kind].arguments;
  const own = all.filter((one) => !one.common && !RARE.includes(one.name));
  const common = all.filter((one) => one.common && !RARE.includes(one.name));
  const rare = all.filter((one) => RARE.includes(one.name));
  return [
    start.requests[asked.kind].several ? scenariosOf() : null,
    ...[...own, ...common].flatMap(entryOf),
    rare.length ? el("details", { id: "ask-more" }, el("summary", {}, t("ask.more")), rare.map(entryOf)) : null,
  ];
}

const kpiId = (one) => (one.segment === "total" ? one.kpi : one.kpi + "[" + one.segment + "]");
const kpiOf = (id) => background.kpis.find((one) => kpiId(one) === id) || background.kpis[0];
/** The largest value that a KPI can have, as people enter it. */
const mostOf = (id) => (unitOf(kpiOf(id).kpi) === "days a week" ? 7 : 100);
/** What a value of the scenario may be. */
const bounds = (path) => {
  const { min, max } = (sound() && sound().controls.find((one) => one.path === path)) || {};
  return { min, max };
};
/** A goal as the command line has it: per cent of people are fractions there. */
function goalText(id, entered) {
  const kpi = kpiOf(id);
  const value = unitOf(kpi.kpi) === "days a week" ? Number(entered) : tidy(Number(entered) / 100);
  return id + (kpi.kpi === "regional_gap" ? "<=" : ">=") + value;
}

/** An argument's value as the command takes it; `null` = left out. */
function given({ name, type }) {
  const entered = asked[name];
  if (name === "targets") return asked.target ? [goalText(asked.targetKpi, asked.target)] : null;
  if (name === "kpi") return asked.goal ? goalText(asked.goalKpi, asked.goal) : null;
  if (!entered || entered.length === 0) return null;
  if (name === "sample" && asked.whole) return null;
  // Per cent of people are fractions there.
  if (name === "probability") return tidy(Number(entered) / 100);
  return type === "whole" || type === "number" ? Number(entered) : entered;
}

/** The request: only what differs from what the command does by itself. */
function request() {
  const one = ({ name, toml }) => ({ name, toml });
  const { kind } = asked;
  const compared = open.filter((scenario) => !asked.without.includes(scenario.name));
  const body = { kind, scenarios: start.requests[kind].several ? compared.map(one) : [one(chosen())] };
  for (const argument of start.requests[kind].arguments) {
    const value = given(argument);
    if (value !== null) body[argument.name] = value;
  }
  return body;
}

/** How much work it is, and how long that takes on this machine. */
export const expected = { words: "", run: "" };
function learnExpected(found) {
  const { runs, seconds } = found || {};
  const measured = found && !missing(seconds);
  const time = measured ? t("ask.time", { time: duration(seconds) }) : t("ask.unmeasured");
  expected.words = found
    ? t(asked.kind === "target" ? "ask.expected_search" : "ask.expected", { runs: count(runs) }) + gap() + time
    : "";
  expected.run = measured && asked.kind === "run" ? t("ask.time_short", { time: duration(seconds) }) : "";
  for (const [id, words] of [
    ["expected", expected.words],
    ["expected-now", expected.run],
  ])
    if (byId(id)) byId(id).textContent = words;
}

/** Number of the newest question about the command line. */
let line = 0;
/**
 * What is started: how long it will take, and the command line that does the same in the studio's folder once the scenarios
 * are saved: the program knows both.
 */
export async function showCommand() {
  if (!byId("line")) return;
  const turn = ++line;
  const body = request();
  // Names are enough.
  body.scenarios = body.scenarios.map(({ name }) => ({ name, toml: "" }));
  try {
    const answer = await ask("POST", "command", body);
    const { command, problems } = answer;
    if (turn !== line || !byId("line")) return;
    learnExpected(answer.expected);
    const said = command ? commandLine(command) : p(problems.map((one) => translated(one).message).join(gap()), "note");
    byId("line").replaceChildren(said, p(t("ask.command_how", { folder: start.folder }), "note"));
  } catch (error) {
    // That the program is gone is said above.
    if (!(error instanceof Refused)) throw error;
  }
}

/** Starts what is asked for, with the texts that the program has of what is shown. */
export async function startJob() {
  showSide("runs");
  for (const input of byId("ask").querySelectorAll("input")) if (!input.reportValidity()) return;
  const names = request().scenarios.map((one) => one.name);
  for (const scenario of open) if (names.includes(scenario.name)) await settled(scenario);
  const job = await ask("POST", "jobs", request());
  say(t("said.queued", { kind: jobName(job.kind) }));
  await freshJobs();
  show({ kind: "job", id: job.id });
}
