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
  quoted,
  range,
  t,
  word,
  yen,
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

/** The range that a value may have, in the unit that people read. */
const rangeOf = (control) =>
  range(
    control.min,
    control.max,
    (value) =>
      number(isShare(control) ? tidy(value * 100) : value, { maximumSignificantDigits: 12 }) +
      (isShare(control) ? "\u00a0%" : ""),
  );

/** Units of money as scenario files take them, with their size in yen: each language counts by its own. */
const ENGLISH_MONEY = { yen: 1, "thousand yen": 1e3, "million yen": 1e6, "billion yen": 1e9, "trillion yen": 1e12 };
const JAPANESE_MONEY = { 円: 1, 万円: 1e4, 億円: 1e8 };
const YEN = { ...ENGLISH_MONEY, ...JAPANESE_MONEY };
const MONEY = {
  words: /^\s*([\d._,]+)\s*(yen|thousand yen|million yen|billion yen|trillion yen|円|万円|億円)\s*$/,
  units: () => Object.keys(japanese() ? JAPANESE_MONEY : ENGLISH_MONEY),
  name: (unit) => unit,
  usual: () => (japanese() ? "万円" : "million yen"),
};
const TIME = {
  words: /^\s*([\d._,]+)\s*(days?|weeks?|months?|years?)\s*$/,
  units: () => ["days", "weeks", "months", "years"],
  name: (unit) => t("time." + unit),
  usual: () => "weeks",
};
/**
 * `"20 million yen"` as number and unit; null where it is written otherwise. Weeks that are whole days are days, and money in a
 * unit of the other language is in the largest one of the page's of which it is one or more.
 */
function quantityOf(kind, text) {
  const found = kind.words.exec(text || "");
  if (!found) return null;
  const units = kind.units();
  const unit = units.find((one) => one === found[2] || one === found[2] + "s");
  const amount = Number(found[1].replace(/[_,]/g, ""));
  if (!unit) {
    const size = amount * YEN[found[2]];
    const own = units.findLast((one) => YEN[one] <= size) || units[0];
    return { number: tidy(size / YEN[own]), unit: own };
  }
  const days = Math.round(amount * 7);
  if (unit === "weeks" && !Number.isInteger(amount) && Math.abs(amount * 7 - days) < 1e-6)
    return { number: days, unit: "days" };
  return { number: amount, unit };
}
function quantityWords(kind, text) {
  const found = quantityOf(kind, text);
  if (!found) return text;
  if (kind === MONEY) return yen(found.number * YEN[found.unit]);
  const amount = number(found.number, { maximumSignificantDigits: 3 });
  return amount + (japanese() ? "" : " ") + kind.name(found.unit);
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

/** The message at an input that has no whole value, in place of the browser's own. */
function complaint(control, input) {
  const { validity } = input;
  if (validity.valid) return "";
  if (validity.rangeUnderflow || validity.rangeOverflow) return t("field.range", { range: rangeOf(control) });
  if (validity.stepMismatch) return t("field.whole");
  return t("field.incomplete");
}

/** Shows what is wrong at an input; an empty text takes it away. */
export function tell(path, text) {
  const input = byId(idFor(path));
  const place = byId(idFor(path) + "-wrong");
  if (!input || !place) return;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (place.textContent !== text) place.textContent = text;
}

/**
 * The input; `set` is called with the new value, `null` where it is to be as it was without the scenario. What is not whole
 * (half a date, a number outside its range) is told at once and goes nowhere, and no action is taken meanwhile.
 */
function inputOf(scenario, control) {
  const id = idFor(control.path);
  const common = {
    id,
    name: control.path,
    "aria-describedby": [id + "-help", id + "-state", id + "-wrong"].join(" "),
    "data-path": control.path,
  };
  const value = missing(control.value) ? control.default : control.value;
  const set = (next) => changeValues(scenario, [{ path: control.path, value: next }]);
  const entered = (input, read) => {
    const wrong = complaint(control, input);
    if (wrong) scenario.wrong.set(control.path, labelOf(control));
    else scenario.wrong.delete(control.path);
    tell(control.path, wrong);
    if (!wrong) set(input.value === "" ? null : read(input.value));
  };
  /** A number with a slider beside it. */
  const numeric = (bounds, shown, read, limits) => {
    const input = el("input", {
      ...common,
      type: "number",
      ...bounds,
      value: shown,
      oninput: () => {
        if (slider && input.value !== "") slider.value = input.value;
        entered(input, read);
      },
    });
    const slider = limits && sliderOf(control, limits, shown, input);
    return [input, slider];
  };
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
      return el("input", {
        ...common,
        type: "date",
        value,
        min: "2020-01-06",
        max: "2026-03-31",
        oninput: (event) => entered(event.target, (text) => text),
      });
    case "money":
    case "duration": {
      const kind = control.kind === "money" ? MONEY : TIME;
      const found = missing(value) ? { number: "", unit: kind.usual() } : quantityOf(kind, value);
      // What the text writes in another way stays a text.
      if (!found)
        return el("input", {
          ...common,
          type: "text",
          value,
          oninput: (event) => entered(event.target, (text) => text),
        });
      const unit = select(
        { "aria-label": t("unit_of", { field: labelOf(control) }), id: id + "-unit" },
        kind.units().map((one) => [one, kind.name(one)]),
        found.unit,
        () => entered(amount, write),
      );
      const write = (text) => text + " " + unit.value;
      const limits = kind === MONEY && found.number !== "" ? reach(control, 0, null, found.number) : null;
      const [amount, slider] = numeric({ min: 0, step: "any" }, found.number, write, limits);
      return [el("span", { class: "quantity" }, amount, unit), slider];
    }
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
        oninput: (event) => entered(event.target, (text) => text),
      });
    default: {
      const factor = isShare(control) ? 100 : 1;
      const limit = (bound) => (missing(bound) ? null : tidy(bound * factor));
      const bounds = { step: control.step || "any", min: limit(control.min), max: limit(control.max) };
      const shown = missing(value) ? "" : tidy(value * factor);
      const limits = control.group === "run" || shown === "" ? null : reach(control, bounds.min, bounds.max, shown);
      return numeric(bounds, shown, (text) => tidy(Number(text) / factor), limits);
    }
  }
}

/** From where to where a slider goes: the allowed range where it is a narrow one, else up to a few times the value. */
function reach(control, min, max, value) {
  const base = Number(value) || (missing(control.default) ? 1 : Number(control.default)) || 1;
  const high = !missing(max) && max <= 20 * Math.abs(base) ? max : Number((4 * Math.abs(base)).toPrecision(1));
  const low = missing(min) ? Math.min(0, -high) : min;
  return { low, high };
}

/** A slider that moves a number's input: live while it is dragged. */
function sliderOf(control, { low, high }, value, input) {
  const fine = Number(((high - low) / 200).toPrecision(1));
  return el("input", {
    type: "range",
    id: idFor(control.path) + "-slider",
    class: "slider",
    "aria-label": t("slider_of", { field: labelOf(control) }),
    min: low,
    max: high,
    step: control.kind === "whole" ? Math.max(1, Math.round(fine)) : fine,
    value,
    oninput: (event) => {
      input.value = event.target.value;
      input.dispatchEvent(new Event("input"));
    },
  });
}

export const select = (common, options, value, set) =>
  el(
    "select",
    { ...common, onchange: (event) => set(event.target.value) },
    options.map(([one, text]) => el("option", { value: one, selected: String(one) === String(value) }, text)),
  );

/** Members to tick, or one line for each text. */
function listInput(common, control, value, set) {
  const members = membersOf(control);
  const lines = (text) =>
    text
      .split("\n")
      .map((one) => one.trim())
      .filter(Boolean);
  if (!members) {
    return el(
      "textarea",
      { ...common, rows: Math.min(6, value.length + 1), oninput: (event) => set(lines(event.target.value)) },
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
      .map((label) => /** @type {HTMLInputElement} */ (label.firstChild))
      .filter((box) => box.checked)
      .map((box) => (typeof members[0] === "number" ? Number(box.value) : box.value));
    set(ticked.length ? ticked : null);
  };
  const words = value.length ? written(control, value) : t("value.all");
  return el(
    "details",
    { class: "members" },
    el("summary", { id: common.id, "aria-label": labelOf(control) + t("colon") + words }, words),
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
            { class: "small", "aria-label": t("put_back") + t("colon") + labelOf(control) },
          ),
        ]
      : null,
  );
}

/** A control with everything around it. */
export function field(scenario, control) {
  const id = idFor(control.path);
  // A seed may be any number.
  const free = (missing(control.min) && missing(control.max)) || control.max > 1e15;
  const help = [
    control.group === "parameters" ? "" : word(control.help),
    free ? "" : t("allowed", { range: rangeOf(control) }),
    originOf(scenario, control),
    control.source ? t("source") + t("colon") + word(control.source) : "",
    control.group === "parameters" ? control.path : "",
  ].filter(Boolean);
  const unit = ["money", "duration"].includes(control.kind) ? "" : unitWords(control);
  const inputs = [inputOf(scenario, control)].flat();
  return el(
    "div",
    { class: "field" + (control.overridden ? " overridden" : ""), id: id + "-row" },
    el("label", { for: id }, labelOf(control)),
    el(
      "div",
      { class: "entry" },
      inputs[0],
      unit ? el("span", { class: "unit" }, unit) : null,
      inputs[1] || null,
      stateOf(scenario, control),
    ),
    el("p", { class: "wrong", id: id + "-wrong", role: "alert" }),
    el(
      "p",
      { class: "help", id: id + "-help" },
      help.map((one) => el("span", {}, one.replaceAll("`", "") + " ")),
    ),
  );
}

/** Where a value comes from: this scenario, what it is based on, or what holds where nothing is written. */
function originOf(scenario, control) {
  if (missing(control.value) || control.group === "scenario") return "";
  if (control.overridden) return t("origin.own");
  const { parent } = scenario.sound;
  return parent && control.inherited ? t("origin.parent", { parent: quoted(word(parent.title)) }) : t("origin.usual");
}
