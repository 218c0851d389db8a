"use strict";

// A small chart of the last two minutes: what it is now, the line, its peak.

const chartSize = { width: 240, height: 44 };

/** `points` are {at, value}, oldest first; a value of null is a hole. */
function chart(label, unit, points, format = perSecond) {
  const known = points.filter(({ value }) => value !== null);
  const latest = points.length > 0 ? points[points.length - 1].value : null;
  const peak = Math.max(0, ...known.map(({ value }) => value));
  const now = `${format(latest)}${latest === null ? "" : unit}`;
  const about = known.length > 0 ? `peak ${format(peak)}${unit}` : "measuring…";
  const end = points.length > 0 ? points[points.length - 1].at : 0;
  const picture = draw("svg", {
    viewBox: `0 0 ${chartSize.width} ${chartSize.height}`, role: "img",
    preserveAspectRatio: "none",
    "aria-label": `${label} of the last two minutes: now ${now}, ${about}`,
    onpointermove: (event) => point(event, known, end, unit, format),
    onpointerleave: ({ currentTarget }) => unpoint(currentTarget, about),
  }, lines(points, end, peak), draw("path", { class: "cursor" }));
  return make("figure", { class: "chart", "data-key": label },
    make("figcaption", {}, label, make("strong", {}, format(latest),
      latest === null ? "" : make("span", {}, unit))),
    picture, make("p", { class: "range" }, make("span", {}, "\u22122 min"),
      make("span", {}, about)));
}

function across(at, end) {
  return (1 - (end - at) / Series.span) * chartSize.width;
}

// One line and the area under it for each stretch without a hole.
function lines(points, end, peak) {
  const { width, height } = chartSize;
  const scale = (height - 3) / (peak || 1);
  const stretches = [[]];
  for (const { at, value } of points) {
    if (value === null) stretches.push([]);
    else stretches[stretches.length - 1].push(
      { x: Math.max(0, across(at, end)), y: height - 1 - value * scale });
  }
  let line = "";
  let area = "";
  for (const stretch of stretches.filter(({ length }) => length > 0)) {
    const [first, last] = [stretch[0], stretch[stretch.length - 1]];
    // A single point would not be seen.
    if (first === last) stretch.unshift({ x: Math.max(0, last.x - 2), y: last.y });
    const path = stretch.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    line += `M${path.join("L")}`;
    area += `M${path.join("L")}L${last.x.toFixed(1)} ${height}`
      + `L${stretch[0].x.toFixed(1)} ${height}Z`;
  }
  return [
    draw("path", { class: "axis", d: `M0 ${height - 0.5}H${width}` }),
    draw("path", { class: "area", d: area }),
    draw("path", { class: "line", d: line }),
  ];
}

function remarkOf(picture) {
  return picture.parentElement.querySelector(".range").lastChild;
}

// Under the pointer: when it was, and how much.
function point({ currentTarget: picture, clientX }, known, end, unit, format) {
  if (known.length === 0) return;
  const box = picture.getBoundingClientRect();
  const x = (clientX - box.left) / box.width * chartSize.width;
  const far = ({ at }) => Math.abs(across(at, end) - x);
  const nearest = known.reduce((a, b) => (far(b) < far(a) ? b : a));
  picture.querySelector(".cursor").setAttribute("d",
    `M${across(nearest.at, end).toFixed(1)} 0V${chartSize.height}`);
  remarkOf(picture).textContent
    = `${clock(nearest.at)}: ${format(nearest.value)}${unit}`;
}

function unpoint(picture, about) {
  picture.querySelector(".cursor").removeAttribute("d");
  remarkOf(picture).textContent = about;
}
