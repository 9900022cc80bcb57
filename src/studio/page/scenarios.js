// The open scenarios: their texts, what the program says of each, and changes of them.

import { t, word } from "../../report/page/words.js";
import { drawEditor, drawTools } from "./editor.js";
import { drawChooser, drawScenarios, say } from "./frame.js";
import { ask, Refused } from "./service.js";
import { look, show, shown } from "./views.js";

/** What `api/start` gave. */
export let start = null;
export async function learn() {
  start = await ask("GET", "start");
}
/** Open scenarios: {name, toml, kept: text as saved or null, said: last answer, sound: last answer with a form}. */
export let open = [];
export let current = 0;
export const chosen = () => open[current];

/** Drafts stay in this tab when it is loaded again. */
function keepDrafts() {
  const drafts = open.map(({ name, toml, kept }) => ({ name, toml, kept }));
  sessionStorage.setItem("drafts", JSON.stringify({ drafts, current }));
}
export function takeDrafts() {
  try {
    const { drafts, current: last } = JSON.parse(sessionStorage.getItem("drafts")) || { drafts: [] };
    open = drafts.map((draft) => ({ ...draft, said: null, sound: null }));
    current = Math.min(last || 0, Math.max(0, open.length - 1));
  } catch {
    open = [];
  }
}

/** A name that no scenario has, from any text. */
export function freeName(text) {
  const plain =
    text
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, "_")
      .replace(/^[-_]+/, "")
      .slice(0, 56) || "scenario";
  const taken = (name) => [...open, ...start.built_in, ...start.saved].some((one) => one.name === name);
  if (!taken(plain)) return plain;
  for (let n = 2; ; n++) if (!taken(plain + "_" + n)) return plain + "_" + n;
}

/** Opens a text beside the others and shows it. */
export function openText(name, toml, kept) {
  const there = open.findIndex((one) => one.name === name);
  if (there >= 0 && open[there].toml === toml) return choose(there);
  open.push({
    name: there >= 0 ? freeName(name) : name,
    toml,
    kept: there >= 0 ? null : kept,
    said: null,
    sound: null,
  });
  choose(open.length - 1);
}

export function choose(at) {
  current = at;
  keepDrafts();
  drawScenarios();
  drawEditor();
  if (chosen()) reread(chosen());
}

export function close(at) {
  open.splice(at, 1);
  choose(Math.max(0, Math.min(current > at ? current - 1 : current, open.length - 1)));
}

/** Makes a scenario the one that the others are compared with. */
export function lead(at) {
  open.unshift(...open.splice(at, 1));
  choose(0);
}

const rounds = new WeakMap();
/** Sends a text or changes of it; an answer that a later one has overtaken is dropped. */
async function send(scenario, path, body, cause) {
  const round = (rounds.get(scenario) || 0) + 1;
  rounds.set(scenario, round);
  let said;
  try {
    said = await ask("POST", path, body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 0 || error.status === 401) return;
    said = { toml: scenario.toml, problems: error.problems, controls: null };
  }
  if (rounds.get(scenario) !== round) return;
  scenario.said = { ...said, cause };
  if (cause !== "text") scenario.toml = said.toml;
  if (said.controls) scenario.sound = said;
  keepDrafts();
  // Who changes something wants to see what it does.
  if (cause && shown.kind === "job") show({ kind: "preview" });
  drawScenarios();
  if (scenario === chosen()) drawEditor(cause);
  look();
}
export const reread = (scenario, cause) =>
  send(scenario, "scenario", { name: scenario.name, toml: scenario.toml }, cause);

let changing = Promise.resolve();
/** Changes values: `null` takes the scenario's own line away. Changes follow each other, each on the text before it. */
export function changeValues(scenario, changes) {
  changing = changing
    .then(() => send(scenario, "edit", { name: scenario.name, toml: scenario.toml, changes }, changes[0].path))
    .catch(console.error);
  return changing;
}

export const isSound = (scenario) => scenario.said !== null && scenario.said.controls !== null;
export const titleOf = (scenario) =>
  scenario.sound && scenario.sound.plan.title ? word(scenario.sound.plan.title) : scenario.name;
export const overridden = (scenario) => (scenario.sound ? scenario.sound.controls.filter((one) => one.overridden) : []);

export async function save(scenario) {
  await ask("PUT", "scenarios/" + scenario.name, { toml: scenario.toml });
  scenario.kept = scenario.toml;
  keepDrafts();
  if (scenario === chosen()) drawTools(scenario);
  await freshSaved();
  say(t("saved", { name: scenario.name }));
}

/** Asks again which scenarios are saved. */
export async function freshSaved() {
  await learn();
  drawScenarios();
  drawChooser();
}

/** Renames the scenario, as a file is renamed. */
export function rename(scenario, name) {
  if (name === scenario.name || !/^[a-z0-9_][a-z0-9_-]{0,63}$/.test(name)) return;
  scenario.name = open.some((one) => one.name === name) ? freeName(name) : name;
  scenario.kept = null;
  reread(scenario);
}
