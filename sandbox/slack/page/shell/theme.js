// Light or dark: the system's choice, unless the reader made one here.

const KEY = "local-slack-theme";

const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

const currentTheme = () => localStorage.getItem(KEY) || system();

export function applyTheme() {
  document.documentElement.dataset.theme = currentTheme();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (document.documentElement.dataset.theme = currentTheme()));
}

export function toggleTheme() {
  const next = currentTheme() === "dark" ? "light" : "dark";
  if (next === system()) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  document.documentElement.dataset.theme = next;
}
