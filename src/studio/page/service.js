// Requests to the program that serves this page, with the token of its start; whether it is there.

import { el } from "../../report/page/elements.js";
import { japanese, t } from "../../report/page/words.js";
import { drawBanner } from "./frame.js";
import { goOn } from "./studio.js";

/** A name of this page, so that pages get their turns; a tab that was duplicated has one of its own. */
const TAB = crypto.randomUUID();

export let token = sessionStorage.getItem("token") || "";
/** `there`, `gone` (nobody answers) or `restarted` (another start answers). */
export let service = "there";
export const tabs = new BroadcastChannel("studio");

/** The status of what a newer request has taken the place of. */
export const GONE = 410;

/** A problem in the language of the page: its message, advice and whole text. */
export const translated = (problem) => (japanese() && problem.ja) || problem;

/** A problem in one line: what is wrong, and what to do. */
export function inWords(problem) {
  const { message, advice } = translated(problem);
  return message + (advice ? t("semicolon") + advice : "");
}

/** An answer that says what is wrong. */
export class Refused extends Error {
  /** @param {number} status @param {any[]} problems @param {any} said the whole answer */
  constructor(status, problems, said = {}) {
    super(problems.map((one) => one.message).join("\n"));
    this.status = status;
    this.problems = problems;
    this.said = said;
  }
}

/** The key in the address, where it does not stay. */
export function takeKey() {
  const found = /^#key=([0-9a-f]+)$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname);
  return found[1];
}

/** Gives the key for the token. A key that was used already is of no use: then only another tab can help. */
export async function enter(key) {
  try {
    const said = await ask("POST", "session", { key });
    keepToken(said.token);
    tabs.postMessage({ token });
    await goOn();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tabs.postMessage({ need: true });
    if (token) await goOn();
  }
}

export function keepToken(text) {
  token = text;
  sessionStorage.setItem("token", text);
}

/** Sends a request; JSON in and out unless `read` takes the response. */
export async function ask(method, path, body, read = (response) => response.json(), signal = undefined) {
  let response;
  try {
    response = await fetch("/api/" + path, {
      method,
      cache: "no-store",
      signal,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: {
        Authorization: "Bearer " + token,
        "X-Tab": TAB,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
    });
  } catch {
    if (signal && signal.aborted) throw new Refused(GONE, []);
    serviceIs("gone");
    throw new Refused(0, [{ severity: "error", message: t("service.gone") }]);
  }
  serviceIs(response.status === 401 ? "restarted" : "there");
  if (response.ok) return read(response);
  const said = await response.json().catch(() => ({}));
  throw new Refused(
    response.status,
    said.problems || [{ severity: "error", message: t("service.refused", { status: response.status }) }],
    said,
  );
}

export function serviceIs(now) {
  if (now === service) return;
  const back = now === "there";
  service = now;
  drawBanner();
  if (back) goOn().catch(console.error);
}

/** A file of a job as a download: the browser sends the token only from here. */
export async function download(path, name) {
  const blob = await ask("GET", path, undefined, (response) => response.blob());
  offer(blob, name);
}
export function offer(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}
