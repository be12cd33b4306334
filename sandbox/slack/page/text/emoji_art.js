// Simple drawings of the emoji that apps use most, for machines that have no colour emoji font.

import { svg } from "../dom.js";

export const hasColourEmoji = () => COLOUR;

function measure() {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return true;
  canvas.width = canvas.height = 24;
  pen.font = "20px sans-serif";
  pen.fillStyle = "#000";
  pen.fillText("😀", 0, 20);
  const { data } = pen.getImageData(0, 0, 24, 24);
  for (let at = 0; at < data.length; at += 4) if (data[at] > 60 && data[at + 3] > 100 && data[at] !== data[at + 2]) return true;
  return false;
}

const COLOUR = measure();

// Whether the picker may offer this emoji on this machine.
export const canShow = (name) => COLOUR || name in ART;

export function drawEmoji(name) {
  const shapes = ART[name] || ART[SAME[name]];
  if (!shapes) return null;
  return svg("svg", { viewBox: "0 0 20 20", class: "emoji-art", "aria-hidden": "true" }, shapes.map(([tag, props]) => svg(tag, props)));
}

const path = (d, fill, stroke, width = 1.6) => ["path", { d, fill: fill || "none", stroke: stroke || "none", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const disc = (fill, r = 8.5, cx = 10, cy = 10) => ["circle", { cx, cy, r, fill }];
const box = (fill, x = 1.5, y = 1.5, w = 17, hh = 17, rx = 3.5) => ["rect", { x, y, width: w, height: hh, rx, fill }];

const face = (mouth, eyes = "M7 8.3v.01M13 8.3v.01") => [disc("#fdc943"), path(eyes, null, "#5b3a0b", 2.4), path(mouth, null, "#5b3a0b", 1.5)];
const envelope = (extra = []) => [box("#e6ecf2", 1.5, 4, 17, 12, 1.8), path("M2 5.5l8 6 8-6", null, "#8195a8", 1.4), ...extra];
const page = (extra = []) => [box("#f3f5f7", 3.5, 1.5, 13, 17, 1.5), path("M6.5 6h7M6.5 9h7M6.5 12h4.5", null, "#9aa9b8", 1.2), ...extra];
const tray = (arrow) => [path("M1.5 12h4.5l1.5 2.5h5L14 12h4.5v5.5h-17z", "#8fb7d9", "#5e8db5", 1), path(arrow, null, "#2f78b7", 2)];
const glass = (top, bottom) => [path("M5 2.5h10v2.5l-3.7 5 3.7 5v2.5H5V15l3.7-5L5 5z", "#e9f2f8", "#8a6d3b", 1.3), path(top, "#e8b339"), path(bottom, "#e8b339")];
const clockFace = [disc("#f4f6f8"), ["circle", { cx: 10, cy: 10, r: 7.7, fill: "none", stroke: "#5f7386", "stroke-width": 1.6 }], path("M10 5.5V10l3 2", null, "#d0342c", 1.5)];
const hand = (d) => [path(d, "#fbc64b", "#d99a1c", 0.8)];
const mark = (d, fill) => [box(fill), path(d, null, "#fff", 2.4)];
const bubble = [path("M3 3.5h14a1.5 1.5 0 0 1 1.5 1.5v7.5A1.5 1.5 0 0 1 17 14H9.5L5.5 17.5V14H3a1.5 1.5 0 0 1-1.5-1.5V5A1.5 1.5 0 0 1 3 3.5z", "#dfe7ee", "#9fb0bf", 1)];
const chart = (d, stroke) => [box("#f3f5f7", 1.5, 1.5, 17, 17, 2), path("M5 2v16M2 10h16M2 6h16M2 14h16", null, "#d7dee5", 0.7), path(d, null, stroke, 2)];
const arrow = (d) => [box("#3d8ed0"), path(d, null, "#fff", 2)];
const padlock = (shackle) => [path(shackle, null, "#9aa5b1", 2), box("#f0b429", 4, 8.5, 12, 9.5, 1.5), disc("#8a5b00", 1.5, 10, 13)];

const ART = {
  white_check_mark: mark("M5.5 10.5l3 3 6-7", "#2ba84a"),
  heavy_check_mark: [path("M3.5 11l4 4L16.5 5", null, "#2ba84a", 3)],
  ballot_box_with_check: mark("M5.5 10.5l3 3 6-7", "#3d8ed0"),
  negative_squared_cross_mark: mark("M6 6l8 8M14 6l-8 8", "#2ba84a"),
  x: [path("M4 4l12 12M16 4L4 16", null, "#dd2e44", 3.4)],
  warning: [path("M10 2l8.5 15.5h-17z", "#ffcc4d", "#e0a400", 1), path("M10 7.5v5M10 15v.01", null, "#231f20", 2)],
  small_red_triangle: [path("M10 4.5l6.5 11h-13z", "#dd2e44")],
  no_entry: [disc("#dd2e44"), path("M5.5 10h9", null, "#fff", 3)],
  no_entry_sign: [["circle", { cx: 10, cy: 10, r: 7, fill: "none", stroke: "#dd2e44", "stroke-width": 2.6 }], path("M5.3 5.3l9.4 9.4", null, "#dd2e44", 2.4)],
  octagonal_sign: [path("M6.5 1.5h7l5 5v7l-5 5h-7l-5-5v-7z", "#dd2e44", "#fff", 0.8)],
  exclamation: [path("M10 3v9M10 16.5v.01", null, "#dd2e44", 3.4)],
  question: [path("M6.5 6.5c0-4.5 7-4.5 7 0 0 2.5-3.5 2.8-3.5 6M10 16.5v.01", null, "#dd2e44", 2.8)],
  information_source: [box("#3d8ed0"), path("M10 9v5.5M10 5.7v.01", null, "#fff", 2.6)],
  hourglass: glass("M7 4h6l-3 3z", "M6.3 16h7.4L10 12z"),
  hourglass_flowing_sand: glass("M6.5 5h7L10 9.5z", "M7 16h6l-3-2.5z"),
  stopwatch: [path("M8.5 1.5h3", null, "#5f7386", 2), ...clockFace], alarm_clock: [path("M3 4l2-2M17 4l-2-2", null, "#d0342c", 2.4), ...clockFace], clock1: clockFace,
  bell: [path("M10 2a5 5 0 0 1 5 5.5c0 4.5 2 6 2 6.5H3c0-.5 2-2 2-6.5A5 5 0 0 1 10 2z", "#f5b83d"), disc("#c98a12", 1.7, 10, 16.2)],
  zap: [path("M11.5 1.5L4 11.5h5l-1.5 7L16 8.5h-5z", "#ffac33")],
  sparkles: [path("M8 4l1.6 4.4L14 10l-4.4 1.6L8 16l-1.6-4.4L2 10l4.4-1.6zM15.5 1.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8zM15.5 13l.7 1.8 1.8.7-1.8.7-.7 1.8-.7-1.8-1.8-.7 1.8-.7z", "#ffac33")],
  star: [path("M10 1.5l2.6 5.7 6.2.7-4.6 4.2 1.2 6.1L10 15.1l-5.4 3.1 1.2-6.1L1.2 7.9l6.2-.7z", "#ffac33")],
  rotating_light: [path("M4.5 15a5.5 6.5 0 0 1 11 0z", "#dd2e44"), box("#8899a6", 3, 15, 14, 3, 1), path("M10 1.5v3M2.5 6l2.2 1.6M17.5 6l-2.2 1.6", null, "#ffcc4d", 1.8)],
  triangular_flag_on_post: [path("M5 2v16.5", null, "#8899a6", 1.8), path("M6 2.5l11 4.5-11 4.5z", "#dd2e44")],
  red_circle: [disc("#dd2e44")], large_orange_circle: [disc("#f4900c")], large_yellow_circle: [disc("#fdcb58")], large_green_circle: [disc("#78b159")],
  large_blue_circle: [disc("#4289c1")], large_purple_circle: [disc("#9b51c4")], black_circle: [disc("#31373d")], white_circle: [disc("#dfe5ea")],
  large_red_square: [box("#dd2e44")], large_orange_square: [box("#f4900c")], large_yellow_square: [box("#fdcb58")], large_green_square: [box("#78b159")], large_blue_square: [box("#4289c1")],
  arrow_right: arrow("M5 10h9.5M10.5 6l4 4-4 4"), arrow_left: arrow("M15 10H5.5M9.5 6l-4 4 4 4"), arrow_up: arrow("M10 15V5.5M6 9.5l4-4 4 4"), arrow_down: arrow("M10 5v9.5M6 10.5l4 4 4-4"),
  arrow_right_hook: arrow("M5 6h6a3.5 3.5 0 0 1 0 7.5H6M8.5 11L6 13.5 8.5 16"), leftwards_arrow_with_hook: arrow("M15 6H9a3.5 3.5 0 0 0 0 7.5h5M11.5 11l2.5 2.5-2.5 2.5"),
  arrows_counterclockwise: arrow("M14.5 9A5 5 0 0 0 5.5 8M5.5 11a5 5 0 0 0 9 1M5.5 4.5V8H9M14.5 15.5V12H11"), repeat: arrow("M5 9V7h9M11.5 4.5L14 7l-2.5 2.5M15 11v2H6M8.5 10.5L6 13l2.5 2.5"),
  heavy_plus_sign: [path("M10 3v14M3 10h14", null, "#56616b", 3)], new: [box("#3d8ed0"), path("M4 13V7l3.5 6V7M12.5 7H10v6h2.5M10 10h2M14 7l.7 6L16 9l1 4 .5-6", null, "#fff", 1.2)],
  email: envelope(), envelope: envelope(), incoming_envelope: envelope([path("M1 18.5h5M1 16.5h3", null, "#3d8ed0", 1.4)]), envelope_with_arrow: envelope([path("M10 1v6M7.5 5L10 7.5 12.5 5", null, "#2f78b7", 2)]),
  inbox_tray: tray("M10 2v7.5M7 7l3 3 3-3"), outbox_tray: tray("M10 10V2.5M7 5l3-3 3 3"),
  mailbox_with_mail: [box("#7b8fa1", 2, 5, 16, 9, 4), box("#dd2e44", 12, 3, 2, 6, 0.5), path("M10 14v4.5", null, "#8a5b3a", 2.2)], mailbox: [box("#7b8fa1", 2, 5, 16, 9, 4), path("M10 14v4.5", null, "#8a5b3a", 2.2)],
  package: [path("M10 1.5l8 3.5v9.5l-8 4-8-4V5z", "#c99a63"), path("M2 5l8 3.5L18 5M10 8.5v10", null, "#94683a", 1.2)],
  page_facing_up: page(), memo: page([path("M16.5 5L9 14l-2.5 1 .5-2.5z", "#f4900c")]), clipboard: [box("#b8763a", 3, 2, 14, 17, 2), box("#f3f5f7", 5, 4.5, 10, 12.5, 0.5), box("#8899a6", 7, 1, 6, 3.5, 1)],
  pencil2: [path("M14.5 2.5l3 3L7 16l-4.5 1.5L4 13z", "#f4b63d", "#a36b12", 0.8)], date: [box("#e8edf1", 2, 3, 16, 15, 2), box("#dd2e44", 2, 3, 16, 4.5, 1.5), path("M5.5 11h9M5.5 14.5h6", null, "#8899a6", 1.6)],
  pushpin: [path("M12 2l6 6-3 1-3.5 3.5-.5 4L3.5 9l4-.5L11 5z", "#dd2e44"), path("M7 13l-4.5 4.5", null, "#8899a6", 1.6)],
  paperclip: [path("M15 9l-5.5 5.5a3 3 0 0 1-4.5-4.5L11 4a2 2 0 0 1 3 3l-5.5 5.5", null, "#8899a6", 1.7)], label: [path("M2 3h8l8 8-7 7-9-9z", "#e0b070", "#a9803f", 1), disc("#fff", 1.3, 5.5, 6.5)],
  lock: padlock("M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9"), unlock: padlock("M6.5 9V5.5a3.5 3.5 0 0 1 7 0"), closed_lock_with_key: padlock("M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9"),
  key: [["circle", { cx: 6, cy: 10, r: 3.2, fill: "none", stroke: "#e0a526", "stroke-width": 2.2 }], path("M9.5 10H18v3M14.5 10v2.5", null, "#e0a526", 2.2)],
  gear: [["circle", { cx: 10, cy: 10, r: 5, fill: "none", stroke: "#66757f", "stroke-width": 3 }], path("M10 1.5v3M10 15.5v3M1.5 10h3M15.5 10h3M4 4l2 2M14 14l2 2M16 4l-2 2M4 16l2-2", null, "#66757f", 2.4)],
  hammer_and_wrench: [path("M4 17L14 6", null, "#b8763a", 2.4), path("M11 2.5l6.5 5-2 2-6.5-5z", "#66757f"), path("M3 4l12.5 12.5", null, "#9aa5b1", 2.2)],
  link: [path("M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1", null, "#7f8f9e", 2.2)],
  bulb: [path("M10 1.5a6 6 0 0 1 3.5 10.8V14.5h-7v-2.2A6 6 0 0 1 10 1.5z", "#ffd983"), box("#8899a6", 7, 15, 6, 3.5, 1)], mag: [path("M12.5 12.5L18 18", null, "#8a5b3a", 2.6), ["circle", { cx: 8, cy: 8, r: 5.5, fill: "#cfe6f7", stroke: "#66757f", "stroke-width": 1.8 }]],
  chart_with_upwards_trend: chart("M3 15l5-5 3 2.5L17 5", "#dd2e44"), chart_with_downwards_trend: chart("M3 5l5 5 3-2.5L17 15", "#3d8ed0"),
  bar_chart: [box("#f3f5f7", 1.5, 1.5, 17, 17, 2), box("#2ba84a", 4, 9, 3, 8, 0), box("#dd2e44", 8.5, 5, 3, 12, 0), box("#3d8ed0", 13, 7, 3, 10, 0)],
  moneybag: [path("M7.5 2.5h5L11.5 6c4 2 5.5 5 5.5 8 0 3-2 4.5-7 4.5S3 17 3 14c0-3 1.5-6 5.5-8z", "#fdd888", "#c99a3a", 0.8), path("M11.7 9.7c-2.2-1.2-4 .8-1.7 2 2.4 1.2.8 3.4-1.9 2M10 8.5v7.5", null, "#8a5b00", 1.2)],
  credit_card: [box("#3d8ed0", 1.5, 4, 17, 12.5, 2), box("#1d3f5e", 1.5, 7, 17, 2.5, 0), path("M4 13.5h4", null, "#fff", 1.5)], ticket: [path("M1.5 6h17v2.5a1.5 1.5 0 0 0 0 3V14h-17v-2.5a1.5 1.5 0 0 0 0-3z", "#f4b63d"), path("M12.5 7v6", null, "#b77f12", 1.2)],
  speech_balloon: bubble, thought_balloon: bubble, mega: [path("M2 8l12-5.5v14L2 12z", "#dd2e44"), path("M5 12.5l1.5 5.5h2.5l-1-4.5", "#8899a6"), path("M16 7.5v4", null, "#ffcc4d", 2)],
  tada: [path("M2 18L7 6.5l7 7z", "#f4b63d"), path("M11 8c0-3 1-4 3-5M12.5 9.5c2-1.5 4-1 5.5-2M8.5 5V2M16 13h2M15 5.5v.01M17.5 11v.01M11 2.5v.01", null, "#dd2e44", 1.6)],
  rocket: [path("M18 2c-6 0-9.5 3-11.5 7.5l4 4C15 11.5 18 8 18 2z", "#c8d3dc"), disc("#3d8ed0", 1.9, 13, 7), path("M6.5 9.5L2.5 10 5 6.5h3zM10.5 13.5l-.5 4 3.5-2.5v-3z", "#dd2e44"), path("M6 12l-3.5 5.5L8 14z", "#ffac33")],
  fire: [path("M10.5 1.5c.5 4 5.5 5.5 5.5 10.5a6 6 0 0 1-12 0c0-2.5 1.5-3.5 2-5.5 1 .5 1.5 1.5 1.7 2.5 2-1.5 2.8-4 2.8-7.5z", "#f4900c"), path("M10 10c.5 2 3 2.5 3 5a3 3 0 0 1-6 0c0-2 2-2.5 3-5z", "#ffcc4d")],
  heart: [path("M10 17.5C3 12.5 1.5 9.5 1.5 7a4.5 4.5 0 0 1 8.5-2 4.5 4.5 0 0 1 8.5 2c0 2.5-1.5 5.5-8.5 10.5z", "#dd2e44")],
  eyes: [["ellipse", { cx: 5.5, cy: 10, rx: 4.2, ry: 6, fill: "#fff", stroke: "#b9c4cd", "stroke-width": 0.8 }], ["ellipse", { cx: 14.5, cy: 10, rx: 4.2, ry: 6, fill: "#fff", stroke: "#b9c4cd", "stroke-width": 0.8 }], disc("#31373d", 2.2, 4.5, 10), disc("#31373d", 2.2, 13.5, 10)],
  "+1": hand("M2 9h3.5v8.5H2zM6.5 9.5L10 3c.5-1.5 2.8-1 2.5 1L12 7.5h4.5c2 0 2 2.3.8 2.7 1 .8.6 2-.3 2.4.7.9.2 2-.7 2.3.4 1-.3 2.1-1.5 2.1H8.5l-2-1z"),
  "-1": hand("M2 11h3.5V2.5H2zM6.5 10.5L10 17c.5 1.5 2.8 1 2.5-1L12 12.5h4.5c2 0 2-2.3.8-2.7 1-.8.6-2-.3-2.4.7-.9.2-2-.7-2.3.4-1-.3-2.1-1.5-2.1H8.5l-2 1z"),
  raised_hands: hand("M2 18V9.5C2 8 4 8 4 9.5V5c0-1.5 2-1.5 2 0V4c0-1.5 2-1.5 2 0v8c0 3-1.5 6-3 6zM18 18V9.5c0-1.5-2-1.5-2 0V5c0-1.5-2-1.5-2 0V4c0-1.5-2-1.5-2 0v8c0 3 1.5 6 3 6z"),
  wave: hand("M4 11l-1-4c-.3-1.4 1.5-1.9 2-.5l-.5-2.5c-.3-1.5 1.7-2 2.2-.5l-.2-1c-.3-1.5 1.8-1.9 2.2-.4l2.5 6.5.6-2c.4-1.4 2.5-1 2.3.6L16 12c1 5-4 8-8 5.5z"), raised_hand: hand("M5 18l-1-6V6.5c0-1.5 2-1.5 2 0V4c0-1.5 2.2-1.5 2.2 0v-.8c0-1.5 2.2-1.5 2.2 0V5c0-1.5 2-1.5 2 0v5l1.5-1.5c1.2-1 2.5.3 1.7 1.5L13 18z"),
  pray: hand("M10 2L4 12v6h4l2-4 2 4h4v-6z"), clap: hand("M4 17l-1-6 5-7c1-1.3 2.6 0 1.8 1.3L8 8l5.5-4c1.4-.8 2.2.8 1 1.8L17 7c1 1 0 2-1 1.8L9 18z"), muscle: hand("M3 17V9l3-6h4v3L7.5 7v5c3-3 9.5-2 9.5 2.5 0 2-2 3.5-5 3.5z"),
  slightly_smiling_face: face("M6.5 12c1.5 2.5 5.5 2.5 7 0"), smile: face("M6 11.5c1 4.5 7 4.5 8 0z", "M6 8.5l1-1 1 1M12 8.5l1-1 1 1"), smiley: face("M6 11.5c1 4.5 7 4.5 8 0z"), grinning: face("M6 11.5c1 4.5 7 4.5 8 0z"),
  joy: [...face("M6 11.5c1 4.5 7 4.5 8 0z", "M6 8.5l1-1 1 1M12 8.5l1-1 1 1"), disc("#5dadec", 1.5, 4, 11.5), disc("#5dadec", 1.5, 16, 11.5)], blush: face("M6.5 12c1.5 2.5 5.5 2.5 7 0", "M6 8.5l1-1 1 1M12 8.5l1-1 1 1"),
  thinking_face: face("M8 13.5l4-.7", "M7 8.3v.01M13 8v.01"), slightly_frowning_face: face("M6.5 14c1.5-2 5.5-2 7 0"), neutral_face: face("M6.5 13h7"), cry: [...face("M7 14c1.5-1.5 4.5-1.5 6 0"), disc("#5dadec", 1.7, 6, 12)],
  robot_face: [box("#9fb3c4", 3, 5, 14, 12, 2.5), disc("#2f6ea5", 1.8, 7, 10), disc("#2f6ea5", 1.8, 13, 10), path("M7 14h6M10 5V2", null, "#56697a", 1.6), disc("#dd2e44", 1.3, 10, 2)],
  bust_in_silhouette: [disc("#4f6d87", 4, 10, 6.5), path("M2.5 18c0-8 15-8 15 0z", "#4f6d87")], busts_in_silhouette: [disc("#7d95a9", 3, 14, 6.5), path("M9 17c0-7 10-7 10 0z", "#7d95a9"), disc("#4f6d87", 3.6, 7, 7), path("M.5 18c0-7.5 13-7.5 13 0z", "#4f6d87")],
  seedling: [path("M10 18V9", null, "#77863c", 1.8), path("M10 10C4 11 2 8 1.5 4 7 3.5 10 6 10 10zM10 9c0-4 3-6.5 8.5-6C18 7 16 10 10 9z", "#78b159")], sunny: [disc("#ffac33", 4.5), path("M10 1.5v2M10 16.5v2M1.5 10h2M16.5 10h2M4 4l1.3 1.3M14.7 14.7L16 16M16 4l-1.3 1.3M4 16l1.3-1.3", null, "#ffac33", 2)],
  trophy: [path("M5 2h10v5a5 5 0 0 1-10 0zM9 11.5h2V15H9zM6 15.5h8V18H6z", "#ffac33"), path("M5 4H2c0 3 1 4.5 3.5 5M15 4h3c0 3-1 4.5-3.5 5", null, "#ffac33", 1.5)], dart: [disc("#dd2e44"), disc("#fff", 6), disc("#dd2e44", 3.6), disc("#fff", 1.3)],
  crystal_ball: [disc("#9b6fd0", 7, 10, 8.5), box("#6b4a2f", 5, 15, 10, 3.5, 1), disc("#d9c4f2", 1.8, 7.5, 6.5)], shield: [path("M10 1.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V4z", "#8aa4bd", "#5c7a97", 1)],
  file_folder: [path("M1.5 4.5h6l1.5 2h9.5v10.5h-17z", "#e7b457")], books: [box("#2ba84a", 2, 3, 4.5, 15, 0.5), box("#3d8ed0", 7, 3, 4.5, 15, 0.5), box("#dd2e44", 12, 3, 4.5, 15, 0.5)], telephone_receiver: [path("M5 2l3 4-1.5 2c.8 2 3 4.5 5.5 5.5l2-1.5 4 3c-.5 3-3 3.5-5 3C7 16.5 3 12 2 7c-.5-2 .5-4.5 3-5z", "#4f6d87")],
  coffee: [path("M3 7h11v6a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4z", "#e9edf0", "#9aa5b1", 1), path("M14 8.5c4 0 4 5 0 5", null, "#9aa5b1", 1.5), path("M3.5 8h10v1.5h-10z", "#8a5b3a"), path("M7 2v3M10.5 2v3", null, "#b9c4cd", 1.4)],
  bug: [["ellipse", { cx: 10, cy: 11, rx: 4.5, ry: 6, fill: "#77b255" }], path("M2.5 7l3.5 2M17.5 7L14 9M2 12h4M14 12h4M3 17l3.5-2M17 17l-3.5-2M8 5L6.5 2M12 5l1.5-3", null, "#5c913b", 1.4)], broom: [path("M17 3L9 11", null, "#b8763a", 1.8), path("M4 11l5-1 1.5 1.5-1 5.5c-3 1-6 .5-8-1z", "#f4b63d")],
  scales: [path("M10 3v13M6 17h8M3 6h14M3 6l-2 5h4zM17 6l-2 5h4z", "#dcb85a", "#a9803f", 1)], test_tube: [path("M13 2l5 5-9 9.5c-3.5 3-7-.5-5-4z", "#cfe6f7", "#66757f", 1), path("M5.5 11h8L9 16c-3.5 3-6.5-.5-5-3z", "#78b159")],
  point_right: hand("M2 7h4l4-2h7.5c1.5 0 1.5 2.5 0 2.5H12c1.5 0 1.5 2 .5 2.3 1 .5.7 1.9-.2 2.1.7.7.2 1.9-.8 1.9H6l-4-1z"), construction: [box("#f4b63d", 1, 4.5, 18, 6, 1), path("M4 5l3 5M9 5l3 5M14 5l3 5", null, "#31373d", 1.8), path("M4 10.5V18M16 10.5V18", null, "#8899a6", 1.8)],
  double_vertical_bar: arrow("M7.5 5.5v9M12.5 5.5v9"), arrow_forward: [box("#3d8ed0"), path("M7 5l8 5-8 5z", "#fff")], wastebasket: [path("M4.5 6h11l-1.2 12H5.7z", "#a7b3bd"), path("M3.5 4.5h13M8 4V2.5h4V4", null, "#66757f", 1.8)],
};

const SAME = {
  thumbsup: "+1", thumbsdown: "-1", date_spiral: "date", calendar: "date", spiral_calendar_pad: "date", pencil: "pencil2", heavy_exclamation_mark: "exclamation", bookmark_tabs: "page_facing_up",
  page_with_curl: "page_facing_up", newspaper: "page_facing_up", open_file_folder: "file_folder", card_index_dividers: "file_folder", heavy_multiplication_x: "x", mag_right: "mag", grin: "smile", laughing: "smile",
  sweat_smile: "joy", rolling_on_the_floor_laughing: "joy", timer_clock: "stopwatch", watch: "clock1", clock3: "clock1", clock9: "clock1", mantelpiece_clock: "alarm_clock", loudspeaker: "mega",
  left_speech_bubble: "speech_balloon", star2: "star", boom: "fire", wrench: "hammer_and_wrench", hammer: "hammer_and_wrench", toolbox: "hammer_and_wrench", tea: "coffee", mailbox_with_no_mail: "mailbox",
  dollar: "moneybag", euro: "moneybag", receipt: "page_facing_up", ledger: "books", notebook: "books", book: "books", chains: "link", telephone: "telephone_receiver", phone: "telephone_receiver",
  confetti_ball: "tada", partying_face: "joy", wink: "blush", sob: "cry", pensive: "slightly_frowning_face", worried: "slightly_frowning_face", confused: "slightly_frowning_face", admission_tickets: "ticket",
};
