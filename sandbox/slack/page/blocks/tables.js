// Tables: the plain one, and the data table that sorts and pages.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { plural } from "../format.js";
import { richText } from "../text/rich_text.js";
import { withEmoji } from "../text/emoji.js";
import { renderElement } from "../elements/index.js";
import { createPlace } from "../surface.js";

function cell(surface, block, content, { tag = "td", align, wrapped, scope } = {}) {
  return h(tag, { class: [content?.type === "raw_number" && "numeric", wrapped && "wrapped"], scope, style: align ? { textAlign: align } : null }, cellBody(surface, block, content));
}

function cellBody(surface, block, content) {
  switch (content?.type) {
    case "rich_text": return richText(surface.slack, content);
    case "raw_text": return withEmoji(content.text || "");
    case "raw_number": return content.text ?? String(content.value);
    case "action": return renderElement(createPlace(surface, block, content.element || content, { dispatches: true }), content.element || content);
    default: return content?.text ? withEmoji(String(content.text)) : "";
  }
}

export function table(surface, block) {
  const settings = block.column_settings || [];
  const look = (index, extra) => ({ align: settings[index]?.align, wrapped: settings[index]?.is_wrapped, ...extra });
  const [head, ...rows] = block.rows || [];
  return h("div", { class: "table-scroll" }, h("table", { class: "table" },
    h("thead", {}, h("tr", {}, (head || []).map((one, index) => cell(surface, block, one, look(index, { tag: "th", scope: "col" }))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((one, index) => cell(surface, block, one, look(index))))))));
}

const plain = (content) => (content?.type === "raw_number" ? Number(content.value) : JSON.stringify(content?.text ?? content?.elements ?? "").toLowerCase());

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const order = (one, other) => {
    const [left, right] = [plain(one[column]), plain(other[column])];
    return typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right), undefined, { numeric: true });
  };
  return [...rows].sort((one, other) => (down ? -order(one, other) : order(one, other)));
}

export function dataTable(surface, block) {
  const [head = [], ...rows] = block.rows || [];
  const size = block.page_size || 5;
  const state = { page: 0, column: null, down: false };
  const box = h("div", { class: "data-table" });
  const draw = () => box.replaceChildren(tableOf(), ...(rows.length > size ? [pager()] : []));
  const turn = (step) => { state.page += step; draw(); };
  const sort = (column) => { state.down = state.column === column && !state.down; state.column = column; state.page = 0; draw(); };
  function tableOf() {
    const shown = sorted(rows, state).slice(state.page * size, (state.page + 1) * size);
    const key = block.row_header_column_index || 0;
    return h("div", { class: "table-scroll" }, h("table", { class: "table" }, h("caption", {}, block.caption),
      h("thead", {}, h("tr", {}, head.map((one, index) => sortHead(surface, block, one, index, state, rows, sort)))),
      h("tbody", {}, shown.map((row) => h("tr", {}, row.map((one, index) => cell(surface, block, one, index === key ? { tag: "th", scope: "row" } : {})))))));
  }
  function pager() {
    const pages = Math.ceil(rows.length / size);
    const step = (by, name, label, off) => h("button", { class: "icon-button", type: "button", "aria-label": label, disabled: off, onclick: () => turn(by) }, icon(name, 16));
    return h("div", { class: "pager" }, h("span", {}, plural(rows.length, "row")), h("span", { class: "grow" }), step(-1, "chevronLeft", "Previous page", state.page === 0),
      h("span", {}, `${state.page + 1} of ${pages}`), step(1, "chevronRight", "Next page", state.page >= pages - 1));
  }
  draw();
  return box;
}

function sortHead(surface, block, content, index, state, rows, sort) {
  const active = state.column === index;
  return h("th", { scope: "col", class: [rows[0]?.[index]?.type === "raw_number" && "numeric"], "aria-sort": active ? (state.down ? "descending" : "ascending") : "none" },
    h("button", { class: ["sort", active && "active", active && state.down && "down"], type: "button", onclick: () => sort(index) }, cellBody(surface, block, content), icon("chevron", 12)));
}
