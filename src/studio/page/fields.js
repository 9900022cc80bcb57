// One control of the form: label, input of the kind that the value needs, unit, range, help, source, and its state.

import { assumedChip, byId, chip, el, focused } from "../../report/page/elements.js";
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
import { changeValues, isSound } from "./scenarios.js";

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
      // One of them: `1 time`, `1 firm a year`.
      const unit = value === 1 && !japanese() ? unitWords(control).replace(/^(\w+)s\b/, "$1") : unitWords(control);
      return (
        number(value, { maximumSignificantDigits: 8, useGrouping: !control.path.endsWith("seed") }) +
        (unit ? " " + unit : "")
      );
    }
  }
}
const unitWords = (control) =>
  isShare(control) ? "%" : control.unit && control.unit !== "date" ? word(control.unit) : "";

/** A bound in the unit that people read. */
const bound = (control, value) => (missing(value) ? null : isShare(control) ? tidy(value * 100) : value);
const boundsOf = (control) => ({ min: bound(control, control.min), max: bound(control, control.max) });
/** The range that a value may have. */
const limitsOf = (control, { min, max }) =>
  range(min, max, (value) => number(value, { maximumSignificantDigits: 12 }) + (isShare(control) ? "\u00a0%" : ""));

const MONEY = {
  words: /^\s*([\d._,]+)\s*(yen|thousand yen|million yen|billion yen|trillion yen)\s*$/,
  units: ["yen", "thousand yen", "million yen", "billion yen", "trillion yen"],
  usual: "million yen",
};
const TIME = {
  words: /^\s*([\d._,]+)\s*(days?|weeks?|months?|years?)\s*$/,
  units: ["days", "weeks", "months", "years"],
  usual: "weeks",
};
/** Weeks of a month of the Gregorian calendar. */
const WEEKS_A_MONTH = 365.2425 / 12 / 7;
/** Yen as they are counted in Japanese, which scenario files take as well. */
const MAN_AND_OKU = { 円: 1, 万円: 1e4, 億円: 1e8 };

/** The units to choose from, with their words. */
function unitsOf(kind) {
  if (kind === MONEY && japanese()) return Object.keys(MAN_AND_OKU).map((one) => [one, one]);
  return kind.units.map((one) => [one, t((kind === MONEY ? "unit." : "time.") + one)]);
}
/** A quantity in the units to choose from: yen in Japanese by the largest unit in which they stay short. */
function inUnits(kind, found) {
  if (kind === TIME || !japanese()) return found;
  const yen = found.number * 1000 ** MONEY.units.indexOf(found.unit);
  const short = Object.entries(MAN_AND_OKU).filter(
    ([, size]) => yen >= size && Number.isInteger(tidy((yen / size) * 1e3)),
  );
  const [unit, size] = short.at(-1) || ["円", 1];
  return { number: tidy(yen / size), unit };
}
/** `"20 million yen"` as number and unit; null where it is written otherwise. Weeks that are whole days or months are those. */
function quantityOf({ words, units }, text) {
  const found = words.exec(text || "");
  if (!found) return null;
  const unit = units.find((one) => one === found[2] || one === found[2] + "s");
  const amount = Number(found[1].replace(/[_,]/g, ""));
  const days = Math.round(amount * 7);
  const months = tidy(amount / WEEKS_A_MONTH);
  if (unit === "weeks" && !Number.isInteger(amount)) {
    if (Math.abs(amount * 7 - days) < 1e-6) return { number: days, unit: "days" };
    if (Number.isInteger(months)) return { number: months, unit: "months" };
  }
  return { number: tidy(amount), unit };
}
function quantityWords(kind, text) {
  const found = quantityOf(kind, text);
  if (!found) return text;
  if (kind === MONEY) return yen(found.number * 1000 ** MONEY.units.indexOf(found.unit));
  const amount = number(found.number, { maximumSignificantDigits: 3 });
  return amount + (japanese() ? "" : " ") + t("time." + found.unit);
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
    case "channels":
      return t("channel." + value);
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
    case "channels":
      return control.options;
    case "months":
      return [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    default:
      return null;
  }
}

/** A number as it is typed, also with wide digits or commas between thousands; `null` = it is more than a number. */
export function plainNumber(text) {
  const typed = text.normalize("NFKC").trim();
  const plain = /^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?$/.test(typed) && /\d/.test(typed);
  return plain ? Number(typed.replaceAll(",", "")) : null;
}

/** The message at an input whose number cannot be taken. */
function complaint(control, bounds, number) {
  if (number < (bounds.min ?? -Infinity) || number > (bounds.max ?? Infinity))
    return t("field.range", { range: limitsOf(control, bounds) });
  return control.kind === "whole" && !Number.isInteger(number) ? t("field.whole") : "";
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
 * The input; `set` is called with the new value, `null` where it is to be as it was without the scenario. A number outside its
 * range is told at once and goes nowhere, and no action is taken meanwhile. What is more than a number (`5億円`, `3%`,
 * `令和5年4月1日`) is read by the program, as it stands in the text: what cannot be read cannot run.
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
  /** What is typed as a text goes as it is. */
  const entered = (input, meant = (text) => text) => set(input.value.trim() === "" ? null : meant(input.value));
  /** Under a label that says per cent, what says nothing else is per cent. */
  const perCent = (text) => (isShare(control) && !/[%％割]|cent|パーセント/i.test(text) ? text + "%" : text);
  /** A number, or more, with a slider beside it; `read` gives the value of a number. */
  const numeric = (bounds, shown, read, limits) => {
    const input = el("input", {
      ...common,
      type: "text",
      class: "typed",
      autocomplete: "off",
      value: shown,
      oninput: () => {
        const number = plainNumber(input.value);
        const wrong = number === null ? "" : complaint(control, bounds, number);
        if (wrong) scenario.wrong.set(control.path, labelOf(control));
        else scenario.wrong.delete(control.path);
        if (slider && number !== null) slider.value = String(number);
        input.classList.toggle("written", number === null && input.value.trim() !== "");
        input.classList.toggle("loose", number !== null && String(number) !== input.value);
        if (number === null) return entered(input, perCent);
        tell(control.path, wrong);
        if (!wrong) set(read(number));
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
    case "date": {
      const input = el("input", {
        ...common,
        type: "text",
        class: "day",
        autocomplete: "off",
        value: value || "",
        oninput: () => {
          input.classList.add("written");
          entered(input);
        },
      });
      const calendar = el("input", {
        type: "date",
        class: "calendar",
        tabindex: "-1",
        "aria-label": t("calendar_of", { field: labelOf(control) }),
        value,
        min: "2020-01-06",
        max: "2026-03-31",
        oninput: () => {
          if (!calendar.value) return;
          input.value = calendar.value;
          entered(input);
        },
      });
      return [input, calendar];
    }
    case "money":
    case "duration": {
      const kind = control.kind === "money" ? MONEY : TIME;
      const usual = { number: "", unit: kind === MONEY && japanese() ? "万円" : kind.usual };
      const written = missing(value) ? null : quantityOf(kind, value);
      const found = written ? inUnits(kind, written) : usual;
      const unit = select(
        { "aria-label": t("unit_of", { field: labelOf(control) }), id: id + "-unit" },
        unitsOf(kind),
        found.unit,
        () => amount.dispatchEvent(new Event("input")),
      );
      const write = (number) => number + " " + unit.value;
      const limits = kind === MONEY && found.number !== "" ? reach(control, 0, null, found.number) : null;
      const [amount, slider] = numeric({ min: 0 }, found.number, write, limits);
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
        oninput: (event) => entered(event.target),
      });
    default: {
      const factor = isShare(control) ? 100 : 1;
      const bounds = boundsOf(control);
      const shown = missing(value) ? "" : tidy(value * factor);
      const limits = control.group === "run" || shown === "" ? null : reach(control, bounds.min, bounds.max, shown);
      return numeric(bounds, shown, (number) => tidy(number / factor), limits);
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

/** What was typed in one's own way stands there as the page writes it once it is left. */
function left(scenario, path) {
  const row = byId(idFor(path) + "-row");
  if (!row || row.contains(focused()) || !row.querySelector(".written, .loose")) return;
  if (!isSound(scenario) || scenario.edits.length) return;
  const control = scenario.sound.controls.find((one) => one.path === path);
  if (control) row.replaceWith(field(scenario, control));
}

/** A control with everything around it. */
export function field(scenario, control) {
  const id = idFor(control.path);
  // A seed may be any number.
  const free = (missing(control.min) && missing(control.max)) || control.max > 1e15;
  const help = [
    control.group === "parameters" ? "" : word(control.help),
    free ? "" : t("allowed", { range: limitsOf(control, boundsOf(control)) }),
    originOf(scenario, control),
    control.source ? t("source") + t("colon") + word(control.source) : "",
    control.group === "parameters" ? control.path : "",
  ].filter(Boolean);
  const unit = ["money", "duration"].includes(control.kind) ? "" : unitWords(control);
  const inputs = [inputOf(scenario, control)].flat();
  return el(
    "div",
    {
      class: "field" + (control.overridden ? " overridden" : ""),
      id: id + "-row",
      onfocusout: () => setTimeout(() => left(scenario, control.path)),
    },
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
