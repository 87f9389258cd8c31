// The line people type into, with the room's commands offered while they type one.

import { byId, make } from '/dom.js';
import { language, words } from '/words.js';

export class Typing {
  constructor({ say }) {
    this.say = say;
    this.commands = [];
    this.input = byId('text');
    this.hints = byId('hints');
    this.offered = [];
    this.active = -1;
    this.input.setAttribute('aria-label', words.inputLabel);
    this.input.placeholder = words.inputHint;
    this.hints.setAttribute('aria-label', words.hints);
    byId('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener('input', () => this.offer());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.input.addEventListener('blur', () => setTimeout(() => this.close(), 150));
    this.input.addEventListener('focus', () => this.offer());
  }

  begin(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.offer();
  }

  submit() {
    const text = this.input.value.trim();
    this.close();
    if (!text) return;
    this.input.value = '';
    this.say(text);
  }

  offer() {
    const typed = /^[/／]([\p{L}\p{N}_]*)$/u.exec(this.input.value);
    this.offered = typed ? this.commands.filter((command) => command.name.startsWith(typed[1].toLowerCase())) : [];
    this.active = -1;
    this.hints.replaceChildren(...this.offered.map((command, at) => this.line(command, at)));
    this.show();
  }

  line(command, at) {
    return make('div', { role: 'option', id: `hint${at}`, 'aria-selected': 'false',
      onmousedown: (event) => event.preventDefault(), onclick: () => this.take(at) },
    make('span', { class: 'name' }, `/${command.name}`), command.arguments ? make('span', { class: 'arguments' }, ` ${language === 'zh' ? command.arguments_zh : command.arguments}`) : null,
    make('span', { class: 'help' }, language === 'zh' ? command.zh : command.en));
  }

  show() {
    const open = this.offered.length > 0;
    this.hints.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
    if (open && this.active >= 0) this.input.setAttribute('aria-activedescendant', `hint${this.active}`);
    else this.input.removeAttribute('aria-activedescendant');
    for (const [at, line] of [...this.hints.children].entries()) {
      line.setAttribute('aria-selected', String(at === this.active));
      if (at === this.active) line.scrollIntoView({ block: 'nearest' });
    }
  }

  close() {
    this.offered = [];
    this.active = -1;
    this.show();
  }

  // The command stands in the line; one that needs no words goes out at once.
  take(at) {
    const command = this.offered[at];
    const needsWords = command.arguments && !command.arguments.startsWith('[');
    this.input.value = `/${command.name}${needsWords ? ' ' : ''}`;
    this.close();
    this.input.focus();
    if (!needsWords) this.submit();
  }

  move(by) {
    const count = this.offered.length;
    this.active = this.active < 0 ? (by > 0 ? 0 : count - 1) : (this.active + by + count) % count;
    this.show();
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the input method's own Enter
    const open = this.offered.length > 0;
    if (open && event.key === 'ArrowDown') this.move(1);
    else if (open && event.key === 'ArrowUp') this.move(-1);
    else if (open && event.key === 'Escape') this.close();
    else if (open && event.key === 'Tab' && !event.shiftKey && this.input.value.length > 1) this.complete();
    else if (open && event.key === 'Enter' && this.active >= 0) this.take(this.active);
    else return;
    event.preventDefault();
  }

  complete() {
    const command = this.offered[Math.max(this.active, 0)];
    this.input.value = `/${command.name} `;
    this.close();
  }
}
