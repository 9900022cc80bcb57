// What surrounds everything: header, language, notices, announcements, chooser of scenarios.

import { byId, chip, el, focused, p } from "../../report/page/elements.js";
import { language, setLanguage, t, word } from "../../report/page/words.js";
import { asked } from "./actions.js";
import { showSide } from "./editor.js";
import {
  choose,
  close,
  current,
  freshSaved,
  isSound,
  lead,
  open,
  openDraft,
  openSaved,
  openText,
  overridden,
  settled,
  start,
  titleOf,
} from "./scenarios.js";
import { ask, inWords, Refused, service } from "./service.js";
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
    // That the program is not there is told above everything.
    if (![0, 401].includes(error.status)) notice(error.problems);
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
      ...noticed.map((one) => p(inWords(one), "warning")),
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

/** Open scenarios, one beside the other. */
export function drawScenarios() {
  const place = byId("open");
  if (!place) return;
  const focus = focused() && focused().id;
  const named = (text, scenario) => ({ "aria-label": text + t("colon") + scenario.name });
  place.replaceChildren(
    ...open.map((scenario, at) => {
      const changed = overridden(scenario).length;
      const state = [
        scenario.said && !isSound(scenario) ? chip("⚠ " + t("card.wrong")) : null,
        chip(scenario.isSaved ? t("card.saved") : t("card.unsaved"), "plain"),
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
          "span",
          { class: "about" },
          el("code", {}, scenario.name),
          state.filter(Boolean),
          at > 0
            ? button(t("card.lead"), () => lead(at), { class: "small", ...named(t("card.lead"), scenario) })
            : null,
          button(
            t("card.copy"),
            attempt(async () => {
              await settled(scenario);
              await openText(scenario.name, scenario.toml);
            }),
            { class: "small", ...named(t("card.copy"), scenario) },
          ),
          button(
            t("card.close"),
            attempt(async () => {
              if (await close(at)) /** @type {HTMLElement} */ (document.querySelector("#add > summary")).focus();
            }),
            { class: "small", ...named(t("card.close"), scenario) },
          ),
        ),
      );
    }),
  );
  if (focus && byId(focus)) byId(focus).focus();
  document.body.classList.toggle("none-open", open.length === 0);
}

/** What to start from: a question, a built-in scenario, one's own, a file. */
export function drawChooser() {
  const place = byId("chooser");
  const listed = (one, act, more = null) =>
    el(
      "li",
      { "data-name": one.name },
      button(word(one.title), attempt(act), { class: "name" }),
      el("div", { class: "question" }, word(one.question || "")),
      el("code", {}, one.name),
      more && " ",
      more,
    );
  const shownHere = (one) => open.some((scenario) => scenario.name === one.name);
  const drafts = start.drafts
    .filter((one) => !shownHere(one))
    .map((one) => listed(one, () => started(openDraft(one.name))));
  const mine = start.saved.map((one) =>
    listed(
      one,
      () => started(openSaved(one.name)),
      button(
        t("delete"),
        attempt(async () => {
          if (!confirm(t("delete_sure", { name: one.name }))) return;
          await ask("DELETE", "scenarios/" + one.name);
          await freshSaved();
        }),
        { "aria-label": t("delete") + t("colon") + one.name },
      ),
    ),
  );
  const copyOf = (one) => started(openText("my_" + one.name, one.child));
  const baseline = start.built_in.find((one) => one.name === "baseline") || start.built_in[0];
  const question = (key, act) =>
    el("li", {}, button(t("begin." + key), attempt(act), { class: "name" }), p(t("begin." + key + "_how"), "note"));
  const group = (title, items) => (items.length ? [el("h3", {}, title), el("ul", { class: "choices" }, items)] : []);
  place.replaceChildren(
    ...group(t("begin.title"), [
      question("stand", () => copyOf(baseline)),
      question("effect", () => /** @type {HTMLElement} */ (document.querySelector("#built-in button")).focus()),
      question("reach", async () => {
        asked.kind = "target";
        await copyOf(baseline);
        showSide("runs");
      }),
    ]),
    ...group(t("choose.drafts"), drafts),
    el("h3", {}, t("choose.built_in")),
    p(t("choose.built_in_how")),
    el(
      "ul",
      { class: "choices", id: "built-in" },
      start.built_in.map((one) => listed(one, () => copyOf(one))),
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
          if (file) await started(openText(file.name.replace(/\.toml$/i, ""), await file.text()));
        }),
      }),
    ),
  );
}

/** A scenario has been chosen: the chooser folds, and the form is next. */
async function started(opening) {
  await opening;
  byId("add").open = false;
  byId("scenario").focus();
}
