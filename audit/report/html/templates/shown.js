"use strict";
/* Texts from the account become text nodes alone; what has no shape of its own shows as its number. */
const shown = (text) => String(text).replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]|[^\P{Zs} ]/gu,
  (letter) => `⟨U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => (child instanceof Node ? child : shown(child))));
  return element;
};
const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);
const data = JSON.parse(document.getElementById("data").textContent);
document.documentElement.classList.add("scripted");
