// The queue: progress, time left, cancel, results, files and command line of each job.

import { byId, el, focused, p } from "../../report/page/elements.js";
import { chance, count, gap, language, missing, number, t, word } from "../../report/page/words.js";
import { jobName, showCommand } from "./actions.js";
import { attempt, button, commandLine, say } from "./frame.js";
import { openText } from "./scenarios.js";
import { ask, download, Refused, service, token, translated } from "./service.js";
import { follow, show, shown } from "./views.js";

export let jobs = [];
const ACTIVE = ["queued", "running"];
const isActive = (job) => ACTIVE.includes(job.state);
/** What has been said of a job, so that nobody hears every per cent. */
const told = new Map();

let asking = null;
/** Asks how the jobs stand: often while one is at work, else now and then, to see that the program is there. */
export function watch() {
  clearTimeout(asking);
  asking = setTimeout(
    async () => {
      if (token)
        await freshJobs().catch((error) => {
          if (!(error instanceof Refused)) console.error(error);
        });
      watch();
    },
    service === "gone" ? 1500 : jobs.some(isActive) ? 500 : 4000,
  );
}

export async function freshJobs() {
  const before = new Map(jobs.map((job) => [job.id, job]));
  jobs = await ask("GET", "jobs");
  jobs.forEach((job) => announce(job, before.get(job.id)));
  drawJobs();
  follow();
}

/** Says what has happened to a job. */
function announce(job, before) {
  if (!before || !isActive(before)) return;
  const step = job.total ? Math.floor((job.done / job.total) * 4) : 0;
  const key = job.state + (job.state === "running" ? step : "");
  if (told.get(job.id) === key) return;
  told.set(job.id, key);
  say(jobName(job.kind) + " " + job.id + t("colon") + stateWords(job));
  // How long other jobs will take is known better now.
  if (job.state === "done") showCommand().catch(console.error);
}

export const duration = (seconds) =>
  seconds < 90
    ? t("seconds", { n: count(Math.ceil(seconds)) })
    : seconds < 5400
      ? t("minutes", { n: count(Math.round(seconds / 60)) })
      : t("hours", { n: count(Math.round(seconds / 3600)) });
export function stateWords(job) {
  if (job.state === "queued") return t("state.queued", { position: job.position || "" });
  if (job.state === "running" && !job.total) return t("state.preparing");
  if (job.state === "running")
    return (
      t("state.running", { share: chance(job.done / job.total) }) +
      (missing(job.seconds_left) ? "" : gap() + t("state.left", { time: duration(job.seconds_left) }))
    );
  return t("state." + job.state);
}

export function drawJobs() {
  const place = byId("jobs");
  if (!place) return;
  const before = new Map([...place.children].map((one) => [one.dataset.id, one]));
  const list = [...jobs].reverse();
  if (list.length === 0) return place.replaceChildren(el("li", {}, p(t("jobs.none"), "note")));
  const items = list.map((job) => {
    const key = [language, job.state, shown.kind === "job" && shown.id === job.id, job.folder].join();
    const old = before.get(String(job.id));
    const item = old && old.dataset.key === key ? old : jobItem(job, key);
    const bar = item.querySelector("progress");
    if (bar && job.total) {
      bar.max = job.total;
      bar.value = job.done;
    }
    const words = item.querySelector(".state-words");
    if (words.textContent !== stateWords(job)) words.textContent = stateWords(job);
    return item;
  });
  const held = focused() && focused().dataset ? focused().dataset.act : null;
  const same = items.length === place.children.length && items.every((item, at) => item === place.children[at]);
  if (!same) place.replaceChildren(...items);
  if (held && !focused().dataset.act) {
    const [id] = held.split(":");
    const again =
      place.querySelector('[data-act="' + held + '"]') || place.querySelector('[data-id="' + id + '"] button');
    if (again) again.focus();
  }
}

export const MARKS = { queued: "…", running: "▶", done: "✓", failed: "✗", cancelled: "■" };
/** Kind, number and titles. */
export const titleOfJob = (job) =>
  jobName(job.kind) +
  " " +
  job.id +
  t("colon") +
  (job.title || job.names.join(" / ")).split(" / ").map(word).join(" / ");

function jobItem(job, key) {
  const name = titleOfJob(job);
  const act = (what, text, doing) =>
    button(text, attempt(doing), { "data-act": job.id + ":" + what, "aria-label": text + t("colon") + name });
  const isShown = shown.kind === "job" && shown.id === job.id;
  const tools = [];
  if (isActive(job) || job.state === "done")
    tools.push(
      button(
        isShown ? t("shown") : t("show"),
        () => {
          show({ kind: "job", id: job.id });
          byId("result").focus();
        },
        {
          "aria-pressed": String(isShown),
          "aria-label": t(isShown ? "shown" : "show") + t("colon") + name,
          "data-act": job.id + ":show",
        },
      ),
    );
  if (isActive(job)) tools.push(act("cancel", t("cancel"), () => ask("DELETE", "jobs/" + job.id).then(freshJobs)));
  if (job.state === "done") {
    tools.push(
      act("report", t("download_report"), () =>
        download("jobs/" + job.id + "/files/report.html", job.folder + ".html"),
      ),
      act("archive", t("download_folder"), () => download("jobs/" + job.id + "/archive", job.folder + ".zip")),
    );
  }
  tools.push(
    act("open", t("open_again"), async () => {
      const { scenarios } = await ask("GET", "jobs/" + job.id);
      for (const one of scenarios) await openText(one.name, one.toml);
    }),
  );
  if (!isActive(job))
    tools.push(
      act("forget", t("forget"), () =>
        ask("DELETE", "jobs/" + job.id).then(() => {
          if (isShown) show({ kind: "preview" });
          return freshJobs();
        }),
      ),
    );
  return el(
    "li",
    { class: "job " + job.state, "data-id": String(job.id), "data-key": key },
    el("h3", {}, MARKS[job.state] + " " + name),
    isActive(job) ? el("progress", { "aria-label": name, max: job.total || 1 }) : null,
    el("p", { class: "state-words" }),
    (job.problems || []).length
      ? el(
          "pre",
          { tabindex: "0", class: "problem" },
          job.problems.map((one) => translated(one).rendered || translated(one).message).join("\n"),
        )
      : null,
    el("p", { class: "tools" }, tools),
    job.state === "done" ? filesOf(job) : null,
    job.folder ? p(t("job.folder", { folder: "`folders/" + job.folder + "`" }), "note") : null,
    commandLine(job.command),
  );
}

/** The files of a folder, listed when they are asked for. */
function filesOf(job) {
  const list = el("ul", { class: "files" });
  const details = el("details", {}, el("summary", {}, t("files")), list);
  details.addEventListener(
    "toggle",
    attempt(async () => {
      if (!details.open || list.firstChild) return;
      const files = await ask("GET", "jobs/" + job.id + "/files");
      list.replaceChildren(
        ...files.map((file) =>
          el(
            "li",
            {},
            button(
              file.name,
              attempt(() => download("jobs/" + job.id + "/files/" + file.name, file.name.split("/").pop())),
              { class: "link" },
            ),
            " " + t("bytes", { n: number(file.bytes / 1000, { maximumSignificantDigits: 2 }) }),
          ),
        ),
      );
    }),
  );
  return details;
}
