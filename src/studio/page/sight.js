// What is being used is in sight with its label: below the result, which in a narrow window stays at the top while the form
// moves under it, or below the upper edge of the form.

import { byId, focused } from "../../report/page/elements.js";

/** A label's line above its input, in points; as `scroll-margin-top` has it. */
const LABEL = 40;
/** What is higher, such as a text, is scrolled by whoever writes in it. */
const HIGHEST = 150;
const isAbove = (result) => getComputedStyle(result).position === "sticky";

/** Keeps the room that the result takes at the top out of what the browser scrolls to. */
const resultSize = new ResizeObserver(() => {
  const result = byId("result");
  if (!result) return;
  document.documentElement.style.setProperty("--above", (isAbove(result) ? result.offsetHeight : 0) + "px");
  uncover(focused());
});

/** The result has been drawn anew. */
export function watchRoom() {
  resultSize.disconnect();
  resultSize.observe(byId("result"));
}

/** Brings what is being used into sight where some of it, or its label, is not. */
function uncover(used) {
  const [result, form] = [byId("result"), byId("scenario")];
  if (!used || !result || !form.contains(used)) return;
  const { top, bottom, height } = used.getBoundingClientRect();
  if (height > HIGHEST) return;
  const covering = result.getBoundingClientRect();
  const [from, to] = isAbove(result) ? [covering.top, covering.bottom] : [-Infinity, form.getBoundingClientRect().top];
  // What the user has scrolled away stays away.
  if (top - LABEL < to && bottom > Math.max(from, to - LABEL)) used.scrollIntoView({ block: "nearest" });
}

// Nothing moves under a finger or a mouse that is down.
let isPressed = false;
const press = () => {
  isPressed = true;
};
const release = () => {
  isPressed = false;
  setTimeout(() => uncover(focused()));
};
addEventListener("pointerdown", press, true);
addEventListener("pointerup", release, true);
addEventListener("pointercancel", release, true);
addEventListener("focusin", ({ target }) => {
  if (!isPressed) uncover(/** @type {Element} */ (target));
});
