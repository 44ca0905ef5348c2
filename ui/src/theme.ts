/** Light, dark, or as the system says. */
export type Theme = "auto" | "light" | "dark";
const KEY = "selfstarter.theme";
export const THEMES: Theme[] = ["auto", "light", "dark"];

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setTheme(to: Theme): void {
  localStorage.setItem(KEY, to);
  document.documentElement.dataset.theme = to;
}
