// The log: rows in the order of their ids, each once, whatever order they come in.

import { byId, fromHtml, make } from '/dom.js';
import { locale, words } from '/words.js';

const MOST_ROWS = 400; // of a long evening; older ones come back on scrolling up
const KEPT_ROWS = 300;
const NEAR = 90; // pixels from the end that still count as reading the newest

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', weekday: 'short' });
const fullDate = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric' });
const calm = matchMedia('(prefers-reduced-motion: reduce)');

function dayKey(at) {
  const day = new Date(at);
  return `${day.getFullYear()}-${day.getMonth()}-${day.getDate()}`;
}

function dayName(at) {
  const now = Date.now();
  if (dayKey(at) === dayKey(now)) return words.today;
  if (dayKey(at) === dayKey(now - 86400000)) return words.yesterday;
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? date.format(at) : fullDate.format(at);
}

export class Rows {
  // say(command) is called by buttons; older(id) asks for rows before that id.
  constructor({ say, older, isMe }) {
    this.say = say;
    this.older = older;
    this.isMe = isMe;
    this.log = byId('log');
    this.scroll = byId('scroll');
    this.pill = byId('pill');
    this.more = byId('older');
    this.waiting = byId('waiting');
    this.all = []; // {id, row, element}, rising
    this.pending = new Map(); // ref -> {text, element}: said, and not yet seen in the log
    this.unseen = 0;
    this.stuck = true;
    this.scroll.addEventListener('scroll', () => this.scrolled(), { passive: true });
    this.pill.addEventListener('click', () => this.toEnd(true));
    this.more.addEventListener('click', () => this.askOlder());
    const observer = new ResizeObserver(() => { if (this.stuck) this.toEnd(false); });
    observer.observe(this.scroll);
    observer.observe(this.log);
    new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.askOlder();
    }, { root: this.scroll, rootMargin: '300px 0px 0px' }).observe(this.more);
  }

  get newest() {
    return this.all.length ? this.all[this.all.length - 1].id : 0;
  }

  // From where to catch up: a little before the newest, so that edits of the last rows are seen too.
  get since() {
    return this.all.length ? this.all[Math.max(0, this.all.length - 30)].id - 1 : 0;
  }

  empty() {
    for (const { element } of this.all) element.remove();
    this.all = [];
    this.unseen = 0;
    this.showPill();
  }

  // Many at once: a first page, what was missed, older ones. `fresh`: nothing of before may stay.
  putAll(rows, { more, fresh, older }) {
    this.log.setAttribute('aria-live', 'off');
    const bottom = this.scroll.scrollHeight - this.scroll.scrollTop;
    const wasStuck = this.stuck;
    const before = this.newest;
    if (fresh) this.empty();
    for (const row of rows) this.put(row);
    if (more !== undefined) this.more.hidden = !more;
    this.asked = false;
    if (older) this.scroll.scrollTop = this.scroll.scrollHeight - bottom;
    else if (wasStuck || fresh) this.showLast();
    else this.count(rows.filter((row) => row.id > before).length);
    setTimeout(() => this.log.setAttribute('aria-live', 'polite'), 1000);
  }

  // One that has just happened.
  putLive(row, edited) {
    if (this.all.length && row.id < this.all[0].id) return; // an edit of what is not loaded: comes with the older ones
    const known = this.find(row.id) !== null;
    const wasStuck = this.stuck;
    const element = this.put(row, edited);
    if (known) return;
    if (wasStuck || this.isMe(row)) this.showFrom(element);
    else this.count(1);
    this.trim();
  }

  find(id) {
    const at = this.place(id);
    return this.all[at]?.id === id ? this.all[at] : null;
  }

  place(id) {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  put(row, edited = false) {
    const at = this.place(row.id);
    const known = this.all[at]?.id === row.id ? this.all[at] : null;
    if (known && JSON.stringify(known.row) === JSON.stringify(row)) return known.element;
    const element = this.draw(row, edited || known !== null);
    if (known) {
      known.element.replaceWith(element);
      this.all[at] = { id: row.id, row, element };
    } else {
      this.log.insertBefore(element, this.all[at]?.element ?? null);
      this.all.splice(at, 0, { id: row.id, row, element });
      if (row.kind === 'said') this.seen(row);
    }
    this.setting(at);
    this.setting(at + 1);
    return element;
  }

  // What depends on the row before: a new day, and whether a reply must say to what.
  setting(at) {
    const entry = this.all[at];
    if (!entry) return;
    const previous = this.all[at - 1];
    entry.element.querySelector('.day')?.remove();
    if (!previous || dayKey(previous.row.at) !== dayKey(entry.row.at))
      entry.element.prepend(make('p', { class: 'day' }, dayName(entry.row.at)));
    const to = entry.element.querySelector('.reply');
    if (to) to.hidden = !entry.row.reply || previous?.id === entry.row.reply;
  }

  draw(row, edited) {
    const mine = row.kind === 'said' && this.isMe(row);
    const element = make('div', { class: `row ${row.kind}${mine ? ' mine' : ''}`, id: `r${row.id}` });
    const bubble = make('article', { class: 'bubble' });
    const who = row.kind === 'said' ? row.who : words.digest;
    bubble.append(make('p', { class: row.kind === 'said' && !mine ? 'who' : 'who unseen' }, mine ? words.me : who));
    if (row.reply && row.kind !== 'said') bubble.append(this.replyLine(row.reply));
    const body = make('div', { class: 'body' });
    if (row.kind === 'said') body.append(row.text ?? '');
    else if (row.gone) body.append(make('em', {}, words.gone));
    else body.append(fromHtml(row.html ?? ''));
    bubble.append(body, this.foot(row.at, edited && !row.gone));
    element.append(bubble);
    if (row.buttons?.length) element.append(this.buttons(row.buttons));
    return element;
  }

  foot(at, edited) {
    const time = make('time', { datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString(locale) }, clock.format(at));
    return make('p', { class: 'foot-line' }, edited ? `${words.edited} · ` : null, time);
  }

  replyLine(id) {
    const to = this.find(id);
    const text = to ? (to.row.text ?? to.element.querySelector('.body')?.textContent ?? '') : '';
    const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    return make('p', { class: 'reply', hidden: true }, `${words.reply} `, make('a', { href: `#r${id}` }, short || '↑'));
  }

  buttons(lines) {
    const box = make('div', { class: 'buttons' });
    for (const line of lines) {
      const group = make('div', { class: 'line' });
      for (const { label, command, url } of line) {
        if (command) group.append(make('button', { type: 'button', class: 'soft', onclick: () => this.say(command) }, label));
        else if (/^(https?:\/\/|\/(?![/\\]))/i.test(url ?? ''))
          group.append(make('a', { class: 'soft', href: url, target: '_blank', rel: 'noopener noreferrer' }, label));
      }
      box.append(group);
    }
    return box;
  }

  // Said, and on its way: shown at the end until its row comes.
  wait(ref, text) {
    const note = make('p', { class: 'foot-line' }, '…');
    const element = make('div', { class: 'row said mine pending' },
      make('article', { class: 'bubble' }, make('p', { class: 'who unseen' }, words.me), make('div', { class: 'body' }, text), note));
    this.pending.set(ref, { text, element, note });
    this.waiting.append(element);
    this.toEnd(false);
  }

  noteWaiting(online) {
    for (const { note } of this.pending.values()) note.textContent = online ? '…' : words.waiting;
  }

  // A row of ours came: the bubble that waited for it goes. (Whether it is said again is the wire's matter.)
  seen(row) {
    if (!this.isMe(row)) return;
    for (const [ref, { text, element }] of this.pending) {
      if (text !== row.text) continue;
      element.remove();
      this.pending.delete(ref);
      return;
    }
  }

  acknowledged(ref) {
    const waiting = this.pending.get(ref);
    if (!waiting) return;
    setTimeout(() => {
      waiting.element.remove();
      this.pending.delete(ref);
    }, 3000);
  }

  refused(ref, why, again) {
    const waiting = this.pending.get(ref);
    if (!waiting) return;
    this.pending.delete(ref);
    waiting.element.classList.add('failed');
    waiting.note.replaceChildren(why === 'fast' ? words.fast : words.notSent, ' ',
      make('button', { type: 'button', class: 'plain', onclick: () => { waiting.element.remove(); again(waiting.text); } }, words.resend));
  }

  askOlder() {
    if (this.asked || this.more.hidden || !this.all.length) return;
    this.asked = this.older(this.all[0].id);
  }

  trim() {
    if (this.all.length <= MOST_ROWS || !this.stuck) return;
    for (const { element } of this.all.splice(0, this.all.length - KEPT_ROWS)) element.remove();
    this.more.hidden = false;
    this.setting(0);
  }

  scrolled() {
    const left = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight;
    this.stuck = left < NEAR;
    if (this.stuck && this.unseen) {
      this.unseen = 0;
      this.showPill();
    }
  }

  toEnd(smoothly) {
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: smoothly && !calm.matches ? 'smooth' : 'instant' });
    this.stuck = true;
    this.unseen = 0;
    this.showPill();
  }

  // Nobody has said anything yet: the first lines are what is to be read.
  toStart() {
    this.scroll.scrollTo({ top: 0, behavior: 'instant' });
    this.scrolled();
  }

  // A post higher than the window is read from its beginning.
  showFrom(element) {
    const end = this.scroll.scrollHeight - this.scroll.clientHeight;
    const start = element.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top + this.scroll.scrollTop - 10;
    this.stuck = start >= end - NEAR;
    this.scroll.scrollTo({ top: Math.min(start, end), behavior: calm.matches ? 'instant' : 'smooth' });
  }

  showLast() {
    const last = this.all[this.all.length - 1];
    this.toEnd(false);
    if (!last || last.element.offsetHeight < this.scroll.clientHeight) return;
    this.stuck = false;
    last.element.scrollIntoView({ block: 'start', behavior: 'instant' });
  }

  count(howMany) {
    this.unseen += howMany;
    this.showPill();
  }

  showPill() {
    this.pill.hidden = !this.unseen;
    this.pill.textContent = this.unseen ? `↓ ${words.fresh(this.unseen)}` : '';
  }
}
