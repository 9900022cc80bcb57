// One control of the form: label, input of the kind that the value needs, unit, range, help, source, and its state.

import { assumedChip, byId, chip, el } from "../../report/page/elements.js";
import { background } from "../../report/page/tables.js";
import {
  day,
  gap,
  japanese,
  listed,
  memberName,
  missing,
  number,
  percent,
  range,
  t,
  word,
} from "../../report/page/words.js";
import { button } from "./frame.js";
import { changeValues } from "./scenarios.js";

const keyOf = (control) => control.path.split(".").pop();
export const labelOf = (control) =>
  control.group === "parameters" ? word(control.help) : t("field." + keyOf(control));
export const idFor = (path) => "c-" + path;
const isShare = (control) => control.unit === "share" && control.kind === "number";
/** Exactly the digits that were meant: 0.07 is 7 %, and back. */
export const tidy = (value) => Number(value.toPrecision(12));

/** A value as people read it. */
export function written(control, value) {
  if (missing(value)) return t("value.none");
  switch (control.kind) {
    case "date":
      return day(value);
    case "switch":
      return value ? t("yes") : t("no");
    case "choice":
      return t("option." + value);
    case "money":
      return quantityWords(MONEY, value);
    case "duration":
      return quantityWords(TIME, value);
    case "list":
      return value.length ? listed(value.map((one) => memberOf(control, one))) : t("value.none");
    case "tables":
      return t("value.entries", { n: value.length });
    case "text":
      return value;
    default: {
      if (isShare(control)) return percent(value);
      const unit = unitWords(control);
      return (
        number(value, { maximumSignificantDigits: 8, useGrouping: !control.path.endsWith("seed") }) +
        (unit ? " " + unit : "")
      );
    }
  }
}
const unitWords = (control) =>
  isShare(control) ? "%" : control.unit && control.unit !== "date" ? word(control.unit) : "";

const MONEY = {
  words: /^\s*([\d._,]+)\s*(yen|thousand yen|million yen|billion yen|trillion yen)\s*$/,
  units: ["yen", "thousand yen", "million yen", "billion yen", "trillion yen"],
};
const TIME = {
  words: /^\s*([\d._,]+)\s*(days?|weeks?|months?|years?)\s*$/,
  units: ["days", "weeks", "months", "years"],
};
/** `"20 million yen"` as number and unit; null where it is written otherwise. */
function quantityOf({ words, units }, text) {
  const found = words.exec(text || "");
  if (!found) return null;
  const unit = units.find((one) => one === found[2] || one === found[2] + "s");
  return { number: Number(found[1].replace(/[_,]/g, "")), unit };
}
function quantityWords(kind, text) {
  const found = quantityOf(kind, text);
  if (!found) return text;
  return japanese() ? number(found.number, { maximumSignificantDigits: 8 }) + t("unit." + found.unit) : text;
}

/** A member of a list: a prefecture, an industry, a size, a month. */
function memberOf(control, value) {
  switch (keyOf(control)) {
    case "prefectures":
    case "host_prefectures":
      return memberName(value);
    case "industries":
      return memberName(value);
    case "sizes":
      return memberName(value);
    case "months":
      return t("month." + value);
    default:
      return word(String(value));
  }
}
/** What may be in a list; null where it is free text. */
function membersOf(control) {
  switch (keyOf(control)) {
    case "prefectures":
    case "host_prefectures":
      return background.prefectures.map((one) => one.name);
    case "industries":
      return background.industries.map((one) => one.key);
    case "sizes":
      return background.sizes;
    case "months":
      return [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    default:
      return null;
  }
}

const pending = new Map();
/** After the last of several key presses in an input; at once when it is left. */
function soon(input, act) {
  flush(input, false);
  pending.set(input, [setTimeout(() => flush(input, true), 600), act]);
  input.onblur = () => flush(input, true);
}
function flush(input, run) {
  const [timer, act] = pending.get(input) || [];
  clearTimeout(timer);
  pending.delete(input);
  if (act && run) act();
}

/** The input; `set` is called with the new value, `null` where it is to be as it was without the scenario. */
function inputOf(control, set) {
  const id = idFor(control.path);
  const common = {
    id,
    name: control.path,
    "aria-describedby": id + "-help " + id + "-state",
    "data-path": control.path,
  };
  const value = missing(control.value) ? control.default : control.value;
  switch (control.kind) {
    case "switch": {
      if (keyOf(control) === "active" || keyOf(control) === "whole")
        return el("input", {
          ...common,
          type: "checkbox",
          checked: value === true,
          onchange: (event) => set(event.target.checked),
        });
      const options = [
        ["", t("value.any")],
        ["true", t("yes")],
        ["false", t("no")],
      ];
      return select(common, options, missing(value) ? "" : String(value), (text) =>
        set(text === "" ? null : text === "true"),
      );
    }
    case "choice":
      return select(
        common,
        [
          ...(missing(value) ? [["", t("value.none")]] : []),
          ...control.options.map((one) => [one, t("option." + one)]),
        ],
        value,
        (text) => set(text === "" ? null : text),
      );
    case "date":
      // A date is whole before it is sent: while a year is typed it passes through others.
      return el("input", {
        ...common,
        type: "date",
        value,
        min: "2020-01-06",
        max: "2026-03-31",
        onblur: (event) => dated(event.target, value, set),
        onkeydown: (event) => {
          if (event.key === "Enter") dated(event.target, value, set);
        },
      });
    case "money":
      return quantityInput(common, MONEY, control, value, set);
    case "duration":
      return quantityInput(common, TIME, control, value, set);
    case "list":
      return listInput(common, control, value || [], set);
    case "tables":
    case "table":
      return el("span", { id, tabindex: "-1" }, written(control, value) + gap() + t("in_text"));
    case "text":
      return el("input", {
        ...common,
        type: "text",
        value: value || "",
        oninput: (event) => soon(event.target, () => set(event.target.value === "" ? null : event.target.value)),
      });
    default: {
      const factor = isShare(control) ? 100 : 1;
      const limit = (bound) => (missing(bound) ? null : tidy(bound * factor));
      const send = (text) => set(text === "" ? null : tidy(Number(text) / factor));
      return el("input", {
        ...common,
        type: "number",
        step: control.step || "any",
        min: limit(control.min),
        max: limit(control.max),
        value: missing(value) ? "" : tidy(value * factor),
        oninput: (event) => {
          if (!event.target.validity.badInput) soon(event.target, () => send(event.target.value));
        },
      });
    }
  }
}
function dated(input, before, set) {
  if (input.value !== (before || "") && !input.validity.badInput) set(input.value === "" ? null : input.value);
}
export const select = (common, options, value, set) =>
  el(
    "select",
    { ...common, onchange: (event) => set(event.target.value) },
    options.map(([one, text]) => el("option", { value: one, selected: String(one) === String(value) }, text)),
  );

/** A number and its unit, as two inputs. */
function quantityInput(common, kind, control, value, set) {
  const found = missing(value)
    ? { number: "", unit: kind === MONEY ? "million yen" : "weeks" }
    : quantityOf(kind, value);
  if (!found)
    return el("input", {
      ...common,
      type: "text",
      value,
      oninput: (event) => soon(event.target, () => set(event.target.value || null)),
    });
  const send = () => set(amount.value === "" ? null : amount.value + " " + unit.value);
  const amount = el("input", {
    ...common,
    type: "number",
    min: 0,
    step: "any",
    value: found.number,
    oninput: () => soon(amount, send),
  });
  const unit = select(
    { "aria-label": t("unit_of", { field: labelOf(control) }), id: common.id + "-unit" },
    kind.units.map((one) => [one, t("unit." + one)]),
    found.unit,
    send,
  );
  return el("span", { class: "quantity" }, amount, unit);
}

/** Members to tick, or one line for each text. */
function listInput(common, control, value, set) {
  const members = membersOf(control);
  if (!members) {
    return el(
      "textarea",
      {
        ...common,
        rows: Math.min(6, value.length + 1),
        oninput: (event) =>
          soon(event.target, () =>
            set(
              event.target.value
                .split("\n")
                .map((one) => one.trim())
                .filter(Boolean),
            ),
          ),
      },
      value.join("\n"),
    );
  }
  // Prefectures may be written in Japanese, industries as letters: those stay as they are until they are ticked off.
  const is = (member) => value.includes(member) || value.includes(memberOf(control, member));
  const boxes = members.map((member) =>
    el(
      "label",
      {},
      el("input", { type: "checkbox", value: member, checked: is(member), onchange: () => send() }),
      " " + memberOf(control, member),
    ),
  );
  const send = () => {
    const ticked = boxes
      .map((label) => label.firstChild)
      .filter((box) => box.checked)
      .map((box) => (typeof members[0] === "number" ? Number(box.value) : box.value));
    set(ticked.length ? ticked : null);
  };
  return el(
    "details",
    { class: "members" },
    el(
      "summary",
      {
        id: common.id,
        "aria-label": labelOf(control) + t("colon") + (value.length ? written(control, value) : t("value.all")),
      },
      value.length ? written(control, value) : t("value.all"),
    ),
    el("div", { class: "boxes", role: "group", "aria-label": labelOf(control) }, boxes),
  );
}

/** What is changed, assumed; the button that puts it back. */
export function stateOf(scenario, control) {
  const id = idFor(control.path);
  return el(
    "span",
    { class: "state", id: id + "-state" },
    control.assumed ? [assumedChip(), " "] : null,
    control.overridden
      ? [
          chip(t("changed_from", { value: written(control, control.default) }), "changed"),
          " ",
          button(
            t("put_back"),
            () => {
              byId(id).focus();
              changeValues(scenario, [{ path: control.path, value: null }]);
            },
            { class: "small", "aria-label": t("put_back_of", { field: labelOf(control) }) },
          ),
        ]
      : null,
  );
}

/** A control with everything around it. */
export function field(scenario, control) {
  const id = idFor(control.path);
  // A seed may be any number.
  const rangeWords =
    (missing(control.min) && missing(control.max)) || control.max > 1e15
      ? ""
      : t("allowed", {
          range: range(
            control.min,
            control.max,
            (value) =>
              number(isShare(control) ? tidy(value * 100) : value, { maximumSignificantDigits: 12 }) +
              (isShare(control) ? "\u00a0%" : ""),
          ),
        });
  const help = [
    control.group === "parameters" ? "" : word(control.help),
    rangeWords,
    control.source ? t("source") + t("colon") + word(control.source) : "",
    control.group === "parameters" ? control.path : "",
  ].filter(Boolean);
  const unit = ["money", "duration"].includes(control.kind) ? "" : unitWords(control);
  return el(
    "div",
    { class: "field" + (control.overridden ? " overridden" : ""), id: id + "-row" },
    el("label", { for: id }, labelOf(control)),
    el(
      "div",
      { class: "entry" },
      inputOf(control, (value) => changeValues(scenario, [{ path: control.path, value }])),
      unit ? el("span", { class: "unit" }, unit) : null,
      stateOf(scenario, control),
    ),
    el(
      "p",
      { class: "help", id: id + "-help" },
      help.map((one) => el("span", {}, one.replaceAll("`", "") + " ")),
    ),
  );
}
