// The room's page: puts the connection, the log, the input line and the reading of files together.

import { byId, kept, make, randomId } from '/dom.js';
import { Reading } from '/reading.js';
import { Rows } from '/rows.js';
import { Typing } from '/typing.js';
import { Wire } from '/wire.js';
import { language, words } from '/words.js';

const room = { channel: '', demo: false, read: false, known: false };
const client = kept.get('client') ?? randomId();
kept.set('client', client);
let myName = kept.get('name') ?? `${words.guest} ${10 + Math.floor(Math.random() * 90)}`;
kept.set('name', myName);

document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';

function say(text) {
  const ref = randomId();
  rows.wait(ref, text);
  wire.say(ref, myName, text);
  rows.noteWaiting(wire.online);
}

const rows = new Rows({
  say,
  older: (before) => wire.send({ t: 'older', before }),
  isMe: (row) => row.kind === 'said' && row.who === myName,
});
const typing = new Typing({ say });
const reading = new Reading();

// --- what stands still on the page ------------------------------------------------------------------------

function chip(label, act) {
  return make('button', { type: 'button', class: 'chip', onclick: act }, label);
}

function chips() {
  return [
    chip(words.week, () => say('/week')),
    chip(words.item, () => say('/item 2')),
    chip(words.question, () => say('/question')),
    chip(words.search, () => typing.begin(words.searchStart)),
  ];
}

function firstLines() {
  const first = byId('first');
  const lines = [];
  if (room.demo) {
    lines.push(make('p', {}, make('strong', {}, words.demo1), ` ${words.demo2}`));
  } else lines.push(make('p', {}, words.room1(room.title)));
  lines.push(make('p', { class: 'chips' }, make('span', {}, words.tap), ...chips()));
  if (room.read)
    lines.push(make('p', { class: 'own' }, `${words.own} `, make('button', { type: 'button', class: 'soft', onclick: () => reading.choose() }, words.choose)));
  if (room.demo) lines.push(make('p', {}, `${words.happy} `, make('code', {}, 'digestd init')));
  first.replaceChildren(...lines);
}

// Those below are always at hand; the first lines scroll away.
function footChips() {
  const all = chips();
  if (room.read) all.push(make('button', { type: 'button', class: 'chip file', onclick: () => reading.choose() }, words.choose));
  byId('chips').replaceChildren(...all);
}

function texts() {
  byId('archive').textContent = words.archive;
  byId('send').setAttribute('aria-label', words.send);
  byId('send').title = words.send;
  byId('log').setAttribute('aria-labelledby', 'log-title');
  byId('log-title').textContent = words.log;
  byId('scroll').setAttribute('aria-label', words.log);
  byId('chips').setAttribute('aria-label', words.chips);
  footChips();
  byId('older').textContent = words.older;
  byId('again').textContent = words.now;
  byId('rooms-word').textContent = words.rooms;
  byId('who-title').textContent = words.whoTitle;
  byId('who-label').textContent = words.whoLabel;
  byId('who-save').textContent = words.save;
  byId('who-cancel').textContent = words.cancel;
  showName();
}

function showName() {
  byId('name').textContent = myName;
  byId('name').setAttribute('aria-label', words.nameOf(myName));
  byId('name').title = words.nameOf(myName);
}

function nameDialog() {
  const dialog = byId('who');
  byId('name').addEventListener('click', () => {
    byId('who-name').value = myName;
    dialog.showModal();
    byId('who-name').select();
  });
  byId('who-cancel').addEventListener('click', () => dialog.close());
  dialog.querySelector('form').addEventListener('submit', () => {
    const name = byId('who-name').value.trim();
    if (!name) return;
    myName = name;
    kept.set('name', name);
    showName();
  });
}

// --- the connection ---------------------------------------------------------------------------------------

let countdown = null;

function state(online, retryAt) {
  const line = byId('trouble');
  clearInterval(countdown);
  rows.noteWaiting(online);
  line.hidden = online || !retryAt;
  document.body.classList.toggle('offline', !online);
  if (line.hidden) return;
  const tell = () => {
    const seconds = Math.ceil((retryAt - Date.now()) / 1000);
    const text = seconds > 1 ? words.lostIn(seconds) : words.lost;
    if (byId('trouble-text').textContent !== text) byId('trouble-text').textContent = text;
  };
  tell();
  countdown = setInterval(tell, 500);
}

function welcome(frame) {
  const another = room.known && frame.channel !== room.channel;
  if (another) rows.empty();
  Object.assign(room, { channel: frame.channel, title: frame.title || frame.channel, epoch: frame.epoch, demo: frame.demo, read: frame.read, known: true });
  byId('log').lang = frame.language;
  typing.commands = frame.commands ?? [];
  reading.allowed = room.read;
  document.title = room.title ? `${room.title} · digestd` : 'digestd';
  byId('title').textContent = room.title || 'digestd';
  const select = byId('rooms');
  select.replaceChildren(...(frame.channels ?? []).map((name) => make('option', { value: name, selected: name === frame.channel }, name)));
  const several = (frame.channels ?? []).length > 1;
  byId('rooms-label').hidden = !several;
  byId('title').classList.toggle('unseen', several); // the choice shows the name
  const drawn = JSON.stringify([room.title, room.demo, room.read]);
  if (drawn === room.drawn) return; // a reconnection takes the focus from nobody
  room.drawn = drawn;
  firstLines();
  footChips();
  if (!frame.channel) byId('first').replaceChildren(make('p', {}, words.noRoom));
}

const handlers = {
  welcome,
  rows: (frame) => {
    rows.putAll(frame.rows, frame);
    byId('first').hidden = !byId('older').hidden;
    if (frame.fresh && !byId('first').hidden && !frame.rows.some((row) => row.kind === 'said')) rows.toStart();
  },
  row: (frame) => {
    rows.putLive(frame.row, frame.edited);
    if (document.hidden && !frame.edited) unread(1);
  },
  ack: (frame) => rows.acknowledged(frame.ref),
  no: (frame) => rows.refused(frame.ref, frame.why, say),
};

let unreadCount = 0;
function unread(by) {
  unreadCount = by ? unreadCount + by : 0;
  const title = room.title ? `${room.title} · digestd` : 'digestd';
  document.title = unreadCount ? `(${unreadCount}) ${title}` : title;
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) unread(0); });

texts();
nameDialog();
const wire = new Wire({
  hello: () => ({ t: 'hello', channel: room.known ? room.channel : (new URLSearchParams(location.search).get('channel') ?? ''), after: rows.since, epoch: room.epoch ?? '', client, language }),
  frame: (frame) => handlers[frame.t]?.(frame),
  state,
});
byId('again').addEventListener('click', () => wire.now());
byId('rooms').addEventListener('change', (event) => {
  room.channel = event.target.value;
  rows.empty();
  history.replaceState(null, '', `/?channel=${encodeURIComponent(room.channel)}`);
  wire.restart();
});
addEventListener('keydown', (event) => {
  // "/" anywhere begins a command, as people know it from search boxes.
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (event.target.closest?.('input, textarea, select')) return;
  event.preventDefault();
  typing.begin('/');
});
