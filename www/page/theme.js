// The switch between light and dark: as the system has it, unless the visitor chooses. page/theme-first.js sets the choice of an earlier visit.

import { el } from './dom.js';
import { storage } from './storage.js';

const KEY = 'rivulet-demo-theme';
const THEMES = { system: 'System', light: 'Light', dark: 'Dark' };

/** @param {HTMLElement} container an empty element for the switch */
export function themeSwitch(container) {
  const root = document.documentElement;
  const select = el('select', { id: 'theme-choice' }, ...Object.entries(THEMES).map(([value, words]) => el('option', { value }, words)));
  container.classList.add('theme');
  container.append(el('label', { htmlFor: select.id }, 'Colours'), select);

  const show = (theme) => {
    const isChosen = theme === 'light' || theme === 'dark';
    if (isChosen) root.dataset.theme = theme;
    else delete root.dataset.theme;
    select.value = isChosen ? theme : 'system';
  };
  show(root.dataset.theme);
  select.addEventListener('change', () => {
    show(select.value);
    try {
      if (select.value === 'system') storage()?.removeItem(KEY);
      else storage()?.setItem(KEY, select.value);
    } catch {
      // Storage is full or not allowed: the choice lasts as long as the page.
    }
  });
  // Another tab of this page.
  addEventListener('storage', ({ key, newValue }) => {
    if (key === KEY) show(newValue);
  });
}
