// Refreshes the page by itself: fetches it anew and changes only what differs, so that the focus, open details, chosen
// options and the scrolling stay as they are. Without this script the page stays as it was when it was opened.
"use strict";

const address = location.origin + location.pathname + location.search; // without a name and password in it
const checkbox = document.getElementById("refresh"); // null on a page that does not refresh
let newest = null;

// The reader's own: whether details are open.
const isReaders = (node, attribute) => attribute === "open" && node.nodeName === "DETAILS";

function morph(shown, fetched) {
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.data !== fetched.data) shown.data = fetched.data;
    return;
  }
  for (const { name, value } of [...fetched.attributes]) {
    if (!isReaders(shown, name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  for (const { name } of [...shown.attributes]) {
    if (!isReaders(shown, name) && !fetched.hasAttribute(name)) shown.removeAttribute(name);
  }
  [...fetched.childNodes].forEach((child, place) => {
    const sameId = child.id ? [...shown.children].find((element) => element.id === child.id) : null;
    const samePlace = shown.childNodes[place];
    if (sameId && sameId !== samePlace) shown.insertBefore(sameId, samePlace ?? null);
    const match = sameId ?? samePlace;
    if (match && match.nodeName === child.nodeName && (match.id ?? "") === (child.id ?? "")) morph(match, child);
    else shown.insertBefore(document.importNode(child, true), match ?? null);
  });
  while (shown.childNodes.length > fetched.childNodes.length) shown.lastChild.remove();
}

function inLocalTime(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    const day = today ? {} : { day: "numeric", month: "short" };
    time.textContent = at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
  }
}

function showConnection(text) {
  const place = document.getElementById("connection");
  if (place.textContent !== text) place.textContent = text;
}

async function refresh() {
  const answer = await fetch(address, { cache: "no-cache" }).catch(() => null);
  if (!answer || !answer.ok) {
    showConnection("The server does not answer. The page is as it was; trying again.");
    return;
  }
  showConnection("");
  const text = await answer.text();
  if (text === newest) return;
  newest = text;
  const fetched = new DOMParser().parseFromString(text, "text/html");
  inLocalTime(fetched);
  for (const part of ["header", "main"]) morph(document.querySelector(part), fetched.querySelector(part));
}

const refreshes = () => checkbox.checked && !document.hidden;

// The page says how long to wait, in milliseconds: less while the server prepares it.
function refreshLater() {
  setTimeout(keepRefreshing, Number(document.querySelector("main").dataset.refresh));
}

async function keepRefreshing() {
  if (refreshes()) await refresh();
  refreshLater();
}

inLocalTime(document);
if (checkbox) {
  checkbox.parentElement.hidden = false;
  refreshLater();
  document.addEventListener("visibilitychange", () => { if (refreshes()) refresh(); });
}
