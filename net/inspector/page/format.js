"use strict";

// Numbers, times and sizes as people read them.

const thin = "\u202f"; // a narrow space that does not break

function round(x, digits) {
  return Number(x).toLocaleString("en", { maximumFractionDigits: digits })
    .replaceAll(",", thin);
}

/** 1234567 as "1 234 567"; what is no number as it is. */
function count(x) {
  if (typeof x !== "number") return x === undefined || x === null ? "–" : String(x);
  return round(x, Number.isInteger(x) ? 0 : 2);
}

/** How often per second, with as many digits as mean something. */
function perSecond(x) {
  if (x === null || x === undefined) return "–";
  return round(x, x < 10 ? 1 : 0);
}

function bytes(x) {
  if (typeof x !== "number") return count(x);
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  for (; x >= 1000 && at < units.length - 1; ++at) x /= 1024;
  return `${round(x, at === 0 || x >= 100 ? 0 : 1)}${thin}${units[at]}`;
}

/** Seconds as "9.1 s", "12 min 5 s", "3 h 2 min" or "4 d 1 h". */
function duration(s) {
  if (typeof s !== "number") return count(s);
  if (s < 60) return `${round(s, s < 10 ? 1 : 0)}${thin}s`;
  const pair = (big, bigUnit, small, smallUnit) =>
    `${big}${thin}${bigUnit}` + (small > 0 ? ` ${small}${thin}${smallUnit}` : "");
  const whole = Math.floor(s);
  if (s < 3600) return pair(Math.floor(s / 60), "min", whole % 60, "s");
  if (s < 86_400)
    return pair(Math.floor(s / 3600), "h", Math.floor(whole % 3600 / 60), "min");
  return pair(Math.floor(s / 86_400), "d", Math.floor(whole % 86_400 / 3600), "h");
}

/** A load of 0.12 as "12 %". */
function percent(x) {
  return typeof x === "number" ? `${round(x * 100, 0)}${thin}%` : count(x);
}

/** Milliseconds since 1970 as the time of day. */
function clock(ms) {
  return new Date(ms).toLocaleTimeString("en", { hourCycle: "h23",
    hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function capital(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}
