// The console of a machine: draws the rows that the server sends, and sends what is typed. What a terminal is, the server knows.
(() => {
  const term = document.querySelector('[data-terminal]'); if (!term) return;
  const $ = q => document.querySelector(q), screen = term.querySelector('.screen'), typing = term.querySelector('textarea'), probe = term.querySelector('.probe');
  const state = $('[data-state]'), over = $('[data-over]'), again = $('[data-again]'), ctrl = $('[data-ctrl]');
  const title = document.title, say = text => { const s = $('#say'); if (s) s.textContent = text };
  const MOST = 60000; // letters at once
  let socket, size = '', ended;

  const mark = (word, sign) => { state.textContent = word; state.className = 'status ' + sign };
  const send = message => { if (socket?.readyState === 1) socket.send(JSON.stringify(message)) };
  const measure = () => {
    const box = probe.getBoundingClientRect(), style = getComputedStyle(screen);
    const wide = screen.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const high = screen.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    return [Math.floor(wide / (box.width / 20)), Math.floor(high / box.height)];
  };
  const fit = first => { const s = measure(); if (first || s.join() !== size) { size = s.join(); send({ s }) } };

  // rows, as stretches of [text, classes, colour, ground]
  const row = parts => {
    const line = document.createElement('div');
    for (const [text, classes, colour, ground] of parts) {
      const part = document.createElement('span'); part.textContent = text;
      if (classes) part.className = classes;
      if (colour) part.style.color = colour;
      if (ground) part.style.backgroundColor = ground;
      line.append(part);
    }
    return line;
  };
  let fresh = [], quiet;
  const draw = news => {
    while (screen.children.length > news.n) screen.lastChild.remove();
    while (screen.children.length < news.n) screen.append(row([]));
    for (const [place, parts] of Object.entries(news.r)) {
      const line = row(parts); screen.children[place].replaceWith(line);
      if (line.textContent.trim().length > 1) fresh.push(line.textContent.trim());
    }
    screen.classList.toggle('back', news.b > 0);
    document.title = news.t ? news.t + ' · ' + title : title;
    const cursor = screen.querySelector('.cur'); // where what is typed by hand, or put together, is shown
    if (cursor) { typing.style.left = cursor.offsetLeft + 'px'; typing.style.top = cursor.offsetTop + 'px' }
    // what has come is read out once it stands still
    clearTimeout(quiet); quiet = setTimeout(() => { say(fresh.slice(-8).join('\n').slice(-400)); fresh = [] }, 600);
  };

  const end = why => {
    if (ended) return; ended = true; mark('Ended', 'off'); again.hidden = false;
    over.lastElementChild.textContent = why; over.hidden = false; term.classList.add('over');
    screen.querySelector('.cur')?.classList.remove('cur');
    if (document.activeElement === typing || document.activeElement === screen) again.focus();
  };
  const open = () => {
    ended = false; over.hidden = true; again.hidden = true; term.classList.remove('over'); mark('Connecting', 'wait');
    const at = new URL(term.dataset.terminal, location.href); at.protocol = at.protocol.replace('http', 'ws');
    const own = socket = new WebSocket(at);
    own.onopen = () => { mark('Connected', 'ok'); fit(true); typing.focus({ preventScroll: true }) };
    own.onmessage = e => { const news = JSON.parse(e.data); news.over ? end(news.over) : draw(news) };
    own.onclose = () => { if (own === socket) end('The connection to the server is lost, or the server refused it. What ran on this terminal has ended.') };
  };
  again.addEventListener('click', open);
  addEventListener('pagehide', () => { ended = true; socket?.close() });
  addEventListener('pageshow', e => { if (e.persisted) open() });
  let later; new ResizeObserver(() => { clearTimeout(later); later = setTimeout(fit, 100) }).observe(screen);

  // keys: all go to the machine, but Shift Tab, what the browser needs, and what looks back and copies
  const held = (e, more = '') => (e.shiftKey ? 's' : '') + (e.altKey ? 'a' : '') + (e.ctrlKey ? 'c' : '') + more;
  const sticky = () => { const on = ctrl.getAttribute('aria-pressed') === 'true'; if (on) ctrl.setAttribute('aria-pressed', 'false'); return on };
  const picked = () => { const s = getSelection(); return !s.isCollapsed && screen.contains(s.anchorNode) };
  const copy = async () => {
    // rows are as long as what is in them: spaces at their ends are nobody's
    const text = getSelection().toString().split('\n').map(t => t.trimEnd()).join('\n');
    try { await navigator.clipboard.writeText(text); say('Copied') } catch { document.execCommand('copy') }
    getSelection().removeAllRanges(); typing.focus({ preventScroll: true });
  };
  const paste = text => {
    if (text.length > MOST) return say(`This is too long to paste: ${MOST} letters at once.`), mark('Too long to paste', 'bad');
    if (text) send({ p: text });
  };
  const back = rows => send({ w: rows });
  term.addEventListener('keydown', e => {
    if (e.isComposing || e.keyCode === 229 || ended) return;
    const letter = e.key.length === 1 || [...e.key].length === 1, lower = e.key.toLowerCase();
    if (e.metaKey) { if (lower === 'c' && picked()) { e.preventDefault(); copy() } return }
    if (e.key === 'Tab' && e.shiftKey) return; // leaves the terminal
    if (e.shiftKey && (e.key === 'PageUp' || e.key === 'PageDown')) { e.preventDefault(); return back((e.key === 'PageUp' ? 1 : -1) * Math.max(1, screen.children.length - 1)) }
    if (e.ctrlKey && !e.altKey && lower === 'c' && (e.shiftKey || picked())) { e.preventDefault(); return copy() }
    if (e.ctrlKey && !e.altKey && lower === 'v') return; // pastes
    if (e.shiftKey && e.key === 'Insert') return;
    const graph = e.getModifierState('AltGraph');
    if (letter && (graph || !(e.ctrlKey || e.altKey))) {
      if (sticky()) { e.preventDefault(); return send({ k: e.key, m: 'c' }) }
      // it is typed into the field, which knows of dead keys and other scripts
      if (document.activeElement !== typing) typing.focus({ preventScroll: true });
      return;
    }
    if (['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Dead', 'Process', 'Unidentified', 'ContextMenu'].includes(e.key)) return;
    e.preventDefault(); send({ k: e.key, m: held(e, sticky() ? 'c' : '') });
  });
  const typed = () => { const text = typing.value; typing.value = ''; if (!text) return; if (text.length === 1 && sticky()) send({ k: text, m: 'c' }); else send({ t: text }) };
  typing.addEventListener('input', e => { if (!e.isComposing) typed() });
  typing.addEventListener('compositionend', typed);
  // a phone's keyboard tells of these by what they do
  typing.addEventListener('beforeinput', e => {
    const key = { deleteContentBackward: 'Backspace', deleteContentForward: 'Delete', insertLineBreak: 'Enter', insertParagraph: 'Enter' }[e.inputType];
    if (key && !e.isComposing) { e.preventDefault(); send({ k: key }) }
  });
  term.addEventListener('paste', e => { e.preventDefault(); paste(e.clipboardData.getData('text')) });
  screen.addEventListener('mouseup', () => { if (!picked()) typing.focus({ preventScroll: true }) });
  let far = 0;
  screen.addEventListener('wheel', e => {
    e.preventDefault(); far -= e.deltaMode ? e.deltaY : e.deltaY / 20;
    const rows = Math.trunc(far); if (rows) { far -= rows; back(rows) }
  }, { passive: false });
  let finger;
  screen.addEventListener('touchstart', e => { finger = e.touches[0].clientY }, { passive: true });
  screen.addEventListener('touchmove', e => {
    const rows = Math.trunc((e.touches[0].clientY - finger) / 18); if (rows) { finger = e.touches[0].clientY; back(rows) }
  }, { passive: true });

  // the keys below it
  $('.keys').addEventListener('click', async e => {
    const b = e.target.closest('button'); if (!b) return;
    if (b === ctrl) { ctrl.setAttribute('aria-pressed', ctrl.getAttribute('aria-pressed') !== 'true') }
    else if ('paste' in b.dataset) {
      try { paste(await navigator.clipboard.readText()) } catch { say('Paste with Ctrl V: the browser does not let pages read what was copied') }
    } else send({ k: b.dataset.key, m: (b.dataset.held || '') + (sticky() ? 'c' : '') });
    // who came by keyboard stays on the key
    if (e.detail) typing.focus({ preventScroll: true });
  });
  open();
})();
