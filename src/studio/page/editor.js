// The chosen scenario: its tools, what it says at once, its form and its text beside each other.

import { byId, el, focused, p } from "../../report/page/elements.js";
import { language, t } from "../../report/page/words.js";
import { asked, drawActions, startJob } from "./actions.js";
import { drawConsequences, drawForm, forgetForm } from "./form.js";
import { attempt, button } from "./frame.js";
import { chosen, rename, save, titleOf } from "./scenarios.js";
import { offer } from "./service.js";
import { drawText } from "./text.js";
import { shown } from "./views.js";

let textShown = false;

export function drawEditor(cause) {
  const place = byId("scenario");
  const scenario = chosen();
  place.hidden = !scenario;
  byId("result").hidden = !scenario && shown.kind === "preview";
  if (!scenario) return;
  if (!byId("form")) {
    forgetForm();
    place.replaceChildren(
      el("h2", { id: "scenario-title" }),
      el("div", { id: "tools" }),
      el("div", { id: "wrong", role: "alert" }),
      el("div", { id: "consequences" }),
      el(
        "div",
        { class: "switch", role: "group", "aria-label": t("editor.which") },
        button(t("editor.form"), () => showText(false), { id: "to-form" }),
        button(t("editor.text"), () => showText(true), { id: "to-text" }),
      ),
      el(
        "div",
        { class: "sides" },
        el("div", { id: "form", role: "form", "aria-label": t("editor.form") }),
        el("div", { id: "text" }),
      ),
    );
  }
  byId("scenario-title").textContent = titleOf(scenario);
  drawTools(scenario);
  drawConsequences();
  drawForm(cause);
  drawText(cause);
  showText(textShown);
  drawActions();
}

/** On narrow windows form or text; on wide ones both. */
export function showText(text) {
  textShown = text;
  byId("scenario").classList.toggle("text", text);
  byId("to-form").setAttribute("aria-pressed", String(!text));
  byId("to-text").setAttribute("aria-pressed", String(text));
}

export function drawTools(scenario) {
  const place = byId("tools");
  const key = [language, scenario.name, scenario.kept === scenario.toml].join();
  if (place.dataset.key === key) return;
  const held = focused() && place.contains(focused()) ? focused().id : null;
  place.dataset.key = key;
  const name = el("input", {
    id: "name",
    type: "text",
    value: scenario.name,
    pattern: "[a-z0-9_][a-z0-9_\\-]{0,63}",
    required: true,
    autocomplete: "off",
    "aria-describedby": "name-help",
    onchange: () => (name.checkValidity() ? rename(scenario, name.value) : name.reportValidity()),
  });
  place.replaceChildren(
    el(
      "div",
      { class: "field inline" },
      el("label", { for: "name" }, t("name")),
      name,
      button(
        t("save"),
        attempt(() => save(scenario)),
        { id: "save" },
      ),
      button(
        t("download_toml"),
        () => offer(new Blob([scenario.toml], { type: "application/toml" }), scenario.name + ".toml"),
        { id: "download-toml" },
      ),
      button(
        t("ask.start.run"),
        attempt(() => {
          asked.kind = "run";
          drawActions(true);
          return startJob();
        }),
        { id: "run-now", class: "primary" },
      ),
      button(t("skip.result") + " ↓", () => byId("result").focus(), { class: "down" }),
    ),
    p(
      scenario.kept === scenario.toml
        ? t("name_saved", { file: "scenarios/" + scenario.name + ".toml" })
        : t("name_help"),
      "note",
    ),
  );
  place.lastChild.id = "name-help";
  if (held && byId(held)) byId(held).focus();
}
