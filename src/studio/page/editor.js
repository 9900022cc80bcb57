// The chosen scenario: its tools, what it says at once, and its form, its text or what can be started with it.

import { byId, el, focused } from "../../report/page/elements.js";
import { language, t } from "../../report/page/words.js";
import { asked, drawActions, expected, startJob } from "./actions.js";
import { drawConsequences, drawForm, forgetForm } from "./form.js";
import { attempt, button } from "./frame.js";
import { drawJobs } from "./jobs.js";
import { chosen, redo, rename, reset, save, settled, titleOf, undo } from "./scenarios.js";
import { offer, Refused } from "./service.js";
import { drawText } from "./text.js";

const SIDES = ["form", "text", "runs"];
/** What is shown of the scenario. */
let side = "form";

export function drawEditor(cause) {
  const place = byId("scenario");
  const scenario = chosen();
  if (!scenario) {
    place.replaceChildren(el("h2", { id: "scenario-title" }, t("jobs.title")), runs());
    drawJobs();
    return;
  }
  if (!byId("form")) {
    forgetForm();
    place.replaceChildren(
      el("h2", { id: "scenario-title" }),
      el("div", { id: "tools" }),
      el("div", { id: "wrong", role: "alert" }),
      el(
        "div",
        { class: "switch", role: "group", "aria-label": t("editor.which") },
        SIDES.map((one) => button(t("editor." + one), () => showSide(one), { id: "to-" + one })),
      ),
      el(
        "div",
        { id: "side-form" },
        el("div", { id: "consequences" }),
        el("div", { id: "form", role: "form", "aria-label": t("editor.form") }),
      ),
      el("div", { id: "side-text" }, el("div", { id: "text" })),
      runs(),
    );
    drawJobs();
  }
  byId("scenario-title").textContent = titleOf(scenario);
  drawTools(scenario);
  drawConsequences();
  drawForm(cause);
  drawText(cause);
  showSide(side);
  drawActions();
}

const runs = () =>
  el(
    "div",
    { id: "side-runs" },
    el("div", { id: "ask" }),
    chosen() ? el("h3", { id: "runs-title" }, t("jobs.title")) : null,
    el("ul", { id: "jobs", class: "jobs" }),
  );

export function showSide(to) {
  side = to;
  for (const one of SIDES) {
    const [place, tab] = [byId("side-" + one), byId("to-" + one)];
    if (place) place.hidden = one !== to;
    if (tab) tab.setAttribute("aria-pressed", String(one === to));
  }
}

/** The name that is written has to be one before anything is kept under it. */
async function named(scenario) {
  const name = byId("name");
  if (!name.checkValidity()) {
    name.focus();
    throw new Refused(422, [
      { severity: "error", message: t("name_wrong", { name: name.value }), advice: t("name_help") },
    ]);
  }
  await rename(scenario, name.value);
}

/** What the tools were made for. As long as it is the same they stay, and with them the focus, the caret and what is typed. */
let toolsFor = [];

export function drawTools(scenario) {
  const place = byId("tools");
  if (!place || scenario !== chosen()) return;
  const made = [place, scenario, language];
  if (made.some((one, at) => one !== toolsFor[at])) {
    toolsFor = made;
    place.replaceChildren(...toolsOf(scenario));
  }
  byId("undo").disabled = scenario.past.length === 0;
  byId("redo").disabled = scenario.future.length === 0;
  byId("reset").disabled = scenario.toml === scenario.first;
  const name = byId("name");
  // A name that is being written is newer than the one the scenario has.
  if (focused() !== name || name.value === name.dataset.drawn) name.value = scenario.name;
  name.dataset.drawn = scenario.name;
  const state = scenario.edits.length > 0 ? "waits" : scenario.isSaved ? "saved" : "kept";
  const words =
    state === "saved" ? t("name_saved", { file: "scenarios/" + scenario.name + ".toml" }) : t("name." + state);
  if (byId("name-help").textContent !== words) byId("name-help").textContent = words;
}

function toolsOf(scenario) {
  const act = (id, text, doing, more) => button(text, attempt(doing), { id, ...more });
  return [
    el(
      "p",
      { class: "tools" },
      act("undo", t("undo"), () => undo(scenario)),
      act("redo", t("redo"), () => redo(scenario)),
      act("reset", t("reset"), () => reset(scenario)),
      act(
        "run-now",
        t("ask.start.run"),
        () => {
          asked.kind = "run";
          drawActions(true);
          return startJob();
        },
        { class: "primary", "aria-describedby": "expected-now" },
      ),
      el("span", { id: "expected-now", class: "note" }, expected.run),
    ),
    el(
      "div",
      { class: "field inline" },
      el("label", { for: "name" }, t("name")),
      el("input", {
        id: "name",
        type: "text",
        pattern: "[a-z0-9_][a-z0-9_\\-]{0,63}",
        required: true,
        autocomplete: "off",
        "aria-describedby": "name-help",
        onchange: attempt(() => named(scenario)),
      }),
      act("save", t("save"), async () => {
        await named(scenario);
        await save(scenario);
      }),
      act("download-toml", t("download_toml"), async () => {
        await named(scenario);
        await settled(scenario);
        offer(new Blob([scenario.toml], { type: "application/toml" }), scenario.name + ".toml");
      }),
    ),
    el("p", { class: "note", id: "name-help" }),
  ];
}
