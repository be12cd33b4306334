// How Slack writes times, names and sizes.

const DAY = 86400000;

const WEEKDAY = new Intl.DateTimeFormat("en-US", { weekday: "long" });
const MONTH_DAY = new Intl.DateTimeFormat("en-US", { month: "long", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const dateOf = (ts) => new Date(Number(ts) * 1000);

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

export const dayKey = (ts) => midnight(dateOf(ts)).getTime();

export const clock = (ts) => CLOCK.format(dateOf(ts));

export const shortClock = (ts) => clock(ts).replace(/\s?[AP]M$/i, "");

export const fullTime = (ts) => FULL.format(dateOf(ts));

function daysAgo(date) {
  return Math.round((midnight(new Date()) - midnight(date)) / DAY);
}

function ordinal(day) {
  const tail = ["th", "st", "nd", "rd"];
  const rest = day % 100;
  return day + (tail[(rest - 20) % 10] || tail[rest] || tail[0]);
}

export function dayLabel(ts) {
  const date = dateOf(ts);
  const ago = daysAgo(date);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const month = new Intl.DateTimeFormat("en-US", { month: "long" }).format(date);
  const label = `${WEEKDAY.format(date)}, ${month} ${ordinal(date.getDate())}`;
  return date.getFullYear() === new Date().getFullYear() ? label : `${label}, ${date.getFullYear()}`;
}

// "Today at 10:42", as in a thread's summary line.
export function relativeMoment(ts) {
  const date = dateOf(ts);
  const ago = daysAgo(date);
  if (ago < 7) return `${ago === 0 ? "today" : ago === 1 ? "yesterday" : WEEKDAY.format(date)} at ${clock(ts)}`;
  return `on ${MONTH_DAY.format(date)}`;
}

const DATE_TOKENS = {
  date: (d) => new Intl.DateTimeFormat("en-US", { dateStyle: "long" }).format(d),
  date_num: (d) => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`,
  date_slash: (d) => new Intl.DateTimeFormat("en-US", { dateStyle: "short" }).format(d),
  date_short: (d) => new Intl.DateTimeFormat("en-US", { dateStyle: "medium" }).format(d),
  date_long: (d) => new Intl.DateTimeFormat("en-US", { dateStyle: "full" }).format(d),
  time: (d) => CLOCK.format(d),
  time_secs: (d) => new Intl.DateTimeFormat(undefined, { timeStyle: "medium" }).format(d),
  day_divider_pretty: (d) => dayLabel(d.getTime() / 1000),
};

// Slack's date formatting, "{date_short_pretty} at {time}", in the reader's own time zone.
export function formatDate(seconds, pattern) {
  const date = new Date(Number(seconds) * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "ago") return ago(date);
    const plain = token.replace(/_pretty$/, "");
    const near = { 0: "today", 1: "yesterday", "-1": "tomorrow" }[daysAgo(date)];
    if (token.endsWith("_pretty") && near && token !== "day_divider_pretty") return near;
    const make = DATE_TOKENS[token] || DATE_TOKENS[plain];
    return make ? make(date) : whole;
  });
}

function ago(date) {
  const minutes = Math.round((Date.now() - date) / 60000);
  const relative = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return relative.format(-minutes, "minute");
  if (Math.abs(minutes) < 1440) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

export const nameOf = (user) => user?.display_name || user?.real_name || user?.name || "Unknown user";

export function plural(count, noun, many = `${noun}s`) {
  return `${count} ${count === 1 ? noun : many}`;
}

export function fileSize(bytes) {
  if (!bytes && bytes !== 0) return "";
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)), 3);
  return `${(bytes / 1000 ** step).toFixed(step ? 1 : 0).replace(/\.0$/, "")} ${units[step]}`;
}
