'use strict';
(() => {
  // Light or dark: as the system has it until the reader chooses.
  const root = document.documentElement;
  const button = document.querySelector('.theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const dark = () => (root.dataset.theme || (system.matches ? 'dark' : 'light')) === 'dark';
  const label = () => { button.textContent = dark() ? 'Light' : 'Dark'; };
  try { root.dataset.theme = localStorage.getItem('espalier-theme') || ''; } catch (e) { /* file */ }
  button.hidden = false;
  button.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('espalier-theme', root.dataset.theme); } catch (e) { /* file */ }
    label();
  });
  system.addEventListener('change', label);
  label();

  // A line of links to the sections.
  const contents = document.createElement('nav');
  contents.className = 'contents';
  contents.setAttribute('aria-label', 'Contents');
  document.querySelectorAll('section h2[id]').forEach((heading) => {
    const link = document.createElement('a');
    link.href = '#' + heading.id;
    link.textContent = heading.textContent;
    contents.append(link);
  });
  document.querySelector('.headline').append(contents);

  // What is wider than the page scrolls by itself, with the arrow keys too.
  const wide = () => document.querySelectorAll('.scroll').forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  });
  addEventListener('resize', wide);
  wide();
})();
