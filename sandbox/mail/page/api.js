// What the page asks the post office for.

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const type = answer.headers.get("Content-Type") || "";
  const said = type.startsWith("application/json") ? await answer.json() : { sentence: await answer.text() };
  if (!answer.ok) throw new Error(said.sentence || "The post office refused it.");
  return said;
}

const one = (address) => `/api/customers/${encodeURIComponent(address)}`;
const mail = (address, key) => `${one(address)}/messages/${encodeURIComponent(key)}`;

export const customers = () => get("/api/customers");
export const conversations = async (address) => (await get(one(address))).conversations;
export const message = (address, key) => get(mail(address, key));
export const htmlOf = (address, key) => `${mail(address, key)}/html`;
export const markRead = (address, key) => post(`${mail(address, key)}/read`, {});
export const write = (form) => post("/api/mails", form);

export function follow(changed, connected) {
  const source = new EventSource("/api/events");
  source.onmessage = () => changed();
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
}
