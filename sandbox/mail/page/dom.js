// Elements are made here and nowhere else; text only ever becomes a text node.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SHAPES = {
  reply: "M9 6 4 11l5 5M4.5 11H14a6 6 0 0 1 6 6v1",
  clip: "m19 11-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.2 4.2l-7.7 7.8a1.5 1.5 0 0 1-2.1-2.1L14 7.5",
  sent: "M7 17 17 7M9 7h8v8",
  received: "M17 7 7 17M15 17H7V9",
  pen: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19 4 20ZM13.5 7l3.5 3.5",
  close: "M6 6l12 12M18 6 6 18",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  moon: "M19.5 14A8 8 0 0 1 10 4.5a8 8 0 1 0 9.5 9.5Z",
  alert: "M12 4 3 19.5h18L12 4ZM12 10v4M12 16.8v.2",
  inbox: "M4 13h4l1.5 3h5L16 13h4M4 13l2.5-7h11L20 13v5.5H4V13Z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

export function avatar(name, address, company = false) {
  const letters = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/).map((word) => [...word][0] || "");
  const initials = (letters.length > 1 ? letters[0] + letters[letters.length - 1] : letters[0] || "?").toUpperCase();
  let sum = 0;
  for (const letter of address) sum = (sum * 31 + letter.codePointAt(0)) % 8;
  return h("span", { class: `avatar ${company ? "company" : `tone-${sum}`}`, "aria-hidden": "true" }, initials);
}

export function fill(parent, ...children) {
  const top = parent.scrollTop;
  parent.replaceChildren(...children.flat().filter(Boolean));
  parent.scrollTop = top;
}
