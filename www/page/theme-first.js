// Sets the colours that the visitor has chosen before anything is drawn. A classic script, since a module runs after the page was drawn once, and a
// file of its own, since the policy of this page allows no script inside it. page/theme.js is the switch.

try {
  const theme = localStorage.getItem('rivulet-demo-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is not allowed: as the system has it.
}
