// What the page rests on: the certificate, every parameter, the data, and how to make it again.

import { changedNotes, failsAlike, gatesHold } from "./answer.js";
import { choosing } from "./choosers.js";
import { assumedChip, el, folded, note, p, table } from "./elements.js";
import { background, content, runName } from "./tables.js";
import { count, day, listed, missing, number, range, surveyName, t, word } from "./words.js";

export function certificateSection() {
  const { gates, as_of, draws } = background.posterior;
  const body = gates.map((gate) => [
    word(gate.part),
    word(gate.check),
    number(gate.found, { maximumSignificantDigits: 3 }),
    gate.required,
    [
      el(
        "span",
        { class: gate.passed ? "holds" : "fails" },
        gate.passed ? "✓ " + t("gate.holds") : "✗ " + t("gate.fails"),
      ),
    ],
  ]);
  return [
    p(t("certificate.how", { as_of: day(as_of), draws: count(draws) })),
    p(gatesHold()),
    ...failsAlike(),
    ...changedNotes(),
    table(
      t("certificate.title"),
      [t("gate.part"), t("gate.check"), "#" + t("gate.found"), "#" + t("gate.required"), t("gate.result")],
      body,
      true,
    ),
    p(t("source_plain", { tables: "data/posterior/gates.csv" }), "source"),
  ];
}

export function parameterSection() {
  const short = (value) => number(value, { maximumSignificantDigits: 3 });
  return [
    p(t("parameters.how")),
    ...fixedNotes(),
    ...choosing(
      "parameters",
      [
        {
          key: "evidence",
          label: t("evidence"),
          options: [
            ["", t("parameters.all")],
            ["estimated", t("estimated")],
            ["assumed", t("assumed")],
          ],
        },
      ],
      ({ evidence }) => {
        const shown = background.parameters.filter((one) => evidence === "" || one.evidence === evidence);
        return [
          table(
            t("parameters.caption", { n: shown.length }),
            [
              t("parameters.meaning"),
              "#" + t("parameters.point"),
              "#" + t("parameters.range"),
              t("unit"),
              t("evidence"),
              t("source"),
            ],
            shown.map((one) => [
              { text: word(one.meaning), small: one.name },
              { text: short(one.point), value: one.point },
              range(one.low_5, one.high_95, short),
              word(one.unit),
              one.evidence === "assumed" ? [assumedChip()] : [t("estimated")],
              word(one.source),
            ]),
          ),
          p(t("parameters.source"), "source"),
        ];
      },
    ),
  ];
}

/** Parameters that a folder's scenario fixes in all draws. */
function fixedNotes() {
  return content.folders
    .map((folder, at) => {
      const holder = folder.manifest.parameter_values ? folder.manifest : (folder.manifest.scenarios || [])[0] || {};
      const fixed = Object.entries(holder.parameter_values || {});
      if (fixed.length === 0) return null;
      return holder.parameters === "point"
        ? p(t("point_warning"), "warning")
        : p(
            t("parameters.fixed", {
              run: runName(at),
              list: listed(fixed.map(([name, value]) => name + " = " + value)),
            }),
            "note",
          );
    })
    .filter(Boolean);
}

export function sourceSection() {
  const tables = background.tables.filter((one) => one.source);
  return [
    p(t("sources.how", { as_of: day(background.posterior.as_of) })),
    table(
      t("sources.surveys"),
      [t("survey"), "#" + t("sources.figures"), t("sources.period"), t("sources.confidence"), t("source")],
      background.surveys.map((one) => [
        surveyName(one.survey),
        count(one.figures),
        range(one.from, one.until, day),
        listed(Object.entries(one.confidence).map(([name, n]) => t("confidence." + name.replace(" ", "_")) + " " + n)),
        one.names.slice(0, 4).join("; ") + (one.names.length > 4 ? "; …" : ""),
      ]),
    ),
    table(
      t("sources.tables"),
      [t("sources.table"), t("source")],
      tables.map((one) => [el("code", {}, one.file), word(one.source)]),
    ),
    folded(t("sources.facts"), () =>
      table(
        t("sources.facts"),
        [t("sources.fact"), "#" + t("value"), t("unit"), t("year"), t("sources.confidence"), t("source")],
        background.facts.map((one) => [
          el("code", {}, one.name),
          number(one.value, { maximumSignificantDigits: 8 }),
          one.unit,
          one.year,
          t("confidence." + one.confidence.replace(" ", "_")),
          one.source,
        ]),
      ),
    ),
    note(t("sources.language")),
  ];
}

/** `whole`, or a sample of so many firms. */
const scaleName = (scale) =>
  scale === "whole" ? t("reproduce.whole") : t("reproduce.sample", { n: count(Number(scale.replace(/\D/g, ""))) });

export function reproduceSection() {
  return [
    p(t("reproduce.how")),
    ...content.folders.flatMap((folder, at) => {
      const manifest = folder.manifest;
      // A comparison's scenarios each have what a run has of its own.
      const own = (key) => (missing(manifest[key]) ? ((manifest.scenarios || [])[0] || {})[key] : manifest[key]);
      const facts = [
        ["reproduce.command", manifest.command],
        ["reproduce.version", manifest.code || manifest.version],
        ["reproduce.seed", own("seed")],
        ["reproduce.population_seed", own("population_seed")],
        ["reproduce.replicates", manifest.replicates],
        ["reproduce.scale", own("scale") && scaleName(own("scale"))],
        ["reproduce.simulated", own("firms_simulated") && count(own("firms_simulated"))],
        ["reproduce.firms", own("firms") && count(own("firms"))],
        ["reproduce.parameters", own("parameters") && t("reproduce." + own("parameters"))],
      ];
      const hashes = (list) =>
        (list || []).map((one) => [el("code", {}, one.file), el("code", { class: "hash" }, one.blake3)]);
      return [
        el("h3", {}, runName(at)),
        el(
          "dl",
          { class: "facts" },
          facts
            .filter(([, value]) => !missing(value) && value !== 0 && value !== "")
            .flatMap(([key, value]) => [el("dt", {}, t(key)), el("dd", {}, el("code", {}, String(value)))]),
        ),
        (manifest.tables || []).length
          ? folded(t("reproduce.tables"), () =>
              table(t("reproduce.tables"), [t("file"), "BLAKE3"], hashes(manifest.tables)),
            )
          : null,
        (manifest.data || []).length
          ? folded(t("reproduce.data"), () => table(t("reproduce.data"), [t("file"), "BLAKE3"], hashes(manifest.data)))
          : null,
        ...background.scenarios
          .filter((one) => one.folder === at)
          .map((one) =>
            el(
              "details",
              {},
              el("summary", {}, t("reproduce.scenario", { scenario: one.name })),
              el("pre", { tabindex: "0" }, one.toml),
            ),
          ),
      ].filter(Boolean);
    }),
  ];
}
