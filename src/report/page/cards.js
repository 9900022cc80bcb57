// What the assumed effects of the measures come to, firm for firm.

import { assumedChip, el, note, table } from "./elements.js";
import { background } from "./tables.js";
import { count, decimals, EMPTY, kindName, missing, number, range, signed, t, word, yen } from "./words.js";

/** The effect cards of the kinds of measure that the scenarios of the page have. */
export function cardsSection() {
  const used = new Set(
    background.scenarios.flatMap((one) => one.interventions.filter((i) => i.active).map((i) => i.kind)),
  );
  const own = background.cards.filter((one) => used.has(one.kind));
  if (own.length === 0) return [note(t("cards.none"))];
  const { version, one_in, replicates, draws } = own[0];
  const starts = (value) => signed(decimals(value, 1), value);
  const body = own.map((card) => [
    kindName(card.kind),
    starts(card.starts_first_year),
    { text: starts(card.starts_fifth_year), small: range(card.starts_low, card.starts_high, starts) },
    starts(card.practising_fifth_year),
    missing(card.yen_per_start) ? EMPTY : yen(card.yen_per_start),
    [t("confidence." + card.confidence.replace(" ", "_")), t("colon"), word(card.concluded)],
  ]);
  return [
    el("p", {}, assumedChip(), " ", t("cards.how")),
    table(
      t("cards.title"),
      [
        t("measure"),
        "#" + t("cards.first"),
        "#" + t("cards.fifth"),
        "#" + t("cards.practising"),
        "#" + t("cards.yen"),
        t("cards.evidence"),
      ],
      body,
    ),
    note(t("cards.made", { version, one_in: count(one_in), replicates: number(replicates), draws: number(draws) })),
  ];
}
