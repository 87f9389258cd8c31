// A file dropped on the page: what digestd understood of it, and how an item will look in each place.

import { byId, fromHtml, make } from '/dom.js';
import { words } from '/words.js';

const LARGEST = 2 * 1024 * 1024; // bytes; the server refuses more
const ASK_EVERY = 200; // ms
const ASK_FOR = 30000;

export class Reading {
  constructor() {
    this.allowed = false;
    this.turn = 0; // counts the files; what comes late for an old one is dropped
    this.dialog = byId('reading');
    this.file = byId('file');
    this.file.addEventListener('change', () => {
      if (this.file.files.length) this.read(this.file.files[0]);
      this.file.value = '';
    });
    this.dropping();
  }

  choose() {
    this.file.click();
  }

  dropping() {
    const veil = byId('drop');
    byId('drop-text').textContent = words.dropHere;
    let depth = 0;
    const hasFile = (event) => this.allowed && [...(event.dataTransfer?.types ?? [])].includes('Files');
    const on = (type, act) => addEventListener(type, (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      act(event);
      veil.hidden = depth <= 0;
    });
    on('dragenter', () => { depth += 1; });
    on('dragleave', () => { depth -= 1; });
    on('dragover', (event) => { event.dataTransfer.dropEffect = 'copy'; });
    on('drop', (event) => {
      depth = 0;
      if (event.dataTransfer.files.length) this.read(event.dataTransfer.files[0]);
    });
  }

  async read(file) {
    this.turn += 1;
    const turn = this.turn;
    this.show(file.name, make('p', { class: 'busy', role: 'status' }, `${words.reading} ${file.name}…`));
    try {
      if (file.size > LARGEST) throw new Error(words.tooBig);
      const ticket = await this.hand(file);
      const result = await this.wait(ticket);
      if (turn !== this.turn || !this.dialog.open) return;
      if (result.error) {
        this.show(file.name, this.failed(result.error), this.explained(result, true));
        return;
      }
      this.show(file.name, ...this.understood(result, ticket));
    } catch (error) {
      if (turn === this.turn && this.dialog.open) this.show(file.name, this.failed(error.message));
    }
  }

  async hand(file) {
    const answer = await this.ask(`/room/read?name=${encodeURIComponent(file.name)}`,
      { method: 'POST', headers: { 'Content-Type': 'text/markdown' }, body: file });
    return answer.ticket;
  }

  async wait(ticket) {
    for (const until = Date.now() + ASK_FOR; Date.now() < until;) {
      const answer = await this.ask(`/room/read/${ticket}`);
      if (!answer.pending) return answer;
      await new Promise((resolve) => { setTimeout(resolve, ASK_EVERY); });
    }
    throw new Error(words.slow);
  }

  async ask(url, options = {}) {
    let answer;
    try {
      answer = await fetch(url, { cache: 'no-store', credentials: 'omit', ...options });
    } catch {
      throw new Error(words.offline);
    }
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 404) throw new Error(words.gone);
    if (!answer.ok) throw new Error(body.error ?? (answer.status === 413 ? words.tooBig : `${words.offline} (${answer.status})`));
    return body;
  }

  show(name, ...content) {
    const title = make('h2', { id: 'reading-title', tabindex: '-1' }, words.readTitle(name));
    const ends = make('p', { class: 'ends' },
      make('button', { type: 'button', class: 'soft', onclick: () => this.choose() }, words.other), ' ',
      make('button', { type: 'button', onclick: () => this.dialog.close() }, words.close));
    this.dialog.replaceChildren(make('div', { class: 'head' }, title), make('div', { class: 'middle' }, ...content), ends);
    if (!this.dialog.open) this.dialog.showModal();
    title.focus();
  }

  failed(message) {
    return make('div', { class: 'failed', role: 'alert' }, make('p', {}, make('strong', {}, words.notRead)), make('p', { class: 'message' }, message));
  }

  // --- what was understood ----------------------------------------------------------------------------------

  understood(result, ticket) {
    const { edition, counts } = result;
    const parts = [make('p', { class: 'edition' }, make('strong', {}, edition.title || words.untitled),
      ...[edition.period, edition.number, edition.date].filter(Boolean).map((text) => make('span', { class: 'tag' }, text)))];
    const numbers = ['sections', 'items', 'questions', 'links', 'images'].filter((key) => counts[key] || key === 'items')
      .map((key) => words[key](counts[key]));
    parts.push(make('p', { class: 'counts' }, numbers.join(' · ')));
    if (result.editions > 1) parts.push(make('p', { class: 'editions' }, words.ofEditions(result.editions)));
    if (result.warnings?.length)
      parts.push(make('details', { class: 'notes' }, make('summary', {}, `${words.warnings} (${result.warnings.length})`),
        make('ul', {}, ...result.warnings.map((warning) => make('li', {}, warning)))));
    if (!counts.items) return [...parts, make('p', {}, words.noItems), this.explained(result, true)];
    const explained = this.explained(result, false);
    if (explained) parts.push(explained);
    const preview = make('section', { class: 'preview', 'aria-labelledby': 'preview-title' });
    const contents = make('div', { class: 'contents' });
    const choose = (number, button) => this.chooseItem(ticket, number, button, contents, preview);
    let first = null;
    for (const section of result.sections) {
      if (section.title) contents.append(make('h3', {}, section.title));
      const list = make('ul', {});
      for (const item of section.items) {
        const button = this.itemButton(item, choose);
        first ??= [item.number, button];
        list.append(make('li', {}, button));
      }
      if (section.items.length) contents.append(list);
    }
    if (result.unlisted) contents.append(make('p', {}, words.more(result.unlisted)));
    choose(...first);
    return [...parts, make('div', { class: 'two' }, contents, preview)];
  }

  // What became of each block and by which rule, folded; null when nothing is known.
  explained(result, open) {
    if (!result.explained?.length) return null;
    const lines = ({ line, end_line: end }) => (!line ? '' : end > line ? `${line}–${end}` : String(line));
    const rows = result.explained.map((block) => make('tr', { class: `of-${block.role}` },
      make('td', { class: 'lines' }, lines(block)), make('th', { scope: 'row', class: 'role' }, block.name),
      make('td', { class: 'text' }, block.text), make('td', { class: 'says' }, block.says, ' ', make('code', {}, block.rule))));
    const table = make('table', {}, make('caption', { class: 'unseen' }, words.explained),
      make('thead', {}, make('tr', {}, ...words.explainedHead.map((text) => make('th', { scope: 'col' }, text)))), make('tbody', {}, ...rows));
    return make('details', { class: 'explained', open: open || null }, make('summary', {}, `${words.explained} (${result.explained.length})`),
      make('div', { class: 'blocks', tabindex: '0' }, table, result.unexplained ? make('p', {}, words.moreBlocks(result.unexplained)) : null));
  }

  itemButton(item, choose) {
    const few = [['questions', '?'], ['links', '↗'], ['images', '▣']].filter(([key]) => item[key])
      .map(([key, sign]) => make('span', { class: 'few', title: words[key](item[key]) },
        make('span', { 'aria-hidden': 'true' }, `${sign}${item[key]}`), make('span', { class: 'unseen' }, words[key](item[key]))));
    const button = make('button', { type: 'button', class: 'item', 'aria-pressed': 'false' },
      make('span', { class: 'number' }, String(item.number)), make('span', { class: 'name' }, item.title || words.untitled), ...few);
    button.addEventListener('click', () => choose(item.number, button));
    return button;
  }

  // --- an item in each place --------------------------------------------------------------------------------

  async chooseItem(ticket, number, button, contents, preview) {
    for (const other of contents.querySelectorAll('[aria-pressed=true]')) other.setAttribute('aria-pressed', 'false');
    button.setAttribute('aria-pressed', 'true');
    const wanted = `${ticket}/${number}`;
    this.wanted = wanted;
    try {
      const { forms } = await this.ask(`/room/read/${wanted}`);
      if (this.wanted === wanted) preview.replaceChildren(...this.forms(forms));
    } catch (error) {
      if (this.wanted === wanted) preview.replaceChildren(this.failed(error.message));
    }
  }

  forms(forms) {
    const tabs = make('div', { class: 'tabs', role: 'tablist', 'aria-labelledby': 'preview-title' });
    const panels = forms.map((form) => make('div', { class: `panel ${form.name}`, role: 'tabpanel', id: `panel-${form.name}`,
      'aria-labelledby': `tab-${form.name}`, tabindex: '0', hidden: true }, ...this.formBody(form)));
    const select = (at, focus) => {
      this.tab = forms[at].name;
      for (const [i, tab] of [...tabs.children].entries()) {
        tab.setAttribute('aria-selected', String(i === at));
        tab.tabIndex = i === at ? 0 : -1;
        panels[i].hidden = i !== at;
      }
      if (focus) tabs.children[at].focus();
    };
    tabs.append(...forms.map((form, at) => make('button', { type: 'button', role: 'tab', id: `tab-${form.name}`,
      'aria-controls': `panel-${form.name}`, onclick: () => select(at, false) }, words.tabs[form.name] ?? form.title)));
    tabs.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const now = forms.findIndex((form) => form.name === this.tab);
      select((now + by + forms.length) % forms.length, true);
      event.preventDefault();
    });
    select(Math.max(0, forms.findIndex((form) => form.name === this.tab)), false);
    return [make('h3', { id: 'preview-title' }, words.shows), tabs, ...panels];
  }

  formBody(form) {
    const parts = form.parts.map((part, at) => {
      const text = make('div', { class: 'part-text' });
      if (part.html) text.append(fromHtml(part.html));
      else text.append(part.text);
      const few = [];
      if (form.parts.length > 1) few.push(words.part(at + 1, form.parts.length));
      if (part.limit) few.push(`${part.units.toLocaleString()} ${words.of} ${part.limit.toLocaleString()} ${words.size[form.unit]}`);
      return make('div', { class: 'part' }, text, few.length ? make('p', { class: 'foot-line' }, few.join(' · ')) : null);
    });
    const status = make('span', { role: 'status', class: 'copied' });
    const copy = make('button', { type: 'button', class: 'copy' }, words.copy);
    const shown = () => form.parts.map((part, at) => part.plain ?? part.text ?? parts[at].querySelector('.part-text').textContent).join('\n\n');
    copy.addEventListener('click', async () => { status.textContent = (await this.copy(shown())) ? words.copied : words.copyFailed; });
    return [...parts, form.lost.length ? make('ul', { class: 'lost' }, ...form.lost.map((line) => make('li', {}, words.lost_ + line))) : null,
      make('p', { class: 'copying' }, copy, ' ', status, make('span', { class: 'quiet' }, words.copyHint))].filter(Boolean);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = make('textarea', { class: 'unseen', 'aria-hidden': 'true' });
      area.value = text;
      this.dialog.append(area);
      area.select();
      const done = document.execCommand('copy');
      area.remove();
      return done;
    }
  }
}
