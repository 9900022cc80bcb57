// What the words of the field mean: on hover, by keyboard, for screen readers, and as a list at the end of the page.

import { byId, el } from "../../report/page/elements.js";
import { japanese, language, t } from "../../report/page/words.js";

/** Terms: every text that is a meaning. */
const TERMS = Object.keys(STUDIO_TEXTS.page).flatMap((key) => (/^gloss\.(\w+)_is$/.exec(key) || []).slice(1));
const formsOf = (term) => t("gloss." + term).split(/, |、/);
/** In the order of their names. */
const sorted = () => [...TERMS].sort((a, b) => formsOf(a)[0].localeCompare(formsOf(b)[0], language));

/** The list at the end of the page; the terms in the text are described by its entries. */
export const glossary = () =>
  el(
    "details",
    { id: "glossary" },
    el("summary", {}, t("glossary")),
    el(
      "dl",
      { tabindex: "0", "aria-label": t("glossary") },
      sorted().flatMap((term) => [
        el("dt", {}, formsOf(term)[0]),
        el("dd", { id: "gloss-" + term }, t("gloss." + term + "_is")),
      ]),
    ),
  );

/** Text in which a term is a label, a name or an announcement already. */
const LEFT = "button, [role=button], a, label, summary, code, h2, h3, [role=alert], [role=status]";

/** Marks the first place of each term in the sentences of a part of the page. */
export function gloss(place) {
  const waiting = new Map(TERMS.flatMap((term) => formsOf(term).map((form) => [form.toLowerCase(), term])));
  const forms = [...waiting.keys()].sort((a, b) => b.length - a.length).join("|");
  const pattern = new RegExp(japanese() ? "(" + forms + ")" : "\\b(" + forms + ")\\b", "i");
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (let text of texts) {
    if (!text.parentElement.closest("p") || text.parentElement.closest(LEFT)) continue;
    for (let found = pattern.exec(text.data); found; found = pattern.exec(text.data)) {
      const word = text.splitText(found.index);
      text = word.splitText(found[0].length);
      const term = waiting.get(found[0].toLowerCase());
      if (place.querySelector('.term[data-term="' + term + '"]')) continue;
      word.replaceWith(termIn(term, found[0]));
    }
  }
}

/** No button element: it would be moved to the next line as a whole, apart from what stands around it. */
const termIn = (term, word) => {
  const shows = (event) => showMeaning(event.currentTarget, term);
  return el(
    "span",
    {
      role: "button",
      tabindex: "0",
      class: "term",
      "data-term": term,
      "aria-describedby": "gloss-" + term,
      onmouseenter: shows,
      onfocus: shows,
      onclick: shows,
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        shows(event);
      },
      onmouseleave: hideSoon,
      onblur: hideSoon,
    },
    word,
  );
};

let hiding = null;
/** Shows what a term means beside it, within the window. */
function showMeaning(from, term) {
  hideMeaning();
  const meaning = el(
    "div",
    { id: "meaning", role: "tooltip", onmouseenter: () => clearTimeout(hiding), onmouseleave: hideSoon },
    t("gloss." + term + "_is"),
  );
  document.querySelector("main").append(meaning);
  const [at, own] = [from.getBoundingClientRect(), meaning.getBoundingClientRect()];
  const below = at.bottom + own.height + 8 < innerHeight;
  meaning.style.left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - own.width - 8)) + "px";
  meaning.style.top = (below ? at.bottom + 4 : Math.max(8, at.top - own.height - 4)) + "px";
}
function hideMeaning() {
  clearTimeout(hiding);
  const meaning = byId("meaning");
  if (meaning) meaning.remove();
}
/** Time to move onto it: what is long is read with the mouse on it. */
function hideSoon() {
  clearTimeout(hiding);
  hiding = setTimeout(hideMeaning, 200);
}
addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideMeaning();
});
addEventListener("scroll", hideMeaning, { passive: true, capture: true });
