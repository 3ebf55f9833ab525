// Refreshes the page by itself: fetches it anew and changes only what differs, so that the focus, open details, chosen
// options and the scrolling stay as they are. Without this script the page is the same, as it was when it was opened.
"use strict";

const PERIOD = 5000;
const SOON = 1000; // while the server prepares the page
const address = location.origin + location.pathname + location.search; // without a name and password in it
const own = (node, attribute) => attribute === "open" && node.nodeName === "DETAILS";
let last = null;

function morph(shown, fresh) {
  if (shown.nodeType !== Node.ELEMENT_NODE) {
    if (shown.data !== fresh.data) shown.data = fresh.data;
    return;
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (!own(shown, name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  for (const { name } of [...shown.attributes]) {
    if (!own(shown, name) && !fresh.hasAttribute(name)) shown.removeAttribute(name);
  }
  [...fresh.childNodes].forEach((child, place) => {
    const named = child.id ? [...shown.children].find((other) => other.id === child.id) : null;
    const there = shown.childNodes[place];
    if (named && named !== there) shown.insertBefore(named, there ?? null);
    const match = named ?? there;
    if (match && match.nodeName === child.nodeName && (match.id ?? "") === (child.id ?? "")) morph(match, child);
    else shown.insertBefore(document.importNode(child, true), match ?? null);
  });
  while (shown.childNodes.length > fresh.childNodes.length) shown.lastChild.remove();
}

function inLocalTime(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    const day = today ? {} : { day: "numeric", month: "short" };
    time.textContent = at.toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
  }
}

function say(text) {
  const place = document.getElementById("connection");
  if (place.textContent !== text) place.textContent = text;
}

async function refresh() {
  const answer = await fetch(address, { cache: "no-cache" }).catch(() => null);
  if (!answer || !answer.ok) {
    say("The server does not answer. The page is as it was; trying again.");
    return;
  }
  say("");
  const text = await answer.text();
  if (text === last) return;
  last = text;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  inLocalTime(fresh);
  for (const part of ["header", "main"]) morph(document.querySelector(part), fresh.querySelector(part));
}

const wanted = document.getElementById("refresh");

async function keepFresh() {
  if (wanted.checked && !document.hidden) await refresh();
  setTimeout(keepFresh, document.querySelector("[data-soon]") ? SOON : PERIOD);
}

inLocalTime(document);
if (wanted) {
  wanted.parentElement.hidden = false;
  setTimeout(keepFresh, document.querySelector("[data-soon]") ? SOON : PERIOD);
  document.addEventListener("visibilitychange", () => { if (wanted.checked && !document.hidden) refresh(); });
}
