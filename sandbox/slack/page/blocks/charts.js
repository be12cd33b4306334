// The data_visualization block as SVG: pie, bar, line and area.

import { h, svg } from "../dom.js";

const WIDTH = 480;
const HEIGHT = 220;
const EDGE = { left: 44, right: 12, top: 10, bottom: 30 };

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2, notation: "compact" });

export function dataVisualization(surface, block) {
  const { chart } = block;
  const body = chart.type === "pie" ? pie(block.title, chart.segments) : axes(block.title, chart);
  return h("figure", { class: "chart" }, h("figcaption", { class: "chart-title" }, block.title), body);
}

function legend(names) {
  return h("div", { class: "legend" }, names.map((name, index) => h("span", { class: "legend-item" }, h("span", { class: ["legend-mark", `series-${index % 6}`] }), name)));
}

const hint = (text) => svg("title", {}, text);

function pie(title, segments) {
  const total = segments.reduce((sum, one) => sum + one.value, 0);
  let from = -Math.PI / 2;
  const slices = segments.map((one, index) => {
    const to = from + (one.value / total) * 2 * Math.PI;
    const slice = svg("path", { class: `series-${index % 6}`, d: arc(from, to) }, hint(`${one.label}: ${number.format(one.value)} (${Math.round((one.value / total) * 100)}%)`));
    from = to;
    return slice;
  });
  const names = segments.map((one) => `${one.label}  ${Math.round((one.value / total) * 100)}%`);
  return h("div", { class: "pie" }, svg("svg", { viewBox: "0 0 200 200", class: "pie-svg", role: "img", "aria-label": `${title}: ${names.join(", ")}` }, slices), legend(names));
}

function arc(from, to) {
  const whole = to - from > 2 * Math.PI - 1e-6 ? to - 1e-4 : to;
  const point = (angle, r) => `${(100 + r * Math.cos(angle)).toFixed(2)} ${(100 + r * Math.sin(angle)).toFixed(2)}`;
  const large = whole - from > Math.PI ? 1 : 0;
  return `M${point(from, 92)}A92 92 0 ${large} 1 ${point(whole, 92)}L${point(whole, 54)}A54 54 0 ${large} 0 ${point(from, 54)}Z`;
}

// The round step that cuts `span` into about four.
function niceStep(span) {
  const rough = span / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough);
}

function scaleOf(series) {
  const values = series.flatMap((one) => one.data.map((point) => point.value));
  const low = Math.min(0, ...values);
  const step = niceStep(Math.max(0, ...values) - low);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(Math.max(...values) / step) * step, bottom + step);
  const y = (value) => EDGE.top + (1 - (value - bottom) / (top - bottom)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, index) => bottom + index * step);
  return { y, ticks };
}

function axes(title, chart) {
  const { categories, x_label: xLabel, y_label: yLabel } = chart.axis_config;
  const scale = scaleOf(chart.series);
  const slot = (WIDTH - EDGE.left - EDGE.right) / categories.length;
  const x = (index) => EDGE.left + slot * (index + 0.5);
  const draw = { bar: bars, line: lines, area: areas }[chart.type] || bars;
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "axes", role: "img", "aria-label": describe(title, chart) }, grid(scale), labels(categories, x, slot), draw(chart.series, categories, { x, slot, ...scale }));
  return h("div", {}, yLabel ? h("div", { class: "axis-label" }, yLabel) : null, drawing, xLabel ? h("div", { class: "axis-label centre" }, xLabel) : null, chart.series.length > 1 ? legend(chart.series.map((one) => one.name)) : null);
}

const describe = (title, chart) => `${title}. ${chart.series.map((one) => `${one.name}: ${one.data.map((point) => `${point.label} ${point.value}`).join(", ")}`).join(". ")}`;

function grid({ y, ticks }) {
  return ticks.map((tick) => [
    svg("line", { class: "grid-line", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "tick", x: EDGE.left - 6, y: y(tick) + 3.5, "text-anchor": "end" }, number.format(tick)),
  ]);
}

function labels(categories, x, slot) {
  const every = Math.ceil((Math.max(...categories.map((one) => one.length)) * 6) / slot);
  return categories.map((name, index) => (index % every ? null : svg("text", { class: "tick", x: x(index), y: HEIGHT - EDGE.bottom + 16, "text-anchor": "middle" }, name)));
}

const valueAt = (series, category) => series.data.find((point) => point.label === category)?.value ?? 0;

function bars(series, categories, { x, y, slot }) {
  const width = Math.min(36, (slot * 0.72) / series.length);
  return series.flatMap((one, at) => categories.map((category, index) => {
    const value = valueAt(one, category);
    const left = x(index) + (at - series.length / 2) * width;
    return svg("rect", { class: `series-${at % 6}`, x: left + 1, width: width - 2, y: Math.min(y(value), y(0)), height: Math.max(Math.abs(y(0) - y(value)), 0.5), rx: 2 }, hint(`${one.name}, ${category}: ${value}`));
  }));
}

const pointsOf = (one, categories, { x, y }) => categories.map((category, index) => `${x(index).toFixed(1)},${y(valueAt(one, category)).toFixed(1)}`);

function lines(series, categories, scale) {
  return series.map((one, at) => svg("g", { class: `series-${at % 6}` }, svg("polyline", { class: "line", points: pointsOf(one, categories, scale).join(" ") }), dots(one, categories, scale)));
}

function dots(one, categories, { x, y }) {
  return categories.map((category, index) => svg("circle", { cx: x(index), cy: y(valueAt(one, category)), r: 3.2 }, hint(`${one.name}, ${category}: ${valueAt(one, category)}`)));
}

function areas(series, categories, scale) {
  const foot = scale.y(0);
  const last = categories.length - 1;
  return series.map((one, at) => svg("g", { class: `series-${at % 6}` }, svg("polygon", { class: "area", points: [`${scale.x(0)},${foot}`, ...pointsOf(one, categories, scale), `${scale.x(last)},${foot}`].join(" ") }),
    svg("polyline", { class: "line", points: pointsOf(one, categories, scale).join(" ") }), dots(one, categories, scale)));
}
