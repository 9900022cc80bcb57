// The open scenarios. The program holds the one text of each; here stand what it says of them, and the edits that it has not
// acknowledged yet. Nothing is computed or saved from a text that lacks an edit.

import { byId } from "../../report/page/elements.js";
import { missing, t, word } from "../../report/page/words.js";
import { drawEditor, drawTools } from "./editor.js";
import { drawChooser, drawScenarios, notice, say } from "./frame.js";
import { ask, Refused, tabs } from "./service.js";
import { look, show, shown } from "./views.js";

/**
 * An edit: values by path, or a whole text.
 * @typedef {{ changes?: { path: string, value: any }[], toml?: string, cause: string }} Edit
 */
/**
 * An open scenario. `toml` and `version`: what the program has; `said`: its last answer; `sound`: its last answer with a
 * form; `edits`: what it has not acknowledged; `wrong`: path -> input that has no whole value; `past`, `future`: texts to
 * go back and forward to; `first`: the text that was opened; `since`: when the first edit that waits was made;
 * `overtaken`: why an edit was not made.
 * @typedef {{ name: string, toml: string, version: string, isSaved: boolean, said: any, sound: any, edits: Edit[],
 *   wrong: Map<string, string>, past: string[], future: string[], first: string, stepped: { cause: string, at: number },
 *   sending: Promise<void> | null, timer: any, since: number, overtaken: any[] | null }} Scenario
 */

/**
 * What `api/start` gave.
 * @type {any}
 */
export let start = null;
export async function learn() {
  start = await ask("GET", "start");
}
/** @type {Scenario[]} */
export let open = [];
export let current = 0;
export const chosen = () => open[current];

const opening = (name, toml, edits = [], first = toml) => ({
  name,
  toml,
  version: "",
  isSaved: false,
  said: null,
  sound: null,
  edits,
  wrong: new Map(),
  past: [],
  future: [],
  first,
  stepped: { cause: "", at: 0 },
  sending: null,
  timer: null,
  since: 0,
  overtaken: null,
});

/** Which scenarios this tab shows, and the edits that wait, outlast a reload and a program that is down. */
function keep() {
  const kept = open.map(({ name, toml, edits, first }) => ({ name, toml, edits, first }));
  sessionStorage.setItem("open", JSON.stringify({ kept, current }));
}
export function takeOpen() {
  try {
    const { kept, current: last } = JSON.parse(sessionStorage.getItem("open")) || { kept: [] };
    open = kept.map((one) => opening(one.name, one.toml, one.edits, one.first));
    current = Math.min(last || 0, Math.max(0, open.length - 1));
  } catch {
    open = [];
  }
}

/** A name that can be one, from any text. */
const nameFrom = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "_")
    .replace(/^[-_]+/, "")
    .slice(0, 56) || "scenario";

/** Opens a text beside the others; the program gives it a name that nothing else has. */
export async function openText(name, toml) {
  opened(await ask("POST", "drafts", { name: nameFrom(name), toml }));
}
/** Opens a saved scenario, or the draft that there is of it. */
export async function openSaved(name) {
  const there = open.findIndex((one) => one.name === name);
  if (there >= 0) choose(there);
  else opened(await ask("POST", "drafts", { name }));
}
/** Opens a draft that this tab does not show. */
export async function openDraft(name) {
  opened(await ask("GET", "drafts/" + name));
}
function opened(said) {
  const scenario = opening(said.name, said.toml);
  open.push(scenario);
  accept(scenario, said, "");
  choose(open.length - 1);
}

export function choose(at) {
  current = at;
  keep();
  drawScenarios();
  if (shown.kind === "job") show({ kind: "preview" });
  drawEditor("");
  look();
}

/** Closes a scenario. What is not saved is lost, so that it is asked first. */
export async function close(at) {
  const scenario = open[at];
  const nothing = scenario.isSaved || (scenario.toml === scenario.first && scenario.past.length === 0);
  if ((!nothing || scenario.edits.length) && !confirm(t("card.close_sure", { name: scenario.name }))) return false;
  await ask("DELETE", "drafts/" + scenario.name).catch(passOver(404));
  open.splice(at, 1);
  tabs.postMessage({ draft: scenario.name });
  choose(Math.max(0, Math.min(current > at ? current - 1 : current, open.length - 1)));
  await freshSaved();
  return true;
}
const passOver = (status) => (error) => {
  if (error.status !== status) throw error;
};

/** Makes a scenario the one that the others are compared with. */
export function lead(at) {
  open.unshift(...open.splice(at, 1));
  choose(0);
}

/** Changes values; `null` takes the scenario's own line away. */
export function changeValues(scenario, changes) {
  enqueue(scenario, { changes, cause: changes[0].path });
}
/** Writes another text. */
export function changeText(scenario, toml, cause = "text") {
  enqueue(scenario, { toml, cause });
}

/** Of several key presses or steps of a slider the last is sent, and while they go on one now and then. */
const PAUSE = 150;
const LONGEST_PAUSE = 1000;
function enqueue(scenario, edit) {
  scenario.overtaken = null;
  const last = scenario.edits.at(-1);
  const waits = last && !(scenario.sending && scenario.edits.length === 1);
  if (waits && last.cause === edit.cause && (last.changes || []).length === (edit.changes || []).length) {
    scenario.edits.pop();
  }
  scenario.edits.push(edit);
  keep();
  drawTools(scenario);
  clearTimeout(scenario.timer);
  scenario.since ||= Date.now();
  const pause = Math.min(PAUSE, Math.max(0, scenario.since + LONGEST_PAUSE - Date.now()));
  scenario.timer = setTimeout(() => send(scenario).catch(console.error), pause);
}

/** Sends what waits, one edit after the other. It stays while the program is not there. */
function send(scenario) {
  clearTimeout(scenario.timer);
  scenario.since = 0;
  scenario.sending ||= sendAll(scenario).finally(() => {
    scenario.sending = null;
    drawTools(scenario);
  });
  return scenario.sending;
}

async function sendAll(scenario) {
  while (scenario.edits.length) {
    const [edit] = scenario.edits;
    try {
      const body = edit.changes ? { changes: edit.changes } : { version: scenario.version, toml: edit.toml };
      const said = await ask("POST", "drafts/" + scenario.name, body);
      scenario.edits.shift();
      step(scenario, edit.cause);
      accept(scenario, said, edit.cause);
      tabs.postMessage({ draft: scenario.name });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if ([0, 401].includes(error.status)) return;
      scenario.edits.shift();
      await refused(scenario, edit, error);
    }
  }
}

/** What to do with an edit that the program does not take. */
async function refused(scenario, edit, error) {
  if (error.status === 404) {
    // Closed in another tab: here it is still open.
    const said = await ask("POST", "drafts", { name: scenario.name, toml: scenario.toml });
    scenario.name = said.name;
    scenario.edits.unshift(edit);
    accept(scenario, said, "");
  } else if (error.status === 409 && error.said.now) {
    // Another tab was first. Its text stands here now; one's own is opened beside it.
    const own = [edit, ...scenario.edits].filter((one) => one.toml !== undefined).at(-1);
    scenario.edits = scenario.edits.filter((one) => one.toml === undefined);
    accept(scenario, error.said.now, "other");
    scenario.overtaken = error.problems;
    notice(error.problems);
    if (own) await openText(scenario.name, own.toml);
  } else {
    accept(
      scenario,
      { toml: scenario.toml, version: scenario.version, problems: error.problems, controls: null },
      edit.cause,
    );
  }
}

/** Remembers the text before a change: changes of one value in a row are one step. */
function step(scenario, cause) {
  if (cause === "undo" || cause === "redo") return;
  const { stepped } = scenario;
  const now = Date.now();
  if (stepped.cause !== cause || now - stepped.at > 1500) {
    scenario.past.push(scenario.toml);
    scenario.past = scenario.past.slice(-100);
  }
  scenario.stepped = { cause, at: now };
  scenario.future = [];
}

export function undo(scenario) {
  if (scenario.past.length === 0) return;
  scenario.future.push(scenario.toml);
  changeText(scenario, scenario.past.pop(), "undo");
  scenario.stepped.cause = "";
}
export function redo(scenario) {
  if (scenario.future.length === 0) return;
  scenario.past.push(scenario.toml);
  changeText(scenario, scenario.future.pop(), "redo");
}
/** The text as it was opened; one step back brings the changes again. */
export function reset(scenario) {
  if (scenario.toml !== scenario.first) changeText(scenario, scenario.first, "reset");
}

/** Takes an answer of the program. */
function accept(scenario, said, cause) {
  const changed = scenario.toml !== said.toml || scenario.said === null;
  scenario.said = { ...said, cause };
  scenario.toml = said.toml;
  scenario.version = said.version;
  scenario.isSaved = said.is_saved || false;
  if (said.controls) scenario.sound = said;
  keep();
  drawScenarios();
  if (scenario !== chosen()) return;
  // Who changes something wants to see what it does.
  if (cause && cause !== "other" && shown.kind === "job") show({ kind: "preview" });
  drawEditor(cause);
  if (changed) look();
}

/** Every edit is in the program's text; else nothing is done with it. */
export async function settled(scenario) {
  const [path] = scenario.wrong.keys();
  if (path !== undefined) {
    const input = byId("c-" + path);
    if (input) input.focus();
    throw new Refused(422, [{ severity: "error", message: t("incomplete", { field: scenario.wrong.get(path) }) }]);
  }
  await send(scenario);
  const { overtaken } = scenario;
  scenario.overtaken = null;
  if (overtaken) throw new Refused(409, overtaken);
  if (scenario.edits.length) throw new Refused(0, [{ severity: "error", message: t("service.gone") }]);
}

/** Asks what the program has of a scenario; where it has nothing, gives it the text that this tab has. */
export async function reread(scenario) {
  try {
    accept(scenario, await ask("GET", "drafts/" + scenario.name), "other");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 404) return;
    const said = await ask("POST", "drafts", { name: scenario.name, toml: scenario.toml });
    scenario.name = said.name;
    accept(scenario, said, "");
  }
  await send(scenario);
}

/** Another tab has changed a scenario. */
export function hear(name) {
  const scenario = open.find((one) => one.name === name);
  if (!scenario || scenario.sending || scenario.edits.length) return;
  ask("GET", "drafts/" + name)
    .then((said) => accept(scenario, said, "other"))
    .catch((error) => {
      if (!(error instanceof Refused)) throw error;
    });
}

export const isSound = (scenario) => scenario.said !== null && !missing(scenario.said.controls);
export const titleOf = (scenario) =>
  scenario.sound && scenario.sound.plan.title ? word(scenario.sound.plan.title) : scenario.name;
export const overridden = (scenario) => (scenario.sound ? scenario.sound.controls.filter((one) => one.overridden) : []);
/** What is not in a saved file. */
export const unsaved = () => open.filter((one) => !one.isSaved && (one.edits.length || one.toml !== one.first));

/** Saves what is shown; another scenario of that name is only replaced when the user says so. */
export async function save(scenario) {
  await settled(scenario);
  const body = { version: scenario.version };
  let said;
  try {
    said = await ask("POST", "drafts/" + scenario.name + "/save", body);
  } catch (error) {
    if (!(error instanceof Refused) || !error.said.there) throw error;
    if (!confirm(t("save_over", { name: scenario.name }))) return;
    said = await ask("POST", "drafts/" + scenario.name + "/save", { ...body, replace: error.said.there });
  }
  accept(scenario, said, "");
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
export async function rename(scenario, name) {
  await settled(scenario);
  if (name === scenario.name) return;
  const said = await ask("POST", "drafts/" + scenario.name + "/rename", { to: name });
  scenario.name = said.name;
  accept(scenario, said, "");
}
