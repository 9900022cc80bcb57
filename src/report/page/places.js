// Where firms practise: a tile map of the prefectures by month, and breakdowns by size, industry and region.

import { firstScenario } from "./answer.js";
import { COLOURS, chart, course, DASHES, dateAxis, dots, sideAxis, tall } from "./charts.js";
import { choices, choosing, plain } from "./choosers.js";
import { absent, el, folded, note, p, table } from "./elements.js";
import { background, distinct, rows } from "./tables.js";
import {
  amounts,
  decimals,
  EMPTY,
  japanese,
  memberName,
  missing,
  monthOf,
  percent,
  scenarioTitle,
  t,
} from "./words.js";

// Light to dark, told apart in any kind of colour vision; each tile also has its number.
const SCALE = ["#f3f7fb", "#d3e4f2", "#a8cde6", "#6fb0d6", "#3a8fc2", "#1a6aa6", "#0b4a82", "#06305a"];

const segmentsOf = (kind) => rows("segments").filter((row) => row.class === kind);

export function mapSection() {
  const list = segmentsOf("prefecture");
  if (list.length === 0) return [absent("segments")];
  const weeks = distinct(list, "week").sort();
  const most = Math.max(...list.map((row) => row.median));
  const top = Math.ceil(most * 20) / 20;
  return [
    p(t("map.how")),
    ...choosing(
      "map",
      [
        {
          key: "scenario",
          label: t("scenario"),
          options: plain(distinct(list, "scenario"), scenarioTitle),
          fallback: firstScenario(),
        },
      ],
      ({ scenario }) => {
        const own = list.filter((row) => row.scenario === scenario);
        const at = new Map(own.map((row) => [row.week + row.member, row]));
        const columns = Math.max(...background.prefectures.map((one) => one.column));
        const tiles = background.prefectures.map((one) =>
          el(
            "div",
            { class: "tile", tabindex: "0", style: "grid-row:" + one.row + ";grid-column:" + one.column },
            el("span", { class: "place" }, japanese() ? one.ja.replace(/[都府県]$/, "") : one.label),
            el("span", { class: "value" }),
          ),
        );
        const label = el("output", { class: "week", for: "map-week" });
        const read = (week) => background.prefectures.map((one) => at.get(week + one.name));
        const show = (position) => {
          const week = weeks[position];
          choices["map.week"] = String(position);
          label.textContent = t("map.month", { month: monthOf(week) });
          read(week).forEach((row, i) => {
            const share = row ? row.median : null;
            const step = missing(share) ? 0 : Math.min(SCALE.length - 1, Math.floor((share / top) * SCALE.length));
            tiles[i].style.background = SCALE[step];
            tiles[i].style.color = step > 4 ? "#ffffff" : "#10202e";
            tiles[i].lastChild.textContent = missing(share) ? EMPTY : decimals(share * 100, 0);
            const words =
              memberName(background.prefectures[i].name) +
              t("colon") +
              (row ? percent(share) + " (" + amounts(row.low_5, row.high_95, "share") + ")" : EMPTY);
            tiles[i].setAttribute("title", words);
            tiles[i].setAttribute("aria-label", words);
          });
        };
        let timer = null;
        const stop = () => {
          clearInterval(timer);
          timer = null;
          play.textContent = t("map.play");
        };
        const slider = el("input", {
          type: "range",
          id: "map-week",
          min: 0,
          max: weeks.length - 1,
          step: 1,
          "aria-label": t("map.slider"),
          oninput: () => {
            stop();
            show(Number(slider.value));
          },
        });
        const play = el(
          "button",
          {
            type: "button",
            onclick: () => {
              if (timer) return stop();
              play.textContent = t("map.stop");
              timer = setInterval(() => {
                if (!slider.isConnected) return stop();
                slider.value = (Number(slider.value) + 1) % weeks.length;
                show(Number(slider.value));
              }, 400);
            },
          },
          t("map.play"),
        );
        slider.value = choices["map.week"] === undefined ? weeks.length - 1 : choices["map.week"];
        show(Number(slider.value));
        const steps = SCALE.map((colour, i) =>
          el(
            "span",
            { style: "background:" + colour + ";color:" + (i > 4 ? "#ffffff" : "#10202e") },
            decimals((top * 100 * i) / SCALE.length, 0),
          ),
        );
        return [
          el("div", { class: "controls" }, play, slider, label),
          el(
            "figure",
            {},
            el("figcaption", {}, t("map.title", { scenario: scenarioTitle(scenario) })),
            el(
              "div",
              {
                class: "scroll",
                tabindex: "0",
                role: "region",
                "aria-label": t("map.title", { scenario: scenarioTitle(scenario) }),
              },
              el("div", { class: "tiles", style: "grid-template-columns:repeat(" + columns + ",1fr)" }, tiles),
            ),
            el("p", { class: "scale" }, t("map.scale") + " ", steps),
            p(t("source_plain", { tables: "segments.csv" }), "source"),
            folded(t("map.table"), () => {
              const chosen = [
                ...new Set([...weeks.filter((week) => week.slice(5, 7) === "03"), weeks[weeks.length - 1]]),
              ];
              return table(
                t("map.title", { scenario: scenarioTitle(scenario) }),
                [t("prefecture"), ...chosen.map((week) => "#" + monthOf(week))],
                background.prefectures.map((one) => [
                  memberName(one.name),
                  ...chosen.map((week) => {
                    const row = at.get(week + one.name);
                    return row ? { text: percent(row.median), small: amounts(row.low_5, row.high_95, "share") } : EMPTY;
                  }),
                ]),
              );
            }),
          ),
        ];
      },
    ),
  ];
}

export function breakdownSection() {
  const kinds = ["size", "industry", "region"].filter((kind) => segmentsOf(kind).length);
  if (kinds.length === 0) return [absent("segments")];
  const list = rows("segments");
  return choosing(
    "breakdown",
    [
      { key: "kind", label: t("breakdown.by"), options: plain(kinds, (kind) => t("breakdown." + kind)) },
      {
        key: "scenario",
        label: t("scenario"),
        options: plain(distinct(list, "scenario"), scenarioTitle),
        fallback: firstScenario(),
      },
    ],
    ({ kind, scenario }) => {
      const own = list.filter((row) => row.class === kind && row.scenario === scenario);
      const weeks = distinct(own, "week").sort();
      const last = weeks[weeks.length - 1];
      const start = weeks.filter((week) => week <= background.posterior.as_of).pop() || weeks[0];
      const members = distinct(own, "member");
      const cell = (member, week) => own.find((row) => row.member === member && row.week === week) || {};
      const byLevel =
        kind === "industry" ? [...members].sort((a, b) => cell(b, last).median - cell(a, last).median) : members;
      const names = byLevel.map((member) => memberName(member));
      const make = (week, colour, symbol) => {
        const row = byLevel.map((member) => cell(member, week));
        const of = (key) => row.map((one) => (missing(one[key]) ? null : one[key] * 100));
        return {
          name: monthOf(week),
          low: of("low_5"),
          mid: of("median"),
          high: of("high_95"),
          colour,
          symbol,
          text: row.map((one) => percent(one.median) + " (" + amounts(one.low_5, one.high_95, "share") + ")"),
        };
      };
      const title = t("breakdown.title", { by: t("breakdown." + kind), scenario: scenarioTitle(scenario) });
      const charts = [];
      if (kind !== "industry") {
        charts.push(
          chart({
            title,
            tables: ["segments"],
            height: 400,
            traces: members.flatMap((member) => {
              const mine = own.filter((row) => row.member === member);
              const of = (key) => mine.map((row) => row[key] * 100);
              // Sizes and regions are fixed lists: a member keeps its colour when others are missing.
              const fixed = kind === "size" ? background.sizes : background.regions;
              const at = Math.max(0, fixed.indexOf(member));
              return course({
                x: mine.map((row) => row.week),
                mid: of("median"),
                bands: [{ low: of("low_5"), high: of("high_95"), alpha: 0.14 }],
                colour: COLOURS[at % COLOURS.length],
                dash: DASHES[at % DASHES.length],
                name: memberName(member),
                text: mine.map((row) => percent(row.median) + " (" + amounts(row.low_5, row.high_95, "share") + ")"),
                template: "%{x|%Y-%m}\n%{text}",
              });
            }),
            layout: {
              xaxis: { ...dateAxis(), range: [weeks[0], last] },
              yaxis: { title: t("unit.percent_axis"), rangemode: "tozero" },
            },
          }),
        );
      }
      const compared = [start, last];
      charts.push(
        chart({
          title: t("breakdown.two", { by: t("breakdown." + kind), from: monthOf(start), until: monthOf(last) }),
          tables: ["segments"],
          height: tall(names),
          traces: dots([make(start, "#6b7785", "diamond"), make(last, "#0072B2", "circle")], names, 0.3),
          layout: { xaxis: { title: t("unit.percent_axis"), rangemode: "tozero" }, yaxis: sideAxis(names) },
          values: {
            head: [t("breakdown." + kind), ...compared.map((week) => "#" + monthOf(week))],
            body: byLevel.map((member) => [
              memberName(member),
              ...compared.map((week) => {
                const row = cell(member, week);
                return { text: percent(row.median), small: amounts(row.low_5, row.high_95, "share") };
              }),
            ]),
          },
        }),
      );
      return [...charts, note(t("breakdown." + kind + "_note"))];
    },
  );
}
