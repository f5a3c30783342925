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

  // Press and hold a sample grid: the dense network's grid takes its place.
  document.querySelectorAll('.grids').forEach((grids) => {
    const dense = grids.querySelector('[data-stage="DENSE"] img');
    if (dense === null) return;
    grids.querySelectorAll('.hold').forEach((hold) => {
      const image = hold.querySelector('img');
      const own = image.src;
      const show = () => { image.src = dense.src; };
      const back = () => { image.src = own; };
      if (image === dense) return;
      hold.addEventListener('pointerdown', show);
      hold.addEventListener('contextmenu', (e) => e.preventDefault());
      hold.addEventListener('keydown', (e) => { if (e.key === ' ' || e.key === 'Enter') show(); });
      ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur'].forEach(
        (end) => hold.addEventListener(end, back));
    });
  });

  // Point at a line chart: the values at the nearest step are read out beneath it.
  document.querySelectorAll('svg[data-axis]').forEach((svg) => {
    const [from, to, min, max] = svg.dataset.axis.split(' ').map(Number);
    const lines = [...svg.querySelectorAll('[data-label]')].map((path) => ({
      label: path.dataset.label,
      x: path.dataset.x.split(' ').map(Number),
      y: path.dataset.y.split(' ').map(Number),
    }));
    const readout = document.createElement('div');
    readout.className = 'readout';
    svg.after(readout);
    const cursor = document.createElementNS(svg.namespaceURI, 'line');
    cursor.setAttribute('class', 'cursor');
    cursor.setAttribute('y1', 28);
    cursor.setAttribute('y2', 224);
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const px = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
      const value = min + (px - from) / (to - from) * (max - min);
      const nearest = (line) => line.x.reduce(
        (best, x, i) => Math.abs(line.x[best] - value) > Math.abs(x - value) ? i : best, 0);
      const step = lines.length === 0 ? value : lines[0].x[nearest(lines[0])];
      const at = from + (step - min) / (max - min) * (to - from);
      cursor.setAttribute('x1', at);
      cursor.setAttribute('x2', at);
      svg.append(cursor);
      readout.textContent = [Math.round(step), ...lines.map(
        (line) => line.label + ' ' + Number(line.y[nearest(line)].toPrecision(3)))].join(' · ');
    });
    svg.addEventListener('pointerleave', () => {
      cursor.remove();
      readout.textContent = '';
    });
  });
})();
