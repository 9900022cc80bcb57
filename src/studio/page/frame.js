// What surrounds everything: header, language, notices, announcements, chooser of scenarios.

import { byId, chip, el, focused, p } from "../../report/page/elements.js";
import { language, setLanguage, t, word } from "../../report/page/words.js";
import {
  choose,
  close,
  current,
  freeName,
  freshSaved,
  isSound,
  lead,
  open,
  openText,
  overridden,
  start,
  titleOf,
} from "./scenarios.js";
import { ask, Refused, service } from "./service.js";
import { drawAll } from "./studio.js";

export const switchTo = (to) =>
  el(
    "button",
    { type: "button", lang: to, class: "language", "aria-pressed": String(language === to), onclick: () => speak(to) },
    to === "ja" ? "日本語" : "English",
  );

function speak(to) {
  setLanguage(to);
  localStorage.setItem("language", to);
  drawAll();
  /** @type {HTMLElement} */ (document.querySelector(".language[lang=" + to + "]")).focus();
}

/** Says something to those who cannot see it. */
export function say(text) {
  byId("said").textContent = text;
}

export const button = (text, onclick, more) => el("button", { type: "button", onclick, ...more }, text);

/** Runs what a button asks for, and shows what is wrong with it. */
export const attempt = (doing) => async (event) => {
  const from = event && event.currentTarget;
  try {
    await doing(event);
    notice([]);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notice(error.problems);
    if (from && from.isConnected) from.focus();
  }
};

let noticed = [];
export function notice(problems) {
  noticed = problems;
  drawBanner();
}

/** Above everything: the program has gone, or what was asked cannot be done. */
export function drawBanner() {
  const place = byId("banner");
  if (!place) return;
  const parts = [];
  if (service === "gone") parts.push(p(t("service.gone"), "warning"), p(t("service.gone_how")));
  if (service === "restarted") parts.push(p(t("service.restarted"), "warning"), p(t("service.restarted_how")));
  if (service === "there" && noticed.length) {
    parts.push(
      ...noticed.map((one) => p(word(one.message) + (one.advice ? t("semicolon") + one.advice : ""), "warning")),
      button(t("dismiss"), () => notice([])),
    );
  }
  place.replaceChildren(...parts);
  place.classList.toggle("empty", parts.length === 0);
}

/** A command line with a button that copies it. */
export function commandLine(text) {
  const copy = button(
    t("copy"),
    async () => {
      await navigator.clipboard.writeText(text).then(
        () => say(t("copied")),
        () => say(t("not_copied")),
      );
      copy.textContent = t("copied");
      setTimeout(() => {
        copy.textContent = t("copy");
      }, 1500);
    },
    { class: "copy", "aria-label": t("copy_command", { command: text }) },
  );
  return el("div", { class: "command" }, el("code", {}, text), copy);
}

/** A section of the page; its heading names it. */
export const part = (id, title, ...inner) =>
  el(
    "section",
    { id, "aria-labelledby": id + "-title", tabindex: "-1" },
    el("h2", { id: id + "-title" }, title),
    inner,
  );

/** Open scenarios as cards, and the chooser of another one. */
export function drawScenarios() {
  const place = byId("open");
  if (!place) return;
  const focus = focused() && focused().id;
  place.replaceChildren(
    ...open.map((scenario, at) => {
      const changed = overridden(scenario).length;
      const state = [
        scenario.said && !isSound(scenario) ? chip("⚠ " + t("card.wrong")) : null,
        chip(scenario.kept === scenario.toml ? t("card.saved") : t("card.unsaved"), "plain"),
        changed ? chip(t(changed === 1 ? "card.changed_one" : "card.changed", { n: changed }), "plain") : null,
        open.length > 1 && at === 0 ? chip(t("card.reference"), "plain") : null,
      ];
      return el(
        "li",
        { class: at === current ? "card current" : "card" },
        button(
          titleOf(scenario),
          () => {
            choose(at);
            byId("card-" + at).focus();
          },
          { id: "card-" + at, class: "name", "aria-current": at === current ? "true" : null },
        ),
        el(
          "p",
          {},
          el("code", {}, scenario.name),
          " ",
          state.filter(Boolean).flatMap((one) => [one, " "]),
        ),
        el(
          "p",
          { class: "tools" },
          at > 0
            ? button(t("card.lead"), () => lead(at), { "aria-label": t("card.lead_of", { name: scenario.name }) })
            : null,
          button(t("card.copy"), () => openText(freeName(scenario.name), scenario.toml, null), {
            "aria-label": t("card.copy_of", { name: scenario.name }),
          }),
          button(
            t("card.close"),
            () => {
              close(at);
              /** @type {HTMLElement} */ (document.querySelector("#add > summary")).focus();
            },
            { "aria-label": t("card.close_of", { name: scenario.name }) },
          ),
        ),
      );
    }),
  );
  if (focus && byId(focus)) byId(focus).focus();
}

/** Scenarios in plain words to start from. */
export function drawChooser() {
  const place = byId("chooser");
  const item = (one, act) =>
    el(
      "li",
      {},
      button(word(one.title), act, { class: "name" }),
      el("div", { class: "question" }, word(one.question || "")),
      el("code", {}, one.name),
    );
  const mine = start.saved.map((one) =>
    el(
      "li",
      {},
      button(
        word(one.title),
        attempt(async () => {
          const { toml } = await ask("GET", "scenarios/" + one.name);
          started(() => openText(one.name, toml, toml));
        }),
        { class: "name" },
      ),
      el("div", { class: "question" }, word(one.question || "")),
      el("code", {}, one.name),
      " ",
      button(
        t("delete"),
        attempt(async () => {
          if (!confirm(t("delete_sure", { name: one.name }))) return;
          await ask("DELETE", "scenarios/" + one.name);
          await freshSaved();
        }),
        { "aria-label": t("delete_of", { name: one.name }) },
      ),
    ),
  );
  place.replaceChildren(
    el("h3", {}, t("choose.built_in")),
    p(t("choose.built_in_how")),
    el(
      "ul",
      { class: "choices" },
      start.built_in.map((one) =>
        item(one, () => started(() => openText(freeName("my_" + one.name), one.child, null))),
      ),
    ),
    el("h3", {}, t("choose.saved")),
    mine.length ? el("ul", { class: "choices" }, mine) : p(t("choose.none_saved"), "note"),
    el("h3", {}, t("choose.file")),
    el(
      "label",
      { for: "file" },
      t("choose.file_how"),
      el("input", {
        type: "file",
        id: "file",
        accept: ".toml,text/plain",
        onchange: attempt(async (event) => {
          const file = event.target.files[0];
          if (!file) return;
          const text = await file.text();
          started(() => openText(freeName(file.name.replace(/\.toml$/i, "")), text, null));
        }),
      }),
    ),
  );
}

/** A scenario has been chosen: the chooser folds, and the form is next. */
function started(act) {
  act();
  byId("add").open = false;
  byId("scenario").focus();
}
