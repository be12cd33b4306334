// The server-sent event stream: hands every event on, and asks for everything again after a lost connection.

const PAUSE = 2000;

// Returns how to stop listening, and a promise that what happens from now on is heard (or that the first try failed).
export function listen(url, { onEvent, onLost, onBack }) {
  const state = { source: null, lost: false, stopped: false };
  let tried;
  const listening = new Promise((resolve) => (tried = resolve));
  function open() {
    if (state.stopped) return;
    state.source = new EventSource(url);
    state.source.onmessage = (message) => onEvent(JSON.parse(message.data));
    state.source.onerror = onError;
    state.source.onopen = () => {
      if (state.lost) onBack();
      state.lost = false;
      tried();
    };
  }
  // The browser itself tries again after a broken stream, but not after a refused one.
  function onError() {
    if (!state.lost) onLost();
    state.lost = true;
    tried();
    if (state.source.readyState === EventSource.CLOSED) setTimeout(open, PAUSE);
  }
  open();
  const stop = () => {
    state.stopped = true;
    state.source.close();
    tried();
  };
  return { stop, listening };
}
