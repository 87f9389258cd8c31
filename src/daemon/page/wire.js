// The connection to the room: it comes back by itself, and what was typed meanwhile goes out then.
//
// The frames are described in src/daemon/room.h. A message that was said is kept until the room acknowledged its ref;
// after a new connection it is said again with the same ref, and the room answers each ref once.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 15000;
const PING_EVERY = 25000;
const PONG_WITHIN = 8000;

export class Wire {
  // hello() gives the first frame; frame(f) gets every other; state(online, retryAt) tells how it stands.
  constructor({ hello, frame, state }) {
    this.hello = hello;
    this.frame = frame;
    this.state = state;
    this.unsaid = new Map(); // ref -> frame
    this.wait = FIRST_WAIT;
    this.online = false;
    addEventListener('online', () => this.now());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.wake();
    });
    addEventListener('pagehide', () => this.socket?.close());
    addEventListener('pageshow', (event) => { if (event.persisted) this.now(); });
    this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/room/ws`);
    this.socket = socket;
    this.silence = setTimeout(() => this.abandon(socket), PONG_WITHIN); // no welcome came
    socket.addEventListener('open', () => socket.send(JSON.stringify(this.hello())));
    socket.addEventListener('message', (event) => this.receive(socket, event.data));
    socket.addEventListener('close', () => this.lost(socket));
  }

  receive(socket, data) {
    if (socket !== this.socket) return;
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.ping(), PING_EVERY);
    if (frame.t === 'pong') return;
    if (frame.t === 'ack' || frame.t === 'no') this.unsaid.delete(frame.ref);
    this.frame(frame);
    if (frame.t === 'ready' && !this.online) {
      this.online = true;
      this.wait = FIRST_WAIT;
      this.state(true);
      for (const said of this.unsaid.values()) socket.send(JSON.stringify(said));
    }
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.online = false;
    clearTimeout(this.silence);
    const wait = this.wait * (0.75 + Math.random() / 2);
    this.wait = Math.min(this.wait * 1.8, LONGEST_WAIT);
    this.state(false, Date.now() + wait);
    this.retry = setTimeout(() => this.connect(), wait);
  }

  // A dead network never tells: the socket counts as lost at once.
  abandon(socket) {
    socket.close();
    this.lost(socket);
  }

  ping() {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return;
    const socket = this.socket;
    this.silence = setTimeout(() => this.abandon(socket), PONG_WITHIN);
    socket.send('{"t":"ping"}');
  }

  wake() {
    if (this.online) {
      clearTimeout(this.silence);
      this.ping();
    } else this.now();
  }

  now() {
    this.wait = FIRST_WAIT;
    if (this.online || this.socket?.readyState === WebSocket.CONNECTING) return;
    const old = this.socket;
    this.socket = null;
    old?.close();
    this.connect();
  }

  restart() {
    const old = this.socket;
    this.socket = null;
    this.online = false;
    old?.close();
    this.connect();
  }

  send(frame) {
    if (!this.online) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  say(ref, name, text) {
    const frame = { t: 'say', ref, name, text };
    this.unsaid.set(ref, frame);
    this.send(frame);
  }
}
