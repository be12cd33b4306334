// The address keeps the state: ?user=U#/U/C/thread/TS, #/U/D/home, #/U/C/inspect/TS.

const TABS = ["home", "about", "files"];

function parseHash(hash) {
  const [user, channel, ...rest] = hash.replace(/^#?\/?/, "").split("/").map(decodeURIComponent);
  const route = { user: user || null, channel: channel || null, tab: null, thread: null, inspect: null };
  while (rest.length) {
    const word = rest.shift();
    if (TABS.includes(word)) route.tab = word;
    else if (word === "thread" || word === "inspect") route[word] = rest.shift() || null;
  }
  return route;
}

function formatHash({ user, channel, tab, thread, inspect }) {
  const parts = [user, channel, tab, ...(thread ? ["thread", thread] : []), ...(inspect ? ["inspect", inspect] : [])];
  return `#/${parts.filter(Boolean).join("/")}`;
}

const addressOf = (route) => `?user=${encodeURIComponent(route.user)}${formatHash(route)}`;

export function createRoutes(onChange) {
  const routes = {
    current: parseHash(location.hash),
    // The person the address names: the query wins on loading, the hash on a later change.
    firstUser: () => new URLSearchParams(location.search).get("user") || routes.current.user,
    href: (change) => formatHash({ ...routes.current, inspect: null, ...change }),
    go(change) {
      const before = routes.current;
      routes.current = { ...before, ...change };
      history.pushState(null, "", addressOf(routes.current));
      onChange(routes.current, before);
    },
    // Corrects the address without showing anything new.
    settle(change) {
      routes.current = { ...routes.current, ...change };
      history.replaceState(null, "", addressOf(routes.current));
    },
  };
  addEventListener("popstate", () => {
    const before = routes.current;
    const next = parseHash(location.hash);
    if (formatHash(next) === formatHash(before)) return;
    routes.current = { ...next, user: next.user || before.user };
    onChange(routes.current, before);
  });
  return routes;
}
