// The scenario's text, editable, with line numbers and the messages of `check` at their lines.

import { byId, el, folded, p } from "../../report/page/elements.js";
import { gap, language, t } from "../../report/page/words.js";
import { showSide } from "./editor.js";
import { button, commandLine } from "./frame.js";
import { changeText, chosen, isSound } from "./scenarios.js";
import { inWords, translated } from "./service.js";

/** What the text's place was made for. */
let writtenFor = { scenario: null, language: "" };

export function drawText(cause) {
  const place = byId("text");
  const scenario = chosen();
  let area = byId("toml");
  if (!area || writtenFor.scenario !== scenario || writtenFor.language !== language) {
    writtenFor = { scenario, language };
    area = el("textarea", {
      id: "toml",
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "off",
      wrap: "off",
      "aria-describedby": "problems",
      oninput: () => {
        numberLines(area);
        changeText(scenario, area.value);
      },
      onscroll: () => {
        byId("lines").scrollTop = area.scrollTop;
      },
    });
    place.replaceChildren(
      el("label", { for: "toml", id: "toml-label" }),
      p(t("text.how"), "note"),
      el("div", { class: "writing" }, el("div", { id: "lines", "aria-hidden": "true" }), area),
      el("div", { id: "problems" }),
    );
  }
  byId("toml-label").textContent = t("text.label", { name: scenario.name });
  // What is being typed is newer than what the program has answered.
  const typed = scenario.edits.some((one) => one.cause === "text");
  if (cause !== "text" && !typed && area.value !== scenario.toml) area.value = scenario.toml;
  area.setAttribute("aria-invalid", String(scenario.said !== null && !isSound(scenario)));
  numberLines(area);
  drawProblems();
}

/** Line numbers; a line with a problem has a mark. */
function numberLines(area) {
  const { said } = chosen();
  const lines = area.value.split("\n").length;
  const marked = new Map(
    ((said && said.problems) || []).filter((one) => one.line && isOwn(one)).map((one) => [one.line, one.severity]),
  );
  document
    .getElementById("lines")
    .replaceChildren(
      ...Array.from({ length: lines }, (_, at) =>
        el(
          "div",
          { class: marked.get(at + 1) },
          (marked.has(at + 1) ? (marked.get(at + 1) === "error" ? "✗ " : "⚠ ") : "") + (at + 1),
        ),
      ),
    );
}
const isOwn = (problem) =>
  !problem.file || problem.file.endsWith("/" + chosen().name + ".toml") || problem.file === chosen().name + ".toml";

const SEVERITY = { error: "✗", warning: "⚠", note: "ⓘ" };
/** Every message as `check` prints it, with a way to its line. */
function drawProblems() {
  const { said, name } = chosen();
  const place = byId("problems");
  const banner = byId("wrong");
  if (!said) {
    banner.replaceChildren();
    return place.replaceChildren();
  }
  const list = [...(said.problems || []), ...(said.notes || [])];
  const one = (problem) =>
    el(
      "li",
      { class: problem.severity },
      el("strong", {}, SEVERITY[problem.severity] + " " + t("severity." + problem.severity)),
      problem.line && isOwn(problem)
        ? [" ", button(t("go_to_line", { line: problem.line }), () => goTo(problem), { class: "small" })]
        : null,
      el(
        "pre",
        { tabindex: "0", "aria-label": translated(problem).message },
        translated(problem).rendered || translated(problem).message,
      ),
    );
  const wrong = list.filter((problem) => problem.severity !== "note");
  const notes = list.filter((problem) => problem.severity === "note");
  place.replaceChildren(
    ...[
      wrong.length ? el("ul", { class: "problems" }, wrong.map(one)) : p("✓ " + t("text.sound"), "note"),
      notes.length
        ? folded(t("text.notes", { n: notes.length }), () => el("ul", { class: "problems" }, notes.map(one)))
        : null,
      commandLine("telework check scenarios/" + name + ".toml"),
    ].filter(Boolean),
  );
  banner.replaceChildren(
    ...(isSound(chosen())
      ? []
      : [
          p(
            "⚠ " +
              t("text.wrong") +
              gap() +
              said.problems
                .map(
                  (problem) => (problem.line ? t("line", { line: problem.line }) + t("colon") : "") + inWords(problem),
                )
                .join(" / "),
            "warning",
          ),
        ]),
  );
}

/** Marks the place of a problem in the text. */
function goTo(problem) {
  showSide("text");
  const area = byId("toml");
  const lines = area.value.split("\n");
  const at = (line, column) => lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(
    at(problem.line, problem.column),
    at(problem.end_line || problem.line, problem.end_column || problem.column),
  );
  area.scrollTop = Math.max(0, (problem.line - 4) * 20);
}
