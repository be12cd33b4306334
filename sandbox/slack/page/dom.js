// Builds DOM nodes from data without ever parsing data as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) setProp(node, name, value);
  append(node, children);
  return node;
}

export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
  else if (name === "dataset") setDataset(node, value);
  else if (name === "style") Object.assign(node.style, value);
  else if (name === "vars") for (const [key, v] of Object.entries(value)) node.style.setProperty(`--${key}`, v);
  else if (name === "class") node.setAttribute("class", [value].flat(Infinity).filter(Boolean).join(" "));
  else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function setDataset(node, values) {
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) node.dataset[key] = String(value);
  }
}

// Brings `parent` to hold exactly `nodes`, moving as little as possible so that focus and open menus survive.
export function reconcile(parent, nodes) {
  const keep = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!keep.has(child)) child.remove();
  let cursor = parent.firstChild;
  for (const node of nodes) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
  }
}

// Only web addresses may become links: a message must not smuggle in javascript: or data:.
export function safeUrl(url) {
  try {
    const parsed = new URL(String(url), location.href);
    return ["http:", "https:", "mailto:", "tel:", "slack:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function safeImage(url) {
  try {
    const parsed = new URL(String(url), location.href);
    const inlineImage = /^data:image\/(png|jpe?g|gif|webp);base64,/i.test(String(url));
    return ["http:", "https:", "blob:"].includes(parsed.protocol) || inlineImage ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, children, extraClass) {
  const href = safeUrl(url);
  if (!href) return h("span", { class: extraClass }, children);
  return h("a", { class: ["link", extraClass], href, target: "_blank", rel: "noopener noreferrer" }, children);
}

// For search fields: Enter takes the first hit; the key itself must not reach whatever gets the focus next.
export function onEnter(handler) {
  return (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    handler(event);
  };
}
