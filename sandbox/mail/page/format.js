// Times and sizes as people read them.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function shortTime(iso, now = new Date()) {
  const time = new Date(iso);
  if (now - time < 60_000) return "now";
  return time.toDateString() === now.toDateString() ? CLOCK.format(time) : DAY.format(time);
}

export function fullTime(iso) {
  return FULL.format(new Date(iso));
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function count(number, one, many) {
  return `${number} ${number === 1 ? one : many}`;
}

// Where the text that a reply quotes begins, as a line number; the number of lines if it quotes nothing.
export function quoteStart(lines) {
  let first = lines.length;
  while (first > 0 && (lines[first - 1].startsWith(">") || !lines[first - 1].trim())) first -= 1;
  if (!lines.slice(first).some((line) => line.startsWith(">"))) return lines.length;
  while (first > 0 && /(wrote|schrieb|écrit|escribió|schreef|escreveu)\b.*:\s*$/.test(lines[first - 1])) first -= 1;
  return first;
}
