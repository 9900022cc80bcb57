// The form of a scenario, and what it says at once: what is changed, what it costs, what has no effect.

import { assumedChip, byId, chip, el, focused, folded, p, table } from "../../report/page/elements.js";
import {
  count,
  day,
  EMPTY,
  fiscal,
  gap,
  kindName,
  known,
  language,
  missing,
  quoted,
  t,
  word,
  yen,
} from "../../report/page/words.js";
import { field, idFor, labelOf, stateOf, tell, written } from "./fields.js";
import { button } from "./frame.js";
import { gloss } from "./glossary.js";
import { changeValues, chosen, isSound, overridden, start } from "./scenarios.js";
import { translated } from "./service.js";

/** The form that is shown: of which scenario, in which language, with which controls. */
let drawnForm = null;
/** The place of the form is new. */
export function forgetForm() {
  drawnForm = null;
}
/** Parts that are open: they stay so in another language and another scenario. */
const openedParts = new Set();

function noteOpen(details) {
  if (details.open) openedParts.add(details.dataset.part);
  else openedParts.delete(details.dataset.part);
}

/** The form of the chosen scenario. Where its parts are the same as before, only what has changed is drawn anew. */
export function drawForm(cause) {
  const place = byId("form");
  const scenario = chosen();
  if (!scenario.sound) {
    place.replaceChildren(p(scenario.said ? t("form.none") : t("form.reading"), "note"));
    drawnForm = null;
    return;
  }
  const { controls, groups } = scenario.sound;
  const shape =
    language + JSON.stringify([groups.map((one) => [one.name, one.remark]), controls.map((one) => one.path)]);
  if (drawnForm && drawnForm.scenario === scenario && drawnForm.shape === shape && place.firstChild) {
    refresh(scenario, controls, drawnForm.controls);
  } else {
    // The event of a part that was opened a moment ago has not come yet.
    place.querySelectorAll("details.part").forEach(noteOpen);
    place.replaceChildren(...formParts(scenario, [...openedParts]));
  }
  groups.forEach((group) => {
    const chips = byId("chips-" + group.name);
    if (chips) chips.replaceChildren(...groupChips(scenario, group));
  });
  drawnForm = { scenario, shape, controls: new Map(controls.map((one) => [one.path, JSON.stringify(one)])) };
  mark(cause);
}

/** Draws the controls that have changed; the one that is being used keeps its input. */
function refresh(scenario, controls, before) {
  for (const control of controls) {
    if (before.get(control.path) === JSON.stringify(control)) continue;
    const row = byId(idFor(control.path) + "-row");
    if (!row) continue;
    if (row.contains(focused())) {
      row.querySelector(".state").replaceWith(stateOf(scenario, control));
      row.classList.toggle("overridden", control.overridden);
    } else row.replaceWith(field(scenario, control));
  }
}

/** Marks the controls whose values the program does not take; what an input says of itself stays. */
function mark(cause) {
  const scenario = chosen();
  const wrong = new Map();
  for (const problem of isSound(scenario) || !scenario.said ? [] : scenario.said.problems) {
    const named = ({ path }) =>
      [path, path.replace(/^intervention/, "change")].some((one) => problem.message.includes("`" + one + "`"));
    const { path } = scenario.sound.controls.find(named) || { path: cause };
    wrong.set(path, [...(wrong.get(path) || []), translated(problem).message]);
  }
  for (const input of document.querySelectorAll("#form [aria-invalid]")) {
    const { path } = /** @type {HTMLElement} */ (input).dataset;
    if (!scenario.wrong.has(path) && !wrong.has(path)) tell(path, "");
  }
  wrong.forEach((messages, path) => tell(path, messages.join(gap())));
}

/** Parts of the form that are filled when they are opened. */
function unfolding(name, summary, openParts, make) {
  const details = el("details", { "data-part": name, class: "part" }, summary);
  const fill = () => {
    if (details.children.length === 1) details.append(...make());
  };
  if (openParts.includes(name)) {
    details.open = true;
    fill();
  }
  details.addEventListener("toggle", () => {
    if (!details.isConnected) return;
    noteOpen(details);
    if (details.open) fill();
  });
  return details;
}

function formParts(scenario, openParts) {
  const { controls, groups } = scenario.sound;
  const of = (group) => scenario.sound.controls.filter((one) => one.group === group);
  const plainPart = (group) =>
    unfolding(group, el("summary", {}, t("part." + group)), openParts, () =>
      of(group).map((one) => field(scenario, one)),
    );
  const usual = openParts.length ? openParts : ["measures"];
  return [
    plainPart("scenario"),
    plainPart("run"),
    plainPart("environment"),
    el("h3", {}, t("part.measures")),
    p(t("part.measures_how"), "note"),
    ...groups.map((group) =>
      unfolding(group.name, measureSummary(group, scenario.sound.plan), usual, () => measureParts(scenario, group)),
    ),
    adder(scenario),
    el("h3", {}, t("part.model")),
    unfolding(
      "parameters",
      el("summary", {}, t("part.parameters", { n: controls.filter((one) => one.group === "parameters").length })),
      openParts,
      () => parameterParts(scenario),
    ),
  ];
}

/**
 * What a measure is called in sentences: by its kind, where several are of one kind with its period, and only where that
 * tells them not apart with its name.
 */
export function titleOfMeasure(sound, { name, kind }) {
  const dayOf = (group, key) => {
    const { value, default: usual } =
      sound.controls.find((one) => one.path === "intervention." + group + "." + key) || {};
    return missing(value) ? usual : value;
  };
  const period = (group) => {
    const [from, until] = [dayOf(group, "from"), dayOf(group, "until")];
    const [later, earlier] = [from > sound.plan.start, until < sound.plan.end];
    const words = later && earlier ? "range" : later ? "from_day" : earlier ? "until_day" : "";
    return words ? t(words, { low: day(from), high: day(until) }) : "";
  };
  const same = sound.groups.filter((one) => one.kind === kind);
  const isOn = same.some((one) => one.name === name && one.active);
  const others = same.filter((one) => one.name !== name && (one.active || !isOn)).map((one) => period(one.name));
  if (others.length === 0) return kindName(kind);
  const own = period(name);
  return kindName(kind) + t("bracketed", { text: isOn && own && !others.includes(own) ? own : name });
}

/** Kind, name, when it is on, and what is changed: some kinds come twice, before and after the present. */
function measureSummary(group, plan) {
  const on = plan.measures.find((one) => one.name === group.name);
  const [later, earlier] = [on && on.from > plan.start, on && on.until < plan.end];
  const when =
    later || earlier
      ? t(later && earlier ? "range" : later ? "from_day" : "until_day", { low: day(on.from), high: day(on.until) })
      : "";
  return el(
    "summary",
    {},
    kindName(group.kind) + " ",
    el("code", {}, group.name),
    " ",
    el("small", { class: "when" }, when),
    " ",
    el("span", { id: "chips-" + group.name }),
  );
}

function groupChips(scenario, group) {
  const changed = scenario.sound.controls.filter(
    (one) => one.group === "intervention." + group.name && one.overridden,
  ).length;
  return [
    group.no_effect ? chip("∅ " + t("no_effect." + group.no_effect)) : null,
    group.added ? chip("+ " + t("added"), "changed") : null,
    changed ? chip("✎ " + t("changed_values", { n: changed }), "changed") : null,
  ]
    .filter(Boolean)
    .flatMap((one) => [one, " "]);
}

/** On and dates, scale, budget, what it delivers, whom it serves, when its effect comes and goes. */
/** @type {[string, string[] | null][]} */
const PARTS = [
  ["dates", ["active", "from", "until"]],
  ["scale", ["scale"]],
  ["budget", ["budget_per_fiscal_year", "unit_cost"]],
  ["delivery", null],
  ["target", null],
  ["timing", ["delay", "half_life"]],
];
function measureParts(scenario, group) {
  const all = scenario.sound.controls.filter((one) => one.group === "intervention." + group.name);
  const inner = (one) => one.path.split(".").slice(2);
  const belongs = (one, [name, keys]) => {
    const path = inner(one);
    if (keys) return path.length === 1 && keys.includes(path[0]);
    return path.length > 1 && (name === "target") === (path[0] === "target");
  };
  const sets = PARTS.map((set) => {
    const own = all.filter((one) => belongs(one, set));
    if (own.length === 0) return null;
    const fields = own.map((one) => field(scenario, one));
    if (set[0] === "target") return el("details", { class: "set" }, el("summary", {}, t("set.target")), fields);
    return el("fieldset", {}, el("legend", {}, t("set." + set[0])), fields);
  });
  const about = start.schema.properties.intervention.items.properties[group.kind];
  return [
    p(word(about && about.description), "note"),
    group.remark ? p(t("source") + t("colon") + word(group.remark), "note remark") : null,
    group.kind === "emergency_declaration" ? null : el("p", {}, assumedChip(), " ", t("effect_assumed")),
    ...sets,
    scenario.sound.plan.sources.length
      ? folded(t("sources_of"), () =>
          el(
            "ul",
            {},
            scenario.sound.plan.sources.map((one) => el("li", {}, word(one))),
          ),
        )
      : null,
    group.added
      ? button(t("remove_measure"), () => changeValues(scenario, [{ path: "intervention." + group.name, value: null }]))
      : null,
  ].filter(Boolean);
}

/** A measure that the scenario does not have yet: a kind and a name; its numbers are set afterwards. */
function adder(scenario) {
  const kinds = Object.keys(start.schema.properties.intervention.items.properties).filter((key) =>
    known("kind." + key),
  );
  const kind = el(
    "select",
    { id: "add-kind" },
    kinds.map((one) => el("option", { value: one }, kindName(one))),
  );
  const name = el("input", {
    id: "add-name",
    type: "text",
    pattern: "[a-z][a-z0-9_]*",
    maxlength: 40,
    placeholder: "my_measure",
    autocomplete: "off",
  });
  return unfolding("add", el("summary", {}, t("add_measure")), [], () => [
    p(t("add_measure_how"), "note"),
    el("div", { class: "field" }, el("label", { for: "add-kind" }, t("measure")), kind),
    el("div", { class: "field" }, el("label", { for: "add-name" }, t("add_name")), name),
    button(t("add"), () => {
      if (!name.value || !name.checkValidity()) return name.reportValidity() || name.focus();
      return changeValues(scenario, [
        {
          path: "intervention." + name.value,
          value: { from: scenario.sound.plan.start, [kind.value]: emptyKind(kind.value) },
        },
      ]);
    }),
  ]);
}
/** The values that a kind needs, at the lowest end of their ranges: a measure that does nothing until it is told to. */
function emptyKind(kind) {
  const schema = start.schema.properties.intervention.items.properties[kind];
  const needed = Object.entries(schema.properties || {}).filter(([key]) => (schema.required || []).includes(key));
  return Object.fromEntries(
    needed.map(([key, one]) => [
      key,
      one.enum
        ? one.enum[0]
        : one.type === "array"
          ? key === "months"
            ? [11]
            : ["Wakayama"]
          : one["x-unit"] === "yen"
            ? "1 million yen"
            : one["x-unit"] === "weeks"
              ? "0 weeks"
              : one.minimum || 0,
    ]),
  );
}

/** Parameters of the model, with a filter: there are many. */
function parameterParts(scenario) {
  const all = scenario.sound.controls.filter((one) => one.group === "parameters");
  const out = el("div", {});
  const show = (text) => {
    const wanted = text.toLowerCase();
    out.replaceChildren(
      ...all
        .filter((one) => (labelOf(one) + one.path).toLowerCase().includes(wanted))
        .map((one) => field(scenario, one)),
    );
  };
  show("");
  return [
    p(t("parameters_how"), "note"),
    el(
      "div",
      { class: "field" },
      el("label", { for: "filter" }, t("filter")),
      el("input", { id: "filter", type: "search", oninput: (event) => show(event.target.value) }),
    ),
    out,
  ];
}

/** What the scenario is, in words. */
export function planWords(plan, parent) {
  const values = {
    start: day(plan.start),
    end: day(plan.end),
    weeks: count(plan.weeks),
    runs: count(plan.replicates),
    firms: count(plan.firms_simulated),
    all: count(plan.firms),
    measures: plan.measures.length,
  };
  return [
    plan.question ? p(word(plan.question), "question") : null,
    p(
      [
        parent ? t("plan.parent", { parent: quoted(word(parent.title)) }) : null,
        t("plan.period", values),
        t(plan.whole ? "plan.whole" : "plan.sample", values),
        t("plan.measures", values),
        plan.fixed_parameters.length
          ? t("plan.fixed", { list: plan.fixed_parameters.map((one) => one.name || one[0] || one).join(", ") })
          : null,
      ]
        .filter(Boolean)
        .join(gap()),
    ),
  ];
}

/** What differs from what a scenario is based on; with the open scenario, each with a button that puts it back. */
export function changesOf(sound, scenario) {
  const measure = (control) =>
    control.group.startsWith("intervention.")
      ? titleOfMeasure(
          sound,
          sound.groups.find((one) => "intervention." + one.name === control.group),
        ) + t("colon")
      : "";
  const changes = sound.controls
    .filter((one) => one.overridden)
    .map((one) =>
      el(
        "li",
        {},
        measure(one) + labelOf(one) + t("colon"),
        el("strong", {}, written(one, one.value)),
        " " + t("was", { value: written(one, one.default) }),
        " ",
        scenario
          ? button(t("put_back"), () => changeValues(scenario, [{ path: one.path, value: null }]), {
              class: "small",
              "aria-label": t("put_back") + t("colon") + measure(one) + labelOf(one),
            })
          : null,
      ),
    );
  const added = sound.groups
    .filter((one) => one.added)
    .map((one) => el("li", {}, t("added") + t("colon") + titleOfMeasure(sound, one)));
  return changes.length + added.length ? el("ul", { class: "changes" }, added, changes) : p(t("changes.none"), "note");
}

/** Changes, costs, what has no effect. */
export function drawConsequences() {
  const place = byId("consequences");
  const { sound } = chosen();
  if (!sound) return place.replaceChildren();
  const opened = [...place.querySelectorAll("details")].map((one) => one.open);
  const changed = overridden(chosen());
  const idle = sound.groups.filter((one) => one.no_effect);
  const vain = sound.no_effect;
  const yearsOf = (names) =>
    [...new Set(sound.cost.filter((one) => names.includes(one.intervention)).map((one) => one.fiscal_year))].sort();
  const touched = new Set([
    ...changed.filter((one) => one.group.startsWith("intervention.")).map((one) => one.group.slice(13)),
    ...sound.groups.filter((one) => one.added).map((one) => one.name),
  ]);
  const costRows = (names) =>
    names.map((name) => {
      const own = sound.cost.filter((one) => one.intervention === name);
      return [
        { text: kindName(own[0].kind), small: name },
        ...yearsOf(names).map((year) => {
          const one = own.find((row) => row.fiscal_year === year);
          return one
            ? { text: missing(one.budget_yen) ? t("cost.no_limit") : yen(one.budget_yen), value: one.budget_yen }
            : EMPTY;
        }),
      ];
    });
  const names = [...new Set(sound.cost.map((one) => one.intervention))];
  const costs = (list, caption) =>
    table(caption, [t("measure"), ...yearsOf(list).map((year) => "#" + fiscal(year))], costRows(list));
  const own = names.filter((name) => touched.has(name));
  place.replaceChildren(
    ...[
      ...planWords(sound.plan, sound.parent),
      el("h3", {}, t("changes.title")),
      changesOf(sound, chosen()),
      el("h3", {}, t("cost.title")),
      own.length ? costs(own, t("cost.changed")) : p(t("cost.same"), "note"),
      names.length ? folded(t("cost.all"), () => costs(names, t("cost.all"))) : null,
      p(t("cost.how"), "note"),
      idle.length || vain.length ? el("h3", {}, "∅ " + t("no_effect.title")) : null,
      idle.length || vain.length
        ? el(
            "ul",
            {},
            idle.map((one) => el("li", {}, titleOfMeasure(sound, one) + t("colon") + t("no_effect." + one.no_effect))),
            vain.map((one) => el("li", {}, translated(one).message)),
          )
        : null,
    ].filter(Boolean),
  );
  gloss(place);
  [...place.querySelectorAll("details")].forEach((one, at) => {
    if (opened[at]) one.open = true;
  });
}
