(() => {
  const picture = (id) => document.getElementById(id);
  const show = (image, of) => {
    image.src = of.src;
    image.alt = of.alt;
  };

  // Press and hold a sample grid: the dense network's grid takes its place.
  document.querySelectorAll('.comparison .grids').forEach((grids) => {
    const dense = grids.querySelector('[data-stage="DENSE"] img');
    if (dense === null) return;
    grids.querySelectorAll('.hold').forEach((hold) => {
      const image = hold.querySelector('img');
      const own = image.src;
      const swap = () => { image.src = dense.src; };
      const back = () => { image.src = own; };
      if (image === dense) return;
      hold.addEventListener('pointerdown', swap);
      hold.addEventListener('contextmenu', (e) => e.preventDefault());
      hold.addEventListener('keydown', (e) => { if (e.key === ' ' || e.key === 'Enter') swap(); });
      ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur'].forEach(
        (end) => hold.addEventListener(end, back));
    });
  });

  // One slider moves every line of work along.
  document.querySelectorAll('.film').forEach((film) => {
    const range = film.querySelector('input');
    const output = film.querySelector('output');
    const stops = range.dataset.stops.split('|');
    const lanes = [...film.querySelectorAll('[data-frames]')].map((figure) => {
      const image = document.createElement('img');
      figure.prepend(image);
      return {
        image,
        frames: figure.dataset.frames.split(' ').map(picture),
        captions: figure.dataset.captions.split('|'),
        caption: figure.querySelector('.shown'),
      };
    });
    const move = () => {
      const at = Number(range.value);
      output.textContent = stops[at];
      range.setAttribute('aria-valuetext', stops[at]);
      lanes.forEach((lane) => {
        show(lane.image, lane.frames[at]);
        lane.caption.textContent = lane.captions[at];
      });
    };
    range.addEventListener('input', move);
    film.hidden = false;
    move();
  });

  // A lies over B and is cut off at the line.
  document.querySelectorAll('.wipe').forEach((wipe) => {
    const pane = wipe.querySelector('.pane');
    const range = wipe.querySelector('input');
    const [a, b] = wipe.querySelectorAll('select');
    const under = document.createElement('img');
    const over = document.createElement('img');
    over.className = 'over';
    const line = document.createElement('span');
    line.className = 'edge';
    pane.append(under, over, line);
    const name = (select) => select.selectedOptions[0].textContent;
    const move = () => {
      pane.style.setProperty('--at', range.value + '%');
      range.setAttribute('aria-valuetext', range.value + ' per cent of A');
    };
    const choose = () => {
      show(over, picture(a.value));
      show(under, picture(b.value));
      pane.setAttribute('aria-label', name(a) + ' to the left, ' + name(b) + ' to the right');
    };
    const drag = (event) => {
      if (event.buttons === 0) return;
      const box = pane.getBoundingClientRect();
      range.value = Math.round((event.clientX - box.left) / box.width * 100);
      move();
    };
    pane.addEventListener('pointerdown', (event) => {
      pane.setPointerCapture(event.pointerId);
      drag(event);
    });
    pane.addEventListener('pointermove', drag);
    pane.addEventListener('dragstart', (event) => event.preventDefault());
    range.addEventListener('input', move);
    [a, b].forEach((select) => select.addEventListener('change', choose));
    wipe.hidden = false;
    choose();
    move();
  });
})();
