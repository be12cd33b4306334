// The server-sent event stream: hands every event on, and asks for everything again after a lost connection.

export function listen(url, { onEvent, onLost, onBack }) {
  const source = new EventSource(url);
  let wasLost = false;
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  source.onerror = () => {
    if (!wasLost) onLost();
    wasLost = true;
  };
  source.onopen = () => {
    if (wasLost) onBack();
    wasLost = false;
  };
  return () => source.close();
}
