(() => {
  // A chart with values to read: by pointer, or with the arrow keys once it has the focus.
  const readable = (svg, count, nearest, show, hide) => {
    const readout = document.createElement('div');
    readout.className = 'readout';
    readout.setAttribute('aria-live', 'polite');
    (svg.closest('.scroll') || svg).after(readout);
    svg.tabIndex = 0;
    let at = -1;
    const go = (index) => {
      at = Math.max(0, Math.min(count - 1, index));
      readout.textContent = show(at);
    };
    const end = () => {
      at = -1;
      readout.textContent = '';
      hide();
    };
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      go(nearest((event.clientX - box.left) * scale, (event.clientY - box.top) * scale));
    });
    svg.addEventListener('pointerleave', end);
    svg.addEventListener('blur', end);
    svg.addEventListener('keydown', (event) => {
      const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10};
      if (event.key in by) go(at + by[event.key]);
      else if (event.key === 'Home') go(0);
      else if (event.key === 'End') go(count - 1);
      else if (event.key === 'Escape') end();
      else return;
      event.preventDefault();
    });
  };
  const lowest = (items, distance) => items.reduce(
    (best, item, i) => distance(items[best]) > distance(item) ? i : best, 0);
  const short = (value) => Number(value.toPrecision(4));

  // Lines over a common axis: the values at one place.
  document.querySelectorAll('svg[data-axis]').forEach((svg) => {
    const [from, to, min, max, kind] = svg.dataset.axis.split(' ')
      .map((word, i) => i === 4 ? word : Number(word));
    const scale = kind === 'log' ? Math.log : Number;
    const px = (x) => from + (scale(x) - scale(min)) / (scale(max) - scale(min)) * (to - from);
    const lines = [...svg.querySelectorAll('[data-label]')].map((path) => ({
      label: path.dataset.label,
      x: path.dataset.x.split(' ').map(Number),
      y: path.dataset.y.split(' ').map(Number),
    }));
    if (lines.length === 0) return;
    const steps = lines.reduce((a, b) => b.x.length > a.x.length ? b : a).x;
    const cursor = document.createElementNS(svg.namespaceURI, 'line');
    cursor.setAttribute('class', 'cursor');
    cursor.setAttribute('y1', 28);
    cursor.setAttribute('y2', 224);
    readable(
      svg,
      steps.length,
      (x) => lowest(steps, (step) => Math.abs(px(step) - x)),
      (at) => {
        const step = steps[at];
        cursor.setAttribute('x1', px(step));
        cursor.setAttribute('x2', px(step));
        svg.append(cursor);
        return [short(step), ...lines.map((line) => line.label + ' '
          + short(line.y[lowest(line.x, (x) => Math.abs(x - step))]))].join(' · ');
      },
      () => cursor.remove());
  });

  // Points: the one that is pointed at, or the next to the right.
  document.querySelectorAll('svg[data-points]').forEach((svg) => {
    const dots = [...svg.querySelectorAll('[data-text]')];
    const at = (dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value];
    const clear = () => dots.forEach((dot) => dot.classList.remove('at'));
    readable(
      svg,
      dots.length,
      (x, y) => lowest(dots, (dot) => Math.hypot(at(dot)[0] - x, at(dot)[1] - y)),
      (i) => {
        clear();
        dots[i].classList.add('at');
        return dots[i].dataset.text;
      },
      clear);
  });

  // Runs: the line that passes closest, which is marked in the table too.
  document.querySelectorAll('svg.parallel').forEach((svg) => {
    const lines = [...svg.querySelectorAll('[data-trial]')];
    const corners = lines.map((line) => line.getAttribute('d').match(/[\d.]+ [\d.]+/g)
      .map((corner) => corner.split(' ').map(Number)));
    const height = (corner, x) => {
      const i = corner.findIndex((point) => point[0] >= x);
      if (i === -1) return corner[corner.length - 1][1];
      if (i === 0) return corner[0][1];
      const [a, b] = [corner[i - 1], corner[i]];
      return a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
    };
    readable(
      svg,
      lines.length,
      (x, y) => lowest(corners, (corner) => Math.abs(height(corner, x) - y)),
      (i) => {
        document.dispatchEvent(new CustomEvent('trial', {detail: lines[i].dataset.trial}));
        return lines[i].dataset.text;
      },
      () => document.dispatchEvent(new CustomEvent('trial', {detail: ''})));
  });
})();
