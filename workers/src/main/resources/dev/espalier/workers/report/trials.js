(() => {
  // The chosen run stands out in the table and among the lines.
  document.addEventListener('trial', (event) => {
    document.querySelectorAll('[data-trial]').forEach(
      (one) => one.classList.toggle('at', one.dataset.trial === event.detail));
    document.querySelectorAll('svg.parallel').forEach((svg) => svg.classList.toggle(
      'chosen', event.detail !== ''));
  });
  const tell = (trial) => document.dispatchEvent(new CustomEvent('trial', {detail: trial}));

  // A click on a heading sorts by that column; once more, the other way round.
  document.querySelectorAll('table.trials').forEach((table) => {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, column) => row.cells[column].dataset.sort;
    const compare = (a, b) => {
      if (a === b) return 0;
      const numbers = [a, b].map(Number);
      return numbers.every(Number.isFinite) ? numbers[0] - numbers[1] : a.localeCompare(b);
    };
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const sign = head.getAttribute('aria-sort') === 'ascending' ? -1 : 1;
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', sign === 1 ? 'ascending' : 'descending');
        const rows = [...body.rows];
        const known = rows.filter((row) => key(row, column) !== '');
        known.sort((a, b) => sign * compare(key(a, column), key(b, column)));
        body.append(...known, ...rows.filter((row) => key(row, column) === ''));
      });
    });
    [...body.rows].forEach((row) => {
      row.addEventListener('pointerenter', () => tell(row.dataset.trial));
      row.addEventListener('pointerleave', () => tell(''));
    });
  });
})();
