// What can be asked for in full: a run, a comparison, an attribution, the search for a target. Beside each its command line.

import { byId, el, focused, p } from "../../report/page/elements.js";
import { background, unitOf } from "../../report/page/tables.js";
import { kindName, kpiName, missing, t } from "../../report/page/words.js";
import { labelOf, select, tidy } from "./fields.js";
import { attempt, button, commandLine, say } from "./frame.js";
import { freshJobs } from "./jobs.js";
import { chosen, open, start, titleOf } from "./scenarios.js";
import { ask } from "./service.js";
import { fitView, show } from "./views.js";

const KINDS_OF_JOB = ["run", "compare", "attribute", "target"];
/** What was entered, which stays when the form is drawn anew. */
export const asked = {
  kind: "run",
  replicates: "",
  sample: "",
  whole: false,
  point: false,
  among: null,
  kpi: "",
  goal: "",
  goalKpi: "",
  by: "",
  vary: "",
  from: "",
  to: "",
  probability: "80",
  without: [],
  targetKpi: "",
  target: "",
};

const kpiIds = () => background.kpis.map((one) => [kpiId(one), kpiName(one)]);

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
      el("strong", {}, t("job." + kind)),
      " ",
      t("job_how." + kind),
    );
  place.replaceChildren(
    el("fieldset", { class: "kinds" }, el("legend", {}, t("ask.kind")), KINDS_OF_JOB.map(radio)),
    el("div", { class: "asked" }, entriesOf(asked.kind)),
    el("div", { id: "line" }),
    button(t("ask.start." + asked.kind), attempt(startJob), { id: "start", class: "primary" }),
  );
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
    value: asked[key],
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
        checked: asked[key],
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

function entriesOf(kind) {
  const plan = chosen().sound && chosen().sound.plan;
  const draws = entry(
    t(kind === "run" ? "ask.replicates" : "ask.draws"),
    typed("replicates", {
      type: "number",
      min: kind === "run" ? 1 : 2,
      max: 10000,
      step: 1,
      placeholder: plan && kind !== "attribute" ? plan.replicates : "",
    }),
    t("ask.replicates_how"),
  );
  const sample = entry(
    t("ask.sample"),
    typed("sample", {
      type: "number",
      min: 100,
      max: 3375255,
      step: 1,
      placeholder: plan && !plan.whole ? plan.firms_simulated : "",
    }),
    t("ask.sample_how"),
  );
  const whole = ticked("whole", t("ask.whole"), t("ask.whole_how"));
  const point = ticked("point", t("ask.point"), t("ask.point_how"));
  if (kind === "compare") {
    const boxes = open.map((one, at) =>
      el(
        "label",
        {},
        el("input", {
          type: "checkbox",
          id: "with-" + one.name,
          checked: !asked.without.includes(one.name),
          onchange: (event) => {
            asked.without = [
              ...asked.without.filter((name) => name !== one.name),
              ...(event.target.checked ? [] : [one.name]),
            ];
            showCommand();
          },
        }),
        " " + titleOf(one) + (at === 0 ? " (" + t("card.reference") + ")" : ""),
      ),
    );
    return [
      el(
        "fieldset",
        {},
        el("legend", {}, t("ask.with")),
        open.length < 2 ? p(t("ask.with_more"), "note") : null,
        boxes,
      ),
      entry(t("ask.target_kpi"), picked("targetKpi", kpiIds())),
      entry(t("ask.target"), typed("target", { type: "number", step: "any" }), t("ask.target_how")),
      draws,
      sample,
      whole,
      point,
    ];
  }
  if (kind === "attribute") {
    const groups = chosen().sound
      ? chosen().sound.groups.filter((one) => one.active && one.kind !== "emergency_declaration")
      : [];
    const boxes = groups.map((one) =>
      el(
        "label",
        {},
        el("input", {
          type: "checkbox",
          id: "among-" + one.name,
          checked: (asked.among || []).includes(one.name),
          onchange: (event) => {
            asked.among = [
              ...(asked.among || []).filter((name) => name !== one.name),
              ...(event.target.checked ? [one.name] : []),
            ];
            showCommand();
          },
        }),
        " " + kindName(one.kind) + " (" + one.name + ")",
      ),
    );
    return [
      el("fieldset", { class: "boxes" }, el("legend", {}, t("ask.among")), p(t("ask.among_how"), "note"), boxes),
      entry(t("kpi"), picked("kpi", [["", t("ask.all_kpis")], ...kpiIds()])),
      draws,
      sample,
      whole,
    ];
  }
  if (kind === "target") {
    const numbers = chosen().sound
      ? chosen().sound.controls.filter(
          (one) =>
            one.group.startsWith("intervention.") &&
            ["number", "whole"].includes(one.kind) &&
            !one.path.includes(".target."),
        )
      : [];
    const about = (one) => {
      const group = chosen().sound.groups.find((g) => "intervention." + g.name === one.group);
      return kindName(group.kind) + " (" + group.name + ")" + t("colon") + labelOf(one);
    };
    const preferred = numbers.find((one) => one.overridden) || numbers.find((one) => one.path.endsWith(".scale"));
    if (!asked.vary && preferred) asked.vary = preferred.path;
    const goalKpi = picked("goalKpi", kpiIds());
    const official = kpiOf(asked.goalKpi).target;
    if (!asked.goal && !missing(official)) asked.goal = String(tidy(official * 100));
    return [
      entry(t("kpi"), goalKpi),
      entry(t("ask.goal"), typed("goal", { type: "number", step: "any", required: true }), t("ask.goal_how")),
      entry(
        t("ask.by"),
        typed("by", { type: "date", min: plan && plan.start, max: plan && plan.end }),
        t("ask.by_how"),
      ),
      entry(
        t("ask.vary"),
        picked(
          "vary",
          numbers.map((one) => [one.path, about(one)]),
        ),
      ),
      entry(
        t("ask.from"),
        typed("from", { type: "text", inputmode: "decimal", autocomplete: "off" }),
        t("ask.from_how"),
      ),
      entry(t("ask.to"), typed("to", { type: "text", inputmode: "decimal", autocomplete: "off" })),
      entry(t("ask.probability"), typed("probability", { type: "number", min: 1, max: 99, step: "any" })),
      draws,
      sample,
      whole,
    ];
  }
  return [draws, sample, whole, point];
}

const kpiId = (one) => (one.segment === "total" ? one.kpi : one.kpi + "[" + one.segment + "]");
const kpiOf = (id) => background.kpis.find((one) => kpiId(one) === id) || background.kpis[0];
/** A goal as the command line has it: per cent of people are fractions there. */
function goalText(id, entered) {
  const kpi = kpiOf(id);
  const value = unitOf(kpi.kpi) === "days a week" ? Number(entered) : tidy(Number(entered) / 100);
  return id + (kpi.kpi === "regional_gap" ? "<=" : ">=") + value;
}

/** The request: only what differs from what the command does by itself. */
function wanted() {
  const one = ({ name, toml }) => ({ name, toml });
  const { kind } = asked;
  const request = {
    kind,
    scenarios:
      kind === "compare" ? open.filter((scenario) => !asked.without.includes(scenario.name)).map(one) : [one(chosen())],
  };
  if (asked.replicates) request.replicates = Number(asked.replicates);
  if (asked.whole) request.whole = true;
  else if (asked.sample) request.sample = Number(asked.sample);
  if (asked.point && ["run", "compare"].includes(kind)) request.point = true;
  if (kind === "compare" && asked.target) request.targets = [goalText(asked.targetKpi, asked.target)];
  if (kind === "attribute") {
    if (asked.among && asked.among.length) request.among = asked.among;
    if (asked.kpi) request.kpi = [asked.kpi];
  }
  if (kind === "target") {
    Object.assign(request, { kpi: [goalText(asked.goalKpi, asked.goal)], vary: asked.vary });
    if (asked.by) request.by = asked.by;
    if (asked.from) request.from = asked.from;
    if (asked.to) request.to = asked.to;
    if (asked.probability) request.probability = tidy(Number(asked.probability) / 100);
  }
  return request;
}

/** A word as a shell takes it back. */
const shellWord = (text) => (/^[\w\-./=,:@%+]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");

/** The command line that does the same in the studio's folder once the scenarios are saved. */
function showCommand() {
  const place = byId("line");
  if (!place) return;
  const request = wanted();
  const { kind } = request;
  const words = ["telework", kind, ...request.scenarios.map((one) => "scenarios/" + one.name + ".toml")];
  const few = kind === "attribute" || kind === "target";
  if (request.replicates) words.push(kind === "run" ? "--replicates" : "--draws", String(request.replicates));
  if (request.sample)
    words.push(...(few ? ["--set", "run.sample=" + request.sample] : ["--sample", String(request.sample)]));
  if (request.whole) words.push(...(kind === "run" ? ["--whole"] : ["--set", "run.whole=true"]));
  if (request.targets) words.push("--target", request.targets[0]);
  if (request.point) words.push("--point");
  if (request.among) words.push("--among", request.among.join(","));
  if (request.kpi) words.push("--kpi", request.kpi.join(","));
  for (const key of ["vary", "by", "from", "to", "probability"])
    if (request[key] !== undefined) words.push("--" + key, String(request[key]));
  place.replaceChildren(
    commandLine(words.map(shellWord).join(" ")),
    p(t("ask.command_how", { folder: start.folder }), "note"),
  );
}

export async function startJob() {
  const goal = byId("ask-goal");
  if (asked.kind === "target" && goal && !goal.reportValidity()) return;
  const job = await ask("POST", "jobs", wanted());
  say(t("said.queued", { kind: t("job." + job.kind) }));
  await freshJobs();
  show({ kind: "job", id: job.id });
  fitView(job);
}
