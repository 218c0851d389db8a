"use strict";

// Starts the page, and binds what is always there: the address, the search box,
// keys.

const poller = new Poller(present, report);

function turn() {
  const route = routeOf(location.hash);
  expect(route);
  if (route.key === "find/") $("query").value = route.name;
  poller.start(views[route.key], route);
}

window.addEventListener("hashchange", turn);
$("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const wanted = $("query").value.trim();
  if (!wanted) return;
  $("query").blur(); // the next Tab leads to what was found
  location.hash = hashOf("find", wanted);
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, dialog");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  $("query").select();
  $("query").focus();
});
$("skip").onclick = () => $("main").focus();
$("forget").onclick = () => {
  sessionStorage.removeItem(tokenKey);
  $("forget").hidden = true;
};
$("forget").hidden = sessionStorage.getItem(tokenKey) === null;
turn();
