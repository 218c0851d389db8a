"use strict";

// How far a job is: a message {"job":"1","progress":0.4,"text":"..."}, from 0
// to 1, is shown with a bar; the next one of that job and author moves the bar.

function isProgress(data) {
  return typeof data?.progress === "number"
    && typeof data.job === "string" && typeof data.text === "string";
}

/** Names the job among those of all authors; undefined: it is none. */
function jobOf(from, data) {
  return isProgress(data) ? JSON.stringify([from, data.job]) : undefined;
}

function progressBar({ progress, text }) {
  const bar = make("progress", { max: 1, "aria-label": text });
  bar.value = progress;
  return bar;
}

/** Returns whether the conversation had a bar of this job, which shows the news now. */
function moveBar(talk, { from, data }) {
  const job = jobOf(from, data);
  const entry = job && talk.entries.findLast((each) => each.job === job);
  if (!entry) return false;
  quietly(() => {
    entry.querySelector(".body").textContent = data.text;
    entry.querySelector("progress").replaceWith(progressBar(data));
  });
  return true;
}
