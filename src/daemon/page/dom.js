// Small helpers: making elements from text, keeping things in the browser, and a second fence around the server's HTML.

export const byId = (id) => document.getElementById(id);

// make('p', {class: 'x', hidden: true, onclick: f}, 'text', element, …): children that are strings become text nodes.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// The browser may refuse to keep anything (private windows); then it lasts as long as the page.
const memory = new Map();
export const kept = {
  get(key) {
    try {
      return localStorage.getItem(`digestd.${key}`) ?? memory.get(key) ?? null;
    } catch {
      return memory.get(key) ?? null;
    }
  },
  set(key, value) {
    memory.set(key, value);
    try {
      localStorage.setItem(`digestd.${key}`, value);
    } catch {
      // kept in memory
    }
  },
};

export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const TAGS = new Set(['P', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'DETAILS', 'SUMMARY', 'UL', 'OL', 'LI', 'PRE', 'CODE', 'HR', 'BR', 'IMG',
  'STRONG', 'EM', 'S', 'B', 'I', 'U', 'DEL', 'A', 'DIV', 'SPAN', 'TABLE', 'THEAD', 'TBODY', 'TR', 'TH', 'TD', 'TIME']);
const ATTRIBUTES = new Map([['A', ['href']], ['IMG', ['src', 'alt']], ['OL', ['start']], ['LI', ['value']], ['PRE', ['tabindex']], ['DIV', ['tabindex']]]);

function isGoodAddress(tag, value) {
  return (tag === 'IMG' ? /^https?:\/\//i : /^(https?:\/\/|mailto:|\/(?![/\\])|#)/i).test(value);
}

function copyNode(from, to) {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      to.append(child.data);
      continue;
    }
    if (child.nodeType !== Node.ELEMENT_NODE) continue;
    if (!TAGS.has(child.tagName)) {
      if (!['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT'].includes(child.tagName)) copyNode(child, to);
      continue;
    }
    const made = document.createElement(child.tagName);
    for (const name of ATTRIBUTES.get(child.tagName) ?? []) {
      const value = child.getAttribute(name);
      if (value !== null && (!['href', 'src'].includes(name) || isGoodAddress(child.tagName, value))) made.setAttribute(name, value);
    }
    if (child.tagName === 'DIV' && child.className === 'table') made.className = 'table';
    if (child.tagName === 'BLOCKQUOTE' && child.hasAttribute('expandable')) made.className = 'expandable';
    if (made.tagName === 'A' && !/^[/#]/.test(made.getAttribute('href') ?? '')) {
      made.target = '_blank';
      made.rel = 'noopener noreferrer';
    }
    if (made.tagName === 'IMG') {
      made.loading = 'lazy';
      made.referrerPolicy = 'no-referrer';
      made.alt = made.alt || '';
      made.addEventListener('error', () => { made.hidden = true; });
    }
    copyNode(child, made);
    to.append(made);
  }
}

// The server escapes what it sends; this lets only known elements and addresses through a second time.
export function fromHtml(html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const fragment = document.createDocumentFragment();
  copyNode(parsed.body, fragment);
  return fragment;
}
